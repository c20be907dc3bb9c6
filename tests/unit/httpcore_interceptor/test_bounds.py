"""What is intercepted, under which URL, and what is left alone."""

from __future__ import annotations

import copy
import importlib
import inspect
from typing import Any

import pytest

from reqsnap.errors import UnmatchedRequestError
from reqsnap.interceptors.http1 import SWITCHED
from tests.support.httpcore_interceptor.flavours import (
    Core,
    Flavour,
    every_flavour,
    forwarding,
    gathering,
    recording,
    refusing,
)
from tests.support.proxy import Proxy
from tests.support.server import Server


@every_flavour
def test_without_a_recorder_the_client_is_on_its_own(flavour: Flavour, server: Server) -> None:
    async def program(core: Core) -> None:
        request = core.request("POST", server.origin("http") + "/echo", b"x")
        response = await core.send(request)
        assert type(response.stream).__module__.startswith(flavour.library)
        await core.read(response)

    with recording(None):
        flavour.run(program)


@every_flavour
@pytest.mark.parametrize("url", ["example.com/path", "ftp://example.com/"])
def test_a_url_that_the_pool_does_not_support_stays_its_own_error(flavour: Flavour, url: str) -> None:
    recorder = refusing()

    async def program(core: Core) -> None:
        with pytest.raises(core.library.UnsupportedProtocol):
            await core.send(core.library.Request("GET", url))

    with recording(recorder):
        flavour.run(program)

    assert recorder.heads == []


@every_flavour
def test_the_callers_request_is_left_as_it_was(flavour: Flavour, server: Server) -> None:
    async def program(core: Core) -> None:
        url = server.origin("http") + "/echo"
        request = core.request("POST", url, b"x", extensions={"timeout": {"read": 9.0}})
        before = dict(vars(request))
        await core.read(await core.send(request))
        assert vars(request) == before

    for recorder in (forwarding(), gathering()):
        with recording(recorder):
            flavour.run(program)
        assert len(recorder.recorded) == 1


@every_flavour
def test_what_a_stream_offers_besides_stays_reachable(flavour: Flavour, server: Server) -> None:
    async def program(core: Core) -> None:
        response = await core.send(core.request("GET", server.origin("http") + "/echo"))
        assert response.stream._pool is core.pool
        assert copy.copy(response.stream)._pool is core.pool
        with pytest.raises(AttributeError, match="nonsense"):
            assert response.stream.nonsense
        await core.read(response)

    with recording(forwarding()):
        flavour.run(program)


@every_flavour
def test_a_switch_of_protocols_is_live_and_not_recorded(flavour: Flavour, server: Server) -> None:
    recorder = forwarding()

    async def program(core: Core) -> Any:
        headers = [(b"Upgrade", b"shout"), (b"Connection", b"upgrade")]
        url = server.origin("http") + "/upgrade"
        response = await core.send(core.request("GET", url, headers=headers))
        assert response.status == 101
        stream = response.extensions["network_stream"]
        if core.asynchronous:
            await stream.write(b"quiet")
            shout = await stream.read(5)
        else:
            stream.write(b"quiet")
            shout = stream.read(5)
        await core.close(response)
        return shout

    with recording(recorder):
        assert flavour.run(program) == b"QUIET"

    assert recorder.failure is None
    assert recorder.reasons == [SWITCHED]


@every_flavour
def test_the_patches_come_off(flavour: Flavour) -> None:
    library: Any = importlib.import_module(flavour.library)
    kind = library.AsyncConnectionPool if flavour.asynchronous else library.ConnectionPool
    name = "handle_async_request" if flavour.asynchronous else "handle_request"
    original = vars(kind)[name]
    with recording(forwarding()):
        assert vars(kind)[name] is not original
        assert inspect.iscoroutinefunction(kind.handle_async_request) if flavour.asynchronous else True
    assert vars(kind)[name] is original


@every_flavour
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_exchange_through_a_proxy_is_that_with_its_origin(
    flavour: Flavour, scheme: str, server: Server
) -> None:
    recorder, proxy = forwarding(), Proxy("ada:secret")
    proxy.start()
    url = server.origin(scheme) + "/echo?q=1"

    async def program(core: Core) -> list[bytes]:
        _, pieces = await core.fetch("GET", url)
        return pieces

    with recording(recorder):
        flavour.run(
            program,
            "HTTPProxy",
            proxy_url=proxy.bare_url,
            proxy_auth=("ada", "secret"),
            ssl_context=server.certificates.client,
        )
    proxy.stop()
    proxy.settle()

    assert recorder.heads == [("GET", url)]
    assert recorder.request.headers.pairs == (("Host", f"localhost:{server.ports[scheme]}"),)
    assert recorder.response.status == 200
    assert len(proxy.received()) == 1


@pytest.mark.parametrize(
    ("method", "parts", "url"),
    [
        ("GET", ("http", "example.com", 80, "/a"), "http://example.com/a"),
        ("GET", ("https", "example.com", 443, "/a"), "https://example.com/a"),
        ("GET", ("https", "example.com", 80, "/a"), "https://example.com:80/a"),
        ("GET", ("http", "EXAMPLE.com", None, "/a?b=%20#c"), "http://EXAMPLE.com/a?b=%20#c"),
        ("GET", ("http", "::1", 8080, "/"), "http://[::1]:8080/"),
        ("GET", ("http", "example.com", None, b"/caf\xe9"), "http://example.com/caf\xe9"),
        ("GET", ("http", "proxy", 3128, "http://example.com/a"), "http://example.com/a"),
        ("GET", ("ws", "example.com", 80, "/chat"), "ws://example.com/chat"),
        ("OPTIONS", ("https", "example.com", 8443, "*"), "https://example.com:8443/*"),
        ("CONNECT", ("http", "proxy", 3128, "example.com:443"), "http://proxy:3128/example.com:443"),
    ],
)
@every_flavour
def test_the_url_says_what_the_target_means(
    flavour: Flavour, method: str, parts: tuple[str, str, int | None, Any], url: str
) -> None:
    recorder = refusing()

    async def program(core: Core) -> None:
        scheme, host, port, target = parts
        where = core.library.URL(scheme=scheme, host=host, port=port, target=target)
        with pytest.raises(UnmatchedRequestError):
            await core.send(core.library.Request(method, where))

    with recording(recorder):
        flavour.run(program)

    assert recorder.heads == [(method, url)]
