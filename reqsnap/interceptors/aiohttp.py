"""aiohttp: decides where a connection is asked for, listens where bytes are written and parsed.

`BaseConnector.connect` is given the whole request and returns the connection on which
it is sent. To replay, it returns one that answers from memory; that one belongs to no
pool, so traces see a connection created for every replay. To forward, it does what it
always does, and the exchange is noted at the stream writer and at the answer's parser.
The CONNECT with which aiohttp opens a tunnel stays within `connect`: no exchange of ours.
"""

from __future__ import annotations

from typing import Any

from aiohttp import BaseConnector, ClientRequest, HttpVersion10, HttpVersion11, hdrs
from aiohttp.connector import Connection
from aiohttp.helpers import BasicAuth

from reqsnap import scope
from reqsnap.interceptors.aiohttp_body import gather, restore
from reqsnap.interceptors.aiohttp_note import Exchange, exchange_on
from reqsnap.interceptors.aiohttp_replay import mute, replay
from reqsnap.model import Headers, Request
from reqsnap.patching import Patch
from reqsnap.recorder import Forward, Recorder, Refuse, Replay


def _connect(wrapped: Any, connector: BaseConnector, args: Any, kwargs: Any) -> Any:
    recorder = scope.current()
    if recorder is None:
        return wrapped(*args, **kwargs)
    return _decide(recorder, wrapped, connector, args, kwargs)


async def _decide(
    recorder: Recorder, wrapped: Any, connector: BaseConnector, args: Any, kwargs: Any
) -> Connection:
    request: ClientRequest = args[0] if args else kwargs["req"]
    method, url = request.method, str(request.url)
    restore(request.body)
    upload = None
    decision: Replay | Forward | Refuse | None = recorder.head(method, url)
    if decision is None:
        upload = await gather(request)
        if upload.error is not None:
            await _trace_creation(*args, **kwargs)
            return mute(connector, request)
        headers = _headers(request, connector)
        decision = recorder.before(Request(method, url, headers, upload.body))
    if isinstance(decision, Refuse):
        if upload is not None:
            upload.ended()
        raise decision.error
    if isinstance(decision, Replay):
        await _trace_creation(*args, **kwargs)
        return replay(connector, request, decision)
    exchange = Exchange(recorder, decision, method, url, upload)
    try:
        connection: Connection = await wrapped(*args, **kwargs)
    except BaseException as error:
        exchange.fail(error)
        raise
    exchange.begin(connection)
    return connection


async def _trace_creation(req: ClientRequest, traces: Any, timeout: Any) -> None:
    for trace in traces:
        await trace.send_connection_create_start()
    for trace in traces:
        await trace.send_connection_create_end()


def _headers(request: ClientRequest, connector: BaseConnector) -> Headers:
    """The header fields as they will be on the wire, with those that aiohttp adds later."""
    headers = request.headers
    if request.proxy is not None and not request.is_ssl():
        auth = request.proxy_auth or BasicAuth.from_url(request.proxy)
        if auth is not None:
            headers[hdrs.PROXY_AUTHORIZATION] = auth.encode()
    pairs = [(str(name), value.strip(" \t")) for name, value in headers.items()]
    if not "".join([name + value for name, value in pairs]).isascii():
        # aiohttp writes UTF-8; a header is held with one character for each byte.
        pairs = [(_octets(name), _octets(value)) for name, value in pairs]
    if (
        request.method in request.POST_METHODS
        and hdrs.CONTENT_TYPE not in headers
        and hdrs.CONTENT_TYPE not in request.skip_auto_headers
    ):
        pairs.append((hdrs.CONTENT_TYPE, "application/octet-stream"))
    # Up to 3.10, told by this method, the connection's persistence is not announced.
    if hdrs.CONNECTION not in headers and not hasattr(request, "keep_alive"):
        if connector.force_close and request.version == HttpVersion11:
            pairs.append((hdrs.CONNECTION, "close"))
        elif not connector.force_close and request.version == HttpVersion10:
            pairs.append((hdrs.CONNECTION, "keep-alive"))
    return Headers(pairs)


def _octets(text: str) -> str:
    return text.encode("utf-8").decode("latin-1")


def _set_response_params(wrapped: Any, protocol: Any, args: Any, kwargs: Any) -> None:
    exchange = exchange_on(protocol)
    # What a server sent before it was asked is parsed within the call.
    tail = protocol._tail
    wrapped(*args, **kwargs)
    if exchange is not None:
        exchange.listen(tail)


def _connection_lost(wrapped: Any, protocol: Any, args: Any, kwargs: Any) -> None:
    exchange = exchange_on(protocol)
    if exchange is not None:
        exchange.ended(args[0] if args else kwargs["exc"])
    wrapped(*args, **kwargs)
    if exchange is not None:
        exchange.lost()


def _write(wrapped: Any, writer: Any, args: Any, kwargs: Any) -> None:
    wrapped(*args, **kwargs)
    exchange = exchange_on(writer.protocol)
    if exchange is not None:
        exchange.wrote(args[0])


def _writelines(wrapped: Any, writer: Any, args: Any, kwargs: Any) -> None:
    wrapped(*args, **kwargs)
    exchange = exchange_on(writer.protocol)
    if exchange is not None:
        for chunk in args[0]:
            exchange.wrote(chunk)


PATCHES = (
    Patch("aiohttp.connector", "BaseConnector.connect", _connect),
    Patch("aiohttp.client_proto", "ResponseHandler.set_response_params", _set_response_params),
    Patch("aiohttp.client_proto", "ResponseHandler.connection_lost", _connection_lost),
    Patch("aiohttp.http_writer", "StreamWriter._write", _write),
    Patch("aiohttp.http_writer", "StreamWriter._writelines", _writelines),
)
