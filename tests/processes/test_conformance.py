"""What holds for a program holds for a forked child that runs it: a client of each kind by every case."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.cases import CASES
from tests.conformance.clients import CLIENTS
from tests.conformance.laboratory import Laboratory, open_laboratory
from tests.conformance.registry import Case
from tests.conformance.test_conformance import requests
from tests.conformance.vocabulary import Client
from tests.processes.conformance import ChildsTrial

FAMILIES = ("http.client", "requests", "httpx-sync", "aiohttp")
"""One client for each interceptor that those of the others are built on."""

TABLE = [
    pytest.param(client, case, id=f"{client.name}-{case.name}")
    for client in CLIENTS
    if client.name in FAMILIES
    for case in CASES
    if case.fits(client, "http") and "http" in case.schemes and "playback" in case.runs
    # A block of the program's own is the child's own.
    if not case.own_block
]

pytestmark = pytest.mark.filterwarnings("ignore:Async generator .* garbage collected:ResourceWarning")


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    with open_laboratory(tmp_path_factory.mktemp("laboratory")) as laboratory:
        yield laboratory


@pytest.mark.parametrize(("client", "case"), TABLE)
def test_a_program_in_a_child(client: Client, case: Case, laboratory: Laboratory, tmp_path: Path) -> None:
    trial = ChildsTrial(laboratory, client, case, "http", tmp_path / "cassette.yaml")
    bare = trial.bare()
    if "record" in case.runs:
        recorded = trial.record()
        assert recorded.result == bare.result
        assert sorted(requests(recorded)) == sorted(requests(bare))
    trial.prepare()
    replayed = trial.playback()
    assert replayed.result == bare.result
    assert requests(replayed) == []
