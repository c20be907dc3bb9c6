"""Blocks that do not end well: what is kept, where it is, and what the user is told."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from pathlib import Path

import pytest

from reqsnap import CassetteWriteError, Interaction, use_cassette
from reqsnap.formats import Beside, native
from reqsnap.storage import CassetteFile
from tests.support.cassettes import targets_in
from tests.support.counter import Counter


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.yaml"


def trouble(interaction: Interaction) -> Interaction:
    """A hook that fails for some."""
    if "/bad" in interaction.request.url:
        raise LookupError(interaction.request.url[-5:])
    return interaction


# A hook that raised


def test_a_hook_that_raised_leaves_the_previous_cassette(path: Path, server: Counter) -> None:
    with use_cassette(path):
        server.get("/old")
    before = path.read_bytes()
    with pytest.raises(LookupError), use_cassette(path, mode="record", before_record=trouble):
        server.get("/good")
        server.get("/bad1")
    assert path.read_bytes() == before
    assert targets_in(f"{path}.partial") == ["/good"]


def test_a_first_recording_whose_hook_raised_stays_partial(path: Path, server: Counter) -> None:
    with pytest.raises(LookupError), use_cassette(path, before_record=trouble):
        server.get("/good")
        server.get("/bad1")
    assert not path.exists()
    with use_cassette(path):
        assert server.get("/good") == "1 GET /good "
        server.get("/bad1")
    assert targets_in(path) == ["/good", "/bad1"]


def test_a_hook_that_raised_counts_as_an_error_for_record_on_exception(path: Path, server: Counter) -> None:
    with (
        pytest.raises(LookupError),
        use_cassette(path, before_record=trouble, record_on_exception=False),
    ):
        server.get("/good")
        server.get("/bad1")
    assert not path.exists()
    assert not Path(f"{path}.partial").exists()


def test_an_inner_block_whose_hook_raised_leaves_the_outer_one_whole(path: Path, server: Counter) -> None:
    with use_cassette(path, before_record=trouble):
        with pytest.raises(LookupError), use_cassette(path, before_record=trouble):
            server.get("/bad1")
        server.get("/good")
    assert targets_in(path) == ["/good"]


def test_what_a_hook_raised_brings_all_else_there_is_to_tell(path: Path, server: Counter) -> None:
    with pytest.raises(LookupError, match="/bad1") as caught, use_cassette(path, before_record=trouble):
        server.get("/bad1")
        server.get("/bad2")
        left = under_way(server)
    left.close()
    first, second = caught.value.__notes__
    assert "still under way when the block ended" in first
    assert first.startswith("reqsnap: ")
    assert second == "reqsnap could not record an exchange: LookupError('/bad2')"


def under_way(server: Counter) -> http.client.HTTPConnection:
    """An exchange that nobody reads to its end."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    connection.request("GET", "/late")
    connection.getresponse()
    return connection


# A value that cannot be written


@pytest.fixture
def rescued() -> Iterator[list[str]]:
    """The copies that were made in the system's temporary folder; they are deleted."""
    found: list[str] = []
    yield found
    for each in found:
        Path(each).unlink()


@pytest.fixture
def unwritable(monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer that meets, in some interactions, a value of a type that nothing has checked."""
    write = native.dump_item

    def dump_item(interaction: Interaction, beside: Beside | None = None) -> bytes:
        if "/bad" in interaction.request.url:
            raise AttributeError(interaction.request.url[-5:])
        return write(interaction, beside)

    monkeypatch.setattr(native, "dump_item", dump_item)


@pytest.mark.parametrize("mode", ["once", "record", "update"])
def test_a_value_that_cannot_be_written_does_not_lose_the_rest(
    path: Path, server: Counter, unwritable: None, rescued: list[str], mode: str
) -> None:
    with pytest.raises(CassetteWriteError) as caught, use_cassette(path, mode=mode):
        for target in ("/a", "/bad1", "/b", "/bad2"):
            server.get(target)
    error = caught.value
    assert error.rescued is not None
    rescued.append(error.rescued)
    assert targets_in(error.rescued) == ["/a", "/b"]
    assert error.__notes__ == [f"All but 2 that no file can hold were written to {error.rescued}"]
    assert isinstance(error.__cause__, AttributeError)
    assert error.__cause__.args == ("/bad1",)
    assert f"GET http://127.0.0.1:{server.port}/bad1 cannot be written" in str(error)


def test_a_flush_meets_such_a_value_too(
    path: Path, server: Counter, unwritable: None, rescued: list[str]
) -> None:
    with pytest.raises(CassetteWriteError) as caught, use_cassette(path) as cassette:
        server.get("/a")
        server.get("/bad1")
        with pytest.raises(CassetteWriteError, match="AttributeError"):
            cassette.flush()
        with pytest.raises(CassetteWriteError, match="AttributeError"):
            cassette.save()
        server.get("/b")
    assert caught.value.rescued is not None
    rescued.append(caught.value.rescued)
    assert targets_in(caught.value.rescued) == ["/a", "/b"]


def test_any_error_of_saving_leads_to_the_rescue(
    path: Path, server: Counter, monkeypatch: pytest.MonkeyPatch, rescued: list[str]
) -> None:
    def fail(file: CassetteFile, data: bytes) -> None:
        raise RuntimeError("no such disk")

    monkeypatch.setattr(CassetteFile, "write", fail)
    with pytest.raises(CassetteWriteError, match="no such disk") as caught, use_cassette(path):
        server.get("/a")
    assert isinstance(caught.value.__cause__, RuntimeError)
    assert caught.value.rescued is not None
    rescued.append(caught.value.rescued)
    assert targets_in(caught.value.rescued) == ["/a"]
