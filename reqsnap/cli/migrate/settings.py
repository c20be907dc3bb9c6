"""Other recorders in files of settings: requirements, pyproject.toml, ini files, commands of CI. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from reqsnap.cli.migrate.model import (
    BETAMAX,
    CASSETTER,
    PYTEST_VCR,
    RECORDING,
    VCRPY,
    Finding,
    Verdict,
)

PACKAGES = {
    "vcrpy": VCRPY,
    "vcrpy-unittest": VCRPY,
    "pytest-recording": RECORDING,
    "pytest-vcr": PYTEST_VCR,
    "cassetter": CASSETTER,
    "betamax": BETAMAX,
    "betamax-serializers": BETAMAX,
    "betamax-matchers": BETAMAX,
}
"""Projects on PyPI, and whose they are."""

_NAME = "|".join(name.replace("-", "[-_.]") for name in sorted(PACKAGES, key=len, reverse=True))
# A requirement: alone on its line, in quotes, a key of TOML or of an ini file, or an item of YAML.
_REQUIREMENT = re.compile(
    rf"""(?:^\s*(?:-\s+)?|["'])(?P<name>{_NAME})(?=\s*(?:\[[\w\s,.-]*\])?\s*(?:$|["'=<>!~;,@\#]|\s\#))""",
    re.I,
)
_OPTION = re.compile(r"(?<![\w-])(?P<name>--[a-z][a-z-]*)")
_INI = re.compile(r"^\s*(?P<name>vcr_max_age|vcr_on_expiry|vcr_on_unplayed)\s*=")
_COMMENT = re.compile(r"^\s*(?:#|;|//)")


class _Option(NamedTuple):
    library: str
    verdict: Verdict
    advice: str


_OPTIONS = {
    "--record-mode": _Option(RECORDING, Verdict.WORKS, ""),
    "--block-network": _Option(RECORDING, Verdict.WORKS, ""),
    "--allowed-hosts": _Option(RECORDING, Verdict.WORKS, ""),
    "--disable-recording": _Option(RECORDING, Verdict.WORKS, ""),
    "--vcr-record": _Option(PYTEST_VCR, Verdict.WORKS, ""),
    "--vcr-record-mode": _Option(PYTEST_VCR, Verdict.WORKS, ""),
    "--disable-vcr": _Option(PYTEST_VCR, Verdict.WORKS, ""),
    "--vcr-check-orphans": _Option(
        CASSETTER, Verdict.CHANGE, "write --reqsnap-unused=warn, which finds cassettes that no test owns too"
    ),
}
_INI_KEYS = {
    "vcr_max_age": "say max_age in the fixture reqsnap_config or at the marker reqsnap",
    "vcr_on_expiry": "say on_stale in the fixture reqsnap_config or at the marker reqsnap",
    "vcr_on_unplayed": "write --reqsnap-require-all-played into addopts",
}
_PLUGIN = "require reqsnap, and uninstall it: while it is installed, its markers and fixtures are its own"
_DEPENDENCIES = {
    VCRPY: "require reqsnap; VCR.py is needed only for what still imports it",
    RECORDING: _PLUGIN,
    PYTEST_VCR: _PLUGIN,
    CASSETTER: _PLUGIN,
    BETAMAX: "require reqsnap",
}


def findings(text: str) -> Iterator[Finding]:
    """What a file of settings says, in its order.

    >>> [each.what for each in findings("pytest\\nvcrpy>=6  # VCR\\n")]
    ['vcrpy']
    """
    for number, line in enumerate(text.splitlines(), start=1):
        if not _COMMENT.match(line):
            yield from _of_line(number, line)


def libraries(text: str) -> set[str]:
    """The libraries that a file of settings names as packages."""
    return {PACKAGES[name] for _, name in _packages(text.splitlines())}


def _of_line(number: int, line: str) -> Iterator[Finding]:
    for _, name in _packages([line]):
        library = PACKAGES[name]
        yield Finding(number, library, name, Verdict.CHANGE, _DEPENDENCIES[library])
    for option in _OPTION.finditer(line):
        known = _OPTIONS.get(option["name"])
        if known is not None:
            yield Finding(number, known.library, option["name"], known.verdict, known.advice)
    key = _INI.match(line)
    if key is not None:
        yield Finding(number, CASSETTER, key["name"], Verdict.CHANGE, _INI_KEYS[key["name"]])


def _packages(lines: list[str]) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(lines, start=1):
        if not _COMMENT.match(line):
            for found in _REQUIREMENT.finditer(line):
                yield number, re.sub("[-_.]", "-", found["name"].lower())
