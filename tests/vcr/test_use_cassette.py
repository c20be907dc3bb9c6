"""A cassette around blocks and functions, and where it lies."""

from __future__ import annotations

import asyncio
import inspect
import os
import unittest
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

import reqsnap.vcr as vcr
from reqsnap.errors import ConfigurationError
from reqsnap.vcr.cassette import Cassette
from tests.support.counter import Counter

HERE = os.path.dirname(__file__)


def test_the_functions_of_a_module_are_those_of_one_vcr() -> None:
    assert vcr.use_cassette == vcr.default_vcr.use_cassette
    assert vcr.mode.ONCE is vcr.RecordMode.ONCE
    assert vcr.VCR().match_on == ("method", "scheme", "host", "port", "path", "query")


def test_functions_of_every_kind_have_a_cassette_while_they_run(path: str, server: Counter) -> None:
    my_vcr = vcr.VCR(inject_cassette=True)

    @my_vcr.use_cassette(path)
    def function(cassette: Cassette, value: int) -> tuple[str, int, int]:
        return server.get("/a"), value, len(cassette)

    @my_vcr.use_cassette(path)
    async def coroutine(cassette: Cassette) -> str:
        return server.get("/a")

    @my_vcr.use_cassette(path)
    def generator(cassette: Cassette) -> Iterator[str]:
        yield server.get("/a")

    @my_vcr.use_cassette(path)
    async def asynchronous(cassette: Cassette) -> AsyncIterator[str]:
        yield server.get("/a")

    async def listed() -> list[str]:
        return [each async for each in asynchronous()]

    assert function(7) == ("1 GET /a ", 7, 1)
    assert asyncio.run(coroutine()) == "1 GET /a "
    assert list(generator()) == ["1 GET /a "]
    assert asyncio.run(listed()) == ["1 GET /a "]
    assert inspect.iscoroutinefunction(coroutine)
    assert inspect.isgeneratorfunction(generator)
    assert list(inspect.signature(function).parameters) == ["cassette", "value"]


def test_a_cassette_of_a_generator_is_in_force_between_its_steps(path: str, server: Counter) -> None:
    @vcr.VCR(inject_cassette=True).use_cassette(path)
    def fixture(cassette: Cassette) -> Iterator[Cassette]:
        server.get("/before")
        yield cassette

    for _ in range(2):
        generator = fixture()
        cassette = next(generator)
        assert server.get("/between") == "2 GET /between "
        assert list(generator) == []
        assert [request.path for request in cassette.requests] == ["/before", "/between"]
    assert len(server.requests) == 2


def test_a_cassette_comes_after_self(path: str) -> None:
    class Tests:
        @vcr.VCR(inject_cassette=True).use_cassette(path)
        def method(self, cassette: Cassette, value: int) -> tuple[Any, Any, int]:
            return self, cassette, value

        @staticmethod
        @vcr.use_cassette(path)
        def static(value: int) -> int:
            return value

    test = Tests()
    itself, cassette, value = test.method(1)
    assert (itself, value, Tests.static(2)) == (test, 1, 2)
    assert isinstance(cassette, Cassette)


def test_what_is_set_after_the_decoration_counts(tmp_path: Path) -> None:
    my_vcr = vcr.VCR(inject_cassette=True, cassette_library_dir=tmp_path)

    @my_vcr.use_cassette("x.yaml")
    def later(cassette: Cassette) -> vcr.RecordMode:
        return cassette.record_mode

    @my_vcr.use_cassette("x.yaml", with_current_defaults=True)
    def now(cassette: Cassette) -> vcr.RecordMode:
        return cassette.record_mode

    my_vcr.record_mode = vcr.mode.NONE
    assert (later(), now()) == (vcr.mode.NONE, vcr.mode.ONCE)


@pytest.mark.parametrize(
    ("options", "given", "expected"),
    [
        ({}, None, f"{HERE}/named"),
        ({"cassette_library_dir": "/lib"}, None, "/lib/named"),
        ({"cassette_library_dir": Path("/lib")}, Path("x"), "/lib/x"),
        ({"cassette_library_dir": "/lib"}, "/lib/x", "/lib/x"),
        (
            {"cassette_library_dir": "/lib", "path_transformer": lambda path: path + ".json"},
            "x",
            "/lib/x.json",
        ),
        ({"path_transformer": vcr.VCR.ensure_suffix(".yaml")}, "x", "x.yaml"),
        ({"path_transformer": vcr.VCR.ensure_suffix(".yaml")}, Path("x.yaml"), "x.yaml"),
        ({"func_path_generator": lambda function: f"f/{function.__name__}"}, None, "f/named"),
    ],
)
def test_where_a_cassette_lies(options: dict[str, Any], given: Any, expected: str) -> None:
    def named(cassette: Cassette) -> Any:
        return cassette.path

    my_vcr = vcr.VCR(inject_cassette=True, record_mode="none", **options)
    assert my_vcr.use_cassette(given)(named)() == expected
    if given is None:
        assert my_vcr.use_cassette(named)() == expected


def test_a_block_needs_a_path() -> None:
    for kind in (TypeError, ConfigurationError):
        with pytest.raises(kind, match="needs a path"), vcr.VCR(cassette_library_dir="x").use_cassette():
            pass


def test_a_context_is_entered_again_and_asynchronously(path: str, server: Counter) -> None:
    context = vcr.use_cassette(path)

    async def inside() -> str:
        async with context as cassette:
            assert cassette.path == path
            return server.get("/a")

    assert {asyncio.run(inside()), asyncio.run(inside())} == {"1 GET /a "}


def test_test_cases_have_a_cassette_around_each_test(tmp_path: Path, server: Counter) -> None:
    def test_one(self: Any) -> str:
        return server.get("/a")

    base = vcr.VCR(cassette_library_dir=tmp_path).test_case()
    Tests: Any = type(base)("Tests", (base,), {"test_one": test_one, "helper": lambda self: server.get("/a")})
    assert Tests().test_one() == Tests().test_one()
    assert Tests().helper() != Tests().helper()
    assert (tmp_path / "test_one").exists()


def test_a_decorated_test_case_has_one_for_each_test(tmp_path: Path, server: Counter) -> None:
    class Tests(unittest.TestCase):
        def setUp(self) -> None:
            server.get("/setup")

        def test_one(self) -> None:
            server.get("/a")

    decorated = vcr.VCR(cassette_library_dir=tmp_path).use_cassette()(Tests)
    for _ in range(2):
        result = decorated("test_one").run()
        assert result is not None
        assert result.wasSuccessful()
    assert server.requests == ["GET /setup", "GET /a"]


def test_custom_attributes_are_patched_while_a_block_is_open(path: str) -> None:
    class Client:
        connection: Any = None

    class Connection:
        cassette: Any = None

    with vcr.VCR(custom_patches=((Client, "connection", Connection),)).use_cassette(path) as outer:
        first = Client.connection
        assert issubclass(first, Connection)
        assert first.cassette is outer
        with vcr.use_cassette(path, custom_patches=((Client, "connection", Connection),)):
            assert Client.connection is not first
        assert Client.connection is first
    assert Client.connection is None
    with pytest.raises(ConfigurationError), vcr.use_cassette(path, custom_patches=(Client,)):
        pass


def test_reqsnap_and_its_vcr_cannot_have_one_path_at_once(path: str) -> None:
    import reqsnap

    with (
        reqsnap.use_cassette(path),
        pytest.raises(ConfigurationError, match="one path at once"),
        vcr.use_cassette(path),
    ):
        pass
