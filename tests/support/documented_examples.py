"""The examples of a page of documentation, and how they are run.

A page's ```python blocks run in order in one namespace. A ```text block right after one is what it
prints, `...` standing for anything. A block whose first line is a comment with the name of a test file
(`# test_items.py`) is written to that file and its tests are run: live, then again with no network; by
pytest, if they have the plugin's markers or fixtures. One with the name of another file (`# items.py`)
is written to it. In a ```console block each line after `$ ` is run by a shell, and what stands below it
is what it prints.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import inspect
import io
import os
import re
import shlex
import subprocess
import sys
import unittest
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from types import ModuleType

import pytest

from reqsnap import pytest_plugin
from tests.support.documented_api import DocumentedApi

_ROOT = str(Path(__file__).parents[2])
_BLOCK = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"# (\w+\.py)\n")
_OF_PYTEST = re.compile(
    r"pytest\.mark\.(?:reqsnap|vcr)\b|^@pytest\.fixture|^def test_.*\breqsnap\b", re.MULTILINE
)
_COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Example:
    """A block on a page: where it begins, its code and what it prints, if the page says so.

    It is Python, or a `console`, whose code holds what is printed.
    """

    line: int
    code: str
    output: str | None
    console: bool = False


def examples(text: str) -> Iterator[Example]:
    """The examples of a page, in order."""
    blocks = list(_BLOCK.finditer(text))
    for block, following in zip_longest(blocks, blocks[1:]):
        if block[1] not in ("python", "console"):
            continue
        output = None
        if following is not None and following[1] == "text":
            between = text[block.end() : following.start()]
            output = following[2] if not between.strip() else None
        line = text.count("\n", 0, block.start()) + 2
        yield Example(line, block[2], output, block[1] == "console")


def run_page(page: Path, folder: Path, api: DocumentedApi) -> None:
    """Run every example of a page in a folder, which is the current one."""
    module = ModuleType("example")
    # Child processes look for the functions that they are given there.
    sys.modules[module.__name__] = module
    try:
        _run_examples(page, module, folder, api)
    finally:
        del sys.modules[module.__name__]


def _run_examples(page: Path, module: ModuleType, folder: Path, api: DocumentedApi) -> None:
    for example in examples(page.read_text("utf-8")):
        where = f"{page.name}, line {example.line}"
        if example.console:
            _run_console(example.code, folder, api, where)
            continue
        name = _FILE.match(example.code)
        if name is not None:
            if name[1].startswith("test_"):
                _run_tests(folder / name[1], example.code, api)
            else:
                (folder / name[1]).write_text(example.code, "utf-8")
            continue
        # The code stands on the page's own lines, so that a failure names the right one.
        code = compile("\n" * (example.line - 1) + example.code, str(page), "exec")
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(code, vars(module))
        if example.output is not None:
            _compare(printed.getvalue(), example.output, where)


def _run_console(code: str, folder: Path, api: DocumentedApi, where: str) -> None:
    """Run the commands of a shell, for whose programs the API is a proxy to its public name."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    proxy = f"http://127.0.0.1:{api.server_port}"
    env = {**os.environ, "PATH": path, "http_proxy": proxy, "no_proxy": "", "PYTHONPATH": _ROOT}
    prelude = f'reqsnap() {{ {shlex.quote(sys.executable)} -m reqsnap "$@"; }}\n'
    found = list(_COMMAND.finditer(code))
    assert "".join(each[0] for each in found) == code, f"{where}: not every line is one of a console"
    for command in found:
        shown = subprocess.run(
            ["sh", "-c", prelude + command[1]],
            cwd=folder,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
        )
        _compare(shown.stdout, command[2], f"{where}: {command[1]}")


def _compare(printed: str, shown: str, where: str) -> None:
    pattern = ".*?".join(re.escape(part) for part in shown.strip().split("..."))
    assert re.fullmatch(pattern, printed.strip(), re.DOTALL), f"{where} printed:\n{printed}"


def _run_tests(file: Path, code: str, api: DocumentedApi) -> None:
    file.write_text(code, "utf-8")
    received = api.received
    run = run_by_pytest if _OF_PYTEST.search(code) else run_file
    assert run(file) > 0, f"{file.name} holds no test"
    assert api.received > received, f"{file.name} reached no API"
    api.reachable = False
    try:
        run(file)
    finally:
        api.reachable = True


class _Passed:
    """Counts the tests that pass."""

    def __init__(self) -> None:
        self.count = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.count += report.when == "call" and report.passed


def run_by_pytest(file: Path) -> int:
    """Run the tests of a file with the plugin; returns how many there were. A cassette is recorded once."""
    passed = _Passed()
    without = [word for name in ("reqsnap", "cassetter", "cacheprovider") for word in ("-p", f"no:{name}")]
    command = [
        str(file),
        f"--rootdir={file.parent}",
        "--import-mode=importlib",
        "--record-mode=once",
        *without,
    ]
    status = pytest.main(command, plugins=[pytest_plugin, passed])
    assert status == pytest.ExitCode.OK, f"{file.name} fails"
    return passed.count


def run_file(file: Path) -> int:
    """Run the tests of a file as a test runner would; returns how many there were."""
    module = _imported(file)
    try:
        tests = [test for name, value in vars(module).copy().items() for test in _tests(name, value, module)]
        for test in tests:
            test()
    finally:
        del sys.modules[module.__name__]
    return len(tests)


def _imported(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[file.stem] = module
    spec.loader.exec_module(module)
    return module


def _tests(name: str, value: object, module: ModuleType) -> Iterator[Callable[[], None]]:
    if isinstance(value, type) and value.__module__ == module.__name__:
        if issubclass(value, unittest.TestCase):
            yield lambda: _run_case(value)
        elif name.startswith("Test"):
            made = value()
            for attribute in dir(made):
                yield from _tests(attribute, getattr(made, attribute), module)
    elif name.startswith("test_") and callable(value):
        yield lambda: _call(value)


def _call(test: Callable[..., object]) -> None:
    result = test()
    if inspect.iscoroutine(result):
        asyncio.run(result)


def _run_case(case: type[unittest.TestCase]) -> None:
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(case).run(result)
    problems = [text for _, text in [*result.errors, *result.failures]]
    assert result.testsRun and not problems, "\n".join(problems)
