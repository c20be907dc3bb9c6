"""Greenlets, gevent's among them: each has a context of its own, and switches inside a block."""

from __future__ import annotations

import contextvars
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reqsnap import AmbiguousCassetteError, scope, use_cassette
from tests.support.cassettes import targets_of
from tests.support.counter import Counter

greenlet = pytest.importorskip("greenlet")


def test_greenlets_that_switch_inside_their_blocks_keep_apart(tmp_path: Path, server: Counter) -> None:
    here = greenlet.getcurrent()

    def work(n: int) -> list[str]:
        with use_cassette(tmp_path / f"{n}.yaml") as cassette:
            for i in range(3):
                server.get(f"/{n}/{i}")
                here.switch()
        return targets_of(cassette)

    working = [greenlet.greenlet(work) for _ in range(3)]
    for n, each in enumerate(working):
        each.switch(n)
    with pytest.raises(AmbiguousCassetteError) as caught:
        server.get("/of-none")
    assert caught.value.open_cassettes == tuple(str(tmp_path / f"{n}.yaml") for n in range(3))
    for _ in range(2):
        for each in working:
            each.switch()
    assert [each.switch() for each in working] == [[f"/{n}/{i}" for i in range(3)] for n in range(3)]
    assert scope.current() is None


def test_a_greenlet_belongs_to_the_one_block_that_is_open(tmp_path: Path, server: Counter) -> None:
    with use_cassette(tmp_path / "x.yaml") as cassette:
        greenlet.greenlet(server.get).switch("/a")
    assert targets_of(cassette) == ["/a"]


def test_of_several_blocks_it_belongs_to_the_one_whose_context_it_is_given(
    tmp_path: Path, server: Counter
) -> None:
    here = greenlet.getcurrent()

    def hold() -> None:
        with use_cassette(tmp_path / "unrelated.yaml"):
            here.switch()

    with use_cassette(tmp_path / "x.yaml") as cassette:
        unrelated = greenlet.greenlet(hold)
        unrelated.gr_context = contextvars.Context()
        unrelated.switch()
        with pytest.raises(AmbiguousCassetteError):
            greenlet.greenlet(server.get).switch("/guess")
        given: Any = greenlet.greenlet(server.get)
        given.gr_context = contextvars.copy_context()
        given.switch("/a")
        unrelated.switch()
    assert targets_of(cassette) == ["/a"]


PROGRAM = """
import sys
if sys.argv[1] == "patched":
    from gevent import monkey
    monkey.patch_all()
import contextvars, gevent, http.client, pathlib, threading
import reqsnap

port, folder = int(sys.argv[2]), pathlib.Path(sys.argv[3])

def get(path):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    try:
        connection.request("GET", path)
        return connection.getresponse().read()
    finally:
        connection.close()

def work(n):
    with reqsnap.use_cassette(folder / f"{n}.yaml") as cassette:
        for i in range(3):
            get(f"/{n}/{i}")
            gevent.sleep(0)
        thread = threading.Thread(target=get, args=(f"/{n}/thread",))
        thread.start()
        thread.join()
        gevent.spawn(contextvars.copy_context().run, get, f"/{n}/greenlet").get()
    return [each.request.url.rpartition(f":{port}")[2] for each in cassette]

send = vars(http.client.HTTPConnection)["send"]
for _ in range(2):
    started = [gevent.spawn(work, n) for n in range(8)]
    for n, each in enumerate(started):
        assert each.get() == [f"/{n}/{part}" for part in (0, 1, 2, "thread", "greenlet")], each.get()
assert vars(http.client.HTTPConnection)["send"] is send
"""


@pytest.mark.parametrize("kind", ["patched", "not patched"])
def test_greenlets_of_gevent(tmp_path: Path, server: Counter, kind: str) -> None:
    pytest.importorskip("gevent")
    command = [sys.executable, "-c", PROGRAM, kind, str(server.port), str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert len(server.requests) == 8 * 5
