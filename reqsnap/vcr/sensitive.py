"""`filter_sensitive_data`: values that a file and an error show placeholders for.

Pairs are of a placeholder and the value that it stands for, which may be a function of the request and
the answer; None and an empty one stand for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from itertools import product
from typing import Any

from reqsnap.vcr.filters import replace_text
from reqsnap.vcr.request import Request

Interactions = Callable[[Request, Any], tuple[Request, Any]]


def sensitive_data_hooks(sensitive_data: Any) -> tuple[Interactions, Interactions]:
    """The two functions of an interaction that `filter_sensitive_data` is: to hide, and to restore.

    Takes pairs, or a mapping of placeholders to values.
    """
    pairs = sensitive_pairs(sensitive_data)

    def changed(request: Request, response: Any, *, hides: bool) -> tuple[Request, Any]:
        for pair in pairs:
            shown, real = _texts(pair, request, response)
            if shown and real:
                found, put = (real, shown) if hides else (shown, real)
                request = _in_request(request, found, put)
                response = _in_response(response, found, put)
        return request, response

    def hide(request: Request, response: Any) -> tuple[Request, Any]:
        return changed(request, response, hides=True)

    def restore(request: Request, response: Any) -> tuple[Request, Any]:
        return changed(request, response, hides=False)

    return hide, restore


class Hidden:
    """What an error shows of requests that have no answer: placeholders for what the pairs hide."""

    def __init__(self, pairs: Iterable[Any], requests: Iterable[Any]) -> None:
        self._texts: dict[tuple[str, str], None] = {}
        for pair, request in product(pairs, requests):
            # A function may look into the answer, and find no value where there is none.
            with suppress(Exception):
                self._texts[_texts(pair, request, None)] = None

    def text(self, text: str) -> str:
        """A text about them."""
        found: str = self._without(text, str.replace)
        return found

    def request(self, request: Any) -> Any:
        """One of them; the same where nothing is hidden."""
        return self._without(request, _in_request) if isinstance(request, Request) else request

    def _without(self, value: Any, replaced: Callable[[Any, str, str], Any]) -> Any:
        for shown, real in self._texts:
            if shown and real:
                value = replaced(value, real, shown)
        return value


def sensitive_pairs(sensitive_data: Any) -> list[Any]:
    """Placeholders and their values, given as a mapping or as pairs."""
    return list(sensitive_data.items() if isinstance(sensitive_data, Mapping) else sensitive_data)


def _in_request(request: Request, text: str, replacement: str) -> Request:
    return Request._from_dict(_in_parts(request._to_dict(), text, replacement))


def _in_response(response: Any, text: str, replacement: str) -> Any:
    if not isinstance(response, Mapping):
        return replace_text(response, text, replacement)
    found = _in_parts(response, text, replacement)
    for name in ("status", "body"):
        if isinstance(response.get(name), Mapping):
            found[name] = _in_parts(response[name], text, replacement)
    return found


def _in_parts(parts: Mapping[str, Any], text: str, replacement: str) -> dict[str, Any]:
    """Replace a text within named parts; their names are no data, and stay."""
    return {name: replace_text(part, text, replacement) for name, part in parts.items()}


def _texts(pair: Any, request: Any, response: Any) -> tuple[str, str]:
    """A placeholder, and the value that it stands for; empty where there is none."""
    placeholder, value = pair
    secret = value(request, response) if callable(value) else value
    return str(placeholder), "" if secret is None else str(secret)
