"""Answers that are alike but for their text: what urllib3 makes of one tells what it makes of the others.

In a suite of tests most answers are replayed once. Of plain ones, which state their length and have
nothing for urllib3 to decode or to close, its own code makes the first.
"""

from __future__ import annotations

import sys
from collections.abc import Hashable
from typing import Any, NamedTuple

from reqsnap.interceptors.urllib3.moulds import Mould
from reqsnap.memo import Memo
from reqsnap.model import Response
from reqsnap.recorder import Replay

_RESPONSES = "urllib3.response"
_OPTIONS = 5
"""How many options a request has: the method, the target and three flags (urllib3 2.0 to 2.8)."""

_OF_TEXT = frozenset({"_body", "_fp_bytes_read", "_request_url", "length_remaining", "reason"})
"""The attributes of a response that are its own among those that are alike."""

_OF_SHAPE = frozenset(
    {
        "_connection",
        "_decoder",
        "_decoder_initialized",
        "_has_decoded_content",
        "_pool",
        "_retries",
        "auto_close",
    }
    | {"_uncached_read_occurred", "chunk_left", "chunked", "decode_content", "enforce_content_length", "msg"}
    | {"retries", "status", "version", "version_string"}
)
"""Those that are the same in all of them (urllib3 2.0 to 2.8)."""

_SPECIAL = frozenset({"connection", "content-encoding", "transfer-encoding"})
_BODILESS = frozenset({204, 304})


class Shape(NamedTuple):
    """Everything but its text that decides what urllib3 makes of an answer, and its header fields.

    The fields are held as urllib3 holds them.
    """

    key: Hashable
    fields: dict[str, list[str]]


_known: Memo[Mould] = Memo()


def shape_of(conn: Any, replay: Replay, options: Any) -> Shape | None:
    """The shape of a plain answer to a request with these options; None for any other."""
    recorded, method = replay.response, options.request_method
    if replay.error is not None or method in _WITHOUT_BODY or len(options) != _OPTIONS or not recorded.body:
        return None
    if recorded.status < 200 or recorded.status in _BODILESS or recorded.version != "HTTP/1.1":
        return None
    pairs = recorded.headers.pairs
    text = "".join([value for _, value in pairs])
    if not text.isascii() or "\n" in text or "\r" in text:
        return None
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name.lower(), [name]).append(value)
    length = fields.get("content-length")
    if length is None or length[1:] != [str(len(recorded.body))] or not _SPECIAL.isdisjoint(fields):
        return None
    kind: Any = sys.modules[_RESPONSES].__dict__["HTTPResponse"]
    own_code = conn.response_class, kind, kind.__init__, kind.read
    flags = options.preload_content, options.decode_content, options.enforce_content_length
    return Shape((own_code, method, flags, recorded.status), fields)


_WITHOUT_BODY = frozenset({"CONNECT", "HEAD"})


def mould_like(shape: Shape, recorded: Response, options: Any) -> Mould | None:
    """The mould of an answer of this shape, if one of its like is known."""
    like = _known.get(shape.key)
    return None if like is None else _with_text(like, recorded, options, shape.fields)


def remember(shape: Shape, mould: Mould, recorded: Response) -> None:
    """Keep the mould of an answer of this shape for all that are like it."""
    names = mould.same.keys()
    is_known = names >= _OF_TEXT and names - _OF_TEXT <= _OF_SHAPE
    if is_known and _whole(_with_text(mould, recorded, mould.options, shape.fields)) == mould:
        _known.keep(shape.key, mould, len(recorded.body))


def _with_text(mould: Mould, recorded: Response, options: Any, fields: dict[str, list[str]]) -> Mould:
    """A mould with the text of another answer, to another target."""
    body, reason = recorded.body, recorded.reason
    text = {"reason": reason, "_request_url": options.request_url}
    read_text: dict[str, Any] = {}
    if mould.read is None:
        text["length_remaining"] = len(body)
    else:
        text["_body"], text["_fp_bytes_read"] = body, len(body)
        read_text = {"reason": reason, "headers": list(recorded.headers.pairs)}
    return mould._replace(options=options, text=text, read_text=read_text, fields=fields)


def _whole(mould: Mould) -> Mould:
    """A mould that has nothing in common with others."""
    read = None if mould.read is None else mould.read | mould.read_text
    return mould._replace(same=mould.same | mould.text, text={}, read=read, read_text={})
