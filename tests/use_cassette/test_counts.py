"""What the requests of a cassette's blocks came to, as it tells it."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

import reqsnap
from reqsnap import Counts, Library, LiveExchange, Response, use_cassette
from reqsnap.cassette.counts import MOST, Traffic
from reqsnap.options.values import OptionValues
from reqsnap.recorder import Forward
from reqsnap.redaction import DEFAULT_RULES
from tests.support.counter import Counter


def origin(server: Counter) -> str:
    return f"http://127.0.0.1:{server.port}"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.yaml"


def test_each_request_is_counted_once(path: Path, server: Counter) -> None:
    with use_cassette(path) as cassette:
        server.get("/a")
        server.get("/a")
    assert cassette.counts == Counts(recorded=2)
    rules: OptionValues = {
        "exclude_urls": ["/free"],
        "should_record": lambda request, response: "no" not in request.url,
    }
    with Library(path.parent, **rules).use_cassette(path, mode="update") as cassette:
        cassette.stub("GET", f"{origin(server)}/s", Response(200))
        for target in ("/a", "/b", "/free", "/no", "/s"):
            server.get(target)
    assert cassette.counts == Counts(replayed=1, stubbed=1, recorded=1, live=2)
    assert cassette.counts.requests == 5


def test_refusals_are_kept_though_the_program_goes_on(path: Path, server: Counter) -> None:
    with use_cassette(path):
        server.get("/a")
    with pytest.warns(reqsnap.SwallowedRefusalWarning), use_cassette(path) as cassette:
        for target in ("/b", "/c"):
            with pytest.raises(reqsnap.UnmatchedRequestError):
                server.get(target)
    assert cassette.counts == Counts(refused=2)
    assert [error.url.removeprefix(origin(server)) for error in cassette.refusals] == ["/b", "/c"]


def test_drift_is_replayed_and_counted_beside_that(path: Path, server: Counter) -> None:
    with use_cassette(path):
        requests.post(f"{origin(server)}/a", data=b"one")
    with pytest.warns(reqsnap.DriftWarning), use_cassette(path, drift="report") as cassette:
        requests.post(f"{origin(server)}/a", data=b"two")
    assert cassette.counts == Counts(replayed=1, drifted=1)


def test_what_was_replayed_stays_counted(path: Path, server: Counter) -> None:
    with use_cassette(path):
        server.get("/a")
        server.get("/b")
    with use_cassette(path) as cassette:
        server.get("/a")
        cassette.reset()
        server.get("/a")
        assert (cassette.play_count, cassette.counts.replayed) == (1, 2)
        cassette.load()
        server.get("/b")
        assert (cassette.play_count, cassette.counts.replayed) == (1, 3)
        cassette.clear()
    assert cassette.counts == Counts(replayed=3)


def test_what_a_failed_block_drops_was_sent_all_the_same(path: Path, server: Counter) -> None:
    with pytest.raises(KeyError), use_cassette(path, record_on_exception=False) as cassette:
        server.get("/a")
        raise KeyError
    assert cassette.counts == Counts(live=1)


def test_a_failed_exchange_is_live(path: Path) -> None:
    server = Counter()
    server.close()
    with use_cassette(path) as cassette, pytest.raises(requests.ConnectionError):
        requests.get(f"{origin(server)}/a")
    assert cassette.counts == Counts(live=1)
    assert [each.url for each in cassette.slowest] == [f"{origin(server)}/a"]


def test_secrets_are_counted_once_for_each_exchange(path: Path, server: Counter) -> None:
    with use_cassette(path) as cassette:
        for _ in range(2):
            requests.get(
                f"{origin(server)}/a?api_key=4f6d1c0e9a7b", headers={"Authorization": "Bearer 9a7b4f6d1c0e"}
            )
    assert cassette.counts == Counts(recorded=2, redacted=4)
    assert "4f6d1c0e9a7b" not in cassette.slowest[0].url


def test_the_requests_of_child_processes_are_counted(path: Path, server: Counter) -> None:
    program = f"import urllib.request as u; u.urlopen({origin(server) + '/a'!r}).read()"
    for expected in (Counts(recorded=1), Counts(replayed=1)):
        with use_cassette(path) as cassette:
            subprocess.run([sys.executable, "-c", program], check=True)
        assert cassette.counts == expected


def test_only_the_slowest_are_kept_and_each_once() -> None:
    traffic = Traffic()
    for number in range(MOST + 5):
        forward = Forward(1, 0.0, datetime.now(UTC), ("GET", f"http://h/{number}"))
        traffic.took(forward, float(number), DEFAULT_RULES)
        traffic.took(forward, float(number) + 0.5, DEFAULT_RULES)
    expected = range(MOST + 4, 4, -1)
    assert traffic.slowest == tuple(LiveExchange(float(n), "GET", f"http://h/{n}") for n in expected)


def test_counts_add_and_subtract() -> None:
    assert Counts(replayed=3, live=1) - Counts(replayed=1) == Counts(replayed=2, live=1)
    assert not Counts() and Counts(redacted=1)


def test_what_was_never_used_of_the_file(path: Path, server: Counter) -> None:
    with use_cassette(path):
        for target in ("/a", "/b", "/c"):
            server.get(target)
    with use_cassette(path) as cassette:
        server.get("/a")
        cassette.reset()
        server.get("/b")
    assert [(stored.url[-2:], used) for stored, used in cassette.uses or ()] == [
        ("/a", True),
        ("/b", True),
        ("/c", False),
    ]
    with use_cassette(path, mode="update") as cassette:
        cassette.delete(lambda interaction: interaction.request.url.endswith("/c"))
    assert cassette.uses is None


def test_a_program_is_told_what_was_sent_and_not_recorded(path: Path, server: Counter) -> None:
    program = f"import urllib.request as u; u.urlopen({origin(server) + '/a'!r}).read()"
    words = ["run", "--cassette", str(path), "--ignore-localhost", "--", "-c", program]
    done = subprocess.run(
        [sys.executable, "-m", "reqsnap", *words], capture_output=True, text=True, check=True
    )
    assert "0 replayed, 0 recorded, 0 refused, 1 sent and not recorded" in done.stderr, json.dumps(
        done.stderr
    )
