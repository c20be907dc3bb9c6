"""httpx's transports give whole answers themselves, as the pools beneath would, or leave it to these."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, NamedTuple

import pytest

from reqsnap import scope
from reqsnap.errors import AmbiguousCassetteError, UnmatchedRequestError
from reqsnap.interceptors import TABLE
from reqsnap.interceptors.httpx import library
from reqsnap.model import ErrorKind, Headers, NetworkError, Response
from reqsnap.recorder import Forward, Refuse, Replay
from tests.support.httpcore_interceptor.flavours import (
    RUNTIMES,
    FakeRecorder,
    forward,
    recording,
    refusing,
    run,
)

POOLS = {name: TABLE[name] for name in ("httpcore", "httpcore2")}
ALL = {name: TABLE[name] for name in ("httpcore", "httpcore2", "httpx", "httpx2")}
URL = "http://api.example/items?page=1"

ANSWERS = {
    "json": Response(200, "OK", Headers([("Content-Type", "application/json"), ("X", "\xe9")]), b'{"a": 1}'),
    "repeated fields": Response(201, "Made", Headers([("Set-Cookie", "a=b"), ("set-cookie", "c=d")]), b"x"),
    "empty": Response(200, "OK", Headers([("Content-Length", "0")])),
    "no content": Response(204, "No Content"),
    "in pieces": Response(200, "OK", Headers(), b"onetwothree!", parts=(3, 3, 6)),
    "HTTP/2": Response(200, "", Headers([("x", "1")]), b"two", "HTTP/2"),
    "HTTP/1.0": Response(404, "Not Found", Headers(), b"no", "HTTP/1.0"),
    "redirect": Response(302, "Found", Headers([("Location", "/elsewhere")])),
}


class Flavour(NamedTuple):
    """A library, and what its programs run under."""

    library: str
    runtime: str

    def __str__(self) -> str:
        return f"{self.library}-{self.runtime}"

    @property
    def module(self) -> Any:
        """The library."""
        return importlib.import_module(self.library)

    @property
    def transport(self) -> tuple[type, str]:
        """The class of its transports, and the method that sends."""
        if self.runtime == "sync":
            return self.module.HTTPTransport, "handle_request"
        return self.module.AsyncHTTPTransport, "handle_async_request"

    @property
    def pool(self) -> tuple[type, str]:
        """The class of the pools beneath, and the method that sends."""
        core: Any = importlib.import_module(self.library.replace("httpx", "httpcore"))
        return (core.ConnectionPool if self.runtime == "sync" else core.AsyncConnectionPool), self.transport[
            1
        ]


FLAVOURS = [Flavour(name, runtime) for name in ("httpx", "httpx2") for runtime in RUNTIMES]
every_flavour = pytest.mark.parametrize("flavour", FLAVOURS, ids=str)


class Client:
    """A client with one interface for its sync and its async kind."""

    def __init__(self, flavour: Flavour, **options: Any) -> None:
        self.is_sync = flavour.runtime == "sync"
        module = flavour.module
        self.client: Any = module.Client(**options) if self.is_sync else module.AsyncClient(**options)

    async def _done(self, result: Any) -> Any:
        return result if self.is_sync else await result

    async def request(self, method: str = "GET", url: str = URL, **keywords: Any) -> Any:
        """The response, read and closed."""
        return await self._done(self.client.request(method, url, **keywords))

    async def open(self, method: str = "GET", url: str = URL, **keywords: Any) -> Any:
        """The response, unread."""
        return await self._done(
            self.client.send(self.client.build_request(method, url, **keywords), stream=True)
        )

    async def raw(self, response: Any) -> list[bytes]:
        """The pieces of its body."""
        if self.is_sync:
            return list(response.iter_raw())
        return [piece async for piece in response.aiter_raw()]

    async def close(self, response: Any) -> None:
        """Read no further."""
        await self._done(response.close() if self.is_sync else response.aclose())


Program = Callable[[Client], Awaitable[Any]]


def with_client(
    flavour: Flavour, recorder: FakeRecorder, program: Program, table: dict[str, str] = ALL, **options: Any
) -> Any:
    """What a program comes to that is given a client, while the recorder is in force."""

    async def whole() -> Any:
        with recording(recorder, table):
            client = Client(flavour, **options)
            try:
                return await program(client)
            finally:
                await client._done(client.client.close() if client.is_sync else client.client.aclose())

    return run(flavour.runtime, whole)


def answering(response: Response) -> FakeRecorder:
    """Answers everything with one recording."""
    return FakeRecorder(at_head=None, at_body=Replay(response))


def shown(response: Any) -> dict[str, Any]:
    """What a response holds and says."""
    own = {
        name: value
        for name, value in vars(response).items()
        if name not in {"stream", "_elapsed", "_request"}
    }
    own["_decoder"] = type(own.get("_decoder"))
    own["next_request"] = own["next_request"] and str(own["next_request"].url)
    extensions = {
        name: type(value).__name__ if name == "network_stream" else value
        for name, value in own.pop("extensions").items()
    }
    headers = own.pop("headers")
    return {
        **own,
        "extensions": extensions,
        "raw": headers.raw,
        "encoding": headers.encoding,
        "stream": type(response.stream),
        "request": (response.request.method, str(response.request.url), response.request.headers.raw),
        "said": (response.status_code, response.reason_phrase, response.http_version),
        "cookies": [(cookie.name, cookie.value, cookie.domain) for cookie in response.cookies.jar],
    }


@every_flavour
@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_an_answer_is_as_the_pool_beneath_gives_it(flavour: Flavour, answer: Response, method: str) -> None:
    async def program(client: Client) -> Any:
        read = await client.request(method)
        left = await client.open(method)
        pieces = await client.raw(await client.open(method))
        await client.close(left)
        return repr([shown(read), shown(left), pieces])

    assert with_client(flavour, answering(answer), program) == with_client(
        flavour, answering(answer), program, POOLS
    )


@every_flavour
def test_what_a_transport_gives_is_a_stream_of_its_own(flavour: Flavour) -> None:
    transports: Any = importlib.import_module(f"{flavour.library}._transports.default")
    kind = transports.ResponseStream if flavour.runtime == "sync" else transports.AsyncResponseStream

    async def program(client: Client) -> Any:
        response = await client.open()
        found = response.stream._stream
        await client.close(response)
        return found

    found = with_client(flavour, answering(ANSWERS["json"]), program)
    assert isinstance(found, kind)
    assert type(found) is not kind


REQUESTS: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", URL, {}),
    ("get", "http://api.example:8080", {"headers": [("X", "1"), ("x", "2")]}),
    ("HEAD", "https://api.example:443/a%20b/ü?q=ö&q=", {}),
    ("POST", "http://[::1]:81/", {"json": {"a": [1]}}),
    ("PUT", "http://ada:secret@api.example/x", {"content": b"bytes"}),
    ("PATCH", "http://api.example/#fragment", {"data": {"a": "b"}}),
    ("DELETE", "http://bücher.example/", {"cookies": {"a": "b"}}),
    ("POST", URL, {"content": b""}),
]


@every_flavour
@pytest.mark.filterwarnings("ignore:Setting per-request cookies:DeprecationWarning")
def test_a_recorder_is_asked_what_the_pool_beneath_asks(flavour: Flavour) -> None:
    async def program(client: Client) -> None:
        for method, url, keywords in REQUESTS:
            await client.request(method, url, **keywords)

    above, beneath = answering(ANSWERS["json"]), answering(ANSWERS["json"])
    with_client(flavour, above, program)
    with_client(flavour, beneath, program, POOLS)
    assert len(above.asked) == len(REQUESTS)
    assert above.asked == beneath.asked


AGAIN: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", URL, {}),
    ("GET", URL, {}),
    ("GET", URL, {"headers": {"X": "1"}}),
    ("GET", URL, {"headers": {"x": "1"}}),
    ("GET", URL, {}),
    ("POST", URL, {}),
    ("POST", URL, {"content": b"one"}),
    ("POST", URL, {"content": b"two"}),
    ("GET", "https://api.example/items?page=1", {}),
    ("GET", "http://api.example/items?page=1#there", {}),
    ("GET", "http://api.example:8080/items?page=1", {}),
]


@every_flavour
@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
def test_what_is_found_again_is_the_same_request(
    flavour: Flavour, known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A library that keeps what a head is made of otherwise is asked for it each time."""
    parts: Any = library.library(flavour.library)
    monkeypatch.setattr(parts.asked.__self__, "_is_known", known)

    async def program(client: Client) -> None:
        for method, url, keywords in AGAIN:
            await client.request(method, url, **keywords)

    above, beneath = answering(ANSWERS["json"]), answering(ANSWERS["json"])
    with_client(flavour, above, program)
    with_client(flavour, beneath, program, POOLS)
    assert above.asked == beneath.asked
    assert [request.headers.pairs for request in above.asked] == [
        request.headers.pairs for request in beneath.asked
    ]


@every_flavour
def test_header_fields_that_are_changed_later_were_not_asked_for(flavour: Flavour) -> None:
    async def program(client: Client) -> None:
        request = client.client.build_request("GET", URL, headers={"X": "1"})
        await client._done(client.client.send(request))
        request.headers["X"] = "2"
        await client._done(client.client.send(request))

    recorder = answering(ANSWERS["json"])
    with_client(flavour, recorder, program)
    assert [request.headers.get("X") for request in recorder.asked] == ["1", "2"]


@every_flavour
@pytest.mark.parametrize("body", [bytearray(b"abc"), bytearray(), b"", b"abc"], ids=repr)
def test_a_body_of_another_kind_of_bytes_is_asked_for_as_bytes(
    flavour: Flavour, body: bytes | bytearray
) -> None:
    async def program(client: Client) -> None:
        stream = flavour.module.ByteStream(body)
        await client._done(client.client.send(flavour.module.Request("POST", URL, stream=stream)))

    recorder = answering(ANSWERS["json"])
    with_client(flavour, recorder, program)
    assert [(type(request.body), request.body) for request in recorder.asked] == [(bytes, bytes(body))]


@every_flavour
def test_no_two_answers_have_anything_in_common_that_can_be_changed(flavour: Flavour) -> None:
    async def program(client: Client) -> None:
        first = await client.request()
        raw, extensions = list(first.headers.raw), dict(first.extensions)
        first.headers["X"] = "changed"
        first.extensions["more"] = 1
        first.history.append(first)
        second = await client.request()
        assert second.headers.raw == raw
        assert second.extensions == extensions
        assert second.history == []
        assert second.elapsed >= type(second.elapsed)(0)

    with_client(flavour, answering(ANSWERS["json"]), program)


@pytest.mark.parametrize("name", ["httpx", "httpx2"])
def test_both_sides_of_a_library_may_replay_one_recording(name: str) -> None:
    answer = Replay(ANSWERS["json"])

    async def program(client: Client) -> str:
        return type((await client.request()).extensions["network_stream"]).__name__

    names = [
        with_client(Flavour(name, runtime), FakeRecorder(at_head=None, at_body=answer), program)
        for runtime in RUNTIMES
    ]
    expected = {"sync": "ReplayedStream"}
    assert names == [expected.get(runtime, "AsyncReplayedStream") for runtime in RUNTIMES]


@every_flavour
def test_what_is_put_in_the_place_of_the_making_of_a_response_is_called(
    flavour: Flavour, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, made = flavour.module.Response, []
    init = kind.__init__

    def instrumented(self: Any, *args: Any, **keywords: Any) -> None:
        init(self, *args, **keywords)
        made.append(self)

    monkeypatch.setattr(kind, "__init__", instrumented)

    async def program(client: Client) -> list[Any]:
        return [await client.request(), await client.request()]

    responses = with_client(flavour, answering(ANSWERS["json"]), program)
    assert all(one is other for one, other in zip(responses, made, strict=True))


@every_flavour
def test_a_body_that_is_made_as_it_is_sent_is_left_to_the_pool(flavour: Flavour) -> None:
    files: dict[str, Any] = {
        "files": {"f": b"x"},
        "headers": {"Content-Type": "multipart/form-data; boundary=b"},
    }
    recorder = answering(ANSWERS["json"])

    async def program(client: Client) -> bytes:
        body: bytes = (await client.request("POST", **files)).content
        return body

    assert with_client(flavour, recorder, program) == ANSWERS["json"].body
    assert b'name="f"' in recorder.asked[0].body


@every_flavour
@pytest.mark.parametrize("where", ["transport", "pool"])
def test_what_stands_in_the_place_of_a_librarys_method_is_called(flavour: Flavour, where: str) -> None:
    """What stands beneath our wrapper of a pool is asked for nothing, as ever."""
    owner, name = flavour.transport if where == "transport" else flavour.pool
    original, called = vars(owner)[name], []

    def instrumented(self: Any, request: Any) -> Any:
        called.append(request)
        return original(self, request)

    async def program(client: Client) -> bytes:
        body: bytes = (await client.request()).content
        return body

    for table in (ALL, POOLS):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(owner, name, instrumented)
            assert with_client(flavour, answering(ANSWERS["json"]), program, table) == ANSWERS["json"].body
    assert len(called) == (2 if where == "transport" else 0)


@every_flavour
@pytest.mark.parametrize("where", ["transport", "pool"])
def test_what_takes_the_place_of_a_wrapped_method_is_called(flavour: Flavour, where: str) -> None:
    async def program(client: Client) -> list[Any]:
        owner, name = flavour.transport if where == "transport" else flavour.pool
        wrapped, called = getattr(owner, name), []

        def instrumented(self: Any, request: Any) -> Any:
            called.append(request)
            return wrapped(self, request)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(owner, name, instrumented)
            assert (await client.request()).content == ANSWERS["json"].body
        return called

    assert len(with_client(flavour, answering(ANSWERS["json"]), program)) == 1


@every_flavour
def test_what_is_mocked_beneath_asks_no_cassette(flavour: Flavour) -> None:
    owner, name = flavour.pool
    core: Any = importlib.import_module(flavour.library.replace("httpx", "httpcore"))

    def mocked(self: Any, request: Any) -> Any:
        return core.Response(200, content=b"mocked")

    async def mocked_async(self: Any, request: Any) -> Any:
        return mocked(self, request)

    async def program(client: Client) -> bytes:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(owner, name, mocked if client.is_sync else mocked_async)
            patch.setattr(scope, "current", ambiguous)
            body: bytes = (await client.request()).content
        with pytest.MonkeyPatch.context() as patch, pytest.raises(AmbiguousCassetteError):
            patch.setattr(scope, "current", ambiguous)
            await client.request()
        return body

    def ambiguous() -> None:
        raise AmbiguousCassetteError(["one", "two"])

    assert with_client(flavour, answering(ANSWERS["json"]), program) == b"mocked"


@every_flavour
def test_a_transport_of_a_users_goes_on_to_ours(flavour: Flavour) -> None:
    base, name = flavour.transport
    seen = []

    def handle(self: Any, request: Any) -> Any:
        seen.append(request)
        return getattr(base, name)(self, request)

    transport = type("OfAUser", (base,), {name: handle})()

    async def program(client: Client) -> bytes:
        body: bytes = (await client.request()).content
        return body

    found = with_client(flavour, answering(ANSWERS["json"]), program, transport=transport)
    assert found == ANSWERS["json"].body
    assert len(seen) == 1


@every_flavour
def test_traces_and_logs_are_told_as_ever(flavour: Flavour, caplog: pytest.LogCaptureFixture) -> None:
    def traced(names: list[str]) -> Any:
        def trace(name: str, info: Any) -> None:
            names.append(name)

        async def trace_async(name: str, info: Any) -> None:
            names.append(name)

        return trace if flavour.runtime == "sync" else trace_async

    def told(table: dict[str, str]) -> tuple[list[str], list[str]]:
        names: list[str] = []

        async def program(client: Client) -> None:
            await client.request(extensions={"trace": traced(names)})
            with caplog.at_level(logging.DEBUG, flavour.library.replace("httpx", "httpcore")):
                await client.request()

        caplog.clear()
        with_client(flavour, answering(ANSWERS["json"]), program, table)
        return names, [record.getMessage() for record in caplog.records]

    names, logs = told(ALL)
    assert any("receive_response_body" in name for name in names)
    assert any("receive_response_body" in line for line in logs)
    assert (names, logs) == told(POOLS)


DECISIONS: dict[str, Replay | Forward | Refuse] = {
    "replay": Replay(ANSWERS["json"]),
    "failure": Replay(Response(0), error=NetworkError(ErrorKind.TIMEOUT)),
    "forward": forward(),
    "refuse": refusing().at_body,
}


@every_flavour
@pytest.mark.parametrize("decision", DECISIONS.values(), ids=DECISIONS)
def test_a_decision_is_made_once(flavour: Flavour, decision: Replay | Forward | Refuse) -> None:
    recorder = FakeRecorder(at_head=None, at_body=decision)

    async def program(client: Client) -> None:
        with suppress(flavour.module.TransportError, UnmatchedRequestError):
            await client.request("POST", "http://127.0.0.1:9/", content=b"body")

    with_client(flavour, recorder, program)
    assert [(request.method, request.body) for request in recorder.asked] == [("POST", b"body")]
    assert len(recorder.ended) == isinstance(decision, Forward)


@every_flavour
def test_a_request_that_is_sent_is_the_clients_own(flavour: Flavour) -> None:
    """What was decided above the pool is seen by nobody, and what the program asks for gets there."""
    seen: list[Any] = []
    recorder = FakeRecorder(at_head=None)

    async def program(client: Client) -> None:
        def trace(name: str, info: Any) -> None:
            seen.append(info)

        async def trace_async(name: str, info: Any) -> None:
            seen.append(info)

        request = client.client.build_request("POST", "http://127.0.0.1:9/", content=b"body", timeout=7)
        stream, extensions = request.stream, dict(request.extensions)
        with pytest.raises(flavour.module.ConnectError):
            await client._done(client.client.send(request))
        assert request.stream is stream
        assert request.extensions == extensions
        request.extensions["trace"] = trace if client.is_sync else trace_async
        with pytest.raises(flavour.module.ConnectError):
            await client._done(client.client.send(request))

    core: Any = importlib.import_module(flavour.library.replace("httpx", "httpcore"))
    make, made = core.Request.__init__, []

    def init(self: Any, *args: Any, **keywords: Any) -> None:
        make(self, *args, **keywords)
        made.append(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(core.Request, "__init__", init)
        with_client(flavour, recorder, program)
    assert [request.extensions["timeout"]["connect"] for request in made if request.extensions] == [7, 7]
    assert type(made[0].stream).__name__ == "ByteStream"
    assert len(recorder.ended) == 2
    assert all(type(error).__name__ == "ConnectError" for error in recorder.broken)
    assert seen


@every_flavour
def test_a_closed_answer_cannot_be_read(flavour: Flavour) -> None:
    async def program(client: Client) -> Any:
        response = await client.open()
        stream = response.stream._stream
        await client.close(response)
        with pytest.raises(
            flavour.module.StreamClosed if hasattr(flavour.module, "StreamClosed") else Exception
        ):
            await client.raw(response)
        try:
            if client.is_sync:
                list(stream)
            else:
                [piece async for piece in stream]
        except flavour.module.ReadError as error:
            return str(error)
        return None

    assert with_client(flavour, answering(ANSWERS["json"]), program) == with_client(
        flavour, answering(ANSWERS["json"]), program, POOLS
    )


def test_a_library_that_is_made_otherwise_is_left_to_its_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    flavour = Flavour("httpx", "sync")
    monkeypatch.setattr(library, "_BODY", "_elsewhere")
    library.library.cache_clear()
    try:
        assert not library.library("httpx").sync._is_known
        recorder = answering(ANSWERS["json"])

        async def program(client: Client) -> Any:
            response = await client.open()
            found = type(response.stream._stream).__name__
            await client.close(response)
            return found

        assert with_client(flavour, recorder, program) == "ResponseStream"
        assert len(recorder.asked) == 1
    finally:
        library.library.cache_clear()
