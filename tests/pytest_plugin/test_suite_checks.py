"""`require_all_played`, `save_on` and `ci_playback`."""

from __future__ import annotations

import pytest

from tests.pytest_plugin.conftest import Suite

GET = """
import os, urllib.request, pytest
from reqsnap import use_cassette
def get(path): return urllib.request.urlopen(SERVER + path).read()
AGAIN = os.environ.get("AGAIN")
"""

MARKED = f"""{GET}
@pytest.mark.reqsnap{{options}}
def test_it():
    get("/a")
    {{then}}
"""

LESS = "if not AGAIN: get('/b')"


def write(suite: Suite, options: str, then: str) -> None:
    suite.write("test_it.py", MARKED.format(options=options, then=then))


@pytest.fixture
def again(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Lets a test say that its suite is run again."""
    monkeypatch.delenv("CI", raising=False)
    return monkeypatch


@pytest.mark.parametrize(
    ("options", "arguments", "errors"),
    [
        ("", ["--reqsnap-require-all-played"], 1),
        ("", ["-o", "reqsnap_require_all_played=true"], 1),
        ("(require_all_played=True)", [], 1),
        ("(require_all_played=False)", ["--reqsnap-require-all-played"], 0),
        ("", [], 0),
    ],
)
def test_a_test_that_does_not_play_all_does_not_pass(
    suite: Suite, again: pytest.MonkeyPatch, options: str, arguments: list[str], errors: int
) -> None:
    write(suite, options, LESS)
    suite.run(*arguments).assert_outcomes(passed=1)
    again.setenv("AGAIN", "1")
    result = suite.run(*arguments)
    result.assert_outcomes(passed=1, errors=errors)
    if errors:
        result.stdout.fnmatch_lines(["*.yaml: 1 recording was not played:", "*GET http://*/b"])


@pytest.mark.parametrize(
    "cut", ["if AGAIN: pytest.skip()", "if AGAIN: pytest.fail()", "if AGAIN: pytest.xfail()"]
)
def test_a_test_that_was_cut_short_is_not_blamed_for_that(
    suite: Suite, again: pytest.MonkeyPatch, cut: str
) -> None:
    write(suite, "(require_all_played=True)", f"{cut}\n    {LESS}")
    suite.run().assert_outcomes(passed=1)
    again.setenv("AGAIN", "1")
    assert "errors" not in suite.run().parseoutcomes()


def test_a_cassette_of_a_module_is_to_be_played_by_all_of_it(suite: Suite, again: pytest.MonkeyPatch) -> None:
    marks = "pytestmark = pytest.mark.reqsnap(scope='module', require_all_played=True)"
    suite.write("test_it.py", f"{GET}\n{marks}\ndef test_one(): get('/a')\ndef test_two():\n    {LESS}\n")
    suite.run().assert_outcomes(passed=2)
    suite.run().assert_outcomes(passed=2)
    again.setenv("AGAIN", "1")
    suite.run().assert_outcomes(passed=2, errors=1)


DROPS = """
def pytest_addoption(parser): parser.addini("drops", "whether tests are", "bool")
def pytest_collection_modifyitems(config, items):
    if config.getini("drops"): del items[1:]
"""

PARTS = [
    ["-k", "one"],
    ["--deselect", "test_it.py::TestIt::test_two"],
    ["test_it.py::TestIt::test_one"],
    ["-o", "drops=true"],
    ["-x"],
    ["-n", "2", "-p", "reqsnap.pytest_plugin"],
]


@pytest.mark.parametrize("scope", ["class", "module", "session"])
@pytest.mark.parametrize("part", PARTS, ids=" ".join)
def test_a_run_of_some_of_the_tests_that_share_a_cassette_is_blamed_for_nothing(
    suite: Suite, again: pytest.MonkeyPatch, scope: str, part: list[str]
) -> None:
    mark = f"@pytest.mark.reqsnap('shared.yaml', scope={scope!r}, require_all_played=True)"
    one = f"  {mark}\n  def test_one(self): get('/a')\n"
    two = f"  {mark}\n  def test_two(self): get('/b')\n"
    suite.write("conftest.py", DROPS)
    suite.write("test_it.py", f"{GET}\nclass TestIt:\n{one}  def test_stops(self): assert not AGAIN\n{two}")
    suite.run().assert_outcomes(passed=3)
    if part == ["-x"]:
        again.setenv("AGAIN", "1")
    result = suite.run(*part)
    assert "errors" not in result.parseoutcomes(), result.stdout.str()


def test_a_session_s_cassette_is_not_judged_by_a_file_of_it(suite: Suite, again: pytest.MonkeyPatch) -> None:
    marks = "pytestmark = pytest.mark.reqsnap(scope='session', require_all_played=True)"
    for name in "ab":
        suite.write(f"test_{name}.py", f"{GET}\n{marks}\ndef test_it(): get('/{name}')\n")
    suite.run().assert_outcomes(passed=2)
    suite.run("test_a.py").assert_outcomes(passed=1)
    suite.run("--ignore=test_b.py").assert_outcomes(passed=1)
    suite.write("test_b.py", f"{GET}\n{marks}\ndef test_it(): pass\n")
    suite.run().assert_outcomes(passed=2, errors=1)


def test_a_session_s_cassette_is_not_judged_by_a_folder_of_it(
    suite: Suite, again: pytest.MonkeyPatch
) -> None:
    marks = "pytestmark = pytest.mark.reqsnap(scope='session', require_all_played=True)"
    (suite.folder / "pytest.ini").write_text("[pytest]\n", "utf-8")
    for name in "ab":
        suite.write(f"{name}/test_{name}.py", f"{GET}\n{marks}\ndef test_it(): get('/{name}')\n")
    suite.run().assert_outcomes(passed=2)
    again.chdir(suite.folder / "a")
    suite.run().assert_outcomes(passed=1)


def test_a_test_may_clear_its_environment(suite: Suite, again: pytest.MonkeyPatch) -> None:
    suite.write(
        "test_it.py",
        f"""{GET}
from unittest import mock
def test_it():
    with mock.patch.dict(os.environ, clear=True), use_cassette("it.yaml"):
        get("/a")
        {LESS}
""",
    )
    suite.run("--reqsnap-require-all-played").assert_outcomes(passed=1)
    again.setenv("AGAIN", "1")
    suite.run("--reqsnap-require-all-played").assert_outcomes(passed=1, errors=1)


def test_blocks_of_a_test_s_own_are_to_be_played_too(suite: Suite, again: pytest.MonkeyPatch) -> None:
    suite.write(
        "test_it.py",
        f"""{GET}
@use_cassette
def test_it():
    get("/a")
    {LESS}
""",
    )
    suite.run("--reqsnap-require-all-played").assert_outcomes(passed=1)
    again.setenv("AGAIN", "1")
    suite.run("--reqsnap-require-all-played").assert_outcomes(passed=1, errors=1)


@pytest.mark.parametrize(
    ("mode", "options", "arguments", "saved"),
    [
        ("once", "(save_on='pass')", [], False),
        ("update", "(save_on='pass')", [], False),
        ("record", "(save_on='pass')", [], False),
        ("update", "", ["--reqsnap-save-on=pass"], False),
        ("update", "", ["-o", "reqsnap_save_on=pass"], False),
        ("update", "(save_on='always')", ["--reqsnap-save-on=pass"], True),
        ("once", "", [], True),
        ("record", "", [], True),
    ],
)
def test_what_a_failed_test_recorded_is_saved_or_not(
    suite: Suite, again: pytest.MonkeyPatch, options: str, arguments: list[str], saved: bool, mode: str
) -> None:
    write(suite, options, "assert not AGAIN or get('/new') == b''")
    suite.run(*arguments).assert_outcomes(passed=1)
    path = suite.folder / "cassettes" / "test_it" / "test_it.yaml"
    if mode == "once":
        path.unlink()
    before = path.read_bytes() if path.exists() else None
    again.setenv("AGAIN", "1")
    suite.run(f"--reqsnap-mode={mode}", *arguments).assert_outcomes(failed=1)
    partial = path.with_name(f"{path.name}.partial")
    held = [each.read_text("utf-8") for each in (path, partial) if each.exists()]
    assert any("/new" in text for text in held) is saved
    if not saved:
        assert (path.read_bytes() if path.exists() else None) == before


@pytest.mark.parametrize(
    ("ci", "ini", "arguments", "sent"),
    [
        ("true", "true", [], 0),
        ("", "true", [], 1),
        ("false", "true", [], 1),
        ("true", "false", [], 1),
        ("true", "true", ["--reqsnap-mode=update"], 1),
    ],
)
def test_in_ci_the_mode_is_playback_by_itself(
    suite: Suite, again: pytest.MonkeyPatch, ci: str, ini: str, arguments: list[str], sent: int
) -> None:
    again.setenv("CI", ci)
    write(suite, "", "")
    result = suite.run("-o", f"reqsnap_ci_playback={ini}", *arguments)
    result.assert_outcomes(passed=sent, failed=1 - sent)
    assert len(suite.server.requests) == sent


def test_the_environment_stands_above_what_ci_asks_for(suite: Suite, again: pytest.MonkeyPatch) -> None:
    again.setenv("CI", "1")
    again.setenv("REQSNAP_MODE", "record")
    write(suite, "", "")
    suite.run("-o", "reqsnap_ci_playback=true").assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["-o", "reqsnap_unused=sometimes"], "*reqsnap_unused=sometimes*"),
        (["-o", "reqsnap_save_on=never"], "*reqsnap_save_on=never*"),
        (["--reqsnap-unused=sometimes"], "*--reqsnap-unused*"),
    ],
)
def test_a_word_that_means_nothing_is_refused(suite: Suite, arguments: list[str], told: str) -> None:
    result = suite.run(*arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([told])


@pytest.mark.parametrize("options", ["(save_on='never')", "(require_all_played='yes')"])
def test_a_marker_s_value_that_means_nothing_is_refused(suite: Suite, options: str) -> None:
    write(suite, options, "")
    suite.run().assert_outcomes(errors=1)


@pytest.mark.parametrize(
    ("fixture", "marker"),
    [
        ({}, "save_on='pass', record_on_exception=True"),
        ({"save_on": "pass"}, "record_on_exception=True"),
    ],
)
def test_what_contradicts_itself_is_refused(suite: Suite, fixture: dict[str, str], marker: str) -> None:
    suite.write("conftest.py", f"import pytest\n@pytest.fixture\ndef reqsnap_config(): return {fixture}\n")
    write(suite, f"({marker})", "")
    result = suite.run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["*ConfigurationError: save_on='pass' cannot be used: *record_on_exception=True*"]
    )


@pytest.mark.parametrize(
    "options", ["(save_on='pass', record_on_exception=False)", "(record_on_exception=True)"]
)
def test_a_marker_stands_above_what_the_suite_says_of_saving(suite: Suite, options: str) -> None:
    write(suite, options, "")
    suite.run("--reqsnap-save-on=pass").assert_outcomes(passed=1)
