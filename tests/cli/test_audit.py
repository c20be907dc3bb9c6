"""`reqsnap audit`, `ls` and `rm`: what cassettes hold that they should not, and their ends."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reqsnap.cli import main
from reqsnap.cli.audit.places import places_of_secrets
from reqsnap.model import Headers, Interaction, Request, Response
from reqsnap.redaction import DEFAULT_RULES
from tests.support.shown_cassettes import DOWN, IMAGE, LIST, LOGIN, SECRET, write
from tests.support.terminal import on_a_terminal

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return tmp_path


def lines(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[str]]:
    """The exit status of a command, and what it prints."""
    status = main(words)
    return status, capsys.readouterr().out.splitlines()


def test_a_planted_secret_is_told_with_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    write(Path("c/x.yaml"), [LIST, LOGIN])
    write(Path("c/y.yaml"), [IMAGE, DOWN])
    status, shown = lines(capsys, "audit", "c")
    assert status == 1
    assert shown == [
        "c/x.yaml:2:request.header.Authorization: a secret in clear text",
        "c/x.yaml:2:response.body.access_token: a secret in clear text",
        "2 cassettes: 2 findings",
    ]
    assert SECRET not in "".join(shown)
    assert lines(capsys, "audit", "c/y.yaml") == (0, ["1 cassette: nothing found"])
    assert lines(capsys, "audit", "c", "--no-secrets") == (0, ["2 cassettes: nothing found"])


def test_what_is_asked_for_is_found_together(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    now = datetime.now(UTC)
    old = now - timedelta(days=10)
    write(Path("x.yaml"), [replace(LIST, recorded_at=old), replace(LOGIN, recorded_at=now)])
    write(Path("z.yaml"), [replace(IMAGE, recorded_at=now)])
    unused = {
        "recordings": {str(folder / "x.yaml"): [f"GET {LIST.request.url}"]},
        "cassettes": [str(folder / "z.yaml")],
    }
    Path("report.json").write_text(json.dumps({"unused": unused}))
    chosen = ["audit", "x.yaml", "z.yaml", "--stale-days", "9", "--unused", "report.json"]
    status, shown = lines(capsys, *chosen)
    assert status == 1
    assert shown == [
        f"x.yaml:1:recorded_at: recorded on {old:%Y-%m-%d}",
        f"x.yaml:1:request: never played: GET {LIST.request.url}",
        "x.yaml:2:request.header.Authorization: a secret in clear text",
        "x.yaml:2:response.body.access_token: a secret in clear text",
        "z.yaml: no test owns this cassette",
        "2 cassettes: 5 findings",
    ]
    assert lines(capsys, "audit", "x.yaml", "--no-secrets", "--stale-days", "11")[0] == 0


@pytest.mark.parametrize("report", ["{}", "[]", '{"unused": null}', "no json"])
def test_what_is_no_report_is_refused(report: str, capsys: pytest.CaptureFixture[str]) -> None:
    write(Path("x.yaml"), [LIST])
    Path("report.json").write_text(report)
    with pytest.raises(SystemExit) as stopped:
        main(["audit", "x.yaml", "--unused", "report.json"])
    assert stopped.value.code == 2
    assert "report.json is no report" in capsys.readouterr().err


def test_what_cannot_be_read_is_a_finding(capsys: pytest.CaptureFixture[str]) -> None:
    Path("x.yaml").write_text("reqsnap: 1\ninteractions: nothing\n")
    status, shown = lines(capsys, "audit", "x.yaml", "missing.yaml")
    assert (status, shown[-1]) == (1, "2 cassettes: 2 findings")


def test_every_part_of_a_recording_has_its_place() -> None:
    secret = "4f6d1c0e9a7b4f6d"
    request = Request(
        "POST",
        f"https://ada:{secret}@h/x?api_key={secret}",
        Headers([("X-Api-Key", secret), ("Accept", "*/*")]),
        f"api_key={secret}".encode(),
    )
    response = Response(
        200,
        f"Hello {secret}",
        Headers([("Set-Cookie", f"session={secret}; Path=/")]),
        f"it is {secret}".encode(),
        trailers=Headers([("X-Echo", secret)]),
    )
    found = places_of_secrets(Interaction(request, response, datetime.now(UTC)), DEFAULT_RULES)
    assert {place for place in found if not place.startswith("request.body")} >= {
        "request.header.X-Api-Key",
        "request.query.api_key",
        "response.header.Set-Cookie",
        "response.body",
        "response.reason",
        "response.trailer.X-Echo",
    }
    assert any(place.startswith("request.body") for place in found)
    assert places_of_secrets(LIST, DEFAULT_RULES) == []


def test_ls_tells_the_size_and_format_of_each_cassette(capsys: pytest.CaptureFixture[str]) -> None:
    write(Path("c/x.yaml"), [LIST, LOGIN])
    write(Path("c/d/y.yaml"), [IMAGE])
    size = Path("c/x.yaml").stat().st_size
    status, shown = lines(capsys, "ls")
    assert status == 0
    assert shown[0] == f"     2 {size:>12,}  native    c/x.yaml"
    assert shown[-1] == "2 cassettes, 3 interactions"
    Path("c/z.yaml").write_text("reqsnap: 1\ninteractions: nothing\n")
    status, shown = lines(capsys, "ls", "c")
    assert (status, shown[-1]) == (1, "2 cassettes, 3 interactions")


def test_rm_deletes_cassettes_and_what_lies_beside_them(capsys: pytest.CaptureFixture[str]) -> None:
    path = write(Path("c/x.yaml"), [LIST])
    other = Path("c/notes.txt")
    other.write_text("mine")
    Path("c/x.yaml.partial").write_bytes(path.read_bytes())
    Path("c/x.yaml.bodies").mkdir()
    Path("c/x.yaml.bodies/one").write_bytes(b"1")
    assert lines(capsys, "rm", "c") == (0, ["c/x.yaml", "0 cassettes deleted"])
    assert lines(capsys, "rm", "--yes", "c") == (0, ["c/x.yaml", "1 cassette deleted"])
    assert [each.name for each in Path("c").iterdir()] == ["notes.txt"]
    assert main(["rm", "--yes", "c/x.yaml"]) == 1
    assert "c/x.yaml: there is no such file or folder" in capsys.readouterr().err


def test_rm_asks_for_each(folder: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        write(Path(name), [LIST])
    status, shown = on_a_terminal("rm", "-i", ".", typed="n\ny\n")
    assert (status, "1 cassette deleted" in shown) == (0, True)
    assert [each.name for each in folder.iterdir()] == ["a.yaml"]
