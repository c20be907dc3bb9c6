"""Patches go in once, serve many users, and leave the very objects that were there."""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

import pytest
from wrapt.importer import ImportHookFinder

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


def asking(spec: Any) -> Any:
    """What a mock library puts in a method's place: it keeps the original, and calls it as a function."""

    def stand_in(self: Speaker) -> str:
        return f"mocked {spec(self)}"

    return stand_in


def new_mock() -> Any:
    """A mock that will take the place of `Speaker.hello`."""
    return mock.patch.object(Speaker, "hello", spec=True, new_callable=asking)


@contextmanager
def held() -> Iterator[None]:
    """Our patches in place."""
    patching.acquire()
    try:
        yield
    finally:
        patching.release()


@pytest.fixture
def order(client: ModuleType) -> Iterator[ExitStack]:
    """What is still to end when a test fails. `Speaker.hello` is then as it was."""
    method = vars(Speaker)["hello"]
    with ExitStack() as stack:
        yield stack
    assert vars(Speaker)["hello"] is method


def test_our_wrapper_goes_beneath_a_mock_that_was_there_before(order: ExitStack) -> None:
    mocked = new_mock()
    mocked.start()
    order.callback(mocked.stop)
    stand_in = vars(Speaker)["hello"]
    with held():
        assert vars(Speaker)["hello"] is stand_in
        assert Speaker().hello() == "mocked HELLO"
    assert vars(Speaker)["hello"] is stand_in
    assert Speaker().hello() == "mocked hello"


def test_a_mock_that_ends_first_leaves_our_wrapper_in_place(order: ExitStack) -> None:
    mocked = new_mock()
    mocked.start()
    with held():
        mocked.stop()
        assert Speaker().hello() == "HELLO"
    assert Speaker().hello() == "hello"


def test_a_mock_that_ends_last_leaves_none_of_ours(order: ExitStack) -> None:
    mocked = new_mock()
    with held():
        mocked.start()
        order.callback(mocked.stop)
        assert Speaker().hello() == "mocked HELLO"
    assert Speaker().hello() == "mocked hello"


def test_our_wrapper_goes_beneath_the_lowest_of_several_mocks(order: ExitStack) -> None:
    lower, upper = new_mock(), new_mock()
    lower.start()
    order.callback(lower.stop)
    upper.start()
    with held():
        assert Speaker().hello() == "mocked mocked HELLO"
        upper.stop()
        assert Speaker().hello() == "mocked HELLO"


def test_a_mock_of_what_a_class_inherits_is_left_alone(order: ExitStack) -> None:
    inherited = mock.patch.object(Heir, "hello", return_value="mocked")
    inherited.start()
    with held():
        assert (Speaker().hello(), Heir().hello()) == ("HELLO", "mocked")
        inherited.stop()
        assert Heir().hello() == "HELLO"
    assert "hello" not in vars(Heir)


def test_a_wrapper_that_was_put_back_after_its_time_is_used_again(order: ExitStack) -> None:
    theirs = pytest.MonkeyPatch()
    with held():
        ours = vars(Speaker)["hello"]
        theirs.setattr(Speaker, "hello", lambda self: "theirs")
    theirs.undo()
    with held():
        assert vars(Speaker)["hello"] is ours


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


def test_a_module_that_was_forgotten_is_patched_whenever_it_is_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pytest's `pytester` forgets what a run within a run has imported, and the finders that it has put."""
    (tmp_path / "a_forgotten_client.py").write_text("def shout(): return 'loud'\n")
    ours = ModuleType("an_interceptor")
    vars(ours)["PATCHES"] = (Patch("a_forgotten_client", "shout", shout),)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(sys.modules, "an_interceptor", ours)
    patching.use_table({"a_forgotten_client": "an_interceptor"})
    modules, finders = dict(sys.modules), list(sys.meta_path)
    try:
        for _ in range(3):
            with held():
                assert importlib.import_module("a_forgotten_client").shout() == "LOUD"
            assert importlib.import_module("a_forgotten_client").shout() == "loud"
            del sys.modules["a_forgotten_client"]
            sys.meta_path[:] = [each for each in finders if type(each) is not ImportHookFinder]
    finally:
        sys.meta_path[:] = finders
        patching.use_table(TABLE)
    assert sys.modules == modules


def test_a_module_that_another_thread_is_importing_is_waited_for(
    client: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    gate = ModuleType("gate")
    begun, goes_on = threading.Event(), threading.Event()
    vars(gate).update(begun=begun, goes_on=goes_on)
    code = "import gate\ngate.begun.set()\ngate.goes_on.wait()\ndef shout():\n    return 'loud'\n"
    (tmp_path / "a_slow_client.py").write_text(code)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setitem(sys.modules, "gate", gate)
    vars(sys.modules["an_interceptor"])["PATCHES"] = (Patch("a_slow_client", "shout", shout),)
    patching.use_table({"a_slow_client": "an_interceptor"})
    real = importlib.import_module

    def import_module(name: str) -> ModuleType:
        goes_on.set()
        return real(name)

    importing = threading.Thread(target=real, args=["a_slow_client"])
    importing.start()
    begun.wait()
    monkeypatch.setattr(importlib, "import_module", import_module)
    patching.acquire()
    try:
        importing.join()
        assert sys.modules["a_slow_client"].shout() == "LOUD"
    finally:
        patching.release()
        del sys.modules["a_slow_client"]


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
