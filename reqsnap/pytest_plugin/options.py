"""The plugin's options, on the command line and in the ini file."""

from __future__ import annotations

import os

import pytest

MODE_VARIABLE = "REQSNAP_MODE"
MODES = ("once", "playback", "update", "record", "live")

_before = pytest.StashKey[str | None]()


def add(parser: pytest.Parser) -> None:
    """Add the options to pytest's."""
    group = parser.getgroup("reqsnap", "HTTP exchanges recorded and replayed by reqsnap")
    group.addoption(
        "--reqsnap-mode",
        choices=MODES,
        help="The mode of every cassette, whatever the code and REQSNAP_MODE say.",
    )
    parser.addini("reqsnap_mode", "The mode of cassettes where the code does not say.")


def apply(config: pytest.Config) -> None:
    """Put the mode of the command line in force: it stands above all code and reaches child processes."""
    mode = config.getoption("--reqsnap-mode")
    if mode is not None:
        config.stash[_before] = os.environ.get(MODE_VARIABLE)
        os.environ[MODE_VARIABLE] = mode


def withdraw(config: pytest.Config) -> None:
    """Leave the environment as it was."""
    if _before in config.stash:
        before = config.stash[_before]
        del config.stash[_before]
        if before is None:
            os.environ.pop(MODE_VARIABLE, None)
        else:
            os.environ[MODE_VARIABLE] = before
