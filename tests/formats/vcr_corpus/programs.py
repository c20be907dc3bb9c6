"""The same exchanges through each client that VCR.py supports, old versions of it included.

It runs on every Python from 3.7, beside clients of the time of each version of VCR.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import http.client
import importlib
import urllib.error
import urllib.request
from collections.abc import Callable, Container, Iterator
from typing import Any

PORT = 18765
ORIGIN = f"http://127.0.0.1:{PORT}"

# An answer is its status, its reason (empty where the client does not tell it), header fields and body.
Answer = Any
Send = Any

JSON = '{"name": "Ada", "tags": ["x", "é"], "age": 36}'.encode()
FORM = b"a=1&b=two+words"
BINARY = bytes(range(256))

_JSON = {"Content-Type": "application/json"}
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_BINARY = {"Content-Type": "application/octet-stream"}
_GZIP = {"Accept-Encoding": "gzip"}

STEPS: list[tuple[str, str, str, dict[str, str], bytes | None]] = [
    ("text", "GET", "/text", {}, None),
    ("query", "GET", "/echo?b=2&a=1&a=%C3%A9%20x", {}, None),
    ("json", "POST", "/echo", _JSON, JSON),
    ("form", "POST", "/echo", _FORM, FORM),
    ("binary", "POST", "/binary", _BINARY, BINARY),
    ("gzip", "GET", "/gzip", _GZIP, None),
    ("redirect", "GET", "/redirect", {}, None),
    ("first", "GET", "/counter", {}, None),
    ("second", "GET", "/counter", {}, None),
    ("empty", "GET", "/empty", {}, None),
    ("head", "HEAD", "/text", {}, None),
    ("nothing", "DELETE", "/nothing", {}, None),
    ("missing", "GET", "/missing", {"Authorization": "Bearer corpus-token-0123456789"}, None),
]


def run(client: str, steps: Container[str] | None = None) -> dict[str, Answer]:
    """What a client shows of the steps, by their names."""
    shown = {}
    with CLIENTS[client]() as send:
        for name, method, path, headers, body in STEPS:
            if steps is not None and name not in steps:
                continue
            answer = send(method, ORIGIN + path, headers, body)
            if answer[0] == 302:
                location = next(value for key, value in answer[2] if key.lower() == "location")
                answer = send("GET", ORIGIN + location, {}, None)
            shown[name] = answer
    return shown


def content(answer: Answer) -> bytes:
    """The body of an answer, decoded where the client has not done that."""
    body: bytes = answer[3]
    return gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body


def available() -> list[str]:
    """The clients that can be imported here."""
    found = []
    for name in CLIENTS:
        with contextlib.suppress(ImportError):
            importlib.import_module(name.partition("-")[0])
            found.append(name)
    return found


@contextlib.contextmanager
def _http_client() -> Iterator[Send]:
    def send(method: str, url: str, headers: dict[str, str], body: bytes | None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", PORT)
        try:
            connection.request(method, url[len(ORIGIN) :], body=body, headers=headers)
            response = connection.getresponse()
            return response.status, response.reason, response.getheaders(), response.read()
        finally:
            connection.close()

    yield send


@contextlib.contextmanager
def _urllib() -> Iterator[Send]:
    def send(method: str, url: str, headers: dict[str, str], body: bytes | None) -> Answer:
        request = urllib.request.Request(url, data=body, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request) as response:
                return response.status, response.reason, list(response.headers.items()), response.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.reason, list(error.headers.items()), error.read()

    yield send


@contextlib.contextmanager
def _requests() -> Iterator[Send]:
    import requests

    def send(method: str, url: str, headers: dict[str, str], body: bytes | None) -> Answer:
        response = session.request(method, url, headers=headers, data=body)
        return response.status_code, response.reason, list(response.headers.items()), response.content

    with requests.Session() as session:
        yield send


@contextlib.contextmanager
def _urllib3() -> Iterator[Send]:
    import urllib3

    def send(method: str, url: str, headers: dict[str, str], body: bytes | None) -> Answer:
        response = pool.request(method, url, headers=headers, body=body)
        return response.status, response.reason, list(response.headers.items()), response.data

    with urllib3.PoolManager() as pool:
        yield send


@contextlib.contextmanager
def _httplib2() -> Iterator[Send]:
    import httplib2

    def send(method: str, url: str, headers: dict[str, str], body: bytes | None) -> Answer:
        response, shown = client.request(url, method, headers=headers, body=body)
        return response.status, response.reason, list(response.items()), shown

    client = httplib2.Http()
    try:
        yield send
    finally:
        for connection in client.connections.values():
            connection.close()


@contextlib.contextmanager
def _httpx() -> Iterator[Send]:
    import httpx

    def send(method: str, url: str, headers: dict[str, str], body: bytes | None) -> Answer:
        response = client.request(method, url, headers=headers, content=body)
        return response.status_code, response.reason_phrase, response.headers.multi_items(), response.content

    with httpx.Client() as client:
        yield send


@contextlib.contextmanager
def _httpx_async() -> Iterator[Send]:
    import httpx

    async def send(method: str, url: str, headers: dict[str, str], body: bytes | None) -> Answer:
        response = await client.request(method, url, headers=headers, content=body)
        return response.status_code, response.reason_phrase, response.headers.multi_items(), response.content

    with _loop() as loop:
        client = httpx.AsyncClient()
        try:
            yield lambda *given: loop.run_until_complete(send(*given))
        finally:
            loop.run_until_complete(client.aclose())


@contextlib.contextmanager
def _aiohttp() -> Iterator[Send]:
    import aiohttp

    async def session() -> Any:
        return aiohttp.ClientSession()

    async def send(method: str, url: str, headers: dict[str, str], body: bytes | None) -> Answer:
        # As programs give it: VCR.py then records what was given.
        given: dict[str, Any] = {"data": body}
        if body == JSON:
            given, headers = {"json": {"name": "Ada", "tags": ["x", "é"], "age": 36}}, {}
        elif body == FORM:
            given, headers = {"data": {"a": "1", "b": "two words"}}, {}
        async with client.request(method, url, headers=headers, **given) as response:
            return response.status, response.reason, list(response.headers.items()), await response.read()

    with _loop() as loop:
        client = loop.run_until_complete(session())
        try:
            yield lambda *given: loop.run_until_complete(send(*given))
        finally:
            loop.run_until_complete(client.close())


@contextlib.contextmanager
def _tornado() -> Iterator[Send]:
    from tornado.simple_httpclient import SimpleAsyncHTTPClient

    async def client_of_loop() -> Any:
        return SimpleAsyncHTTPClient(force_instance=True)

    async def send(method: str, url: str, headers: dict[str, str], body: bytes | None) -> Answer:
        response = await client.fetch(url, method=method, headers=headers, body=body, raise_error=False)
        if response.error is not None and response.code == 599:
            raise response.error
        return response.code, response.reason, list(response.headers.get_all()), response.body or b""

    with _loop() as loop:
        client = loop.run_until_complete(client_of_loop())
        try:
            yield lambda *given: loop.run_until_complete(send(*given))
        finally:
            client.close()


@contextlib.contextmanager
def _loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        yield loop
    finally:
        loop.close()
        asyncio.set_event_loop(None)


CLIENTS: dict[str, Callable[[], Any]] = {
    "http.client": _http_client,
    "urllib": _urllib,
    "requests": _requests,
    "urllib3": _urllib3,
    "httplib2": _httplib2,
    "httpx": _httpx,
    "httpx-async": _httpx_async,
    "aiohttp": _aiohttp,
    "tornado": _tornado,
}


def objects() -> dict[str, Answer]:
    """What botocore shows of a bucket, by what it is asked."""
    import botocore.session
    from botocore.config import Config
    from botocore.exceptions import ClientError

    session = botocore.session.Session()
    client = session.create_client(
        "s3",
        region_name="eu-west-1",
        endpoint_url=ORIGIN,
        aws_access_key_id="AKIACORPUS0123456789",
        aws_secret_access_key="corpus/secret/0123456789",
        config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 0}),
    )
    put = client.put_object(Bucket="bucket", Key="key", Body=b"content of the key")
    got = client.get_object(Bucket="bucket", Key="key")
    shown = {"put": _of_botocore(put), "get": _of_botocore(got, got["Body"].read())}
    try:
        client.get_object(Bucket="bucket", Key="missing")
    except ClientError as error:
        code: str = error.response["Error"]["Code"]
        shown["missing"] = _of_botocore(error.response, code.encode())
    return shown


def _of_botocore(response: Any, body: bytes = b"") -> Answer:
    about = response["ResponseMetadata"]
    return about["HTTPStatusCode"], "", list(about["HTTPHeaders"].items()), body
