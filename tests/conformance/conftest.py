"""What the conformance tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance.laboratory import Laboratory


@pytest.fixture(scope="session")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    """The servers and proxies, started once."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("http", "https", "all", "no"):
            patch.delenv(f"{name}_proxy", raising=False)
            patch.delenv(f"{name}_proxy".upper(), raising=False)
        patch.delenv("REQSNAP_MODE", raising=False)
        laboratory = Laboratory(tmp_path_factory.mktemp("laboratory"))
        laboratory.start()
        yield laboratory
        laboratory.stop()
