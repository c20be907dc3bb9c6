"""A network that is blocked, from the outside and from within."""

from __future__ import annotations

import importlib
import socket
import sys
import threading
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from reqsnap import use_cassette
from reqsnap.pytest_plugin import network
from reqsnap.pytest_plugin.network import NetworkBlockedError, blocking_context
from tests.pytest_plugin.conftest import Suite
from tests.support.counter import Counter

GET = "import urllib.request, pytest\ndef get(path): return urllib.request.urlopen(SERVER + path).read()\n"


def test_what_is_replaced_is_put_back_exactly(server: Counter) -> None:
    before = dict(vars(socket.socket))
    with blocking_context(), blocking_context(["127.0.0.1"]):
        assert server.get() == "1 GET / "
    assert dict(vars(socket.socket)) == before


def test_the_innermost_block_says_what_is_allowed(server: Counter) -> None:
    with blocking_context(["127"]):
        with (
            blocking_context(),
            pytest.raises(NetworkBlockedError, match=r"^Network is disabled for host '127\.0\.0\.1'$"),
        ):
            server.get()
        assert server.get() == "1 GET / "


def test_what_another_has_put_over_it_stays(monkeypatch: pytest.MonkeyPatch, server: Counter) -> None:
    with monkeypatch.context() as patch:
        with blocking_context():
            guarded = vars(socket.socket)["connect"]
            patch.setattr(socket.socket, "connect", lambda self, address: guarded(self, address))
            with pytest.raises(NetworkBlockedError):
                server.get()
        assert server.get() == "1 GET / "
    # The guard has been put back when its block was over.
    with blocking_context(), pytest.raises(NetworkBlockedError):
        server.get()
    assert vars(socket.socket)["connect"] is guarded
    delattr(socket.socket, "connect")
    assert server.get() == "2 GET / "


@pytest.mark.parametrize(
    ("family", "address", "shown"),
    [
        (socket.AF_INET, (b"127.0.0.1", 1), "b'127.0.0.1'"),
        (socket.AF_INET6, ("::1", 1), "'::1'"),
        (socket.AF_UNIX, "./other", "'./other'"),
    ],
)
def test_every_address_is_looked_at(family: int, address: Any, shown: str) -> None:
    with blocking_context(["./socket"]), socket.socket(family) as made:
        with pytest.raises(NetworkBlockedError) as caught:
            made.connect(address)
        assert str(caught.value) == f"Network is disabled for host {shown}"
        with pytest.raises(NetworkBlockedError):
            made.connect_ex(address)


def test_pairs_and_sockets_that_are_allowed_work(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s"))
        listening.listen()
        with blocking_context([str(tmp_path)]), socket.socket(socket.AF_UNIX) as made:
            made.connect(str(tmp_path / "s"))
    # As Python's own function for it, where the system has none.
    code = "def _fallback_socketpair(made, address): made.connect(address)"
    space: dict[str, object] = {}
    exec(compile(code, socket.__file__, "exec"), space)
    pair = space["_fallback_socketpair"]
    assert callable(pair)
    with socket.create_server(("127.0.0.1", 0)) as listening, blocking_context(), socket.socket() as made:
        pair(made, listening.getsockname())


def test_other_threads_are_blocked_too(server: Counter) -> None:
    errors: list[BaseException] = []

    def ask() -> None:
        try:
            server.get()
        except NetworkBlockedError as error:
            errors.append(error)

    with blocking_context():
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()
    assert len(errors) == 1 and server.requests == []


def test_a_replay_needs_no_network(tmp_path: Path, server: Counter) -> None:
    with use_cassette(tmp_path / "x.yaml"):
        server.get()
    with blocking_context(), use_cassette(tmp_path / "x.yaml"):
        assert server.get() == "1 GET / "


class _Curl:
    """As much of a handle of pycurl as is asked for."""

    def __init__(self, url: str) -> None:
        self.url = url

    def getinfo(self, number: int) -> str:
        return self.url

    def perform(self) -> str:
        return self.url

    def perform_rs(self) -> str:
        return self.url


def test_handles_of_pycurl_perform_what_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    pycurl = ModuleType("pycurl")
    vars(pycurl).update(vars(SimpleNamespace(Curl=_Curl, EFFECTIVE_URL=7)))
    monkeypatch.setitem(sys.modules, "pycurl", pycurl)
    with blocking_context(["good"]):
        made = pycurl.Curl("http://good.example/")
        assert made.perform() == made.perform_rs() == made.url
        assert pycurl.Curl("").perform() == ""
        for name in ("perform", "perform_rs"):
            with pytest.raises(NetworkBlockedError, match=r"'bad\.example'"):
                getattr(pycurl.Curl("http://bad.example/"), name)()
    assert pycurl.Curl is _Curl


def test_pycurl_may_be_imported_while_it_is_blocked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pycurl.py").write_text("EFFECTIVE_URL = 7\nclass Curl: pass\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "pycurl", raising=False)
    monkeypatch.setattr(network, "_awaited", set())
    with blocking_context():
        pycurl = importlib.import_module("pycurl")
        guarded = pycurl.Curl
    assert pycurl.Curl is guarded.__base__
    del sys.modules["pycurl"]


def test_a_test_is_blocked_unless_it_records(suite: Suite) -> None:
    suite.write(
        "test_it.py",
        f"""{GET}
@pytest.fixture
def vcr_config(): return {{"allowed_hosts": "nothing,127"}}

@pytest.mark.block_network
def test_of_config(): get("/allowed")

@pytest.mark.block_network(allowed_hosts=["nothing"])
def test_of_marker():
    with pytest.raises(RuntimeError, match="^Network is disabled for host '127.0.0.1'$"): get("/blocked")

@pytest.mark.block_network(allowed_hosts=["nothing"])
@pytest.mark.vcr
def test_recording(): get("/recorded")

def test_free(): get("/free")
""",
    )
    suite.run("--record-mode=once").assert_outcomes(passed=4)
    suite.run().assert_outcomes(passed=4)
    assert suite.server.requests == [
        "GET /allowed",
        "GET /recorded",
        "GET /free",
        "GET /allowed",
        "GET /free",
    ]


@pytest.mark.parametrize("ini", [False, True])
def test_all_tests_are_blocked_by_an_option(suite: Suite, ini: bool) -> None:
    suite.write(
        "test_it.py", f"{GET}def test_it(): get('/a')\nclass TestIt:\n  def test_it(self): get('/b')\n"
    )
    suite.run().assert_outcomes(passed=2)
    block, allow = (
        ("reqsnap_block_network = yes\n", "reqsnap_allowed_hosts =\n  x\n  127\n") if ini else ("", "")
    )
    for allowed in (False, True):
        (suite.folder / "pytest.ini").write_text(f"[pytest]\n{block}{allow if allowed else ''}")
        arguments = [] if ini else ["--block-network", *(["--allowed-hosts=x,127"] if allowed else [])]
        suite.run(*arguments).assert_outcomes(**{"passed" if allowed else "failed": 2})


def test_items_that_have_no_fixtures_are_left_alone(suite: Suite) -> None:
    suite.write(
        "conftest.py",
        """
import pytest
class Lint(pytest.Item):
    def runtest(self): pass
class File(pytest.File):
    def collect(self): yield Lint.from_parent(self, name="lint")
def pytest_collect_file(file_path, parent):
    return File.from_parent(parent, path=file_path) if file_path.suffix == ".lint" else None
def pytest_collection_modifyitems(items):
    for item in items: item.add_marker("reqsnap")
""",
    )
    suite.write("it.lint", "")
    suite.run("--block-network").assert_outcomes(passed=1)
