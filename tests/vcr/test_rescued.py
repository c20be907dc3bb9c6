"""What is kept elsewhere of a cassette that cannot be saved: nothing that its hooks keep out of its file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import reqsnap.vcr as vcr
from reqsnap.errors import CassetteWriteError
from reqsnap.formats import NATIVE
from reqsnap.vcr.persisters.filesystem import CassetteNotFoundError
from tests.support.counter import Counter

SECRET = "correct-horse-battery"


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The system's temporary folder."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    yield folder


class Full:
    """A persister whose disk is full from the second time on, or from the first."""

    def __init__(self, free: int) -> None:
        self.free = free
        self.held: tuple[list[Any], list[Any]] | None = None

    def load_cassette(self, cassette_path: str, serializer: Any) -> tuple[list[Any], list[Any]]:
        if self.held is None:
            raise CassetteNotFoundError
        return self.held

    def save_cassette(self, cassette_path: str, cassette_dict: Any, serializer: Any) -> None:
        if not self.free:
            raise OSError(28, "No space left on device")
        self.free -= 1
        self.held = cassette_dict["requests"], cassette_dict["responses"]


def test_a_copy_of_what_cannot_be_saved_holds_no_more_than_the_file_would(path: str, server: Counter) -> None:
    my_vcr = vcr.VCR(filter_sensitive_data=[("<TOKEN>", SECRET)], record_mode="new_episodes")
    my_vcr.register_persister(Full(1))
    with my_vcr.use_cassette(path):
        server.get(f"/old?token={SECRET}")
    with pytest.raises(CassetteWriteError) as caught, my_vcr.use_cassette(path):
        server.get(f"/new?token={SECRET}")
    assert caught.value.rescued is not None
    text = Path(caught.value.rescued).read_bytes()
    assert SECRET.encode() not in text
    urls = [item.decode().request.url for item in NATIVE.read(text)]
    assert [url.rpartition("/")[2] for url in urls] == ["old?token=<TOKEN>", "new?token=<TOKEN>"]


def test_there_is_no_copy_of_what_a_hook_fails_on(path: str, server: Counter, temporary: Path) -> None:
    def hook(request: Any, response: Any) -> Any:
        raise LookupError("which secret?")

    my_vcr = vcr.VCR(filter_sensitive_data=[("<TOKEN>", SECRET)], before_save_interaction=hook)
    with pytest.raises(CassetteWriteError, match=r"which secret\?") as caught, my_vcr.use_cassette(path):
        server.get(f"/a?token={SECRET}")
    assert caught.value.rescued is None
    assert any("No copy was kept" in note for note in caught.value.__notes__)
    assert list(temporary.iterdir()) == []


def test_what_a_hook_leaves_out_is_not_in_the_copy(path: str, server: Counter) -> None:
    def only_new(request: Any, response: Any) -> Any:
        return (request, response) if request.path == "/new" else None

    my_vcr = vcr.VCR(before_save_interaction=only_new)
    my_vcr.register_persister(Full(0))
    with pytest.raises(CassetteWriteError) as caught, my_vcr.use_cassette(path):
        server.get("/old")
        server.get("/new")
    assert caught.value.rescued is not None
    (item,) = NATIVE.read(Path(caught.value.rescued).read_bytes())
    assert item.url.endswith("/new")
