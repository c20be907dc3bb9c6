"""The options of a block as words of a command line, made from `Options` and from nothing else."""

from __future__ import annotations

import argparse
import inspect
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import fields
from datetime import timedelta
from typing import Any, NoReturn

from reqsnap.errors import ConfigurationError
from reqsnap.options.options import Options
from reqsnap.patterns import regex

_WITH_COMMAS = {"exclude_urls", "ignore_json"}
"""Lists whose items may hold commas: each item is given by itself."""

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_AGE = regex(r"([0-9]+(?:\.[0-9]+)?)([smhdw])")


def add_options(parser: argparse.ArgumentParser, without: Collection[str] = ()) -> None:
    """Let a parser read every option that can be written as a word. `without` leaves some out."""
    group = parser.add_argument_group(
        "options of the cassette", "Lists take commas, or the option once for each item."
    )
    explained = _explained()
    for name in (name for name in textual() if name not in without):
        how = _KINDS[_type_of(name)](name)
        text = explained.get(name, "").replace("%", "%%")
        group.add_argument(f"--{name.replace('_', '-')}", default=argparse.SUPPRESS, help=text, **how)


def textual() -> tuple[str, ...]:
    """The names of the options that can be written as a word: functions cannot."""
    return tuple([field.name for field in fields(Options) if str(field.type) in _KINDS])


def given(arguments: argparse.Namespace) -> dict[str, Any]:
    """What was given of the options, for `Options.read` to check."""
    return {name: value for name, value in vars(arguments).items() if name in textual()}


def read_words(words: Sequence[str], variable: str) -> dict[str, Any]:
    """The options that a variable holds, written as on a command line.

    Raises ConfigurationError, which names the variable, for what is no option.
    """
    parser = _Parser(variable, words)
    add_options(parser)
    return given(parser.parse_args(words))


class _Parser(argparse.ArgumentParser):
    """Raises what is wrong, where argparse would print it and exit."""

    def __init__(self, variable: str, words: Sequence[str]) -> None:
        super().__init__(prog=variable, add_help=False, allow_abbrev=False)
        self._words = words

    def error(self, message: str) -> NoReturn:
        raise ConfigurationError(self.prog, " ".join(self._words), message)


def _type_of(name: str) -> str:
    return next(str(field.type) for field in fields(Options) if field.name == name)


def _explained() -> dict[str, str]:
    """What the docstring of `Options` says of each."""
    found: dict[str, str] = {}
    names: list[str] = []
    for line in inspect.cleandoc(Options.__doc__ or "").splitlines()[2:]:
        heading = re.match(r"(\w+(?:, \w+)*): (.*)", line)
        if heading is not None:
            names, line = heading[1].split(", "), heading[2]
        for name in names:
            found[name] = f"{found.get(name, '')} {line}".strip()
    return found


def _flag(name: str) -> dict[str, Any]:
    return {"action": argparse.BooleanOptionalAction}


def _word(name: str) -> dict[str, Any]:
    return {"metavar": "NAME"}


def _list(name: str) -> dict[str, Any]:
    split: Callable[[str], list[str]] = _one if name in _WITH_COMMAS else _several
    return {"action": "extend", "type": split, "metavar": "ITEM" if split is _one else "ITEM,ITEM"}


def _amount(name: str) -> dict[str, Any]:
    return {"type": _number, "metavar": "NUMBER"}


def _span(name: str) -> dict[str, Any]:
    return {"type": _age, "metavar": "SECONDS|30d"}


_KINDS: dict[str, Callable[[str], dict[str, Any]]] = {
    "bool": _flag,
    "str": _word,
    "str | None": _word,
    "Mode": _word,
    "Exhaustion": _word,
    "Order": _word,
    "OnStale": _word,
    "Storage | None": _word,
    "tuple[str, ...]": _list,
    "tuple[str | Comparison, ...]": _list,
    "tuple[UrlFilter, ...]": _list,
    "int | None": _amount,
    "float": _amount,
    "timedelta | None": _span,
}
"""By the type of an option, how argparse reads it. What is wrong is left for `Options` to say."""


def _one(text: str) -> list[str]:
    return [text]


def _several(text: str) -> list[str]:
    return [item.strip() for item in text.split(",")]


def _number(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text


def _age(text: str) -> timedelta | int | float | str:
    """A number of seconds, or one with a unit."""
    found = _AGE.fullmatch(text)
    try:
        return _number(text) if found is None else timedelta(**{_UNITS[found[2]]: float(found[1])})
    except OverflowError:
        return text
