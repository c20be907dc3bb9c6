"""Answers that the program closes before their end: recorded, replayed, and read on by another."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
import requests
import urllib3

from reqsnap import CutRecordingError, ErrorKind, Interaction, use_cassette
from tests.support.network import no_network
from tests.support.server import Server, serving


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.yaml"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture
def origin(server: Server) -> Iterator[str]:
    """Where a server is that sends half an answer, and the rest when nobody is there any more."""
    yield server.origin("http")
    server.reset()


def of_status(url: str) -> int:
    """A program to which the status is all that counts, and which closes nothing."""
    status: int = urllib.request.urlopen(url).status
    return status


def of_error(url: str) -> int:
    """One that is content with the code of an error."""
    try:
        urllib.request.urlopen(url)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    raise AssertionError("it was found")


def of_requests(url: str) -> int:
    with requests.get(url, stream=True) as answer:
        return answer.status_code


def of_urllib3(url: str) -> int:
    with urllib3.PoolManager() as pool:
        answer = pool.request("GET", url, preload_content=False)
        answer.release_conn()
        return answer.status


PROGRAMS: dict[Callable[[str], int], str] = {
    of_status: "/slow-body",
    of_error: "/half-of-error",
    of_requests: "/half-of-chunks",
    of_urllib3: "/half-until-close",
}


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_the_status_alone_is_an_answer(path: Path, origin: str, program: Callable[[str], int]) -> None:
    url = origin + PROGRAMS[program]
    with use_cassette(path) as cassette:
        recorded = program(url)
        (kept,) = cassette
        assert kept.error is not None
        assert (kept.response.status, kept.error.kind) == (recorded, ErrorKind.ABANDONED)
    before = path.read_bytes()
    assert b"kind: abandoned" in before
    with no_network(), use_cassette(path) as cassette:
        assert program(url) == recorded
        assert cassette.all_played
    assert path.read_bytes() == before


def half_read(origin: str) -> Iterator[http.client.HTTPResponse]:
    """Four bytes are read; whoever goes on is the reader of another program."""
    with closing(http.client.HTTPConnection(origin.removeprefix("http://"))) as connection:
        connection.request("GET", "/slow-body")
        with connection.getresponse() as answer:
            assert answer.read(4) == b"half"
            yield answer


@pytest.mark.parametrize(
    "read_on",
    [
        lambda answer: answer.read(),
        lambda answer: answer.read(1),
        lambda answer: answer.read1(1),
        lambda answer: answer.readinto(bytearray(1)),
        lambda answer: answer.readline(),
        lambda answer: list(answer),
        lambda answer: answer.peek(),
    ],
)
def test_every_way_to_read_on_is_told(
    path: Path, origin: str, read_on: Callable[[http.client.HTTPResponse], object]
) -> None:
    with use_cassette(path):
        for _ in half_read(origin):
            pass
    for _ in range(2):
        with no_network(), use_cassette(path, mode="playback"):
            for answer in half_read(origin):
                for _ in range(2):
                    with pytest.raises(CutRecordingError, match="REQSNAP_MODE=record") as caught:
                        read_on(answer)
                    assert (caught.value.method, caught.value.url) == ("GET", f"{origin}/slow-body")
                    assert caught.value.cassette == str(path)


def test_update_neither_sends_nor_records_what_it_holds(path: Path, origin: str) -> None:
    with use_cassette(path):
        of_requests(f"{origin}/slow-body")
    before = path.read_bytes()
    with no_network(), use_cassette(path, mode="update"), pytest.raises(CutRecordingError):
        requests.get(f"{origin}/slow-body")
    assert path.read_bytes() == before


def test_a_recording_that_was_cut_can_be_made_anew(path: Path, origin: str) -> None:
    url = f"{origin}/length"
    with use_cassette(path):
        of_requests(url)
    with use_cassette(path, mode="update") as cassette:
        with suppress(CutRecordingError):
            requests.get(url)
        assert cassette.delete(lambda each: each.error is not None) == 1
        whole = requests.get(url).content
    with no_network(), use_cassette(path, mode="playback"):
        assert requests.get(url).content == whole


def test_a_body_that_is_whole_is_no_cut_one(path: Path, origin: str) -> None:
    with use_cassette(path) as cassette:
        requests.head(f"{origin}/length")
        with requests.get(f"{origin}/status/204", stream=True):
            pass
        with requests.get(f"{origin}/empty", stream=True):
            pass
        assert [each.error for each in cassette] == [None, None, None]


def test_no_option_is_needed_and_a_hook_may_leave_it_out(path: Path, origin: str) -> None:
    def whole_only(interaction: Interaction) -> Interaction | None:
        return None if interaction.error is not None else interaction

    for options, held in (({"record_errors": False}, 1), ({"before_record": whole_only}, 0)):
        with use_cassette(path, mode="record", **options) as cassette:
            of_requests(f"{origin}/slow-body")
            assert len(cassette) == held
        path.unlink(missing_ok=True)
