"""A suite that has the plugin, and a server that it can ask."""

from __future__ import annotations

import importlib
import pkgutil
import warnings
from pathlib import Path

import httpx
import pytest
import requests
import urllib3
import wrapt

import reqsnap
from reqsnap import pytest_plugin
from tests.support.counter import Counter

ARGUMENTS = ("-p", "no:reqsnap", "-p", "no:cacheprovider", "-p", "no:cassetter")
"""Without the plugin as it is installed: here it is the one that was loaded when coverage had begun.

Without cassetter's plugin, which has pytest-recording's names too and is given way to.
"""

CLIENTS = (httpx, requests, urllib3)
"""Imported here: what a suite within this process imports first is forgotten with it, and imported twice."""

# So is wrapt's finder of what is imported, which then would not be put in place again.
wrapt.register_post_import_hook(lambda module: None, __name__ + ".nothing")

for _module in pkgutil.walk_packages(reqsnap.__path__, "reqsnap."):
    if not _module.name.startswith(("reqsnap.__main__", "reqsnap.processes.startup")):
        importlib.import_module(_module.name)


class Suite:
    """A folder of tests that are run within this process, with the plugin.

    `SERVER` in them is the URL of a server that counts.
    """

    def __init__(self, pytester: pytest.Pytester, server: Counter) -> None:
        self.pytester = pytester
        self.server = server

    @property
    def folder(self) -> Path:
        """Where the tests are."""
        return self.pytester.path

    @property
    def cassettes(self) -> list[str]:
        """The paths of all cassettes, in order."""
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*.yaml*"))

    def write(self, name: str, code: str) -> None:
        """Write a file of the suite."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"SERVER = 'http://127.0.0.1:{self.server.port}'\n{code}", "utf-8")

    def run(self, *arguments: str) -> pytest.RunResult:
        """Run it, with the filters of warnings that a new process has."""
        with warnings.catch_warnings():
            warnings.resetwarnings()
            return self.pytester.runpytest_inprocess(
                *ARGUMENTS, *arguments, plugins=[pytest_plugin], no_reraise_ctrlc=True
            )


@pytest.fixture
def suite(pytester: pytest.Pytester, server: Counter) -> Suite:
    return Suite(pytester, server)
