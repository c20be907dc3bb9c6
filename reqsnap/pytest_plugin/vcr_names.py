"""The fixtures of pytest-vcr's users, where the ini file says `reqsnap_vcr_names = pytest-vcr`.

Beside those that both plugins have, which are in `recording`; `vcr` means another thing in each.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from reqsnap.pytest_plugin.asked import vcr_marks
from reqsnap.pytest_plugin.options import settings_of
from reqsnap.pytest_plugin.recording import (
    allowed_hosts,
    block_network,
    disable_recording,
    vcr_config,
    vcr_markers,
)

if TYPE_CHECKING:
    from reqsnap.vcr import VCR
    from reqsnap.vcr.cassette import Cassette

__all__ = [
    "allowed_hosts",
    "block_network",
    "disable_recording",
    "record_mode",
    "vcr",
    "vcr_cassette",
    "vcr_cassette_dir",
    "vcr_cassette_name",
    "vcr_config",
    "vcr_markers",
]


@pytest.fixture(scope="session")
def record_mode(request: pytest.FixtureRequest) -> str:
    """The mode, in VCR.py's words, of cassettes that give none: that of the options, else `once`."""
    settings = settings_of(request.config)
    return settings.record_mode() or settings.default or "once"


@pytest.fixture(scope="module")
def vcr_cassette_dir(request: pytest.FixtureRequest) -> str:
    """The folder of the cassettes: `cassettes` beside the file of a test."""
    return os.path.join(request.node.path.parent, "cassettes")


@pytest.fixture
def vcr_cassette_name(request: pytest.FixtureRequest) -> str:
    """What the cassette of a test is called: `<Class>.<test>`, or `<test>`."""
    from reqsnap.pytest_plugin.vcr_layout import plain_name

    return plain_name(request.cls, request.node.name)


@pytest.fixture(scope="module")
def vcr(
    request: pytest.FixtureRequest, vcr_config: dict[str, Any], vcr_cassette_dir: str, record_mode: str
) -> VCR:
    """The VCR of a module, with the options of `vcr_config` and of the markers of the module."""
    from reqsnap.pytest_plugin.vcr_blocks import made

    merged = {"record_mode": record_mode, **vcr_config, **vcr_marks(request.node).options}
    return made(vcr_cassette_dir, {**merged, **_forced(request)})


@pytest.fixture
def vcr_cassette(
    request: pytest.FixtureRequest, vcr: VCR, vcr_cassette_name: str, disable_recording: bool
) -> Iterator[Cassette]:
    """The cassette of a test, in force while it runs."""
    from reqsnap.pytest_plugin.vcr_blocks import idle, opened

    if disable_recording:
        yield idle(vcr, vcr_cassette_name)
        return
    options = {**vcr_marks(request.node).options, **_forced(request)}
    with opened(request.node, vcr, vcr_cassette_name, options) as cassette:
        yield cassette


def _forced(request: pytest.FixtureRequest) -> dict[str, Any]:
    forced = settings_of(request.config).record_mode()
    return {"record_mode": forced} if forced else {}
