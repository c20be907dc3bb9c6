"""Options are checked where they are given, each with an error that names it."""

from __future__ import annotations

from typing import Any, cast

import pytest

from reqsnap import ConfigurationError, Library, Mode, use_cassette
from reqsnap.options import Options
from reqsnap.sequences.entries import Exhaustion


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("mode", "recrod", "once, playback, update, record, live"),
        ("mode", 3, "once"),
        ("match_on", "method", "not one string"),
        ("match_on", ("urll",), "method, scheme"),
        ("match_on", (), "at least one"),
        ("match_on", 5, "list"),
        ("match_on", {"method": 1}, "list"),
        ("match_headers", "accept", "['accept']"),
        ("match_headers", [1], "names"),
        ("match_headers", [""], "names"),
        ("ignore_headers", b"accept", "not one string"),
        ("on_exhausted", "loop", "repeat, error, cycle"),
        ("exclusive", 1, "True or False"),
        ("record_on_exception", "yes", "True or False"),
        ("redact", None, "True or False"),
        ("redact_headers", "x-key", "not one string"),
        ("redact_query", "key", "not one string"),
        ("redact_fields", "key", "not one string"),
    ],
)
def test_a_bad_value_names_option_value_and_what_is_allowed(option: str, value: Any, told: str) -> None:
    for given in (use_cassette, Library):
        with pytest.raises(ConfigurationError) as caught:
            given("x.yaml", **{option: value})
        assert caught.value.option == option
        assert told in str(caught.value)


def test_an_unknown_option_suggests_the_known_one() -> None:
    with pytest.raises(ConfigurationError, match=r"Did you mean match_headers\?") as caught:
        cast(Any, use_cassette)("x.yaml", match_header=["accept"])
    assert caught.value.option == "match_header"
    with pytest.raises(ConfigurationError, match="the options are mode"):
        cast(Any, use_cassette)("x.yaml", zzzzz=1)


@pytest.mark.parametrize("path", ["", b"x.yaml", 3, "a\0b", []])
def test_a_path_is_text(path: Any) -> None:
    with pytest.raises(ConfigurationError, match="path"):
        use_cassette(path)
    with pytest.raises(ConfigurationError, match="path"):
        Library("cassettes").use_cassette(path)


def test_a_library_needs_a_directory() -> None:
    with pytest.raises(ConfigurationError, match="directory"):
        Library(cast(Any, None))


def test_contradictions_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="redact"):
        use_cassette("x.yaml", redact=False, redact_query=["key"])


def test_single_options_stand_above_a_librarys() -> None:
    base = Options.read({"mode": "update", "on_exhausted": "cycle"})
    options = Options.read({"mode": "playback"}, base)
    assert (options.mode, options.on_exhausted) == (Mode.PLAYBACK, Exhaustion.CYCLE)


def test_the_environment_overrides_the_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQSNAP_MODE", "New_Episodes")
    assert Options().effective_mode() is Mode.UPDATE
    monkeypatch.setenv("REQSNAP_MODE", "")
    assert Options().effective_mode() is Mode.ONCE
    monkeypatch.setenv("REQSNAP_MODE", "everything")
    with pytest.raises(ConfigurationError, match="REQSNAP_MODE='everything'"):
        Options().effective_mode()
