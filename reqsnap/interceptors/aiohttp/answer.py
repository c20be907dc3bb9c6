"""A recorded answer as aiohttp takes it: its bytes, and what aiohttp's parser makes of them.

The bytes are parsed by aiohttp's own parser when the answer is first replayed. Where they
came at once and whole, what it made of them is kept, and later replays start from there.
"""

from __future__ import annotations

import asyncio
from typing import Any, NamedTuple

from aiohttp import hdrs
from aiohttp.client_proto import ResponseHandler
from aiohttp.helpers import BaseTimerContext
from aiohttp.http import RawResponseMessage
from aiohttp.streams import EMPTY_PAYLOAD, StreamReader

from reqsnap.interceptors.aiohttp.made import Content, content_of, stream_of
from reqsnap.interceptors.http1_written import whole_answer
from reqsnap.memo import Memo
from reqsnap.recorder import Replay

_LARGE = 64 * 1024
"""Bodies above this many bytes are parsed afresh each time instead of being kept twice."""


UNSET: Any = object()
"""Stands for a setting that is not given."""

_NAMED = (
    "skip_payload",
    "read_until_eof",
    "auto_decompress",
    "read_timeout",
    "read_bufsize",
    "timeout_ceil_threshold",
    "max_line_size",
    "max_field_size",
    "max_headers",
)

Settings = tuple[Any, ...]
"""The settings of an answer's parser: those known by name, in order, and a dict of others, if any."""


def settings_of(given: dict[str, Any]) -> Settings:
    """The settings that were given by name."""
    named = [given.get(name, UNSET) for name in _NAMED]
    return (*named, {name: value for name, value in given.items() if name not in _NAMED} or None)


def given_as(settings: Settings) -> dict[str, Any]:
    """The settings, to be given by name again."""
    named = {name: value for name, value in zip(_NAMED, settings, strict=False) if value is not UNSET}
    return {**named, **(settings[-1] or {})}


_settings: Memo[Settings] = Memo()


class Parsed(NamedTuple):
    """A head and a whole body as the parser has made them, to be given out again.

    The head is shared by all replays: nobody can change it. `content` is None where there
    can be no body.
    """

    settings: Settings
    message: RawResponseMessage
    sets_cookies: bool
    content: Content | None = None

    def body(
        self,
        protocol: ResponseHandler,
        timer: BaseTimerContext | None,
        loop: asyncio.AbstractEventLoop,
    ) -> StreamReader:
        """A new stream of the body, all of it there."""
        content = self.content
        return EMPTY_PAYLOAD if content is None else stream_of(content, protocol, timer, loop)


class Answer:
    """The bytes of an answer, piece by piece, and whether the connection ends after them.

    `at_once` says whether it comes in one piece, and whole; `was_parsed` whether it is known
    what some parser makes of it.
    """

    __slots__ = ("_parsed", "at_once", "closes", "steps", "was_parsed")

    def __init__(self, steps: tuple[bytes, ...], closes: bool) -> None:
        self.steps, self.closes = steps, closes
        self.at_once = len(steps) == 1 and not closes
        self.was_parsed = False
        self._parsed: Parsed | None = None

    def parsed(self, settings: Settings) -> Parsed | None:
        """What a parser of these settings makes of it, if that is known."""
        parsed = self._parsed
        return parsed if parsed is not None and parsed.settings == settings else None

    def keep(self, settings: Settings, message: RawResponseMessage, payload: Any) -> None:
        """Keep what a parser of these settings made of it, if the body is whole and small."""
        cookies = hdrs.SET_COOKIE in message.headers
        # One for thousands of answers.
        settings = _settings.of(settings, lambda: settings)
        if payload is EMPTY_PAYLOAD:
            self._parsed = Parsed(settings, message, cookies)
        elif type(payload) is StreamReader and payload.is_eof() and payload.exception() is None:
            content = content_of(payload)
            if content.size <= min(content.limits[1], _LARGE):
                self._parsed = Parsed(settings, message, cookies, content)
        self.was_parsed = self._parsed is not None


def answer_to(method: str, decision: Replay) -> Answer:
    """The recorded answer to a request of this method; made once and kept with the recording."""
    kept, name = decision.kept, "aiohttp, HEAD" if method == "HEAD" else "aiohttp"
    answer: Answer | None = kept.get(name)
    if answer is None:
        answer = kept[name] = Answer(*whole_answer(method, decision.response))
    return answer
