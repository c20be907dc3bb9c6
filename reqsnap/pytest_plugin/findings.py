"""What nobody uses, looked up in the files, told in words, and removed where that is asked for."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reqsnap.cassette.uses import held, trim
from reqsnap.errors import ReqsnapError
from reqsnap.formats import named_like, recognised
from reqsnap.naming.default_paths import FOLDER
from reqsnap.pytest_plugin.unused import Judgement, Run, Used, judge, unowned
from reqsnap.shortening import shortened
from reqsnap.storage import file_at
from reqsnap.storage.beside import FOLDER as BODIES

MOST = 3
"""How many recordings of one cassette are named."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What a run showed.

    unused: by the path of a cassette, the requests whose recordings nobody uses, "METHOD url".
    unowned: the paths of cassettes that no test has opened.
    unjudged: the paths of those of which nothing can be said, and why not, in words.
    removed: whether what is unused is removed.
    problems: what went wrong with a file.
    """

    unused: Mapping[str, tuple[str, ...]]
    unowned: tuple[str, ...] = ()
    unjudged: tuple[str, ...] = ()
    why: str = ""
    removed: bool = False
    problems: tuple[str, ...] = ()

    @property
    def is_bad(self) -> bool:
        """Whether there is anything that nobody uses still."""
        return bool(self.unowned or self.problems or (self.unused and not self.removed))

    def plain(self) -> dict[str, Any]:
        """For the report's file."""
        return {
            "recordings": {path: list(requests) for path, requests in self.unused.items()},
            "cassettes": list(self.unowned),
            "not_judged": list(self.unjudged),
            "why": self.why,
            "removed": self.removed,
        }

    def lines(self) -> Iterator[str]:
        """What is printed."""
        verb = "removed" if self.removed else "never played"
        for path, requests in self.unused.items():
            count = len(requests)
            yield f"{_shown(path)}: {count} recording{'s' * (count != 1)} {verb}"
            yield from (f"    {shortened(request)}" for request in requests[:MOST])
            if count > MOST:
                yield f"    and {count - MOST} more"
        yield from (f"{_shown(path)}: no test owns this cassette" for path in self.unowned)
        if self.unowned:
            yield "What no test owns is for you to delete."
        yield from self.problems
        if not (self.unused or self.unowned or self.problems):
            yield "Nothing that was judged is unused."
        if self.why:
            yield f"The run was not whole ({self.why}):"
            yield "only cassettes of tests that ran to their end and passed were judged."
        if self.unjudged:
            count = len(self.unjudged)
            yield f"not judged: {count} cassette{'s' * (count != 1)} that other tests or processes may need"


def find(cassettes: Mapping[str, Used], run: Run, *, removes: bool) -> Findings:
    """Judge, look up what it is in the files, and remove it where that is asked for."""
    judgement = judge(cassettes, run)
    unused, problems = {}, []
    for path, marks in judgement.unused.items():
        try:
            requests = _removed(path, marks) if removes else _named(path, marks)
        except (ReqsnapError, OSError) as problem:
            problems.append(str(problem))
            continue
        if requests:
            unused[path] = requests
    return Findings(
        unused,
        tuple(_unowned(cassettes, judgement, run)),
        judgement.unjudged,
        "" if run.is_whole else run.why_not_whole(),
        removes,
        tuple(problems),
    )


def _named(path: str, marks: frozenset[str]) -> tuple[str, ...]:
    """What is there still, since others may write the file too."""
    if not os.path.exists(path):
        return ()
    return tuple([f"{item.method} {item.url}" for mark, item in held(file_at(path)).items() if mark in marks])


def _removed(path: str, marks: frozenset[str]) -> tuple[str, ...]:
    if not os.path.exists(path):
        return ()
    return tuple([f"{item.method} {item.url}" for item in trim(file_at(path), marks)])


def _unowned(cassettes: Mapping[str, Used], judgement: Judgement, run: Run) -> Iterable[str]:
    if not judgement.judges_folders:
        return ()
    return unowned(_cassettes_in(_folders(cassettes, run)), cassettes, run)


def _folders(cassettes: Iterable[str], run: Run) -> dict[str, bool]:
    """The folders in which the suite's cassettes lie, and whether those within belong to them."""
    found: dict[str, bool] = {}
    for path in cassettes:
        for folder in Path(path).parents:
            if folder.name == FOLDER and run.covers(folder.parent):
                found[str(folder)] = True
                break
        else:
            found.setdefault(os.path.dirname(path), False)
    return found


def _cassettes_in(folders: Mapping[str, bool]) -> Iterator[str]:
    for folder, goes_deeper in folders.items():
        for place, below, names in os.walk(folder):
            below[:] = [
                name for name in below if goes_deeper and name[:1] != "." and not name.endswith(BODIES)
            ]
            for name in names:
                path = os.path.join(place, name)
                if named_like(name) and _is_cassette(path):
                    yield path


def _is_cassette(path: str) -> bool:
    """Whether a file is one by what it holds: others lie beside tests, too."""
    try:
        return recognised(path, Path(path).read_bytes()) is not None
    except OSError:
        return False


def _shown(path: str) -> str:
    shown = os.path.relpath(path)
    return path if shown.startswith("..") else shown
