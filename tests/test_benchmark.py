"""The benchmark runs and prints its table; what it measures is not asserted."""

from __future__ import annotations

import http.client
import json

import pytest

from benchmarks import alone, processes, replay, server, worker
from benchmarks.clients import NAMES


def test_the_table(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(replay, "REQUESTS", 4)
    chosen = ["--tools", "reqsnap", "--clients", "http.client", "aiohttp", "--interactions", "2", "3"]
    assert replay.main([*chosen, "--rounds", "1"]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [row[:2] for row in rows if row[2:] and row[1] in ("2", "3")] == [
        ["http.client", "2"], ["http.client", "3"], ["aiohttp", "2"], ["aiohttp", "3"],
    ]  # fmt: skip


@pytest.mark.parametrize("client", NAMES)
def test_each_client_runs_alone(client: str) -> None:
    # Its answers are checked as all are, and nobody listens at that port.
    assert worker.work(worker.Job(worker.ALONE, client, "", "http://127.0.0.1:9", 2, 4, 4)).seconds >= 0


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


def test_every_answer_has_the_size_that_is_told() -> None:
    assert {len(json.dumps(server.item(number))) for number in range(1000)} == {server.SIZE}
    assert server.item(7)["id"] == 7


def test_few_requests_are_spread_over_a_large_cassette() -> None:
    job = worker.Job("reqsnap", "urllib3", "x.yaml", "http://a", 1000, 10, 90)
    numbers = [number for (number, _), _ in zip(job.urls(), range(100), strict=False)]
    assert numbers == list(range(0, 1000, 10))


def test_a_tool_that_saw_nothing_is_told_from_one_that_did(tmp_path: object) -> None:
    assert not worker.holds(f"{tmp_path}/missing.yaml", 1)
