"""`reqsnap run`: records and replays a program that knows nothing of it.

The program is a child process that belongs to the block of this one, not code that is run in
this process. So it is started, signalled and ended just as without reqsnap, whatever it is: its
`__main__`, `sys.path`, tracebacks, exit handlers and status are its own, a shell line or `make`
works like a script, and what was recorded is saved even where the program is killed. That costs
a start of Python, and asking over a local socket, which takes less than a request over loopback.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

from reqsnap.blocks.programs import ProgramBlock
from reqsnap.cli.parsers import add_command
from reqsnap.cli.run.programs import NotRunError, die_of, run_to_its_end
from reqsnap.errors import ConfigurationError, ReqsnapError
from reqsnap.options import Options
from reqsnap.options.words import add_options, given

FAILED = 125
"""The exit status where reqsnap failed: the cassette cannot be used, or what was recorded not saved."""

_SCRIPTS = (".py", ".pyw", ".pyz")

_WITHOUT = ("subprocesses",)
"""The program is one: an option that leaves them alone would leave nothing."""


def add_to(commands: Any) -> None:
    """Add the command to the parser's commands."""
    parser = add_command(
        commands,
        "run",
        run,
        help="run a program, and record or replay its HTTP exchanges",
        usage="reqsnap run --cassette PATH [options] -- COMMAND ...",
        description=(
            "Run a program, and record or replay the HTTP exchanges of every Python process in it. COMMAND "
            "is any command; a file that ends in .py, and -m and -c, are run by the Python of reqsnap."
        ),
    )
    parser.add_argument("--cassette", metavar="PATH", required=True, help="the file to record to, or replay")
    parser.add_argument("-q", "--quiet", action="store_true", help="no summary where nothing was refused")
    add_options(parser, _WITHOUT)
    parser.add_argument("command", metavar="COMMAND ...", nargs=argparse.REMAINDER, help="what is to be run")


def run(arguments: argparse.Namespace) -> int:
    """Run the program; its exit status, or one of `timeout`'s: 125, 126 and 127."""
    words: list[str] = arguments.command[1:] if arguments.command[:1] == ["--"] else arguments.command
    if not words:
        arguments.fail("there is no COMMAND to be run")
    if not arguments.cassette:
        arguments.fail("--cassette is empty")
    options = given(arguments)
    try:
        Options.read(options, Options())
    except ConfigurationError as error:
        arguments.fail(str(error))
    try:
        block = ProgramBlock(arguments.cassette, options)
    except (ReqsnapError, OSError) as error:
        _print(f"reqsnap: {error}")
        return FAILED
    status, told = _run(command(words))
    report = block.close(interrupted=status < 0, failed=status != 0)
    for line in [*told, *report.lines(quiet=arguments.quiet or bool(told))]:
        _print(line)
    if status < 0:
        return die_of(-status)
    return FAILED if report.problem is not None and not status else status


def command(words: list[str]) -> list[str]:
    """The command that is run: Python's own arguments, and scripts, are given to this Python.

    >>> command(["make", "test"])
    ['make', 'test']
    """
    is_python = words[0].startswith("-") or words[0].endswith(_SCRIPTS)
    return [sys.executable, *words] if is_python else words


def _run(words: list[str]) -> tuple[int, list[str]]:
    try:
        return run_to_its_end(words), []
    except NotRunError as error:
        return error.status, [f"reqsnap: {error}"]


def _print(line: str) -> None:
    try:
        print(line, file=sys.stderr, flush=True)
    except OSError:
        # Nobody reads it any more. What is left in the buffer would change the exit status.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
