"""The plugin's options, on the command line and in the ini file, and what they come to."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Mapping
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import pytest

MODE_VARIABLE = "REQSNAP_MODE"
MODES = ("once", "playback", "update", "record", "live")
RECORD_MODES = ("once", "new_episodes", "none", "all", "rewrite")
"""VCR.py's, and pytest-recording's `rewrite`."""

RECORDING, VCR, OFF = "pytest-recording", "pytest-vcr", "off"
"""Whose markers and fixtures there are beside our own."""

_NATIVE = {"once": "once", "new_episodes": "update", "none": "playback", "all": "record", "rewrite": "record"}
_VCRS = {"once": "once", "update": "new_episodes", "playback": "none", "record": "rewrite", "live": "all"}

_PEERS = (
    ("recording", "pytest_recording", "pytest-recording"),
    ("vcr", "pytest_vcr", "pytest-vcr"),
    ("cassetter", "cassetter", "cassetter"),
)
"""Plugins that have these names too, each with its module and its distribution."""


class Settings(NamedTuple):
    """What the command line and the ini file say. Modes are in VCR.py's words.

    lent: one of RECORDING, VCR and OFF.
    commanded: the mode that `--record-mode` gives, above all code.
    default, native_default: the modes of the ini file, for code that gives none; that of
    `reqsnap` markers in our own words.
    disabled: nothing is recorded or replayed.
    blocks_network: no test may connect, except one that records.
    allowed_hosts: regular expressions of hosts that are not blocked.
    """

    lent: str = OFF
    commanded: str | None = None
    default: str | None = None
    native_default: str | None = None
    disabled: bool = False
    blocks_network: bool = False
    allowed_hosts: tuple[str, ...] = ()

    def record_mode(self) -> str | None:
        """The mode that is forced on cassettes in VCR.py's words, by REQSNAP_MODE or the command line."""
        forced = os.environ.get(MODE_VARIABLE, "").strip().lower()
        return _VCRS.get(forced) or (forced if forced in RECORD_MODES else None) or self.commanded

    def native(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Options of `use_cassette`: the mode of the command line stands above them, the ini file's below."""
        forced = "live" if self.disabled else _NATIVE.get(self.commanded or "")
        if forced:
            return {**given, "mode": forced}
        default = self.native_default or _NATIVE.get(self.default or "")
        return {"mode": default, **given} if default else dict(given)


_settings = pytest.StashKey[Settings]()
_before = pytest.StashKey[str | None]()


def settings_of(config: pytest.Config) -> Settings:
    """What `apply` has read."""
    return config.stash[_settings]


def are_free(plugins: pytest.PytestPluginManager) -> bool:
    """Whether the names of pytest-recording and pytest-vcr are nobody's.

    They are where no plugin that has them is installed, or `-p no:recording` keeps it out.
    It is looked for once in a run, because looking for modules takes long.
    """
    if plugins not in _free:
        _free[plugins] = not any(
            not plugins.is_blocked(name) and _is_installed(module, distribution)
            for name, module, distribution in _PEERS
        )
    return _free[plugins]


_free: WeakKeyDictionary[pytest.PytestPluginManager, bool] = WeakKeyDictionary()


def _is_installed(module: str, distribution: str) -> bool:
    if importlib.util.find_spec(module) is None:
        return False
    # A module of that name need not be the plugin. Here, because looking for distributions takes long.
    from importlib import metadata

    try:
        metadata.distribution(distribution)
    except metadata.PackageNotFoundError:
        return False
    return True


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


def apply(config: pytest.Config) -> Settings:
    """Read the options, and put the mode of the command line in force.

    `--reqsnap-mode` stands above all code and reaches child processes, as REQSNAP_MODE.
    Raises pytest.UsageError for two modes, and for a word in the ini file that there is not.
    """
    found = config.stash[_settings] = _read(config)
    mode = config.getoption("--reqsnap-mode")
    if mode is not None:
        if found.commanded is not None:
            raise pytest.UsageError("--reqsnap-mode and --record-mode are two ways to say the same: give one")
        config.stash[_before] = os.environ.get(MODE_VARIABLE)
        os.environ[MODE_VARIABLE] = mode
    return found


def _read(config: pytest.Config) -> Settings:
    native_default = _word(config, "reqsnap_mode", MODES)
    if not are_free(config.pluginmanager):
        return Settings(native_default=native_default)
    option = config.option
    hosts = (
        option.allowed_hosts.split(",") if option.allowed_hosts else config.getini("reqsnap_allowed_hosts")
    )
    return Settings(
        _word(config, "reqsnap_vcr_names", (RECORDING, VCR, OFF)) or OFF,
        option.record_mode,
        _word(config, "reqsnap_record_mode", RECORD_MODES) or _VCRS.get(native_default or ""),
        native_default,
        option.disable_recording or config.getini("reqsnap_disable_recording"),
        option.block_network or config.getini("reqsnap_block_network"),
        tuple(hosts),
    )


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
