"""How a body stands in reqsnap's own cassette file: the keys that hold it, and their values.

A form that people can read is chosen only where the reader makes the same message of it. A
coding is undone where the same bytes come back, or else, in a whole answer, where its client
decodes the same content of what comes back instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reqsnap.content_coding import content_codings
from reqsnap.formats import integrity
from reqsnap.formats.bodies import codings, files, forms
from reqsnap.formats.bodies.codings import Decoded
from reqsnap.formats.bodies.parts import described
from reqsnap.formats.format import Beside
from reqsnap.model import Headers, Request, Response

Written = tuple[str, str]
"""A key and what stands under it: a plain value, or under `body` the text."""

_PARTIAL = 206


@dataclass(frozen=True, slots=True)
class _Form:
    """A body, or its content, and how it stands in the file."""

    content: bytes
    notes: dict[str, str]
    text: str


def of_request(request: Request, beside: Beside | None) -> Iterator[Written]:
    """The keys of a request's body, which matchers may compare byte by byte."""
    undone = _undone(request.body, request.headers, ())
    if undone is not None and undone.exact:
        form = _form(undone.content, request.headers)
        if _is_readable(form):
            yield "coding", undone.coding
            yield from _placed(form, beside)
            return
    if request.body:
        is_coded = bool(content_codings(request.headers))
        yield from _placed(_form(request.body, request.headers, is_coded=is_coded), beside)


def of_response(response: Response, beside: Beside | None, *, cut: bool) -> Iterator[Written]:
    """The keys of a response's body and its parts; `cut`: an error came before its end."""
    body, headers, parts = response.body, response.headers, response.parts
    if response.status != _PARTIAL:
        undone = _undone(body, headers, parts)
        if undone is not None and _comes_back(undone, headers, body, cut):
            form = _form(undone.content, headers)
            if _is_readable(form):
                yield from _coded(undone, form, body)
                yield from _placed(form, beside)
                return
    if parts:
        yield "parts", described(parts, body)
    if body:
        yield from _placed(_form(body, headers, is_coded=bool(content_codings(headers))), beside)


def _coded(undone: Decoded, form: _Form, body: bytes) -> Iterator[Written]:
    if undone.parts:
        yield "parts", described(undone.parts, form.content)
    if undone.coded_parts:
        yield "coded_parts", described(undone.coded_parts, body)
    yield "coding", undone.coding


def _undone(body: bytes, headers: Headers, parts: tuple[int, ...]) -> Decoded | None:
    names = content_codings(headers)
    undone = codings.undo(body, names, parts) if names else None
    return undone if undone is not None and undone.content else None


def _comes_back(undone: Decoded, headers: Headers, body: bytes, cut: bool) -> bool:
    """Whether a client sees the same answer when the content is coded again."""
    if undone.exact:
        return cut or integrity.fitting(headers, body) is headers
    return not cut and all(stated == str(len(body)) for stated in headers.get_all("content-length"))


def _form(content: bytes, headers: Headers, *, is_coded: bool = False) -> _Form:
    """The form of a body, or of its content. What `is_coded` in another way is in no charset."""
    content_type = "" if is_coded else headers.get("content-type", "")
    return _Form(content, *forms.choose(content, content_type))


def _is_readable(form: _Form) -> bool:
    return form.notes.get("encoding") != "base64"


def _placed(form: _Form, beside: Beside | None) -> Iterator[Written]:
    """The body in its form, or the name of its file where it is too large."""
    if beside is not None and len(form.content) > beside.max_inline_size:
        yield "file", files.kept(form.content, beside)
        return
    yield from form.notes.items()
    yield "body", form.text
