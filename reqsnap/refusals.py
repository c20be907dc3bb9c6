"""Refused requests at the end of a block: none is buried, none is swallowed unseen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reqsnap.errors import ReqsnapWarning, SwallowedRefusalWarning, UnmatchedRequestError


def about_refusals(
    refusals: Sequence[UnmatchedRequestError], error: BaseException | None
) -> list[ReqsnapWarning]:
    """Attach what the error that ends a block hides, or say what the program swallowed.

    SDKs wrap or retry any exception; the user must still see which request was refused.
    """
    if not refusals:
        return []
    if error is None:
        return [SwallowedRefusalWarning(_swallowed(refusals))]
    if not isinstance(error, UnmatchedRequestError):
        hidden = next((e for e in _chain(error) if isinstance(e, UnmatchedRequestError)), refusals[-1])
        error.add_note(f"reqsnap refused a request in this block:\n{hidden}")
    return []


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The errors underneath one, through causes, contexts and groups; each once."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        current = waiting.pop()
        if current is not None and id(current) not in seen:
            seen.add(id(current))
            yield current
            waiting += [current.__context__, current.__cause__]
            if isinstance(current, BaseExceptionGroup):
                waiting += current.exceptions


def _swallowed(refusals: Sequence[UnmatchedRequestError]) -> str:
    count = f"{len(refusals)} requests were" if len(refusals) > 1 else "a request was"
    return f"{count} refused and the program went on without an error. The first:\n{refusals[0]}"
