"""Whether a request or response made by hand is one that can cross a connection.

What is shown of a wrong value is never more than its type where it may be a secret.
"""

from __future__ import annotations

from dataclasses import replace

from reqsnap.errors import ConfigurationError
from reqsnap.model import Headers, Request, Response
from reqsnap.patterns import regex


def check_request(request: object, name: str = "request") -> None:
    """Raise ConfigurationError that names the field of a request that is wrong."""
    if not isinstance(request, Request):
        raise ConfigurationError(name, type(request), "it is a Request")
    require(request.method, str, f"{name}.method")
    if not request.method:
        raise ConfigurationError(f"{name}.method", request.method, "it is the name of an HTTP method")
    require(request.url, str, f"{name}.url")
    if "://" not in request.url:
        # Secrets stand in a query, or before an @.
        shown = request.url.partition("?")[0].rpartition("@")[2]
        raise ConfigurationError(f"{name}.url", shown, "it is an absolute URL")
    require(request.headers, Headers, f"{name}.headers")
    require(request.body, bytes, f"{name}.body")
    require(request.complete, bool, f"{name}.complete")


def check_response(response: Response, name: str = "response", *, failed: bool = False) -> None:
    """Raise ConfigurationError that names the field of a response that is wrong.

    `failed`: an error came instead of the rest of it, or of all of it.
    """
    status = response.status
    # Before an exchange failed nothing of an answer may have come.
    if not is_whole(status) or not (100 <= status <= 999 or (failed and status == 0)):
        raise ConfigurationError(f"{name}.status", status, "it is a whole number from 100 to 999")
    _check_octets(response.reason, f"{name}.reason")
    require(response.headers, Headers, f"{name}.headers")
    require(response.body, bytes, f"{name}.body")
    require(response.version, str, f"{name}.version")
    require(response.trailers, Headers, f"{name}.trailers")
    require(response.parts, tuple, f"{name}.parts")
    for field, value in (*response.headers, *response.trailers):
        _check_octets(field, f"{name}.headers")
        _check_octets(value, f"{name}.headers")
    _check_parts(response, f"{name}.parts", cut=failed)


def _check_octets(text: object, name: str) -> None:
    """Text of a head, each character of which stands for a byte (RFC 9110, section 5.5)."""
    if not isinstance(text, str):
        raise ConfigurationError(name, type(text), "it is a str")
    if any(ord(character) > 255 for character in text):
        raise ConfigurationError(name, type(text), "its characters stand for bytes, up to U+00FF")


def _check_parts(response: Response, name: str, *, cut: bool) -> None:
    parts = response.parts
    are_sizes = all(is_whole(size) and size >= 0 for size in parts)
    if not are_sizes or (parts and not parts_fit(parts, len(response.body), cut)):
        allowed = "it is a tuple of sizes that add up to the length of the body, or an empty one"
        raise ConfigurationError(name, parts, allowed)


def fitting(response: Response) -> Response:
    """A response whose Content-Length and parts are those of its body; for one that was changed.

    >>> fitting(Response(200, "OK", Headers([("Content-Length", "9")]), b"abc")).headers.get("content-length")
    '3'
    """
    headers, parts = response.headers, response.parts
    if headers.get("content-length", str(len(response.body))) != str(len(response.body)):
        headers = headers.replaced("content-length", str(len(response.body)))
    if parts and not parts_fit(parts, len(response.body), cut=False):
        parts = ()
    if headers is response.headers and parts is response.parts:
        return response
    return replace(response, headers=headers, parts=parts)


def stating_its_length(method: str, response: Response) -> Response:
    """A complete answer whose Content-Length is that of its body; for one that people may have changed.

    An answer that has no body of its own tells the length of another's (RFC 9110, section
    8.6), and one with a transfer coding is not measured by it (RFC 9112, section 6.3).
    """
    size = len(response.body)
    if response.headers.get("content-length") in (None, str(size)):
        return response
    if method.upper() == "HEAD" or response.status < 200 or response.status in (204, 304):
        return response
    stated = response.headers.get_all("content-length")
    if not all(map(_SIZE.fullmatch, stated)) or size in map(int, stated):
        return response
    if "transfer-encoding" in response.headers:
        return response
    return replace(response, headers=response.headers.replaced("content-length", str(size)))


_SIZE = regex("[0-9]{1,15}")


def parts_fit(parts: tuple[int, ...], length: int, cut: bool) -> bool:
    """Whether the sizes of parts are those of a body; of a cut one, the last may be larger."""
    if cut:
        return sum(parts[:-1]) <= length <= sum(parts)
    return sum(parts) == length


def require(value: object, kind: type, name: str) -> None:
    """Raise ConfigurationError that names a field of the wrong type."""
    if not isinstance(value, kind):
        raise ConfigurationError(name, type(value), f"it is {_article(kind.__name__)}")


def _article(name: str) -> str:
    return f"an {name}" if name[0] in "aeiouAEIOU" else f"a {name}" if name != "bytes" else name


def is_whole(value: object) -> bool:
    """Whether a value is a whole number, and no bool."""
    return isinstance(value, int) and not isinstance(value, bool)
