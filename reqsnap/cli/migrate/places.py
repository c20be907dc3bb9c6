"""The files of a code base that may have to do with recorders: modules, settings, cassettes."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from reqsnap.formats import recognised

FORMATS = ("vcr", "vcr-json", "cassetter", "cassetter-toml", "betamax")
"""The formats of the recorders that are looked for."""

_SETTINGS = re.compile(
    r".*(?:requirements|constraints).*\.(?:txt|in)|pyproject\.toml|setup\.(?:cfg|py)|tox\.(?:ini|toml)"
    r"|\.?pytest\.(?:ini|toml)|Pipfile|environment.*\.ya?ml|Makefile|[Jj]ustfile|noxfile\.py|\.gitlab-ci\.yml"
)
_IN_FOLDER = re.compile(r".*\.(?:txt|in)")
_WORKFLOWS = (".github", ".circleci")
_NOT_OURS = frozenset({"node_modules", "site-packages", "__pycache__", "venv", "build", "dist"})
_CASSETTE = re.compile(r".*\.(?:ya?ml|json|toml)|[^.]+", re.I)
_HEAD = 64 * 1024
# Other YAML begins with a version, too.
_ITEMS = re.compile(rb"interactions|^- +(?:request|response)[ \t]*:", re.M)
_RESPONSES = re.compile(rb"(?:\xef\xbb\xbf)?(?:---\s*)?responses:\s*\n- response:\s*\n")

RESPONSES_FILE = "responses"
"""What a file of responses' recorder is called here; it is no format of reqsnap's."""


@dataclass(slots=True)
class Places:
    """What lies in a code base, each list in the order of its names. `cassettes` are by their format."""

    modules: list[Path] = field(default_factory=list)
    settings: list[Path] = field(default_factory=list)
    cassettes: dict[str, list[Path]] = field(default_factory=dict)
    unlisted: list[OSError] = field(default_factory=list)


def look_through(path: Path) -> Places:
    """What lies at a path, and below where it is a folder.

    Left out are hidden folders but those of CI, virtual environments, and what was installed or built.
    """
    found = Places()
    if not os.path.isdir(path):
        _sort_in(path, found, named=True)
        return found
    for place, folders, files in os.walk(path, onerror=found.unlisted.append):
        folders[:] = sorted(each for each in folders if _is_looked_into(Path(place, each)))
        for name in sorted(files):
            _sort_in(Path(place, name), found, named=False)
    return found


def own_modules(folder: Path, names: Iterator[str] | list[str]) -> frozenset[str]:
    """Which of these names are modules or packages in a folder or its `src`."""
    return frozenset(
        name
        for name in names
        for root in (folder, folder / "src")
        if os.path.isfile(root / f"{name}.py") or os.path.isfile(root / name / "__init__.py")
    )


def _is_looked_into(folder: Path) -> bool:
    if folder.name in _WORKFLOWS:
        return True
    hidden = folder.name.startswith(".") or folder.name in _NOT_OURS
    return not hidden and not os.path.exists(folder / "pyvenv.cfg")


def _sort_in(path: Path, found: Places, *, named: bool) -> None:
    """Put a file where it belongs; one that was named is looked at whatever it is called."""
    is_setting = _SETTINGS.fullmatch(path.name) or path.parent.name == "workflows"
    in_folder = path.parent.name == "requirements" and _IN_FOLDER.fullmatch(path.name)
    if is_setting or in_folder:
        found.settings.append(path)
    if path.suffix in (".py", ".pyi"):
        found.modules.append(path)
    elif not is_setting and (named or _CASSETTE.fullmatch(path.name)):
        format = _format(path)
        if format is not None:
            found.cassettes.setdefault(format, []).append(path)


def _format(path: Path) -> str | None:
    """The format of a recorder's cassette; None for any other file, and what cannot be read."""
    try:
        if not path.is_file():
            return None
        with open(path, "rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return None
    if _RESPONSES.match(head):
        return RESPONSES_FILE
    if not _ITEMS.search(head):
        return None
    format = recognised(path, head)
    return format.name if format is not None and format.name in FORMATS else None
