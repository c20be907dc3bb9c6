"""`reqsnap demo`: records real clients against an API of its own, replays them offline, checks it."""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import reqsnap
from reqsnap.cli.demo.api import Api
from reqsnap.cli.demo.checks import NoNetwork, functions, holds_any, refused, unchanged
from reqsnap.cli.demo.clients import CLIENTS, Answer, Client
from reqsnap.cli.demo.report import Claim, Report, Telling
from reqsnap.cli.parsers import add_command

_PLACEHOLDER = re.compile(rb"\[REDACTED(?::\d+)?\]")


def add_to(commands: Any) -> None:
    """Add the command to the parser's commands."""
    parser = add_command(
        commands,
        "demo",
        run,
        help="record and replay the installed clients against a small API of its own",
        description=(
            "Start a small API on this machine, record the HTTP clients that are installed, stop the API, "
            "replay them with the network forbidden, and check that everything was as it should be."
        ),
    )
    parser.add_argument("--keep", metavar="PATH", type=Path, help="keep the cassette in a new file")


def run(arguments: argparse.Namespace) -> int:
    """Run the demo; 0 where everything that it claims is so."""
    keep: Path | None = arguments.keep
    if keep is not None and keep.exists():
        arguments.fail(f"--keep {keep}: there is such a file already")
    if keep is not None and not keep.parent.is_dir():
        arguments.fail(f"--keep {keep}: there is no directory {keep.parent}")
    with tempfile.TemporaryDirectory(prefix="reqsnap-demo-") as directory:
        path = Path(directory) / "demo.yaml"
        claims = _demonstrate(path, keep or path, Report(sys.stdout))
        if keep is not None:
            shutil.copyfile(path, keep)
    return 0 if all(claim.holds for claim in claims) else 1


def _demonstrate(path: Path, shown: Path, report: Report) -> list[Claim]:
    clients = [client for client in CLIENTS if client.installed()]
    with Api() as api:
        report.recording(api.url, [client.name for client in clients])
        # Once without reqsnap: what clients load and rebind on first use is neither timed nor blamed.
        for client in clients:
            client.tell(api)
        api.received = api.stalled = 0
        before = functions()
        with reqsnap.use_cassette(path, mode="record"):
            live = [client.tell(api) for client in clients]
    written = path.read_bytes()
    report.replaying(gone := refused(api.address))
    with NoNetwork() as network, reqsnap.use_cassette(path, mode="playback") as cassette:
        replayed = [client.tell(api) for client in clients]
        interactions = tuple(cassette.interactions)
    credentials = api.credentials.values()
    tellings = _pair(clients, live, replayed)
    claims = [
        Claim(f"all {api.received} exchanges were recorded", len(interactions) == api.received),
        _answers_equal(tellings, credentials),
        Claim("streams ran live while recording: event 2 was sent once 1 was read", api.stalled == 0),
        Claim("nothing reached the network in the replay", gone and not network.attempts),
        Claim("the cassette holds no credential, plain or encoded", not holds_any(credentials, written)),
        Claim("the replay left the cassette as it was, byte for byte", path.read_bytes() == written),
        Claim("every patched function is the very object that it was", unchanged(before, functions())),
    ]
    report.table(tellings)
    report.redactions(interactions)
    report.cassette(shown, shown == path, written.decode(), len(interactions))
    report.claims(claims)
    return claims


def _pair(clients: list[Client], live: list[list[Answer]], replayed: list[list[Answer]]) -> list[Telling]:
    return [
        Telling(client.name, one, other) for client, one, other in zip(clients, live, replayed, strict=True)
    ]


def _answers_equal(tellings: list[Telling], credentials: tuple[str, ...]) -> Claim:
    """Compare what the programs saw, each credential and each placeholder read as the same word."""
    pairs = [pair for telling in tellings for pair in zip(telling.live, telling.replayed, strict=True)]
    equal = [
        live.status == replayed.status
        and live.status < 400
        and _masked(live.content, credentials) == _masked(replayed.content, credentials)
        for live, replayed in pairs
    ]
    return Claim(f"{sum(equal)} of {len(pairs)} replayed answers equal the live ones", all(equal))


def _masked(content: bytes, credentials: tuple[str, ...]) -> bytes:
    for credential in credentials:
        content = content.replace(credential.encode(), b"[REDACTED]")
    return _PLACEHOLDER.sub(b"[REDACTED]", content)
