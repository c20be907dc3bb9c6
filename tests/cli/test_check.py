"""`reqsnap check`: which problems it finds, where it says they are, and its exit status."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reqsnap.cli import main
from reqsnap.cli.check.problems import Problem, first_differing_line
from reqsnap.cli.check.reports import as_annotation, as_line
from reqsnap.formats import register_format, registry
from reqsnap.model import Interaction
from tests.cli.formats import Shelved
from tests.cli.support import DOWN, IMAGE, LIST, LOGIN, SECRET, tear, write


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(registry, "_formats", dict(registry._formats))
    register_format(Shelved())
    write(tmp_path / "good.yaml", [LIST, IMAGE, DOWN])
    yield tmp_path


def checked(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[str]]:
    status = main(["check", *words])
    shown = capsys.readouterr()
    assert shown.err == ""
    return status, shown.out.splitlines()


def test_all_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert checked(capsys, "good.yaml", "--canonical", "--strict", "--secrets=error") == (
        0,
        ["1 cassette, 3 interactions: no problems"],
    )


def shelved(path: str, interactions: list[Interaction]) -> None:
    """Write a cassette with an interaction a line."""
    write(Path("source.yaml"), interactions)
    assert main(["convert", "source.yaml", path, "--no-redact"]) == 0
    Path("source.yaml").unlink()


def test_secrets_in_clear_text(capsys: pytest.CaptureFixture[str]) -> None:
    shelved("a/login.shelved", [LIST, LOGIN])
    capsys.readouterr()
    status, lines = checked(capsys, "a")
    assert (status, lines) == (
        0,
        [
            "a/login.shelved:2: warning: a secret in clear text: authorization",
            "a/login.shelved:2: warning: a secret in clear text: access_token",
            "1 cassette, 2 interactions: 0 errors, 2 warnings",
        ],
    )
    assert SECRET not in "".join(lines)
    assert checked(capsys, "a", "--strict")[0] == 1
    status, lines = checked(capsys, "a", "--secrets=error")
    assert (status, lines[0]) == (1, "a/login.shelved:2: a secret in clear text: authorization")
    assert checked(capsys, "a", "--secrets=ignore", "--strict")[0] == 0
    assert "a secret in clear text: user" in "".join(checked(capsys, "a", "--redact-fields=user")[1])


def test_a_secret_of_many_interactions_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    shelved("many.shelved", [LIST, LOGIN, LIST, LOGIN, LOGIN])
    capsys.readouterr()
    lines = checked(capsys, "many.shelved")[1]
    assert lines[0] == (
        "many.shelved:2: warning: a secret in clear text: authorization, here and in 2 other interactions"
    )
    assert len(lines) == 3


def test_what_cannot_be_read(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "bad.yaml").write_text("reqsnap: 1\ninteractions:\n- nonsense: 1\n# end\n")
    (folder / "words.txt").write_text("words")
    (folder / "empty").mkdir()
    (folder / "c").mkdir()
    (folder / "c" / "nothing.yaml").write_text("\n")
    (folder / "c" / "dangling.yaml").symlink_to("nowhere")
    (folder / "c" / "compose.yaml").write_text("services: {}\n")
    status, lines = checked(capsys, "bad.yaml", "missing.yaml", "words.txt", "empty", "c", "good.yaml")
    assert status == 1
    assert lines[0].startswith("bad.yaml:3: ")
    assert lines[1:] == [
        "missing.yaml: there is no such file",
        "words.txt:1: it is not a reqsnap cassette, which begins with 'reqsnap: 1'",
        "empty: there is no cassette in this folder",
        "c/dangling.yaml: there is no such file",
        "c/nothing.yaml:1: the file is empty",
        "5 cassettes, 3 interactions: 6 errors, 0 warnings (1 other file left alone)",
    ]


def test_a_torn_cassette_is_checked_up_to_its_tear(capsys: pytest.CaptureFixture[str]) -> None:
    write(Path("torn.yaml"), [LOGIN, LIST])
    line = tear(Path("torn.yaml"))
    status, lines = checked(capsys, "torn.yaml", "--canonical")
    assert status == 1
    assert lines[2:] == [
        f"torn.yaml:{line}: its last addition was not finished; 'reqsnap repair' mends it "
        "and keeps 1 interaction",
        "1 cassette, 1 interaction: 1 error, 2 warnings",
    ]


def test_lines_of_native_cassettes(capsys: pytest.CaptureFixture[str]) -> None:
    path = write(Path("a.yaml"), [LIST, LIST, LOGIN])
    number = path.read_text().splitlines().index(f"      Authorization: Bearer {SECRET}") + 1
    assert (
        checked(capsys, "a.yaml")[1][0] == f"a.yaml:{number}: warning: a secret in clear text: authorization"
    )


def test_bodies_beside_native_cassettes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", "good.yaml", "beside.yaml", "--max-inline-size", "12"]) == 0
    capsys.readouterr()
    assert checked(capsys, "beside.yaml")[0] == 0
    (body,) = Path("beside.yaml.bodies").iterdir()
    body.write_bytes(b"other")
    status, lines = checked(capsys, "beside.yaml")
    assert status == 1
    assert lines[0].startswith("beside.yaml:") and lines[0].endswith(
        f": the body of the answer to GET {IMAGE.request.url} is in the file {body.name} beside it, "
        "which was changed"
    )
    body.unlink()
    assert "beside it, which is missing" in checked(capsys, "beside.yaml")[1][0]


def test_bodies_that_are_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", "good.yaml", "good.shelved"]) == 0
    capsys.readouterr()
    assert checked(capsys, "good.shelved") == (0, ["1 cassette, 3 interactions: no problems"])
    Path("good.shelved.bodies/body2").unlink()
    status, lines = checked(capsys, "good.shelved")
    assert (status, lines[0]) == (1, "good.shelved:2: a body beside it is missing")


def test_requests_that_were_recorded_incomplete(capsys: pytest.CaptureFixture[str]) -> None:
    write(Path("half.yaml"), [replace(LIST, request=replace(LIST.request, body=b"ha", complete=False))])
    status, lines = checked(capsys, "half.yaml")
    assert status == 0
    assert "warning: the request was answered before all of it had been sent" in lines[0]


def test_canonical_refuses_a_layout_of_ones_own(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    path = folder / "good.yaml"
    path.write_text(
        path.read_text().replace("status", "status").replace("  response:\n", "  response: # mine\n", 1)
    )
    assert checked(capsys, "good.yaml")[0] == 0
    status, lines = checked(capsys, "good.yaml", "--canonical")
    assert (status, lines[0]) == (1, "good.yaml:7: the file is not laid out as reqsnap would write it")


@pytest.mark.parametrize("size", ["1000", "12"])
def test_both_places_of_a_large_body_are_canonical(size: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", "good.yaml", "other.yaml", "--max-inline-size", size]) == 0
    capsys.readouterr()
    assert checked(capsys, "other.yaml", "--canonical", "--max-inline-size", "12")[0] == 0


def test_what_another_process_left_behind_is_warned_of(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    for name in (
        "good.yaml.partial",
        "good.yaml.damaged",
        "good.yaml.damaged-2",
        "other.yaml.partial",
        ".reqsnap-0123abcd.tmp",
    ):
        (folder / name).write_text("")
    (folder / ".good.yaml.lock").mkdir()
    recording = "a recording that has not ended, or was broken off; the next one goes on with it"
    damaged = "what was left of a damaged cassette; take from it what you need, and delete it"
    expected = [
        ".good.yaml.lock: warning: a process is using the cassette, or died while it did",
        ".reqsnap-0123abcd.tmp: warning: a file that a process died over; it may be deleted",
        f"good.yaml.damaged-2: warning: {damaged}",
        f"good.yaml.damaged: warning: {damaged}",
        f"good.yaml.partial: warning: {recording}",
        f"other.yaml.partial: warning: {recording}",
    ]
    status, lines = checked(capsys, ".")
    assert (status, sorted(lines[:-1])) == (0, expected)
    status, lines = checked(capsys, "good.yaml")
    assert sorted(lines[:-1]) == [expected[0], *expected[2:5]]


def test_json_holds_the_totals_and_each_problem(capsys: pytest.CaptureFixture[str]) -> None:
    shelved("a/login.shelved", [LIST, LOGIN])
    capsys.readouterr()
    assert main(["check", "a", "missing.yaml", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["cassettes"], found["interactions"], found["errors"], found["warnings"]) == (1, 2, 1, 2)
    assert found["problems"][0] == {
        "path": "a/login.shelved",
        "line": 2,
        "severity": "warning",
        "kind": "secret",
        "message": "a secret in clear text: authorization",
    }
    assert found["problems"][2]["line"] is None


def test_annotations_are_those_of_a_pull_request(capsys: pytest.CaptureFixture[str]) -> None:
    shelved("a/login.shelved", [LIST, LOGIN])
    capsys.readouterr()
    assert main(["check", "a", "--github", "--secrets=error"]) == 1
    assert capsys.readouterr().out.splitlines()[0] == (
        "::error file=a/login.shelved,line=2::a secret in clear text: authorization"
    )


def test_names_of_files_cannot_forge_a_line() -> None:
    problem = Problem(Path("a\n::error file=b::,c\x1b[2J"), 3, "layout", "50%\nor less", is_error=False)
    assert as_line(problem) == "a\\n::error file=b::,c\\x1b[2J:3: warning: 50%\\nor less"
    assert as_annotation(problem) == (
        "::warning file=a%0A%3A%3Aerror file=b%3A%3A%2Cc\\x1b[2J,line=3::50%25%0Aor less"
    )


@pytest.mark.parametrize(
    ("one", "other", "line"),
    [(b"", b"a", 1), (b"a\nb", b"a\nc", 2), (b"a\n", b"a\nb\n", 2), (b"a", b"a\nb", 2)],
)
def test_the_first_line_that_differs(one: bytes, other: bytes, line: int) -> None:
    assert first_differing_line(one, other) == first_differing_line(other, one) == line


@pytest.mark.parametrize(
    "words", [[], ["x", "--secrets=no"], ["x", "--json", "--github"], ["x", "--no-redact"]]
)
def test_wrong_usage(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["check", *words])
    assert ended.value.code == 2
