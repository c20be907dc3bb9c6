"""Interactions -> the text of reqsnap's own cassette file.

Every item is written on its own, so that later ones can be added to a file without reading it.
A value that the file cannot hold raises CassetteWriteError; no file is written that could not
be read back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reqsnap.errors import CassetteWriteError
from reqsnap.formats import body_forms, heads
from reqsnap.formats.native import texts
from reqsnap.formats.text_blocks import quoted, scalar
from reqsnap.model import Headers, Interaction, NetworkError, Request, Response

START = "reqsnap: 1\ninteractions:\n"
END = "# end\n"

_INDENT = " " * 6
_NO_RESPONSE = Response(0)
_PARTS_WIDTH = 88
_RUN_OF_PARTS = re.compile(rf".{{1,{_PARTS_WIDTH}}}(?: |$)")


def item(interaction: Interaction) -> str:
    """One item of the list, with its last line end."""
    try:
        return "".join(f"{line}\n" for line in _item(interaction))
    except ValueError as error:
        request = interaction.request
        raise CassetteWriteError(f"{request.method} {request.url} cannot be written: {error}", None) from None


def _item(interaction: Interaction) -> Iterator[str]:
    yield "- request:"
    yield from _request(interaction.request)
    error, response = interaction.error, interaction.response
    has_response = error is None or response != _NO_RESPONSE
    if has_response:
        yield "  response:"
        yield from _response(response, cut=error is not None)
        yield f"    elapsed: {texts.seconds(interaction.elapsed)}"
    if error is not None:
        yield "  error:"
        yield from _error(error)
        if not has_response:
            yield f"    elapsed: {texts.seconds(interaction.elapsed)}"
    yield f"  recorded_at: {texts.moment(interaction.recorded_at)}"


def _request(request: Request) -> Iterator[str]:
    head = [heads.request_line(request.method, request.url), *heads.field_lines(request.headers)]
    charset = heads.charset(head)
    yield from _head_charset(charset)
    yield f"    head:{heads.block(head, charset, _INDENT)}"
    if not request.complete:
        yield "    complete: false"
    yield from _body(request.body, request.headers)


def _response(response: Response, *, cut: bool) -> Iterator[str]:
    if response.version != "HTTP/1.1":
        yield f"    version: {texts.version(response.version)}"
    head = [heads.status_line(response.status, response.reason), *heads.field_lines(response.headers)]
    trailers = heads.field_lines(response.trailers)
    charset = heads.charset([*head, *trailers])
    yield from _head_charset(charset)
    yield f"    head:{heads.block(head, charset, _INDENT)}"
    if response.parts:
        yield f"    parts: {_parts(response, cut)}"
    yield from _body(response.body, response.headers)
    if trailers:
        yield f"    trailers:{heads.block(trailers, charset, _INDENT)}"


def _error(error: NetworkError) -> Iterator[str]:
    yield f"    kind: {error.kind.value}"
    if error.message:
        # Raises ValueError for a surrogate, which no file can hold.
        error.message.encode()
        yield f"    message: {quoted(error.message)}"
    if error.errno is not None:
        yield f"    errno: {error.errno:d}"


def _head_charset(charset: str) -> Iterator[str]:
    if charset != heads.LATIN_1:
        yield f"    head_charset: {charset}"


def _body(body: bytes, headers: Headers) -> Iterator[str]:
    if body:
        notes, text = body_forms.choose(body, headers.get("content-type", ""))
        for name, value in notes.items():
            yield f"    {name}: {value}"
        yield f"    body: {scalar(text, _INDENT)}"


def _parts(response: Response, cut: bool) -> str:
    """The sizes on one line, or folded into several."""
    sizes = " ".join(map(str, texts.sizes(response, cut)))
    if len(sizes) <= _PARTS_WIDTH:
        return sizes
    return ">-" + "".join(f"\n{_INDENT}{run.rstrip()}" for run in _RUN_OF_PARTS.findall(sizes))
