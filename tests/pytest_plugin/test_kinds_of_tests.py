"""All kinds of tests that pytest runs, and the order in which their fixtures are set up."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.pytest_plugin.conftest import Suite

GET = "import urllib.request, pytest\ndef get(path): return urllib.request.urlopen(SERVER + path).read()\n"


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_coroutines_have_cassettes(suite: Suite, backend: str) -> None:
    suite.write(
        "test_it.py",
        f"""
import anyio, httpx, pytest

@pytest.fixture
def anyio_backend(): return {backend!r}

@pytest.mark.anyio
@pytest.mark.reqsnap
async def test_it(reqsnap):
    async with httpx.AsyncClient() as client, anyio.create_task_group() as group:
        group.start_soon(client.get, SERVER + "/a")
        group.start_soon(client.get, SERVER + "/b")
    assert len(reqsnap) == 2
""",
    )
    suite.run().assert_outcomes(passed=1)
    suite.run("--reqsnap-mode=playback").assert_outcomes(passed=1)
    assert len(suite.server.requests) == 2


def test_unittests_with_what_they_set_up(suite: Suite) -> None:
    suite.write(
        "test_it.py",
        f"""{GET}
import unittest

@pytest.mark.reqsnap
class TestIt(unittest.TestCase):
    def setUp(self): get("/set-up")
    def tearDown(self): get("/tear-down")
    def test_it(self):
        for number in range(2):
            with self.subTest(number=number): get(f"/{{number}}")

class TestAsync(unittest.IsolatedAsyncioTestCase):
    @pytest.mark.reqsnap
    async def test_it(self): get("/async")
""",
    )
    suite.run().assert_outcomes(passed=2)
    suite.run("--reqsnap-mode=playback").assert_outcomes(passed=2)
    assert suite.server.requests == [f"GET /{path}" for path in ("set-up", "0", "1", "tear-down", "async")]
    assert suite.cassettes == [
        "cassettes/test_it/TestAsync.test_it.yaml",
        "cassettes/test_it/TestIt.test_it.yaml",
    ]


def test_doctests_have_cassettes(suite: Suite) -> None:
    suite.write("module.py", f'{GET}\ndef documented():\n  """\n  >>> get("/a")\n  b\'1 GET /a \'\n  """\n')
    suite.write(
        "conftest.py",
        "import pytest\ndef pytest_collection_modifyitems(items):\n"
        "  for item in items: item.add_marker(pytest.mark.reqsnap)\n",
    )
    suite.run("--doctest-modules").assert_outcomes(passed=1)
    suite.run("--doctest-modules").assert_outcomes(passed=1)
    assert suite.cassettes == ["cassettes/module/module.documented.yaml"]


def test_cases_of_one_function_are_marked_alone(suite: Suite) -> None:
    suite.write(
        "test_it.py",
        f"""{GET}
@pytest.mark.parametrize("x", ["{{a}}", pytest.param("b", marks=pytest.mark.reqsnap)])
def test_it(x): get(f"/x")
""",
    )
    suite.run().assert_outcomes(passed=2)
    assert suite.cassettes == ["cassettes/test_it/test_it[b].yaml"]


def test_the_cassette_is_open_for_a_tests_own_fixtures_and_no_wider_ones(suite: Suite) -> None:
    suite.write(
        "test_it.py",
        f"""{GET}
@pytest.fixture(scope="module")
def wider(): get("/wider")

@pytest.fixture(autouse=True)
def own(): get("/own")

@pytest.fixture
def another(): get("/another")

@pytest.mark.reqsnap
def test_it(another, reqsnap, wider): assert len(reqsnap) == 2
""",
    )
    suite.run().assert_outcomes(passed=1)
    assert suite.server.requests == ["GET /wider", "GET /own", "GET /another"]


@pytest.mark.parametrize("folder", ["elsewhere", "/absolute", "memory://bucket"])
def test_the_folder_is_what_a_fixture_says(suite: Suite, folder: str) -> None:
    given = str(suite.folder / "absolute") if folder == "/absolute" else folder
    suite.write(
        "sub/test_it.py",
        f"""{GET}
@pytest.fixture(scope="session")
def reqsnap_cassette_dir(): return {given!r}

@pytest.mark.reqsnap
def test_default(reqsnap): get("/a"); print(f"<{{reqsnap.path}}>")

@pytest.mark.reqsnap("{{cls}}/{{test}}-{{x}}.yaml")
class TestIt:
    @pytest.mark.parametrize("x", [1])
    def test_field(self, x, reqsnap): print(f"<{{reqsnap.path}}>")

@pytest.mark.reqsnap(path=lambda context: f"{{context.module}}.yaml")
def test_function(reqsnap): print(f"<{{reqsnap.path}}>")
""",
    )
    root = folder if "://" in folder else f"*/{folder.strip('/')}"
    suite.run("-s").stdout.fnmatch_lines(
        [
            f"*<{root}/test_it/test_default.yaml>*",
            f"*<{root}/TestIt/test_field-1.yaml>*",
            f"*<{root}/test_it.yaml>*",
        ]
    )


def test_a_test_that_is_run_again_has_not_failed(suite: Suite) -> None:
    suite.write(
        "conftest.py",
        """
import pytest
from _pytest.runner import runtestprotocol

def pytest_runtest_protocol(item, nextitem):
    for _ in range(2):
        item._initrequest()
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
    for report in reports: item.ihook.pytest_runtest_logreport(report=report)
    return True
""",
    )
    suite.write(
        "test_it.py",
        f"{GET}runs = []\n@pytest.mark.reqsnap(mode='record')\n"
        "def test_it(): get('/a'); runs.append(1); assert len(runs) == 2\n",
    )
    suite.run().assert_outcomes(passed=1)
    assert suite.cassettes == ["cassettes/test_it/test_it.yaml"]


def test_a_suite_that_does_not_use_it_loads_next_to_nothing(suite: Suite) -> None:
    suite.write(
        "test_it.py",
        "import sys\ndef test_it():\n"
        "  loaded = {name for name in sys.modules if name.startswith('reqsnap')}\n"
        "  assert loaded <= {'reqsnap', 'reqsnap.on_demand', 'reqsnap.naming', 'reqsnap.naming.context',\n"
        "    'reqsnap.blocks', 'reqsnap.blocks.watching'} | {n for n in loaded if 'plugin' in n}, loaded\n"
        "  assert not {'yaml', 'wrapt', 'http.client'} & set(sys.modules)\n",
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:reqsnap", "-p", "reqsnap.pytest_plugin"]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    shown = subprocess.run(
        command, cwd=suite.folder, capture_output=True, text=True, env=environment, check=False
    )
    assert "1 passed" in shown.stdout, shown.stdout + shown.stderr


def test_other_plugins_that_have_the_names_keep_them(suite: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    (suite.folder / "pytest_recording").mkdir()
    (suite.folder / "pytest_recording/__init__.py").write_text("")
    monkeypatch.syspath_prepend(suite.folder)
    suite.write("test_it.py", "def test_it(vcr): assert vcr is None\n")
    suite.run().assert_outcomes(passed=1)
    # A module of that name alone is no plugin.
    found = suite.folder / "pytest_recording-0.14.1.dist-info"
    found.mkdir()
    (found / "METADATA").write_text("Metadata-Version: 2.1\nName: pytest-recording\nVersion: 0.14.1\n")
    suite.run().assert_outcomes(errors=1)
    suite.run("-p", "no:recording").assert_outcomes(passed=1)
