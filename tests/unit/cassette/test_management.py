"""What a program does to a cassette by hand: checked before anything changes, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from reqsnap import Cassette, CassetteFormatError, ConfigurationError, ErrorKind, Headers, NetworkError
from reqsnap.matching import Matching
from reqsnap.model import Interaction, Request, Response
from reqsnap.modes import Mode
from reqsnap.redaction import DEFAULT_RULES
from reqsnap.rules.policy import Policy
from reqsnap.sequences.entries import Entry, prepare
from reqsnap.storage import CassetteFile

AT = datetime(2026, 1, 2, tzinfo=UTC)
SECRET = "sk-5f2b91c7d3e84a06"


def interaction(name: str, status: int = 200) -> Interaction:
    return Interaction(Request("GET", f"http://h/{name}"), Response(status), AT)


def filled(*names: str) -> Cassette:
    cassette = Cassette()
    cassette.replace(map(interaction, names))
    return cassette


def names(cassette: Cassette) -> str:
    return " ".join(each.request.url[9:] for each in cassette)


def play(cassette: Cassette, name: str) -> Entry | None:
    policy = cassette.policy
    return cassette.take(prepare(interaction(name).request, policy.rules, policy.matching))


# Reading


def test_interactions_are_frozen_and_in_order() -> None:
    cassette = filled("1", "2")
    assert (len(cassette), names(cassette)) == (2, "1 2")
    with pytest.raises(FrozenInstanceError):
        cast(Any, cassette.interactions[0]).elapsed = 5
    assert isinstance(cassette.interactions, tuple)


def test_info_counts_nothing() -> None:
    cassette = Cassette()
    cassette.replace([interaction("1", 201), interaction("1", 202)])
    for _ in range(3):
        info = cassette.info(interaction("1").request)
        assert info is not None
        assert ([each.status for each in info.responses], info.play_count) == ([201, 202], 0)
    entry = play(cassette, "1")
    assert entry is not None
    assert entry.interaction.response.status == 201
    assert cassette.info(interaction("2").request) is None


# Changing


def test_clear_forgets_everything() -> None:
    cassette = filled("1")
    play(cassette, "1")
    cassette.clear()
    assert (len(cassette), cassette.play_count, play(cassette, "1")) == (0, 0, None)


def test_delete_by_request_says_how_many_there_were() -> None:
    cassette = filled("1", "2", "1")
    assert cassette.delete(interaction("1").request) == 2
    assert cassette.delete(interaction("1").request) == 0
    assert names(cassette) == "2"


def test_delete_by_a_function_of_an_interaction() -> None:
    cassette = filled("1", "2", "3")
    cassette.note(cassette.next_order(), interaction("4"))
    assert cassette.delete(lambda each: each.request.url[-1] in "24") == 2
    assert names(cassette) == "1 3"


def test_the_other_sequences_go_on_where_they_were() -> None:
    cassette = Cassette()
    cassette.replace([interaction("1", 201), interaction("2"), interaction("1", 202)])
    play(cassette, "1")
    cassette.delete(interaction("2").request)
    entry = play(cassette, "1")
    assert entry is not None
    assert entry.interaction.response.status == 202


def test_a_function_that_raises_changes_nothing() -> None:
    cassette = filled("1", "2")

    def fails(each: Interaction) -> bool:
        if each.request.url.endswith("2"):
            raise KeyError("mistake")
        return True

    with pytest.raises(KeyError, match="mistake"):
        cassette.delete(fails)
    assert names(cassette) == "1 2"


@pytest.mark.parametrize("which", [None, "http://h/1", ("GET", "http://h/1")])
def test_delete_takes_a_request_or_a_function(which: Any) -> None:
    with pytest.raises(ConfigurationError, match="which="):
        filled("1").delete(which)


def test_after_replace_only_the_new_set_is_found() -> None:
    cassette = filled("1", "2")
    cassette.note(cassette.next_order(), interaction("3"))
    cassette.replace([interaction("4")])
    assert (names(cassette), play(cassette, "1")) == ("4", None)
    assert play(cassette, "4") is not None


def test_replace_with_one_bad_item_changes_nothing() -> None:
    cassette = filled("1", "2")
    play(cassette, "1")
    bad: Any = "no interaction"
    with pytest.raises(ConfigurationError, match="a cassette holds Interaction objects"):
        cassette.replace([interaction("3"), bad])
    assert (names(cassette), cassette.position) == ("1 2", 1)


def test_a_set_that_fails_while_it_is_read_changes_nothing() -> None:
    cassette = filled("1")

    def failing() -> Any:
        yield interaction("2")
        raise KeyError("mistake")

    with pytest.raises(KeyError):
        cassette.replace(failing())
    assert names(cassette) == "1"


@pytest.mark.parametrize(
    "change",
    [
        lambda cassette, bad: cassette.append(bad),
        lambda cassette, bad: cassette.replace([interaction("2"), bad]),
    ],
)
def test_a_normalizer_that_raises_changes_nothing(change: Callable[[Cassette, Interaction], None]) -> None:
    def normalize(body: bytes) -> bytes:
        if body == b"bad":
            raise KeyError("mistake")
        return body

    cassette = Cassette(policy=Policy(matching=Matching(normalize_body=normalize)))
    cassette.append(interaction("1"))
    bad = replace(interaction("3"), request=Request("POST", "http://h/3", body=b"bad"))
    with pytest.raises(KeyError):
        change(cassette, bad)
    assert names(cassette) == "1"
    assert play(cassette, "1") is not None


def _with(**changes: Any) -> Interaction:
    return replace(interaction("1"), **changes)


def _asking(**changes: Any) -> Interaction:
    return _with(request=replace(interaction("1").request, **changes))


def _answering(**changes: Any) -> Interaction:
    return _with(response=replace(interaction("1").response, **changes))


def _failing(**values: Any) -> Interaction:
    return _with(error=NetworkError(**{"kind": ErrorKind.REFUSED, **values}))


BAD_HEADERS: list[Any] = [[("A", "b")], {"A": "b"}, None]


@pytest.mark.parametrize(
    ("field", "bad"),
    [
        ("interaction.request", _with(request=None)),
        ("interaction.request", _with(request=Response(200))),
        ("interaction.response", _with(response=(200, "OK"))),
        ("interaction.recorded_at", _with(recorded_at=AT.replace(tzinfo=None))),
        ("interaction.recorded_at", _with(recorded_at="2026-01-02")),
        *[("interaction.elapsed", _with(elapsed=bad)) for bad in (-1, float("nan"), "1", True, None)],
        *[("interaction.request.method", _asking(method=bad)) for bad in ("", None, b"GET")],
        *[("interaction.request.url", _asking(url=bad)) for bad in ("", "/items", None, b"http://h/")],
        *[("interaction.request.headers", _asking(headers=bad)) for bad in BAD_HEADERS],
        *[("interaction.request.body", _asking(body=bad)) for bad in ("text", None, bytearray(b"x"))],
        ("interaction.request.complete", _asking(complete=1)),
        *[
            ("interaction.response.status", _answering(status=bad))
            for bad in ("200", 0, 99, 1000, True, None)
        ],
        ("interaction.response.reason", _answering(reason=None)),
        *[("interaction.response.headers", _answering(headers=bad)) for bad in BAD_HEADERS],
        ("interaction.response.body", _answering(body="text")),
        ("interaction.response.version", _answering(version=11)),
        *[("interaction.response.trailers", _answering(trailers=bad)) for bad in BAD_HEADERS],
        *[
            ("interaction.response.parts", _answering(body=b"abc", parts=bad))
            for bad in ([3], (1, 1), (4, -1), ("3",))
        ],
        ("interaction.error", _with(error=OSError("refused"))),
        ("interaction.error.kind", _failing(kind="refused")),
        ("interaction.error.message", _failing(message=None)),
        ("interaction.error.errno", _failing(errno="111")),
        ("interaction", _asking(url="http://h/\u20ac")),
        ("interaction.response.headers", _answering(headers=Headers([("A", "\u20ac")]))),
        ("interaction", _answering(version="one")),
        ("interaction", 5),
    ],
)
def test_a_field_that_is_wrong_is_named_and_changes_nothing(field: str, bad: Any) -> None:
    cassette = filled("1")
    for change in (cassette.append, lambda each: cassette.replace([interaction("2"), each])):
        with pytest.raises(ConfigurationError) as caught:
            change(bad)
        assert caught.value.option == field
    assert names(cassette) == "1"


@pytest.mark.parametrize("bad", [Request("GET", "/1"), _asking(body="x").request, None])
def test_a_request_that_is_wrong_is_named(bad: Any) -> None:
    cassette = filled("1")
    with pytest.raises(ConfigurationError, match="request"):
        cassette.info(bad)
    if bad is not None:
        with pytest.raises(ConfigurationError, match="request"):
            cassette.delete(bad)


@pytest.mark.parametrize(
    "bad",
    [
        _asking(headers=[("Authorization", f"Bearer {SECRET}")]),
        _asking(body=SECRET),
        _asking(url=f"http://h/\u20ac?api_key={SECRET}"),
        _answering(body=SECRET),
    ],
)
def test_no_mistake_shows_a_secret(bad: Interaction) -> None:
    with pytest.raises(ConfigurationError) as caught:
        filled().append(bad)
    assert SECRET not in f"{caught.value} {caught.value.args}"


# Its file


def on_disk(tmp_path: Path, *names: str) -> Path:
    path = tmp_path / "other.yaml"
    filled(*names).save(path)
    return path


def test_a_crash_in_the_middle_of_a_save_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = on_disk(tmp_path, "1")

    def crash(descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", crash)
    with pytest.raises(KeyboardInterrupt):
        filled("2", "3").save(path)
    monkeypatch.undo()
    cassette = Cassette()
    cassette.load(path)
    assert names(cassette) == "1"


def test_a_missing_file_reads_as_empty(tmp_path: Path) -> None:
    cassette = filled("1")
    cassette.load(tmp_path / "none.yaml")
    assert len(cassette) == 0


@pytest.mark.parametrize("own", [True, False])
def test_a_corrupt_file_is_named_with_its_line_and_changes_nothing(tmp_path: Path, own: bool) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("reqsnap: 1\ninteractions:\n- request: 5\n# end\n")
    cassette = Cassette(CassetteFile(path), Policy(Mode.UPDATE))
    cassette.append(interaction("1"))
    with pytest.raises(CassetteFormatError) as caught:
        cassette.load(None if own else path)
    assert (caught.value.path, caught.value.line) == (str(path), 3)
    assert names(cassette) == "1"


def test_load_of_another_file_does_not_touch_its_own(tmp_path: Path) -> None:
    other = on_disk(tmp_path, "1", "2")
    cassette = Cassette(CassetteFile(tmp_path / "x.yaml"), Policy(Mode.UPDATE))
    cassette.load(other)
    assert names(cassette) == "1 2"
    assert not (tmp_path / "x.yaml").exists()
    cassette.save()
    assert (tmp_path / "x.yaml").read_bytes() == other.read_bytes()


def test_load_of_its_own_file_undoes_what_was_not_saved(tmp_path: Path) -> None:
    path = on_disk(tmp_path, "1")
    before = path.stat().st_mtime_ns
    cassette = Cassette(CassetteFile(path), Policy(Mode.UPDATE))
    cassette.append(interaction("2"))
    cassette.load()
    assert names(cassette) == "1"
    cassette.end(raised=False)
    assert path.stat().st_mtime_ns == before


@pytest.mark.parametrize("path", [5, b"x.yaml", "x\0.yaml"])
def test_a_path_that_is_none_is_refused(path: Any) -> None:
    cassette = filled("1")
    for use in (cassette.load, cassette.save):
        with pytest.raises(ConfigurationError, match="it is no path"):
            use(path)
    assert names(cassette) == "1"


def test_in_memory_there_is_no_own_file_and_nothing_to_flush() -> None:
    cassette = filled("1")
    for use in (cassette.load, cassette.save):
        with pytest.raises(ConfigurationError, match="in memory has no file"):
            use()
    cassette.flush()
    assert names(cassette) == "1"


def test_save_in_playback_writes_other_files_only(tmp_path: Path) -> None:
    path = on_disk(tmp_path, "1")
    before = path.read_bytes(), path.stat().st_mtime_ns
    cassette = Cassette(CassetteFile(path), Policy(Mode.PLAYBACK))
    cassette.load()
    cassette.append(interaction("2"))
    with pytest.raises(ConfigurationError, match="playback"):
        cassette.save()
    cassette.save(tmp_path / "copy.yaml")
    assert (tmp_path / "copy.yaml").exists()
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


def test_keys_are_made_when_a_cassette_is_opened(tmp_path: Path) -> None:
    path = on_disk(tmp_path, "1")
    other = Cassette(policy=Policy(matching=Matching(("method", "host")), rules=DEFAULT_RULES))
    other.load(path)
    assert play(other, "something/else") is not None


def test_the_error_of_an_interaction_stays_with_it() -> None:
    error = NetworkError(ErrorKind.REFUSED, "Connection refused", 111)
    cassette = Cassette()
    failed = replace(interaction("1"), response=Response(0), error=error)
    failed = replace(failed, request=Request("GET", f"http://h/?api_key={SECRET}"))
    cassette.note(cassette.next_order(), failed)
    (held,) = cassette.interactions
    assert (held.error, held.response.status) == (error, 0)
    assert SECRET not in held.request.url
