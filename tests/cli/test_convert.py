"""`reqsnap convert`: files and folders, what is refused, what is told, and that nothing is half written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reqsnap.cli import main
from reqsnap.formats import native, register_format, registry
from reqsnap.model import Headers, Interaction
from tests.support.lossy_formats import Poor, Shelved, Wrong
from tests.support.shown_cassettes import DOWN, IMAGE, LIST, LOGIN, SECRET, tear, write

ROOT = Path(__file__).parents[2]
ALL = [LIST, LOGIN, IMAGE, DOWN]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(registry, "_formats", dict(registry._formats))
    register_format(Poor())
    register_format(Wrong())
    register_format(Shelved())
    write(tmp_path / "all.yaml", ALL)
    yield tmp_path


def held(path: str) -> list[Interaction]:
    return native.load(Path(path).read_bytes())


def names() -> list[str]:
    return sorted(path.as_posix() for path in Path().rglob("*"))


def test_a_file_is_converted_into_a_new_folder_and_its_secrets_redacted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["convert", "all.yaml", "new/deep/all.yml"]) == 0
    assert capsys.readouterr().out == (
        "all.yaml -> new/deep/all.yml: 4 interactions, 2 secrets redacted\n"
        "1 of 1 cassette converted to native; 4 interactions\n"
    )
    assert [held("new/deep/all.yml")[place] for place in (0, 2, 3)] == [LIST, IMAGE, DOWN]
    assert names() == ["all.yaml", "new", "new/deep", "new/deep/all.yml"]


def test_secrets_are_redacted_unless_that_is_asked_for() -> None:
    assert main(["convert", "all.yaml", "redacted.yaml", "--redact-fields", "user"]) == 0
    assert SECRET not in Path("redacted.yaml").read_text()
    assert held("redacted.yaml")[1].request.body == b'{"user":"[REDACTED]"}'
    assert main(["convert", "all.yaml", "same.yaml", "--no-redact"]) == 0
    assert Path("same.yaml").read_bytes() == Path("all.yaml").read_bytes()


def test_distinct_secrets_stay_distinct_and_new_numbers_are_new() -> None:
    def login(token: str) -> Interaction:
        return replace(
            LOGIN, request=replace(LOGIN.request, headers=Headers([("Authorization", f"Bearer {token}")]))
        )

    write(Path("two.yaml"), [login("first-token-value"), login("second-token-value")])
    assert main(["convert", "two.yaml", "one.yaml"]) == 0
    tokens = [each.request.headers.get("authorization") for each in held("one.yaml")]
    assert tokens == ["[REDACTED]", "[REDACTED:2]"]
    write(Path("three.yaml"), [login("third-token-value"), *held("one.yaml")])
    assert main(["convert", "three.yaml", "four.yaml"]) == 0
    tokens = [each.request.headers.get("authorization") for each in held("four.yaml")]
    assert tokens == ["[REDACTED:3]", "[REDACTED]", "[REDACTED:2]"]


def test_what_a_format_cannot_hold_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", "all.yaml", "all.poor"]) == 0
    assert capsys.readouterr().out == (
        "all.yaml -> all.poor: 3 interactions, 2 secrets redacted\n"
        "  lost: reason phrases (in 3 interactions)\n"
        "  lost: the time of recording (in 3 interactions)\n"
        "  left out: [4] GET https://down.example.com/: it holds no network errors\n"
        "1 of 1 cassette converted to poor, 1 with losses; 3 interactions\n"
    )
    assert len(Poor().read(Path("all.poor").read_bytes())) == 3


def test_strict_refuses_losses(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", "all.yaml", "all.poor", "--strict"]) == 1
    assert capsys.readouterr().err == (
        "reqsnap: all.yaml: poor cannot hold all of it: lost: reason phrases (in 3 interactions); "
        "lost: the time of recording (in 3 interactions); "
        "left out: [4] GET https://down.example.com/: it holds no network errors\n"
    )
    assert main(["convert", "all.yaml", "all.yml", "--strict"]) == 0
    assert names() == ["all.yaml", "all.yml"]


def test_many_that_are_left_out_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    write(Path("down.yaml"), [DOWN] * 9)
    assert main(["convert", "down.yaml", "down.poor"]) == 0
    assert capsys.readouterr().out.splitlines()[4] == "  left out: 6 more"


def test_what_is_read_back_otherwise_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", "all.yaml", "all.wrong"]) == 1
    assert capsys.readouterr().err == (
        "reqsnap: all.yaml: as wrong it would not say the same: status codes (first in "
        "GET https://api.example.com/items); nothing was written\n"
    )
    assert names() == ["all.yaml"]


def test_a_format_by_its_name() -> None:
    assert main(["convert", "all.yaml", "x.txt", "--format", "poor"]) == 0
    assert Path("x.txt").read_bytes().startswith(b'["reqsnap')
    assert main(["convert", "x.txt", "back.yaml"]) == 0
    assert len(held("back.yaml")) == 3


def test_the_cassettes_of_a_folder_are_converted_and_the_rest_is_left_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write(Path("a/b/one.yml"), [LIST])
    write(Path("a/two.yaml"), [IMAGE, IMAGE])
    write(Path("a/two.yaml.partial"), [IMAGE])
    Path("a/readme.md").write_text("words")
    Path("a/.two.yaml.lock").mkdir()
    assert main(["convert", "a", "c"]) == 0
    assert capsys.readouterr().out == (
        "left alone, no cassette: a/readme.md\n"
        "left alone, no finished recording: a/two.yaml.partial\n"
        "a/two.yaml -> c/two.yaml: 2 interactions\n"
        "a/b/one.yml -> c/b/one.yml: 1 interaction\n"
        "2 of 2 cassettes converted to native; 3 interactions\n"
    )
    assert sorted(path.as_posix() for path in Path("c").rglob("*")) == ["c/b", "c/b/one.yml", "c/two.yaml"]


def test_what_fails_in_a_folder_does_not_stop_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    write(Path("a/good.yaml"), [LIST])
    write(Path("a/there.yaml"), [LIST])
    write(Path("a/twice.yaml"), [LIST])
    write(Path("a/twice.yml"), [LIST])
    Path("a/bad.yaml").write_text("reqsnap: 1\ninteractions:\n- nonsense: 1\n# end\n")
    Path("c").mkdir()
    Path("c/there.poor").write_text("mine")
    assert main(["convert", "a", "c", "--format", "poor"]) == 1
    shown = capsys.readouterr()
    assert [line.split(": ")[0].split(",")[0] for line in shown.err.splitlines()[0:]] == ["reqsnap"] * 3
    assert "c/there.poor: there is such a file already; --force replaces it\n" in shown.err
    assert "a/twice.yml: a/twice.yaml becomes c/twice.poor too; convert them one by one\n" in shown.err
    assert shown.out.splitlines()[-1] == (
        "2 of 5 cassettes converted to poor, 2 with losses, 3 failed; 2 interactions"
    )
    assert Path("c/there.poor").read_text() == "mine"


def test_a_torn_cassette_is_to_be_mended_first(capsys: pytest.CaptureFixture[str]) -> None:
    tear(Path("all.yaml"))
    assert main(["convert", "all.yaml", "b.yaml"]) == 1
    assert "'reqsnap repair' mends it" in capsys.readouterr().err
    assert main(["repair", "all.yaml"]) == 0
    assert main(["convert", "all.yaml", "b.yaml"]) == 0
    assert len(held("b.yaml")) == 3


def test_force_replaces() -> None:
    Path("b.yaml").write_text("mine")
    assert main(["convert", "all.yaml", "b.yaml"]) == 1
    assert Path("b.yaml").read_text() == "mine"
    assert main(["convert", "all.yaml", "b.yaml", "--force"]) == 0
    assert len(held("b.yaml")) == 4


@pytest.mark.parametrize(
    ("words", "status", "reason"),
    [
        (["none.yaml", "b.yaml"], 2, "none.yaml: there is no such file or folder"),
        (["all.yaml", "all.yaml"], 2, "all.yaml: SRC and DST are the same"),
        (["all.yaml", "./sub/../all.yaml"], 2, "all.yaml: SRC and DST are the same"),
        (["all.yaml", "link.yaml", "--force"], 2, "all.yaml: SRC and DST are the same"),
        (["all.yaml", "hard.yaml", "--force"], 2, "all.yaml: SRC and DST are the same"),
        (["sub", "sub"], 2, "sub: SRC and DST are the same"),
        (["sub", "sub/new"], 2, "sub/new: DST lies in SRC"),
        (["sub", "all.yaml"], 2, "all.yaml: DST is a file, and SRC a folder"),
        (
            ["all.yaml", "sub.yaml"],
            2,
            "sub.yaml: DST is a folder, and SRC a file; name the file, as sub.yaml/all.yaml",
        ),
        (
            ["all.yaml", "b.png"],
            2,
            "DST='b.png' cannot be used: no format's files end so. --format NAME says which.",
        ),
        (["all.yaml", "b", "--format", "no"], 2, "format='no' cannot be used: the formats are"),
        (["all.yaml", "b.yaml", "--redact-fields", ""], 2, "redact_fields="),
        (["sub", "new"], 1, "sub: there is no cassette in this folder"),
        (["words.yaml", "b.yaml"], 1, "words.yaml, line 1: it is not a reqsnap cassette"),
        (["all.yaml", "all.yaml/b.yaml"], 1, "path='all.yaml/b.yaml' cannot be used: "),
        (["x" * 5000, "b.yaml"], 2, "xxx"),
        (["all.yaml", f"{'x' * 5000}.yaml"], 1, "path='xxx"),
        (["loop.yaml", "b.yaml"], 2, "loop.yaml: there is no such file or folder"),
    ],
)
def test_what_cannot_be_converted_is_one_line(
    words: list[str], status: int, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("sub").mkdir()
    Path("sub.yaml").mkdir()
    Path("link.yaml").symlink_to("all.yaml")
    Path("hard.yaml").hardlink_to("all.yaml")
    Path("loop.yaml").symlink_to("loop.yaml")
    Path("words.yaml").write_text("words")
    before = names(), Path("all.yaml").read_bytes()
    assert main(["convert", *words]) == status
    told = capsys.readouterr().err
    assert told.startswith(f"reqsnap: {reason}") and told.count("\n") == 1
    assert (names(), Path("all.yaml").read_bytes()) == before


def test_bodies_beside_the_source_come_along() -> None:
    assert main(["convert", "all.yaml", "all.shelved", "--no-redact"]) == 0
    assert sorted(path.name for path in Path("all.shelved.bodies").iterdir()) == ["body1", "body2", "body3"]
    assert Path("all.shelved.bodies/body3").read_bytes() == IMAGE.response.body
    assert main(["convert", "all.shelved", "other.shelved", "--no-redact"]) == 0
    assert Path("other.shelved.bodies/body3").read_bytes() == IMAGE.response.body
    assert main(["convert", "other.shelved", "back.yaml", "--no-redact"]) == 0
    assert Path("back.yaml").read_bytes() == Path("all.yaml").read_bytes()


def test_a_file_that_is_refused_leaves_no_bodies() -> None:
    Path("all.shelved").write_text("mine")
    assert main(["convert", "all.yaml", "all.shelved"]) == 1
    assert names() == ["all.shelved", "all.yaml"]


def test_ctrl_c_leaves_nothing_half_written(folder: Path) -> None:
    write(folder / "many" / "first.yaml", [LIST])
    os.mkfifo(folder / "go")
    program = (
        # A shell has what it starts in the background ignore the signal.
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "import sys; from reqsnap.cli import main; from reqsnap.cli.convert import command\n"
        "def write(*a, **k):\n"
        "    open('go', 'w').close(); import time; time.sleep(60)\n"
        "command.write = write\n"
        "sys.exit(main(['convert', 'many', 'new']))\n"
    )
    running = subprocess.Popen(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    # It has come to the writing when somebody opens the other end.
    (folder / "go").read_bytes()
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert (running.returncode, out, err) == (130, "", "reqsnap: interrupted\n")
    assert not (folder / "new").exists()
