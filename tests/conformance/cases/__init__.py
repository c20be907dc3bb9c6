"""The cases by theme."""

from tests.conformance.cases import (
    abandoned,
    connections,
    exchanges,
    failures,
    flows,
    native_aiohttp,
    native_http_client,
    native_httpcore,
    native_httpx,
    native_requests,
    native_tornado,
    native_urllib3,
    proxies,
    streaming,
    updating,
)
from tests.conformance.registry import Case

THEMES = (
    exchanges,
    flows,
    streaming,
    abandoned,
    connections,
    proxies,
    updating,
    failures,
    native_http_client,
    native_urllib3,
    native_requests,
    native_httpcore,
    native_httpx,
    native_aiohttp,
    native_tornado,
)
CASES: tuple[Case, ...] = tuple(case for theme in THEMES for case in theme.cases)
