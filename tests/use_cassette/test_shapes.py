"""`use_cassette` in every shape: blocks, functions, generators, methods, classes, sync and async."""

from __future__ import annotations

import asyncio
import importlib
import sys
import threading
import unittest
from collections.abc import AsyncIterator, Coroutine, Generator
from pathlib import Path
from typing import Any

import pytest

from reqsnap import Cassette, UnmatchedRequestError, scope, use_cassette
from tests.support.counter import Counter


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.yaml"


def recorded(path: Path) -> list[str]:
    """The paths of the requests in a cassette."""
    cassette = Cassette()
    cassette.load(path)
    return [each.request.url.partition("127.0.0.1")[2].partition("/")[2] for each in cassette]


def test_a_with_block_yields_the_cassette(path: Path, server: Counter) -> None:
    with use_cassette(path) as cassette:
        server.get("/a")
        assert len(cassette) == 1
        assert cassette.path == str(path)
    assert recorded(path) == ["a"]


def test_an_async_with_block(path: Path, server: Counter) -> None:
    async def main() -> int:
        async with use_cassette(path) as cassette:
            await asyncio.to_thread(server.get, "/a")
            return len(cassette)

    assert asyncio.run(main()) == 1
    assert recorded(path) == ["a"]


def test_a_function(path: Path, server: Counter) -> None:
    @use_cassette(path)
    def fetch(name: str, *, loud: bool = False) -> str:
        """Says what it does."""
        answer = server.get(f"/{name}")
        return answer.upper() if loud else answer

    assert fetch("a", loud=True) == "1 GET /A "
    assert fetch("a") == "1 GET /a "
    assert (fetch.__name__, fetch.__doc__) == ("fetch", "Says what it does.")
    assert scope.current() is None


def test_a_recursive_function_shares_its_block_with_itself(path: Path, server: Counter) -> None:
    @use_cassette(path)
    def count(n: int) -> list[str]:
        return [server.get("/a"), *(count(n - 1) if n else [])]

    live = count(3)
    assert live == [f"{n} GET /a " for n in (1, 2, 3, 4)]
    assert count(3) == live


def test_a_function_that_hands_a_coroutine_on(path: Path, server: Counter) -> None:
    async def fetch(name: str) -> str:
        await asyncio.sleep(0)
        return await asyncio.to_thread(server.get, f"/{name}")

    @use_cassette(path)
    def begin(name: str) -> Coroutine[Any, Any, str]:
        return fetch(name)

    for _ in range(2):
        later = begin("a")
        assert scope.current() is None
        assert asyncio.run(later) == "1 GET /a "
    assert recorded(path) == ["a"]
    with pytest.raises(UnmatchedRequestError):
        asyncio.run(begin("b"))
    assert scope.current() is None


def test_a_coroutine_function(path: Path, server: Counter) -> None:
    @use_cassette(path)
    async def fetch() -> str:
        return await asyncio.to_thread(server.get, "/a")

    assert asyncio.run(fetch()) == "1 GET /a "
    assert asyncio.run(fetch()) == "1 GET /a "
    assert asyncio.iscoroutinefunction(fetch)


def test_a_generator_has_its_block_only_while_it_runs(path: Path, server: Counter) -> None:
    closed = []

    @use_cassette(path)
    def steps() -> Generator[Any, Any, str]:
        try:
            got = yield server.get("/a")
            try:
                yield server.get(f"/{got}")
            except KeyError:
                yield server.get("/caught")
        finally:
            closed.append(server.get("/closed"))
        return "end"

    made = steps()
    assert scope.current() is None
    assert next(made) == "1 GET /a "
    assert scope.current() is None
    assert server.get("/outside") == "2 GET /outside "
    assert made.send("b") == "3 GET /b "
    assert made.throw(KeyError()) == "4 GET /caught "
    with pytest.raises(StopIteration) as stopped:
        next(made)
    assert stopped.value.value == "end"
    assert recorded(path) == ["a", "b", "caught", "closed"]
    early = steps()
    next(early)
    early.close()
    assert closed == ["5 GET /closed "] * 2
    assert scope.current() is None


def test_an_async_generator_has_its_block_only_while_it_runs(path: Path, server: Counter) -> None:
    @use_cassette(path)
    async def steps() -> AsyncIterator[str]:
        try:
            yield server.get("/a")
            yield server.get("/b")
        except KeyError:
            yield server.get("/caught")

    async def main() -> list[str]:
        made: Any = steps()
        first = await anext(made)
        assert scope.current() is None
        thrown = await made.athrow(KeyError())
        await made.aclose()
        return [first, thrown, *[each async for each in steps()]]

    with pytest.raises(UnmatchedRequestError):
        asyncio.run(main())
    assert recorded(path) == ["a", "caught"]
    assert scope.current() is None


def test_a_with_block_in_a_generator_reaches_its_caller(path: Path, server: Counter) -> None:
    def fixture() -> Generator[None, None, None]:
        with use_cassette(path):
            yield

    made = fixture()
    next(made)
    assert server.get("/a") == "1 GET /a "
    made.close()
    assert recorded(path) == ["a"]


def test_a_block_left_in_another_task_ends_everywhere(path: Path, server: Counter) -> None:
    async def main() -> None:
        context = use_cassette(path)

        async def enter() -> None:
            await context.__aenter__()

        async def leave() -> None:
            await context.__aexit__(None, None, None)

        await asyncio.create_task(enter())
        await asyncio.to_thread(server.get, "/a")
        await asyncio.create_task(leave())

    asyncio.run(main())
    assert recorded(path) == ["a"]
    assert scope.current() is None


def test_one_context_serves_again_nested_and_from_two_threads(path: Path, server: Counter) -> None:
    context = use_cassette(path, mode="update")
    gate = threading.Barrier(2)

    def work() -> None:
        with context:
            gate.wait()
            server.get("/a")
            gate.wait()

    with context as outer, context as inner:
        assert outer is inner
        server.get("/b")
    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert recorded(path) == ["b", "a", "a"]


MODULE = """
import unittest
from reqsnap import use_cassette

@use_cassette
def test_plain():
    return get("/plain")

@use_cassette()
async def test_async():
    return get("/async")

class TestApi:
    @use_cassette
    def test_method(self):
        return get("/method")

    @use_cassette
    @staticmethod
    def test_static():
        return get("/static")

@use_cassette
class TestClass:
    helper = 3
    def test_one(self):
        return get("/one")
    async def test_two(self):
        return get("/two")
    @staticmethod
    def test_static(item="s"):
        return get(f"/{item}")
    @classmethod
    def test_of_class(cls):
        return get("/" + cls.__name__)
    class TestWithin:
        def test_three(self):
            return get("/three")
    class helper_class:
        def test_like(self):
            return get("/like")
    def other(self):
        return get("/other")

class TestHeir(TestClass):
    pass
"""


def test_a_bare_decorator_names_the_cassette_after_the_test(
    tmp_path: Path, server: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "test_of_mine.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir("/")
    test_of_mine = importlib.import_module("test_of_mine")

    vars(test_of_mine)["get"] = server.get
    for _ in range(2):
        assert test_of_mine.test_plain() == "1 GET /plain "
        assert asyncio.run(test_of_mine.test_async()) == "2 GET /async "
        assert test_of_mine.TestApi().test_method() == "3 GET /method "
        assert test_of_mine.TestApi.test_static() == "4 GET /static "
        assert test_of_mine.TestClass().test_one() == "5 GET /one "
        assert asyncio.run(test_of_mine.TestClass().test_two()) == "6 GET /two "
        assert test_of_mine.TestHeir().test_one() == "7 GET /one "
        assert test_of_mine.TestClass.test_static() == "8 GET /s "
        assert test_of_mine.TestClass().test_of_class() == "9 GET /TestClass "
        assert test_of_mine.TestHeir.test_of_class() == "10 GET /TestHeir "
        assert test_of_mine.TestClass.TestWithin().test_three() == "11 GET /three "
    folder = tmp_path / "cassettes" / "test_of_mine"
    assert sorted(each.name for each in folder.iterdir()) == [
        "TestApi.test_method.yaml",
        "TestApi.test_static.yaml",
        "TestClass.TestWithin.test_three.yaml",
        "TestClass.test_of_class.yaml",
        "TestClass.test_one.yaml",
        "TestClass.test_static.yaml",
        "TestClass.test_two.yaml",
        "TestHeir.test_of_class.yaml",
        "TestHeir.test_one.yaml",
        "test_async.yaml",
        "test_plain.yaml",
    ]
    assert test_of_mine.TestClass().other() == "12 GET /other "
    assert test_of_mine.TestClass.helper_class().test_like() == "13 GET /like "
    sys.modules.pop("test_of_mine")


def run(case: type[unittest.TestCase]) -> unittest.TestResult:
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(case).run(result)
    return result


def test_methods_of_a_test_case(tmp_path: Path, server: Counter) -> None:
    class Case(unittest.TestCase):
        @use_cassette(tmp_path / "sync.yaml")
        def test_sync(self) -> None:
            self.assertEqual(server.get("/sync"), "1 GET /sync ")

    class AsyncCase(unittest.IsolatedAsyncioTestCase):
        @use_cassette(tmp_path / "async.yaml")
        async def test_async(self) -> None:
            self.assertEqual(await asyncio.to_thread(server.get, "/async"), "2 GET /async ")

    for _ in range(2):
        for case in (Case, AsyncCase):
            result = run(case)
            assert result.wasSuccessful(), result.errors + result.failures
            assert result.testsRun == 1


def test_a_decorated_test_case_covers_set_up_and_clean_up(tmp_path: Path, server: Counter) -> None:
    @use_cassette(tmp_path / "x.yaml")
    class Case(unittest.TestCase):
        def setUp(self) -> None:
            self.addCleanup(server.get, "/cleanup")
            self.first = server.get("/setup")

        def tearDown(self) -> None:
            server.get("/teardown")

        def test_it(self) -> None:
            self.assertEqual([self.first, server.get("/it")], ["1 GET /setup ", "2 GET /it "])

    for _ in range(2):
        result = run(Case)
        assert result.wasSuccessful(), result.errors + result.failures
    assert recorded(tmp_path / "x.yaml") == ["setup", "it", "teardown", "cleanup"]
    assert len(server.requests) == 4
    assert scope.current() is None


def test_a_decorated_async_test_case(tmp_path: Path, server: Counter) -> None:
    @use_cassette(tmp_path / "x.yaml")
    class Case(unittest.IsolatedAsyncioTestCase):
        async def asyncSetUp(self) -> None:
            self.first = await asyncio.to_thread(server.get, "/setup")

        async def test_it(self) -> None:
            self.assertEqual(self.first, "1 GET /setup ")
            self.assertEqual(await asyncio.to_thread(server.get, "/it"), "2 GET /it ")

    for _ in range(2):
        result = run(Case)
        assert result.wasSuccessful(), result.errors + result.failures
    assert recorded(tmp_path / "x.yaml") == ["setup", "it"]


def test_a_failing_test_of_a_decorated_class_counts_as_raising(tmp_path: Path, server: Counter) -> None:
    @use_cassette(tmp_path / "x.yaml", mode="record")
    class Case(unittest.TestCase):
        def test_it(self) -> None:
            server.get("/it")
            self.fail("on purpose")

    @use_cassette(tmp_path / "y.yaml", mode="record")
    class SetUpFails(unittest.TestCase):
        def setUp(self) -> None:
            server.get("/it")
            raise KeyError

        def test_it(self) -> None:
            raise AssertionError("not reached")

    @use_cassette(tmp_path / "z.yaml", mode="record")
    class Skips(unittest.TestCase):
        def test_it(self) -> None:
            server.get("/it")
            self.skipTest("on purpose")

    assert len(run(Case).failures) == 1
    assert len(run(SetUpFails).errors) == 1
    assert len(run(Skips).skipped) == 1
    assert sorted(each.name for each in tmp_path.iterdir()) == ["x.yaml.partial", "y.yaml.partial", "z.yaml"]


def test_an_error_in_a_decorated_class_says_what_was_refused(tmp_path: Path, server: Counter) -> None:
    @use_cassette(tmp_path / "x.yaml", mode="playback")
    class Case(unittest.TestCase):
        def test_it(self) -> None:
            try:
                server.get("/it")
            except UnmatchedRequestError:
                raise ConnectionError("could not connect") from None

    ((_, shown),) = run(Case).errors
    assert "could not connect" in shown
    assert "/it was not sent" in shown
