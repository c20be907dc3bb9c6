"""Patches go in once, serve many users, and leave the very objects that were there."""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from reqsnap import patching
from reqsnap.interceptors import TABLE
from reqsnap.patching import Hold, Patch


def shout(wrapped: Any, instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    return wrapped(*args, **kwargs).upper()


def wrapped_by_another_library(function: Any) -> Any:
    return lambda self: function(self) + "!"


class Speaker:
    def hello(self) -> str:
        return "hello"


class Heir(Speaker):
    pass


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """A client library of our own, and the interceptor for it."""
    library = ModuleType("a_client")
    vars(library).update(Speaker=Speaker, Heir=Heir, shout=lambda: "loud")
    ours = ModuleType("an_interceptor")
    vars(ours)["PATCHES"] = (
        Patch("a_client", "Speaker.hello", shout),
        Patch("a_client", "Heir.hello", shout),
        Patch("a_client", "Missing.hello", shout),
        Patch("a_client", "shout", shout),
        Patch("not_there", "hello", shout),
    )
    monkeypatch.setitem(sys.modules, "a_client", library)
    monkeypatch.setitem(sys.modules, "an_interceptor", ours)
    patching.use_table({"a_client": "an_interceptor"})
    yield library
    patching.use_table(TABLE)


def test_a_patch_lasts_as_long_as_its_last_user(client: ModuleType) -> None:
    method, function = vars(Speaker)["hello"], client.shout
    patching.acquire()
    patching.acquire()
    patching.release()
    assert (Speaker().hello(), Heir().hello(), client.shout()) == ("HELLO", "HELLO", "LOUD")
    patching.release()
    assert vars(Speaker)["hello"] is method
    assert client.shout is function
    assert "hello" not in vars(Heir)


def test_what_another_library_wrapped_over_ours_is_left_alone(client: ModuleType) -> None:
    method = vars(Speaker)["hello"]
    patching.acquire()
    ours = Speaker.hello
    theirs = wrapped_by_another_library(ours)
    vars(sys.modules["a_client"])["Speaker"].hello = theirs
    patching.release()
    try:
        assert vars(Speaker)["hello"] is theirs
    finally:
        vars(sys.modules["a_client"])["Speaker"].hello = method


def test_a_module_imported_later_is_patched_then(
    client: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    (tmp_path / "a_later_client.py").write_text("def greet():\n    return 'hello'\n")
    monkeypatch.syspath_prepend(tmp_path)
    vars(sys.modules["an_interceptor"])["PATCHES"] = (Patch("a_later_client", "greet", shout),)
    patching.use_table({"a_later_client": "an_interceptor"})
    patching.acquire()
    a_later_client = importlib.import_module("a_later_client")

    assert a_later_client.greet() == "HELLO"
    patching.release()
    assert a_later_client.greet() == "hello"
    patching.acquire()
    assert a_later_client.greet() == "HELLO"
    patching.release()


def test_a_failure_while_patching_leaves_nothing_behind(client: ModuleType) -> None:
    method = vars(Speaker)["hello"]
    patching.use_table({"a_client": "an_interceptor", "sys": "no_such_interceptor"})
    with pytest.raises(ModuleNotFoundError):
        patching.acquire()
    assert vars(Speaker)["hello"] is method
    patching.use_table({"a_client": "an_interceptor"})
    patching.acquire()
    assert Speaker().hello() == "HELLO"
    patching.release()
    assert vars(Speaker)["hello"] is method


def test_a_hold_lets_go_once_or_when_it_is_forgotten(client: ModuleType) -> None:
    hold = Hold()
    assert Speaker().hello() == "HELLO"
    hold.release()
    hold.release()
    assert Speaker().hello() == "hello"
    kept = Hold()
    assert Speaker().hello() == "HELLO"
    del kept
    assert Speaker().hello() == "hello"


def test_many_threads_come_and_go(client: ModuleType) -> None:
    method = vars(Speaker)["hello"]
    wrong: list[str] = []

    def use() -> None:
        for _ in range(200):
            patching.acquire()
            if Speaker().hello() != "HELLO":
                wrong.append("not patched")
            patching.release()

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert vars(Speaker)["hello"] is method
