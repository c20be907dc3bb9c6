"""What is said to those who change a cassette whose block has ended: nobody uses, or writes, it any more."""

from __future__ import annotations

import warnings

from reqsnap.errors import ReqsnapError, ReqsnapWarning


def too_late_for_stubs(path: str | None) -> ReqsnapError:
    """The error for a stub: no request will ever meet it."""
    name = path or "a cassette in memory"
    return ReqsnapError(f"{name}: its block has ended, so a stub answers nothing. Make it inside the block.")


def warn_of_change(path: str) -> None:
    """Warn, at the line that called the cassette's method, of a change that nothing writes by itself."""
    told = f"{path}: its block has ended, so this change is in no file until save() or flush() writes it"
    warnings.warn(ReqsnapWarning(told), stacklevel=4)
