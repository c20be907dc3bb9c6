"""Interactions -> the text of reqsnap's own cassette file.

Every item is written on its own, so that later ones can be added to a file without reading it.
A value that the file cannot hold raises CassetteWriteError; no file is written that could not
be read back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from reqsnap.formats import heads
from reqsnap.formats.format import Beside
from reqsnap.formats.native import bodies, texts
from reqsnap.formats.native.bodies import Written
from reqsnap.formats.text_blocks import literal, quoted, scalar
from reqsnap.formats.unwritable import unwritable
from reqsnap.model import Interaction, NetworkError, Request, Response

START = "reqsnap: 1\ninteractions:\n"
END = "# end\n"

_INDENT = " " * 6
_NO_RESPONSE = Response(0)
_WIDTH = 88
_RUN = re.compile(rf".{{1,{_WIDTH}}}(?: |$)")


def item(interaction: Interaction, beside: Beside | None = None) -> str:
    """One item of the list, with its last line end. Large bodies go `beside` it, if that is known."""
    try:
        return "".join([f"{line}\n" for line in _item(interaction, beside)])
    except ValueError as error:
        raise unwritable(interaction, error) from None


def _item(interaction: Interaction, beside: Beside | None) -> Iterator[str]:
    yield "- request:"
    yield from _request(interaction.request, beside)
    error, response = interaction.error, interaction.response
    has_response = error is None or response != _NO_RESPONSE
    if has_response:
        yield "  response:"
        yield from _response(response, beside, cut=error is not None)
        yield f"    elapsed: {texts.seconds(interaction.elapsed)}"
    if error is not None:
        yield "  error:"
        yield from _error(error)
        if not has_response:
            yield f"    elapsed: {texts.seconds(interaction.elapsed)}"
    yield f"  recorded_at: {texts.moment(interaction.recorded_at)}"


def _request(request: Request, beside: Beside | None) -> Iterator[str]:
    head = [heads.request_line(request.method, request.url), *heads.field_lines(request.headers)]
    charset = heads.charset(head)
    yield from _head_charset(charset)
    yield f"    head:{heads.block(head, charset, _INDENT)}"
    if not request.complete:
        yield "    complete: false"
    yield from _body(bodies.of_request(request, beside))


def _response(response: Response, beside: Beside | None, *, cut: bool) -> Iterator[str]:
    if response.version != "HTTP/1.1":
        yield f"    version: {texts.version(response.version)}"
    head = [heads.status_line(response.status, response.reason), *heads.field_lines(response.headers)]
    trailers = heads.field_lines(response.trailers)
    charset = heads.charset([*head, *trailers])
    yield from _head_charset(charset)
    yield f"    head:{heads.block(head, charset, _INDENT)}"
    if response.parts:
        # Raises ValueError where they do not fit the body.
        texts.sizes(response, cut)
    yield from _body(bodies.of_response(response, beside, cut=cut))
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


def _body(written: Iterable[Written]) -> Iterator[str]:
    is_base64 = False
    for key, value in written:
        if key == "body":
            # Base64 always fits, and is the one form of bodies so large that looking takes long.
            yield f"    body: {(literal if is_base64 else scalar)(value, _INDENT)}"
        elif len(value) > _WIDTH:
            yield f"    {key}: >-" + "".join(f"\n{_INDENT}{run.rstrip()}" for run in _RUN.findall(value))
        else:
            is_base64 = (key, value) == ("encoding", "base64")
            yield f"    {key}: {value}"
