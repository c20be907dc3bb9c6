"""An interaction as it is shown: lines of text, each of one kind. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from reqsnap.cli.printable import counted, from_octets, printable, size
from reqsnap.cli.show.bodies import content_of, lines_of
from reqsnap.model import Headers, Interaction, NetworkError, Request, Response

INDENT = "    "
SENT, RECEIVED, FAILED = ">", "<", "!"

MOST_LINES, WIDEST = 40, 400
"""How many lines of a body, and how many characters of a line, are shown unless all is asked for."""

MOST_COUNTED = 10_000
"""How many of the lines that are not shown are counted: a very long body is not laid out for that."""


class Line(NamedTuple):
    """A line of output. `mark` stands before the text; `kind` is that of the text, for its colour."""

    text: str
    kind: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of an interaction is shown, and whether all of it."""

    request: bool = True
    response: bool = True
    truncated: bool = True


def interaction_lines(number: int, interaction: Interaction, wanted: Wanted) -> Iterator[Line]:
    """The lines of an interaction, which is redacted already, under its number."""
    yield Line(f"[{number}] {request_line(interaction.request)}", "request")
    yield Line(facts(interaction), "note", INDENT)
    if wanted.request:
        for line in message(interaction.request, wanted.truncated):
            yield _marked(line, SENT)
    if wanted.response:
        for line in message(interaction.response, wanted.truncated):
            yield _marked(line, RECEIVED)
        if interaction.error is not None:
            yield _marked(Line(failure(interaction.error), "bad"), FAILED)
    yield Line("")


def request_line(request: Request) -> str:
    """The method and the URL of a request."""
    return f"{printable(request.method)} {from_octets(request.url)}"


def facts(interaction: Interaction) -> str:
    """When it was, how long it took, and how much was sent and received."""
    response = interaction.response
    told = [f"{interaction.recorded_at:%Y-%m-%d %H:%M:%S} UTC", duration(interaction.elapsed)]
    if interaction.request.body:
        told.append(f"sent {_amount(interaction.request)}")
    if response.status:
        told.append(f"received {_amount(response)}")
        if len(response.parts) > 1:
            told.append(f"in {counted(len(response.parts), 'part')}")
    return ", ".join(told)


def duration(seconds: float) -> str:
    """A time in words.

    >>> duration(0.0421), duration(12.3)
    ('42 ms', '12.3 s')
    """
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:,.1f} s"


def _amount(message: Request | Response) -> str:
    content = content_of(message.body, message.headers)
    if content.codings:
        return f"{size(len(message.body))} ({printable(content.codings)}, {size(len(content.data))} undone)"
    return size(len(message.body))


def _status(response: Response) -> Line:
    kind = "good" if response.status < 300 else "other" if response.status < 400 else "bad"
    reason = f" {from_octets(response.reason)}" if response.reason else ""
    return Line(f"{response.version} {response.status}{reason}", kind)


def failure(error: NetworkError) -> str:
    """What an exchange ended in."""
    message = f": {printable(error.message)}" if error.message else ""
    number = "" if error.errno is None else f" (error number {error.errno})"
    return f"{error.kind.value}{message}{number}"


def message(message: Request | Response, truncated: bool = False) -> Iterator[Line]:
    """The lines of a request without its first one, or of a response; none where nothing came of it.

    `truncated` leaves out most of a long body and the ends of long lines.
    """
    if isinstance(message, Response):
        if not message.status:
            return
        yield _status(message)
    yield from _fields(message.headers, truncated)
    if message.body:
        yield Line("")
        yield from _body(lines_of(message.body, message.headers), truncated)
    if isinstance(message, Request):
        if not message.complete:
            yield Line("(answered before all of the body had been sent)", "note")
    elif message.trailers:
        yield Line("(trailers)", "note")
        yield from _fields(message.trailers, truncated)


def _fields(headers: Headers, truncated: bool) -> Iterator[Line]:
    for name, value in headers:
        text = f"{from_octets(name)}: {from_octets(value)}"
        yield Line(_narrow(text) if truncated else text)


def _body(texts: Iterator[str], truncated: bool) -> Iterator[Line]:
    if not truncated:
        yield from map(Line, texts)
        return
    for text in itertools.islice(texts, MOST_LINES):
        yield Line(_narrow(text))
    rest = sum(1 for _ in itertools.islice(texts, MOST_COUNTED + 1))
    if rest:
        over = "more than " if rest > MOST_COUNTED else ""
        more = counted(min(rest, MOST_COUNTED), "more line")
        yield Line(f"({over}{more}; --no-truncate shows all)", "note")


def _narrow(text: str) -> str:
    if len(text) <= WIDEST:
        return text
    return f"{text[:WIDEST]}...({counted(len(text) - WIDEST, 'more character')})"


def _marked(line: Line, mark: str) -> Line:
    return line._replace(mark=f"{INDENT}{mark} " if line.text else f"{INDENT}{mark}")
