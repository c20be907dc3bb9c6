"""Cassettes that the tests of a class, a module or a session share: what is in them, with which options."""

from __future__ import annotations

import pytest

from tests.pytest_plugin.conftest import Suite

GET = "import urllib.request, pytest\ndef get(path): return urllib.request.urlopen(SERVER + path).read()\n"


def test_each_request_is_in_the_cassette_of_its_own_test(suite: Suite) -> None:
    suite.write(
        "test_it.py",
        f"""{GET}
@pytest.mark.reqsnap(scope="session")
def test_session(): get("/session")

@pytest.mark.reqsnap(scope="module")
def test_module(): get("/module")

def test_without_a_marker(): get("/none")

@pytest.mark.reqsnap(scope="session")
def test_session_again(reqsnap):
    get("/again")
    assert [each.request.url.rpartition("/")[2] for each in reqsnap] == ["session", "again"]
""",
    )
    suite.run().assert_outcomes(passed=4)
    text = {path: (suite.folder / path).read_text() for path in suite.cassettes}
    assert set(text) == {"cassettes/session.yaml", "cassettes/test_it.yaml"}
    assert "/module" in text["cassettes/test_it.yaml"]
    assert "/again" in text["cassettes/session.yaml"]
    assert "/none" not in "".join(text.values())
    suite.run("-k", "again", "--reqsnap-mode=playback").assert_outcomes(passed=1, deselected=3)


@pytest.mark.parametrize("scope", ["module", "session"])
def test_a_test_without_the_cassette_may_fail_and_it_is_saved(suite: Suite, scope: str) -> None:
    suite.write(
        "test_it.py",
        f"{GET}\n@pytest.mark.reqsnap('it.yaml', scope={scope!r})\ndef test_it(): get('/a')\n"
        "def test_other(): assert False\n",
    )
    suite.run().assert_outcomes(passed=1, failed=1)
    assert suite.cassettes == ["cassettes/it.yaml"]


@pytest.mark.parametrize("scope", ["class", "module", "session"])
@pytest.mark.parametrize("place", ["pytestmark", "class", "method"])
def test_the_options_of_a_marker_hold_wherever_it_stands(suite: Suite, scope: str, place: str) -> None:
    mark = f"pytest.mark.reqsnap('it.yaml', scope={scope!r}, redact_query=['visitor'])"
    suite.write(
        "test_it.py",
        f"""{GET}
{f"pytestmark = {mark}" if place == "pytestmark" else ""}

{f"@{mark}" if place == "class" else ""}
class TestIt:
    {f"@{mark}" if place == "method" else ""}
    def test_it(self): get("/a?visitor=ada-lovelace-1815")
""",
    )
    suite.run().assert_outcomes(passed=1)
    assert suite.cassettes == ["cassettes/it.yaml"]
    assert "lovelace" not in (suite.folder / "cassettes/it.yaml").read_text()


@pytest.mark.parametrize("option", ["redact_querry=['a']", "mode='recrod'"])
def test_an_option_that_cannot_be_used_is_told_in_every_scope(suite: Suite, option: str) -> None:
    suite.write(
        "test_it.py",
        f"{GET}\npytestmark = pytest.mark.reqsnap(scope='session', {option})\ndef test_it(): get('/a')\n",
    )
    suite.run().assert_outcomes(errors=1)
    assert suite.cassettes == []
    assert suite.server.requests == []


def test_tests_that_share_a_cassette_must_agree_in_their_options(suite: Suite) -> None:
    suite.write(
        "test_it.py",
        f"""{GET}
class TestIt:
    @pytest.mark.reqsnap(scope="class")
    def test_one(self): get("/one")

    @pytest.mark.reqsnap(scope="class", redact_query=["visitor"])
    def test_two(self): get("/two?visitor=ada-lovelace-1815")

    @pytest.mark.reqsnap("other.yaml", scope="class", redact_query=["visitor"])
    def test_three(self): get("/three")
""",
    )
    result = suite.run()
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*already open with redact_query=()*must agree*"])
    assert suite.cassettes == ["cassettes/other.yaml", "cassettes/test_it/TestIt.yaml"]


def test_the_config_of_a_test_holds_for_the_cassette_that_it_shares(suite: Suite) -> None:
    suite.write(
        "test_it.py",
        f"""{GET}
@pytest.fixture
def reqsnap_config(): return {{"redact_query": ["visitor"]}}

@pytest.mark.reqsnap(scope="session")
def test_it(): get("/a?visitor=ada-lovelace-1815")
""",
    )
    suite.run().assert_outcomes(passed=1)
    assert "lovelace" not in (suite.folder / "cassettes/session.yaml").read_text()


def test_only_what_a_failed_test_has_recorded_is_left_out(suite: Suite) -> None:
    suite.write(
        "test_it.py",
        f"""{GET}
@pytest.mark.reqsnap(scope="class", mode="update", save_on="pass")
class TestIt:
    def test_one(self): get("/one")
    def test_two(self): get("/two"); assert False
""",
    )
    suite.run().assert_outcomes(passed=1, failed=1)
    (path,) = suite.cassettes
    text = (suite.folder / path).read_text()
    assert ("/one" in text, "/two" in text) == (True, False)


@pytest.mark.parametrize(("asked", "errors"), [("/b", 0), ("/a", 1)])
def test_all_is_to_be_played_by_the_last_of_the_tests(suite: Suite, asked: str, errors: int) -> None:
    code = """
@pytest.mark.reqsnap(scope="class", require_all_played=True)
class TestIt:
    def test_one(self): get("/a")
    def test_two(self): get("%s")
"""
    suite.write("test_it.py", GET + code % "/b")
    suite.run().assert_outcomes(passed=2)
    suite.write("test_it.py", GET + code % asked)
    suite.run().assert_outcomes(passed=2, errors=errors)


def test_nobody_is_told_to_record_a_part_of_a_shared_cassette(suite: Suite) -> None:
    suite.write(
        "test_it.py",
        f"""{GET}
@pytest.mark.reqsnap(scope="class", require_all_played=True)
class TestIt:
    def test_one(self): get("/one")
    def test_two(self): get("/two")
""",
    )
    suite.run().assert_outcomes(passed=2)
    suite.run("-k", "test_one").assert_outcomes(passed=1, deselected=1)
    suite.write("test_it.py", (suite.folder / "test_it.py").read_text("utf-8").replace('get("/two")', "pass"))
    result = suite.run()
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*GET *two", "*record all tests that share it anew*"])


MIXED = f"""{GET}
import os
STOPS = os.environ.get("STOPS")

@pytest.mark.reqsnap(scope="class")
class TestOne:
    def test_a(self): get("/one/a")
    def test_c(self): get("/one/c")

@pytest.mark.reqsnap(scope="class")
class TestTwo:
    def test_a(self): get("/two/a")
    def test_c(self): get("/two/c")

def test_b(): assert not STOPS
"""

SHUFFLES = "def pytest_collection_modifyitems(items): items.sort(key=lambda item: item.name)\n"

BOTH = {
    "cassettes/test_it/TestOne.yaml": ["one/a", "one/c"],
    "cassettes/test_it/TestTwo.yaml": ["two/a", "two/c"],
}


def recorded(suite: Suite) -> dict[str, list[str]]:
    """What each cassette holds, as the ends of URLs."""
    found = {}
    for path in suite.cassettes:
        lines = (suite.folder / path).read_text("utf-8").splitlines()
        targets = [
            line.split(f":{suite.server.port}/")[1] for line in lines if " GET http" in f" {line.strip()}"
        ]
        found[path] = sorted(targets)
    return found


@pytest.mark.parametrize("arguments", [[], ["--reqsnap-mode=record"]])
def test_the_tests_of_several_classes_may_be_mixed(suite: Suite, arguments: list[str]) -> None:
    suite.write("test_it.py", MIXED)
    suite.write("conftest.py", SHUFFLES)
    suite.run(*arguments).assert_outcomes(passed=5)
    assert recorded(suite) == BOTH
    suite.run(*arguments).assert_outcomes(passed=5)
    assert recorded(suite) == BOTH
    suite.run("--reqsnap-mode=playback", "--reqsnap-require-all-played").assert_outcomes(passed=5)


def test_a_run_that_stops_early_replaces_no_cassette_that_other_tests_share(
    suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    suite.write("test_it.py", MIXED)
    suite.write("conftest.py", SHUFFLES)
    suite.run().assert_outcomes(passed=5)
    monkeypatch.setenv("STOPS", "1")
    result = suite.run("-x", "--reqsnap-mode=record")
    result.assert_outcomes(passed=2, failed=1, warnings=2)
    result.stdout.fnmatch_lines(
        ["*TestOne.yaml: it is recorded anew, and not all tests that share it were run*"]
    )
    assert {path: targets for path, targets in recorded(suite).items() if path in BOTH} == BOTH


def test_tests_that_were_skipped_before_are_not_waited_for(suite: Suite) -> None:
    suite.write(
        "test_it.py",
        f"""{GET}
pytestmark = pytest.mark.reqsnap(scope="module", mode="record")
@pytest.mark.skip
def test_skipped(): pass
def test_it(): get("/%s")
""",
    )
    text = (suite.folder / "test_it.py").read_text("utf-8")
    for answer in ("old", "new"):
        suite.write("test_it.py", text.replace("%s", answer))
        suite.run().assert_outcomes(passed=1, skipped=1)
        assert recorded(suite) == {"cassettes/test_it.yaml": [answer]}


def test_a_shared_cassette_that_is_recorded_anew_without_some_of_its_tests_is_told(suite: Suite) -> None:
    suite.write("test_it.py", MIXED)
    suite.run().assert_outcomes(passed=5)
    result = suite.run("-k", "test_a", "--reqsnap-mode=record")
    result.assert_outcomes(passed=2, deselected=3, warnings=2)
    result.stdout.fnmatch_lines(["*TestTwo.yaml: *without 1 of the tests*TestTwo::test_c among them*"])


def test_a_test_that_is_run_again_does_not_replace_what_the_others_recorded(suite: Suite) -> None:
    suite.write(
        "conftest.py",
        """
from _pytest.runner import runtestprotocol
def pytest_runtest_protocol(item, nextitem):
    reports = runtestprotocol(item, nextitem=nextitem, log=False)
    if any(report.failed for report in reports):
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
    for report in reports: item.ihook.pytest_runtest_logreport(report=report)
    return True
""",
    )
    suite.write(
        "test_it.py",
        f"""{GET}
runs = []
@pytest.mark.reqsnap(scope="class")
class TestIt:
    def test_one(self): get("/one")
    def test_two(self): get("/two"); runs.append(1); assert len(runs) == %s
""",
    )
    text = (suite.folder / "test_it.py").read_text("utf-8")
    suite.write("test_it.py", text.replace("%s", "1"))
    suite.run().assert_outcomes(passed=2)
    suite.write("test_it.py", text.replace("%s", "2"))
    result = suite.run("--reqsnap-mode=record")
    result.assert_outcomes(passed=2, warnings=1)
    result.stdout.fnmatch_lines(
        ["*TestIt.yaml: it is recorded anew, and not all tests that share it were run*"]
    )
    assert recorded(suite)["cassettes/test_it/TestIt.yaml"] == ["one", "two"]
