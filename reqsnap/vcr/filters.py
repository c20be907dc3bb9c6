"""What VCR.py's users filter requests and answers with, as functions.

Each changes the request that it is given and returns it. Replacements are pairs of a name and what
takes the place of its value: a text, None to remove the name, or a function that is called with
`key`, `value` and `request` and returns one of them.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from typing import Any
from urllib.parse import unquote_plus, urlencode, urlparse

from reqsnap.content_coding import content_codings, undo
from reqsnap.model import Headers
from reqsnap.vcr.request import Request

Replacement = str | None | Callable[..., Any]
Replacements = Iterable[tuple[str, Replacement]]


def replace_headers(request: Request, replacements: Replacements) -> Request:
    """Replace or remove header fields.

    >>> replace_headers(Request("GET", "/", None, {"Key": "k"}), [("key", "K")]).headers
    {'key': 'K'}
    """
    headers = request.headers.copy()
    for name, replacement in replacements:
        if name in headers:
            value = _new(replacement, name, headers.pop(name), request)
            if value is not None:
                headers[name] = value
    request.headers = headers
    return request


def remove_headers(request: Request, headers_to_remove: Iterable[str]) -> Request:
    """Remove header fields."""
    return replace_headers(request, _removing(headers_to_remove))


def replace_query_parameters(request: Request, replacements: Replacements) -> Request:
    """Replace or remove fields of the query, which is sorted.

    >>> replace_query_parameters(Request("GET", "http://h/?b=2&a=1", None, {}), [("a", "x")]).uri
    'http://h/?a=x&b=2'
    """
    by_name = dict(replacements)
    query = [(name, _replaced(name, value, by_name, request)) for name, value in request.query]
    kept = urlencode([(name, value) for name, value in query if value is not None])
    request.uri = urlparse(request.uri)._replace(query=kept).geturl()
    return request


def remove_query_parameters(request: Request, query_parameters_to_remove: Iterable[str]) -> Request:
    """Remove fields of the query."""
    return replace_query_parameters(request, _removing(query_parameters_to_remove))


def replace_post_data_parameters(
    request: Request, replacements: Replacements, recursive: bool = False
) -> Request:
    """Replace or remove fields of the body of a POST request; see `replace_body_parameters`."""
    return replace_body_parameters(request, replacements, recursive) if request.method == "POST" else request


def remove_post_data_parameters(request: Request, post_data_parameters_to_remove: Iterable[str]) -> Request:
    """Remove fields of the body of a POST request."""
    return replace_post_data_parameters(request, _removing(post_data_parameters_to_remove))


def replace_body_parameters(request: Request, replacements: Replacements, recursive: bool = False) -> Request:
    """Replace or remove fields of a body that is a form, multipart or JSON.

    `recursive`: within JSON at any depth, not only in the outermost object.

    >>> replace_body_parameters(Request("PUT", "http://h/", "id=1&b=2", {}), [("id", None)]).body
    b'b=2'
    """
    body, by_name = request.body, dict(replacements)
    content_type = request.headers.get("Content-Type") or ""
    if not body or not isinstance(body, bytes | bytearray | dict):
        # What comes from a file or piece by piece is left alone.
        return request
    if isinstance(body, dict):
        request.body = _in_json(body, by_name, request, recursive)
    elif content_type == "application/json":
        request.body = json.dumps(_in_json(json.loads(body), by_name, request, recursive)).encode()
    elif boundary := _boundary(content_type):
        request.body = _in_multipart(bytes(body), boundary, by_name, request)
    else:
        request.body = _in_form(bytes(body), by_name, request)
    return request


def decode_response(response: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of an answer whose content coding is undone, with the header fields that go with it.

    One in a coding that is not known here stays as it is.
    """
    found: dict[str, Any] = copy.deepcopy(dict(response))
    names = {name.lower(): name for name in found["headers"]}
    name = names.get("content-encoding")
    codings = () if name is None else content_codings(_fields(name, found["headers"][name]))
    undone = undo(found["body"]["string"], codings) if codings else None
    if name is not None and undone is not None:
        del found["headers"][name]
        found["headers"][names.get("content-length", "content-length")] = [str(len(undone.content))]
        found["body"]["string"] = undone.content
    return found


def replace_text(value: Any, text: str, replacement: str) -> Any:
    """A copy of plain data with a text replaced wherever it stands: in texts, bytes, files, keys and values.

    >>> replace_text({"a": [b"xyx"]}, "x", "z")
    {'a': [b'zyz']}
    """
    if isinstance(value, str):
        return value.replace(text, replacement)
    if isinstance(value, bytes | bytearray):
        return bytes(value).replace(text.encode(), replacement.encode())
    if isinstance(value, BytesIO):
        return BytesIO(replace_text(value.getvalue(), text, replacement))
    if isinstance(value, dict):
        return {
            replace_text(key, text, replacement): replace_text(each, text, replacement)
            for key, each in value.items()
        }
    if isinstance(value, list | tuple):
        return type(value)([replace_text(each, text, replacement) for each in value])
    return value


def _removing(names: Iterable[str]) -> list[tuple[str, Replacement]]:
    return [(name, None) for name in names]


def _new(replacement: Replacement, key: str, value: Any, request: Request) -> Any:
    return replacement(key=key, value=value, request=request) if callable(replacement) else replacement


def _replaced(key: str, value: Any, by_name: Mapping[str, Replacement], request: Request) -> Any:
    return _new(by_name[key], key, value, request) if key in by_name else value


def _in_json(value: Any, by_name: Mapping[str, Replacement], request: Request, recursive: bool) -> Any:
    if isinstance(value, list) and recursive:
        return [_in_json(each, by_name, request, recursive) for each in value]
    if not isinstance(value, dict):
        return value
    found = {}
    for key, each in value.items():
        if key not in by_name:
            found[key] = _in_json(each, by_name, request, recursive) if recursive else each
        elif (new := _new(by_name[key], key, each, request)) is not None:
            found[key] = new
    return found


def _in_form(body: bytes, by_name: Mapping[str, Replacement], request: Request) -> bytes:
    try:
        fields = [_in_field(field, by_name, request) for field in body.split(b"&")]
    except UnicodeError:
        # No form: its fields would be text.
        return body
    return b"&".join([field for field in fields if field is not None])


def _in_field(field: bytes, by_name: Mapping[str, Replacement], request: Request) -> bytes | None:
    name, equals, value = field.partition(b"=")
    if not equals:
        return field
    key = name.decode()
    if key not in by_name:
        # Names are percent-encoded as values are.
        key = unquote_plus(key)
    if key not in by_name:
        return field
    new = _new(by_name[key], key, value.decode(), request)
    return None if new is None else b"%b=%b" % (name, new.encode())


_BOUNDARY = re.compile(r'(?i)\s*multipart/form-data\s*;.*?\bboundary="?([^";]+)')
_NAME = re.compile(rb';\s*name="([^"]*)"')


def _boundary(content_type: str) -> bytes | None:
    found = _BOUNDARY.match(content_type)
    return None if found is None else found[1].encode()


def _in_multipart(
    body: bytes, boundary: bytes, by_name: Mapping[str, Replacement], request: Request
) -> bytes:
    delimiter = b"--" + boundary
    first, *parts = body.split(delimiter)
    found = [_in_part(part, by_name, request) for part in parts]
    return delimiter.join([first, *[part for part in found if part is not None]])


def _in_part(part: bytes, by_name: Mapping[str, Replacement], request: Request) -> bytes | None:
    head, blank, content = part.partition(b"\r\n\r\n")
    found = _NAME.search(head)
    key = "" if found is None else found[1].decode("utf-8", "replace")
    if not blank or key not in by_name:
        return part
    value = content.removesuffix(b"\r\n")
    new = _new(by_name[key], key, _text(value), request)
    if new is None:
        return None
    return head + blank + (new.encode() if isinstance(new, str) else new) + content[len(value) :]


def _text(value: bytes) -> str | bytes:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value


def _fields(name: str, values: Any) -> Headers:
    return Headers([(name, each) for each in ([values] if isinstance(values, str) else values)])
