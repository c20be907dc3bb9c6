"""The sizes of the parts in which a body came, as people read them.

`whole` is one part, `events` a part for each event of a stream, `lines` a part for each line,
and otherwise the sizes stand there; `16384*20` is that size twenty times. A `0` behind a word
is a part with no content, such as the end of a compressed stream.
"""

from __future__ import annotations

import re
from itertools import groupby

from reqsnap.message_checks import parts_fit

Sizes = tuple[int, ...]

# What an event stream puts behind each event: an empty line (WHATWG HTML, section 9.2.6).
_EVENT = re.compile(rb".*?(?>\r\n|\n|\r){2,}|.+", re.DOTALL)
_LINE = re.compile(rb"[^\n]*\n|[^\n]+")
_RUN = re.compile(r"([0-9]{1,15})(?:\*([0-9]{1,9}))?")
_WORTH_IT = 4
_END = "0"


def described(parts: Sizes, body: bytes) -> str:
    """What stands under `parts`, for parts that are not none."""
    if parts[-1] == 0 and (word := _word(parts[:-1], body)) is not None:
        return f"{word} {_END}"
    return _word(parts, body) or " ".join([_run(size, len(list(run))) for size, run in groupby(parts)])


def _word(parts: Sizes, body: bytes) -> str | None:
    if parts == (len(body),) and body:
        return "whole"
    # Most bodies have another number of line ends, which is quicker to tell.
    if parts and body.count(b"\n") + body.count(b"\r") >= len(parts) - 1:
        for word, pattern in _WORDS.items():
            if parts == _divided(pattern, body):
                return word
    return None


_WHOLE = re.compile(rb".+", re.DOTALL)
_WORDS = {"events": _EVENT, "lines": _LINE}
_PATTERNS = {**_WORDS, "whole": _WHOLE}


def sizes(text: str, body: bytes, *, cut: bool = False) -> Sizes:
    """The sizes that were described so. Raises ValueError with the reason.

    `cut`: of the last part some may be missing.
    """
    word, *end = text.split(" ")
    if word in _PATTERNS and end in ([], [_END]):
        return (*_divided(_PATTERNS[word], body), *map(int, end))
    runs = _runs(text)
    if not runs:
        return ()
    total = sum(size * count for size, count in runs)
    # Before they are counted out, so that no number takes all memory.
    if total - (runs[-1][0] if cut else 0) <= len(body):
        found = tuple([size for size, count in runs for _ in range(count)])
        if parts_fit(found, len(body), cut):
            return found
    reason = f"the parts add up to {total} bytes, but the body has {len(body)}; "
    raise ValueError(reason + "where the body was changed by hand, remove the line 'parts'")


def _runs(text: str) -> list[tuple[int, int]]:
    """Sizes, each with how many parts in a row have it."""
    runs = [_RUN.fullmatch(run) for run in text.split()]
    read = [(int(run[1]), int(run[2] or 1)) for run in runs if run is not None]
    if len(read) < len(runs) or any(not size and count > 1 for size, count in read):
        raise ValueError("parts must be sizes in bytes with blanks between them, or whole, events or lines")
    return read


def _divided(pattern: re.Pattern[bytes], body: bytes) -> Sizes:
    return tuple([found.end() - found.start() for found in pattern.finditer(body)])


def _run(size: int, count: int) -> str:
    if size and count >= _WORTH_IT:
        return f"{size}*{count}"
    return " ".join([str(size)] * count)
