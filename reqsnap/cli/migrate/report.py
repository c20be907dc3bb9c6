"""What is said of what was found. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from reqsnap.cli.migrate.model import Finding, Verdict
from reqsnap.cli.printable import counted

_Kind = tuple[str, str]


@dataclass(slots=True)
class Report:
    """What was found so far. `working` are the places that work, by library and what stands there."""

    working: dict[_Kind, list[str]] = field(default_factory=dict)
    rewritten: int = 0
    rewrites: int = 0
    changes: int = 0
    converted: int = 0
    failed: int = 0

    def add(self, path: str, finding: Finding, *, is_done: bool = False) -> None:
        """Count a finding. `is_done` says that its edits are written."""
        if finding.verdict is Verdict.WORKS:
            kind = finding.library, finding.what
            self.working.setdefault(kind, []).append(f"{path}:{finding.line}")
        elif finding.edits:
            self.rewritten += is_done
            self.rewrites += not is_done
        else:
            self.changes += 1

    @property
    def is_left(self) -> bool:
        """Whether something is left to be done, or failed."""
        return bool(self.rewrites or self.changes or self.failed)

    def summary(self, *, written: bool) -> str:
        """The last line."""
        works = sum(map(len, self.working.values()))
        parts = [f"{counted(works, 'place')} {'works' if works == 1 else 'work'} as {_they(works)}"]
        if written or self.rewritten:
            parts.append(f"{counted(self.rewritten, 'import')} rewritten")
        if self.rewrites:
            parts.append(f"{counted(self.rewrites, 'import')} to rewrite (--write)")
        if self.converted:
            parts.append(f"{counted(self.converted, 'cassette')} converted")
        parts.append(f"{counted(self.changes, 'place')} to change")
        if self.failed:
            parts.append(f"{self.failed:,} failed")
        return ", ".join(parts)


def _they(count: int) -> str:
    return "it is" if count == 1 else "they are"


def line_of(path: str, finding: Finding) -> str:
    """A finding that asks for something, on a line.

    >>> line_of("a.py", Finding(3, "VCR.py", "import vcr", Verdict.REWRITE, "-> import reqsnap.vcr as vcr"))
    'a.py:3: rewrite: import vcr -> import reqsnap.vcr as vcr'
    """
    if finding.advice.startswith("->"):
        return f"{path}:{finding.line}: {finding.verdict.value}: {finding.what} {finding.advice}"
    return f"{path}:{finding.line}: {finding.verdict.value}: {finding.what}: {finding.advice}"


def works(places: dict[_Kind, list[str]], *, each_of_them: bool) -> Iterator[str]:
    """Lines about what works: each kind once with its first place, or every place.

    >>> list(works({("VCR.py", "vcr.VCR"): ["a.py:1", "b.py:2"]}, each_of_them=False))
    ['works: vcr.VCR (VCR.py), in 2 places, first a.py:1']
    """
    for (library, what), found in sorted(places.items()):
        if each_of_them:
            yield from (f"{place}: works: {what} ({library})" for place in found)
        elif len(found) == 1:
            yield f"works: {what} ({library}), in {found[0]}"
        else:
            yield f"works: {what} ({library}), in {counted(len(found), 'place')}, first {found[0]}"
