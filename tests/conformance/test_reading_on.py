"""A program that reads on where the recorded one had closed the answer: it is told, and nothing is sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from reqsnap import CutRecordingError
from tests.conformance.cases.abandoned import left
from tests.conformance.clients import CLIENTS
from tests.conformance.laboratory import Laboratory
from tests.conformance.registry import Case
from tests.conformance.runs import Run, Trial
from tests.conformance.test_conformance import requests
from tests.conformance.vocabulary import Call, Client
from tests.conformance.world import World

HALF = b"half of it"

# See runs.py; these may come when the run is over.
pytestmark = pytest.mark.filterwarnings("ignore:Async generator .* garbage collected:ResourceWarning")

readers = pytest.mark.parametrize(
    "client", [each for each in CLIENTS if "abandoned" not in each.lacks], ids=lambda client: client.name
)


def told_in(error: BaseException | None) -> tuple[str, str, str | None]:
    """What the program is told, by the error that it gets or by one that this comes from."""
    while error is not None and not isinstance(error, CutRecordingError):
        error = error.__cause__ or error.__context__
    assert error is not None
    assert "the recording of its answer ends here" in str(error)
    return error.method, error.url, error.cassette


def reading(path: str) -> Case:
    """A program that reads an answer piece by piece, as far as it can."""

    async def read_on(client: Client, world: World) -> object:
        world.give_up()
        read = b""
        async with client.session(world.settings(retries=3)) as session:
            try:
                async with session.stream(Call("GET", world.url(path))) as streaming:
                    async for piece in streaming.pieces():
                        read += piece
            except Exception as error:
                return read, told_in(error)
        return read, None

    return Case("read_on", read_on)


def fetching(path: str) -> Case:
    """A program that wants the whole answer."""

    async def fetch(client: Client, world: World) -> object:
        world.give_up()
        async with client.session(world.settings(retries=3)) as session:
            try:
                return await session.exchange(Call("GET", world.url(path)))
            except Exception as error:
                return told_in(error)

    return Case("fetch", fetch)


def leaving(path: str, *, reads: bool) -> Case:
    """A program that leaves an answer."""

    async def leave(client: Client, world: World) -> object:
        return await left(client, world, path, reads=reads)

    return Case("leave", leave)


@readers
@pytest.mark.parametrize("path", ["/slow-body", "/half-of-chunks", "/half-until-close"])
def test_what_was_read_comes_and_then_the_error(
    client: Client, path: str, laboratory: Laboratory, tmp_path: Path
) -> None:
    cassette = tmp_path / "cassette.yaml"
    Trial(laboratory, client, leaving(path, reads=True), "http", cassette).record()
    trial = Trial(laboratory, client, reading(path), "http", cassette)
    run = trial.update()
    assert run.interactions == 2
    assert requests(run) == []
    read, told = _pair(run)
    assert read
    assert HALF.startswith(read)
    assert told == ("GET", laboratory.server.origin("http") + path, str(cassette))


@readers
def test_a_program_that_wants_the_whole_gets_the_error(
    client: Client, laboratory: Laboratory, tmp_path: Path
) -> None:
    cassette = tmp_path / "cassette.yaml"
    Trial(laboratory, client, leaving("/half-of-error", reads=False), "http", cassette).record()
    trial = Trial(laboratory, client, fetching("/half-of-error"), "http", cassette)
    run = trial.update()
    assert run.interactions == 2
    assert requests(run) == []
    assert run.result == ("GET", laboratory.server.origin("http") + "/half-of-error", str(cassette))


def _pair(run: Run) -> tuple[bytes, object]:
    assert isinstance(run.result, tuple)
    read, told = run.result
    assert isinstance(read, bytes)
    return read, told
