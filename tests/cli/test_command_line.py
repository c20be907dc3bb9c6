"""The parser: commands, versions, wrong usage, and errors as one line."""

from __future__ import annotations

import argparse
import runpy
import sys
from pathlib import Path

import pytest

import reqsnap
from reqsnap.cli import main
from reqsnap.cli.demo import command as demo


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"reqsnap {reqsnap.__version__}\n"


def test_python_m_is_the_same(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["reqsnap", "--version"])
    with pytest.raises(SystemExit) as ended:
        # By its path: pytest's own loader of what has plugins cannot run modules.
        runpy.run_path(str(Path(reqsnap.__file__).with_name("__main__.py")), run_name="__main__")
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"reqsnap {reqsnap.__version__}\n"


@pytest.mark.parametrize("arguments", [[], ["no-such-command"], ["demo", "--no-such-option"]])
def test_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: reqsnap" in capsys.readouterr().err


def test_what_is_called_without_a_command_names_them(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([])
    assert "a command is missing, one of: audit, check, convert, demo" in capsys.readouterr().err


def test_an_error_of_ours_is_told_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(arguments: argparse.Namespace) -> int:
        raise reqsnap.CassetteFormatError("items.yaml", 3, "a key is missing")

    monkeypatch.setattr(demo, "run", fail)
    assert main(["demo"]) == 1
    assert capsys.readouterr().err.startswith("reqsnap: items.yaml, line 3: a key is missing")


@pytest.mark.parametrize("command", ["audit", "check", "migrate", "show"])
def test_an_option_that_cannot_be_meant_is_wrong_usage(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, str(tmp_path), "--redact-fields="]) == 2
    told = capsys.readouterr().err
    assert told.startswith("reqsnap: redact_fields=[''] cannot be used: ") and told.count("\n") == 1


def test_an_error_drives_no_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(arguments: argparse.Namespace) -> int:
        raise reqsnap.CassetteFormatError("a\x1b[2J.yaml", 3, "a key is missing")

    monkeypatch.setattr(demo, "run", fail)
    assert main(["demo"]) == 1
    assert capsys.readouterr().err.startswith(r"reqsnap: a\x1b[2J.yaml, line 3")
