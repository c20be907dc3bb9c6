"""The entries of an archive -> interactions, as clients would have recorded them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from urllib.parse import urlencode

from reqsnap.formats import json_values
from reqsnap.formats.format import Beside, Item
from reqsnap.formats.har import contents
from reqsnap.formats.heads import HTTP_VERSION
from reqsnap.formats.json_values import Value
from reqsnap.formats.native import values as native_values
from reqsnap.formats.native.values import Fields, UnreadableField
from reqsnap.message_checks import parts_fit, stating_its_length
from reqsnap.model import ErrorKind, Headers, Interaction, NetworkError, Request, Response

_MILLISECONDS = 1000.0
_NUMBER_OF_HTTP = re.compile(r"(?:HTTP/|H)([23])(?:\.0|-\d+)?")
# A head never holds a line end, but for one that folds a line (RFC 9112, section 5.2).
_SEVERAL = re.compile(r"\r?\n(?![ \t])")
_BOUNDARY = re.compile(r'boundary\s*=\s*(?:"([^"]+)"|([^;\s]+))', re.IGNORECASE)
_FILE = re.compile(r"\w[\w.-]*", re.ASCII)
_WITHOUT_BODY = frozenset({204, 205, 304})


def items(data: bytes, path: str | None, beside: Beside | None) -> list[Item]:
    """The items of an archive, in the order in which they started. Raises CassetteFormatError.

    What never was an exchange of HTTP is left out: entries without an answer, which
    browsers keep of what was blocked or broke off, and those of other schemes.
    """
    source = json_values.decoded(data, path)
    entries = json_values.parse(source).need("log").need("entries")
    offset = len(data) - source.octets(len(source.text))
    found: list[tuple[datetime, Item]] = []
    done = octets = 0
    for entry, (start, end) in zip(entries.items(), entries.spans(), strict=True):
        octets += len(source.text[done:start].encode())
        size = len(source.text[start:end].encode())
        done, first, octets = end, octets, octets + size
        if _is_exchange(entry):
            request = entry.need("request")
            method, url = request.need("method").octets(), _url(request.need("url"))
            decode = partial(_decode, entry=entry, beside=beside)
            item = Item(method, url, data, offset + first, offset + octets, decode)
            found.append((_started(entry), item))
    found.sort(key=lambda pair: pair[0])
    return [item for _, item in found]


def _decode(item: Item, entry: Value, beside: Beside | None) -> Interaction:
    request = _request(entry.need("request"), beside)
    elapsed = entry.get("time")
    seconds = 0.0 if elapsed is None else max(_decimal(elapsed), 0.0) / _MILLISECONDS
    error = _error(entry)
    response = Response(0)
    if error is None or _status(entry):
        response, error = _response(entry.need("response"), request.method, error, beside)
    return Interaction(request, response, _started(entry), seconds, error)


def _is_exchange(entry: Value) -> bool:
    url = entry.need("request").need("url").text()
    if not url.lower().startswith(("http://", "https://")):
        return False
    return _status(entry) > 0 or entry.get("_error") is not None


def _status(entry: Value) -> int:
    """The status of an answer; 0 where there is none, for which Playwright writes -1."""
    response = entry.get("response")
    status = None if response is None else response.get("status")
    return 0 if status is None else max(status.whole(), 0)


def _started(entry: Value) -> datetime:
    stated = entry.need("startedDateTime")
    try:
        started = datetime.fromisoformat(stated.text())
        return (started if started.tzinfo else started.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise stated.error(f"{stated.plain!r} is not a date and time") from None


def _error(entry: Value) -> NetworkError | None:
    """The error that reqsnap wrote; that of others is a text without a fixed meaning."""
    about = entry.get("_error")
    if about is None or not isinstance(about.plain, dict):
        return None
    texts = {key: str(each.plain) for key, each in about.members().items()}
    if "kind" not in texts:
        raise about.error("_error must have the key 'kind'")
    try:
        return native_values.error(Fields(texts=texts))[0]
    except UnreadableField as error:
        raise about.error(error.reason) from None


def _request(about: Value, beside: Beside | None) -> Request:
    headers = _headers(about.get("headers"))
    posted, body = about.get("postData"), b""
    if posted is not None:
        stated = posted.get("mimeType")
        content_type = headers.get("content-type", "") if stated is None else stated.text()
        body = contents.content_of(posted, content_type) or _attached(posted, beside)
        params = posted.get("params")
        if not body and params is not None:
            body = _of_params(params, content_type)
        if posted.get("_encoded") is None:
            body, headers = contents.with_codings(body, headers)
    complete = about.get("_complete")
    method, url = about.need("method").octets(), _url(about.need("url"))
    return Request(method, url, headers, body, complete is None or complete.truth())


def _response(
    about: Value, method: str, error: NetworkError | None, beside: Beside | None
) -> tuple[Response, NetworkError | None]:
    status, headers = about.need("status").whole(), _headers(about.get("headers"))
    if not 100 <= status <= 999:
        raise about.need("status").error(f"the status {status} is not a number from 100 to 999")
    reason = about.get("statusText")
    trailers = _headers(about.get("_trailers"))
    body, content = b"", about.get("content")
    if content is not None:
        stated = content.get("mimeType")
        content_type = headers.get("content-type", "") if stated is None else stated.text()
        body = contents.content_of(content, content_type) or _attached(content, beside)
        if not body and _had_body(content, method, status):
            # What browsers forget of a large answer is what a program did not read.
            error = error or NetworkError(ErrorKind.ABANDONED)
        elif content.get("_encoded") is None and error is None:
            body, headers = contents.with_codings(body, headers)
    parts = _parts(about.get("_parts"), len(body), error is not None)
    response = Response(
        status, "" if reason is None else reason.octets(), headers, body, _version(about), trailers, parts
    )
    return (response if error else stating_its_length(method, response)), error


def _had_body(content: Value, method: str, status: int) -> bool:
    size = content.get("size")
    return size is not None and _decimal(size) > 0 and method != "HEAD" and status not in _WITHOUT_BODY


def _attached(content: Value, beside: Beside | None) -> bytes:
    """What stands in a file of its own, as Playwright writes it."""
    name = content.get("_file")
    if name is None or beside is None or not _FILE.fullmatch(name.text()):
        return b""
    return beside.read(name.text()) or b""


def _version(about: Value) -> str:
    stated = about.get("httpVersion")
    if stated is None:
        return "HTTP/1.1"
    text = stated.text().upper()
    number = _NUMBER_OF_HTTP.fullmatch(text)
    if number is not None:
        return f"HTTP/{number[1]}"
    return text if HTTP_VERSION.fullmatch(text) else "HTTP/1.1"


def _headers(listed: Value | None) -> Headers:
    """The fields of a head; the pseudo-fields of HTTP/2 (RFC 9113, section 8.3) are none."""
    return Headers(list(_fields(listed)))


def _fields(listed: Value | None) -> Iterator[tuple[str, str]]:
    for field in () if listed is None else listed.items():
        name, value = field.need("name").octets(), field.get("value")
        if not name.startswith(":"):
            for each in _SEVERAL.split("" if value is None else value.octets()):
                yield name, each


def _url(value: Value) -> str:
    """A URL as it is requested: without its fragment (RFC 9110, section 7.1)."""
    return value.octets().partition("#")[0]


def _parts(listed: Value | None, length: int, cut: bool) -> tuple[int, ...]:
    parts = () if listed is None else tuple(each.whole() for each in listed.items())
    return parts if parts and min(parts) >= 0 and parts_fit(parts, length, cut) else ()


def _decimal(value: Value) -> float:
    number = float(value.number())
    if not math.isfinite(number):
        raise value.error(f"{value.name} is too large")
    return number


def _of_params(params: Value, content_type: str) -> bytes:
    """The body of a form of which only the fields are known."""
    boundary = _BOUNDARY.search(content_type)
    if boundary is None:
        pairs = [(each.need("name").text(), _text_or(each.get("value"))) for each in params.items()]
        return urlencode(pairs).encode()
    mark = "--" + (boundary[1] or boundary[2])
    return (
        "".join(f"{mark}\r\n{_part(each)}\r\n" for each in params.items()).encode() + f"{mark}--\r\n".encode()
    )


def _part(field: Value) -> str:
    """A part of a multipart form (RFC 7578, section 4.2)."""
    lines = [f'Content-Disposition: form-data; name="{_quoted(field.need("name"))}"']
    file_name, content_type = field.get("fileName"), field.get("contentType")
    if file_name is not None:
        lines[0] += f'; filename="{_quoted(file_name)}"'
    if content_type is not None:
        lines.append(f"Content-Type: {content_type.text()}")
    return "\r\n".join([*lines, "", _text_or(field.get("value"))])


def _quoted(value: Value) -> str:
    """A name as browsers write it (HTML, "multipart/form-data encoding algorithm")."""
    return value.text().replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")


def _text_or(value: Value | None) -> str:
    return "" if value is None else value.text()
