"""httpx and httpx2: live, recorded and replayed, a program sees the same."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from reqsnap.model import Request
from reqsnap.recorder import Forward, Refuse, Replay
from tests.support.httpcore_interceptor.flavours import RUNTIMES, FakeRecorder, recording, run
from tests.support.network import no_network
from tests.support.server import Server


class TapeRecorder(FakeRecorder):
    """Records everything, then replays it in the same order."""

    def __init__(self) -> None:
        super().__init__(at_head=None)
        self.replaying = False

    def before(self, request: Request) -> Replay | Forward | Refuse:
        if not self.replaying:
            return super().before(request)
        known, response = self.recorded.pop(0)
        assert (request.method, request.url, request.body) == (known.method, known.url, known.body)
        return Replay(response)


CLIENTS = [(library, runtime) for library in ("httpx", "httpx2") for runtime in RUNTIMES]


def calls(module: Any) -> list[tuple[str, str, dict[str, Any]]]:
    """Method, path and keywords of each call."""
    boundary = {"Content-Type": "multipart/form-data; boundary=b"}
    return [
        ("GET", "/redirect/302?to=/fields", {}),
        ("POST", "/echo?a=1&b=%20", {"json": {"a": [1, 2]}}),
        ("PUT", "/framing", {"data": {"a": "b"}}),
        ("POST", "/multipart", {"files": {"f": b"x"}, "headers": boundary}),
        ("HEAD", "/echo", {}),
        ("DELETE", "/status/204", {}),
        ("GET", "/digest", {"auth": module.DigestAuth("ada", "correct-horse-battery")}),
    ]


@pytest.mark.parametrize(("library", "runtime"), CLIENTS)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_httpx_gets_the_same_live_recorded_and_replayed(
    library: str, runtime: str, scheme: str, server: Server
) -> None:
    module: Any = importlib.import_module(library)
    origin, trusted = server.origin(scheme), server.certificates.client

    def shown(response: Any, raw: list[bytes]) -> tuple[object, ...]:
        return (
            response.status_code,
            response.reason_phrase,
            response.http_version,
            response.headers.raw,
            raw,
            [(hop.status_code, hop.content) for hop in response.history],
            sorted(response.cookies.items()),
        )

    async def asynchronous() -> list[object]:
        seen: list[object] = []
        async with module.AsyncClient(verify=trusted, follow_redirects=True) as client:
            for method, path, keywords in calls(module):
                async with client.stream(method, origin + path, **keywords) as response:
                    seen.append(shown(response, [piece async for piece in response.aiter_raw()]))
            seen.append((await client.get(origin + "/item/1")).json())
        return seen

    async def synchronous() -> list[object]:
        seen: list[object] = []
        with module.Client(verify=trusted, follow_redirects=True) as client:
            for method, path, keywords in calls(module):
                with client.stream(method, origin + path, **keywords) as response:
                    seen.append(shown(response, list(response.iter_raw())))
            seen.append(client.get(origin + "/item/1").json())
        return seen

    program = synchronous if runtime == "sync" else asynchronous
    recorder = TapeRecorder()
    with recording(None):
        bare = run(runtime, program)
    server.reset()
    with recording(recorder):
        live = run(runtime, program)
    server.reset()
    recorder.replaying = True
    with no_network(), recording(recorder):
        replayed = run(runtime, program)

    assert bare == live == replayed
    assert len(recorder.ended) == len(calls(module)) + 3
    assert recorder.recorded == []
