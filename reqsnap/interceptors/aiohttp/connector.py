"""aiohttp: decides where a connection is asked for, listens where bytes are written and parsed.

`BaseConnector.connect` is given the whole request and returns the connection on which
it is sent. To replay, it returns one that answers from memory; that one belongs to no
pool, so traces see a connection created for every replay. To forward, it does what it
always does, and the exchange is noted at the stream writer and at the answer's parser.
The CONNECT with which aiohttp opens a tunnel stays within `connect`: no exchange of ours.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Any

from aiohttp import BaseConnector, ClientRequest, HttpVersion10, HttpVersion11, hdrs
from aiohttp.connector import Connection
from aiohttp.helpers import BasicAuth
from aiohttp.tracing import Trace

from reqsnap import scope
from reqsnap.interceptors.aiohttp.ahead import read_ahead
from reqsnap.interceptors.aiohttp.answer import answer_to
from reqsnap.interceptors.aiohttp.asked import Fields, asked_plainly, headers_of, without_body
from reqsnap.interceptors.aiohttp.body import Upload, gather, in_memory, is_repeatable, restore
from reqsnap.interceptors.aiohttp.errors import Witness
from reqsnap.interceptors.aiohttp.failures import fail_connecting, is_unconnected, replay_broken
from reqsnap.interceptors.aiohttp.note import Exchange, exchange_on
from reqsnap.interceptors.aiohttp.prompt import is_plain, reply
from reqsnap.interceptors.aiohttp.replay import mute, replay
from reqsnap.model import NetworkError, Request, Response
from reqsnap.patching import Patch
from reqsnap.recorder import Forward, Recorder, Refuse, Replay, let_out

_ANNOUNCES_PERSISTENCE = not hasattr(ClientRequest, "keep_alive")
"""Up to aiohttp 3.10, told by this method, a request does not say whether its connection persists."""


async def _connect(wrapped: Any, connector: BaseConnector, args: Any, kwargs: Any) -> Connection:
    recorder = scope.current()
    if recorder is None:
        live: Connection = await wrapped(*args, **kwargs)
        return live
    request: ClientRequest = args[0] if args else kwargs["req"]
    traces: list[Trace] = args[1] if len(args) > 1 else kwargs["traces"]
    upload, decision = None, None
    if not traces and recorder.may_replay and is_plain(request, connector):
        plain = asked_plainly(request)
        if plain is not None:
            decision = recorder.before(plain.request)
            if type(decision) is Replay and decision.error is None:
                answer = answer_to(request.method, decision)
                if answer.was_parsed:
                    return reply(connector, request, answer, plain.written)
    url = str(request.url)
    if decision is None:
        upload, decision = await _ask(recorder, connector, request, url)
    if decision is None:
        await _trace_creation(traces)
        return mute(connector, request)
    if isinstance(decision, Refuse):
        if upload is not None:
            upload.ended()
        raise decision.error
    if isinstance(decision, Replay):
        return await _replay(connector, request, decision, upload, traces)
    witness = None
    if recorder.cassette.policy.records_errors:
        witness = Witness(request._timer, partial(_meant, request, connector, url))
    exchange = Exchange(recorder, let_out(decision), request.method, url, upload, witness)
    return await _send(exchange, request, partial(wrapped, *args, **kwargs))


async def _replay(
    connector: BaseConnector,
    request: ClientRequest,
    decision: Replay,
    upload: Upload | None,
    traces: list[Trace],
) -> Connection:
    """A connection that answers from memory, or the failure of one."""
    if decision.error is not None:
        if upload is not None and is_unconnected(decision.response, decision.error):
            upload.ended()
        return await _replay_failed(connector, request, decision.response, decision.error, traces)
    await _trace_creation(traces)
    return replay(connector, request, answer_to(request.method, decision))


async def _send(
    exchange: Exchange, request: ClientRequest, connect: Callable[[], Awaitable[Connection]]
) -> Connection:
    """A connection of aiohttp's own, on which the exchange is noted."""
    try:
        connection = await connect()
    except BaseException as error:
        await _note_unconnected(exchange, request, error)
        raise
    exchange.begin(connection)
    if exchange.reads_ahead:
        read_ahead(request)
    return connection


async def _ask(
    recorder: Recorder, connector: BaseConnector, request: ClientRequest, url: str
) -> tuple[Upload | None, Replay | Forward | Refuse | None]:
    """The body where it had to be gathered, and the decision; none where the body cannot be made."""
    upload, has_body = None, bool(request.body)
    if has_body:
        restore(request.body)
    if has_body or not recorder.may_replay:
        decision = recorder.head(request.method, url)
        if decision is not None:
            return None, decision
    if has_body:
        upload = await gather(request)
        if upload.error is not None:
            return upload, None
    return upload, recorder.before(_whole(request, connector, url, upload))


async def _note_unconnected(exchange: Exchange, request: ClientRequest, error: BaseException) -> None:
    """Tell that there was no connection. A body that is to be recorded has not been read by then."""
    cause = None if exchange.witness is None else exchange.witness.connecting(error)
    try:
        if cause is not None and exchange.upload is None:
            is_at_leisure = not isinstance(error, asyncio.CancelledError)
            if is_at_leisure or is_repeatable(request):
                exchange.upload = await gather(request)
    except ValueError:
        # A length that is none, of which aiohttp tells where it writes the request.
        pass
    finally:
        exchange.fail(error, cause=cause)


async def _replay_failed(
    connector: BaseConnector,
    request: ClientRequest,
    response: Response,
    error: NetworkError,
    traces: list[Trace],
) -> Connection:
    if is_unconnected(response, error):
        for trace in traces:
            await trace.send_connection_create_start()
        await fail_connecting(connector, request, error)
    await _trace_creation(traces)
    return replay_broken(connector, request, response, error)


async def _trace_creation(traces: Iterable[Trace]) -> None:
    for trace in traces:
        await trace.send_connection_create_start()
    for trace in traces:
        await trace.send_connection_create_end()


def _whole(request: ClientRequest, connector: BaseConnector, url: str, upload: Upload | None) -> Request:
    """The request as it will be on the wire."""
    fields = _fields(request, connector)
    if upload is None:
        return without_body(request.method, url, fields)
    return Request(request.method, url, headers_of(fields), upload.body)


def _meant(
    request: ClientRequest, connector: BaseConnector, url: str, upload: Upload | None
) -> Request | None:
    """The request as it was to be on the wire; None where its body is not known."""
    try:
        found = in_memory(request) if upload is None else upload
    except ValueError:
        return None
    if found is None or found.error is not None:
        return None
    return _whole(request, connector, url, found)


def _fields(request: ClientRequest, connector: BaseConnector) -> Fields:
    """The request's header fields, with those that aiohttp adds only when it writes them."""
    headers = request.headers
    if request.proxy is not None and not request.is_ssl():
        auth = request.proxy_auth or BasicAuth.from_url(request.proxy)
        if auth is not None:
            headers[hdrs.PROXY_AUTHORIZATION] = auth.encode()
    fields = tuple(headers.items())
    if (
        request.method in request.POST_METHODS
        and hdrs.CONTENT_TYPE not in headers
        and hdrs.CONTENT_TYPE not in request.skip_auto_headers
    ):
        fields += ((hdrs.CONTENT_TYPE, "application/octet-stream"),)
    if _ANNOUNCES_PERSISTENCE and hdrs.CONNECTION not in headers:
        if connector.force_close and request.version == HttpVersion11:
            fields += ((hdrs.CONNECTION, "close"),)
        elif not connector.force_close and request.version == HttpVersion10:
            fields += ((hdrs.CONNECTION, "keep-alive"),)
    return fields


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
