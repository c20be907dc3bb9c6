"""Stands for VCR.py where its own tests run: `vcr`, and each module below it, is `reqsnap.vcr`'s.

What VCR.py keeps for itself and `reqsnap.vcr` has not is a name here that fails where it is
used, so that the other tests in its file can run. Three tests of proxies misspell `record_mode`
as `mode`, which VCR.py passes over: so does `use_cassette` here, for what they test is proxies.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

INTERNAL = frozenset(
    f"vcr.{name}"
    for name in (
        "serializers.compat",
        "stubs",
        "stubs.aiohttp_stubs",
        "stubs.httpx_stubs",
        "stubs.urllib3_stubs",
    )
)


class Internal(type):
    """A class of VCR.py's own, of which there are no instances."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return internal(f"{cls.__name__}.{name}")

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        """Fail."""
        raise NotImplementedError(f"{cls.__name__} is internal to VCR.py")


def internal(name: str) -> type:
    """What stands for something of VCR.py's own."""
    return Internal(name, (), {})


class Aliases(MetaPathFinder, Loader):
    """Finds the modules of VCR.py."""

    def __init__(self) -> None:
        self._own: dict[str, ModuleSpec | None] = {}

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Where a module of VCR.py is: with us."""
        return ModuleSpec(name, self, is_package=True) if name.split(".")[0] == "vcr" else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Ours of the same name, or an empty one that stands for what is internal."""
        try:
            module = importlib.import_module(f"reqsnap.{spec.name}")
            self._own[spec.name] = module.__spec__
        except ModuleNotFoundError:
            if spec.name not in INTERNAL:
                raise
            module = ModuleType(spec.name)
        if not hasattr(module, "__getattr__"):
            module.__dict__["__getattr__"] = _others_of(spec.name)
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Leave it as it is, which an import has just said that it is the alias."""
        own = self._own.get(f"vcr{module.__name__.removeprefix('reqsnap.vcr')}")
        if own is not None:
            module.__spec__ = own


def _others_of(module: str) -> Callable[[str], Any]:
    def find(name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        try:
            return importlib.import_module(f"{module}.{name}")
        except ModuleNotFoundError:
            return internal(f"{module}.{name}")

    return find


def _passing_over_mode(use_cassette: Callable[..., Any]) -> Callable[..., Any]:
    def use(path: Any = None, **options: Any) -> Any:
        options.pop("mode", None)
        return use_cassette(path, **options)

    return use


if __name__ == "vcr":
    sys.meta_path.insert(0, Aliases())
    del sys.modules["vcr"]
    vcr = sys.modules["vcr"] = importlib.import_module("vcr")
    vcr.use_cassette = _passing_over_mode(vcr.use_cassette)
