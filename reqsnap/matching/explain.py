"""In which fields a live request differs from a recorded one, for the error of a miss."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Any

from reqsnap.differences import Difference
from reqsnap.matching.matchers import Matching
from reqsnap.matching.parts import Meaning, PartMeaning, Url, readable
from reqsnap.model import Request
from reqsnap.patterns import regex

LONGEST = 80
"""How many characters of a value are shown."""

MOST = 8
"""How many lines the differences within one body take; the last of them counts the rest."""


def differences(matching: Matching, live: Request, recorded: Request) -> tuple[Difference, ...]:
    """Each compared field in which the two (both redacted) differ; of a body, the first few."""
    found = all_differences(matching, live, recorded)
    body = [each for each in found if _part_of(each) == "body"]
    others = [each for each in found if _part_of(each) != "body"]
    return (*others, *first_few(body, MOST))


def all_differences(matching: Matching, live: Request, recorded: Request) -> list[Difference]:
    """The same, however many they are.

    Values are shown as they are compared: what is left out of the comparison is no difference.
    """
    found = list(_target_differences(matching, live, recorded))
    if matching.matches_headers:
        found += _header_differences(matching, live, recorded)
    if matching.matches_body:
        found += _body_differences(matching, live, recorded)
    for comparison in matching.comparisons:
        if not comparison(live, recorded):
            name = getattr(comparison, "__name__", repr(comparison))
            found.append(Difference(f"matcher {name}", "does not accept", "this request"))
    return found


def first_few(found: list[Difference], most: int) -> tuple[Difference, ...]:
    """Not more than that many differences; where there are more, the last counts the rest."""
    if len(found) <= most:
        return tuple(found)
    shown, rest = found[: most - 1], found[most - 1 :]
    parts = {_part_of(difference) for difference in rest}
    where = parts.pop() if len(parts) == 1 else "elsewhere"
    recorded = sum(each.recorded is not None for each in rest)
    live = sum(each.live is not None for each in rest)
    return (*shown, Difference(where, _counted(recorded, "more"), _counted(live, "other")))


def _counted(values: int, which: str) -> str | None:
    return f"{values} {which} value{'s' * (values != 1)}" if values else None


def _part_of(difference: Difference) -> str:
    """The part of the request that a difference is in: "query", "header", "body" ..."""
    return _PART.split(difference.field, maxsplit=1)[0]


_PART = regex(r"[.\[]")


def _target_differences(matching: Matching, live: Request, recorded: Request) -> Iterator[Difference]:
    names = {name for name in matching.match_on if isinstance(name, str)}
    if "method" in names and live.method.upper() != recorded.method.upper():
        yield Difference("method", recorded.method, live.method)
    now, then = matching.url(live.url), matching.url(recorded.url)
    for part in ("scheme", "host", "port", "path"):
        if part in names or "uri" in names:
            yield from _part_of_url(part, now, then)
    if "query" in names or "uri" in names:
        yield from _pair_differences("query", now.query, then.query)


def _part_of_url(part: str, live: Url, recorded: Url) -> Iterator[Difference]:
    now, then = getattr(live, part), getattr(recorded, part)
    if now != then:
        yield Difference(part, _short(then), _short(now))


def _pair_differences(
    where: str, live: Iterable[tuple[str, str]], recorded: Iterable[tuple[str, str]]
) -> Iterator[Difference]:
    now, then = _by_name(live), _by_name(recorded)
    for name in dict.fromkeys([*then, *now]):
        if now.get(name) != then.get(name):
            yield Difference(
                f"{where}.{_short(readable(name))}", _listed(then.get(name, ())), _listed(now.get(name, ()))
            )


def _by_name(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def _header_differences(matching: Matching, live: Request, recorded: Request) -> Iterator[Difference]:
    now, then = dict(matching.headers(live)), dict(matching.headers(recorded))
    for name in dict.fromkeys([*then, *now]):
        if now.get(name) != then.get(name):
            yield Difference(f"header.{name}", _listed(then.get(name, ())), _listed(now.get(name, ())))


# Bodies


def _body_differences(matching: Matching, live: Request, recorded: Request) -> Iterator[Difference]:
    seen = set()
    for (_, now), (_, then) in zip(matching.meanings(live), matching.meanings(recorded), strict=True):
        for found in _meaning_differences("body", now, then):
            # A body that is compared in two ways differs in both.
            if found not in seen:
                seen.add(found)
                yield found


def _meaning_differences(where: str, live: Meaning, recorded: Meaning) -> Iterator[Difference]:
    if live.body == recorded.body:
        return
    kind = live.body.kind if live.body.kind == recorded.body.kind else ""
    if kind == "json":
        yield from _json_differences(where, live.content, recorded.content)
    elif kind == "form":
        yield from _pair_differences(where, live.content, recorded.content)
    elif kind == "multipart":
        yield from _multipart_differences(where, live, recorded)
    else:
        yield Difference(where, _shown(recorded), _shown(live))


def _multipart_differences(where: str, live: Meaning, recorded: Meaning) -> Iterator[Difference]:
    now, then = _named_parts(live.content), _named_parts(recorded.content)
    found = False
    for name in dict.fromkeys([*then, *now]):
        for difference in _part_differences(f"{where}{name}", now.get(name), then.get(name)):
            found = True
            yield difference
    if not found:
        yield Difference(where, "the same parts", "in another order or with other lines between them")


def _named_parts(parts: Iterable[PartMeaning]) -> dict[str, PartMeaning]:
    """Parts by the field that they are, or by their place among those that are none."""
    found: dict[str, PartMeaning] = {}
    for part in parts:
        name = "" if part.name is None else f".{_short(readable(part.name))}"
        label, number = name or "[0]", 0
        while label in found:
            number += 1
            label = f"{name}[{number}]"
        found[label] = part
    return found


def _part_differences(
    where: str, live: PartMeaning | None, recorded: PartMeaning | None
) -> Iterator[Difference]:
    if live is None or recorded is None:
        yield Difference(where, _part(recorded), _part(live))
        return
    yield from _pair_differences(f"{where}.header", live.fields, recorded.fields)
    yield from _meaning_differences(where, live.meaning, recorded.meaning)


def _part(part: PartMeaning | None) -> str | None:
    return None if part is None else _shown(part.meaning) or "an empty part"


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
    elif type(live) is not type(recorded) or repr(live) != repr(recorded):
        yield Difference(_short_path(path), _json_text(recorded), _json_text(live))


def _json_text(value: Any) -> str | None:
    return None if value is _ABSENT else _short(repr(value))


# Values as they are shown


def _listed(values: Iterable[str]) -> str | None:
    return _short(", ".join([repr(readable(value)) for value in values])) or None


def _shown(meaning: Meaning) -> str | None:
    content = meaning.content
    if meaning.body.kind == "form":
        return f"form: {_short('&'.join(f'{readable(name)}={readable(value)}' for name, value in content))}"
    if not isinstance(content, bytes):
        return f"json: {_short(repr(content))}" if meaning.body.kind == "json" else "a multipart body"
    if not content:
        return None
    return f"{_short(repr(content.decode('utf-8', 'backslashreplace')))} ({len(content)} bytes)"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def _short_path(path: str) -> str:
    """A path that keeps its beginning and its end."""
    path = path if path.isprintable() else repr(path)[1:-1]
    return path if len(path) <= 2 * LONGEST else f"{path[:LONGEST]}...{path[-LONGEST:]}"
