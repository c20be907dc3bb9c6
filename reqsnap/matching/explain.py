"""In which fields a live request differs from a recorded one, for the error of a miss."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from reqsnap.errors import Difference
from reqsnap.matching.matchers import Matching
from reqsnap.matching.parts import Body, plain_body, read_body, read_json, split_url
from reqsnap.model import Request

LONGEST = 80
"""How many characters of a value are shown."""

MOST = 8
"""How many differences within one body are shown; the rest are counted."""


def differences(matching: Matching, live: Request, recorded: Request) -> tuple[Difference, ...]:
    """Each compared field in which the two (both redacted) differ, the method first."""
    found = list(_target_differences(matching, live, recorded))
    if matching.matches_headers:
        found += _header_differences(matching, live, recorded)
    if matching.matches_body:
        found += _body_differences(live, recorded)
    for comparison in matching.comparisons:
        if not comparison(live, recorded):
            name = getattr(comparison, "__name__", repr(comparison))
            found.append(Difference(f"matcher {name}", "does not accept", "this request"))
    return tuple(found)


def _target_differences(matching: Matching, live: Request, recorded: Request) -> Iterator[Difference]:
    names = {name for name in matching.match_on if isinstance(name, str)}
    if "method" in names and live.method.upper() != recorded.method.upper():
        yield Difference("method", recorded.method, live.method)
    now, then = split_url(live.url), split_url(recorded.url)
    for part in ("scheme", "host", "port", "path"):
        if (part in names or "uri" in names) and getattr(now, part) != getattr(then, part):
            yield Difference(part, _short(getattr(then, part)), _short(getattr(now, part)))
    if "query" in names or "uri" in names:
        yield from _pair_differences("query", now.query, then.query)


def _pair_differences(
    where: str, live: tuple[tuple[str, str], ...], recorded: tuple[tuple[str, str], ...]
) -> Iterator[Difference]:
    for name in dict.fromkeys(name for name, _ in (*recorded, *live)):
        now = [value for key, value in live if key == name]
        then = [value for key, value in recorded if key == name]
        if now != then:
            yield Difference(f"{where}.{name}", _listed(then), _listed(now))


def _header_differences(matching: Matching, live: Request, recorded: Request) -> Iterator[Difference]:
    names = matching.header_names or dict.fromkeys(
        name.lower() for name, _ in (*recorded.headers, *live.headers)
    )
    ignored = {name.lower() for name in matching.ignore_headers}
    for name in names:
        now, then = live.headers.get_all(name), recorded.headers.get_all(name)
        if now != then and name not in ignored:
            yield Difference(f"header.{name}", _listed(then), _listed(now))


def _body_differences(live: Request, recorded: Request) -> list[Difference]:
    now, then = read_body(live), read_body(recorded)
    if now == then:
        return []
    if now.kind == then.kind == "json":
        found = list(_json_differences("body", read_json(plain_body(live)), read_json(plain_body(recorded))))
    elif now.kind == then.kind == "form":
        found = list(_pair_differences("body", _form(now), _form(then)))
    else:
        found = [Difference("body", _shown(recorded.body), _shown(live.body))]
    if len(found) > MOST:
        rest = len(found) - MOST
        return [*found[:MOST], Difference("body", f"{rest} more values", "other values")]
    return found


def _form(body: Body) -> tuple[tuple[str, str], ...]:
    return body.canonical if isinstance(body.canonical, tuple) else ()


_ABSENT = object()


def _json_differences(path: str, live: Any, recorded: Any) -> Iterator[Difference]:
    if isinstance(live, dict) and isinstance(recorded, dict):
        for name in dict.fromkeys([*recorded, *live]):
            yield from _json_differences(
                f"{path}.{name}", live.get(name, _ABSENT), recorded.get(name, _ABSENT)
            )
    elif isinstance(live, list) and isinstance(recorded, list):
        for index, (now, then) in enumerate(zip_longest(live, recorded, fillvalue=_ABSENT)):
            yield from _json_differences(f"{path}[{index}]", now, then)
    elif type(live) is not type(recorded) or live != recorded:
        yield Difference(path, _json_text(recorded), _json_text(live))


def _json_text(value: Any) -> str | None:
    return None if value is _ABSENT else _short(repr(value))


def _listed(values: list[str]) -> str | None:
    return None if not values else _short(", ".join(map(repr, values)))


def _shown(body: bytes) -> str | None:
    if not body:
        return None
    return f"{_short(repr(body.decode('utf-8', 'backslashreplace')))} ({len(body)} bytes)"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."
