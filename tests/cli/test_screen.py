"""What is written to terminals, and what elsewhere."""

from __future__ import annotations

import io

import pytest

from reqsnap.cli.screen import Progress, Screen


class Terminal(io.StringIO):
    """A terminal that remembers what was written to it."""

    def isatty(self) -> bool:
        return True

    def flush(self) -> None:
        """Nothing waits here."""


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Progress, "AFTER", 0.0)
    monkeypatch.setattr(Progress, "EVERY", 0.0)
    monkeypatch.delenv("NO_COLOR", raising=False)


def test_progress_on_a_terminal_is_one_line_that_goes_away() -> None:
    out = Terminal()
    with Progress("checking", 12, out) as progress:
        progress.done(1, "first.yaml")
        progress.done(1234, "b")
    assert out.getvalue().split("\r") == [
        "",
        "checking 1 of 12 first.yaml",
        "checking 1,234 of 12 b     ",
        "                      ",
        "",
    ]


def test_progress_is_no_wider_than_a_terminal() -> None:
    out = Terminal()
    Progress("checking", out=out).done(1, "x" * 500)
    assert len(out.getvalue()) < 80


def test_short_work_shows_no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Progress, "AFTER", 3600.0)
    out = Terminal()
    with Progress("checking", out=out) as progress:
        progress.done(1)
    assert out.getvalue() == ""


@pytest.mark.parametrize("out", [io.StringIO(), None])
def test_there_is_none_elsewhere(out: io.StringIO | None, capsys: pytest.CaptureFixture[str]) -> None:
    with Progress("checking", out=out) as progress:
        progress.done(1)
    assert (out.getvalue() if out is not None else capsys.readouterr().err) == ""


def test_only_terminals_get_colours_and_not_where_no_color_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Screen(Terminal()).painted("x", "bad") == "\x1b[1;31mx\x1b[0m"
    assert Screen(Terminal()).painted("x", "") == "x"
    assert Screen(io.StringIO()).painted("x", "bad") == "x"
    monkeypatch.setenv("NO_COLOR", "1")
    assert Screen(Terminal()).painted("x", "bad") == "x"


def test_a_stream_that_is_closed_takes_everything() -> None:
    Screen(None).line("x")
