"""`pip download` is recorded and replayed, with the processes that it starts to build a source."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.programs.package_index import FILES, PackageIndex
from tests.programs.running import run_three_times
from tests.programs.site import Site


@pytest.fixture
def index() -> Iterator[Site]:
    served = Site(PackageIndex)
    yield served
    served.stop()


ALPHA, BETA, GAMMA = FILES


@pytest.mark.parametrize(
    ("words", "status", "requests", "files"),
    [
        (["alpha"], 0, 4, {ALPHA, BETA}),
        (["--use-feature=fast-deps", "alpha"], 0, 8, {ALPHA, BETA}),
        (["gamma"], 0, 4, {GAMMA}),
        (["--no-cache-dir", "--only-binary=:all:", "gamma"], 1, 1, set[str]()),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_pip_downloads_the_same_with_its_index_gone(
    words: list[str], status: int, requests: int, files: set[str], index: Site, tmp_path: Path
) -> None:
    pip = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--dest",
        "out",
        "--index-url",
        f"{index.url}/simple/",
        *words,
    ]
    runs = run_three_times(
        pip, tmp_path, index.stop, PIP_CONFIG_FILE=os.devnull, PIP_DISABLE_PIP_VERSION_CHECK="1"
    )
    assert runs.bare.status == status, runs
    assert {Path(name).name for name in runs.bare.files} == files
    assert runs.are_equal(), runs
    assert index.requests == 2 * requests
    path = tmp_path / "x.yaml"
    assert runs.said == (
        f"reqsnap: 0 replayed, {requests} recorded, 0 refused (mode once); written to {path}",
        f"reqsnap: {requests} replayed, 0 recorded, 0 refused (mode once); {path} was not changed",
    )
