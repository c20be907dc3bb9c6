"""Which file becomes which. Pure, but for asking what there is."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from reqsnap.formats import Format, format_of


@dataclass(frozen=True, slots=True)
class Step:
    """One cassette and what it becomes. `clash` names another that would become the same file."""

    source: Path
    target: Path
    clash: Path | None = None


def plan(sources: Iterable[Path], folder: Path, into: Path, target: Format) -> list[Step]:
    """What the cassettes of a folder become in another: the same layout, and names as the format has them.

    >>> from reqsnap.formats import NATIVE
    >>> step, = plan([Path("a/b/items.yml")], Path("a"), Path("c"), NATIVE)
    >>> step.target.as_posix()
    'c/b/items.yml'
    """
    steps: list[Step] = []
    taken: dict[Path, Path] = {}
    for source in sources:
        path = into / renamed(source.relative_to(folder), target)
        steps.append(Step(source, path, taken.get(path)))
        taken.setdefault(path, source)
    return steps


def renamed(path: Path, target: Format) -> Path:
    """The name of a cassette as the format ends it; one that it may have stays."""
    ending = path.suffix.lower()
    if ending in target.suffixes or not target.suffixes:
        return path
    is_known = ending in format_of(path, None).suffixes
    return (
        path.with_suffix(target.suffixes[0]) if is_known else path.with_name(path.name + target.suffixes[0])
    )


def wrong_paths(source: Path, target: Path) -> str | None:
    """Why a cassette or a folder cannot become another; None where it can."""
    if not os.path.exists(source):
        return f"{source}: there is no such file or folder"
    real, other = Path(os.path.realpath(source)), Path(os.path.realpath(target))
    if real == other or (os.path.exists(target) and os.path.samefile(source, target)):
        return f"{source}: SRC and DST are the same"
    if os.path.isdir(source):
        if os.path.exists(target) and not os.path.isdir(target):
            return f"{target}: DST is a file, and SRC a folder"
        if real in other.parents:
            return f"{target}: DST lies in SRC"
    elif os.path.isdir(target):
        return f"{target}: DST is a folder, and SRC a file; name the file, as {target / source.name}"
    return None


def some(names: Sequence[object], most: int = 3) -> str:
    """Names in a line, the rest of many as a number.

    >>> some(["a", "b", "c", "d", "e"])
    'a, b, c and 2 more'
    """
    if len(names) <= most:
        return ", ".join(map(str, names))
    return f"{', '.join(map(str, names[:most]))} and {len(names) - most:,} more"
