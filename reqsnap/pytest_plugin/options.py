"""The plugin's options, on the command line and in the ini file."""

from __future__ import annotations

import importlib.util
import os
from importlib import metadata
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import pytest

if TYPE_CHECKING:
    from reqsnap.pytest_plugin.settings import Settings

MODE_VARIABLE = "REQSNAP_MODE"
MODES = ("once", "playback", "update", "record", "live")
RECORD_MODES = ("once", "new_episodes", "none", "all", "rewrite")
"""VCR.py's, and pytest-recording's `rewrite`."""

RECORDING, VCR, OFF = "pytest-recording", "pytest-vcr", "off"
"""Whose markers and fixtures there are beside our own."""

_PEERS = (
    ("recording", "pytest_recording", "pytest-recording"),
    ("vcr", "pytest_vcr", "pytest-vcr"),
    ("cassetter", "cassetter", "cassetter"),
)
"""Plugins that have these names too, each with its module and its distribution."""


_settings = pytest.StashKey["Settings"]()
_before = pytest.StashKey[str | None]()


def settings_of(config: pytest.Config) -> Settings:
    """What the options come to, read when it is first asked for."""
    if _settings not in config.stash:
        # Here, because suites that do not use the plugin never ask.
        from reqsnap.pytest_plugin import settings

        config.stash[_settings] = settings.read(config)
    return config.stash[_settings]


def are_free(plugins: pytest.PytestPluginManager) -> bool:
    """Whether the names of pytest-recording and pytest-vcr are nobody's.

    They are where no plugin that has them is installed, or `-p no:recording` keeps it out.
    It is looked for once in a run.
    """
    if plugins not in _free:
        _free[plugins] = not any(
            not plugins.is_blocked(name) and _is_installed(module, distribution)
            for name, module, distribution in _PEERS
        )
    return _free[plugins]


_free: WeakKeyDictionary[pytest.PytestPluginManager, bool] = WeakKeyDictionary()


def _is_installed(module: str, distribution: str) -> bool:
    """Whether a plugin is there: a module of its name alone need not be it.

    Distributions first: pytest has just looked for all of them, and Python remembers where they are.
    """
    try:
        metadata.distribution(distribution)
    except metadata.PackageNotFoundError:
        return False
    return importlib.util.find_spec(module) is not None


def add(parser: pytest.Parser, plugins: pytest.PytestPluginManager) -> None:
    """Add the options to pytest's."""
    group = parser.getgroup("reqsnap", "HTTP exchanges recorded and replayed by reqsnap")
    group.addoption(
        "--reqsnap-mode",
        choices=MODES,
        help="The mode of every cassette, whatever the code and REQSNAP_MODE say.",
    )
    parser.addini("reqsnap_mode", "The mode of cassettes whose marker and fixtures give none.")
    if are_free(plugins):
        _add_lent(parser)


def _add_lent(parser: pytest.Parser) -> None:
    group = parser.getgroup("recording")
    group.addoption(
        "--record-mode",
        "--vcr-record",
        "--vcr-record-mode",
        choices=RECORD_MODES,
        help="VCR.py record mode. It stands above the code; where nothing gives one it is none.",
    )
    group.addoption(
        "--block-network", action="store_true", help="Let no test connect, except one that records."
    )
    group.addoption(
        "--allowed-hosts",
        help="Regular expressions, with commas between them, of hosts that are not blocked.",
    )
    group.addoption(
        "--disable-recording",
        "--disable-vcr",
        action="store_true",
        help="Neither record nor replay: tests talk to the servers.",
    )
    parser.addini(
        "reqsnap_vcr_names",
        f"Whose layout and fixtures the marker vcr has: {RECORDING} (default), {VCR}, or {OFF}.",
        default=RECORDING,
    )
    parser.addini("reqsnap_record_mode", "As --record-mode, for code that gives none.")
    parser.addini("reqsnap_block_network", "As --block-network.", type="bool", default=False)
    parser.addini("reqsnap_allowed_hosts", "As --allowed-hosts, one a line.", type="linelist", default=[])
    parser.addini("reqsnap_disable_recording", "As --disable-recording.", type="bool", default=False)


def apply(config: pytest.Config) -> None:
    """Put the mode of the command line in force.

    `--reqsnap-mode` stands above all code and reaches child processes, as REQSNAP_MODE.
    Raises pytest.UsageError for two modes, and for a word in the ini file that there is not.
    """
    ini_modes(config)
    lent(config)
    mode = config.getoption("--reqsnap-mode")
    if mode is not None:
        if getattr(config.option, "record_mode", None) is not None and are_free(config.pluginmanager):
            raise pytest.UsageError("--reqsnap-mode and --record-mode are two ways to say the same: give one")
        config.stash[_before] = os.environ.get(MODE_VARIABLE)
        os.environ[MODE_VARIABLE] = mode


def lent(config: pytest.Config) -> str:
    """Whose markers and fixtures there are beside our own. Raises pytest.UsageError."""
    if not are_free(config.pluginmanager):
        return OFF
    return _word(config, "reqsnap_vcr_names", (RECORDING, VCR, OFF)) or OFF


def blocks_network(config: pytest.Config) -> bool:
    """Whether no test may connect, except one that records."""
    if not are_free(config.pluginmanager):
        return False
    return bool(config.option.block_network or config.getini("reqsnap_block_network"))


def ini_modes(config: pytest.Config) -> tuple[str | None, str | None]:
    """The modes of the ini file: in our words, and in VCR.py's. Raises pytest.UsageError."""
    native = _word(config, "reqsnap_mode", MODES)
    if not are_free(config.pluginmanager):
        return native, None
    return native, _word(config, "reqsnap_record_mode", RECORD_MODES)


def _word(config: pytest.Config, name: str, known: tuple[str, ...]) -> str | None:
    found: str = config.getini(name)
    if found and found not in known:
        raise pytest.UsageError(f"{name} is {found!r} in the ini file; it is one of {', '.join(known)}")
    return found or None


def withdraw(config: pytest.Config) -> None:
    """Leave the environment as it was."""
    if _before in config.stash:
        before = config.stash[_before]
        del config.stash[_before]
        if before is None:
            os.environ.pop(MODE_VARIABLE, None)
        else:
            os.environ[MODE_VARIABLE] = before
