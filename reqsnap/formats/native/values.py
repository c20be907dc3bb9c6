"""What the texts in reqsnap's own cassette file mean: fields -> requests, responses and errors.

It knows nothing of YAML and of lines in a file, so that any reader of the layout can use it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import TypeVar

from reqsnap.formats import heads, integrity
from reqsnap.formats.bodies import codings, files, forms
from reqsnap.formats.bodies.parts import Sizes, sizes
from reqsnap.formats.format import Beside
from reqsnap.formats.heads import Line, Pair
from reqsnap.model import ErrorKind, Headers, NetworkError, Request, Response

_First = TypeVar("_First")

Lines = str | Sequence[Line]
"""The lines of a head or of trailers: as one text, or each by itself."""

LINE_KEYS = frozenset({"head", "trailers"})
_BODY_KEYS = frozenset({"coding", *forms.NOTES, "body", "file"})
REQUEST_KEYS = frozenset({"head_charset", "head", "complete", *_BODY_KEYS})
RESPONSE_KEYS = frozenset(
    {"version", "head_charset", "head", "parts", "coded_parts", *_BODY_KEYS, "trailers", "elapsed"}
)
_RARE_KEYS = frozenset({"version", "coding", "parts", "coded_parts"})
ERROR_KEYS = frozenset({"kind", "message", "errno", "elapsed"})

SECONDS = re.compile(r"[0-9]{1,20}(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,3})?")
_ERRNO = re.compile(r"-?[0-9]{1,9}")
MOMENT = r"[0-9]{4}(?:-[0-9]{2}){2}T[0-9]{2}(?::[0-9]{2}){2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:[0-9]{2})"
_MOMENT = re.compile(MOMENT)


class UnreadableField(ValueError):
    """A field that has no meaning: its key, the line within it (from 0) and why."""

    def __init__(self, key: str, index: int, reason: str) -> None:
        super().__init__(key, index, reason)
        self.key, self.index, self.reason = key, index, reason


class UnusableFile(UnreadableField):
    """A body whose file beside the cassette, `file`, is missing or was changed."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__("file", 0, reason)
        self.file = file


@dataclass(frozen=True, slots=True)
class Fields:
    """A part of an interaction as texts: `lines` holds its head and trailers, `texts` all else.

    `beside` has the files in which large bodies are.
    """

    lines: dict[str, Lines] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    beside: Beside | None = None


_NO_FIELDS = Headers()


def request(fields: Fields) -> Request:
    """The request. Raises UnreadableField."""
    charset = _charset(fields)
    (method, url), headers = _head(fields, charset, heads.read_request_line)
    if not fields.texts:
        return Request(method, url, headers)
    body, _, headers = _coded(fields, headers, _content(fields), ())
    return Request(method, url, headers, body, _complete(fields))


def response(fields: Fields, *, cut: bool = False) -> tuple[Response, float]:
    """The response, and the seconds that it took; `cut` lets its last part be incomplete.

    Raises UnreadableField.
    """
    charset = _charset(fields)
    (status, reason), headers = _head(fields, charset, heads.read_status_line)
    lines = fields.lines.get("trailers")
    trailers = _headers(lines, charset, "trailers", 0) if lines else _NO_FIELDS
    content = _content(fields)
    if _RARE_KEYS.isdisjoint(fields.texts):
        return Response(status, reason, headers, content, trailers=trailers), _elapsed(fields)
    parts = _parts(fields, content, cut)
    body, parts, headers = _coded(fields, headers, content, parts)
    if "coding" in fields.texts and not cut:
        headers = integrity.fitting(headers, body)
    if "coded_parts" in fields.texts:
        parts = _coded_parts(fields, body, cut)
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
        return moment_of(text)
    raise _no_moment(text)


def moment_of(text: str) -> datetime:
    """The same for what is written as `MOMENT` is."""
    try:
        found = datetime.fromisoformat(text)
        return found if found.tzinfo is UTC else found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _no_moment(text) from None


def _no_moment(text: str) -> ValueError:
    return ValueError(f"{text!r} is not a date and time such as 2026-11-22T01:02:03.456Z")


def _charset(fields: Fields) -> str:
    charset = fields.texts.get("head_charset", heads.LATIN_1)
    if charset not in (heads.LATIN_1, heads.UTF_8):
        raise UnreadableField("head_charset", 0, f"head_charset must be utf-8 or latin-1, not {charset!r}")
    return charset


def _head(fields: Fields, charset: str, read_first: Callable[[Line], _First]) -> tuple[_First, Headers]:
    lines = fields.lines["head"]
    first: Line
    rest: Lines
    if isinstance(lines, str):
        first, _, rest = lines.partition("\n")
    elif lines:
        first, rest = lines[0], lines[1:]
    else:
        raise UnreadableField("head", 0, "the head is empty")
    try:
        found = read_first(heads.restore(first, charset))
    except ValueError as error:
        raise UnreadableField("head", 0, str(error)) from None
    return found, _headers(rest, charset, "head", 1) if rest else _NO_FIELDS


def _headers(lines: Lines, charset: str, key: str, index: int) -> Headers:
    """The lines as header fields; the first of them is line `index` of that key."""
    if isinstance(lines, str):
        plain = _plain_fields(lines)
        if plain is not None:
            return plain
        lines = lines.split("\n")
    pairs: list[Pair] = []
    try:
        for line in lines:
            pairs.append(heads.read_field(heads.restore(line, charset)))
    except ValueError as error:
        raise UnreadableField(key, index + len(pairs), str(error)) from None
    return Headers(pairs)


# The requests of a cassette mostly differ in nothing but their first line.
@lru_cache(maxsize=256)
def _plain_fields(text: str) -> Headers | None:
    """The fields in a few lines of ASCII; None for others, and where one of them is no field."""
    if len(text) > LONG or not text.isascii():
        return None
    try:
        return Headers.of_pairs(tuple(map(one_field, text.split("\n"))))
    except ValueError:
        return None


LONG = 4096
"""What is longer is not kept."""

# Of the fields of answers, most are the same in all.
one_field = lru_cache(maxsize=2048)(heads.read_field)


def _content(fields: Fields) -> bytes:
    """The body, without its codings where `coding` says that they were undone."""
    name = fields.texts.get("file")
    if name is None:
        return _inline(fields)
    for other in ("body", *forms.NOTES):
        if other in fields.texts:
            raise UnreadableField(other, 0, f"{other} cannot stand beside 'file', where the body is")
    try:
        return files.found(name, fields.beside)
    except files.BodyFileError as error:
        raise UnusableFile(error.file, str(error)) from None
    except ValueError as error:
        raise UnreadableField("file", 0, str(error)) from None


def _coded(fields: Fields, headers: Headers, content: bytes, parts: Sizes) -> tuple[bytes, Sizes, Headers]:
    """The body in its codings, the sizes of its parts, and the headers.

    Where a codec is not installed the content stands as it is, and the headers do not name
    the coding: a client sees what it would have decoded.
    """
    coding = fields.texts.get("coding")
    if coding is None:
        return content, parts, headers
    try:
        pieces = codings.redo(coding, content, parts)
    except ValueError as error:
        raise UnreadableField("coding", 0, str(error)) from None
    if pieces is None:
        return content, parts, headers.without("content-encoding")
    return b"".join(pieces), tuple(map(len, pieces)) if parts else (), headers


def _coded_parts(fields: Fields, body: bytes, cut: bool) -> Sizes:
    """The sizes of the parts of a coded body; none where another encoder has made another one."""
    if "parts" in fields.texts or "coding" not in fields.texts:
        raise UnreadableField("coded_parts", 0, "coded_parts needs 'coding', and no 'parts' beside it")
    try:
        return sizes(fields.texts["coded_parts"], body, cut=cut)
    except ValueError:
        return ()


def _inline(fields: Fields) -> bytes:
    texts = fields.texts
    if not texts:
        return b""
    notes = {name: texts[name] for name in forms.NOTES if name in texts}
    text = texts.get("body")
    try:
        forms.check(notes)
        if text is None and notes:
            raise ValueError(f"{next(iter(notes))} says how to read a body, and there is none")
    except ValueError as error:
        raise UnreadableField(next(iter(notes)), 0, str(error)) from None
    try:
        return forms.restore(text, notes) if text else b""
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


def _parts(fields: Fields, content: bytes, cut: bool) -> Sizes:
    text = fields.texts.get("parts")
    try:
        return sizes(text, content, cut=cut) if text else ()
    except ValueError as error:
        raise UnreadableField("parts", 0, str(error)) from None


def _elapsed(fields: Fields) -> float:
    text = fields.texts.get("elapsed", "0.0")
    elapsed = float(text) if SECONDS.fullmatch(text) else math.inf
    if not math.isfinite(elapsed):
        raise UnreadableField("elapsed", 0, f"elapsed must be a number of seconds, not {text!r}")
    return elapsed
