"""The reference is complete: every option, error, mode, key and member of a cassette has its row."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

import reqsnap
from reqsnap.formats import native
from reqsnap.formats.native.values import REQUEST_KEYS, RESPONSE_KEYS
from reqsnap.options.values import OptionValues

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


def first_cells(page: str) -> set[str]:
    """What the first cells of a page's tables name."""
    cells = re.findall(r"^\| ([^|]+) \|", (REFERENCE / page).read_text("utf-8"), re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`(?:[a-z]+\.)?(\w+)", cell)}


def public(kind: type[BaseException]) -> set[str]:
    """The public names of a kind of error or warning."""
    values = {name: getattr(reqsnap, name) for name in reqsnap.__all__}
    return {name for name, value in values.items() if isinstance(value, type) and issubclass(value, kind)} - {
        "ReqsnapError"
    }


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("use-cassette.md", set(OptionValues.__annotations__)),
        ("modes.md", {mode.value for mode in reqsnap.Mode}),
        ("errors.md", public(BaseException)),
        ("cassette-file.md", REQUEST_KEYS | RESPONSE_KEYS),
        (
            "cassette.md",
            {name for name in dir(reqsnap.Cassette) if not name.startswith("_")}
            # What the recorder uses is no part of the public names.
            - {"abandon", "adopt", "could_match", "end", "forget", "give_back", "give_up", "holds"}
            - {"key", "mended"}
            # What `reqsnap.vcr` uses is none either.
            - {"has_changed", "new", "plays", "recordings_of", "replays_new"}
            - {"next_in_order", "next_order"}
            - {"note", "policy", "stubs", "take", "take_drifted", "traffic", "uses"},
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_name_has_its_row(page: str, names: set[str]) -> None:
    assert names - first_cells(page) == set()


def test_the_cassette_that_is_shown_is_one() -> None:
    page = (REFERENCE / "cassette-file.md").read_text("utf-8")
    found = re.search(r"^```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert found is not None
    assert native.dump(native.load(found[1].encode())).decode() == found[1]


def test_the_signature_that_is_shown_is_the_real_one() -> None:
    assert list(inspect.signature(reqsnap.use_cassette).parameters) == ["path", "options"]
    assert "use_cassette(path=None, **options)" in (REFERENCE / "use-cassette.md").read_text("utf-8")
