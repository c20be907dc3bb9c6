"""Where the cassette of a test lies, and what its path may be named after."""

from __future__ import annotations

import os
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from reqsnap.locations import Location, location
from reqsnap.naming.context import TestContext, current_naming
from reqsnap.naming.default_paths import FOLDER
from reqsnap.naming.path_names import LONGEST_PART, built_path, checked_builder, fit, fit_part, given_path

Node = pytest.Item | pytest.Collector


def beside(node: Node) -> Location:
    """The folder of the cassettes of a test: `cassettes` beside its file, or in the root of the session."""
    return (node.path if isinstance(node, pytest.Session) else node.path.parent) / FOLDER


def below(root: Path, directory: str | os.PathLike[str]) -> Location:
    """A folder that was given: a URL, or a path that may be relative to a root."""
    found = location(os.fspath(directory))
    return root / found if isinstance(found, Path) else found


def location_of(node: Node, path: Any, directory: Location) -> Location:
    """The cassette of a test: the path that a marker gives, in the directory, else its own default.

    Raises ConfigurationError for a path that cannot be used.
    """
    if path is None:
        return default(node, directory)
    if callable(path):
        return built_path(checked_builder("path", path), directory)(lambda: context_of(node))
    return given_path(path, directory)(lambda: context_of(node))


def default(node: Node, directory: Location) -> Location:
    """`<module>/<Class>.<test>[<case>].yaml`; that of a class or module is called after it alone.

    It is the one that `use_cassette`, as a decorator, gives to the same test.
    """
    if isinstance(node, pytest.Session):
        return directory / "session.yaml"
    module = fit_part(fit(node.path.stem))
    if isinstance(node, pytest.Module):
        return directory / fit_part(f"{module}.yaml")
    around = class_of(node)
    name = node.name if around is None or isinstance(node, pytest.Class) else f"{around}.{node.name}"
    if isinstance(node, pytest.Class) and around is not None:
        name = around
    return directory / module / fit_part(f"{fit(name, longest=LONGEST_PART)}.yaml")


def class_of(node: Node) -> str | None:
    """The class that a test is in, with those around it, `Outer.Inner`; None where there is none."""
    names = [each.name for each in node.listchain() if isinstance(each, pytest.Class)]
    return ".".join(names) or None


def context_of(node: Node) -> TestContext:
    """What the path of a cassette may be named after."""
    is_test = isinstance(node, pytest.Item)
    name: str | None = getattr(node, "originalname", None) or node.name
    call: Any = getattr(node, "callspec", None)
    return TestContext(
        name if is_test else None,
        class_of(node),
        node.path.stem,
        node.path,
        MappingProxyType(dict(call.params) if call is not None else {}),
        current_naming(),
    )
