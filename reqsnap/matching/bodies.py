"""Bodies as the matchers of bodies compare them."""

from __future__ import annotations

from collections.abc import Callable

from reqsnap.matching.checks import returned_body
from reqsnap.matching.normal import Normal
from reqsnap.matching.parts import (
    NO_CONTENT,
    Meaning,
    as_bytes,
    as_form,
    as_json,
    plain_body,
    read_content,
)
from reqsnap.model import Request
from reqsnap.patterns import regex

NormalizeBody = Callable[[bytes], "bytes | str"]
"""A user's function: a body without its content codings -> the body that is compared."""

BodyReader = Callable[[Request], Meaning]

_FORM_SHAPE = regex(rb"[!-%'-<>-~]+=[!-%'-~]*(?:&[!-%'-<>-~]+=[!-%'-~]*)*")
"""Names and values as a form writes them: visible characters, a name before every `=`."""


def _by_type(body: bytes, content_type: str, normal: Normal | None) -> Meaning:
    return read_content(body, content_type, normal)


def _always_json(body: bytes, content_type: str, normal: Normal | None) -> Meaning:
    return as_json(body, normal) or as_bytes(body, normal)


def _always_form(body: bytes, content_type: str, normal: Normal | None) -> Meaning:
    return (as_form if _FORM_SHAPE.fullmatch(body) else as_bytes)(body, normal)


BODY_MATCHERS: dict[str, Callable[[bytes, str, Normal | None], Meaning]] = {
    "body": _by_type,
    "json_body": _always_json,
    "form_body": _always_form,
}
"""Matchers that compare a body by its meaning; `raw_body` compares it as it is."""


def body_reader(name: str, normal: Normal | None, normalize: NormalizeBody | None) -> BodyReader:
    """A function from a request to what one matcher compares of its body."""
    meaning_of = BODY_MATCHERS.get(name)

    def read(request: Request) -> Meaning:
        body = request.body if meaning_of is None else plain_body(request)
        if normalize is not None:
            body = returned_body(normalize(body))
        if not body:
            return NO_CONTENT
        if meaning_of is None:
            return as_bytes(body)
        return meaning_of(body, request.headers.get("content-type", ""), normal)

    return read
