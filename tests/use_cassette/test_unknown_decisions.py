"""Where parts of reqsnap were loaded twice, what one of them decides is sent by none of the others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reqsnap import ReqsnapError, use_cassette
from reqsnap.recorder import Recorder, let_out
from tests.support.counter import Counter
from tests.support.simple_clients import CLIENTS, Get


class Replay:
    """A decision of another copy of reqsnap."""

    error = None


@pytest.mark.parametrize("get", CLIENTS.values(), ids=CLIENTS)
def test_nothing_is_sent(get: Get, server: Counter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, url = tmp_path / "a.yaml", f"http://127.0.0.1:{server.port}/a"
    with use_cassette(path):
        get(url)
    sent = len(server.requests)
    with use_cassette(path, mode="update"):
        for asked in ("head", "before"):
            monkeypatch.setattr(Recorder, asked, lambda *args: Replay())
        with pytest.raises(Exception, match="of another copy of reqsnap, and nothing was sent"):
            get(url)
        monkeypatch.undo()
    assert len(server.requests) == sent


def test_what_is_told() -> None:
    unknown: Any = Replay()
    with pytest.raises(ReqsnapError, match="Load reqsnap before"):
        let_out(unknown)
