"""It makes no difference whether a client is imported before reqsnap or inside a block."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from reqsnap import use_cassette
from tests.conformance.clients import CLIENTS
from tests.conformance.laboratory import Laboratory

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("order", ["early", "late"])
def test_any_client_replays_what_another_recorded(order: str, laboratory: Laboratory, tmp_path: Path) -> None:
    laboratory.reset()
    path = tmp_path / "cassette.yaml"
    with (
        use_cassette(path, mode="record"),
        closing(http.client.HTTPConnection("localhost", laboratory.server.ports["http"])) as connection,
    ):
        connection.request("GET", "/item/9")
        body = connection.getresponse().read().decode()
    laboratory.stop()
    arguments = [order, path, laboratory.server.origin("http") + "/item/9", laboratory.certificates.path]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.conformance.import_order", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [[client.name, 200, body] for client in CLIENTS]
