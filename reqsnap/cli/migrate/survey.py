"""Looks through the files of a code base: what each has of other recorders, and what it becomes."""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from reqsnap.cli.migrate import settings
from reqsnap.cli.migrate.finding import findings
from reqsnap.cli.migrate.model import PYTEST_VCR, Finding, Project, Verdict
from reqsnap.cli.migrate.names import NAMES_OF_PYTEST_VCR, NAMES_OPTION, ROOTS, library_of
from reqsnap.cli.migrate.places import Places, look_through, own_modules
from reqsnap.cli.migrate.source import UnparsableError, parsed

_TOPS = sorted({root.partition(".")[0] for root in ROOTS})
# A module without any of these words is not parsed.
_WORDS = re.compile(rb"vcr|betamax|cassett|pytest_recording|_recorder|default_cassette|block_network")
_IMPORT = re.compile(rb"^[ \t]*(?:import|from)[ \t]+([\w.]+)", re.M)


@dataclass(frozen=True, slots=True)
class Looked:
    """A file, what was found in it, and its bytes with the edits; or the problem with it."""

    path: Path
    data: bytes = field(repr=False)
    found: list[Finding]
    changed: bytes | None = field(default=None, repr=False)
    problem: str = ""


class Survey:
    """A code base: every file that may have to do with recorders."""

    def __init__(self, paths: list[Path]) -> None:
        self._roots = [path if path.is_dir() else path.parent for path in paths]
        self._modules: dict[Path, bytes | OSError] = {}
        self._settings: dict[Path, bytes | OSError] = {}
        self.cassettes: dict[str, list[Path]] = {}
        self.unlisted: list[OSError] = []
        for path in paths:
            self._take(look_through(path))
        self._project = self._known()

    def _take(self, places: Places) -> None:
        self.unlisted += places.unlisted
        for format, paths in places.cassettes.items():
            known = self.cassettes.setdefault(format, [])
            known += _new(paths, known)
        for path in _new(places.settings, self._settings):
            self._settings[path] = _bytes(path)
        for path in _new(places.modules, self._modules):
            data = _bytes(path)
            if not isinstance(data, bytes) or _WORDS.search(data):
                self._modules[path] = data

    def _known(self) -> Project:
        """What is known of the code base before its files are looked through."""
        libraries = set()
        for data in self._settings.values():
            libraries |= settings.libraries(_text(data))
        for data in self._modules.values():
            if isinstance(data, bytes):
                imported = {library_of(found[1].decode("latin-1")) for found in _IMPORT.finditer(data)}
                libraries |= {library for library in imported if library is not None}
        own = frozenset[str]().union(*(own_modules(root, _TOPS) for root in self._roots))
        return Project(frozenset(libraries), own, has)

    @property
    def size(self) -> int:
        """How many files are looked through."""
        return len(self._modules) + len(self._settings)

    def all(self) -> Iterator[Looked]:
        """Every file, settings first."""
        for path, data in self._settings.items():
            yield _unreadable(path, data) or Looked(path, b"", list(settings.findings(_text(data))))
        for path, data in self._modules.items():
            yield _unreadable(path, data) or self._module(path, data if isinstance(data, bytes) else b"")

    def _module(self, path: Path, data: bytes) -> Looked:
        try:
            source = parsed(data)
            own = self._project.own | own_modules(path.parent, _TOPS)
            found = findings(source, self._project._replace(own=own))
            edits = [edit for each in found for edit in each.edits]
            return Looked(path, data, found, source.edited(edits) if edits else None)
        except UnparsableError as error:
            line = f":{error.line}" if error.line else ""
            return Looked(path, data, [], problem=f"{path}{line}: {error.reason}; it is left as it is")

    def of_all(self) -> Iterator[Finding]:
        """What the code base as a whole needs."""
        settled = any(NAMES_OPTION in _text(data) for data in self._settings.values())
        if self._project.plugin == PYTEST_VCR and not settled:
            yield Finding(0, PYTEST_VCR, "names and folders", Verdict.CHANGE, NAMES_OF_PYTEST_VCR)


@cache
def has(dotted: str) -> bool:
    """Whether reqsnap has what VCR.py calls so: a module, or a name in one.

    >>> has("vcr.stubs")
    False
    """
    parts = f"reqsnap.{dotted}".split(".")
    for end in range(len(parts), 1, -1):
        try:
            found = importlib.import_module(".".join(parts[:end]))
        except ImportError:
            continue
        for name in parts[end:]:
            if not hasattr(found, name):
                return False
            found = getattr(found, name)
            if isinstance(found, type):
                # What its objects have is not seen on a class.
                return True
        return True
    return False


def _new(paths: list[Path], known: Collection[Path]) -> list[Path]:
    """Those that lead to a file which is not known yet, each file once and by its own name first."""
    taken = {os.path.realpath(path) for path in known}
    found: dict[str, Path] = {}
    for path in sorted(paths, key=Path.is_symlink):
        found.setdefault(os.path.realpath(path), path)
    return [path for real, path in found.items() if real not in taken]


def _bytes(path: Path) -> bytes | OSError:
    try:
        return path.read_bytes()
    except OSError as error:
        return error


def _text(data: bytes | OSError) -> str:
    return data.decode("utf-8", "replace") if isinstance(data, bytes) else ""


def _unreadable(path: Path, data: bytes | OSError) -> Looked | None:
    if isinstance(data, OSError):
        return Looked(path, b"", [], problem=f"{path}: it cannot be read ({data.strerror})")
    return None
