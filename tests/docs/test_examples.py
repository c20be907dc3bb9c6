"""Every Python example in README.md and docs/ runs, and prints what the page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.documented_api import serving
from tests.support.documented_examples import examples, run_page

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
RUN = [page for page in PAGES if list(examples(page.read_text("utf-8")))]
_LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", RUN, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_examples_of_a_page_run_and_print_what_it_says(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("REQSNAP_MODE", raising=False)
    with serving(monkeypatch) as api:
        run_page(page, tmp_path, api)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    targets = _LINK.findall(page.read_text("utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_every_page_is_in_the_index() -> None:
    listed = set(_LINK.findall((ROOT / "docs" / "index.md").read_text("utf-8")))
    pages = {str(page.relative_to(ROOT / "docs")) for page in PAGES[1:]} - {"index.md"}
    assert pages - listed == set()
