"""The benchmark runs and prints its table; what it measures is not asserted."""

from __future__ import annotations

import http.client
import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks import alone, measuring, pages, parts, plan, processes, server, suites, tools, works
from benchmarks.__main__ import main
from benchmarks.clients import NAMES
from benchmarks.jobs import Job

LITTLE = plan.Sizes(1, turns=2, small=2, middle=3, large=3, requests=4, warm_up=2, cassettes=2, recorded=3)


def done(job: Job) -> float:
    """What all the turns of a job took, in seconds."""
    return sum([outcome.seconds for outcome in works.WORKS[job.work](job)])


def test_the_tables(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # VCR.py and cassetter are not installed where the tests run.
    monkeypatch.setattr(plan, "PEERS", ("reqsnap",))
    monkeypatch.setattr(plan, "WARM_CASSETTES", 1)
    monkeypatch.setattr(works, "PROGRAMS", {"reqsnap": "pass"})
    chosen = [
        "--clients",
        "http.client",
        "--only",
        "replay",
        "first",
        "suite",
        "record",
        "--write",
        str(tmp_path),
    ]
    assert main(chosen, LITTLE) == 0
    printed = [line.split() for line in capsys.readouterr().out.splitlines()]
    rows = [row[0] for row in printed if row and row[-1].endswith(")")]
    assert rows == ["http.client", "http.client", "http.client", "urllib3"]
    page = (tmp_path / "benchmarks.md").read_text()
    assert [line for line in page.splitlines() if line.startswith("## ")] == [
        "## Replay from a cassette of 2", "## First use in a cassette of 3", "## A suite",
        "## Record 3 exchanges",
    ]  # fmt: skip
    bars = ElementTree.parse(tmp_path / "benchmarks.svg").getroot()
    assert [each.text for each in bars if each.text == "http.client"] == ["http.client"]


def test_a_large_cassette_is_opened_and_added_to(tmp_path: Path) -> None:
    cassette = str(tmp_path / "large.yaml")
    with server.serving() as live:
        for path, size in ((cassette, 3), (f"{cassette}.small.yaml", 1)):
            assert done(Job("reqsnap", "urllib3", path, live.url, size, size, 0, "record")) > 0
        job = Job("reqsnap", "urllib3", cassette, live.url, 3, 0, 1, "add")
        assert done(job) > 0
    assert tools.holds(cassette, 3) and not tools.holds(cassette, 4)
    assert done(replace(job, work="open")) > 0


def test_ratios_and_what_is_not_seen() -> None:
    one = Job("reqsnap", "a", "", "", 1, 0, 1)
    jobs = {"reqsnap": one, "VCR.py": one, "cassetter": one, "bare": one}
    row = plan.Row("a", jobs, dict.fromkeys(jobs, 1))
    table = plan.Table("T", "text", "ms", tuple(jobs), (row,), floor="bare")
    took = {"reqsnap": 3000.0, "VCR.py": 11_000.0, "bare": 1000.0}
    cells = {("a", tool): measuring.Measured((each,)) for tool, each in took.items()}
    shown = pages.text([measuring.Filled(table, cells, {})])
    assert shown.splitlines()[-1].split() == ["a", "2", "(2-2)", "10", "(10-10)", "-", "5x", "-"]


def test_turns_are_compared_with_those_beside_them() -> None:
    one, other = measuring.Measured((20.0, 50.0, 90.0)), measuring.Measured((10.0, 10.0, 30.0))
    assert (one.median, other.median) == (50.0, 10.0)
    assert one.over(other) == 3.0
    # One that had a turn only has nothing beside it.
    assert one.over(measuring.Measured((10.0,))) == 5.0
    assert one.over(measuring.Measured((0.0, 0.0, 0.0))) is None


@pytest.mark.parametrize("client", NAMES)
def test_each_client_runs_alone(client: str) -> None:
    # Its answers are checked as all are, and nobody listens at that port.
    assert done(Job(tools.ALONE, client, "", "http://127.0.0.1:9", 2, 4, 4, turns=2)) >= 0


def test_alone_answers_as_the_server_does() -> None:
    with server.serving() as live:
        found = http.client.HTTPConnection(live.url.removeprefix("http://"))
        found.request("GET", server.target(7))
        answer = found.getresponse()
        head, _, body = alone.answer_to(server.target(7).encode()).partition(b"\r\n\r\n")
        assert body == answer.read()
        names = [line.partition(b":")[0].decode() for line in head.split(b"\r\n")[1:]]
        assert names == [name for name, _ in answer.getheaders()]
        found.close()


def test_the_tables_of_processes(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(processes, "PROGRAMS", {"nothing": "pass"})
    assert processes.main(["--rounds", "1", "--requests", "2"]) == 0
    rows = [line[:40].rstrip() for line in capsys.readouterr().out.splitlines() if line.endswith(")")]
    assert rows == [
        "record, a thread", "playback, a thread", "record, a child", "playback, a child",
        "nothing, no block", "nothing, subprocesses=False", "nothing, a block",
    ]  # fmt: skip


def test_the_tables_of_suites(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    asked: list[list[str]] = []

    def run(folder: Path, options: list[str], tests: int) -> suites.Spent:
        code = "".join(path.read_text() for path in folder.glob("test_*.py"))
        assert code.count("def test_") == tests == 2
        asked.append(options)
        return suites.Spent(2.0, 1.0)

    monkeypatch.setattr(suites, "run_pytest", run)
    assert suites.main(["--tests", "2", "--rounds", "1", "--tools", "reqsnap"]) == 0
    assert [each[-1:] for each in asked[:2]] == [["--reqsnap-mode=once"], ["--reqsnap-mode=playback"]]
    assert asked[2][-1:] == ["no:reqsnap"]
    rows = [line.split() for line in capsys.readouterr().out.splitlines() if line.startswith("reqsnap")]
    assert rows == [["reqsnap", "1.00", "(1.00-1.00)", "2.00", "(2.00-2.00)", "1.00x"]]


def test_every_answer_has_the_size_that_is_told() -> None:
    assert {len(json.dumps(server.item(number))) for number in range(1000)} == {server.SIZE}
    assert server.item(7)["id"] == 7


def test_few_requests_are_spread_over_a_large_cassette() -> None:
    job = Job("reqsnap", "urllib3", "x.yaml", "http://a", 1000, 10, 90, distinct=100)
    numbers = [number for (number, _), _ in zip(job.urls(), range(100), strict=False)]
    assert numbers == list(range(0, 1000, 10))


def test_a_tool_that_saw_nothing_is_told_from_one_that_did(tmp_path: object) -> None:
    assert not tools.holds(f"{tmp_path}/missing.yaml", 1)


def test_what_vcrpy_records_in_parts_is_one_cassette(tmp_path: Path) -> None:
    path = str(tmp_path / "large.yaml")
    whole = Job(tools.VCRPY, "urllib3", path, "http://a", parts.SIZE + 2, parts.SIZE + 2, 0, "record")
    jobs = list(parts.parts_of(whole))
    assert [next(job.urls())[0] for job in jobs] == [0, parts.SIZE]
    for number, job in enumerate(jobs):
        Path(job.cassette).write_text(f"interactions:\n- {number}\nversion: 1\n")
    parts.join(jobs, path)
    assert Path(path).read_text() == "interactions:\n- 0\n- 1\nversion: 1\n"
    Path(jobs[0].cassette).write_text("torn")
    with pytest.raises(ValueError, match="layout"):
        parts.join(jobs, path)
