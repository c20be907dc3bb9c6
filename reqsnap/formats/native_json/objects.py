"""An interaction as a JSON object, and back.

Keys and values are those of the YAML file. Heads and trailers are lists of lines, and so is a
body of more than one line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from reqsnap.errors import MissingBodyError
from reqsnap.formats import heads
from reqsnap.formats.format import Beside
from reqsnap.formats.heads import Line
from reqsnap.formats.json_values import Number, Value
from reqsnap.formats.native import bodies, texts
from reqsnap.formats.native import values as native_values
from reqsnap.formats.native.bodies import Written
from reqsnap.formats.native.values import Fields, UnreadableField, UnusableFile
from reqsnap.formats.unwritable import unwritable
from reqsnap.message_checks import stating_its_length
from reqsnap.model import Interaction, NetworkError, Request, Response

Object = dict[str, Any]

_Decoded = TypeVar("_Decoded")

_NO_RESPONSE = Response(0)
_KEYS = frozenset({"request", "response", "error", "recorded_at"})


# Writing


def written(interaction: Interaction, beside: Beside | None = None) -> Object:
    """The object of an interaction, large bodies `beside` it. Raises CassetteWriteError."""
    try:
        return _written(interaction, beside)
    except ValueError as error:
        raise unwritable(interaction, error) from None


def encoded(interaction: Interaction, text: str) -> bytes:
    """The bytes of what an interaction is written as. Raises CassetteWriteError."""
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise unwritable(interaction, error) from None


def dumped(value: Any) -> str:
    """A JSON value on one line, with what people and editors take for something else as escapes."""
    text = json.dumps(value, ensure_ascii=False)
    return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", text) if not text.isascii() else text


_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def _written(interaction: Interaction, beside: Beside | None) -> Object:
    found: Object = {"request": _request(interaction.request, beside)}
    error, response = interaction.error, interaction.response
    elapsed = float(texts.seconds(interaction.elapsed))
    if error is None or response != _NO_RESPONSE:
        found["response"] = {**_response(response, beside, cut=error is not None), "elapsed": elapsed}
    if error is not None:
        found["error"] = _error(error)
        if "response" not in found:
            found["error"]["elapsed"] = elapsed
    found["recorded_at"] = texts.moment(interaction.recorded_at)
    return found


def _request(request: Request, beside: Beside | None) -> Object:
    found = _head([heads.request_line(request.method, request.url), *heads.field_lines(request.headers)])
    if not request.complete:
        found["complete"] = False
    return found | _body(bodies.of_request(request, beside))


def _response(response: Response, beside: Beside | None, *, cut: bool) -> Object:
    found: Object = {}
    if response.version != "HTTP/1.1":
        found["version"] = texts.version(response.version)
    head = [heads.status_line(response.status, response.reason), *heads.field_lines(response.headers)]
    trailers = heads.field_lines(response.trailers)
    found |= _head(head, trailers)
    if response.parts:
        # Raises ValueError where they do not fit the body.
        texts.sizes(response, cut)
    found |= _body(bodies.of_response(response, beside, cut=cut))
    if trailers:
        found["trailers"] = heads.shown(trailers, found.get("head_charset", heads.LATIN_1))
    return found


def _head(lines: list[Line], trailers: Collection[Line] = ()) -> Object:
    charset = heads.charset([*lines, *trailers])
    found: Object = {} if charset == heads.LATIN_1 else {"head_charset": charset}
    return found | {"head": heads.shown(lines, charset)}


def _body(members: Iterable[Written]) -> Object:
    found: Object = dict(members)
    if "\n" in (text := found.get("body", "")):
        found["body"] = text.split("\n")
    return found


def _error(error: NetworkError) -> Object:
    found: Object = {"kind": error.kind.value}
    if error.message:
        found["message"] = error.message
    if error.errno is not None:
        found["errno"] = int(error.errno)
    return found


# Reading


def read(value: Value, beside: Beside | None = None) -> Interaction:
    """The interaction of an object, large bodies of which are `beside` it. Raises CassetteFormatError."""
    found = members(value, "an interaction", _KEYS, ("recorded_at", "request"))
    decoded = partial(_decoded, beside=beside, message=_request_line(found["request"]))
    keys = native_values.REQUEST_KEYS
    request = decoded(found["request"], "request", keys, native_values.request, ("head",))
    answer = f"the answer to {request.method} {request.url.partition('?')[0]}"
    recorded_at = _moment(found["recorded_at"])
    response, elapsed, error = _NO_RESPONSE, 0.0, None
    if "error" in found:
        keys = native_values.ERROR_KEYS - ({"elapsed"} if "response" in found else set())
        error, elapsed = decoded(found["error"], "error", keys, native_values.error, ("kind",))
    elif "response" not in found:
        raise value.error("an interaction must have the key 'response'")
    if "response" in found:
        decode = partial(native_values.response, cut=error is not None)
        keys = native_values.RESPONSE_KEYS
        response, elapsed = decoded(found["response"], "response", keys, decode, ("head",), message=answer)
    if error is None:
        response = stating_its_length(request.method, response)
    return Interaction(request, response, recorded_at, elapsed, error)


def _moment(value: Value) -> datetime:
    try:
        return native_values.moment(value.text())
    except ValueError as error:
        raise value.error(str(error)) from None


def _request_line(value: Value) -> str:
    """What an error calls a request that is not read yet; secrets stand in a query."""
    head = value.plain.get("head") if isinstance(value.plain, dict) else None
    first = head[0] if isinstance(head, list) and head else head
    return first.partition("?")[0] if isinstance(first, str) else "a request"


def members(value: Value, name: str, allowed: Collection[str], needed: Collection[str]) -> dict[str, Value]:
    """The members of an object, none of which but the allowed ones. Raises CassetteFormatError."""
    found = dict(value.members())
    for key, member in found.items():
        if key not in allowed:
            raise member.error(f"{name} has no key {key!r}")
    for key in needed:
        if key not in found:
            raise value.error(f"{name} must have the key {key!r}")
    return found


def _decoded(
    value: Value,
    name: str,
    allowed: Collection[str],
    decode: Callable[[Fields], _Decoded],
    needed: Collection[str],
    beside: Beside | None,
    message: str,
) -> _Decoded:
    found = members(value, name, allowed, needed)
    fields = Fields(beside=beside)
    for key, member in found.items():
        if key in native_values.LINE_KEYS:
            fields.lines[key] = _lines(member)
        else:
            fields.texts[key] = _text(member)
    try:
        return decode(fields)
    except UnusableFile as error:
        place = found[error.key].error(error.reason)
        raise MissingBodyError(place.path, place.line, error.reason, error.file, message) from None
    except UnreadableField as error:
        at = found[error.key]
        if isinstance(at.plain, list) and error.index < len(at.plain):
            at = at.items()[error.index]
        raise at.error(error.reason) from None


def _lines(value: Value) -> list[Line]:
    if isinstance(value.plain, list):
        return [_line(item) for item in value.items()]
    return [value.text()]


def _line(value: Value) -> Line:
    if isinstance(value.plain, list) and len(value.plain) == 2:
        name, content = value.items()
        return name.text(), content.text()
    return value.text()


def _text(value: Value) -> str:
    """A field as the text that it is in the YAML file; a list is its lines."""
    if isinstance(value.plain, Number):
        return value.number()
    if isinstance(value.plain, bool):
        return "true" if value.plain else "false"
    if isinstance(value.plain, list):
        return "\n".join(item.text() for item in value.items())
    return value.text()
