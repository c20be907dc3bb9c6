"""REQSNAP_CASSETTE: any Python program is recorded and replayed where reqsnap is installed."""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

from reqsnap import environment
from reqsnap.formats import native
from tests.support.counter import Counter

ROOT = Path(__file__).parents[2]

ASK = """
import sys, urllib.request
for url in sys.argv[1:]:
    print(urllib.request.urlopen(url).read().decode())
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter beside whose packages stands `reqsnap.pth`, before what says where others are."""
    home = tmp_path_factory.mktemp("venv")
    venv.create(home, symlinks=True)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(home), "platbase": str(home)}))
    (packages / "__editable__.reqsnap.pth").write_text(f"{ROOT}\n")
    (packages / "reqsnap.pth").write_bytes((ROOT / "reqsnap.pth").read_bytes())
    (packages / "zz.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    return home / "bin" / "python"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    (tmp_path / "ask.py").write_text(ASK)
    return tmp_path


def run(python: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, **{f"REQSNAP_{name}": value for name, value in variables.items()}}
    return subprocess.run([str(python), *words], env=env, capture_output=True, text=True, timeout=60)


def test_a_program_is_recorded_and_replayed(python: Path, server: Counter) -> None:
    url = f"http://127.0.0.1:{server.port}/a"
    recorded = run(python, "ask.py", url, url, CASSETTE="x.yaml")
    server.close()
    replayed = run(python, "ask.py", url, url, CASSETTE="x.yaml", MODE="playback")
    assert (recorded.stdout, recorded.stderr) == (replayed.stdout, replayed.stderr)
    assert (replayed.stdout, replayed.stderr) == ("1 GET /a \n2 GET /a \n", "")
    assert (recorded.returncode, replayed.returncode) == (0, 0)


def test_without_the_variable_nothing_is_loaded(python: Path) -> None:
    loaded = run(python, "-c", "import sys; print([name for name in sys.modules if 'reqsnap' in name])")
    assert (loaded.stdout, loaded.stderr) == ("[]\n", "")


@pytest.mark.parametrize("variables", [{"CASSETTE": ""}, {"OPTIONS": "--nonsense"}, {"MODE": "playback"}])
def test_no_cassette_is_no_block(python: Path, server: Counter, variables: dict[str, str]) -> None:
    url = f"http://127.0.0.1:{server.port}/a"
    assert run(python, "ask.py", url, **variables).stdout == "1 GET /a \n"


def test_options_come_from_a_variable(python: Path, server: Counter) -> None:
    url = f"http://127.0.0.1:{server.port}/a?ticket=1&x=2"
    run(python, "ask.py", url, CASSETTE="x.yaml", OPTIONS="--redact-query 'ticket' --mode update")
    assert "/a?ticket=[REDACTED]&x=2" in Path("x.yaml").read_text()


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"MODE": "replay"}, "REQSNAP_MODE='replay' cannot be used: a mode is one of"),
        ({"OPTIONS": "--nonsense"}, "REQSNAP_OPTIONS='--nonsense' cannot be used: unrecognized arguments"),
        ({"OPTIONS": "--mode 'once"}, "it is not written as a shell's words: No closing quotation"),
        ({"OPTIONS": "--order any"}, "order='any' cannot be used: it is one of per_request, strict."),
        ({"CASSETTE": "damaged.yaml"}, "damaged.yaml"),
    ],
)
def test_where_the_cassette_cannot_be_used_nothing_is_run(
    python: Path, variables: dict[str, str], told: str
) -> None:
    Path("damaged.yaml").write_text("reqsnap: 1\ninteractions: 7\n")
    ended = run(python, "-c", "print('ran')", **{"CASSETTE": "x.yaml", **variables})
    assert (ended.returncode, ended.stdout) == (125, "")
    assert ended.stderr.startswith("reqsnap: ") and told in ended.stderr
    assert "Traceback" not in ended.stderr


def test_children_belong_to_it_and_see_no_variable(python: Path, server: Counter) -> None:
    program = f"""
import multiprocessing, os, subprocess, sys
from ask import ask
if __name__ == "__main__":
    url = "http://127.0.0.1:{server.port}/"
    print([name for name in os.environ if name.startswith("REQSNAP") or name == "PYTHONPATH"])
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print(pool.map(ask, [url + "spawned"]))
    subprocess.run([sys.executable, "-I", "-c", {ASK!r}, url + "isolated"], check=True)
    subprocess.run([sys.executable, "-c", {ASK!r}, url + "elsewhere"], check=True, env={{"PYTHONPATH": "/"}})
    program = "import os; print([name for name in os.environ if 'REQSNAP' in name or name == 'PYTHONPATH'])"
    print(ask(url + "itself"), flush=True)
    subprocess.run([sys.executable, "-I", "-c", program], check=True)
"""
    Path("ask.py").write_text(
        "import urllib.request\ndef ask(url): return urllib.request.urlopen(url).read().decode()\n"
    )
    Path("many.py").write_text(program)
    recorded = run(python, "many.py", CASSETTE="x.yaml")
    assert recorded.stderr == ""
    server.close()
    replayed = run(python, "many.py", CASSETTE="x.yaml")
    assert (replayed.stdout, replayed.stderr) == (recorded.stdout, "")
    for path in ("spawned", "isolated", "elsewhere", "itself"):
        assert f"GET /{path} " in recorded.stdout
    assert recorded.stdout.count("[]\n") == 2
    assert len(native.load(Path("x.yaml").read_bytes())) == 4


def test_a_child_of_a_block_joins_it_and_opens_no_file(python: Path, server: Counter) -> None:
    """The variable is handed on to it as well as the block."""
    url = f"http://127.0.0.1:{server.port}/a"
    words = ["-m", "reqsnap", "run", "-q", "--cassette", "outer.yaml", "--"]
    inner = ["env", "REQSNAP_CASSETTE=inner.yaml", str(python), "ask.py", url]
    ended = run(python, *words, *inner)
    assert (ended.stdout, ended.stderr) == ("1 GET /a \n", "")
    assert Path("outer.yaml").exists() and not Path("inner.yaml").exists()


def test_an_isolated_child_joins_too(python: Path, server: Counter) -> None:
    url = f"http://127.0.0.1:{server.port}/a"
    program = "import os; print([name for name in os.environ if 'REQSNAP' in name or name == 'PYTHONPATH'])"
    words = ["-m", "reqsnap", "run", "--cassette", "x.yaml", "--"]
    ended = run(python, *words, "-I", "-c", f"{ASK}{program}", url)
    assert (ended.stdout, ended.returncode) == ("1 GET /a \n[]\n", 0)
    assert "1 recorded" in ended.stderr


def test_its_end_comes_after_the_programs_own(python: Path, server: Counter) -> None:
    url = f"http://127.0.0.1:{server.port}/late"
    program = (
        f"import atexit, urllib.request; atexit.register(lambda: urllib.request.urlopen({url!r}).read())"
    )
    assert run(python, "-c", program, CASSETTE="x.yaml").stderr == ""
    assert "/late" in Path("x.yaml").read_text()


def test_what_was_refused_is_told_at_the_end(python: Path, server: Counter) -> None:
    program = f"""
import urllib.request
try: urllib.request.urlopen("http://127.0.0.1:{server.port}/a")
except Exception: print("went on")
"""
    ended = run(python, "-c", program, CASSETTE="x.yaml", MODE="playback")
    assert (ended.stdout, ended.returncode) == ("went on\n", 0)
    assert ended.stderr.startswith("reqsnap: 0 replayed, 0 recorded, 1 refused (mode playback); nothing was")
    assert f"reqsnap: refused: GET http://127.0.0.1:{server.port}/a was not sent: " in ended.stderr
    assert server.requests == []


def test_what_cannot_be_saved_is_told(python: Path, server: Counter, folder: Path) -> None:
    (folder / "in").mkdir()
    spoil = f"{ASK}\nimport shutil; shutil.rmtree('in'); open('in', 'w').close()"
    ended = run(python, "-c", spoil, f"http://127.0.0.1:{server.port}/a", CASSETTE="in/x.yaml")
    assert ended.returncode == 0
    assert ended.stderr.startswith("reqsnap: error: ")
    Path(ended.stderr.split("the recordings were written to ")[1].split()[0]).unlink()


def test_an_interrupted_program_leaves_the_set_unfinished(python: Path, server: Counter) -> None:
    program = f"{ASK}\nraise KeyboardInterrupt"
    ended = run(python, "-c", program, f"http://127.0.0.1:{server.port}/a", CASSETTE="x.yaml")
    assert "KeyboardInterrupt" in ended.stderr
    assert Path("x.yaml.partial").exists() and not Path("x.yaml").exists()


def test_a_forked_process_does_not_end_the_block(python: Path, server: Counter) -> None:
    program = f"import os, sys\nif not os.fork(): sys.exit()\nos.wait()\n{ASK}"
    ended = run(python, "-c", program, f"http://127.0.0.1:{server.port}/a", CASSETTE="x.yaml")
    assert ended.stdout == "1 GET /a \n"
    assert "reqsnap" not in ended.stderr
    assert "/a" in Path("x.yaml").read_text()


def test_a_block_begins_where_site_looks_for_its_last_module(
    server: Counter, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In this process, as in another."""
    ends: list[Callable[[], None]] = []
    monkeypatch.setattr(atexit, "register", ends.append)
    monkeypatch.setenv("REQSNAP_CASSETTE", "x.yaml")
    monkeypatch.setenv("REQSNAP_OPTIONS", "--mode update")
    environment.watch()
    finder = sys.meta_path[0]
    assert finder.find_spec("another", None) is None
    assert finder in sys.meta_path
    finder.find_spec("sitecustomize", None)
    try:
        assert finder not in sys.meta_path
        assert not {"REQSNAP_CASSETTE", "REQSNAP_OPTIONS"} & os.environ.keys()
        server.get("/a")
    finally:
        ends[-1]()
    assert len(native.load(Path("x.yaml").read_bytes())) == 1
    assert capsys.readouterr().err == ""


def test_what_cannot_be_opened_ends_the_process(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REQSNAP_CASSETTE", "x.yaml")
    monkeypatch.setenv("REQSNAP_OPTIONS", "--order any")
    monkeypatch.setattr(os, "_exit", sys.exit)
    with pytest.raises(SystemExit) as ended:
        environment.begin()
    assert ended.value.code == 125
    assert capsys.readouterr().err.startswith("reqsnap: order='any' cannot be used")
