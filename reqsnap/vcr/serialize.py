"""Requests and answers of VCR.py's kind <-> the text of a cassette."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from reqsnap.vcr.own_layout import own_layout
from reqsnap.vcr.request import Request

CASSETTE_FORMAT_VERSION = 1


class Serializer(Protocol):
    """What writes and reads a cassette's values: a module, class or object with these two functions."""

    def serialize(self, cassette_dict: Any, /) -> str:
        """The text of a cassette."""

    def deserialize(self, cassette_string: str, /) -> Any:
        """Its values."""


def serialize(cassette_dict: Mapping[str, Any], serializer: Serializer) -> str:
    """The text of a cassette.

    Takes a mapping with `requests`, `responses` and perhaps `metadata`. Raises what the serializer raises.
    """
    pairs = zip(cassette_dict["requests"], cassette_dict["responses"], strict=False)
    data: dict[str, Any] = {
        "version": CASSETTE_FORMAT_VERSION,
        "interactions": [
            {"request": with_text(request._to_dict()), "response": with_text(response)}
            for request, response in pairs
        ],
    }
    if cassette_dict.get("metadata"):
        data["metadata"] = cassette_dict["metadata"]
    return serializer.serialize(data)


def deserialize(cassette_string: str, serializer: Serializer) -> tuple[Any, ...]:
    """The requests and the answers of a cassette, and its metadata where there is any.

    Raises ValueError for a cassette of before VCR.py 1.0, which `use_cassette` reads, and for
    one with tags that are not known; else what the serializer raises.
    """
    own = (
        own_layout(cassette_string.encode(errors="surrogatepass"))
        if isinstance(cassette_string, str)
        else None
    )
    if own is not None:
        # What was converted is read whatever serializer is asked for.
        return own
    data = _values(cassette_string, serializer)
    if isinstance(data, list) and data and "request" in data[0]:
        raise ValueError(
            "this cassette was written by a VCR.py before 1.0: run the migration script, "
            "`python -m reqsnap.vcr.migration PATH`"
        )
    requests = [Request._from_dict(each["request"]) for each in data["interactions"]]
    responses = [_with_bytes(each["response"]) for each in data["interactions"]]
    metadata = data.get("metadata")
    return (requests, responses, metadata) if metadata else (requests, responses)


def _values(cassette_string: str, serializer: Serializer) -> Any:
    try:
        return serializer.deserialize(cassette_string)
    except Exception as error:
        # PyYAML's, which must not be imported for its own sake.
        if type(error).__name__ != "ConstructorError":
            raise
        raise ValueError(f"There was a problem loading the cassette: {error}") from error


def with_text(message: Any) -> Any:
    """A copy of a request, or of an answer, whose body is text where it can be."""
    if not isinstance(message, dict):
        return _text(message)
    body = message.get("body")
    if isinstance(body, dict) and "string" in body:
        return {**message, "body": {**body, "string": _text(body["string"])}}
    return message if body is None else {**message, "body": _text(body)}


def _text(value: Any) -> Any:
    if not isinstance(value, bytes | bytearray):
        return value
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value


def _with_bytes(response: Any) -> Any:
    """An answer whose body is bytes."""
    body = response.get("body") if isinstance(response, dict) else None
    if not isinstance(body, dict) or not isinstance(body.get("string"), str):
        return response
    try:
        return {**response, "body": {**body, "string": body["string"].encode()}}
    except UnicodeEncodeError:
        return response
