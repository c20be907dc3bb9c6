"""The options by which a suite checks its cassettes, on the command line and in the ini file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reqsnap.pytest_plugin.options import MODE_VARIABLE

UNUSED = ("fail", "warn", "trim")
SAVE_ON = ("always", "pass")


def add(parser: pytest.Parser) -> None:
    """Add the options to pytest's."""
    group = parser.getgroup("reqsnap")
    group.addoption(
        "--reqsnap-report",
        action="store_true",
        help="Tell at the end what the requests of each test came to: replayed, recorded, refused, live.",
    )
    group.addoption(
        "--reqsnap-report-file", metavar="PATH", help="Write the same to a file, as JSON, for other programs."
    )
    group.addoption(
        "--reqsnap-unused",
        choices=UNUSED,
        help="Look for recordings that were never played and cassettes that no test owns: "
        "fail or warn, or trim, which removes those recordings.",
    )
    group.addoption(
        "--reqsnap-require-all-played",
        action="store_true",
        default=None,
        help="A test whose cassette has a recording that it did not play does not pass.",
    )
    group.addoption(
        "--reqsnap-save-on",
        choices=SAVE_ON,
        help="pass: what a test that fails has recorded is not saved.",
    )
    parser.addini("reqsnap_unused", "As --reqsnap-unused: fail, warn or trim.")
    parser.addini("reqsnap_require_all_played", "As --reqsnap-require-all-played.", "bool", False)
    parser.addini("reqsnap_save_on", "As --reqsnap-save-on: always, which is the default, or pass.")
    parser.addini(
        "reqsnap_ci_playback",
        "Mode playback where CI is set in the environment and neither --reqsnap-mode nor REQSNAP_MODE says "
        "otherwise.",
        "bool",
        False,
    )


def report_file(config: pytest.Config) -> Path | None:
    """The file that the report is written to, as JSON, or None."""
    file = config.getoption("--reqsnap-report-file")
    return None if file is None else config.invocation_params.dir / file


def unused(config: pytest.Config) -> str | None:
    """What becomes of what nobody uses, or None. Raises pytest.UsageError for a value that means nothing."""
    return _choice(config, "reqsnap_unused", "--reqsnap-unused", UNUSED)


def asks_for_checks(config: pytest.Config) -> bool:
    """Whether anything is to be told or checked at the end. Raises pytest.UsageError as `unused` does."""
    return any((unused(config), config.getoption("--reqsnap-report"), report_file(config)))


def requires_all_played(config: pytest.Config) -> bool:
    """Whether every test is to play all of its cassette."""
    given: bool | None = config.getoption("--reqsnap-require-all-played")
    return bool(config.getini("reqsnap_require_all_played") if given is None else given)


def save_on(config: pytest.Config) -> str:
    """When recordings are saved: always, or where the test passes. Raises pytest.UsageError."""
    return _choice(config, "reqsnap_save_on", "--reqsnap-save-on", SAVE_ON) or "always"


def is_ci_playback(config: pytest.Config) -> bool:
    """Whether the mode is playback by itself, because this is a build that nobody watches."""
    return bool(config.getini("reqsnap_ci_playback")) and os.environ.get("CI", "").lower() not in _OFF


_OFF = ("", "0", "false", "no", "off")
"""What says that this is no continuous integration, where the variable is there all the same."""


def choose_mode(config: pytest.Config) -> None:
    """Have `--reqsnap-mode=playback` said where nobody said anything and that is what is wanted."""
    option = config.option
    said = (option.reqsnap_mode, getattr(option, "record_mode", None), os.environ.get(MODE_VARIABLE))
    if is_ci_playback(config) and not any(said) and not getattr(option, "disable_recording", False):
        option.reqsnap_mode = "playback"


def _choice(config: pytest.Config, ini: str, option: str, allowed: tuple[str, ...]) -> str | None:
    given: str | None = config.getoption(option)
    found = given or config.getini(ini) or None
    if found is not None and found not in allowed:
        raise pytest.UsageError(f"{ini}={found} in the ini file: it is one of {', '.join(allowed)}")
    return found
