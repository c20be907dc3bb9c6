"""Errors of the network, recorded and replayed: the program cannot tell which.

The cases are those of `cases.failures` in which the network fails, and a few that show
what a program has read before the failure, and that it may succeed when it tries again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
import urllib3

from reqsnap import Cassette, use_cassette
from tests.conformance.cases import CASES
from tests.conformance.clients import CLIENTS
from tests.conformance.clients.http_client import HttpClientSession
from tests.conformance.errors import attempt, plain
from tests.conformance.laboratory import Laboratory
from tests.conformance.registry import Case, Cases
from tests.conformance.runs import Trial
from tests.conformance.test_conformance import requests, sent
from tests.conformance.vocabulary import Call, Client
from tests.conformance.world import World

EXPIRES, LONG = 0.25, 8.0
"""Seconds of a timeout that is meant to be reached, and of one that never is."""

FAILURES = frozenset(
    {
        "refused",
        "name_not_found",
        "untrusted",
        "not_tls",
        "handshake_timeout",
        "hung_up",
        "reset",
        "half_a_head",
        "cut_length",
        "cut_chunked",
        "cut_in_chunk",
        "timeout_long_short",
        "timeout_in_body",
        "proxy_gone",
    }
)
"""The cases in which the network fails, and nothing else."""

NO_FAILURES = frozenset({"garbage", "body_fails", "tunnel_refused"})
"""Cases in which something else fails."""

cases = Cases()


async def _read(client: Client, world: World, path: str) -> object:
    """What a program reads of an answer as it comes, and what ends it."""
    settings = world.settings(connect_timeout=LONG, read_timeout=EXPIRES)
    read: list[bytes] = []
    async with client.session(settings) as session:
        try:
            async with session.stream(Call("GET", world.url(path))) as streaming:
                async for piece in streaming.pieces():
                    read.append(piece)
        except Exception as error:
            return streaming.outcome, b"".join(read), plain(error)
        finally:
            world.give_up()
    return streaming.outcome, b"".join(read)


@cases.add()
async def read_until_cut(client: Client, world: World) -> object:
    """A body shorter than announced."""
    return await _read(client, world, "/cut-length")


@cases.add()
async def read_until_cut_between_chunks(client: Client, world: World) -> object:
    """A chunked body without an end."""
    return await _read(client, world, "/cut-chunked")


@cases.add()
async def read_until_cut_in_chunk(client: Client, world: World) -> object:
    """A chunk without an end."""
    return await _read(client, world, "/cut-in-chunk")


@cases.add()
async def read_until_timeout(client: Client, world: World) -> object:
    """A body that stops coming."""
    return await _read(client, world, "/slow-body")


@cases.add()
async def refused_then_answered(client: Client, world: World) -> object:
    """A server that is back when the program tries again."""
    url = world.url("/echo")
    refused = await _while_away(client, world, Call("POST", url, body=b"once more"))
    return refused, await _anew(client, world, Call("POST", url, body=b"once more"))


@cases.add()
async def each_body_has_its_own_fate(client: Client, world: World) -> object:
    """Failures belong to whole requests, however little of these was sent."""
    url = world.url("/echo")
    calls = [Call("POST", url, body=body) for body in (b"the first", b"the second", b"the third")]
    if world.live:
        refused = await _while_away(client, world, calls[0])
        answered = await _anew(client, world, calls[1])
        return refused, answered, await _while_away(client, world, calls[2])
    third = await _anew(client, world, calls[2])
    answered = await _anew(client, world, calls[1])
    return await _anew(client, world, calls[0]), answered, third


async def _while_away(client: Client, world: World, call: Call) -> object:
    """What comes of a request while nobody listens."""
    if not world.live:
        return await _anew(client, world, call)
    world.server.stop()
    try:
        return await _anew(client, world, call)
    finally:
        world.server.start()


async def _anew(client: Client, world: World, call: Call) -> object:
    """What comes of a request in a session of its own."""
    async with client.session(world.settings()) as session:
        return await attempt(session.exchange(call))


@cases.add(schemes=("https",))
async def untrusted_in_a_tunnel(client: Client, world: World) -> object:
    """A certificate from an unknown authority, beyond a proxy that does its part."""
    settings = world.settings(trusting=False, proxy=world.laboratory.proxy.bare_url)
    async with client.session(settings) as session:
        return await attempt(session.exchange(Call("GET", world.url("/echo"))))


@cases.add()
async def hung_up_behind_a_proxy(client: Client, world: World) -> object:
    """The connection closed in place of an answer, beyond a proxy that does its part."""
    async with client.session(world.settings(proxy=world.laboratory.proxy.bare_url)) as session:
        return await attempt(session.exchange(Call("GET", world.url("/hang-up"))))


@cases.add(families={"http.client"}, schemes=("http",))
async def no_such_socket(client: Client, world: World) -> object:
    """A unix socket that does not exist. Most other clients leave theirs open then."""
    settings = world.settings(socket_path=world.server.socket_path + ".gone")
    async with client.session(settings) as session:
        return await attempt(session.exchange(Call("GET", "http://localhost/echo")))


@cases.add(families={"urllib3"})
async def refused_then_answered_at_once(client: Client, world: World) -> object:
    """A server that is back when the client tries again by itself."""
    tries: list[str] = []

    class Patient(urllib3.Retry):
        def sleep(self, response: object = None) -> None:
            tries.append("again")
            if world.live and len(tries) == 2:
                world.server.start()

    if world.live:
        world.server.stop()
    async with client.session(world.settings()) as session:
        url = world.url("/echo")
        answer = session.native.request("POST", url, body=b"patience", retries=Patient(5))
        failed = [type(each.error) for each in answer.retries.history]
        # What has failed refers to the pool, which would stay open as long.
        session.native.connection_from_url(url).close()
        return answer.status, answer.data, tries, failed


@cases.add(families={"http.client"})
async def built_step_by_step(client: Client, world: World) -> object:
    """A request that is built call by call, while nobody listens."""
    async with client.session(world.settings()) as session:
        url = f"{world.scheme}://localhost:{world.laboratory.closed_port}/"
        assert isinstance(session, HttpClientSession)
        connection = session.connection(url)
        connection.putrequest("POST", "/")
        connection.putheader("Content-Length", "4")
        try:
            connection.endheaders(b"body")
        except OSError as error:
            return plain(error), connection.sock
        return "connected"


@cases.add(families={"http.client"})
async def read_on_after_a_timeout(client: Client, world: World) -> object:
    """A program that reads on where nothing is to be had."""
    async with client.session(world.settings(read_timeout=EXPIRES)) as session:
        async with session.stream(Call("GET", world.url("/slow-body"))) as streaming:
            first = await anext(streaming.pieces())
            failures = []
            for _ in range(3):
                try:
                    await anext(streaming.pieces())
                except OSError as error:
                    failures.append(plain(error))
        world.give_up()
        return first, failures


@cases.add(families={"http.client", "urllib3", "requests"})
async def pieces_refused(client: Client, world: World) -> object:
    """A body that is made as it is sent, and is not sent."""
    url = f"{world.scheme}://127.0.0.1:{world.laboratory.closed_port}/"

    def pieces() -> Iterator[bytes]:
        yield b"one"
        yield b"two"

    async with client.session(world.settings()) as session:
        return await attempt(session.exchange(Call("POST", url, pieces=pieces)))


class FailingTrial(Trial):
    """Runs that record what fails."""

    def _cassette(self, mode: str) -> AbstractContextManager[Cassette]:
        return use_cassette(self.path, mode=mode, redact=self.case.redact, record_errors=True)


def _table(chosen: list[Case]) -> list[object]:
    return [
        pytest.param(client, case, scheme, id=f"{client.name}-{case.name}-{scheme}")
        for client in CLIENTS
        for case in chosen
        for scheme in case.schemes
        if case.fits(client, scheme) and not _lacks(client, case, scheme)
    ]


def _lacks(client: Client, case: Case, scheme: str) -> bool:
    """Whether a client lacks what a case of this file needs."""
    if case.name.startswith("read_until"):
        return "events" in client.lacks or case.name in client.lacks
    if case.name.endswith(("tunnel", "proxy")):
        return "tunnel_refused" in client.lacks
    return case in cases and f"refused-{scheme}" in client.lacks


# See runs.py; these may come when the run is over.
pytestmark = pytest.mark.filterwarnings("ignore:Async generator .* garbage collected:ResourceWarning")


@pytest.mark.parametrize(
    ("client", "case", "scheme"), _table([case for case in CASES if case.name in FAILURES] + cases)
)
def test_a_failure_replays_as_it_was(
    client: Client, case: Case, scheme: str, laboratory: Laboratory, tmp_path: Path
) -> None:
    trial = FailingTrial(laboratory, client, case, scheme, tmp_path / "cassette.yaml")
    bare = trial.bare()
    recorded = trial.record()
    assert recorded.result == bare.result
    assert sent(case, recorded) == sent(case, bare)
    assert recorded.interactions
    replayed = trial.playback()
    assert replayed.result == bare.result
    assert requests(replayed) == []


@pytest.mark.parametrize(
    ("client", "case", "scheme"), _table([case for case in CASES if case.name in NO_FAILURES])
)
def test_what_is_no_failure_of_the_network_is_not_recorded(
    client: Client, case: Case, scheme: str, laboratory: Laboratory, tmp_path: Path
) -> None:
    trial = FailingTrial(laboratory, client, case, scheme, tmp_path / "cassette.yaml")
    bare = trial.bare()
    recorded = trial.record()
    assert recorded.result == bare.result
    assert recorded.interactions == 0


def test_every_exception_to_the_tables_names_a_case() -> None:
    names = {f"{case.name}{suffix}" for case in (*CASES, *cases) for suffix in ("", "-http", "-https")}
    for client in CLIENTS:
        assert set(client.lacks) <= names, client.name
