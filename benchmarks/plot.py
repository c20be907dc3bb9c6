"""Bars as an SVG drawing: a group for each case, a bar for each tool, on a logarithmic scale."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from benchmarks.tools import ALONE, CASSETTER, OURS, VCRPY

_COLOURS = {OURS: "#1b7f5c", VCRPY: "#c2553f", CASSETTER: "#4a6fa5", ALONE: "#b8b8b8"}
_LEFT, _WIDTH, _BAR, _GAP, _TOP = 110, 560, 13, 12, 64


@dataclass(frozen=True, slots=True)
class Bars:
    """A group: its name and the figure of each tool, above zero."""

    name: str
    figures: Mapping[str, float]


def drawn(title: str, scale: str, groups: Sequence[Bars]) -> str:
    """The drawing, as the text of an SVG file.

    >>> drawn("Speed", "us", [Bars("requests", {"reqsnap": 10.0})]).count("<rect") > 1
    True
    """
    figures = [figure for group in groups for figure in group.figures.values()] or [1.0]
    low = 10 ** math.floor(math.log10(min(figures)))
    high = 10 ** math.ceil(math.log10(max(figures) * 1.01))
    height = _TOP + sum([len(group.figures) * _BAR + _GAP for group in groups]) + 24
    parts = [_text(_LEFT, 20, title, "font-weight='bold' font-size='14'"), _text(_LEFT, 38, scale)]
    parts += _legend(groups)
    parts += _grid(low, high, height)
    top = _TOP
    for group in groups:
        middle = top + len(group.figures) * _BAR / 2 + 4
        parts.append(_text(_LEFT - 8, middle, group.name, "text-anchor='end'"))
        for tool, figure in group.figures.items():
            width = _across(figure, low, high)
            parts.append(_rectangle(_LEFT, top, width, _BAR - 2, tool))
            parts.append(_text(_LEFT + width + 4, top + 10, f"{figure:,.0f}", "font-size='10'"))
            top += _BAR
        top += _GAP
    size = f"width='{_LEFT + _WIDTH + 70}' height='{height}'"
    style = "font-family='sans-serif' font-size='12' fill='#333'"
    background = "<rect width='100%' height='100%' fill='#fff'/>"
    inside = "\n".join([background, *parts])
    return f"<svg xmlns='http://www.w3.org/2000/svg' {size} {style}>\n{inside}\n</svg>\n"


def _legend(groups: Sequence[Bars]) -> list[str]:
    tools = dict.fromkeys(tool for group in groups for tool in group.figures)
    parts = []
    for number, tool in enumerate(tools):
        left = _LEFT + 100 * number
        parts += [_rectangle(left, 46, 10, 10, tool), _text(left + 14, 55, tool, "font-size='11'")]
    return parts


def _grid(low: float, high: float, height: float) -> list[str]:
    parts = []
    for power in range(round(math.log10(low)), round(math.log10(high)) + 1):
        left = _LEFT + _across(10.0**power, low, high)
        line = f"x1='{left:.1f}' x2='{left:.1f}' y1='{_TOP - 4}' y2='{height - 20}'"
        parts.append(f"<line {line} stroke='#ddd'/>")
        parts.append(_text(left, height - 6, f"{10.0**power:,.0f}", "text-anchor='middle' font-size='10'"))
    return parts


def _across(figure: float, low: float, high: float) -> float:
    return _WIDTH * math.log(max(figure, low) / low) / math.log(high / low)


def _rectangle(left: float, top: float, width: float, height: float, tool: str) -> str:
    place = f"x='{left:.1f}' y='{top:.1f}' width='{width:.1f}' height='{height:.1f}'"
    return f"<rect {place} fill='{_COLOURS.get(tool, '#777')}'/>"


def _text(left: float, top: float, text: str, more: str = "") -> str:
    return f"<text x='{left:.1f}' y='{top:.1f}' {more}>{escape(text)}</text>"
