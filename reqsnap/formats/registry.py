"""Which format a cassette is in: what its bytes say, or how its name ends, or what its user asks for."""

from __future__ import annotations

import os
from importlib import import_module
from itertools import chain
from typing import NamedTuple

from reqsnap.errors import ConfigurationError
from reqsnap.formats.format import Format
from reqsnap.formats.native import NATIVE


class _OnDemand(NamedTuple):
    """A format whose module is loaded when a file may be in it."""

    suffixes: tuple[str, ...]
    module: str
    attribute: str


# A new file has the first of them that goes with its name.
_formats: dict[str, Format | _OnDemand] = {
    NATIVE.name: NATIVE,
    "json": _OnDemand((".json",), "reqsnap.formats.native_json", "JSON"),
    "jsonl": _OnDemand((".jsonl", ".ndjson"), "reqsnap.formats.native_json", "JSON_LINES"),
    # Before VCR.py's, whose YAML may begin in the same way.
    "cassetter": _OnDemand((".yaml", ".yml"), "reqsnap.formats.cassetter.yaml_format", "CASSETTER"),
    "vcr": _OnDemand((".yaml", ".yml"), "reqsnap.formats.vcr", "VCR"),
    "vcr-json": _OnDemand((".json",), "reqsnap.formats.vcr", "VCR_JSON"),
    "betamax": _OnDemand((".json",), "reqsnap.formats.betamax", "BETAMAX"),
    "cassetter-toml": _OnDemand((".toml",), "reqsnap.formats.cassetter.toml_format", "CASSETTER_TOML"),
    "har": _OnDemand((".har",), "reqsnap.formats.har", "HAR"),
    "undici": _OnDemand((".json",), "reqsnap.formats.undici", "UNDICI"),
    "reqord": _OnDemand((".jsonl",), "reqsnap.formats.reqord", "REQORD"),
}


def register_format(format: Format) -> None:
    """Let cassettes be read and written in a format of your own; one of the same name is replaced.

    It goes before the others that have one of its suffixes. Raises ConfigurationError for what
    is no Format.
    """
    global _formats
    if not isinstance(format, Format):
        raise ConfigurationError("format", type(format), "it is an object of a subclass of reqsnap.Format")
    if not isinstance(format.name, str) or not format.name:
        raise ConfigurationError("format.name", format.name, "it is the name that users call the format by")
    suffixes = format.suffixes
    if not isinstance(suffixes, tuple) or not all(
        isinstance(each, str) and each[:1] == "." for each in suffixes
    ):
        raise ConfigurationError("format.suffixes", suffixes, "it is a tuple of texts such as '.json'")
    others = {name: each for name, each in _formats.items() if name != format.name}
    _formats = {format.name: format, **others}


def named(name: str) -> Format:
    """The format that users call so. Raises ConfigurationError that lists them."""
    if name not in _formats:
        raise ConfigurationError("format", name, f"the formats are {', '.join(_formats)}")
    return _loaded(name)


def format_of(path: str | os.PathLike[str] | None, data: bytes | None) -> Format:
    """The format of a file that holds `data`, or, where there is none yet, of a new one with that name.

    What is not recognised is taken for the format that its name says, which then tells what is wrong.
    """
    found = None if data is None else recognised(path, data)
    if found is not None:
        return found
    by_name = _names_like(path)
    return _loaded(by_name[0]) if by_name else NATIVE


def named_like(path: str | os.PathLike[str] | None) -> list[Format]:
    """The formats whose files' names end as this one's does."""
    return [_loaded(name) for name in _names_like(path)]


def recognised(path: str | os.PathLike[str] | None, data: bytes) -> Format | None:
    """The format that a file's bytes look like, first those of its name; None for no cassette."""
    by_name = _names_like(path)
    for name in chain(by_name, (each for each in _formats if each not in by_name)):
        format = _loaded(name)
        if format.recognises(data):
            return format
    return None


def _names_like(path: str | os.PathLike[str] | None) -> list[str]:
    ending = "" if path is None else os.path.splitext(os.fspath(path))[1].lower()
    return [name for name, each in _formats.items() if ending in each.suffixes]


def _loaded(name: str) -> Format:
    found = _formats[name]
    if isinstance(found, _OnDemand):
        loaded: Format = getattr(import_module(found.module), found.attribute)
        _formats[name] = loaded
        return loaded
    return found
