"""`reqsnap run`: the program is as without it, and its exchanges are recorded and replayed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from reqsnap.cli import main
from reqsnap.cli.run.command import command
from reqsnap.formats import native
from tests.support.counter import Counter

ROOT = Path(__file__).parents[2]
REQSNAP = [sys.executable, "-m", "reqsnap"]

ASK = """
import sys, urllib.request
for url in sys.argv[1:]:
    print(urllib.request.urlopen(url).read().decode())
"""

SHOW = """
import atexit, os, sys, threading
atexit.register(print, "the end")
print(__name__, __file__, sys.argv, sys.path[0], sys.orig_argv[1:], sys.flags, threading.active_count())
print(sorted(os.environ.items()), os.getcwd(), sys.stdin.read(), {name: globals()[name] for name in ("a",)
    if name in globals()})
def fail():
    raise ValueError("on purpose")
fail()
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    (tmp_path / "ask.py").write_text(ASK)
    (tmp_path / "show.py").write_text(SHOW)
    return tmp_path


def run(*words: str, cassette: str = "x.yaml") -> int:
    return main(["run", "--cassette", cassette, *words])


def started(*words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, input=stdin, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(
    "words",
    [
        ["ask.py", "{url}"],
        ["-m", "ask", "{url}"],
        ["-c", ASK, "{url}"],
        ["-W", "error", "ask.py", "{url}"],
        [sys.executable, "ask.py", "{url}"],
        ["sh", "-c", f"true && {sys.executable} ask.py $0", "{url}"],
    ],
    ids=["script", "-m", "-c", "-W", "python", "sh"],
)
def test_a_program_is_recorded_and_replayed(
    words: list[str], server: Counter, capfd: pytest.CaptureFixture[str]
) -> None:
    url = f"http://127.0.0.1:{server.port}/a"
    words = [url if word == "{url}" else word for word in words]
    assert run("--", *words) == 0
    recorded = capfd.readouterr()
    server.close()
    assert run("--mode", "playback", "--", *words) == 0
    replayed = capfd.readouterr()
    assert replayed.out == recorded.out == "1 GET /a \n"
    assert recorded.err == "reqsnap: 0 replayed, 1 recorded, 0 refused (mode once); written to x.yaml\n"
    assert replayed.err == (
        "reqsnap: 1 replayed, 0 recorded, 0 refused (mode playback); x.yaml was not changed\n"
    )


@pytest.mark.parametrize("words", [["show.py", "a", "--b"], ["-m", "show", "a", "-c"], ["-c", "import show"]])
def test_a_program_sees_what_it_would_see_without(words: list[str]) -> None:
    bare = started(sys.executable, *words, stdin="typed\n")
    inside = started(*REQSNAP, "run", "--cassette", "x.yaml", "--", *words, stdin="typed\n")
    summary = (
        "reqsnap: no request of a Python program was recorded or replayed (mode once); nothing was written\n"
    )
    assert inside.stdout == bare.stdout
    assert inside.stderr == bare.stderr + summary
    assert inside.returncode == bare.returncode == 1
    assert "on purpose" in bare.stderr and "the end" in bare.stdout


@pytest.mark.parametrize("status", [0, 4, 125])
def test_its_exit_status_is_the_programs(status: int) -> None:
    assert run("--", "-c", f"raise SystemExit({status})") == status


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT, signal.SIGABRT])
def test_it_ends_by_the_signal_that_ended_the_program(number: signal.Signals) -> None:
    code = (
        f"import os, signal; signal.signal(signal.SIGINT, signal.SIG_DFL); os.kill(os.getpid(), {number:d})"
    )
    ended = started(*REQSNAP, "run", "-q", "--cassette", "x.yaml", "--", "-c", code)
    assert (ended.returncode, ended.stderr) == (-number, "")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1])
def test_a_signal_is_passed_on_once(number: signal.Signals) -> None:
    """In a session of its own, so that no terminal has a part in it."""
    code = f"""
import os, signal
signal.pthread_sigmask(signal.SIG_BLOCK, {{{number:d}, signal.SIGUSR2}})
print("ready", flush=True)
print(signal.sigwait({{{number:d}}}).name)
os.kill(os.getppid(), signal.SIGUSR2)
print(signal.sigwait({{{number:d}, signal.SIGUSR2}}).name)
"""
    words = [*REQSNAP, "run", "-q", "--cassette", "x.yaml", "--", "-c", code]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        assert (process.stdout.read(), process.wait()) == (f"{number.name}\nSIGUSR2\n", 0)


def test_what_is_typed_at_a_terminal_reaches_the_program_once() -> None:
    """A second Ctrl-C would break off what a program does on the first.

    It asks reqsnap for a signal that comes after all that reqsnap has passed on before.
    """
    code = """
import os, signal
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGUSR1})
print("ready", flush=True)
print(signal.sigwait({signal.SIGINT}).name)
os.kill(os.getppid(), signal.SIGUSR1)
print(signal.sigwait({signal.SIGINT, signal.SIGUSR1}).name)
raise SystemExit(7)
"""
    words = [*REQSNAP, "run", "--cassette", "x.yaml", "--", "-c", code]
    terminal = f"""
import os, pty, sys
child, terminal = pty.fork()
if not child:
    os.execv(sys.executable, {words!r})
shown = b""
while b"ready" not in shown:
    shown += os.read(terminal, 1000)
os.write(terminal, b"\\x03")
try:
    while data := os.read(terminal, 1000):
        shown += data
except OSError:
    pass
print(shown.decode(), os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    shown = started(sys.executable, "-c", terminal)
    assert shown.stderr == ""
    # Where the terminal shows what was typed is its own affair.
    assert shown.stdout.replace("^C", "").split()[1:3] == ["SIGINT", "SIGUSR1"]
    assert shown.stdout.split()[-1] == "7"


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (["no-such-program"], 127, "no-such-program cannot be run: No such file or directory"),
        (["/"], 126, "/ cannot be run: Permission denied"),
    ],
)
def test_what_cannot_be_run_has_the_status_that_a_shell_gives(
    words: list[str], status: int, told: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run("--", *words) == status
    assert capfd.readouterr().err == f"reqsnap: {told}\n"
    assert not Path("x.yaml").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "there is no COMMAND to be run"),
        (["--"], "there is no COMMAND to be run"),
        (["--order", "any", "--", "true"], "order='any' cannot be used: it is one of per_request, strict."),
        (["--max-interactions", "x", "true"], "max_interactions='x' cannot be used: it is a whole number"),
        (["--flush-interval", "3", "true"], "flush_interval=3 cannot be used: it is of no use without"),
        (["--match-on", "method,bdoy", "true"], "bdoy"),
        (["--no-subprocesses", "true"], "unrecognized arguments: --no-subprocesses"),
    ],
)
def test_wrong_usage_is_told_and_runs_nothing(
    words: list[str], told: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run(*words)
    assert ended.value.code == 2
    assert told in capfd.readouterr().err


def test_a_cassette_without_a_name_is_wrong_usage(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run("--", "true", cassette="")
    assert "--cassette is empty" in capfd.readouterr().err


def test_options_of_the_command_line_are_in_force(server: Counter) -> None:
    url = f"http://127.0.0.1:{server.port}"
    words = ["--redact-query", "ticket,stamp", "--exclude-urls", "/health", "--", "ask.py"]
    assert run(*words, f"{url}/a?ticket=1&stamp=2&x=3", f"{url}/health") == 0
    text = Path("x.yaml").read_text()
    assert "/a?ticket=[REDACTED]&stamp=[REDACTED]&x=3" in text
    assert "health" not in text


def test_what_was_refused_is_told_at_the_end(server: Counter, capfd: pytest.CaptureFixture[str]) -> None:
    url = f"http://127.0.0.1:{server.port}"
    assert run("--", "ask.py", f"{url}/a") == 0
    swallow = f"""
import urllib.request
for number in range(5):
    try: urllib.request.urlopen(f"{url}/b/{{number}}")
    except Exception: pass
"""
    capfd.readouterr()
    assert run("-q", "--", "-c", swallow) == 0
    told = capfd.readouterr().err
    assert told.startswith("reqsnap: 0 replayed, 0 recorded, 5 refused (mode once); x.yaml was not changed\n")
    for number in range(3):
        assert f"reqsnap: refused: GET {url}/b/{number} was not sent: " in told
    assert "path: recorded /a, now /b/0" in told
    assert told.endswith("reqsnap: refused: and 2 more\n")
    assert server.requests == ["GET /a"]


def test_a_damaged_cassette_is_told_and_nothing_is_run(capfd: pytest.CaptureFixture[str]) -> None:
    Path("x.yaml").write_text("reqsnap: 1\ninteractions: 7\n")
    assert run("--", "-c", "print('ran')") == 125
    shown = capfd.readouterr()
    assert shown.out == ""
    assert "x.yaml" in shown.err and "Traceback" not in shown.err


@pytest.mark.parametrize("status", [0, 3])
def test_what_cannot_be_saved_is_told(
    status: int, server: Counter, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder / "in").mkdir()
    spoil = f"{ASK}\nimport shutil; shutil.rmtree('in'); open('in', 'w').close(); sys.exit({status})"
    url = f"http://127.0.0.1:{server.port}/a"
    assert run("--", "-c", spoil, url, cassette="in/x.yaml") == (status or 125)
    told = capfd.readouterr().err
    assert told.startswith("reqsnap: error: ")
    rescued = told.split("Nothing is lost: the recordings were written to ")[1].split()[0]
    assert "/a" in Path(rescued).read_text()
    assert told.endswith("reqsnap: 0 replayed, 1 recorded, 0 refused (mode once); nothing was written\n")
    Path(rescued).unlink()


def test_a_program_that_is_killed_keeps_what_it_recorded(
    server: Counter, capfd: pytest.CaptureFixture[str]
) -> None:
    url = f"http://127.0.0.1:{server.port}/a"
    killed = ["--", "-c", f"{ASK}\nimport os; os.kill(os.getpid(), 9)", url]
    ended = started(*REQSNAP, "run", "--cassette", "x.yaml", *killed)
    assert ended.returncode == -9
    assert ended.stderr == (
        "reqsnap: 0 replayed, 1 recorded, 0 refused (mode once); not complete, so kept in x.yaml.partial\n"
    )
    assert run("--", "ask.py", url, url) == 0
    assert "1 replayed, 1 recorded" in capfd.readouterr().err
    assert len(native.load(Path("x.yaml").read_bytes())) == 2


def test_a_program_that_fails_leaves_the_cassette_where_that_is_asked_for(server: Counter) -> None:
    url = f"http://127.0.0.1:{server.port}/a"
    assert run("--", "ask.py", url) == 0
    before = Path("x.yaml").read_bytes()
    fails = [f"{ASK}\nsys.exit(3)", url]
    assert run("--mode", "record", "--no-record-on-exception", "--", "-c", *fails) == 3
    assert Path("x.yaml").read_bytes() == before
    assert run("--mode", "record", "--", "-c", *fails) == 3
    assert Path("x.yaml").read_bytes() != before


def test_the_variable_stands_above_the_mode_of_the_command_line(
    server: Counter, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REQSNAP_MODE", "playback")
    assert run("--mode", "record", "--", "ask.py", f"http://127.0.0.1:{server.port}/a") == 1
    assert "1 refused (mode playback); nothing was written" in capfd.readouterr().err
    assert server.requests == []


def test_warnings_of_the_block_are_told(server: Counter, capfd: pytest.CaptureFixture[str]) -> None:
    code = f"""
import http.client
connection = http.client.HTTPConnection("127.0.0.1", {server.port})
connection.request("GET", "/a")
connection.getresponse().read()
"""
    assert run("--", "-c", code) == 0
    assert "reqsnap: warning: " not in capfd.readouterr().err
    assert run("--max-age", "0.000001", "--", "-c", code) == 0
    told = capfd.readouterr().err
    assert "reqsnap: warning: " in told
    assert "/a" in told and "older than max_age" in told


def test_who_does_not_read_the_summary_changes_nothing() -> None:
    words = ["sh", "-c", '"$@" 2>&-; exit $?', "sh", *REQSNAP, "run", "--cassette", "x.yaml", "--", "-c"]
    assert started(*words, "raise SystemExit(3)").returncode == 3


def test_descriptors_are_inherited() -> None:
    read_end, write_end = os.pipe()
    os.set_inheritable(write_end, True)
    assert run("--", "-c", f"import os; os.write({write_end}, b'hello')") == 0
    os.close(write_end)
    assert os.read(read_end, 10) == b"hello"
    os.close(read_end)


def test_scripts_are_run_by_this_python() -> None:
    assert command(["a.py", "b"]) == [sys.executable, "a.py", "b"]
    assert command(["-m", "a"]) == [sys.executable, "-m", "a"]
    assert command(["python", "a.py"]) == ["python", "a.py"]


def test_help_names_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["run", "--help"])
    shown = capsys.readouterr().out
    assert "--max-age" in shown and "--no-redact" in shown and "--subprocesses" not in shown
