"""Exchanges that fail, and exchanges that turn into something else, as users see them."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import urllib3.util.connection

from reqsnap import CutRecordingError, LostExchangeWarning, use_cassette
from reqsnap.interceptors.http_client.errors import unconnectable
from reqsnap.model import ErrorKind, NetworkError
from tests.support.listening import Listener, free_port
from tests.support.network import no_network
from tests.support.simple_clients import CLIENTS, Get

SYNC = ("http.client", "urllib3", "requests", "httplib2")
clients = pytest.mark.parametrize("get", CLIENTS.values(), ids=CLIENTS)
sync_clients = pytest.mark.parametrize("get", [CLIENTS[name] for name in SYNC], ids=SYNC)


def _answer(sock: socket.socket) -> None:
    """A switch of protocols or a tunnel to those who ask for one, half an answer to all others."""
    head = sock.recv(65536)
    if head.startswith(b"GET /upgrade"):
        sock.sendall(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: shout\r\n\r\n")
    elif head.startswith(b"CONNECT"):
        sock.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
    else:
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")


@pytest.fixture
def origin() -> Iterator[str]:
    """Where a server is that never answers as it should."""
    port = free_port()
    listener = Listener(_answer, ("127.0.0.1", port))
    listener.start()
    yield f"http://127.0.0.1:{port}"
    listener.stop()
    assert listener.settle() == 0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "failures.yaml"


def failure(get: Get, url: str) -> tuple[type[Exception], str]:
    """How a request fails."""
    try:
        get(url)
    except Exception as error:
        return type(error), str(error)
    raise AssertionError("it was answered")


@clients
def test_a_transport_error_leaves_no_entry(path: Path, origin: str, get: Get) -> None:
    with use_cassette(path, mode="record") as cassette:
        failure(get, f"http://127.0.0.1:{free_port()}/")
        failure(get, f"{origin}/half")
        assert len(cassette) == 0


@sync_clients
def test_a_transport_error_is_recorded_where_asked(path: Path, origin: str, get: Get) -> None:
    refused, cut = f"http://127.0.0.1:{free_port()}/", f"{origin}/half"
    with use_cassette(path, mode="record", record_errors=True) as cassette:
        live = [failure(get, refused)[0], failure(get, cut)]
        kinds = [each.error.kind for each in cassette if each.error is not None]
    assert set(kinds) == {ErrorKind.REFUSED, ErrorKind.CLOSED}
    assert kinds == sorted(kinds, key=[ErrorKind.REFUSED, ErrorKind.CLOSED].index)
    with no_network(), use_cassette(path, mode="playback"):
        assert [failure(get, refused)[0], failure(get, cut)] == live


@sync_clients
def test_switching_protocols_passes_through_unrecorded_with_one_warning(
    path: Path, origin: str, get: Get
) -> None:
    with (
        pytest.warns(LostExchangeWarning, match="it switched protocols") as warned,
        use_cassette(path, mode="record") as cassette,
    ):
        assert get(f"{origin}/upgrade") == (101, b"")
        assert get(f"{origin}/upgrade") == (101, b"")
        assert len(cassette) == 0
    assert len(warned) == 1


def test_connect_passes_through_unrecorded_with_one_warning(path: Path, origin: str) -> None:
    with (
        pytest.warns(LostExchangeWarning, match="it switched protocols") as warned,
        use_cassette(path, mode="record") as cassette,
    ):
        with closing(http.client.HTTPConnection(origin.removeprefix("http://"))) as connection:
            connection.request("CONNECT", "example.com:443")
            response = connection.getresponse()
            assert response.status == 200
            response.close()
        assert len(cassette) == 0
    assert len(warned) == 1


def ask_and_leave(origin: str, path: str = "/half") -> None:
    with closing(http.client.HTTPConnection(origin.removeprefix("http://"))) as connection:
        connection.request("GET", path)


def test_a_request_whose_answer_nobody_asks_for_is_recorded(path: Path, origin: str) -> None:
    with use_cassette(path, mode="record") as cassette:
        ask_and_leave(origin)
        assert [(each.response.status, each.error and each.error.kind) for each in cassette] == [
            (0, ErrorKind.ABANDONED)
        ]
    with no_network(), use_cassette(path, mode="playback") as cassette:
        ask_and_leave(origin)
        assert cassette.all_played
        with closing(http.client.HTTPConnection(origin.removeprefix("http://"))) as connection:
            connection.request("GET", "/half")
            with pytest.raises(CutRecordingError):
                connection.getresponse()


def test_a_failing_body_is_no_failure_of_the_network(path: Path, origin: str) -> None:
    def body() -> Iterator[bytes]:
        yield b"so far so good"
        raise ConnectionResetError("somewhere else")

    with use_cassette(path, mode="record", record_errors=True) as cassette:
        connection = http.client.HTTPConnection(origin.removeprefix("http://"))
        with closing(connection), pytest.raises(ConnectionResetError, match="somewhere else"):
            connection.request("POST", "/", body(), {"Content-Length": "100"})
        with urllib3.PoolManager() as pool, pytest.raises(urllib3.exceptions.HTTPError):
            pool.request("POST", origin, body=body(), chunked=True, retries=False)
        assert len(cassette) == 0


def test_a_body_that_comes_from_elsewhere_may_fail_there(path: Path, origin: str) -> None:
    def body() -> Iterator[bytes]:
        yield b"so far so good"
        # As a connection of http.client's would fail, but not the one that the body is sent on.
        http.client.HTTPConnection("127.0.0.1", free_port()).connect()

    with (
        use_cassette(path, mode="record", record_errors=True) as cassette,
        urllib3.PoolManager(retries=False) as pool,
        pytest.raises(urllib3.exceptions.ProtocolError, match="refused"),
    ):
        pool.request("POST", origin, body=body(), chunked=True)
    assert len(cassette) == 0


def test_a_broken_upload_fails_where_it_failed(path: Path) -> None:
    port = free_port()
    go_on = threading.Event()

    def hang_up(sock: socket.socket) -> None:
        sock.shutdown(socket.SHUT_RD)
        sock.close()
        go_on.set()

    def upload() -> type[OSError]:
        with closing(http.client.HTTPConnection("127.0.0.1", port)) as connection:
            connection.putrequest("POST", "/")
            connection.putheader("Content-Length", "50000000")
            try:
                connection.endheaders()
                go_on.wait(10)
                for _ in range(50):
                    connection.send(b"x" * 1_000_000)
            except OSError as error:
                return type(error)
            raise AssertionError("it was sent")

    listener = Listener(hang_up, ("127.0.0.1", port))
    listener.start()
    try:
        with use_cassette(path, mode="record", record_errors=True) as cassette:
            live = upload()
            (interaction,) = cassette
    finally:
        listener.stop()
        listener.settle()
    assert interaction.error is not None and interaction.error.kind is ErrorKind.RESET
    assert interaction.response.status == 0
    assert live in (BrokenPipeError, ConnectionResetError)


def test_one_connection_fails_and_no_other(origin: str) -> None:
    host, _, port = origin.removeprefix("http://").partition(":")
    failing = urllib3.connection.HTTPConnection(host, int(port))
    refused = NetworkError(ErrorKind.REFUSED, "Connection refused", 111)
    connected: list[object] = []

    def connect() -> None:
        with closing(urllib3.util.connection.create_connection((host, int(port)))) as sock:
            connected.append(sock.getpeername())

    with use_cassette(mode="record"), unconnectable(failing, refused):
        other = threading.Thread(target=connect)
        other.start()
        other.join()
        with pytest.raises(urllib3.exceptions.NewConnectionError, match="Connection refused"):
            failing.connect()
    assert connected == [(host, int(port))]


def test_a_failure_written_by_hand_needs_a_kind_and_no_more(path: Path) -> None:
    kinds = {
        "name": urllib3.exceptions.NameResolutionError,
        "refused": urllib3.exceptions.NewConnectionError,
        "connect": urllib3.exceptions.NewConnectionError,
        "connect timeout": urllib3.exceptions.ConnectTimeoutError,
        "tls": urllib3.exceptions.SSLError,
        "timeout": urllib3.exceptions.ReadTimeoutError,
        "reset": urllib3.exceptions.ProtocolError,
        "closed": urllib3.exceptions.ProtocolError,
    }
    item = """- request:
    head: GET https://api.example.com/{place}
  error:
    kind: {kind}
  recorded_at: 2026-11-22T01:02:03Z
"""
    items = [item.format(place=place, kind=kind) for place, kind in enumerate(kinds)]
    path.write_text("".join(["reqsnap: 1\ninteractions:\n", *items, "# end\n"]))
    with (
        no_network(),
        use_cassette(path, mode="playback"),
        urllib3.PoolManager(retries=False) as pool,
    ):
        for place, raised in enumerate(kinds.values()):
            with pytest.raises(raised) as caught:
                pool.request("GET", f"https://api.example.com/{place}")
            assert type(caught.value) is raised
