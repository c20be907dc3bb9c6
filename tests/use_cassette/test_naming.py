"""What a cassette is called: the naming context, templates, functions and a library's builders."""

from __future__ import annotations

import asyncio
import functools
import importlib
import os
import re
import sys
import unittest
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any, cast
from unittest import mock

import pytest

from reqsnap import ConfigurationError, Library, TestContext, current_naming, naming, use_cassette
from tests.support.counter import Counter


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def made(folder: Path) -> list[str]:
    """The cassettes in a folder, by their paths from it."""
    return sorted(each.relative_to(folder).as_posix() for each in folder.rglob("*.yaml"))


def run(case: type[unittest.TestCase]) -> None:
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(case).run(result)
    assert result.wasSuccessful() and result.testsRun, result.errors + result.failures


Written = Callable[[str], ModuleType]


@pytest.fixture
def written(folder: Path, server: Counter, monkeypatch: pytest.MonkeyPatch) -> Iterator[Written]:
    """Writes a module of tests, which call `get`, and imports it."""
    monkeypatch.syspath_prepend(folder)
    names: list[str] = []

    def write(text: str) -> ModuleType:
        names.append(f"test_written_{len(names)}")
        (folder / f"{names[-1]}.py").write_text(text)
        module = importlib.import_module(names[-1])
        vars(module)["get"] = server.get
        return module

    yield write
    for name in names:
        sys.modules.pop(name)


def test_the_context_is_empty_by_default_and_after_the_test_its_own_in_each_task_and_thread(
    folder: Path, server: Counter
) -> None:
    async def fetch(model: str) -> None:
        with naming(model=model):
            await asyncio.sleep(0)
            async with use_cassette("{provider}-{model}.yaml"):
                await asyncio.to_thread(server.get, f"/{model}")

    async def tasks() -> None:
        with naming(provider="tasks"):
            await asyncio.gather(fetch("a"), fetch("b"))

    def in_thread(model: str) -> str:
        before = dict(current_naming())
        with naming(provider="thread", model=model), use_cassette("{provider}-{model}.yaml"):
            return f"{before} {server.get(f'/{model}')[2:]}"

    assert current_naming() == {}
    asyncio.run(tasks())
    with naming(provider="around"), ThreadPoolExecutor(2) as pool:
        around = "{'provider': 'around'}"
        assert sorted(pool.map(in_thread, "cd")) == [f"{around} GET /c ", f"{around} GET /d "]
    assert current_naming() == {}
    assert made(folder) == ["tasks-a.yaml", "tasks-b.yaml", "thread-c.yaml", "thread-d.yaml"]


def test_the_name_is_made_when_the_block_is_entered(folder: Path, server: Counter) -> None:
    context = use_cassette("{model}.yaml")

    @use_cassette("{test}-{model}.yaml")
    def fetch() -> str:
        return server.get("/a")

    for model in ("a", "b"):
        with naming(model=model):
            assert fetch() == fetch()
            with context:
                server.get("/a")
    assert made(folder) == ["a.yaml", "b.yaml", "fetch-a.yaml", "fetch-b.yaml"]


def test_a_context_set_in_set_up_is_honoured(folder: Path, server: Counter) -> None:
    class Case(unittest.TestCase):
        def setUp(self) -> None:
            self.enterContext(naming(model="a"))

        @use_cassette("{cls}/{test}-{model}.yaml")
        def test_x(self) -> None:
            server.get("/a")

    class AsyncCase(unittest.IsolatedAsyncioTestCase):
        def setUp(self) -> None:
            self.enterContext(naming(model="b"))

        @use_cassette("{test}-{model}-{more}.yaml")
        async def test_y(self) -> None:
            await asyncio.to_thread(server.get, "/b")

        async def asyncSetUp(self) -> None:
            self.enterContext(naming(more="c"))

    @use_cassette("{test}-{model}.yaml")
    class Whole(unittest.TestCase):
        @classmethod
        def setUpClass(cls) -> None:
            cls.enterClassContext(naming(model="d"))

        def test_z(self) -> None:
            server.get("/d")

    for case in (Case, AsyncCase, Whole):
        run(case)
        assert current_naming() == {}
    around = f"{test_a_context_set_in_set_up_is_honoured.__name__}.Case"
    assert made(folder) == [f"{around}/test_x-a.yaml", "test_y-b-c.yaml", "test_z-d.yaml"]


def test_an_unknown_field_is_an_error_when_the_block_is_entered(folder: Path, server: Counter) -> None:
    @use_cassette("{test}-{model}.yaml")
    def fetch() -> None:
        server.get("/a")

    with pytest.raises(ConfigurationError, match=r"there is no model here. Known here: file, module, test\."):
        fetch()
    with pytest.raises(ConfigurationError, match=r"there is no test here\. Known here: nothing"):
        use_cassette("{test}.yaml").__enter__()
    assert (server.requests, made(folder)) == ([], [])


def test_the_nearest_of_several_says_the_name(folder: Path, server: Counter, written: Written) -> None:
    def naming_it(name: str) -> Callable[[TestContext], str]:
        return lambda context: f"{name}/{context.test}.yaml"

    builders = {"one": naming_it("one"), "two": naming_it("two")}
    library = Library("lib", builders=builders, path_builder="one")
    plain = Library("lib", builders=builders)
    module = written("def test_x(): get('/a')\ndef test_y(): get('/a')\n")
    x, y = module.test_x, module.test_y
    library.use_cassette("explicit.yaml", path_builder="two")(x)()
    library.use_cassette(path=naming_it("callable"), **cast(Any, {"path_builder": "two"}))(x)()
    library.use_cassette(path_builder="two")(x)()
    library.use_cassette(path_builder=naming_it("given"))(x)()
    library.use_cassette(x)()
    library.use_cassette()(y)()
    Library("lib", path_builder=naming_it("librarys"))
    plain.use_cassette(x)()
    plain.use_cassette(path_builder="two")(y)()
    assert made(folder / "lib") == [
        "callable/test_x.yaml",
        "explicit.yaml",
        "given/test_x.yaml",
        "one/test_x.yaml",
        "one/test_y.yaml",
        "test_written_0/test_x.yaml",
        "two/test_x.yaml",
        "two/test_y.yaml",
    ]


def test_a_builder_names_a_with_block_too(folder: Path, server: Counter) -> None:
    library = Library("lib", path_builder=lambda context: f"{context.test}-{context.extra['model']}.yaml")
    with naming(model="a"), library.use_cassette():
        server.get("/a")
    assert made(folder) == ["lib/None-a.yaml"]


def test_a_bare_decorator_uses_the_class_and_test_next_to_the_test_file(
    folder: Path, written: Written
) -> None:
    module = written(
        "from reqsnap import use_cassette\n"
        "class TestApi:\n"
        "    @use_cassette\n"
        "    def test_x(self, fixture=None):\n"
        "        return get('/a')\n"
    )
    test = module.TestApi().test_x
    assert test() == test(fixture=object()) == "1 GET /a "
    assert made(folder) == ["cassettes/test_written_0/TestApi.test_x.yaml"]


def test_an_unknown_or_invalid_builder_is_refused_when_it_is_given() -> None:
    library = Library("lib", builders={"by_model": lambda context: "x.yaml", "a": lambda context: "y.yaml"})
    told = re.escape("Named path builder 'x' is not known; there are ['a', 'by_model']")
    with pytest.raises(ConfigurationError, match=told) as caught:
        library.use_cassette(path_builder="x")
    assert caught.value.option == "path_builder"
    with pytest.raises(ConfigurationError, match=r"Named path builder 'x' is not known; there are \[\]"):
        Library("lib", path_builder="x")
    invalid = "must be a function that takes a TestContext"
    with pytest.raises(ConfigurationError, match=rf"builders\['b'\]=3 .*{invalid}"):
        Library("lib", builders=cast(Any, {"b": 3}))
    with pytest.raises(ConfigurationError, match=invalid):
        library.use_cassette(path_builder=cast(Any, 3))
    with pytest.raises(ConfigurationError, match="builders"):
        Library("lib", builders=cast(Any, ["by_model"]))
    with pytest.raises(ConfigurationError, match="belong to a Library"):
        use_cassette(**cast(Any, {"path_builder": "x"}))


def test_a_builder_gets_the_context_of_the_test(folder: Path, written: Written) -> None:
    seen: list[TestContext] = []

    def builder(context: TestContext) -> str:
        seen.append(context)
        return "x.yaml"

    module = written(
        "class Outer:\n"
        "    class TestApi:\n"
        "        def test_x(self, size, *rest, kind='big', **more):\n"
        "            get('/a')\n"
        "        async def test_y(self, size):\n"
        "            get('/a')\n"
        "def test_z(*sizes):\n"
        "    get('/a')\n"
    )
    test_api = module.Outer.TestApi
    file = folder / "test_written_0.py"
    test_x = use_cassette(path=builder)(test_api.test_x)
    test_api.test_x = test_x
    with naming(model="gemini"):
        test_api().test_x(3, extra=1)
    use_cassette(path=builder)(test_api)
    asyncio.run(test_api().test_y(size=4))
    test_z = use_cassette(path=builder)(module.test_z)
    test_z()
    test_z(1, 2)
    params = {"size": 3, "kind": "big", "extra": 1}
    cls, name = "Outer.TestApi", "test_written_0"
    assert seen == [
        TestContext("test_x", cls, name, file, params, {"model": "gemini"}),
        TestContext("test_y", cls, name, file, {"size": 4}),
        TestContext("test_z", None, name, file),
        TestContext("test_z", None, name, file, {"sizes": (1, 2)}),
    ]


def test_a_callable_path_is_told_from_a_function_to_decorate(folder: Path, server: Counter) -> None:
    def fetch(context: TestContext | None = None) -> str:
        return server.get("/a")

    @use_cassette(path=lambda context: f"{context.test}-{context.extra['model']}.yaml", mode="update")
    def other() -> str:
        return server.get("/a")

    with naming(model="m"):
        assert use_cassette("x.yaml")(fetch)() == "1 GET /a "
        assert other() == other() == "2 GET /a "
    assert made(folder) == ["other-m.yaml", "x.yaml"]
    decorated = use_cassette(fetch)
    assert decorated.__name__ == "fetch"
    with pytest.raises(TypeError, match="one path"):
        cast(Any, use_cassette)("x.yaml", path="y.yaml")
    with pytest.raises(TypeError, match="one path"):
        cast(Any, use_cassette)("x.yaml", "y.yaml")
    with pytest.raises(ConfigurationError, match="path"):
        use_cassette(path=cast(Any, 3))


GENERATED = """
import unittest
from reqsnap import use_cassette

def make(size):
    def test(*self):
        return get(f"/{size}")
    return test

for size in (1, 2):
    globals()[f"test_size_{size}"] = use_cassette(make(size))

class TestPlain:
    pass

@use_cassette
class TestWhole:
    for size in (3, 4):
        locals()[f"test_size_{size}"] = make(size)

@use_cassette
class Case(unittest.TestCase):
    pass

class Base:
    @use_cassette
    def test_inherited(self):
        return get(f"/{type(self).__name__}")

class TestA(Base):
    pass

class TestB(Base):
    pass

for size in (5, 6):
    setattr(TestPlain, f"test_size_{size}", use_cassette(make(size)))

listed = []
for size in (7, 8):
    test = make(size)
    test.__name__ = f"test_size.{size}"
    listed.append(use_cassette(test))
del test
"""


def test_generated_tests_get_cassettes_of_their_own(folder: Path, written: Written) -> None:
    module = written(GENERATED)
    for _ in range(2):
        answers = [
            *(test() for test in (module.test_size_1, module.test_size_2)),
            *(getattr(module.TestWhole(), f"test_size_{size}")() for size in (3, 4)),
            *(getattr(module.TestPlain(), f"test_size_{size}")() for size in (5, 6)),
            *(test() for test in module.listed),
            module.TestA().test_inherited(),
            module.TestB().test_inherited(),
        ]
        paths = [*map(str, range(1, 9)), "TestA", "TestB"]
        assert answers == [f"{n} GET /{path} " for n, path in enumerate(paths, 1)]
    assert made(folder / "cassettes" / "test_written_0") == [
        "TestA.test_inherited.yaml",
        "TestB.test_inherited.yaml",
        "TestPlain.test_size_5.yaml",
        "TestPlain.test_size_6.yaml",
        "TestWhole.test_size_3.yaml",
        "TestWhole.test_size_4.yaml",
        "make.test_size.7.yaml",
        "make.test_size.8.yaml",
        "test_size_1.yaml",
        "test_size_2.yaml",
    ]


def test_generated_tests_of_a_decorated_test_case(folder: Path, server: Counter) -> None:
    def make(size: int) -> Any:
        return lambda self: self.assertEqual(server.get(f"/{size}")[2:], f"GET /{size} ")

    case = type("Case", (unittest.TestCase,), {f"test_size_{size}": make(size) for size in (1, 2)})
    library = Library("lib")
    library.use_cassette(case)
    for _ in range(2):
        run(case)
    assert made(folder) == ["lib/test_naming/Case.test_size_1.yaml", "lib/test_naming/Case.test_size_2.yaml"]
    assert len(server.requests) == 2


def test_a_generated_test_is_found_under_other_decorators(folder: Path, written: Written) -> None:
    module = written(GENERATED)
    patched = mock.patch.dict(os.environ, {})
    vars(module)["test_size_1"] = patched(module.test_size_1)
    assert module.test_size_1() == "1 GET /1 "
    assert made(folder / "cassettes" / "test_written_0") == ["test_size_1.yaml"]


@pytest.mark.parametrize("model", ["a/b", "a:b"])
def test_the_cases_of_a_parametrised_test_have_a_default_cassette_each(
    folder: Path, server: Counter, model: str
) -> None:
    library = Library(folder)

    def test_the_cases_of_a_parametrised_test_have_a_default_cassette_each() -> str:
        return server.get("/a")

    case = library.use_cassette(test_the_cases_of_a_parametrised_test_have_a_default_cassette_each)
    case()
    (path,) = folder.rglob("*.yaml")
    assert re.search(r"each\[a_b\]~[0-9a-f]{10}\.yaml\Z", path.name)
    other = next(each for each in ("a/b", "a:b") if each != model)
    assert os.environ["PYTEST_CURRENT_TEST"].count(model) == 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTEST_CURRENT_TEST", os.environ["PYTEST_CURRENT_TEST"].replace(model, other))
        case()
    assert len(list(folder.rglob("*.yaml"))) == 2


def test_each_sub_test_has_a_default_cassette(folder: Path, server: Counter) -> None:
    library = Library(folder)

    class Case(unittest.TestCase):
        def test_x(self) -> None:
            for model in ("a", "../b"):
                with self.subTest(model=model), self.subTest(of=object()):
                    self.fetch(model)

        @library.use_cassette
        def fetch(self, model: str) -> None:
            server.get(f"/{model}")

    outcome = unittest.TestResult()
    Case("test_x").run(outcome)
    assert outcome.wasSuccessful()
    found = sorted(each.name for each in folder.rglob("*.yaml"))
    assert found[1].endswith("Case.fetch(of=object, model='a').yaml")
    assert re.search(r"Case\.fetch\(of=object, model='\.\._b'\)~[0-9a-f]{10}\.yaml\Z", found[0])


@pytest.mark.parametrize("size", [1, 2])
@pytest.mark.parametrize("model", ["a/b", "a:b"])
def test_the_arguments_of_a_parametrised_test_name_its_cassette(
    size: int, model: str, folder: Path, server: Counter
) -> None:
    @use_cassette("{test}-{model}-{size}-{params}.yaml")
    def test_x(size: int, model: str, times: int = 2) -> None:
        server.get("/a")

    @use_cassette(path=lambda context: f"{context.test}-{context.params['model']}.yaml")
    @mock.patch.dict(os.environ, {})
    def test_y(model: str, client: Any) -> None:
        server.get("/a")

    test_x(size, model=model)
    test_y(model=model, client=object())
    x, *y = made(folder)
    assert re.fullmatch(rf"test_x-a_b~\w{{10}}-{size}-{size}-a_b-2~\w{{10}}\.yaml", x)
    assert len(y) == 1 and y[0].startswith("test_y-a")


def test_an_argument_that_is_a_fixture_makes_no_name(server: Counter) -> None:
    @use_cassette("{test}-{params}.yaml")
    def test_x(model: str, client: Any) -> None:
        server.get("/a")

    with pytest.raises(ConfigurationError, match=r"client is a Counter.*Name the arguments that are meant"):
        test_x("a", server)
    assert server.requests == []


def test_a_call_that_does_not_fit_fails_as_it_would(server: Counter) -> None:
    @use_cassette(path=lambda context: "x.yaml")
    def test_x(model: str) -> None:
        server.get("/a")

    with pytest.raises(TypeError, match="unexpected keyword argument 'size'"):
        cast(Any, test_x)(size=1)


def test_sub_tests_have_cassettes_of_their_own(folder: Path, server: Counter) -> None:
    class Case(unittest.TestCase):
        def test_x(self) -> None:
            for model in ("a", "b"):
                with self.subTest(model=model), naming(model=model), use_cassette("x-{model}.yaml"):
                    server.get(f"/{model}")

        def test_y(self) -> None:
            for model in ("a", "b"):
                with self.subTest(model=model):
                    self.check(model)

        @use_cassette("{test}-{model}.yaml")
        def check(self, model: str) -> None:
            server.get(f"/{model}")

    for _ in range(2):
        run(Case)
    assert made(folder) == ["check-a.yaml", "check-b.yaml", "x-a.yaml", "x-b.yaml"]
    assert len(server.requests) == 4


def test_names_are_sanitised_and_none_escapes_the_directory(folder: Path, server: Counter) -> None:
    library = Library("lib", path_builder=lambda context: f"{context.extra['model']}.yaml")
    awkward = ["..", "../x", "a/../../x", "a\\b", "C:x", "con", "x" * 300, " ", "a\nb", "a?b", "a*b"]
    for model in awkward:
        with naming(model=model), library.use_cassette("{model}/{model}.yaml"):
            server.get("/a")
    names = made(folder)
    assert len(names) == len(awkward)
    assert all(re.fullmatch(r"lib/[^\\:\n?*/]+/[^\\:\n?*/]+\.yaml", name) for name in names)
    for model in ("../x", "a/../../x", "/x"):
        with naming(model=model), pytest.raises(ConfigurationError, match="leads downwards"):
            library.use_cassette().__enter__()
    for path in ("../x.yaml", "a/../../x.yaml", "../{model}.yaml"):
        with pytest.raises(ConfigurationError, match="it leaves the directory lib"):
            library.use_cassette(path)
    with library.use_cassette(folder / "elsewhere.yaml"):
        server.get("/a")
    assert (folder / "elsewhere.yaml").exists()


def test_a_librarys_default_is_in_its_directory(folder: Path, written: Written) -> None:
    library = Library(folder / "lib", mode="update")
    module = written("class TestApi:\n    def test_x(self):\n        return get('/a')\n")
    library.use_cassette(module.TestApi)
    assert module.TestApi().test_x() == "1 GET /a "
    assert made(folder) == ["lib/test_written_0/TestApi.test_x.yaml"]


def test_a_path_with_braces_stays_possible(folder: Path, server: Counter) -> None:
    with use_cassette(folder / "{{a}}.yaml"):
        server.get("/a")
    assert made(folder) == ["{a}.yaml"]


def test_a_default_needs_a_name_and_a_file(
    folder: Path, server: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetch(path: str) -> str:
        return server.get(path)

    nameless = functools.partial(fetch, path="/a")
    with pytest.raises(ConfigurationError, match=r"a function without a name .* needs a path"):
        use_cassette(nameless)()
    assert use_cassette("{module}/{path}.yaml")(nameless)() == "1 GET /a "
    monkeypatch.delattr(sys.modules[__name__], "__file__")
    with pytest.raises(ConfigurationError, match=r"fetch is not defined in a file"):
        use_cassette(fetch)("/a")
    with pytest.raises(ConfigurationError, match="there is no file here"):
        use_cassette("{file}.yaml")(fetch)("/a")
    assert Library("lib").use_cassette(fetch)("/b") == "2 GET /b "
    module, name = __name__.rpartition(".")[2], test_a_default_needs_a_name_and_a_file.__name__
    assert len(made(folder)) == 2
    assert made(folder)[0] == f"lib/{module}/{name}.fetch.yaml"
    assert re.fullmatch(rf"{module}/_a~\w{{10}}\.yaml", made(folder)[1])


@pytest.mark.parametrize("size", [247, 248, 255])
def test_a_name_may_be_as_long_as_a_file_system_takes(folder: Path, server: Counter, size: int) -> None:
    path = f"{'x' * (size - len('.yaml'))}.yaml"
    with pytest.raises(ZeroDivisionError), use_cassette(path):
        server.get("/a")
        raise ZeroDivisionError
    # What was recorded is partial, and completed now.
    with use_cassette(path):
        assert server.get("/a") == "1 GET /a "
        server.get("/b")
    with use_cassette(path, mode="playback"):
        assert (server.get("/a"), server.get("/b")) == ("1 GET /a ", "2 GET /b ")
    assert [each.name for each in folder.iterdir() if each.is_file()] == [path]
