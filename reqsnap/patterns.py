"""Regular expressions that are compiled when they are first used, not where they are written.

Compiling them all takes longer than everything else that is done when their modules are
imported, and most programs use few of them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, AnyStr, cast

if TYPE_CHECKING:
    from typing import Any

_METHODS = ("match", "fullmatch", "search", "finditer", "findall", "sub", "subn", "split")


class _Compiled:
    """A pattern with its methods as its own attributes, found as fast as those of a `re.Pattern`."""


class _Written:
    """A pattern that was not used yet; what is asked of it makes it a compiled one."""

    def __init__(self, text: Any, flags: int) -> None:
        self.pattern, self.flags = text, flags

    def __getattr__(self, name: str) -> Any:
        if name not in _METHODS:
            raise AttributeError(name)
        compiled = re.compile(self.pattern, self.flags)
        # Another thread may do the same at the same time, to the same end.
        vars(self).update({method: getattr(compiled, method) for method in _METHODS})
        cast("Any", self).__class__ = _Compiled
        return vars(self)[name]


def regex(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """A regular expression, to be compiled when it is first used. Takes what `re.compile` takes.

    >>> digits = regex("[0-9]+")
    >>> digits.findall("7 of 12")
    ['7', '12']
    """
    return cast("re.Pattern[AnyStr]", _Written(text, flags))
