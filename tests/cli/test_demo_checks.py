"""The demo's evidence can fail: each check finds what it is there to find."""

from __future__ import annotations

import base64
import http.client
import socket
from urllib.parse import quote

import pytest

from reqsnap.cli.demo.checks import NoNetwork, functions, holds_any, refused, unchanged

CREDENTIAL = "s3cret/+value=_0123456789"


@pytest.mark.parametrize(
    "written",
    [
        CREDENTIAL,
        quote(CREDENTIAL, safe=""),
        *(base64.b64encode(b"x" * offset + CREDENTIAL.encode() + b"tail").decode() for offset in range(5)),
    ],
)
def test_a_credential_is_found_in_every_spelling(written: str) -> None:
    assert holds_any([CREDENTIAL], f"before {written} after".encode())


def test_a_file_without_it_holds_none() -> None:
    assert not holds_any([CREDENTIAL], b"Authorization: [REDACTED]")


def test_a_patch_that_is_left_behind_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    before = functions()
    assert unchanged(before, functions())
    monkeypatch.setattr(http.client.HTTPConnection, "request", lambda *_: None)
    assert not unchanged(before, functions())


def test_a_function_that_was_added_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    before = functions()
    monkeypatch.setattr(http.client.HTTPSConnection, "request", lambda *_: None)
    assert not unchanged(before, functions())


def test_no_connection_gets_out() -> None:
    connect = socket.socket.connect
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        with NoNetwork() as network, socket.socket() as caller:
            with pytest.raises(ConnectionRefusedError):
                caller.connect(address)
            with pytest.raises(ConnectionRefusedError):
                caller.connect_ex(address)
        assert network.attempts == [address, address]
        assert not refused(address)
    assert refused(address)
    assert socket.socket.connect is connect
    assert "connect" not in vars(socket.socket)
