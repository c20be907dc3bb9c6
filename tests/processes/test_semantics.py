"""What holds for threads holds for children: one sequence, one order, one policy, the owner's."""

from __future__ import annotations

import http.client
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from multiprocessing.connection import Client, Connection
from pathlib import Path
from typing import Any

import pytest

from reqsnap import (
    Cassette,
    ConfigurationError,
    CutRecordingError,
    ErrorKind,
    Interaction,
    LostExchangeWarning,
    OutOfOrderError,
    ReqsnapError,
    Request,
    Response,
    SwallowedRefusalWarning,
    UnmatchedRequestError,
    use_cassette,
)
from reqsnap.processes import children as births
from tests.processes.children import COMMAND, ROOT, by_executor, by_subprocess
from tests.support.counter import Counter
from tests.support.network import no_network


class Child:
    """A forked process that does one thing after another, as it is told."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("fork")
        self._mine, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,))
        with warnings.catch_warnings():
            # The tests' server is a thread of this process, and not one of ours.
            warnings.filterwarnings("ignore", ".*multi-threaded", DeprecationWarning)
            self._process.start()

    def do(self, function: Callable[..., Any], *args: Any) -> Any:
        """What a function of this module, or a method, returns there; raises what it raises."""
        self._mine.send((function, args))
        went_well, result = self._mine.recv()
        if not went_well:
            raise result
        return result

    def end(self) -> None:
        if self._process.is_alive():
            self._mine.send(None)
        self._process.join()


def _serve(pipe: Connection) -> None:
    while (told := pipe.recv()) is not None:
        function, args = told
        try:
            pipe.send((True, function(*args)))
        except Exception as error:
            pipe.send((False, error))


@pytest.fixture
def child() -> Iterator[Callable[[], Child]]:
    started: list[Child] = []

    def start() -> Child:
        started.append(Child())
        return started[-1]

    yield start
    for each in started:
        each.end()


@pytest.fixture
def get(server: Counter) -> Callable[..., str]:
    """A request to the server that a child can be told to make."""
    return Asked(server.port)


class Asked:
    """A GET on a port."""

    def __init__(self, port: int) -> None:
        self.port = port

    def __call__(self, path: str = "/", method: str = "GET", body: str | None = None) -> str:
        import http.client

        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        try:
            connection.request(method, path, body)
            return connection.getresponse().read().decode()
        finally:
            connection.close()


def requests_of(cassette: Cassette) -> list[str]:
    return [each.request.url.split("/", 3)[3] for each in cassette]


def test_children_share_one_sequence_with_their_parent(
    tmp_path: Path, child: Callable[[], Child], get: Callable[..., str]
) -> None:
    path = tmp_path / "x.yaml"
    with use_cassette(path):
        one, two = child(), child()
        recorded = [one.do(get), get(), two.do(get), one.do(get), get()]
    assert len(set(recorded)) == 5
    with use_cassette(path, mode="playback"):
        two, one = child(), child()
        assert [get(), two.do(get), two.do(get), get(), one.do(get)] == recorded


def test_a_strict_order_is_that_of_all_processes(
    tmp_path: Path, child: Callable[[], Child], get: Callable[..., str]
) -> None:
    path = tmp_path / "x.yaml"
    with use_cassette(path):
        get("/1")
        child().do(get, "/2")
    with pytest.warns(SwallowedRefusalWarning), use_cassette(path, mode="playback", order="strict"):
        there = child()
        with pytest.raises(OutOfOrderError) as caught:
            there.do(get, "/2")
        assert caught.value.position == 1
        assert caught.value.expected.endswith("/1")
        get("/1")
        assert " GET /2 " in there.do(get, "/2")


def test_the_owner_redacts_and_runs_the_hooks(
    tmp_path: Path, child: Callable[[], Child], get: Callable[..., str]
) -> None:
    ran_in = []

    def hook(interaction: Interaction) -> Interaction:
        ran_in.append(os.getpid())
        return replace(interaction, response=replace(interaction.response, reason="Hooked"))

    path = tmp_path / "x.yaml"
    with use_cassette(path, before_record=hook, redact_query=["ticket"]) as cassette:
        child().do(get, "/a?ticket=s3cr3t-value-1")
    assert "s3cr3t-value-1" not in path.read_text()
    assert cassette.interactions[0].response.reason == "Hooked"
    assert ran_in == [os.getpid()]


def test_a_hook_that_raises_in_the_owner_is_told_in_the_child(
    child: Callable[[], Child], get: Callable[..., str]
) -> None:
    def broken(url: str) -> bool:
        raise KeyError("no such host")

    met = pytest.raises(ReqsnapError, match="met with KeyError: 'no such host'")
    with use_cassette(exclude_urls=[broken]), met:
        child().do(get)


def test_a_stub_of_the_parent_answers_its_children(
    child: Callable[[], Child], get: Asked, server: Counter
) -> None:
    with use_cassette(mode="record") as cassette:
        there = child()
        assert " GET /a " in there.do(get, "/a")
        stub = cassette.stub("GET", f"http://127.0.0.1:{server.port}/a", Response(200, body=b"by hand"))
        assert there.do(get, "/a") == "by hand"
        assert len(stub.calls) == len(cassette) == 1


def test_a_miss_in_a_child_tells_what_differs(
    tmp_path: Path, child: Callable[[], Child], get: Callable[..., str], server: Counter
) -> None:
    path = tmp_path / "x.yaml"
    with use_cassette(path):
        get("/a", "POST", '{"n": 1}')
    with pytest.warns(SwallowedRefusalWarning), use_cassette(path, mode="playback"):
        with pytest.raises(UnmatchedRequestError) as caught:
            child().do(get, "/a", "POST", '{"n": 2}')
        assert [each.field for each in caught.value.nearest[0].differences] == ["body.n"]
        assert caught.value.cassette == str(path)
    assert len(server.requests) == 1


def own_block(path: Path, get: Callable[..., str], *paths: str) -> tuple[list[str], int]:
    with use_cassette(path) as cassette:
        return [get(each) for each in paths], len(cassette)


def test_a_block_of_a_child_is_its_own_inside_that_of_its_parent(
    tmp_path: Path, child: Callable[[], Child], get: Callable[..., str]
) -> None:
    outer, inner = tmp_path / "outer.yaml", tmp_path / "inner.yaml"
    with use_cassette(outer):
        recorded = get("/outer")
    with use_cassette(outer, mode="update") as cassette:
        there = child()
        found, count = there.do(own_block, inner, get, "/outer", "/inner")
        assert (found[0], count) == (recorded, 1)
        there.do(get, "/afterwards")
    assert requests_of(cassette) == ["outer", "afterwards"]
    held = Cassette()
    held.load(inner)
    assert requests_of(held) == ["inner"]


def test_a_child_belongs_to_the_block_it_was_started_in(
    child: Callable[[], Child], get: Callable[..., str]
) -> None:
    with use_cassette(mode="record") as outer:
        first = child()
        with use_cassette(mode="record") as inner:
            second = child()
            first.do(get, "/first")
            second.do(get, "/second")
    assert (requests_of(outer), requests_of(inner)) == (["first"], ["second"])


def test_a_child_that_outlives_its_block_is_refused_or_unrecorded(
    tmp_path: Path, child: Callable[[], Child], get: Callable[..., str], server: Counter
) -> None:
    path = tmp_path / "x.yaml"
    with use_cassette(path) as cassette:
        there = child()
        there.do(get, "/a")
    assert " GET /late " in there.do(warned, get, "/late")
    assert " GET /later " in there.do(get, "/later")
    with use_cassette(path, mode="playback"):
        there = child()
        there.do(get, "/a")
    with pytest.raises(UnmatchedRequestError):
        there.do(get, "/a")
    assert server.requests == ["GET /a", "GET /late", "GET /later"]
    assert len(cassette) == 1


def warned(get: Callable[..., str], path: str) -> str:
    with pytest.warns(LostExchangeWarning, match="has ended; the requests of process .* not recorded"):
        return get(path)


def flush(cassette: Cassette) -> None:
    cassette.flush()
    with pytest.raises(ConfigurationError, match="only the process that opened it"):
        cassette.save()


def test_the_copy_of_a_cassette_in_a_child_has_no_file(
    tmp_path: Path, child: Callable[[], Child], get: Callable[..., str]
) -> None:
    path = tmp_path / "x.yaml"
    with use_cassette(path, auto_flush=True) as cassette:
        there = child()
        there.do(get)
        get()
        there.do(flush_the_open_one)
        assert not path.with_name("x.yaml.partial").exists()
        flush_the_open_one(cassette)
    assert len(cassette) == 2


def flush_the_open_one(cassette: Cassette | None = None) -> None:
    from reqsnap import scope

    if cassette is not None:
        cassette.flush()
        return
    recorder = scope.current()
    assert recorder is not None
    flush(recorder.cassette)


def test_children_of_a_block_that_opts_out_are_left_alone(
    child: Callable[[], Child], get: Callable[..., str], server: Counter
) -> None:
    with use_cassette(mode="record", subprocesses=False) as cassette:
        child().do(get, "/forked")
        by_subprocess("http.client", server.port, ["started"], 1)
        by_executor("spawn")("http.client", server.port, ["spawned"], 1)
        assert births._owner is None
    assert len(cassette) == 0
    assert server.requests == ["GET /forked", "GET /started/0", "GET /spawned/0"]


def test_with_the_last_block_nobody_else_is_let_in(
    child: Callable[[], Child], get: Callable[..., str]
) -> None:
    with use_cassette(mode="record"):
        child().do(get)
        ticket = births.ticket_here()
        assert ticket is not None
        with pytest.raises(Exception, match="digest"):
            Client(ticket.address, authkey=b"guessed")
        assert Path(ticket.address).parent.stat().st_mode & 0o777 == 0o700
    assert not Path(ticket.address).parent.exists()
    assert births.ticket_here() is None


def test_a_child_of_an_unknown_block_is_told_so_when_it_asks(get: Callable[..., str]) -> None:
    """A thread that belongs to neither of two blocks may start children; they may not make requests."""
    told: list[str] = []
    opened, closing = threading.Barrier(3), threading.Barrier(3)

    def block() -> None:
        with use_cassette(mode="record"):
            opened.wait()
            closing.wait()

    threads = [threading.Thread(target=block) for _ in range(2)]
    for thread in threads:
        thread.start()
    opened.wait()
    command = [*COMMAND, "http.client", "1", "a", "1"]
    told.append(subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stderr)
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    closing.wait()
    for thread in threads:
        thread.join()
    assert "AmbiguousCassetteError" in told[0]


def test_an_exchange_under_way_at_a_fork_stays_the_parents(server: Counter, get: Callable[..., str]) -> None:
    import http.client

    with use_cassette(mode="record") as cassette:
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        connection.request("GET", "/a")
        answer = connection.getresponse()
        child = os.fork()
        if not child:
            connection.close()
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        assert answer.read() == b"1 GET /a "
        connection.close()
    assert requests_of(cassette) == ["a"]


def test_a_child_that_dies_loses_the_exchange_under_way(
    tmp_path: Path, child: Callable[[], Child], get: Callable[..., str], server: Counter
) -> None:
    lost = pytest.warns(LostExchangeWarning, match="1 exchange.*still under way")
    with lost, use_cassette(mode="record") as cassette:
        there = child()
        there.do(get, "/a")
        assert there.do(begin, server.port) == "sent"
        there.end()
    assert requests_of(cassette) == ["a"]


def test_an_answer_that_a_child_leaves_is_recorded_and_replayed(
    tmp_path: Path, child: Callable[[], Child], server: Counter
) -> None:
    path = tmp_path / "x.yaml"
    with use_cassette(path):
        assert child().do(look_at, server.port) == 200
    with no_network(), use_cassette(path, mode="playback") as cassette:
        there = child()
        assert there.do(look_at, server.port) == 200
        with pytest.raises(CutRecordingError, match="/a: the recording of its answer ends here") as caught:
            there.do(look_into, server.port)
        assert caught.value.cassette == str(path)
        assert [each.error and each.error.kind for each in cassette] == [ErrorKind.ABANDONED]


def look_at(port: int) -> int:
    """The status of an answer, and nothing else of it."""
    with closing(http.client.HTTPConnection("127.0.0.1", port)) as connection:
        connection.request("GET", "/a")
        with connection.getresponse() as answer:
            return answer.status


def look_into(port: int) -> bytes:
    """All of an answer."""
    with closing(http.client.HTTPConnection("127.0.0.1", port)) as connection:
        connection.request("GET", "/a")
        return connection.getresponse().read()


def begin(port: int) -> str:
    """Send a request, and never wait for its answer."""
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/unfinished")
    _kept.append(connection)
    return "sent"


_kept: list[object] = []


def test_a_block_of_a_child_on_a_path_that_is_open_is_the_owners(
    tmp_path: Path, child: Callable[[], Child], get: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.yaml"
    monkeypatch.chdir(tmp_path)
    with use_cassette(path) as cassette:
        there = child()
        recorded = [get("/a"), there.do(own_block, Path("x.yaml"), get, "/a")[0][0]]
        found, count = there.do(grandchild, path, get, "/b")
        recorded.append(found[0])
        assert count == 0
        assert not path.with_name("x.yaml.partial").exists()
        with pytest.raises(ConfigurationError, match=r"has .*x.yaml open already with mode='once'"):
            there.do(in_mode, path, "update")
    assert requests_of(cassette) == ["a", "a", "b"]
    with use_cassette(path, mode="playback"):
        there = child()
        assert there.do(in_mode, path, "playback", get, "/a") == recorded[0]
        assert get("/a") == recorded[1]
        assert there.do(in_mode, path, "playback", get, "/b") == recorded[2]


def in_mode(path: Path, mode: str, get: Callable[..., str] | None = None, of: str = "/") -> str | None:
    with use_cassette(path, mode=mode):
        return None if get is None else get(of)


def grandchild(path: Path, get: Callable[..., str], of: str) -> Any:
    """What a process says that is forked within a block of a child of its own."""
    with use_cassette(path.with_name("own.yaml")):
        below = Child()
        try:
            return below.do(own_block, path, get, of)
        finally:
            below.end()


def test_a_path_that_its_parent_has_closed_is_a_childs_own(
    tmp_path: Path, child: Callable[[], Child], get: Callable[..., str]
) -> None:
    path = tmp_path / "x.yaml"
    with use_cassette(path):
        there = child()
        get("/a")
    found, count = there.do(own_block, path, get, "/a")
    assert count == 1
    assert " GET /a " in found[0]


def test_an_interrupted_request_leaves_no_answer_to_the_next(
    tmp_path: Path, child: Callable[[], Child], get: Callable[..., str]
) -> None:
    path = tmp_path / "x.yaml"
    with use_cassette(path):
        recorded = [get("/a"), get("/b")]
    pids: list[int] = []

    def interrupt(request: Request) -> bool:
        # The child waits for the answer to its first request.
        if pids:
            os.kill(pids.pop(), signal.SIGINT)
        return True

    with use_cassette(path, mode="playback", should_playback=interrupt):
        there = child()
        pids.append(there.do(os.getpid))
        assert there.do(interrupted, get, "/a", "/b") == recorded[1]


def interrupted(get: Callable[..., str], first: str, second: str) -> str:
    with pytest.raises(KeyboardInterrupt):
        get(first)
    return get(second)
