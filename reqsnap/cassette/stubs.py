"""Answers made by hand, which stand before the recordings and are never stored."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable

from reqsnap.errors import ConfigurationError
from reqsnap.functions import is_asynchronous
from reqsnap.matching.parts import split_url
from reqsnap.message_checks import check_response, fitting
from reqsnap.model import Request, Response
from reqsnap.redaction import DEFAULT_RULES, redact_request

Answer = Response | Callable[[Request], Response]
"""A response, or a function that makes one for a request."""


class Stub:
    """One answer made by hand, as `Cassette.stub` returns it.

    `calls` holds the requests that it has answered.

    >>> stub = Stub("GET", "http://h/x", Response(200), times=1)
    >>> stub.used
    False
    """

    def __init__(
        self, method: str, url: str | re.Pattern[str], response: Answer, *, times: int | None = None
    ) -> None:
        _check(method, url, response, times)
        answer = _checked(response) if isinstance(response, Response) else response
        self.method, self.url, self.response, self.times = method.upper(), url, answer, times
        self.calls: tuple[Request, ...] = ()
        self._taken = 0

    @property
    def used(self) -> bool:
        """Whether it has answered any request."""
        return bool(self.calls)

    def means(self, method: str, url: str) -> bool:
        """Whether it may answer a request to a URL; its query in any order."""
        if self.method != method.upper() or (self.times is not None and self._taken >= self.times):
            return False
        if isinstance(self.url, re.Pattern):
            return self.url.search(url) is not None
        return split_url(self.url) == split_url(url)

    def take(self) -> None:
        """Count an answer; called under the lock of the stubs."""
        self._taken += 1

    def answer(self, request: Request) -> Response:
        """The response; raises what a function of the user's raises."""
        self.calls = (*self.calls, request)
        if isinstance(self.response, Response):
            return self.response
        response = self.response(request)
        if not isinstance(response, Response):
            raise ConfigurationError("response", type(response), "a stub answers with a Response")
        return _checked(response)

    def __repr__(self) -> str:
        url = self.url.pattern if isinstance(self.url, re.Pattern) else _shown(self.url)
        return f"<Stub {self.method} {url}: {len(self.calls)} calls>"


class Stubs:
    """The stubs of one cassette, in the order in which they were made. Called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.all: tuple[Stub, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.all)

    def add(self, stub: Stub) -> None:
        """Put a stub after the others."""
        with self._lock:
            self.all = (*self.all, stub)

    def could_match(self, method: str, url: str) -> bool:
        """Whether one may answer this method and URL."""
        return any(stub.means(method, url) for stub in self.all)

    def take(self, request: Request) -> Stub | None:
        """The first stub that may answer a request, one of its times used up."""
        with self._lock:
            for stub in self.all:
                if stub.means(request.method, request.url):
                    stub.take()
                    return stub
        return None


def _shown(url: str) -> str:
    return redact_request(Request("GET", url), DEFAULT_RULES)[0].url


def _checked(response: Response) -> Response:
    """A response that every client understands alike. Raises ConfigurationError."""
    check_response(response)
    if response.status < 200:
        raise ConfigurationError("response.status", response.status, "a stub's is a final one, from 200")
    # An answer to HEAD tells the length of a body that does not come.
    return fitting(response) if response.body else response


def _check(method: object, url: object, response: object, times: object) -> None:
    if not isinstance(method, str) or not method:
        raise ConfigurationError("method", method, "it is the name of an HTTP method")
    is_pattern = isinstance(url, re.Pattern) and isinstance(url.pattern, str)
    if not is_pattern and not (isinstance(url, str) and "://" in url):
        allowed = "it is an absolute URL, or a compiled pattern of text searched in one"
        raise ConfigurationError("url", _shown(url) if isinstance(url, str) else type(url), allowed)
    if not isinstance(response, Response) and (not callable(response) or is_asynchronous(response)):
        allowed = "it is a Response, or a function, not a coroutine function, that returns one"
        raise ConfigurationError("response", type(response), allowed)
    if times is not None and (isinstance(times, bool) or not isinstance(times, int) or times < 1):
        raise ConfigurationError("times", times, "it is a whole number from 1, or None for any number")
