"""What is told at the end of a run, in one process and over workers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.pytest_plugin.conftest import Suite

GET = (
    "import os, urllib.request, pytest\ndef get(path): return urllib.request.urlopen(SERVER + path).read()\n"
)

WORKERS = ("-n", "1", "-p", "reqsnap.pytest_plugin")
"""One, and the one that takes its place."""

TESTS = """
@pytest.mark.reqsnap
@pytest.mark.parametrize("case", range(3))
def test_case(case):
    for number in range(case + 1): get(f"/{case}/{number}")

def test_none(): pass
"""


def report_of(suite: Suite, *arguments: str) -> Any:
    """What a run writes to its report's file."""
    suite.run("--reqsnap-report-file=out/report.json", *arguments)
    return json.loads((suite.folder / "out" / "report.json").read_text("utf-8"))


def test_the_end_of_a_run_tells_of_each_test_and_of_all(suite: Suite) -> None:
    suite.write("test_it.py", GET + TESTS)
    suite.run("--reqsnap-report").stdout.fnmatch_lines(
        [
            "*= reqsnap =*",
            "replayed recorded  refused     live  drifted  test",
            "       0        1        0        0        0  test_it.py::test_case?0?",
            "       0        2        0        0        0  test_it.py::test_case?1?",
            "       0        3        0        0        0  test_it.py::test_case?2?",
            "total: 0 replayed, 6 recorded, 0 refused, *; 0 secrets redacted; 3 tests, 3 cassettes",
            "slowest exchanges with servers:",
        ]
    )
    told = suite.run("--reqsnap-report", "-q").stdout
    told.fnmatch_lines(["total: 6 replayed, 0 recorded, *"])
    told.no_fnmatch_line("*test_case*")
    told.no_fnmatch_line("slowest*")


def test_the_file_has_all_of_it(suite: Suite) -> None:
    suite.write(
        "test_it.py",
        GET
        + """
@pytest.mark.reqsnap(mode="update", exclude_urls=["/free"])
def test_all(reqsnap):
    reqsnap.stub("GET", SERVER + "/stub", __import__("reqsnap").Response(200))
    for path in ("/a", "/free", "/stub", "/s?api_key=4f6d1c0e9a7b"): get(path)

@pytest.mark.reqsnap(mode="playback")
def test_refused():
    with pytest.raises(Exception): get("/no")
""",
    )
    report = report_of(suite, "-W", "ignore")
    assert report["totals"] == {
        "requests": 5,
        "replayed": 0,
        "stubbed": 1,
        "recorded": 2,
        "live": 1,
        "refused": 1,
        "drifted": 0,
        "redacted": 1,
    }
    assert report["tests"]["test_it.py::test_all"]["recorded"] == 2
    (cassette,) = report["tests"]["test_it.py::test_refused"]["cassettes"]
    assert (cassette["mode"], cassette["refused"]) == ("playback", 1)
    assert cassette["path"] == str(suite.folder / "cassettes" / "test_it" / "test_refused.yaml")
    assert {each["test"] for each in report["slowest"]} == {"test_it.py::test_all"}
    assert "4f6d1c0e9a7b" not in json.dumps(report)
    assert report["unused"] is None


def test_a_cassette_of_several_tests_is_told_of_each(suite: Suite) -> None:
    suite.write(
        "test_it.py",
        GET
        + """
from reqsnap import use_cassette
pytestmark = pytest.mark.reqsnap(scope="module")
def test_one(): get("/a")
def test_two(): get("/b"); get("/c")
def test_three():
    with use_cassette("own.yaml"): get("/d")
    with use_cassette("own.yaml"): get("/d")
""",
    )
    report = report_of(suite)
    counts = {test.rpartition("::")[2]: of for test, of in report["tests"].items()}
    assert [counts[f"test_{name}"]["recorded"] for name in ("one", "two", "three")] == [1, 2, 1]
    assert counts["test_three"]["replayed"] == 1
    assert report["cassettes"] == 2


@pytest.mark.parametrize("workers", [(), WORKERS])
def test_a_worker_that_crashes_takes_nothing_else_with_it(suite: Suite, workers: tuple[str, ...]) -> None:
    crash = f"""
@pytest.mark.reqsnap
def test_crash():
    get("/crash")
    if {bool(workers)}: os._exit(1)
"""
    suite.write("test_it.py", GET + TESTS + crash)
    report = report_of(suite, *workers)
    assert report["not_counted"] == (["test_it.py::test_crash"] if workers else [])
    assert report["totals"]["recorded"] == (6 if workers else 7)


def test_without_the_options_nothing_is_told(suite: Suite) -> None:
    suite.write("test_it.py", GET + TESTS)
    suite.run().stdout.no_fnmatch_line("*= reqsnap*")


def test_a_failed_test_shows_what_was_refused_in_a_section_of_its_own(suite: Suite) -> None:
    suite.write(
        "test_it.py",
        GET
        + """
@pytest.mark.reqsnap("x.yaml")
def test_hidden():
    try: get("/a?page=2" if os.environ.get("AGAIN") else "/a?page=1")
    except Exception: pass
    assert not os.environ.get("AGAIN")

@pytest.mark.reqsnap("x.yaml", mode="playback")
def test_expected():
    with pytest.raises(Exception): get("/b")
""",
    )
    suite.run("-W", "ignore").assert_outcomes(passed=2)
    suite.pytester._monkeypatch.setenv("AGAIN", "1")
    result = suite.run("-W", "ignore")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*- reqsnap: refused requests -*",
            "GET *page=2 was not sent: *",
            "*query.page: recorded '1', now '2'*",
        ]
    )
    result.stdout.no_fnmatch_line("*GET */b was not sent*")
    assert result.stdout.str().count("page=2 was not sent") == 1
