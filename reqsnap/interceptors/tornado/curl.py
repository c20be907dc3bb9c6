"""tornado's CurlAsyncHTTPClient: libcurl connects, redirects and decodes by itself, out of our sight.

No call of Python's shows one exchange of it, and nothing but a server can answer it. So it is not
recorded, of which the block warns at its end, and where nothing may be sent, nothing is.
"""

from __future__ import annotations

from typing import Any

from tornado.httpclient import HTTPResponse

from reqsnap import scope
from reqsnap.errors import UnmatchedRequestError
from reqsnap.model import Headers, Request
from reqsnap.patching import Patch
from reqsnap.recorder import Forward, Recorder, Refuse
from reqsnap.redaction import redact_request

_LOST = "it was sent by libcurl, below tornado's CurlAsyncHTTPClient, which cannot be overheard"
_REFUSED = "libcurl, below tornado's CurlAsyncHTTPClient, cannot be answered from a recording"
_ADVICE = "use tornado's SimpleAsyncHTTPClient in this test; exclude_urls lets a URL out in every mode."


def _fetch_impl(wrapped: Any, client: Any, args: Any, kwargs: Any) -> None:
    asked, callback = args if args else (kwargs["request"], kwargs["callback"])
    try:
        recorder = scope.current()
        decision = None if recorder is None else _decide(recorder, asked)
    except Exception as error:
        _refuse(client, asked, callback, error)
        return
    if recorder is None or decision is None:
        wrapped(asked, callback)
    elif isinstance(decision, Refuse):
        _refuse(client, asked, callback, decision.error)
    else:
        wrapped(asked, _Sent(recorder, decision, callback))


def _decide(recorder: Recorder, asked: Any) -> Forward | Refuse:
    decision = recorder.head(asked.method, asked.url)
    if decision is None:
        headers = Headers([(str(name), str(value)) for name, value in asked.headers.get_all()])
        request = Request(asked.method, asked.url, headers, asked.body or b"")
        found = recorder.before(request)
        decision = found if isinstance(found, Forward | Refuse) else _unanswerable(recorder, request)
    return decision


def _unanswerable(recorder: Recorder, request: Request) -> Refuse:
    """The refusal of a request whose recording is there."""
    cassette = recorder.cassette
    shown = redact_request(request, cassette.policy.rules)[0]
    error = UnmatchedRequestError(
        shown.method,
        shown.url,
        mode=cassette.mode.value,
        cassette=cassette.path,
        reason=_REFUSED,
        advice=_ADVICE,
        request=shown,
    )
    recorder.refusals.append(error)
    return Refuse(cassette.policy.habits.refused(error, cassette))


def _refuse(client: Any, asked: Any, callback: Any, error: Exception) -> None:
    """Tell as the client tells of a request that it could not set up."""
    client.io_loop.add_callback(callback, HTTPResponse(asked, 599, error=error))


class _Sent:
    """What the client calls when libcurl is done. The exchange is given up, and the program told the rest."""

    def __init__(self, recorder: Recorder, forward: Forward, callback: Any) -> None:
        self._recorder, self._forward, self._callback = recorder, forward, callback

    def __call__(self, response: HTTPResponse) -> None:
        self._recorder.failed(self._forward, response.error, why=_LOST)
        self._callback(response)


PATCHES = (Patch("tornado.curl_httpclient", "CurlAsyncHTTPClient.fetch_impl", _fetch_impl),)
