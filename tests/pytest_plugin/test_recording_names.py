"""The names that pytest-recording's users have: markers, fixtures, options, layout and hook."""

from __future__ import annotations

import hashlib

import pytest

from tests.pytest_plugin.conftest import Suite

GET = "import urllib.request, pytest\ndef get(path): return urllib.request.urlopen(SERVER + path).read()\n"


def test_without_a_mode_nothing_is_sent_and_with_one_it_is_recorded(suite: Suite) -> None:
    suite.write(
        "test_it.py",
        f"""{GET}
@pytest.mark.vcr
class TestIt:
    @pytest.mark.parametrize("x", ["a/b"])
    def test_it(self, x, vcr, record_mode):
        assert get("/a") == b"1 GET /a "
        print(f"<{{record_mode}} {{vcr.play_count}} {{len(vcr)}}>")

def test_unmarked(vcr, disable_recording): assert vcr is None and not disable_recording
""",
    )
    suite.run().assert_outcomes(failed=1, passed=1)
    assert suite.server.requests == [] and suite.cassettes == []
    suite.run("-s", "--record-mode=once").stdout.fnmatch_lines(["*<once 0 1>*"])
    assert suite.cassettes == ["cassettes/test_it/TestIt.test_it[a-b].yaml"]
    suite.run("-s").stdout.fnmatch_lines(["*<none 1 1>*"])
    assert suite.server.requests == ["GET /a"]


@pytest.mark.parametrize(
    ("arguments", "answers"),
    [
        (["--record-mode=new_episodes"], "1 GET /a "),
        (["--reqsnap-mode=update"], "1 GET /a "),
        (["--record-mode=all"], "2 GET /a "),
        (["--record-mode=rewrite"], "2 GET /a "),
        (["--reqsnap-mode=record"], "2 GET /a "),
        (["--disable-recording"], "2 GET /a "),
        (["--vcr-record=none"], "1 GET /a "),
    ],
)
def test_the_command_line_stands_above_the_code(suite: Suite, arguments: list[str], answers: str) -> None:
    suite.write(
        "test_it.py",
        f"""{GET}
@pytest.fixture(scope="session")
def vcr_config(): return {{"record_mode": "all"}}

@pytest.mark.vcr(record_mode="once")
def test_it(): print(f"<{{get('/a').decode()}}>")
""",
    )
    suite.run("-s").stdout.fnmatch_lines(["*<1 GET /a >*"])
    suite.run("-s", *arguments).stdout.fnmatch_lines([f"*<{answers}>*"])
    assert len(suite.cassettes) == 1


def test_rewrite_leaves_nothing_of_what_was_there(suite: Suite) -> None:
    code = "@pytest.mark.vcr\ndef test_it(): get('/%s')\n"
    suite.write("test_it.py", GET + code % "old")
    suite.run("--record-mode=once").assert_outcomes(passed=1)
    suite.write("test_it.py", GET + code % "new")
    suite.run("--record-mode=rewrite").assert_outcomes(passed=1)
    text = (suite.folder / suite.cassettes[0]).read_text()
    assert "/new" in text and "/old" not in text


@pytest.mark.parametrize("place", ["option", "marker"])
def test_rewrite_removes_nothing_where_reqsnap_mode_says_playback(
    suite: Suite, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    suite.write("test_it.py", f"{GET}@pytest.mark.vcr\ndef test_it(): get('/a')\n")
    suite.run("--record-mode=once").assert_outcomes(passed=1)
    before = (suite.folder / suite.cassettes[0]).read_bytes()
    monkeypatch.setenv("REQSNAP_MODE", "playback")
    if place == "option":
        suite.run("--record-mode=rewrite").assert_outcomes(passed=1)
    else:
        suite.write("test_it.py", f"{GET}@pytest.mark.vcr(record_mode='rewrite')\ndef test_it(): get('/a')\n")
        suite.run().assert_outcomes(passed=1)
    assert (suite.folder / suite.cassettes[0]).read_bytes() == before
    assert suite.server.requests == ["GET /a"]


def test_a_test_that_records_nothing_anew_keeps_its_cassette(suite: Suite) -> None:
    code = f"{GET}@pytest.mark.vcr\ndef test_it(): %s; get('/a')\n"
    suite.write("test_it.py", code % "pass")
    suite.run("--record-mode=once").assert_outcomes(passed=1)
    before = (suite.folder / suite.cassettes[0]).read_bytes()
    suite.write("test_it.py", code % "assert False")
    suite.run("--reqsnap-mode=record", "-W", "ignore").assert_outcomes(failed=1)
    assert (suite.folder / suite.cassettes[0]).read_bytes() == before


def test_more_cassettes_are_replayed_from_and_not_written(suite: Suite) -> None:
    suite.write(
        "test_first.py",
        f"{GET}@pytest.mark.default_cassette('first')\n@pytest.mark.vcr\ndef test(): get('/1')",
    )
    suite.run("--record-mode=once").assert_outcomes(passed=1)
    before = (suite.folder / "cassettes/test_first/first.yaml").read_bytes()
    suite.write(
        "test_both.py",
        f"""{GET}
pytestmark = pytest.mark.vcr("../test_first/first.yaml", "missing.yaml")

@pytest.mark.vcr(match_on=["path"])
def test_both(vcr, vcr_markers, default_cassette_name):
    assert get("/1") == b"1 GET /1 "
    assert get("/2") == b"2 GET /2 "
    assert len(vcr_markers) == 2 and default_cassette_name == "test_both"
""",
    )
    suite.run("test_both.py", "--record-mode=new_episodes").assert_outcomes(passed=1)
    suite.run("test_both.py").assert_outcomes(passed=1)
    assert (suite.folder / "cassettes/test_first/first.yaml").read_bytes() == before
    assert "cassettes/test_both/test_both.yaml" in suite.cassettes


def test_a_hook_and_a_fixture_shape_the_vcr(suite: Suite) -> None:
    suite.write(
        "conftest.py",
        """
import pytest

def pytest_recording_configure(config, vcr):
    vcr.register_matcher("anything", lambda one, other: None)
    vcr.record_mode = "once"

@pytest.fixture(scope="module")
def vcr_config(): return {"match_on": ["anything"], "allowed_hosts": ["x"], "filter_headers": ["host"]}

@pytest.fixture(scope="module")
def vcr_cassette_dir(request): return str(request.path.parent / "elsewhere")
""",
    )
    suite.write(
        "test_it.py", f"{GET}@pytest.mark.vcr\ndef test_it(request): get('/' + request.config.getini('x'))"
    )
    suite.write("tox.ini", "")
    (suite.folder / "tox.ini").write_text("[pytest]\nx = a\n")
    code = (
        suite.folder / "conftest.py"
    ).read_text() + "\ndef pytest_addoption(parser): parser.addini('x', 'x')\n"
    (suite.folder / "conftest.py").write_text(code)
    suite.run().assert_outcomes(passed=1)
    (suite.folder / "tox.ini").write_text("[pytest]\nx = b\n")
    suite.run().assert_outcomes(passed=1)
    assert suite.cassettes == ["elsewhere/test_it.yaml"]
    assert suite.server.requests == ["GET /a"]


@pytest.mark.parametrize(
    "mark", ["default_cassette", "default_cassette('a', 'b')", "block_network('a')", "block_network(b=1)"]
)
def test_a_marker_that_is_no_use_is_told(suite: Suite, mark: str) -> None:
    suite.write("test_it.py", f"{GET}@pytest.mark.vcr\n@pytest.mark.{mark}\ndef test_it(): pass\n")
    result = suite.run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*{mark.partition('(')[0]} marker takes*"])


def test_an_unknown_option_of_a_marker_is_told(suite: Suite) -> None:
    suite.write("test_it.py", f"{GET}@pytest.mark.vcr(filter_header=['x'])\ndef test_it(): pass\n")
    result = suite.run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*ConfigurationError: filter_header*"])


def test_names_are_as_pytest_recording_makes_them(suite: Suite) -> None:
    suite.write(
        "test_it.py",
        f"""{GET}
@pytest.mark.vcr(serializer="json")
@pytest.mark.parametrize("x", ["a?b", "c" * 300], ids=str)
def test_it(x): get("/a")
""",
    )
    suite.run("--record-mode=once").assert_outcomes(passed=2)
    found = sorted(path.name for path in (suite.folder / "cassettes/test_it").iterdir() if path.is_file())
    assert found[0] == "test_it[a-b].json"
    digest = hashlib.md5(f"test_it[{'c' * 300}]".encode(), usedforsecurity=False).hexdigest()
    assert found[1] == f"test_it[{'c' * 207}...{digest}.json"
    assert len(found[1]) == 255


def test_the_ini_file_is_below_the_code(suite: Suite) -> None:
    (suite.folder / "pytest.ini").write_text("[pytest]\nreqsnap_record_mode = once\n")
    suite.write(
        "test_it.py",
        f"""{GET}
@pytest.mark.vcr
def test_it(record_mode): get("/a"); assert record_mode == "once"

@pytest.mark.reqsnap(mode="live")
def test_native(): get("/a")
""",
    )
    suite.run().assert_outcomes(passed=2)
    assert suite.cassettes == ["cassettes/test_it/test_it.yaml"]
    (suite.folder / "pytest.ini").write_text("[pytest]\nreqsnap_disable_recording = yes\n")
    suite.run().assert_outcomes(failed=1, passed=1)
    (suite.folder / "pytest.ini").write_text("[pytest]\nreqsnap_vcr_names = off\n")
    suite.run().assert_outcomes(errors=1, passed=1)
    (suite.folder / "pytest.ini").write_text("[pytest]\nreqsnap_record_mode = ones\n")
    assert suite.run().ret == pytest.ExitCode.USAGE_ERROR


def test_two_modes_are_refused(suite: Suite) -> None:
    suite.write("test_it.py", "def test_it(): pass\n")
    assert suite.run("--record-mode=none", "--reqsnap-mode=once").ret == pytest.ExitCode.USAGE_ERROR
