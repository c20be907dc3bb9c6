"""What was worked out before and may be asked again, within bounds."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")

MOST_ENTRIES = 16_384
MOST_BYTES = 8 * 1024 * 1024


class Memo(Generic[Value]):
    """Values by what they were worked out from; all are forgotten once they are too many or too large.

    Takes how many are the most.

    Used from several threads without a lock: the worst that comes of it is work done twice.

    >>> lengths = Memo[int]()
    >>> lengths.keep("abc", 3)
    >>> lengths.get("abc"), lengths.get("abcd")
    (3, None)
    """

    __slots__ = ("_bytes", "_most", "_values", "get")

    def __init__(self, most: int = MOST_ENTRIES) -> None:
        self._most = most
        self._values: dict[Hashable, Value] = {}
        self._bytes = 0
        self.get = self._values.get

    def keep(self, key: Hashable, value: Value, size: int = 0) -> None:
        """Remember a value; `size` is what it holds, in bytes, beyond a small constant."""
        self._bytes += size
        if self._bytes > MOST_BYTES or len(self._values) >= self._most:
            self.forget()
            self._bytes = size
        if size <= MOST_BYTES:
            self._values[key] = value

    def of(self, key: Hashable, work_out: Callable[[], Value]) -> Value:
        """The value that is remembered, or else worked out now, and remembered if the key can be."""
        try:
            found = self.get(key)
        except TypeError:
            # Something in the key has no hash.
            return work_out()
        if found is None:
            found = work_out()
            self.keep(key, found)
        return found

    def forget(self) -> None:
        """Start again with nothing."""
        self._values.clear()
        self._bytes = 0
