"""Each program runs bare, recording, and replayed with its server gone and the network forbidden."""

from __future__ import annotations

import gc
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import reqsnap
from tests.sdks.imitations.server import Answer, Call, Imitation
from tests.sdks.leaks import cassette_readings, found_in, readings
from tests.sdks.programs import PROGRAMS
from tests.sdks.programs.program import Program
from tests.sdks.running import connected, run_once, standing, wire
from tests.support.certificates import Certificates
from tests.support.network import no_network

ROOT = Path(__file__).parents[2]
SIGNATURE = re.compile(r"Signature=(\w+)")


def _case(program: Program) -> object:
    marks = [pytest.mark.filterwarnings(program.tolerates)] if program.tolerates else []
    return pytest.param(program, id=program.name, marks=marks)


each_program = pytest.mark.parametrize("program", [_case(program) for program in PROGRAMS])


@pytest.fixture
def installed(program: Program) -> Iterator[None]:
    """Skips where the SDK is absent. What it is known to leave open is closed where that is tolerated."""
    pytest.importorskip(program.sdk)
    yield
    if program.tolerates:
        gc.collect()


@each_program
@pytest.mark.usefixtures("installed")
def test_recorded_and_replayed(program: Program, tmp_path: Path, certificates: Certificates) -> None:
    path = tmp_path / "cassette.yaml"
    with standing(program, certificates) as untouched:
        bare = run_once(program, untouched)
    with standing(program, certificates) as api, reqsnap.use_cassette(path, mode="record"):
        recorded = run_once(program, api)
    with no_network(), reqsnap.use_cassette(path, mode="playback") as cassette:
        replayed = run_once(program, api)
        assert cassette.all_played

    assert recorded == bare
    assert replayed == bare
    assert wire(api.calls) == wire(untouched.calls)
    _assert_secret(program, api, path)


@each_program
@pytest.mark.usefixtures("installed")
def test_client_made_before_the_blocks(program: Program, tmp_path: Path, certificates: Certificates) -> None:
    """One client, its connections kept from block to block, with and without recordings to play."""
    path = tmp_path / "cassette.yaml"
    with standing(program, certificates) as api, connected(program, api.url, api.arrived.set) as run:
        run()  # what a client asks for only once, such as a token, is asked for here
        opening = len(api.calls)
        bare = run()
        alone = len(api.calls)
        with reqsnap.use_cassette(path):
            recorded = run()
        sent = len(api.calls)
        with reqsnap.use_cassette(path, mode="update"):
            known = run()
            assert len(api.calls) == sent
            forwarded = run()
        api.close()
        with no_network(), reqsnap.use_cassette(path, mode="playback"):
            replayed = run()

    assert [recorded, known, forwarded, replayed] == [bare] * 4
    expected = wire(api.calls[opening:alone])
    assert wire(api.calls[alone:sent]) == expected
    assert wire(api.calls[sent:]) == expected


FIRST_IMPORT = """
import sys
import reqsnap
from tests.sdks.programs import PROGRAMS
from tests.sdks.running import connected
[program] = [program for program in PROGRAMS if program.name == sys.argv[1]]
assert program.sdk not in sys.modules
with reqsnap.use_cassette(sys.argv[3], mode="record"):
    with connected(program, sys.argv[2]) as run:
        print(ascii(run()))
"""


@pytest.mark.parametrize("name", ["openai-chat", "stripe-customers", "slack-async-users"])
def test_first_imported_inside_the_block(name: str, tmp_path: Path, certificates: Certificates) -> None:
    [program] = [program for program in PROGRAMS if program.name == name]
    pytest.importorskip(program.sdk)
    path = tmp_path / "cassette.yaml"
    with standing(program, certificates) as api:
        command = [sys.executable, "-W", "error", "-c", FIRST_IMPORT, name, api.url, str(path)]
        recorded = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert recorded.returncode == 0, recorded.stderr
    with no_network(), reqsnap.use_cassette(path, mode="playback"):
        assert ascii(run_once(program, api)) == recorded.stdout.strip()


def _assert_secret(program: Program, api: Imitation, path: Path) -> None:
    """Each secret that crossed the wire is nowhere in the cassette."""
    signatures = {found for call in api.calls for found in SIGNATURE.findall(call.header("Authorization"))}
    traffic = list(_traffic(api))
    stored = list(cassette_readings(path))
    for secret in (*program.secrets, *signatures):
        assert found_in(secret, traffic), f"{program.name} did not use {secret}"
        assert not found_in(secret, stored), f"{secret} is in the cassette"


def _traffic(api: Imitation) -> Iterator[bytes]:
    for call in api.calls:
        yield call.target.encode()
    messages: list[Call | Answer] = [*api.calls, *api.answers]
    for message in messages:
        yield from (value.encode("latin-1") for _, value in message.headers)
        yield from readings(message.body)
