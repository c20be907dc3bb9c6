"""What nobody uses is found exactly, and never where a test that may need it did not come to its end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reqsnap import use_cassette
from tests.pytest_plugin.conftest import Suite

WORKERS = ("-n", "2", "-p", "reqsnap.pytest_plugin")

TESTS = """
import os, urllib.request, pytest
def get(path): return urllib.request.urlopen(SERVER + path).read()
LESS = os.environ.get("LESS")

@pytest.mark.reqsnap
def test_one():
    get("/a")
    if not LESS: get("/b"); get("/c")

@pytest.mark.reqsnap("shared.yaml", mode="update")
def test_first(): get("/d")

@pytest.mark.reqsnap("shared.yaml", mode="update")
def test_second(): get("/e")
"""


@pytest.fixture
def recorded(suite: Suite, monkeypatch: pytest.MonkeyPatch) -> Suite:
    """A suite of which one test makes fewer requests than when it was recorded."""
    suite.write("test_it.py", TESTS)
    suite.run().assert_outcomes(passed=3)
    monkeypatch.setenv("LESS", "1")
    return suite


def unused(suite: Suite, *arguments: str) -> Any:
    """What a run finds."""
    suite.run("--reqsnap-unused=warn", "--reqsnap-report-file=report.json", *arguments)
    return json.loads((suite.folder / "report.json").read_text("utf-8"))["unused"]


def names(found: Any, suite: Suite) -> dict[str, list[str]]:
    """The recordings that were found, by the names of their cassettes."""
    folder, origin = suite.folder / "cassettes", f"http://127.0.0.1:{suite.server.port}"
    recordings = found["recordings"].items()
    return {
        Path(path).relative_to(folder).as_posix(): [request.replace(origin, "") for request in requests]
        for path, requests in recordings
    }


def old_cassette(suite: Suite, name: str) -> Path:
    """A cassette that some test had once."""
    path = suite.folder / "cassettes" / name
    with use_cassette(path):
        suite.server.get("/old")
    return path


OWN = {"test_it/test_one.yaml": ["GET /b", "GET /c"]}


@pytest.mark.parametrize("workers", [(), WORKERS])
def test_a_whole_run_finds_what_nobody_uses(recorded: Suite, workers: tuple[str, ...]) -> None:
    old = [
        old_cassette(recorded, name) for name in ("gone.yaml", "test_it/test_gone.yaml", "test_x/gone.yaml")
    ]
    (recorded.folder / "cassettes" / "notes.yaml").write_text("just: notes\n")
    found = unused(recorded, *workers)
    assert names(found, recorded) == OWN
    assert found["cassettes"] == sorted(map(str, old))
    assert (found["not_judged"], found["why"]) == ([], "")


def test_fail_fails_a_run_that_passed(recorded: Suite) -> None:
    result = recorded.run("--reqsnap-unused=fail")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["*test_one.yaml: 2 recordings never played", "    GET */b", "    GET */c"])
    assert recorded.run("--reqsnap-unused=warn").ret == pytest.ExitCode.OK


def test_trim_removes_them_and_nothing_else(recorded: Suite) -> None:
    old = old_cassette(recorded, "gone.yaml")
    shared = (recorded.folder / "cassettes" / "shared.yaml").read_bytes()
    path = recorded.folder / "cassettes" / "test_it" / "test_one.yaml"
    result = recorded.run("--reqsnap-unused=trim")
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["*test_one.yaml: 2 recordings removed", "*gone.yaml: no test owns this*"])
    with use_cassette(path) as cassette:
        assert [each.request.url.rpartition("/")[2] for each in cassette] == ["a"]
        recorded.server.get("/a")
    assert (recorded.folder / "cassettes" / "shared.yaml").read_bytes() == shared
    before = path.read_bytes()
    recorded.run("--reqsnap-unused=trim").stdout.fnmatch_lines(["*gone.yaml: no test owns this cassette"])
    assert path.read_bytes() == before
    assert old.exists()


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["-k", "one or first"], OWN),
        (["-k", "first"], {}),
        (["--deselect", "test_it.py::test_second"], OWN),
        (["test_it.py::test_one"], OWN),
        (["test_it.py"], OWN),
        (["--setup-only"], {}),
    ],
    ids=" ".join,
)
def test_a_run_of_some_tests_judges_those_alone(
    recorded: Suite, arguments: list[str], found: dict[str, list[str]]
) -> None:
    old_cassette(recorded, "gone.yaml")
    told = unused(recorded, *arguments)
    assert names(told, recorded) == found
    assert told["cassettes"] == []
    assert told["why"]
    shared = str(recorded.folder / "cassettes" / "shared.yaml")
    assert (shared in told["not_judged"]) is (arguments != ["test_it.py::test_one"])


@pytest.mark.parametrize(
    "cut",
    [
        "assert 0",
        "pytest.skip()",
        "pytest.xfail()",
        "request.addfinalizer(lambda: 1 / 0)",
    ],
)
def test_a_test_that_does_not_pass_may_need_the_rest(recorded: Suite, cut: str) -> None:
    old_cassette(recorded, "gone.yaml")
    code = TESTS.replace("def test_one():\n", f"def test_one(request):\n    {cut}\n")
    recorded.write("test_it.py", code)
    told = unused(recorded)
    assert (told["recordings"], told["cassettes"]) == ({}, [])
    assert "1 of 3 tests did not run to their end" in told["why"]


def test_a_run_that_stops_early_judges_what_it_has_seen(recorded: Suite) -> None:
    code = TESTS.replace('get("/d")', "assert 0")
    recorded.write("test_it.py", code)
    told = unused(recorded, "-x")
    assert names(told, recorded) == OWN
    assert "2 of 3 tests" in told["why"]


def test_a_worker_that_crashes_leaves_its_test_unjudged(recorded: Suite) -> None:
    old_cassette(recorded, "gone.yaml")
    code = TESTS.replace('get("/e")', "os._exit(1)")
    recorded.write("test_it.py", code)
    told = unused(recorded, *WORKERS, "-n", "1")
    assert names(told, recorded) == OWN
    assert told["cassettes"] == []
    assert told["not_judged"] == [str(recorded.folder / "cassettes" / "shared.yaml")]


FORKS = """
    import multiprocessing
    child = multiprocessing.get_context("fork").Process(target=crawl)
    child.start()
    child.join()
    assert child.exitcode == 0
"""
STARTS = """
    import subprocess, sys
    subprocess.run([sys.executable, "-c", "import test_it; test_it.crawl()"], check=True, cwd=FOLDER)
"""


@pytest.mark.parametrize(("starts", "workers"), [(FORKS, ()), (STARTS, ()), (STARTS, WORKERS)])
def test_what_a_child_process_opens_by_itself_is_not_judged(
    suite: Suite, starts: str, workers: tuple[str, ...]
) -> None:
    suite.write(
        "test_it.py",
        f"""
import os, urllib.request
from reqsnap import use_cassette
FOLDER = os.path.dirname(__file__)
def get(path): return urllib.request.urlopen(SERVER + path).read()
def crawl():
    for name in ("shared", "its_own"):
        with use_cassette(f"{{FOLDER}}/cassettes/{{name}}.yaml", mode="update"): get("/child")
def test_parent():
    with use_cassette("cassettes/shared.yaml", mode="update"): get("/parent")
def test_child():{starts}
""",
    )
    suite.run().assert_outcomes(passed=2)
    told = unused(suite, *workers)
    assert (told["recordings"], told["cassettes"]) == ({}, [])
    folder = suite.folder / "cassettes"
    assert told["not_judged"] == [str(folder / "its_own.yaml"), str(folder / "shared.yaml")]


def test_where_every_worker_crashed_nobody_knows_who_shares_a_cassette(suite: Suite) -> None:
    code = """
import os, urllib.request, pytest
def get(path): return urllib.request.urlopen(SERVER + path).read()
@pytest.mark.reqsnap(scope="class")
class TestIt:
    def test_one(self): get("/one")
    def test_two(self): %s
"""
    suite.write("test_it.py", code % "get('/two')")
    suite.run().assert_outcomes(passed=2)
    suite.write("test_it.py", code % "os._exit(1)")
    told = unused(suite, *WORKERS, "-n", "1", "--max-worker-restart=0")
    assert told["recordings"] == {}
    assert told["not_judged"] == [str(suite.folder / "cassettes/test_it/TestIt.yaml")]


@pytest.mark.parametrize(
    "text", ["import nothing_of_that_name", "import pytest; pytest.skip('', allow_module_level=True)"]
)
def test_a_module_that_is_not_collected_may_need_anything(recorded: Suite, text: str) -> None:
    old_cassette(recorded, "gone.yaml")
    recorded.write("test_other.py", text)
    told = unused(recorded, "--continue-on-collection-errors")
    assert names(told, recorded) == OWN
    assert told["cassettes"] == []
    assert "test_other.py was not collected" in told["why"]


def test_an_ignored_module_may_need_anything(recorded: Suite) -> None:
    old_cassette(recorded, "gone.yaml")
    recorded.write("test_other.py", "")
    told = unused(recorded, "--ignore=test_other.py")
    assert (told["cassettes"], told["why"]) == ([], "test_other.py was ignored")


@pytest.mark.parametrize(
    ("ignored", "why"),
    [("parts/one.py", "parts/one.py was ignored"), ("parts", "parts was ignored"), ("parts/notes.txt", "")],
)
def test_a_module_is_what_the_ini_file_says(recorded: Suite, ignored: str, why: str) -> None:
    (recorded.folder / "pytest.ini").write_text("[pytest]\npython_files = test_*.py parts/*.py\n", "utf-8")
    recorded.write("parts/one.py", "def test_one(): pass\n")
    recorded.write("parts/notes.txt", "")
    assert unused(recorded, f"--ignore={ignored}")["why"] == why


def test_what_a_hook_takes_out_of_the_collection_may_need_anything(recorded: Suite) -> None:
    recorded.write("conftest.py", "def pytest_collection_modifyitems(items): del items[1:]")
    told = unused(recorded)
    assert names(told, recorded) == OWN
    assert "2 of 3 tests" in told["why"]


def test_what_a_run_records_is_used(recorded: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded.write("test_it.py", TESTS.replace('get("/d")', 'get("/d"); get("/new")'))
    told = unused(recorded)
    assert names(told, recorded) == OWN
    monkeypatch.delenv("LESS")
    assert unused(recorded, "--reqsnap-mode=record")["recordings"] == {}


def test_a_folder_on_the_command_line_is_judged_whole(recorded: Suite) -> None:
    recorded.write("sub/test_sub.py", TESTS)
    recorded.run("sub")
    old = recorded.folder / "sub" / "cassettes" / "gone.yaml"
    with use_cassette(old):
        recorded.server.get("/old")
    old_cassette(recorded, "gone.yaml")
    told = unused(recorded, "sub")
    assert told["cassettes"] == [str(old)]
    assert told["why"] == ""


def test_a_run_that_is_started_in_a_folder_of_the_suite_is_one_of_that_folder(
    suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    (suite.folder / "pytest.ini").write_text("[pytest]\n", "utf-8")
    suite.write(
        "conftest.py",
        "import pytest\n@pytest.fixture(scope='session')\ndef reqsnap_cassette_dir(): return 'cassettes'\n",
    )
    code = """
import urllib.request, pytest
@pytest.mark.reqsnap("shared.yaml", mode="update")
def test_it(): urllib.request.urlopen(SERVER + "/%s").read()
"""
    suite.write("test_it.py", code % "one")
    suite.write("sub/test_sub.py", code % "two")
    suite.run().assert_outcomes(passed=2)
    old = old_cassette(suite, "gone.yaml")
    assert unused(suite)["cassettes"] == [str(old)]
    monkeypatch.chdir(suite.folder / "sub")
    suite.run("--reqsnap-unused=warn", "--reqsnap-report-file=../report.json").assert_outcomes(passed=1)
    told = json.loads((suite.folder / "report.json").read_text("utf-8"))["unused"]
    assert (told["recordings"], told["cassettes"]) == ({}, [])
    assert told["not_judged"] == [str(suite.folder / "cassettes/shared.yaml")]


def test_equal_recordings_are_told_apart(suite: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    code = """
import os, urllib.request, pytest
@pytest.mark.reqsnap(format="vcr")
def test_poll():
    for _ in range(int(os.environ.get("TIMES", "3"))): urllib.request.urlopen(SERVER + "/poll").read()
"""
    suite.write("test_it.py", code)
    suite.run().assert_outcomes(passed=1)
    path = suite.folder / "cassettes" / "test_it" / "test_poll.yaml"
    text = path.read_text("utf-8").replace("2 GET", "1 GET").replace("3 GET", "1 GET")
    path.write_text(text, "utf-8")
    monkeypatch.setenv("TIMES", "2")
    suite.run("--reqsnap-unused=trim").stdout.fnmatch_lines(["*test_poll.yaml: 1 recording removed"])
    assert path.read_text("utf-8").count("/poll") == text.count("/poll") * 2 // 3


def test_the_cassettes_of_a_vcr_marker_are_judged_too(suite: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    code = """
import os, urllib.request, pytest
def get(path): return urllib.request.urlopen(SERVER + path).read()
@pytest.mark.vcr
def test_own():
    get("/a")
    if not os.environ.get("LESS"): get("/b")

@pytest.mark.vcr("more.yaml")
def test_with_more(): get("/c")
"""
    suite.write("test_it.py", code)
    suite.run("--record-mode=once").assert_outcomes(passed=2)
    folder = suite.folder / "cassettes" / "test_it"
    (folder / "more.yaml").write_bytes((folder / "test_own.yaml").read_bytes())
    (folder / "gone.yaml").write_bytes((folder / "test_own.yaml").read_bytes())
    monkeypatch.setenv("LESS", "1")
    told = unused(suite)
    assert names(told, suite) == {"test_it/test_own.yaml": ["GET /b"]}
    assert told["cassettes"] == [str(folder / "gone.yaml")]
