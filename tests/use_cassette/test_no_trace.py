"""A process is after a block, and before the first one, as it would be without reqsnap."""

from __future__ import annotations

import http.client
import subprocess
import sys
from pathlib import Path

import pytest

from reqsnap import ConfigurationError, use_cassette
from reqsnap.patching import Hold


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.yaml"


def test_an_unknown_mode_raises_before_any_patch_is_installed() -> None:
    hold = Hold()
    hold.release()
    before = http.client.HTTPConnection.request
    with pytest.raises(ConfigurationError):
        use_cassette("x.yaml", mode="replay")
    assert http.client.HTTPConnection.request is before


def test_patches_are_gone_whatever_the_order_of_the_ends(path: Path) -> None:
    before = vars(http.client.HTTPConnection)["request"]
    one, two = use_cassette(path), use_cassette(path.with_name("y.yaml"))
    one.__enter__()
    two.__enter__()
    assert vars(http.client.HTTPConnection)["request"] is not before
    one.__exit__(None, None, None)
    two.__exit__(None, None, None)
    assert vars(http.client.HTTPConnection)["request"] is before


def test_nothing_is_printed_or_warned_of_on_import() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", "import reqsnap; reqsnap.use_cassette('x.yaml')"],
        capture_output=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == (b"", b"")
