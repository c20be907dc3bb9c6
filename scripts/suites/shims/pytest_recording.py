"""Stands for pytest-recording where its own tests run: what they import of it is reqsnap's plugin's."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from reqsnap.pytest_plugin import network, options


def _internal(*args: Any, **kwargs: Any) -> Any:
    raise NotImplementedError("this is internal to pytest-recording")


def _module(name: str, **contents: Any) -> None:
    module = sys.modules[f"{__name__}.{name}"] = ModuleType(f"{__name__}.{name}")
    vars(module).update(contents)
    globals()[name] = module


_module("plugin", RECORD_MODES=options.RECORD_MODES)
_module("utils", unique=_internal)
_module("_vcr", load_cassette=_internal)
sys.modules[f"{__name__}.network"] = network
