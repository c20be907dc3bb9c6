"""Which format a cassette is in: what its bytes say, or how its name ends, or what its user asks for."""

from __future__ import annotations

import os

from reqsnap.errors import ConfigurationError
from reqsnap.formats.format import Format
from reqsnap.formats.har import HAR
from reqsnap.formats.native import NATIVE
from reqsnap.formats.native_json import JSON, JSON_LINES
from reqsnap.formats.reqord import REQORD
from reqsnap.formats.undici import UNDICI
from reqsnap.formats.vcr import VCR, VCR_JSON

_BUILT_IN = (NATIVE, JSON, JSON_LINES, VCR, VCR_JSON, HAR, UNDICI, REQORD)
"""A new file has the first of them that goes with its name."""

_formats: dict[str, Format] = {each.name: each for each in _BUILT_IN}


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
    found = _formats.get(name)
    if found is None:
        raise ConfigurationError("format", name, f"the formats are {', '.join(_formats)}")
    return found


def format_of(path: str | os.PathLike[str] | None, data: bytes | None) -> Format:
    """The format of a file that holds `data`, or, where there is none yet, of a new one with that name.

    What is not recognised is taken for the format that its name says, which then tells what is wrong.
    """
    by_name = named_like(path)
    found = None if data is None else recognised(path, data)
    return found or (by_name[0] if by_name else NATIVE)


def named_like(path: str | os.PathLike[str] | None) -> list[Format]:
    """The formats whose files' names end as this one's does."""
    ending = "" if path is None else os.path.splitext(os.fspath(path))[1].lower()
    return [each for each in _formats.values() if ending in each.suffixes]


def recognised(path: str | os.PathLike[str] | None, data: bytes) -> Format | None:
    """The format that a file's bytes look like, first those of its name; None for no cassette."""
    by_name = named_like(path)
    others = [each for each in _formats.values() if each not in by_name]
    return next((each for each in [*by_name, *others] if each.recognises(data)), None)
