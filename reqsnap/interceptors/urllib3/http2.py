"""urllib3's own HTTP/2 (`urllib3[h2]`, 2.2 and later), where a program has asked for it.

Its connection overrides all of http.client's that is overheard elsewhere, and gives an answer
when that has come whole. So an exchange is decided and noted around the pool's attempt.
"""

from __future__ import annotations

import sys
from typing import Any

from reqsnap.interceptors.http_client.errors import unconnectable
from reqsnap.interceptors.http_client.one_shot import Body, with_body
from reqsnap.interceptors.http_client.state import as_pieces, url_of
from reqsnap.interceptors.network_errors import is_of_connecting, os_error
from reqsnap.model import Headers, NetworkError, Request, Response
from reqsnap.recorder import Recorder, Refuse, Replay, let_out

_BODY, _HEADERS = 3, 4
"""The places of the body and the header fields among the arguments of `_make_request`."""
_LOST = "it failed, and failures over urllib3's HTTP/2 are not recorded"


def is_http2(conn: Any) -> bool:
    """Whether a connection of a pool's speaks HTTP/2."""
    return "_h2_conn" in conn.__dict__


def make_request(
    wrapped: Any, recorder: Recorder, args: tuple[Any, ...], kwargs: dict[str, Any], is_verified: bool
) -> Any:
    """A pool's attempt at an exchange over HTTP/2. `is_verified`: connecting checks the certificate."""
    body = Body(args[_BODY] if len(args) > _BODY else kwargs.get("body"))
    fields = args[_HEADERS] if len(args) > _HEADERS else kwargs.get("headers")
    request = _request(args[0], args[1], args[2], body.first, fields or {})
    decision = recorder.before(request)
    if isinstance(decision, Refuse):
        raise decision.error
    if isinstance(decision, Replay):
        if decision.error is not None:
            return _failing(wrapped, args, kwargs, decision.error)
        with _Answering(args[0], args[2], decision.response, is_verified):
            return wrapped(*args, **kwargs)
    forward = let_out(decision)
    args, kwargs = with_body(args, kwargs, _BODY, body.again())
    try:
        response = wrapped(*args, **kwargs)
    except BaseException as error:
        recorder.failed(forward, error, why=_LOST if recorder.cassette.policy.records_errors else "")
        raise
    recorder.after(forward, request, _recorded(response))
    return response


def _failing(wrapped: Any, args: tuple[Any, ...], kwargs: dict[str, Any], error: NetworkError) -> Any:
    """An attempt that fails as it did when it was recorded."""
    if not is_of_connecting(error):
        raise os_error(error)
    with unconnectable(args[0], error):
        return wrapped(*args, **kwargs)


def _request(conn: Any, method: str, target: str, body: Any, fields: Any) -> Request:
    sent = body.encode() if isinstance(body, str) else body
    content = b"" if sent is None else b"".join(as_pieces(sent, conn.blocksize))
    pairs = [(_text(name), _text(value)) for name, value in fields.items()]
    # What HTTP/1.1 says of the connection has no place in HTTP/2 (RFC 9113, section 8.2.2).
    kept = [pair for pair in pairs if pair[0].lower() != "transfer-encoding"]
    return Request(method, url_of(conn, target), Headers(kept), content)


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _recorded(response: Any) -> Response:
    headers = Headers(list(response.headers.items()))
    return Response(response.status, headers=headers, body=response.data, version="HTTP/2")


class _Answering:
    """For a `with` block: the connection connects and sends nothing, and has this answer."""

    def __init__(self, conn: Any, target: str, answer: Response, is_verified: bool) -> None:
        self._own, self._target, self._answer = conn.__dict__, target, answer
        # Its own module has moved between versions.
        self._library = sys.modules[_class_of(conn).__module__]
        self._is_verified = is_verified

    def __enter__(self) -> None:
        self._own.update(
            connect=_nothing, request=_nothing, getresponse=self._getresponse, is_verified=self._is_verified
        )

    def __exit__(self, *error: object) -> None:
        for name in ("connect", "request", "getresponse"):
            del self._own[name]

    def _getresponse(self) -> Any:
        headers = self._library.HTTPHeaderDict()
        for name, value in self._answer.headers:
            headers.add(name.lower(), value)
        return self._library.HTTP2Response(
            status=self._answer.status, headers=headers, request_url=self._target, data=self._answer.body
        )


def _nothing(*args: Any, **kwargs: Any) -> None:
    """Stands in for what would go to the server."""


def _class_of(conn: Any) -> type:
    """The class that speaks HTTP/2, of which a program may have derived its own."""
    return next(each for each in type(conn).__mro__ if each.__name__ == "HTTP2Connection")
