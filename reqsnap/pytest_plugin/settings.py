"""What the plugin's options come to."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest

from reqsnap.pytest_plugin import options
from reqsnap.pytest_plugin.options import MODE_VARIABLE, OFF, RECORD_MODES

_NATIVE = {"once": "once", "new_episodes": "update", "none": "playback", "all": "record", "rewrite": "record"}
_VCRS = {"once": "once", "update": "new_episodes", "playback": "none", "record": "rewrite", "live": "all"}


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


def read(config: pytest.Config) -> Settings:
    """Read them."""
    native_default, default = options.ini_modes(config)
    if not options.are_free(config.pluginmanager):
        return Settings(native_default=native_default)
    given = config.option
    hosts = given.allowed_hosts.split(",") if given.allowed_hosts else config.getini("reqsnap_allowed_hosts")
    return Settings(
        options.lent(config),
        given.record_mode,
        default or _VCRS.get(native_default or ""),
        native_default,
        given.disable_recording or config.getini("reqsnap_disable_recording"),
        options.blocks_network(config),
        tuple(hosts),
    )
