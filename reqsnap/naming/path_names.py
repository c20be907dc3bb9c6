"""A cassette's path, from what a user gave: a path, a template of one, or a function that makes one.

Anything can stand in a field, so it is made fit for a name first: nothing in it leads to
another folder, every system can store it, and no two values end in one file.
"""

from __future__ import annotations

import inspect
import os
import re
import string
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePath
from typing import Any, NamedTuple, cast

from reqsnap.errors import ConfigurationError
from reqsnap.locations import Location, Url, is_url, location
from reqsnap.memo import Memo
from reqsnap.naming.context import TestContext, Value, plain
from reqsnap.patterns import regex

AnyPath = str | os.PathLike[str]
PathBuilder = Callable[[TestContext], AnyPath]
"""Makes the path of a cassette; a `str` is relative, a path-like may be absolute."""

Find = Callable[[Callable[[], TestContext]], Location]
"""Finds the path of a block that is being entered; asks for the test only where it must."""


_given: Memo[Find] = Memo()


def given_path(path: Any, directory: Location | None) -> Find:
    """How to find a path that was given as text, with fields or without.

    Raises ConfigurationError for what is no path or template, or leaves the directory.
    """
    return _given.of((type(path), path, directory), lambda: _find(path, directory))


def _find(path: Any, directory: Location | None) -> Find:
    text = checked_path(path)
    pieces = _pieces(text)
    if not any(piece.field for piece in pieces):
        literal = _within(directory, "".join(piece.literal for piece in pieces), path)
        return lambda context: literal
    _within(directory, _render(pieces, lambda piece: "_"), path)

    def find(context: Callable[[], TestContext]) -> Location:
        fields = _fields(context())
        return _within(directory, _render(pieces, lambda piece: _text(text, piece, fields)), path)

    return find


def built_path(builder: PathBuilder, directory: Location | None) -> Find:
    """How to find a path that a function makes."""

    def find(context: Callable[[], TestContext]) -> Location:
        made = builder(context())
        text = checked_path(made)
        if is_url(text):
            return location(text)
        path = PurePath(text)
        if path.is_absolute() and not isinstance(made, str):
            return Path(path)
        if path.anchor or ".." in path.parts:
            allowed = "a function's path leads downwards from the directory"
            raise ConfigurationError("path", made, allowed, "An absolute one is returned as a pathlib.Path.")
        return _below(directory, map(_fit_file, path.parts))

    return find


def checked_builder(name: str, builder: Any) -> PathBuilder:
    """The function itself. Raises ConfigurationError for anything else."""
    if not callable(builder) or inspect.iscoroutinefunction(builder):
        raise ConfigurationError(name, builder, "it must be a function that takes a TestContext")
    return cast(PathBuilder, builder)


def is_path_lambda(function: Any) -> bool:
    """Whether a function looks as if it made a path: a lambda of one argument, as nobody decorates one."""
    if not inspect.isfunction(function) or function.__name__ != "<lambda>":
        return False
    parameters = inspect.signature(function).parameters.values()
    return len(parameters) == 1 and all(each.default is each.empty for each in parameters)


def checked_path(path: Any, name: str = "path") -> str:
    """The text of a path. Raises ConfigurationError where it is none."""
    text = os.fspath(path) if isinstance(path, str | os.PathLike) else None
    if not isinstance(text, str) or not text or "\0" in text:
        raise ConfigurationError(name, path, "it is a non-empty str or a path of str")
    return text


def _within(directory: Location | None, text: str, given: Any) -> Location:
    path = location(text)
    if isinstance(path, Url):
        return path
    if directory is None or path.is_absolute():
        return path
    if path.anchor or os.path.normpath(text).split(os.sep)[0] == "..":
        allowed = f"it leaves the directory {directory}"
        raise ConfigurationError("path", given, allowed, "An absolute path may lie anywhere.")
    return _below(directory, path.parts)


def _below(directory: Location | None, parts: Iterable[str]) -> Location:
    found = Path() if directory is None else directory
    for part in parts:
        found = found / part
    return found


# Templates


class _Piece(NamedTuple):
    """Literal text of a template and the field after it, if there is one."""

    literal: str
    field: str | None
    spec: str


def _pieces(text: str) -> list[_Piece]:
    hint = "A brace that is meant is written {{ or }}."
    try:
        parsed = list(string.Formatter().parse(text))
    except ValueError as error:
        raise ConfigurationError("path", text, f"it is no template ({error})", hint) from None
    for _, name, spec, conversion in parsed:
        if name is not None and (not name.isidentifier() or conversion or "{" in (spec or "")):
            allowed = "a field of a template is {name} or {name:format}"
            raise ConfigurationError("path", text, allowed, hint)
    return [_Piece(literal, name, spec or "") for literal, name, spec, _ in parsed]


_SEPARATOR = regex(f"[{re.escape(os.sep + (os.altsep or ''))}]")


def _render(pieces: list[_Piece], text_of: Callable[[_Piece], str]) -> str:
    parts, made = [""], set()
    for piece in pieces:
        first, *rest = _SEPARATOR.split(piece.literal)
        parts[-1] += first
        parts.extend(rest)
        if piece.field:
            parts[-1] += text_of(piece)
            made.add(len(parts) - 1)
    separator = "/" if is_url(pieces[0].literal) else os.sep
    return separator.join(fit_part(part) if index in made else part for index, part in enumerate(parts))


class _Arguments(NamedTuple):
    """All arguments of a call, as the field `params` has them."""

    values: Mapping[str, Any]


def _fields(context: TestContext) -> dict[str, Any]:
    """The values of a template's fields. What `naming` says stands above all others."""
    own = {
        "test": context.test,
        "cls": context.cls,
        "module": context.module,
        "file": context.file and context.file.stem,
        "params": _Arguments(context.params) if context.params else None,
    }
    known = {name: value for name, value in own.items() if value is not None}
    return {**context.params, **known, **context.extra}


def _text(template: str, piece: _Piece, fields: Mapping[str, Any]) -> str:
    name = piece.field or ""
    if name not in fields:
        known = ", ".join(sorted(fields)) or "nothing"
        hint = f"Known here: {known}. reqsnap.naming({name}=...) makes it known."
        raise ConfigurationError("path", template, f"there is no {name} here", hint)
    value = fields[name]
    if isinstance(value, _Arguments):
        return _joined([str(_plain(template, *each)) for each in value.values.items()])
    try:
        text = format(_plain(template, name, value), piece.spec)
    except ValueError as error:
        raise ConfigurationError("path", template, f"{{{name}:{piece.spec}}} fails: {error}") from None
    if not text:
        raise ConfigurationError("path", template, f"{name} is empty")
    return fit(text)


def _plain(template: str, name: str, value: Any) -> Value:
    found = plain(value)
    if found is None:
        allowed = f"{name} is a {type(value).__name__}, and a name is made of strings, numbers and bools"
        hint = "Name the arguments that are meant, or give path= a function."
        raise ConfigurationError("path", template, allowed, hint)
    return found


def _joined(texts: list[str]) -> str:
    # A hyphen within a text, or none at all, leaves open where the next one begins.
    is_open = "" in texts or (len(texts) > 1 and any("-" in text for text in texts))
    return fit("-".join(texts), repr(texts) if is_open else None)


# What is fit for a name

_FORBIDDEN = regex(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]')
_EDGE = regex(r"\A[.\s]+|[.\s]+\Z")
_RESERVED = regex(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?=\s*(?:\.|\Z))", re.I)
_MARKED = regex(r"~[0-9a-f]{10}\Z")
_SUFFIX = regex(r"\.\w{1,16}\Z")
_LONGEST_VALUE, LONGEST_PART = 100, 200
"""In bytes of UTF-8. File systems take 255; the names of a cassette's neighbours are longer."""


def fit(text: str, meant: str | None = None, longest: int = _LONGEST_VALUE) -> str:
    """A value as a piece of a name: itself where it can be, else marked with its hash.

    A value that already looks marked is marked too, so that different values never meet.
    `meant` says what is to be told apart where the text alone does not.
    """
    # Here, as `hashlib` below: to import them takes longer than all else that a decorator does.
    import unicodedata

    changed = _EDGE.sub("_", _FORBIDDEN.sub("_", unicodedata.normalize("NFC", text)))
    if meant is None and changed == text and not _MARKED.search(text) and _size(text) <= longest:
        return text
    return _cut(changed, longest) + _mark(text if meant is None else meant)


def fit_part(part: str) -> str:
    """A folder's or file's name that was put together of fit pieces: not reserved, not too long."""
    reserved = _RESERVED.match(part)
    if reserved:
        part = part[: reserved.end()] + _mark(part) + part[reserved.end() :]
    if _size(part) > LONGEST_PART:
        stem, suffix = _split(part)
        part = _cut(stem, LONGEST_PART - _size(suffix)) + _mark(part) + suffix
    return part


def _fit_file(part: str) -> str:
    """A name that a function made; its suffix and a dot before it are meant."""
    dot = "." if part.startswith(".") else ""
    stem, suffix = _split(part[len(dot) :])
    return fit_part(dot + fit(stem) + suffix)


def _split(part: str) -> tuple[str, str]:
    found = _SUFFIX.search(part, 1)
    return (part, "") if found is None else (part[: found.start()], found[0])


def _mark(text: str) -> str:
    import hashlib

    return "~" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:10]


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _cut(text: str, size: int) -> str:
    """The beginning of a text, short enough for a mark to follow it."""
    return text.encode("utf-8", "surrogatepass")[: size - len(_mark(""))].decode(errors="ignore")
