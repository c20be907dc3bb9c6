"""What the parsers of the commands have in common."""

from __future__ import annotations

import argparse
import shutil
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

WRONG_USAGE = 2
"""The exit status where what was written cannot be meant, as argparse has it."""


def add_command(
    commands: Any,
    name: str,
    run: Callable[[argparse.Namespace], int],
    *,
    help: str,
    description: str,
    examples: Sequence[str] = (),
    usage: str | None = None,
) -> argparse.ArgumentParser:
    """Add a command to the parser's. What it reads has `run`, and `fail` for what cannot be meant."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=help,
        usage=usage,
        # argparse leaves either both as they are or neither.
        description=textwrap.fill(description, shutil.get_terminal_size().columns - 2),
        epilog="\n  ".join(["examples:", *examples]) if examples else None,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(run=run, fail=parser.error)
    return parser


def add_paths(parser: argparse.ArgumentParser) -> None:
    """Let a command take cassettes, and folders of them, as `paths`."""
    parser.add_argument("paths", metavar="PATH", type=Path, nargs="+", help="a cassette, or a folder of them")
