"""Without its owner a child is refused what it may not send, and told what is not recorded."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import warnings
from dataclasses import replace
from pathlib import Path

import pytest

from reqsnap import (
    LostExchangeWarning,
    OwnerGoneError,
    Request,
    Response,
    use_cassette,
)
from reqsnap.patching import Hold, forked
from reqsnap.processes.children import ticket_here
from reqsnap.processes.remote import RemoteRecorder
from reqsnap.processes.tickets import Ticket
from reqsnap.recorder.decisions import Forward, Refuse
from tests.processes.children import ROOT, by_fork
from tests.support.counter import Counter

URL = "http://u:p@h/x?token=s3cr3t-value-1"


@pytest.fixture
def ticket(tmp_path: Path) -> Ticket:
    """For an owner that has never been there."""
    return Ticket(
        str(tmp_path / "owner"),
        "00",
        os.getpid(),
        1,
        replays=True,
        sends=False,
        records_errors=False,
        mode="playback",
        cassette="x.yaml",
    )


def test_what_may_not_be_sent_is_refused(ticket: Ticket) -> None:
    recorder = RemoteRecorder(ticket)
    for decision in (recorder.head("GET", URL), recorder.before(Request("GET", URL))):
        assert isinstance(decision, Refuse)
        assert isinstance(decision.error, OwnerGoneError)
        assert str(decision.error).splitlines()[:2] == [
            f"GET http://h/x was not sent: process {os.getpid()}, which opened the cassette, "
            "can no longer be asked.",
            "Cassette: x.yaml (mode playback)",
        ]
    assert recorder.answer(Request("GET", URL), innermost=False) is None
    assert not recorder.could_match("GET", URL)
    assert len(recorder.refusals) == 2


def test_what_may_be_sent_is_sent_with_one_warning(ticket: Ticket) -> None:
    recorder = RemoteRecorder(replace(ticket, replays=False, sends=True, mode="record"))
    assert not recorder.may_replay
    with pytest.warns(LostExchangeWarning, match=r"^x.yaml: process \d+, which opened the cassette") as told:
        decisions = [recorder.head("GET", URL), recorder.before(Request("GET", URL))]
    assert len(told) == 1
    for decision in decisions:
        assert isinstance(decision, Forward)
        recorder.after(decision, Request("GET", URL), Response(200))


def test_a_warning_that_is_an_error_waits_for_a_request_that_may_raise_it(ticket: Ticket) -> None:
    lost = pytest.raises(LostExchangeWarning, match="still under way")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with lost, use_cassette(mode="record"):
            mine = ticket_here()
            assert mine is not None
            recorder = RemoteRecorder(mine)
            forward = recorder.head("GET", "http://h/")
            assert isinstance(forward, Forward)
            # As if the owner ended now.
            recorder.ticket = replace(mine, address=ticket.address)
            recorder.forked()
            recorder.after(forward, Request("GET", "http://h/"), Response(200))
            with pytest.raises(LostExchangeWarning, match="can no longer be asked"):
                recorder.head("GET", "http://h/")


def test_a_started_program_is_told_by_the_error_that_ends_it(tmp_path: Path, server: Counter) -> None:
    """A shell keeps the program waiting until the process that opened the cassette has ended."""
    path = tmp_path / "x.yaml"
    with use_cassette(path):
        server.get("/a/0")
    program = (
        "import subprocess, sys, reqsnap\n"
        "with reqsnap.use_cassette(sys.argv[1], mode='playback'):\n"
        "    subprocess.Popen(['sh', '-c', 'read line; exec \"$0\" -m tests.processes.children \"$@\"',"
        " sys.executable, *sys.argv[2:]])\n"
    )
    command = [sys.executable, "-c", program, str(path), "http.client", str(server.port), "a", "1"]
    pipe = subprocess.PIPE
    owner = subprocess.Popen(command, cwd=ROOT, text=True, stdin=pipe, stdout=pipe, stderr=pipe)
    assert owner.wait() == 0
    output, errors = owner.communicate("go\n", timeout=30)
    assert output == ""
    assert "reqsnap.errors.OwnerGoneError: GET http://127.0.0.1:" in errors
    assert server.requests == ["GET /a/0"]


def test_children_ask_where_a_test_suite_forbids_sockets(
    tmp_path: Path, server: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.yaml"
    with use_cassette(path):
        recorded = by_fork("http.client", server.port, ["a"], 2)

    def forbidden(*args: object, **kwargs: object) -> socket.socket:
        raise RuntimeError("no sockets in these tests")

    monkeypatch.setattr(socket, "socket", forbidden)
    with use_cassette(path, mode="playback"):
        assert by_fork("http.client", server.port, ["a"], 2) == recorded


def test_a_hold_from_before_a_fork_is_no_user_of_the_patches() -> None:
    import http.client

    bare = vars(http.client.HTTPConnection)["request"]
    inherited = Hold()
    forked(0)
    assert vars(http.client.HTTPConnection)["request"] is bare
    own = Hold()
    inherited.release()
    assert vars(http.client.HTTPConnection)["request"] is not bare
    own.release()
    assert vars(http.client.HTTPConnection)["request"] is bare
