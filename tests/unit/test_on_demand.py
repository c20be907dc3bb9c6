"""What is loaded when: reqsnap costs a program next to nothing until a block opens."""

from __future__ import annotations

import ast
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import reqsnap

CLIENTS = ["http.client", "urllib3", "requests", "httpx", "httpcore", "httpcore2", "aiohttp", "botocore"]
UNWANTED = ["wrapt", "yaml", "asyncio", "multiprocessing", "subprocess", "email", "json", *CLIENTS]
MACHINERY = ["cassette", "formats", "interceptors", "processes", "recorder", "redaction", "storage"]

DECORATING = """
from reqsnap import use_cassette, Library

@use_cassette
def test(): ...

@use_cassette("a/{test}.yaml", mode="once", match_on=["method", "body"], match_headers=["accept"],
              ignore_json=["id"], exclude_urls=["/health"], should_record=lambda request: True)
async def test_more(): ...

@Library("cassettes").use_cassette()
class TestAll:
    def test(self): ...
"""


def loaded_by(program: str) -> set[str]:
    """The modules that a new interpreter has loaded once a program has run in it."""
    show = "import sys; print(*sys.modules)"
    shown = subprocess.run([sys.executable, "-c", f"{program}\n{show}"], capture_output=True, text=True)
    assert shown.returncode == 0, shown.stderr
    return set(shown.stdout.split())


def test_importing_reqsnap_loads_nothing_that_takes_time() -> None:
    found = loaded_by("import reqsnap")
    assert not found.intersection([*UNWANTED, "dataclasses", "inspect"])
    assert {name for name in found if name.startswith("reqsnap")} == {
        "reqsnap",
        "reqsnap.naming",
        "reqsnap.on_demand",
    }


def test_decorating_loads_neither_client_nor_what_a_block_needs() -> None:
    found = loaded_by(DECORATING)
    assert "reqsnap.api" in found
    assert not found.intersection(UNWANTED)
    assert not found.intersection(f"reqsnap.{room}" for room in MACHINERY)


def test_every_public_name_is_found() -> None:
    program = "import reqsnap\nfor name in reqsnap.__all__: assert getattr(reqsnap, name) is not None, name"
    assert "reqsnap.api" in loaded_by(f"{program}\nassert not set(reqsnap.__all__) - set(dir(reqsnap))")
    loaded_by("from reqsnap import *\nassert use_cassette and Cassette and naming(a=1)")


def test_type_checkers_see_the_names_where_they_are_found() -> None:
    """What stands under TYPE_CHECKING in a package is what is loaded on demand."""
    for path in Path(reqsnap.__file__).parent.rglob("__init__.py"):
        tree = ast.parse(path.read_text())
        calls = [each for each in ast.walk(tree) if isinstance(each, ast.Call)]
        tables = [call.args[1] for call in calls if ast.unparse(call.func) == "on_demand"]
        if not tables:
            continue
        table = ast.literal_eval(tables[0])
        branch = next(each for each in tree.body if isinstance(each, ast.If))
        imports = [each for each in branch.body if isinstance(each, ast.ImportFrom)]
        seen = {alias.name for each in imports for alias in each.names}
        listed = {name for names in table.values() for name in names.split()}
        assert seen == listed, path


def test_each_name_of_a_package_comes_from_where_it_says() -> None:
    for package in ("reqsnap", "reqsnap.matching", "reqsnap.sequences", "reqsnap.blocks", "reqsnap.naming"):
        loaded_by(
            f"import sys, {package}\n"
            f"this = sys.modules[{package!r}]\n"
            "for name in this.__all__: assert getattr(this, name) is not None, name"
        )


def test_a_name_that_is_not_there_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="module 'reqsnap' has no attribute 'use_casette'"):
        vars(reqsnap)["__getattr__"]("use_casette")
    assert not hasattr(reqsnap, "use_casette")


def test_naming_is_the_function_whatever_was_loaded() -> None:
    loaded_by(
        "import reqsnap\n"
        "before = reqsnap.naming\n"
        "import reqsnap.naming.default_paths\n"
        "assert reqsnap.naming is before and callable(before)\n"
        "from reqsnap import naming\n"
        "assert naming is before"
    )
    loaded_by("from reqsnap.naming.context import naming\nimport reqsnap\nassert reqsnap.naming is naming")


def test_naming_reaches_threads_where_no_block_was_ever_opened() -> None:
    loaded_by(
        "import threading, reqsnap\n"
        "seen = []\n"
        "with reqsnap.naming(model='a'):\n"
        "    thread = threading.Thread(target=lambda: seen.append(dict(reqsnap.current_naming())))\n"
        "    thread.start()\n"
        "    thread.join()\n"
        "assert seen == [{'model': 'a'}], seen"
    )


def test_what_was_loaded_on_demand_is_the_same_object() -> None:
    from reqsnap.errors import ConfigurationError

    assert reqsnap.ConfigurationError is ConfigurationError
    assert pickle.loads(pickle.dumps(reqsnap.Mode.ONCE)) is reqsnap.Mode.ONCE
