"""`reqsnap show`: what it prints, what it chooses, what it says of what cannot be read."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from reqsnap.cli import main
from tests.support.shown_cassettes import DOWN, IMAGE, LIST, LOGIN, SECRET, tear, write
from tests.support.terminal import REQSNAP, on_a_terminal

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    write(tmp_path / "all.yaml", [LIST, LOGIN, IMAGE, DOWN])
    return tmp_path


def heads(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("[")]


def test_it_prints_interactions(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "all.yaml", "--index", "1"]) == 0
    assert capsys.readouterr().out == (
        "all.yaml: 4 interactions\n"
        "\n"
        "[1] GET https://api.example.com/items\n"
        "    2026-11-22 01:02:03 UTC, 20 ms, received 31 bytes (gzip, 11 bytes undone)\n"
        "    > Accept: */*\n"
        "    < HTTP/1.1 200 OK\n"
        "    < Content-Type: application/json\n"
        "    < Content-Encoding: gzip\n"
        "    <\n"
        "    < [\n"
        "    <   {\n"
        '    <     "id": 1\n'
        "    <   }\n"
        "    < ]\n"
        "\n"
    )


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], [1, 2, 3, 4]),
        (["--method", "post"], [2]),
        (["--host", "*.example.com", "--status", "4xx,error"], [3, 4]),
        (["--grep", "LOGO"], [3]),
        (["--grep", r"^Content-Type: image/"], [3]),
        (["--index", "2-3"], [2, 3]),
    ],
)
def test_it_prints_only_what_the_options_choose(
    words: list[str], expected: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", "all.yaml", *words]) == 0
    assert [int(head[1]) for head in heads(capsys.readouterr().out)] == expected


def test_the_other_half_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "all.yaml", "--request-only"]) == 0
    assert "    <" not in capsys.readouterr().out
    assert main(["show", "all.yaml", "--response-only"]) == 0
    assert "    >" not in capsys.readouterr().out


def test_secrets_in_clear_text_are_neither_shown_nor_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert SECRET in Path("all.yaml").read_text()
    assert main(["show", "all.yaml"]) == 0
    assert SECRET not in capsys.readouterr().out
    assert main(["show", "all.yaml", "--grep", SECRET]) == 1
    assert main(["show", "all.yaml", "--index", "2", "--raw"]) == 0
    assert capsys.readouterr().out == '{"access_token":"[REDACTED]"}'
    assert (
        main(["show", "all.yaml", "--index", "2", "--redact-fields", "user", "--raw", "--request-only"]) == 0
    )
    assert capsys.readouterr().out == '{"user":"[REDACTED]"}'


def test_raw_is_the_body_alone(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["show", "all.yaml", "--index", "1", "--raw"]) == 0
    assert capfdbinary.readouterr().out == b'[{"id": 1}]'
    assert main(["show", "all.yaml", "--index", "3", "--raw"]) == 0
    assert capfdbinary.readouterr().out == IMAGE.response.body


def test_raw_is_for_one_interaction(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "all.yaml", "--raw"]) == 1
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == (
        "",
        "reqsnap: --raw is for one interaction, and these are 4; --index N chooses one\n",
    )


def test_a_folder_is_searched_for_cassettes(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    write(folder / "b" / "deep" / "one.yaml", [LIST])
    write(folder / "b" / "none.yaml", [])
    write(folder / "b" / ".hidden" / "two.yaml", [LIST])
    (folder / "b" / "readme.md").write_text("# no cassette")
    (folder / "b" / "other.yaml").write_text("a: 1\n")
    assert main(["show", "b"]) == 0
    shown = capsys.readouterr()
    assert [line for line in shown.out.splitlines() if line.startswith("b")] == [
        "b/none.yaml: no interactions",
        "b/deep/one.yaml: 1 interaction",
    ]
    assert shown.err == ""


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["missing.yaml"], "missing.yaml: there is no such file"),
        (["empty"], "empty: there is no cassette in this folder"),
        (["bad.yaml"], "bad.yaml, line 3: "),
        (["text.txt"], "text.txt, line 1: it is not a reqsnap cassette"),
        (["pipe"], "path='pipe' cannot be used: it is not a regular file"),
        (["all.yaml", "--index", "9"], "no interaction is like that"),
        (["x" * 5000], f"path='{'x' * 199}..."),
        (["a\nb.yaml"], "a\\nb.yaml: there is no such file"),
    ],
)
def test_what_cannot_be_shown_is_one_line(
    words: list[str], reason: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "empty").mkdir()
    (folder / "bad.yaml").write_text("reqsnap: 1\ninteractions:\n- nonsense: 1\n# end\n")
    (folder / "text.txt").write_text("words")
    os.mkfifo(folder / "pipe")
    assert main(["show", *words]) == 1
    shown = capsys.readouterr()
    assert shown.out == "" and shown.err.count("\n") == 1
    assert shown.err.startswith(f"reqsnap: {reason}")


def test_a_recording_that_has_not_ended(capsys: pytest.CaptureFixture[str]) -> None:
    Path("all.yaml").rename("new.yaml.partial")
    assert main(["show", "new.yaml"]) == 1
    assert capsys.readouterr().err == (
        "reqsnap: new.yaml: there is no such file; new.yaml.partial is a recording that has not ended\n"
    )
    assert main(["show", "new.yaml.partial"]) == 0
    assert len(heads(capsys.readouterr().out)) == 4


def test_a_torn_cassette_is_shown_up_to_its_tear(capsys: pytest.CaptureFixture[str]) -> None:
    line = tear(Path("all.yaml"))
    assert main(["show", "all.yaml"]) == 1
    shown = capsys.readouterr()
    assert len(heads(shown.out)) == 3
    assert shown.err.startswith(
        f"reqsnap: all.yaml, line {line}: its last addition was not finished; 'reqsnap repair' mends it "
        "and keeps 3 interactions. "
    )


def test_what_can_be_shown_is_shown_all_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "missing.yaml", "all.yaml"]) == 1
    assert len(heads(capsys.readouterr().out)) == 4


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["all.yaml", "--grep", "("],
        ["all.yaml", "--status", "40"],
        ["all.yaml", "--index", "0"],
        ["all.yaml", "--request-only", "--response-only"],
        ["all.yaml", "--no-redact"],
    ],
)
def test_wrong_usage(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["show", *words])
    assert ended.value.code == 2
    assert "Traceback" not in capsys.readouterr().err


def test_a_reader_that_has_seen_enough(folder: Path) -> None:
    write(folder / "many.yaml", [LIST] * 2000)
    shown = subprocess.Popen(
        [*REQSNAP, "show", "many.yaml"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert shown.stdout is not None and shown.stderr is not None
    assert shown.stdout.readline() == "many.yaml: 2,000 interactions\n"
    shown.stdout.close()
    assert shown.stderr.read() == ""
    shown.stderr.close()
    assert shown.wait(60) == 141


@pytest.mark.parametrize("words", [[], ["--index", "3", "--raw"]])
def test_output_that_cannot_be_written(words: list[str]) -> None:
    with open("/dev/full", "wb") as full:
        shown = subprocess.run(
            [*REQSNAP, "show", "all.yaml", *words], stdout=full, stderr=subprocess.PIPE, timeout=60
        )
    assert (shown.returncode, shown.stderr) == (1, b"reqsnap: No space left on device\n")


@pytest.mark.parametrize("words", [["--index", "3", "--raw"], ["missing.yaml"]])
def test_streams_that_are_closed_are_no_error(words: list[str]) -> None:
    command = f"{' '.join(REQSNAP)} show all.yaml {' '.join(words)} >&- 2>&-"
    assert subprocess.run(["sh", "-c", command], timeout=60).returncode == (
        1 if "missing.yaml" in words else 0
    )


def test_a_charset_that_lacks_letters(folder: Path) -> None:
    write(folder / "é.yaml", [])
    shown = subprocess.run(
        [*REQSNAP, "show", "é.yaml"],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert shown.stdout == b"\\xe9.yaml: no interactions\n"


def test_colour_is_for_terminals_without_no_color() -> None:
    assert "\x1b[1;36mall.yaml" in on_a_terminal("show", "all.yaml")[1]
    assert "\x1b" not in on_a_terminal("show", "all.yaml", NO_COLOR="1")[1]


def test_raw_does_not_drive_a_terminal() -> None:
    status, shown = on_a_terminal("show", "all.yaml", "--index", "3", "--raw")
    assert status == 1
    assert shown == (
        "reqsnap: this body holds control characters, which a terminal obeys; send it to a file or a pipe\r\n"
    )
    assert on_a_terminal("show", "all.yaml", "--index", "1", "--raw") == (0, '[{"id": 1}]')
