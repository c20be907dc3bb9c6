"""How the demo tells what happened: plain text in 80 columns, coloured on a terminal."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO
from urllib.parse import parse_qsl, urlsplit

from reqsnap.cli.demo.clients import Answer
from reqsnap.model import Headers, Interaction

WIDTH = 80
_PLACEHOLDER = "[REDACTED"
_COOKIE = re.compile(r"([^\s;=]+)=\[REDACTED")
_FIELD = re.compile(r'"([^"]+)"\s*:\s*"\[REDACTED')


@dataclass(frozen=True, slots=True)
class Telling:
    """One client's answers, live and replayed."""

    client: str
    live: Sequence[Answer]
    replayed: Sequence[Answer]


@dataclass(frozen=True, slots=True)
class Claim:
    """Something the demo says, and whether it is so."""

    text: str
    holds: bool


class Report:
    """Writes the account, part by part."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._coloured = out.isatty() and "NO_COLOR" not in os.environ

    def recording(self, url: str, clients: Sequence[str]) -> None:
        """Say what is recorded."""
        self._heading("1. Record")
        self._line(f"A small API runs at {url}. These clients talk to it:")
        self._wrapped(", ".join(clients))
        self._line("Each runs once without reqsnap to warm up, and is then recorded.")

    def replaying(self, gone: bool) -> None:
        """Say under which conditions the recording is replayed."""
        self._heading("2. Replay")
        self._line(f"The API {'was stopped' if gone else 'STILL RUNS'}, and sockets may not connect.")
        self._line("The same programs run again.")

    def table(self, tellings: Sequence[Telling]) -> None:
        """Each request: the status, the time it took live and replayed."""
        self._heading("What each client did")
        self._line(f"{'client':<15}{'request':<36}{'status':>6}{'live':>11}{'replayed':>12}", "1")
        for telling in tellings:
            name = telling.client
            for live, replayed in zip(telling.live, telling.replayed, strict=True):
                request = f"{live.step.method:<5}{live.step.shown}"
                times = _times(live.seconds, replayed.seconds)
                self._line(f"{name:<15}{request:<36}{replayed.status:>6}{times}")
                name = ""
        live_seconds = sum(answer.seconds for telling in tellings for answer in telling.live)
        replayed_seconds = sum(answer.seconds for telling in tellings for answer in telling.replayed)
        self._line(f"{'together':<57}{_times(live_seconds, replayed_seconds)}", "1")

    def redactions(self, interactions: Iterable[Interaction]) -> None:
        """Which parts were redacted, and how often; never a value."""
        self._heading("What was redacted in the cassette")
        for (where, name), times in sorted(Counter(_redacted(interactions)).items()):
            self._line(f"{where:<16}{name:<48}{times:>3} times")

    def cassette(self, path: Path, temporary: bool, text: str, count: int) -> None:
        """Where the cassette is, and its first interaction."""
        self._heading("The cassette")
        self._line(str(path))
        if temporary:
            self._line("(removed when the demo ends; --keep PATH keeps it)")
        self._line(f"{count} interactions in {len(text.encode()):,} bytes. The first:")
        self._line("")
        start, _, end = text.partition("\n- request:")
        first = f"{start}\n- request:{end.partition(chr(10) + '- request:')[0]}"
        for line in first.splitlines():
            self._line(f"  {line}", "2")

    def claims(self, claims: Iterable[Claim]) -> None:
        """What was checked, and how it came out."""
        self._heading("What this showed")
        for claim in claims:
            mark = self._painted("  ok  ", "32") if claim.holds else self._painted("NOT SO", "1;31")
            self._out.write(f"{mark}  {claim.text}\n")

    def _heading(self, text: str) -> None:
        self._out.write("\n")
        self._line(text, "1;36")

    def _wrapped(self, text: str) -> None:
        line = ""
        for word in text.split(", "):
            if line and len(line) + len(word) + 2 > WIDTH - 2:
                self._line(f"  {line},")
                line = word
            else:
                line = f"{line}, {word}" if line else word
        self._line(f"  {line}")

    def _line(self, text: str, colour: str = "") -> None:
        shown = text if len(text) <= WIDTH else f"{text[: WIDTH - 3]}..."
        self._out.write(f"{self._painted(shown, colour)}\n")

    def _painted(self, text: str, colour: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if colour and self._coloured else text


def _times(live: float, replayed: float) -> str:
    return f"{live * 1000:>8.1f} ms{replayed * 1000:>9.1f} ms"


def _redacted(interactions: Iterable[Interaction]) -> Iterator[tuple[str, str]]:
    for interaction in interactions:
        request, response = interaction.request, interaction.response
        for name, value in parse_qsl(urlsplit(request.url).query):
            if _PLACEHOLDER in value:
                yield "URL", f"query {name}"
        for where, headers, body in (
            ("request", request.headers, request.body),
            ("response", response.headers, response.body),
        ):
            yield from ((where, name) for name in _redacted_fields(headers))
            yield from ((where, f"JSON {name}") for name in _FIELD.findall(body.decode("latin-1")))


def _redacted_fields(headers: Headers) -> Iterator[str]:
    for name, value in headers:
        if _PLACEHOLDER in value:
            cookies = ", ".join(_COOKIE.findall(value)) if "cookie" in name.lower() else ""
            yield f"{name}: {cookies}" if cookies else name
