"""Which tests share the cassette of a class, a module or a session."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import pytest

from reqsnap.pytest_plugin.markers import collected_of, marked

Node = pytest.Item | pytest.Collector


@dataclass(frozen=True, slots=True)
class _Sharers:
    """by_node: the tests of a node that ask for a cassette of a scope.

    run_here: the tests of this run. were_before: those of them that came before the first that shares.
    """

    by_node: dict[tuple[object, str], list[pytest.Item]]
    run_here: frozenset[pytest.Item]
    were_before: frozenset[pytest.Item]


_sharers = pytest.StashKey[_Sharers]()


def sharing(node: Node, scope: str) -> Collection[pytest.Item]:
    """The tests of a node that ask for a cassette of a scope, those that this run leaves out included."""
    return _sharers_of(node).by_node.get((node, scope), ())


def awaited(node: Node, scope: str) -> Collection[pytest.Item]:
    """Those of them that are run from the first that shares a cassette on, perhaps by another worker."""
    known = _sharers_of(node)
    return [each for each in sharing(node, scope) if each in known.run_here - known.were_before]


def left_out(node: Node, scope: str) -> Collection[pytest.Item]:
    """Those of them that this run leaves out."""
    return [each for each in sharing(node, scope) if each not in _sharers_of(node).run_here]


def _sharers_of(node: Node) -> _Sharers:
    """What is known of all tests, looked at when the first of them is about to share a cassette."""
    stash = node.config.stash
    if _sharers not in stash:
        items = node.session.items
        stash[_sharers] = _Sharers(
            _by_node(collected_of(node.config)), frozenset(items), frozenset(_before(node, items))
        )
    return stash[_sharers]


def _by_node(items: Iterable[pytest.Item]) -> dict[tuple[object, str], list[pytest.Item]]:
    found: dict[tuple[object, str], list[pytest.Item]] = {}
    for item in items:
        scopes: set[str] = {mark.kwargs.get("scope", "") for mark in item.iter_markers("reqsnap")}
        for scope in scopes:
            for node in item.listchain():
                found.setdefault((node, scope), []).append(item)
    return found


def _before(node: Node, items: list[pytest.Item]) -> Iterable[pytest.Item]:
    """The tests that were run before the current one. Nobody has looked how they went: some were skipped."""
    current = marked(node.config).current
    if current not in items or hasattr(node.config, "workerinput"):
        # A worker of xdist runs some of the tests, in an order of its own.
        return ()
    return items[: items.index(current)]
