"""The marker `reqsnap`, its fixture, and where the cassettes lie."""

from __future__ import annotations

import pytest

from tests.pytest_plugin.conftest import Suite

GET = "import urllib.request, pytest\ndef get(path): return urllib.request.urlopen(SERVER + path).read()\n"


def test_a_marked_test_is_recorded_once_and_replayed_ever_after(suite: Suite) -> None:
    suite.write(
        "test_it.py", f"{GET}\n@pytest.mark.reqsnap\ndef test_one(): assert get('/a') == b'1 GET /a '\n"
    )
    suite.run().assert_outcomes(passed=1)
    suite.run().assert_outcomes(passed=1)
    assert suite.server.requests == ["GET /a"]
    assert suite.cassettes == ["cassettes/test_it/test_one.yaml"]


def test_each_test_has_the_cassette_that_the_decorator_would_give_it(suite: Suite) -> None:
    code = """
class TestOuter:
    class TestInner:
        {mark}
        @pytest.mark.parametrize("x", ["a/b", "c" * 300, "é", "."])
        def test_case(self, x): get("/x")

{mark}
def test_plain(): get("/y")
"""
    suite.write("marked/test_it.py", GET + code.format(mark="@pytest.mark.reqsnap"))
    decorated = "from reqsnap import use_cassette\n" + code.format(mark="@use_cassette")
    suite.write("decorated/test_it.py", GET + decorated)
    suite.run("marked").assert_outcomes(passed=5)
    suite.run("decorated").assert_outcomes(passed=5)
    found = [path.partition("/") for path in suite.cassettes]
    marked = [path for folder, _, path in found if folder == "marked"]
    assert len(marked) == 5
    assert marked == [path for folder, _, path in found if folder == "decorated"]


def test_markers_add_up_and_the_closest_wins(suite: Suite) -> None:
    suite.write(
        "test_it.py",
        f"""{GET}
from reqsnap import SequenceExhaustedError
pytestmark = pytest.mark.reqsnap("no.yaml", on_exhausted="error")

@pytest.mark.reqsnap("yes.yaml", mode="playback")
class TestIt:
    @pytest.mark.reqsnap(mode="update", drift="report")
    def test_it(self, reqsnap): assert (get("/a"), get("/a")) == (b"1 GET /a ", b"2 GET /a ")

    def test_exhausted(self, reqsnap):
        get("/a"), get("/a")
        with pytest.raises(SequenceExhaustedError):
            get("/a")
""",
    )
    suite.run().assert_outcomes(passed=2, warnings=1)
    assert suite.cassettes == ["cassettes/yes.yaml"]


def test_the_fixture_alone_is_enough(suite: Suite) -> None:
    suite.write("test_it.py", f"{GET}\ndef test_one(reqsnap): get('/a'); assert len(reqsnap) == 1\n")
    suite.run().assert_outcomes(passed=1)
    suite.run("--reqsnap-mode=playback").assert_outcomes(passed=1)
    assert suite.server.requests == ["GET /a"]


@pytest.mark.parametrize("scope", ["class", "module", "session"])
def test_one_cassette_for_several_tests(suite: Suite, scope: str) -> None:
    suite.write(
        "test_it.py",
        f"""{GET}
@pytest.mark.reqsnap(scope={scope!r})
class TestIt:
    def test_one(self): assert get("/a") == b"1 GET /a "
    def test_two(self, reqsnap):
        assert get("/a") == b"2 GET /a "
        assert len(reqsnap) == 2
""",
    )
    suite.run().assert_outcomes(passed=2)
    suite.run("--reqsnap-mode=playback").assert_outcomes(passed=2)
    assert len(suite.server.requests) == 2
    names = {"class": "test_it/TestIt.yaml", "module": "test_it.yaml", "session": "session.yaml"}
    assert suite.cassettes == [f"cassettes/{names[scope]}"]


def test_config_is_below_markers_and_the_command_line_above_all(suite: Suite) -> None:
    suite.write(
        "test_it.py",
        f"""{GET}
from reqsnap import use_cassette

@pytest.fixture(scope="module")
def reqsnap_config(): return {{"mode": "live", "order": "strict"}}

@pytest.mark.reqsnap(mode="update")
def test_marked(reqsnap): print(f"<{{reqsnap.mode.value}} {{reqsnap._policy.order.value}}>")

def test_fixture(reqsnap): print(f"<{{reqsnap.mode.value}}>")

def test_decorated():
    with use_cassette("x.yaml") as cassette: print(f"<{{cassette.mode.value}}>")
""",
    )
    suite.run("-s").stdout.fnmatch_lines(["*<update strict>*", "*<live>*", "*<once>*"])
    suite.run("-s", "--reqsnap-mode=playback").stdout.fnmatch_lines(
        ["*<playback strict>*", "*<playback>*", "*<playback>*"]
    )


def test_files_of_one_name_whose_tests_would_share_a_cassette_are_told(suite: Suite) -> None:
    conftest = "import pytest\n@pytest.fixture(scope='session')\ndef reqsnap_cassette_dir(): return {}\n"
    for folder in "ab":
        code = f"def test_it(): get('/{folder}')\ndef test_{folder}(): pass\n"
        suite.write(f"{folder}/test_it.py", f"{GET}pytestmark = pytest.mark.reqsnap\n{code}")
        suite.write(f"{folder}/__init__.py", "")
    suite.run().assert_outcomes(passed=4)
    suite.write("conftest.py", conftest.format("'cassettes'"))
    result = suite.run("--reqsnap-mode=update")
    result.assert_outcomes(passed=4, warnings=1)
    result.stdout.fnmatch_lines(["*b/test_it.py::test_it and a/test_it.py::test_it have the same name*"])
    for folder in "ab":
        suite.write(f"{folder}/conftest.py", conftest.format(f"'cassettes/{folder}'"))
    suite.run().assert_outcomes(passed=4)
