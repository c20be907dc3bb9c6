"""Tests that fail, are skipped or interrupted: what becomes of their cassettes, and what is told."""

from __future__ import annotations

import pytest

from tests.pytest_plugin.conftest import Suite

GET = "import urllib.request, pytest\ndef get(path): return urllib.request.urlopen(SERVER + path).read()\n"


def test_a_miss_is_told_with_its_differences_where_the_program_hides_it(suite: Suite) -> None:
    suite.write("test_it.py", f"{GET}@pytest.mark.reqsnap\ndef test_it(): get('/items?page=1')\n")
    suite.run().assert_outcomes(passed=1)
    suite.write(
        "test_it.py",
        f"""{GET}
@pytest.mark.reqsnap
def test_it():
    found = []
    try: found.append(get("/items?page=2"))
    except Exception: pass
    assert found
""",
    )
    result = suite.run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*reqsnap: refused requests*", "GET *page=2 was not sent*", "*page*1*2*"])


@pytest.mark.parametrize("end", ["assert False", "raise KeyboardInterrupt", "pytest.exit('enough')"])
def test_a_set_that_a_test_did_not_complete_replaces_nothing(suite: Suite, end: str) -> None:
    code = "\n@pytest.mark.reqsnap(mode='record')\ndef test_it():\n  get('/%s')\n  %s\n"
    suite.write("test_it.py", GET + code % ("old", ""))
    suite.run().assert_outcomes(passed=1)
    before = (suite.folder / "cassettes/test_it/test_it.yaml").read_bytes()
    suite.write("test_it.py", GET + code % ("new", end))
    suite.run("-W", "ignore")
    assert (suite.folder / "cassettes/test_it/test_it.yaml").read_bytes() == before
    suite.write("test_it.py", GET + code % ("new", "pytest.skip()"))
    suite.run().assert_outcomes(skipped=1)
    assert (suite.folder / "cassettes/test_it/test_it.yaml").read_bytes() != before


@pytest.mark.parametrize(
    "end",
    [
        "self.fail()",
        "raise RuntimeError",
        "with self.subTest(): self.fail()",
        "with self.subTest(): pass\n    raise KeyboardInterrupt",
        "with self.subTest(): pass\n    pytest.exit('enough')",
    ],
)
def test_a_set_that_a_unittest_did_not_complete_replaces_nothing(suite: Suite, end: str) -> None:
    code = """
import unittest
@pytest.mark.reqsnap(mode="record")
class TestIt(unittest.TestCase):
  def test_it(self):
    get("/%s")
    %s
"""
    suite.write("test_it.py", GET + code % ("old", ""))
    suite.run().assert_outcomes(passed=1)
    before = (suite.folder / "cassettes/test_it/TestIt.test_it.yaml").read_bytes()
    suite.write("test_it.py", GET + code % ("new", end))
    assert suite.run("-W", "ignore").ret != pytest.ExitCode.OK
    assert (suite.folder / "cassettes/test_it/TestIt.test_it.yaml").read_bytes() == before


def test_one_failure_leaves_the_cassette_of_a_class_as_it_was(suite: Suite) -> None:
    code = """
@pytest.mark.reqsnap(scope="class", mode="record")
class TestIt:
    def test_one(self): get("/%s"); assert %s
    def test_two(self): get("/two")
"""
    suite.write("test_it.py", GET + code % ("one", True))
    suite.run().assert_outcomes(passed=2)
    before = (suite.folder / "cassettes/test_it/TestIt.yaml").read_bytes()
    suite.write("test_it.py", GET + code % ("new", False))
    suite.run().assert_outcomes(passed=1, failed=1)
    assert (suite.folder / "cassettes/test_it/TestIt.yaml").read_bytes() == before


def test_what_the_end_of_a_failed_tests_block_tells_is_a_warning(suite: Suite) -> None:
    suite.write(
        "test_it.py",
        f"""{GET}
@pytest.fixture
def late(reqsnap):
    yield
    try: get("/late")
    except Exception: pass

@pytest.mark.reqsnap(mode="playback")
def test_it(late): assert False
""",
    )
    result = suite.run()
    result.assert_outcomes(failed=1, warnings=1)
    result.stdout.fnmatch_lines(["*ReqsnapWarning: *", "*/late was not sent*"])


def test_a_marker_that_is_no_use_is_told(suite: Suite) -> None:
    suite.write(
        "test_it.py",
        """
import pytest

@pytest.mark.reqsnap("a.yaml", "b.yaml")
def test_paths(): pass

@pytest.mark.reqsnap(scope="month")
def test_scope(): pass

@pytest.mark.reqsnap(modus="once")
def test_option(): pass
""",
    )
    result = suite.run()
    result.assert_outcomes(errors=3)
    result.stdout.fnmatch_lines(["*takes one path*", "*scope of a reqsnap marker is one of*", "*modus*"])


@pytest.mark.parametrize(
    ("marks", "option"),
    [
        ("@pytest.mark.reqsnap('one.yaml')", "--reqsnap-mode=record"),
        ("@pytest.mark.default_cassette('one.yaml')\n@pytest.mark.vcr", "--reqsnap-mode=record"),
        ("@pytest.mark.default_cassette('one.yaml')\n@pytest.mark.vcr", "--record-mode=rewrite"),
    ],
)
def test_a_test_that_replaces_what_another_has_just_recorded_is_told(
    suite: Suite, marks: str, option: str
) -> None:
    suite.write("test_it.py", f"{GET}\n{marks}\ndef test_a(): get('/a')\n{marks}\ndef test_b(): get('/b')\n")
    result = suite.run(option)
    result.assert_outcomes(passed=2, warnings=1)
    result.stdout.fnmatch_lines(["*one.yaml: test_it.py::test_b records it anew*test_it.py::test_a*"])
    suite.run(option, "-k", "test_a").assert_outcomes(passed=1, deselected=1)


def test_tests_that_record_one_cassette_together_replace_nothing(suite: Suite) -> None:
    code = """
@pytest.mark.reqsnap("one.yaml", scope="class")
class TestIt:
    def test_a(self): get("/a")
    def test_b(self): get("/b")
"""
    suite.write("test_it.py", GET + code)
    suite.run("--reqsnap-mode=record").assert_outcomes(passed=2)
    suite.run("--reqsnap-mode=playback").assert_outcomes(passed=2)
