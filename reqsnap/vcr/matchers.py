"""VCR.py's matchers: each raises AssertionError that says what differs, or returns nothing.

They are given the live request and a recorded one, in this order, both filtered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from reqsnap.vcr.bodies import MAX_DIFF_LINE_LENGTH, MAX_DIFF_LINES, body_diff, meaning, transformers_of
from reqsnap.vcr.bodies import checker_transformer_pairs as _checker_transformer_pairs
from reqsnap.vcr.util import read_body

__all__ = ["MAX_DIFF_LINES", "MAX_DIFF_LINE_LENGTH", "_checker_transformer_pairs"]

Matcher = Callable[[Any, Any], Any]
"""A matcher: it returns a truth value or None, which is taken for True, or raises AssertionError."""


def _differ(live: object, recorded: object) -> None:
    if live != recorded:
        raise AssertionError(f"{live} != {recorded}")


def method(r1: Any, r2: Any) -> None:
    """The method."""
    _differ(r1.method, r2.method)


def scheme(r1: Any, r2: Any) -> None:
    """The scheme of the URL."""
    _differ(r1.scheme, r2.scheme)


def host(r1: Any, r2: Any) -> None:
    """The host of the URL."""
    _differ(r1.host, r2.host)


def port(r1: Any, r2: Any) -> None:
    """The port of the URL, or the one that its scheme stands for."""
    _differ(r1.port, r2.port)


def path(r1: Any, r2: Any) -> None:
    """The path of the URL; none is `/` (RFC 3986, section 6.2.3)."""
    _differ(r1.path or "/", r2.path or "/")


def query(r1: Any, r2: Any) -> None:
    """The fields of the query that have a value, in any order."""
    _differ(r1.query, r2.query)


def uri(r1: Any, r2: Any) -> None:
    """The URL as it is written; an empty path is `/`."""
    _differ(_with_path(r1), _with_path(r2))


def _with_path(request: Any) -> str:
    parts = request.parsed_uri
    uri: str = request.uri if parts.path or not parts.netloc else parts._replace(path="/").geturl()
    return uri


def headers(r1: Any, r2: Any) -> None:
    """All header fields."""
    _differ(r1.headers, r2.headers)


def raw_body(r1: Any, r2: Any) -> None:
    """The bytes of the body."""
    live, recorded = read_body(r1), read_body(r2)
    if live != recorded:
        raise AssertionError(body_diff(live, recorded))


def body(r1: Any, r2: Any) -> None:
    """The meaning of the body: forms, JSON and XML-RPC are compared as such, chunks put together."""
    transformers = transformers_of(r1)
    if transformers != transformers_of(r2):
        transformers = []
    live, recorded = meaning(read_body(r1), read_body(r2), transformers)
    if live != recorded:
        raise AssertionError(body_diff(live, recorded))


def get_matchers_results(
    r1: Any, r2: Any, matchers: Iterable[Matcher]
) -> tuple[list[str], list[tuple[str, str | None]]]:
    """The names of the matchers that agree, and those that do not with what each says of it."""
    agree: list[str] = []
    differ: list[tuple[str, str | None]] = []
    for matcher in matchers:
        name = name_of(matcher)
        agrees, told = _evaluate_matcher(matcher, r1, r2)
        if agrees:
            agree.append(name)
        else:
            differ.append((name, get_assertion_message(told)))
    return agree, differ


def requests_match(r1: Any, r2: Any, matchers: Sequence[Matcher]) -> bool:
    """Whether every matcher agrees."""
    return not get_matchers_results(r1, r2, matchers)[1]


def name_of(matcher: Matcher) -> str:
    """What a matcher is called."""
    name: str = getattr(matcher, "__name__", type(matcher).__name__)
    return name


def get_assertion_message(assertion_details: str | None) -> str | None:
    """What a matcher says of a difference."""
    return assertion_details


def _evaluate_matcher(matcher_function: Matcher, *args: Any) -> tuple[bool, str | None]:
    try:
        answer = matcher_function(*args)
    except AssertionError as error:
        return False, str(error)
    return answer is None or bool(answer), None
