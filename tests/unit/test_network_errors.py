"""What exceptions mean, and the exceptions that mean it."""

from __future__ import annotations

import asyncio
import errno
import http.client
import socket
import ssl

import pytest

from reqsnap.interceptors.network_errors import Phase, cause_of, is_of_connecting, is_of_handshake, os_error
from reqsnap.model import ErrorKind, Headers, NetworkError, Request, Response
from reqsnap.redaction import DEFAULT_RULES, Secret, redact_error, redact_interaction

UNTRUSTED = "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate (_ssl.c:1)"
CONNECTING, EXCHANGING = Phase.CONNECTING, Phase.EXCHANGING

MEANINGS: list[tuple[BaseException, Phase, ErrorKind | None]] = [
    (socket.gaierror(-2, "Name or service not known"), CONNECTING, ErrorKind.NAME),
    (ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"), CONNECTING, ErrorKind.REFUSED),
    (OSError(errno.EHOSTUNREACH, "No route to host"), CONNECTING, ErrorKind.CONNECT),
    (FileNotFoundError(errno.ENOENT, "No such file or directory"), CONNECTING, ErrorKind.CONNECT),
    (TimeoutError("timed out"), CONNECTING, ErrorKind.CONNECT_TIMEOUT),
    (TimeoutError(errno.ETIMEDOUT, "Connection timed out"), CONNECTING, ErrorKind.CONNECT_TIMEOUT),
    (ssl.SSLCertVerificationError(1, UNTRUSTED), CONNECTING, ErrorKind.TLS),
    (ssl.SSLEOFError(8, "EOF occurred in violation of protocol"), CONNECTING, ErrorKind.TLS),
    (TimeoutError("The read operation timed out"), EXCHANGING, ErrorKind.TIMEOUT),
    (ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"), EXCHANGING, ErrorKind.RESET),
    (BrokenPipeError(errno.EPIPE, "Broken pipe"), EXCHANGING, ErrorKind.RESET),
    (OSError(errno.EIO, "Input/output error"), EXCHANGING, ErrorKind.CLOSED),
    (http.client.RemoteDisconnected("closed without response"), EXCHANGING, ErrorKind.CLOSED),
    (http.client.IncompleteRead(b"half", 4), EXCHANGING, ErrorKind.CLOSED),
    (asyncio.IncompleteReadError(b"half", 8), EXCHANGING, ErrorKind.CLOSED),
    (OSError("Tunnel connection failed: 407 Proxy Authentication Required"), CONNECTING, None),
    (http.client.BadStatusLine("SSH-2.0"), EXCHANGING, None),
    (LookupError("of the program"), EXCHANGING, None),
    (KeyboardInterrupt(), EXCHANGING, None),
]


@pytest.mark.parametrize(("error", "phase", "kind"), MEANINGS, ids=[repr(row[0])[:40] for row in MEANINGS])
def test_an_exception_means_one_thing(error: BaseException, phase: Phase, kind: ErrorKind | None) -> None:
    cause = cause_of(error, phase)
    assert (None if cause is None else cause.kind) is kind


SAME = [row[0] for row in MEANINGS if type(row[0]).__module__ in ("builtins", "socket", "ssl") and row[2]]


@pytest.mark.parametrize("error", SAME, ids=[repr(error)[:40] for error in SAME])
def test_the_same_exception_is_raised_again(error: OSError) -> None:
    for phase in Phase:
        cause = cause_of(error, phase)
        assert cause is not None
        again = os_error(cause)
        assert (type(again), again.args, str(again)) == (type(error), error.args, str(error))
        assert again.errno == error.errno
        assert os_error(cause) is not again


def test_what_tls_says_of_a_certificate_is_told_again() -> None:
    again = os_error(NetworkError(ErrorKind.TLS, UNTRUSTED, 1))
    assert isinstance(again, ssl.SSLCertVerificationError)
    assert (again.library, again.reason) == ("SSL", "CERTIFICATE_VERIFY_FAILED")
    assert again.verify_message == "self-signed certificate"


def test_what_lies_underneath_is_what_counts() -> None:
    refused = ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")
    by_cause = RuntimeError("cannot connect")
    by_cause.__cause__ = OSError("all attempts failed")
    by_cause.__cause__.__cause__ = ExceptionGroup("attempts", [refused, refused])
    by_argument = RuntimeError("proxy", RuntimeError(refused))
    told = NetworkError(ErrorKind.REFUSED, "Connection refused", errno.ECONNREFUSED)
    assert cause_of(by_cause, CONNECTING) == cause_of(by_argument, CONNECTING) == told


def test_an_error_that_was_being_handled_does_not_count() -> None:
    failed = LookupError("of the program")
    failed.__context__ = TimeoutError("timed out")
    assert cause_of(failed, EXCHANGING) is None


def test_an_error_that_comes_from_itself_is_followed_once() -> None:
    failed = RuntimeError()
    failed.args = (failed,)
    assert cause_of(failed, EXCHANGING) is None


def test_the_numbers_of_several_attempts_are_read() -> None:
    alike = OSError("Multiple exceptions: [Errno 111] ('::1', 1, 0, 0), [Errno 111] ('127.0.0.1', 1)")
    unlike = OSError("Multiple exceptions: [Errno 111] ('::1', 1, 0, 0), [Errno 113] ('127.0.0.1', 1)")
    cause, other = cause_of(alike, CONNECTING), cause_of(unlike, CONNECTING)
    assert cause is not None and other is not None
    assert (cause.kind, cause.errno) == (ErrorKind.REFUSED, 111)
    assert (other.kind, other.errno) == (ErrorKind.CONNECT, None)


def test_the_class_counts_where_a_number_means_something_else() -> None:
    # ECONNREFUSED of another system.
    refused = os_error(NetworkError(ErrorKind.REFUSED, "Connection refused", 61))
    assert isinstance(refused, ConnectionRefusedError)
    assert refused.args == (61, "Connection refused")


@pytest.mark.parametrize("kind", [kind for kind in ErrorKind if kind is not ErrorKind.ABANDONED])
def test_a_kind_alone_is_enough(kind: ErrorKind) -> None:
    made = os_error(NetworkError(kind))
    assert made.args
    phase = CONNECTING if is_of_connecting(NetworkError(kind)) else EXCHANGING
    cause = cause_of(made, phase)
    assert cause is not None
    assert cause.kind is (ErrorKind.RESET if kind is ErrorKind.CLOSED else kind)


def test_a_handshake_is_told_from_the_connection_below_it() -> None:
    late = NetworkError(ErrorKind.CONNECT_TIMEOUT, "_ssl.c:989: The handshake operation timed out")
    assert is_of_handshake(late)
    assert is_of_handshake(NetworkError(ErrorKind.TLS))
    assert not is_of_handshake(NetworkError(ErrorKind.CONNECT_TIMEOUT, "timed out"))


def test_a_message_that_no_file_can_hold_is_spelled_out() -> None:
    cause = cause_of(OSError(errno.EIO, "at \udcff"), EXCHANGING)
    assert cause is not None
    assert cause.message == "at \\udcff"


def test_a_secret_does_not_stand_in_a_message() -> None:
    plain = NetworkError(ErrorKind.CONNECT, "no route to db-7f3a9c1e", 113)
    secret = Secret("password", "db-7f3a9c1e")
    assert redact_error(plain, [secret]) == NetworkError(ErrorKind.CONNECT, "no route to [REDACTED]", 113)
    assert redact_error(plain, []) is plain


def test_a_body_that_was_cut_lacks_as_much_when_it_is_redacted() -> None:
    announced = Headers([("Content-Type", "application/json"), ("Content-Length", "100")])
    cut = Response(200, "OK", announced, b'{"password": "correct horse battery"')
    request = Request("GET", "http://h/")
    _, stored, _ = redact_interaction(request, cut, DEFAULT_RULES)
    assert stored.body == b'{"password": "[REDACTED]"'
    assert stored.headers.get("content-length") == str(100 - len(cut.body) + len(stored.body))
