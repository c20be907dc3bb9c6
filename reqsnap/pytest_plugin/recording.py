"""The markers and fixtures of pytest-recording's users, under the names that they have there.

Registered where pytest-recording is not installed: see `options.are_free`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from reqsnap.pytest_plugin.options import settings_of

if TYPE_CHECKING:
    from reqsnap.pytest_plugin.asked import Marks
    from reqsnap.vcr.cassette import Cassette


__all__ = [
    "allowed_hosts",
    "block_network",
    "default_cassette_name",
    "disable_recording",
    "record_mode",
    "vcr",
    "vcr_cassette_dir",
    "vcr_config",
    "vcr_markers",
]


@pytest.fixture(scope="session")
def record_mode(request: pytest.FixtureRequest) -> str:
    """The mode, in VCR.py's words, of cassettes that give none: that of the options, else `none`."""
    settings = settings_of(request.config)
    return settings.record_mode() or settings.default or "none"


@pytest.fixture(scope="session")
def disable_recording(request: pytest.FixtureRequest) -> bool:
    """Whether `--disable-recording` was given."""
    return settings_of(request.config).disabled


@pytest.fixture(scope="session")
def vcr_config() -> dict[str, Any]:
    """Options of `VCR.use_cassette` for all marked tests. Override it, in any scope, to give some."""
    return {}


@pytest.fixture(scope="module")
def vcr_cassette_dir(request: pytest.FixtureRequest) -> str:
    """The folder of the cassettes of a module: `cassettes/<module>` beside its file."""
    path = request.node.path
    return os.path.join(path.parent, "cassettes", path.stem)


@pytest.fixture
def default_cassette_name(request: pytest.FixtureRequest) -> str:
    """What a test's cassette is called: as its marker `default_cassette` says, else after the test."""
    from reqsnap.pytest_plugin.vcr_layout import recording_name

    mark = request.node.get_closest_marker("default_cassette")
    if mark is None:
        return recording_name(request.cls, request.node.name)
    if len(mark.args) != 1 or mark.kwargs:
        raise pytest.UsageError(f"{request.node.nodeid}: a default_cassette marker takes one name")
    name: str = mark.args[0]
    return name


@pytest.fixture
def vcr_markers(request: pytest.FixtureRequest) -> list[pytest.Mark]:
    """The `vcr` markers of a test, the closest first."""
    return list(request.node.iter_markers("vcr"))


@pytest.fixture
def allowed_hosts(request: pytest.FixtureRequest) -> list[str] | None:
    """Regular expressions of the hosts that are not blocked.

    Those of the marker `block_network`, else of the options, else of `vcr_config`.
    """
    mark = request.node.get_closest_marker("block_network")
    own = mark.kwargs.get("allowed_hosts") if mark is not None else None
    found = own or settings_of(request.config).allowed_hosts
    found = found or request.getfixturevalue("vcr_config").get("allowed_hosts")
    return found.split(",") if isinstance(found, str) else list(found or ()) or None


@pytest.fixture
def block_network(request: pytest.FixtureRequest) -> Iterator[None]:
    """Block the network for a test that its marker or an option says so of, unless it records."""
    mark = request.node.get_closest_marker("block_network")
    if mark is not None and (mark.args or mark.kwargs.keys() - {"allowed_hosts"}):
        given = f"{mark.args!r} and {mark.kwargs!r}"
        raise pytest.UsageError(
            f"a block_network marker takes allowed_hosts=[...] and nothing else, not {given}"
        )
    is_asked = mark is not None or settings_of(request.config).blocks_network
    if is_asked and not _records(request):
        # Here, as all that only those need who use it.
        from reqsnap.pytest_plugin.network import blocking_context

        with blocking_context(request.getfixturevalue("allowed_hosts")):
            yield
    else:
        yield


def _records(request: pytest.FixtureRequest) -> bool:
    from reqsnap.pytest_plugin.asked import vcr_marks

    marks = vcr_marks(request.node)
    return bool(marks) and _mode(request, _merged(request, marks)) != "none"


def _merged(request: pytest.FixtureRequest, marks: Marks) -> dict[str, Any]:
    return {**request.getfixturevalue("vcr_config"), **marks.options}


def _mode(request: pytest.FixtureRequest, merged: dict[str, Any]) -> str:
    """The mode of a test's cassette: the command line's, its own, else the default."""
    from reqsnap.pytest_plugin.vcr_blocks import word_of

    forced = settings_of(request.config).record_mode()
    return forced or word_of(merged.get("record_mode") or request.getfixturevalue("record_mode"))


@pytest.fixture
def vcr(
    request: pytest.FixtureRequest, vcr_cassette_dir: str, disable_recording: bool
) -> Iterator[Cassette | None]:
    """The cassette of a test that is marked `vcr`, in force while it runs; None for others."""
    # Here, as what else is imported by those alone who use it.
    from reqsnap.pytest_plugin.asked import vcr_marks

    marks = vcr_marks(request.node)
    if disable_recording or not marks:
        yield None
        return
    from reqsnap.pytest_plugin.vcr_blocks import Wanted, open_for

    merged = _merged(request, marks)
    has_own = settings_of(request.config).record_mode() or "record_mode" in merged
    name = request.getfixturevalue("default_cassette_name")
    wanted = Wanted(name, vcr_cassette_dir, _mode(request, merged), bool(has_own), marks.names, merged)
    with open_for(request.node, wanted) as cassette:
        yield cassette
