"""The naming context, and how what it holds becomes a name that any system can store."""

from __future__ import annotations

import asyncio
import contextvars
import os
import re
import threading
from collections.abc import Callable, Mapping
from enum import IntEnum, StrEnum
from pathlib import Path, PureWindowsPath
from typing import Any, cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reqsnap import ConfigurationError, TestContext, current_naming, naming
from reqsnap.naming.path_names import LONGEST_PART, built_path, checked_builder, fit, fit_part, given_path


class Colour(StrEnum):
    RED = "red"


class Size(IntEnum):
    BIG = 3


@pytest.fixture(autouse=True)
def nothing_is_left() -> object:
    assert current_naming() == {}
    yield
    assert current_naming() == {}


# The context


def test_nested_ones_merge_and_the_inner_wins() -> None:
    with naming(model="a", provider="google") as outer:
        assert outer == {"model": "a", "provider": "google"}
        with naming(model="b", size=3):
            assert current_naming() == {"model": "b", "provider": "google", "size": 3}
        assert current_naming() == outer


def test_it_ends_with_an_error_too() -> None:
    with pytest.raises(KeyError), naming(model="a"):
        raise KeyError


def test_what_is_in_force_is_read_only_and_does_not_change() -> None:
    with naming(model="a"):
        seen = current_naming()
        with pytest.raises(TypeError):
            cast(Any, seen)["model"] = "b"
        with naming(model="b"):
            assert seen == {"model": "a"}


def test_one_object_serves_again_and_within_itself() -> None:
    context, other = naming(model="a"), naming(model="b")
    for _ in range(2):
        with context, other, context:
            assert current_naming() == {"model": "a"}


def test_left_in_any_order_each_takes_its_own_away() -> None:
    first, second = naming(a=1), naming(b=2)
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert current_naming() == {"b": 2}
    second.__exit__(None, None, None)
    second.__exit__(None, None, None)


def test_each_task_has_its_own_and_begins_with_its_parents() -> None:
    async def work(model: str, gate: asyncio.Barrier) -> list[Mapping[str, Any]]:
        inherited = current_naming()
        with naming(model=model):
            await gate.wait()
            seen = [inherited, current_naming()]
            await gate.wait()
        return seen

    async def main() -> None:
        gate = asyncio.Barrier(2)
        with naming(provider="p"):
            found = await asyncio.gather(work("a", gate), work("b", gate))
        for model, (inherited, seen) in zip("ab", found, strict=True):
            assert inherited == {"provider": "p"}
            assert seen == {"provider": "p", "model": model}

    asyncio.run(main())


def test_a_task_keeps_what_it_began_with() -> None:
    async def main() -> Mapping[str, Any]:
        left = asyncio.Event()

        async def late() -> Mapping[str, Any]:
            await left.wait()
            return current_naming()

        with naming(model="a"):
            task = asyncio.create_task(late())
            await asyncio.sleep(0)
        left.set()
        return await task

    assert asyncio.run(main()) == {"model": "a"}


def test_a_thread_begins_with_that_of_where_it_is_started_and_changes_only_its_own() -> None:
    seen: list[Mapping[str, Any]] = []

    def run() -> None:
        with naming(size="s"):
            seen.append(current_naming())

    with naming(model="a"):
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
        seen.append(current_naming())
    assert seen == [{"model": "a", "size": "s"}, {"model": "a"}]


def test_left_in_another_context_it_lets_the_patches_go() -> None:
    original = vars(threading.Thread)["start"]
    context = naming(model="a")
    contextvars.Context().run(context.__enter__)
    assert vars(threading.Thread)["start"] is not original
    context.__exit__(None, None, None)
    assert vars(threading.Thread)["start"] is original


def test_it_decorates_functions_methods_and_coroutine_functions() -> None:
    @naming(model="a")
    def plain(x: int, *, y: int) -> tuple[int, Mapping[str, Any]]:
        """Says what it does."""
        return x + y, current_naming()

    @naming(model="b")
    async def coroutine() -> Mapping[str, Any]:
        await asyncio.sleep(0)
        return current_naming()

    class Holder:
        @naming(model="c")
        def method(self) -> Mapping[str, Any]:
            return current_naming()

        @naming(model="d")
        @staticmethod
        def static() -> Mapping[str, Any]:
            return current_naming()

    assert plain(1, y=2) == (3, {"model": "a"})
    assert (plain.__name__, plain.__doc__) == ("plain", "Says what it does.")
    assert asyncio.iscoroutinefunction(coroutine)
    assert asyncio.run(coroutine()) == {"model": "b"}
    assert Holder().method() == {"model": "c"}
    assert Holder.static() == {"model": "d"}


def _generator() -> Any:
    yield


async def _async_generator() -> Any:
    yield


@pytest.mark.parametrize("thing", [_generator, _async_generator, Path, 3])
def test_it_decorates_nothing_else(thing: Any) -> None:
    with pytest.raises(ConfigurationError, match="naming decorates functions"):
        naming(model="a")(thing)


@pytest.mark.parametrize("value", [None, b"x", ["a"], object(), 1j])
def test_values_are_strings_numbers_and_bools(value: Any) -> None:
    with pytest.raises(ConfigurationError, match="a string, a number or a bool") as caught:
        naming(model=value)
    assert caught.value.option == "model"


def test_names_are_identifiers() -> None:
    with pytest.raises(ConfigurationError, match="identifier"):
        naming(**{"a b": 1})


def test_members_of_enums_are_their_values() -> None:
    with naming(colour=Colour.RED, size=Size.BIG, on=True, share=0.5) as found:
        assert found == {"colour": "red", "size": 3, "on": True, "share": 0.5}
        assert [type(value) for value in found.values()] == [str, int, bool, float]


def test_a_test_context_is_compared_and_hashed_like_a_value() -> None:
    one, other = TestContext(test="a", params={"x": []}), TestContext(test="a", params={"x": []})
    assert one == other != TestContext(test="b")
    assert hash(one) == hash(other)
    assert dict(TestContext().params) == dict(TestContext().extra) == {}


# What is fit for a name

AWKWARD = st.text(st.sampled_from("ab.~-_/\\:*con 1\0\n\ud800éÅ") | st.characters(), min_size=1, max_size=30)


def safe(name: str) -> bool:
    """Whether every system can store a file of this name, and in its own folder."""
    windows = PureWindowsPath(name)
    return (
        0 < len(name.encode()) <= LONGEST_PART
        and not re.search(r'[<>:"/\\|?*\x00-\x1f]', name)
        and name[-1] not in ". "
        and windows.name == name
        and not os.path.isabs(name)
        and name.partition(".")[0].strip().upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT9"}
    )


@given(AWKWARD | st.text(min_size=1, max_size=400))
@example("..")
@example(".")
@example(" ")
@example("NUL")
@example("con .txt")
@example("../../etc/passwd")
@example("C:\\x")
@example("é" * 300)
def test_any_value_becomes_one_safe_name(value: str) -> None:
    assert safe(fit_part(fit(value)))
    assert safe(fit_part(f"{fit(value)}.yaml"))
    assert safe(fit_part(f".{fit(value)}-{fit(value)}-{fit(value)}.yaml"))


@given(AWKWARD, AWKWARD)
@example("a/b", "a:b")
@example("x" * 300, "x" * 299 + "y")
@example("é", "e\u0301")
@example("a\ud800", "a\ud801")
def test_different_values_have_different_names(one: str, other: str) -> None:
    assert (fit(one) == fit(other)) == (one == other)


def test_a_value_that_is_another_ones_name_is_told_from_it() -> None:
    made = fit("a/b")
    assert re.fullmatch(r"a_b~[0-9a-f]{10}", made)
    assert fit(made) != made


@pytest.mark.parametrize(
    "value", ["gpt-4.1", "a b", "test_x[1]", "Zürich", "模型", "~home", "a~b", "-x", "v1.2.3", "x" * 100]
)
def test_a_value_that_can_stay_stays(value: str) -> None:
    assert fit_part(fit(value)) == value


def test_a_reserved_name_is_marked_before_its_first_dot() -> None:
    assert re.fullmatch(r"Con~[0-9a-f]{10}\.test_x\.yaml", fit_part("Con.test_x.yaml"))
    assert fit_part("console.yaml") == "console.yaml"


def test_a_name_that_is_too_long_keeps_its_suffix() -> None:
    long = fit_part("x" * 300 + ".yaml")
    assert re.fullmatch(r"x+~[0-9a-f]{10}\.yaml", long)
    assert len(long) == LONGEST_PART
    assert len(fit_part("x" * 150 + "." + "y" * 150)) == LONGEST_PART


# Templates


def rendered(template: str, directory: Path | None = None, /, **context: Any) -> str:
    found = given_path(template, directory)(lambda: TestContext(**context))
    assert isinstance(found, Path)
    return found.as_posix()


def test_fields_come_from_the_context_and_the_test() -> None:
    context: dict[str, Any] = {
        "test": "test_x",
        "cls": "TestApi",
        "module": "test_api",
        "file": Path("/src/test_api_file.py"),
        "params": {"size": 3, "kind": "big"},
        "extra": {"model": "gemini"},
    }
    template = "{module}/{cls}/{file}-{test}-{size:03}-{kind}-{model}-{params}.yaml"
    shown = "test_api/TestApi/test_api_file-test_x-003-big-gemini-3-big.yaml"
    assert rendered(template, **context) == shown


def test_the_naming_context_stands_above_the_test_and_that_above_its_arguments() -> None:
    assert rendered("{test}", test="a", params={"test": "b"}, extra={"test": "c"}) == "c"
    assert rendered("{test}", test="a", params={"test": "b"}) == "a"
    assert rendered("{params}", test="a", params={"test": "b"}, extra={"params": "c"}) == "c"


def test_braces_are_doubled() -> None:
    assert rendered("{{test}}-{test}.yaml", test="a") == "{test}-a.yaml"
    assert rendered("{{test}}.yaml") == "{test}.yaml"


@pytest.mark.parametrize(
    "template", ["a{b.yaml", "a}b.yaml", "{}", "{0}", "{a.b}", "{a[0]}", "{a!r}", "{a:{b}}"]
)
def test_what_is_no_template_is_refused_when_it_is_given(template: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape("A brace that is meant is written {{ or }}.")):
        given_path(template, None)


def test_an_unknown_field_is_named_with_those_that_are_known() -> None:
    with pytest.raises(ConfigurationError) as caught:
        rendered("{test}-{model}.yaml", test="test_x", extra={"size": 1})
    assert str(caught.value) == (
        "path='{test}-{model}.yaml' cannot be used: there is no model here. "
        "Known here: size, test. reqsnap.naming(model=...) makes it known."
    )
    with pytest.raises(ConfigurationError, match=r"there is no params here\. Known here: nothing"):
        rendered("{params}.yaml")


@pytest.mark.parametrize(
    ("template", "value", "told"),
    [
        ("{x}", object(), "x is a object"),
        ("{params}", object(), "x is a object"),
        ("{x}", None, "x is a NoneType"),
        ("{x}", "", "x is empty"),
        ("{x:03d}", "a", "{x:03d} fails"),
    ],
)
def test_a_value_that_makes_no_name_is_refused(template: str, value: Any, told: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(told)):
        rendered(template, params={"x": value})


@given(AWKWARD, AWKWARD)
def test_no_value_leads_to_another_folder(one: str, other: str) -> None:
    path = rendered("a/.{x}{y}/{y}.yaml", Path("/base"), extra={"x": one, "y": other})
    base, folder, inner, name = Path(path).relative_to("/").parts
    assert (base, folder) == ("base", "a")
    assert inner.startswith(".")
    assert safe(inner) and safe(name)


def test_arguments_that_read_alike_when_joined_are_told_apart() -> None:
    def joined(*values: Any) -> str:
        return rendered("{params}", params={f"x{n}": value for n, value in enumerate(values)})

    assert joined("a", 1) == "a-1"
    assert joined("a-b") == "a-b"
    different = [("a-b", "c"), ("a", "b-c"), ("a", "b", "c"), ("a", ""), ("", "a"), ("",)]
    assert len({joined(*each) for each in different}) == len(different)


@pytest.mark.parametrize(
    "path", ["../x.yaml", "a/../../x.yaml", "..", "../{test}.yaml", "{test}/../../x.yaml"]
)
def test_no_path_leaves_a_directory(path: str) -> None:
    with pytest.raises(ConfigurationError, match=r"it leaves the directory .*base"):
        given_path(path, Path("base"))
    given_path(path, None)


def test_a_path_within_a_directory_or_absolute_is_taken() -> None:
    assert rendered("a/../x.yaml", Path("base")) == "base/a/../x.yaml"
    assert rendered("/x/{test}.yaml", Path("base"), test="t") == "/x/t.yaml"
    assert rendered("..x/y.yaml", Path("base")) == "base/..x/y.yaml"


# Functions that make a path


def built(made: Any, directory: Path | None = None) -> str:
    found = built_path(lambda context: made, directory)(TestContext)
    assert isinstance(found, Path)
    return found.as_posix()


def test_what_a_function_makes_is_fit_part_by_part() -> None:
    assert built("a/test_x-1.yaml") == "a/test_x-1.yaml"
    assert built("a/x.yaml", Path("base")) == "base/a/x.yaml"
    assert built(".hidden/x.tar.yaml") == ".hidden/x.tar.yaml"
    assert re.fullmatch(r"a_b~\w{10}/c_~\w{10}\.yaml", built("a:b/c?.yaml"))
    assert re.fullmatch(r"con~\w{10}\.yaml", built("con.yaml"))
    assert built("{test}.yaml") == "{test}.yaml"


def test_an_absolute_path_is_a_path_object() -> None:
    assert built(Path("/x/y.yaml"), Path("base")) == "/x/y.yaml"
    with pytest.raises(ConfigurationError, match=r"returned as a pathlib\.Path"):
        built("/x/y.yaml")


@pytest.mark.parametrize("made", ["../x.yaml", "a/../../x.yaml", Path("../x.yaml"), "a/.."])
def test_a_function_leads_out_of_no_directory(made: Any) -> None:
    for directory in (None, Path("base")):
        with pytest.raises(ConfigurationError, match="leads downwards"):
            built(made, directory)


@pytest.mark.parametrize("made", [None, "", b"x", 3, "a\0b"])
def test_a_function_returns_a_path(made: Any) -> None:
    with pytest.raises(ConfigurationError, match="non-empty str"):
        built(made)


async def _coroutine(context: TestContext) -> str:
    return "x.yaml"


@pytest.mark.parametrize("builder", [3, _coroutine, ["a"]])
def test_a_builder_is_a_plain_function(builder: Callable[..., Any]) -> None:
    with pytest.raises(ConfigurationError, match="a function that takes a TestContext"):
        checked_builder("path", builder)
