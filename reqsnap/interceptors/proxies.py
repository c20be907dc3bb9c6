"""wrapt's object proxy, as a base class for type checkers and for every supported version of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import wrapt

if TYPE_CHECKING:
    Proxy = wrapt.ObjectProxy[Any]
else:
    Proxy = wrapt.ObjectProxy
"""Generic only in the stubs: wrapt 1.x has no subscript at run time."""
