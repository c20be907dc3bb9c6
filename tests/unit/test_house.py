"""The rooms of the house stand in one order, and a module looks only upward."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import reqsnap

ROOT = Path(reqsnap.__file__).parent

ROWS = [
    {"model", "functions", "on_demand", "patterns", "shortening"},
    {"differences"},
    {"errors"},
    {"locations", "modes", "message_checks"},
    {"content_coding", "memo", "own_threads"},
    {"redaction"},
    {"matching"},
    {"sequences"},
    {"rules"},
    {"formats"},
    {"storage"},
    {"cassette"},
    {"recorder"},
    {"scope"},
    {"patching"},
    {"naming"},
    {"carrying"},
    {"processes"},
    {"interceptors"},
    {"options"},
    {"blocks"},
    {"joining"},
    {"api"},
    {"__init__"},
    {"environment", "vcr"},
    {"pytest_plugin"},
    {"cli"},
    {"__main__"},
]
"""Each room may use those above it. Rooms of one row do not know each other."""


def room_of(module: str) -> str:
    """The room a module of the package belongs to: its first name below `reqsnap`."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(ROOT.rglob("*.py")):
        parts = ("reqsnap", *path.relative_to(ROOT).with_suffix("").parts)
        yield ".".join(part for part in parts if part != "__init__"), path


def imported_by(path: Path, *, for_types: bool = True) -> Iterator[str]:
    """Every module of the package that a file imports, at its top or within a function.

    Without `for_types` those are left out that only a type checker imports.
    """
    tree = ast.parse(path.read_text())
    unseen = {
        each
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING" and not for_types
        for each in node.body
    }
    for node in ast.walk(tree):
        if node in unseen:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "reqsnap")
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "reqsnap":
            for alias in node.names:
                below = ROOT.joinpath(*node.module.split(".")[1:], alias.name)
                is_module = below.is_dir() or below.with_suffix(".py").exists()
                yield f"{node.module}.{alias.name}" if is_module else node.module


def behind(module: str, uses: Mapping[str, set[str]]) -> set[str]:
    """All modules that are loaded sooner or later once one is."""
    found: set[str] = set()
    waiting = [module]
    while waiting:
        for name in uses[waiting.pop()] - found:
            found.add(name)
            waiting.append(name)
    return found


def rank(room: str) -> int:
    return next(index for index, row in enumerate(ROWS) if room in row)


@pytest.mark.parametrize(("module", "path"), list(modules()))
def test_module_imports_only_from_the_rows_above(module: str, path: Path) -> None:
    here = room_of(module)
    for name in imported_by(path):
        there = room_of(name)
        assert there == here or rank(there) < rank(here), f"{module} imports {name}"


def test_no_module_needs_itself() -> None:
    known = dict(modules())
    uses = {module: set(imported_by(path, for_types=False)) & set(known) for module, path in known.items()}
    circles = {module for module in known if module in behind(module, uses)}
    # The plugin reads its settings when they are first asked for, by way of its options.
    assert circles == {"reqsnap.pytest_plugin.options", "reqsnap.pytest_plugin.settings"}


def test_contributors_are_told_of_every_room() -> None:
    text = (ROOT.parent / "CONTRIBUTING.md").read_text("utf-8")
    cells = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    told = {name for cell in cells for name in re.findall("`(.+?)`", cell)}
    assert told | {"__init__", "__main__"} == {room_of(module) for module, _ in modules()}


@pytest.mark.parametrize("folder", ["unit", "use_cassette", "cli", "vcr", "pytest_plugin", "docs"])
def test_what_tests_share_lies_in_their_support(folder: str) -> None:
    tests = Path(__file__).parents[1]
    names = {path.relative_to(tests) for path in (tests / folder).rglob("*.py")}
    assert [name for name in names if not re.match("test_|conftest|__init__", name.name)] == []


@pytest.mark.parametrize(("module", "path"), list(modules()))
def test_module_is_under_three_hundred_lines(module: str, path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 300


def test_importing_reqsnap_loads_no_client_and_neither_wrapt_nor_yaml() -> None:
    clients = ["http.client", "urllib3", "requests", "httpx", "httpcore", "aiohttp", "tornado"]
    unwanted = ["wrapt", "yaml", *clients]
    program = f"import sys, reqsnap; print([name for name in {unwanted!r} if name in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
