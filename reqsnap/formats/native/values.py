"""What the texts in reqsnap's own cassette file mean: fields -> requests, responses and errors.

It knows nothing of YAML and of lines in a file, so that any reader of the layout can use it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from reqsnap.formats import body_forms, heads
from reqsnap.formats.heads import Line, Pair
from reqsnap.message_checks import parts_fit
from reqsnap.model import ErrorKind, Headers, NetworkError, Request, Response

_First = TypeVar("_First")

LINE_KEYS = frozenset({"head", "trailers"})
REQUEST_KEYS = frozenset({"head_charset", "head", "complete", *body_forms.NOTES, "body"})
RESPONSE_KEYS = frozenset(
    {"version", "head_charset", "head", "parts", *body_forms.NOTES, "body", "trailers", "elapsed"}
)
ERROR_KEYS = frozenset({"kind", "message", "errno", "elapsed"})

_SIZE = re.compile(r"[0-9]{1,15}")
_SECONDS = re.compile(r"[0-9]{1,20}(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,3})?")
_ERRNO = re.compile(r"-?[0-9]{1,9}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)", re.ASCII)


class UnreadableField(ValueError):
    """A field that has no meaning: its key, the line within it (from 0) and why."""

    def __init__(self, key: str, index: int, reason: str) -> None:
        super().__init__(key, index, reason)
        self.key, self.index, self.reason = key, index, reason


@dataclass(frozen=True, slots=True)
class Fields:
    """A part of an interaction as texts: `lines` holds its head and trailers, `texts` all else."""

    lines: dict[str, list[Line]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)


def request(fields: Fields) -> Request:
    """The request. Raises UnreadableField."""
    charset = _charset(fields)
    (method, url), headers = _head(fields, charset, heads.read_request_line)
    return Request(method, url, headers, _body(fields), _complete(fields))


def response(fields: Fields, *, cut: bool = False) -> tuple[Response, float]:
    """The response, and the seconds that it took; `cut` lets its last part be incomplete.

    Raises UnreadableField.
    """
    charset = _charset(fields)
    (status, reason), headers = _head(fields, charset, heads.read_status_line)
    body = _body(fields)
    trailers = _pairs(fields.lines.get("trailers", ()), charset, "trailers", 0)
    parts = _parts(fields, len(body), cut)
    return Response(status, reason, headers, body, _version(fields), trailers, parts), _elapsed(fields)


def error(fields: Fields) -> tuple[NetworkError, float]:
    """The error, and the seconds until it came. Raises UnreadableField."""
    kind, errno = fields.texts["kind"], fields.texts.get("errno")
    if kind not in _KINDS:
        raise UnreadableField("kind", 0, f"kind must be one of {', '.join(_KINDS)}, not {kind!r}")
    if errno is not None and not _ERRNO.fullmatch(errno):
        raise UnreadableField("errno", 0, f"errno must be a whole number, not {errno!r}")
    number = None if errno is None else int(errno)
    return NetworkError(ErrorKind(kind), fields.texts.get("message", ""), number), _elapsed(fields)


_KINDS = [kind.value for kind in ErrorKind]


def moment(text: str) -> datetime:
    """A point in time in UTC. Raises ValueError with the reason."""
    if _MOMENT.fullmatch(text):
        try:
            return datetime.fromisoformat(text).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise ValueError(f"{text!r} is not a date and time such as 2026-11-22T01:02:03.456Z")


def _charset(fields: Fields) -> str:
    charset = fields.texts.get("head_charset", heads.LATIN_1)
    if charset not in (heads.LATIN_1, heads.UTF_8):
        raise UnreadableField("head_charset", 0, f"head_charset must be utf-8 or latin-1, not {charset!r}")
    return charset


def _head(fields: Fields, charset: str, read_first: Callable[[Line], _First]) -> tuple[_First, Headers]:
    lines = fields.lines["head"]
    if not lines:
        raise UnreadableField("head", 0, "the head is empty")
    try:
        first = read_first(heads.restore(lines[0], charset))
    except ValueError as error:
        raise UnreadableField("head", 0, str(error)) from None
    return first, _pairs(lines[1:], charset, "head", 1)


def _pairs(lines: Iterable[Line], charset: str, key: str, index: int) -> Headers:
    """The lines as header fields; the first of them is line `index` of that key."""
    pairs: list[Pair] = []
    try:
        for line in lines:
            pairs.append(heads.read_field(heads.restore(line, charset)))
    except ValueError as error:
        raise UnreadableField(key, index + len(pairs), str(error)) from None
    return Headers(pairs)


def _body(fields: Fields) -> bytes:
    notes = {name: fields.texts[name] for name in body_forms.NOTES if name in fields.texts}
    text = fields.texts.get("body")
    try:
        body_forms.check(notes)
        if text is None and notes:
            raise ValueError(f"{next(iter(notes))} says how to read a body, and there is none")
    except ValueError as error:
        raise UnreadableField(next(iter(notes)), 0, str(error)) from None
    try:
        return body_forms.restore(text, notes) if text else b""
    except (json.JSONDecodeError, RecursionError) as error:
        line, why = (error.lineno, error.msg) if isinstance(error, ValueError) else (1, "nested too deep")
        reason = f"the body is not JSON ({why}); mend it, or remove the line 'json' to keep it as text"
        raise UnreadableField("body", line - 1, reason) from None
    except ValueError as error:
        raise UnreadableField("body", 0, str(error)) from None


def _complete(fields: Fields) -> bool:
    text = fields.texts.get("complete", "true")
    if text not in ("true", "false"):
        raise UnreadableField("complete", 0, f"complete must be true or false, not {text!r}")
    return text == "true"


def _version(fields: Fields) -> str:
    text = fields.texts.get("version", "HTTP/1.1")
    if not heads.HTTP_VERSION.fullmatch(text):
        raise UnreadableField("version", 0, f"version must be written like HTTP/1.1, not {text!r}")
    return text


def _parts(fields: Fields, length: int, cut: bool) -> tuple[int, ...]:
    sizes = fields.texts.get("parts", "").split()
    if not all(map(_SIZE.fullmatch, sizes)):
        raise UnreadableField("parts", 0, "parts must be sizes in bytes with blanks between them")
    parts = tuple(map(int, sizes))
    if parts and not parts_fit(parts, length, cut):
        reason = f"the parts add up to {sum(parts)} bytes, but the body has {length}; "
        reason += "where the body was changed by hand, remove the line 'parts'"
        raise UnreadableField("parts", 0, reason)
    return parts


def _elapsed(fields: Fields) -> float:
    text = fields.texts.get("elapsed", "0.0")
    elapsed = float(text) if _SECONDS.fullmatch(text) else math.inf
    if not math.isfinite(elapsed):
        raise UnreadableField("elapsed", 0, f"elapsed must be a number of seconds, not {text!r}")
    return elapsed
