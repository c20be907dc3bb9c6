"""Which format a cassette is in: what its bytes say, or how its name ends, or what its user asks for."""

from __future__ import annotations

import os

from reqsnap.errors import ConfigurationError
from reqsnap.formats.format import Format
from reqsnap.formats.har import HAR
from reqsnap.formats.native import NATIVE
from reqsnap.formats.native_json import JSON, JSON_LINES

_formats: dict[str, Format] = {}


def register_format(format: Format) -> None:
    """Let cassettes be read and written in a format of your own; one of the same name is replaced.

    Raises ConfigurationError for what is no Format.
    """
    if not isinstance(format, Format):
        raise ConfigurationError("format", type(format), "it is an object of a subclass of reqsnap.Format")
    _formats[format.name] = format


def named(name: str) -> Format:
    """The format that users call so. Raises ConfigurationError that lists them."""
    found = _formats.get(name)
    if found is None:
        raise ConfigurationError("format", name, f"the formats are {', '.join(_formats)}")
    return found


def format_of(path: str | os.PathLike[str] | None, data: bytes | None) -> Format:
    """The format of a file that holds `data`, or, where there is none yet, of a new one with that name.

    What is not recognised is taken for the format that its name says, which then tells what is wrong.
    """
    ending = "" if path is None else os.path.splitext(os.fspath(path))[1].lower()
    by_name = [each for each in _formats.values() if ending in each.suffixes]
    if data is not None:
        others = [each for each in _formats.values() if each not in by_name]
        for each in [*by_name, *others]:
            if each.recognises(data):
                return each
    return by_name[0] if by_name else NATIVE


for _each in (NATIVE, JSON, JSON_LINES, HAR):
    register_format(_each)
