"""The hooks that a suite may implement."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from reqsnap.vcr import VCR


def pytest_recording_configure(config: pytest.Config, vcr: VCR) -> None:
    """Called with the VCR of each test that a marker `vcr` is on, before its cassette is opened."""
