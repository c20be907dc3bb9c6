"""The figures as people read them: text in a terminal, and a page of Markdown with a plot."""

from __future__ import annotations

import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from benchmarks.measuring import Filled, Measured
from benchmarks.plan import PEERS, Sizes, Table
from benchmarks.plot import Bars, drawn
from benchmarks.tools import OURS, version

_UNITS = {"us": 1.0, "ms": 1000.0}
_CLIENTS = ("requests", "urllib3", "httpx", "httpx2", "aiohttp", "httplib2")
PLOT = "benchmarks.svg"
PAGE = "benchmarks.md"


def text(found: Sequence[Filled]) -> str:
    """The tables for a terminal."""
    lines = [_machine(), ""]
    for filled in found:
        rows = [_head(filled.table), *_rows(filled)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines += [filled.table.title, filled.table.text]
        lines += [
            "  ".join([cell.ljust(width) if not n else cell.rjust(width) for n, (cell, width) in columns])
            for columns in (list(enumerate(zip(row, widths, strict=True))) for row in rows)
        ]
        lines.append("")
    return "\n".join(lines)


def write(folder: Path, found: Sequence[Filled], sizes: Sizes, seconds: float) -> None:
    """Write the page and its plot into a folder."""
    (folder / PAGE).write_text(markdown(found, sizes, seconds), "utf-8")
    (folder / PLOT).write_text(plot(found), "utf-8")


def markdown(found: Sequence[Filled], sizes: Sizes, seconds: float) -> str:
    """The page, as `python -m benchmarks --write docs` makes it."""
    lines = [
        "# Benchmarks",
        "",
        f"Measured on {datetime.now(UTC):%d %B %Y} in one run of {seconds / 60:.0f} minutes:"
        " `python -m benchmarks --write docs`.",
        _machine() + ".",
        "",
        f"The tools take turns, each in a process of its own: {sizes.rounds} processes in all, which in a"
        f" replay or a suite have {sizes.turns} turns each. A figure is the median of the turns, with the"
        " lowest and the highest in brackets; a"
        " ratio says how many times as long as reqsnap a tool took in the turn beside its own: the median of"
        " that. Times are CPU times of the process, user and system. All have the same"
        " requests through the same client and their own default options; VCR.py is allowed to repeat"
        " recordings, as the others do. reqsnap compares bodies and redacts secrets by default; the others do"
        " not. `alone` is the client itself, over connections in memory: what is left where nothing replays."
        " A tool that does not see a client, or fails at the work, has no figure.",
        "",
        f"![CPU time of a replayed request, by client and tool]({PLOT})",
    ]
    for filled in found:
        rows = [_head(filled.table), *_rows(filled)]
        lines += ["", f"## {filled.table.title}", "", filled.table.text, ""]
        lines += [_line(rows[0]), _line(["---", *["--:"] * (len(rows[0]) - 1)]), *map(_line, rows[1:])]
    return "\n".join(lines) + "\n"


def plot(found: Sequence[Filled]) -> str:
    """The replays of the first table as bars."""
    filled = next((each for each in found if each.table.unit == "us"), None)
    if filled is None:
        return drawn("", "", ())
    cells, tools = filled.cells, filled.table.tools
    groups = [
        Bars(row.name, {tool: cells[row.name, tool].median for tool in tools if (row.name, tool) in cells})
        for row in filled.table.rows
    ]
    return drawn(filled.table.title, "CPU microseconds a request, on a logarithmic scale", groups)


def _head(table: Table) -> list[str]:
    shown = [tool for tool in table.tools if tool != table.floor]
    memory = [f"memory of {tool}" for tool in shown if table.memory]
    return ["", *[f"{tool}, {table.unit}" for tool in shown], *_ratios(table), *memory]


def _ratios(table: Table) -> list[str]:
    return [f"{tool} / {OURS}" for tool in table.tools if tool in PEERS and tool != OURS]


def _rows(filled: Filled) -> list[list[str]]:
    table, unit = filled.table, _UNITS[filled.table.unit]
    shown = [tool for tool in table.tools if tool != table.floor]
    rows = []
    for row in table.rows:
        cells = {tool: _cell(filled, row.name, tool) for tool in shown}
        figures = [_figure(cell, unit) for cell in cells.values()]
        ratios = [_ratio(cells[tool], cells[OURS]) for tool in shown if tool in PEERS and tool != OURS]
        sizes = [_size(filled, row.name, tool) for tool in shown if table.memory]
        rows.append([row.name, *figures, *ratios, *sizes])
    return rows


def _cell(filled: Filled, row: str, tool: str) -> Measured | None:
    cell, floor = filled.cells.get((row, tool)), filled.cells.get((row, filled.table.floor))
    return cell if cell is None or floor is None else cell.above(floor.median)


def _figure(cell: Measured | None, unit: float) -> str:
    if cell is None:
        return "-"
    low, median, high = (_short(each / unit) for each in (min(cell.turns), cell.median, max(cell.turns)))
    return f"{median} ({low}-{high})"


def _short(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"


def _ratio(one: Measured | None, ours: Measured | None) -> str:
    ratio = None if one is None or ours is None else one.over(ours)
    return "-" if ratio is None else f"{_short(ratio)}x"


def _size(filled: Filled, row: str, tool: str) -> str:
    cell, file = filled.cells.get((row, tool)), filled.files.get((row, tool))
    return "-" if cell is None or not file else f"{cell.bytes / 1e6:,.1f} MB, {cell.bytes / file:.2f}x"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _machine() -> str:
    """On what it was measured."""
    tools = ", ".join(f"{tool} {version(tool)}" for tool in PEERS)
    clients = ", ".join(f"{name} {_installed(name)}" for name in _CLIENTS)
    return f"{_processor()}, {platform.system()}, Python {sys.version.split()[0]}; {tools}; {clients}"


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    for line in information.read_text().splitlines() if information.exists() else ():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _installed(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "(not installed)"
