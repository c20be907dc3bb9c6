"""`reqsnap prune --objects`: only what nothing names is deleted, and only when a person agreed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from reqsnap.cli import main, prune
from reqsnap.formats import register_format, registry
from tests.support.lossy_formats import Shelved
from tests.support.shown_cassettes import IMAGE, LIST, write
from tests.support.terminal import on_a_terminal

ROOT = Path(__file__).parents[2]
BODIES = Path("a/x.shelved.bodies")
NAME = f"sha256-{'0' * 64}.bin"
STRAY = BODIES / "stray"


@pytest.fixture(autouse=True)
def folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(registry, "_formats", dict(registry._formats))
    register_format(Shelved())
    write(Path("x.yaml"), [LIST, IMAGE])
    assert main(["convert", "x.yaml", "a/x.shelved"]) == 0
    STRAY.write_bytes(b"12345")
    capsys.readouterr()
    yield tmp_path


def left() -> list[str]:
    return sorted(path.name for path in BODIES.iterdir())


def test_without_a_yes_it_lists(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prune", "--objects", "a"]) == 0
    assert capsys.readouterr().out == (
        "a/x.shelved.bodies/stray: 5 bytes\nnothing was deleted; --yes deletes without asking\n"
    )
    assert left() == ["body1", "body2", "stray"]


@pytest.mark.parametrize("path", ["a", "a/x.shelved", "a/x.shelved.bodies", "."])
def test_yes_deletes_what_nothing_names(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prune", "--objects", path, "--yes"]) == 0
    assert capsys.readouterr().out.endswith("x.shelved.bodies/stray: 5 bytes\n1 file deleted\n")
    assert left() == ["body1", "body2"]
    assert main(["check", "a/x.shelved"]) == 0
    assert main(["prune", "--objects", path, "--yes"]) == 0
    assert capsys.readouterr().out.endswith("nothing to delete\n")


@pytest.mark.parametrize(("answer", "remaining"), [("y", 0), ("", 1)])
def test_it_asks_on_a_terminal(answer: str, remaining: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    Path("b/gone.yaml.bodies").mkdir(parents=True)
    Path("b/gone.yaml.bodies", NAME).write_text("")
    status, shown = on_a_terminal("prune", "--objects", "b", typed=f"{answer}\n")
    assert status == 0
    assert "delete 1 file? [y/N]" in shown
    assert len(list(Path("b").rglob(NAME))) == remaining


def test_what_a_partial_set_names_stays() -> None:
    os.rename("a/x.shelved", "a/x.shelved.partial")
    assert main(["prune", "--objects", "a", "--yes"]) == 0
    assert left() == ["body1", "body2"]


def test_without_a_cassette_what_reqsnap_names_goes_and_its_folder_too() -> None:
    bodies = Path("b/gone.yaml.bodies")
    bodies.mkdir(parents=True)
    (bodies / NAME).write_text("")
    assert main(["prune", "--objects", "b", "--yes"]) == 0
    assert not bodies.exists()


def test_a_folder_of_someone_else_s_with_such_a_name_stays() -> None:
    os.unlink("a/x.shelved")
    before = left()
    (BODIES / NAME).write_text("")
    assert main(["prune", "--objects", "a", "--yes"]) == 0
    assert left() == before != []


def test_a_body_that_is_missing_is_in_nobody_s_way() -> None:
    assert main(["convert", "x.yaml", "b/x.yaml", "--max-inline-size", "1"]) == 0
    bodies = Path("b/x.yaml.bodies")
    (gone, *stay) = sorted(bodies.iterdir())
    gone.unlink()
    (bodies / "stray").write_text("")
    assert main(["prune", "--objects", "b", "--yes"]) == 0
    assert sorted(bodies.iterdir()) == stay != []


def test_a_cassette_that_cannot_be_read_keeps_all(capsys: pytest.CaptureFixture[str]) -> None:
    write(Path("b/good.yaml"), [LIST])
    Path("a/x.shelved").write_text("reqsnap: 1\ninteractions:\n- nonsense: 1\n# end\n")
    assert main(["prune", "--objects", "a", "--yes"]) == 1
    shown = capsys.readouterr()
    assert shown.err.startswith("reqsnap: a/x.shelved, line 3: ")
    assert left() == ["body1", "body2", "stray"]


def test_what_is_left_of_a_damaged_one_keeps_all(capsys: pytest.CaptureFixture[str]) -> None:
    Path("a/x.shelved.damaged").write_text("")
    assert main(["prune", "--objects", "a", "--yes"]) == 1
    assert capsys.readouterr().err.startswith(
        "reqsnap: a/x.shelved.damaged: it may name bodies that are needed"
    )
    assert left() == ["body1", "body2", "stray"]


def test_what_comes_to_be_named_meanwhile_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    found = prune._orphans
    answers = iter([True, False])
    monkeypatch.setattr(prune, "_orphans", lambda path: found(path) if next(answers) else [])
    assert main(["prune", "--objects", "a", "--yes"]) == 0
    assert left() == ["body1", "body2", "stray"]


def test_a_path_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prune", "--objects", "none"]) == 1
    assert capsys.readouterr().err == "reqsnap: none: there is no such file or folder\n"


@pytest.mark.parametrize("words", [[], ["--objects"], ["a"]])
def test_wrong_usage(words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["prune", *words])
    assert ended.value.code == 2
