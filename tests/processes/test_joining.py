"""A started program joins its block when it first has to, whatever it does at that moment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from reqsnap import use_cassette
from tests.support.counter import Counter

PROGRAM = str(Path(__file__).with_name("importing.py"))
START = "import subprocess, sys; subprocess.run([sys.executable, '-c', ''], check=True)"

AT_ONCE = {
    "what reqsnap needs": (
        "import asyncio",
        "asyncio.base_events",
        "import http.client",
        "reqsnap.blocks.opening",
    ),
    "a client, and a program is started": (
        START,
        "reqsnap.blocks.opening",
        "import http.client",
        "http.client",
    ),
    "a client, and reqsnap": (
        "import reqsnap",
        "reqsnap.blocks.opening",
        "import http.client",
        "http.client",
    ),
    "two clients": ("import http.client", "reqsnap.blocks.opening", "import urllib3", "urllib3"),
    "a client, and what starts programs": (
        "import http.client",
        "reqsnap.blocks.opening",
        "import subprocess, asyncio",
        "subprocess",
    ),
}


@pytest.mark.parametrize("what", AT_ONCE)
def test_threads_import_at_once(what: str, server: Counter) -> None:
    with use_cassette(mode="record") as cassette:
        command = [sys.executable, PROGRAM, str(server.port), *AT_ONCE[what]]
        found = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert (found.returncode, found.stderr, len(cassette)) == (0, "", 1)


LOAD = {
    "lazily": """
loader = importlib.util.LazyLoader(spec.loader)
spec.loader = loader
client = importlib.util.module_from_spec(spec)
sys.modules["http.client"] = client
loader.exec_module(client)
""",
    "as was usual once": """
warnings.simplefilter("ignore")
client = spec.loader.load_module("http.client")
""",
}
ASK = """
connection = client.HTTPConnection("127.0.0.1", {})
connection.request("GET", "/")
connection.getresponse().read()
connection.close()
"""
FIND = "import importlib.util, sys, warnings\nspec = importlib.util.find_spec('http.client')\n"


@pytest.mark.parametrize("how", LOAD)
def test_a_client_that_is_loaded_in_another_way(how: str, server: Counter) -> None:
    with use_cassette(mode="record") as cassette:
        command = [sys.executable, "-c", FIND + LOAD[how] + ASK.format(server.port)]
        found = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert (found.returncode, found.stderr, len(cassette)) == (0, "", 1)


WRAP = """
import os, subprocess, sys
started = []
def wrap(owner, name):
    original = getattr(owner, name)
    def wrapper(*args, **kwargs):
        started.append(name)
        return original(*args, **kwargs)
    setattr(owner, name, wrapper)
wrap(subprocess.Popen, "__init__")
wrap(os, "system")
ask = (
    "import http.client as h; c = h.HTTPConnection('127.0.0.1', {}); c.request('GET', '/');"
    "c.getresponse().read(); c.close()"
)
for _ in range(2):
    subprocess.run([sys.executable, "-c", ask], check=True)
    assert os.system(f'"{{sys.executable}}" -c "{{ask}}"') == 0
print(*started)
"""


def test_a_program_that_wraps_what_starts_programs(server: Counter) -> None:
    """As tools that trace programs do, before the first of them is started."""
    with use_cassette(mode="record") as cassette:
        command = [sys.executable, "-c", WRAP.format(server.port)]
        found = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert (found.stdout, found.stderr) == ("__init__ system __init__ system\n", "")
    assert len(cassette) == 4
