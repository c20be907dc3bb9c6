"""What VCR.py's users import from its `util`: headers in any case, bodies of any kind, decorated classes."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from typing import Any


class CaseInsensitiveDict(MutableMapping[str, Any]):
    """A mapping whose keys are looked up in any case and shown as they were last set.

    >>> headers = CaseInsensitiveDict({"Accept": "text/html"})
    >>> headers["ACCEPT"], list(headers)
    ('text/html', ['Accept'])
    """

    def __init__(
        self, data: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None, **more: Any
    ) -> None:
        self._store: dict[str, tuple[str, Any]] = {}
        self.update({} if data is None else data, **more)

    def __getitem__(self, key: str) -> Any:
        return self._store[key.lower()][1]

    def __setitem__(self, key: str, value: Any) -> None:
        self._store[key.lower()] = key, value

    def __delitem__(self, key: str) -> None:
        del self._store[key.lower()]

    def __iter__(self) -> Iterator[str]:
        return (key for key, _ in self._store.values())

    def __len__(self) -> int:
        return len(self._store)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mapping):
            return NotImplemented
        return dict(self.lower_items()) == dict(CaseInsensitiveDict(other).lower_items())

    def __repr__(self) -> str:
        return repr(dict(self.items()))

    def lower_items(self) -> Iterator[tuple[str, Any]]:
        """The keys in lower case, with their values."""
        return ((key, value) for key, (_, value) in self._store.items())

    def copy(self) -> CaseInsensitiveDict:
        """Another mapping of the same kind that holds the same."""
        return type(self)(self._store.values())


def is_iterator(body: object) -> bool:
    """Whether a body comes piece by piece and is no collection that can be read again."""
    return hasattr(body, "__iter__") and not isinstance(body, bytes | bytearray | dict | list | str)


def joined(pieces: Iterable[Any]) -> bytes:
    """A body of its pieces: texts, bytes, or the values of single bytes. Raises ValueError for others.

    >>> joined(["a", "b"]), joined([b"c"]), joined([100, 101])
    (b'ab', b'c', b'de')
    """
    found = list(pieces)
    first = found[0] if found else b""
    if isinstance(first, str):
        return "".join(found).encode()
    if isinstance(first, bytes | bytearray | memoryview):
        return b"".join(found)
    if isinstance(first, int):
        return bytes(found)
    raise ValueError(f"Body type {type(first)} not supported")


def read_body(request: Any) -> Any:
    """The body of a request whole, whatever kind it was given as; its next reader gets it too.

    >>> from reqsnap.vcr.request import Request
    >>> read_body(Request("POST", "http://example.com/", iter(["a", "b"]), {}))
    b'ab'
    """
    body = request.body
    if hasattr(body, "read"):
        return body.read()
    return joined(body) if is_iterator(body) else body


def compose(*functions: Callable[[Any], Any] | None) -> Callable[[Any], Any]:
    """One function of several, the last of them called first; None stands for none.

    >>> compose(str, abs)(-1)
    '1'
    """

    def composed(value: Any) -> Any:
        for function in reversed(functions):
            value = value if function is None else function(value)
        return value

    return composed


def _is_function(name: str, value: object) -> bool:
    return isinstance(value, types.FunctionType)


def auto_decorate(
    decorator: Callable[[Any], Any], predicate: Callable[[str, Any], bool] = _is_function
) -> type[type]:
    """A metaclass whose classes have each attribute decorated of which a predicate says so.

    Takes the decorator and a function of an attribute's name and value. What is set on such
    a class later is decorated too.
    """

    def decorated(name: str, value: Any) -> Any:
        return decorator(value) if predicate(name, value) else value

    class Decorating(type):
        def __new__(mcls, name: str, bases: tuple[type, ...], members: dict[str, Any]) -> Decorating:
            return super().__new__(mcls, name, bases, {key: decorated(key, members[key]) for key in members})

        def __setattr__(cls, name: str, value: Any) -> None:
            super().__setattr__(name, decorated(name, value))

    return Decorating
