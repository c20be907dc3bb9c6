"""Options are checked where they are given, each with an error that names it."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any, cast

import pytest

from reqsnap import ConfigurationError, Library, Mode, use_cassette
from reqsnap.options import Options
from reqsnap.options.vcrpy_names import HINTS
from reqsnap.sequences.choices import Exhaustion


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
        ("match_headers", ["X-Run:"], "without blanks, colon or value"),
        ("match_headers", ["X Run"], "the name of a header field"),
        ("match_headers", ["x-*"], "Only match_headers takes '*', for all headers"),
        ("match_headers", [":authority"], "the name of a header field"),
        ("ignore_headers", ["*"], "Only match_headers takes '*'"),
        ("exclude_headers", ["X-*"], "Only match_headers takes '*'"),
        ("exclude_headers", ["Prüfung"], "the name of a header field"),
        ("redact_headers", ["X-Key: abc"], "without blanks, colon or value"),
        ("ignore_hosts", ["http://example.com"], "For a scheme, a port or a path use exclude_urls"),
        ("ignore_hosts", ["example.com:8080"], "each is a host"),
        ("ignore_hosts", ["example.com/x"], "each is a host"),
        ("ignore_hosts", ["::1"], "'[::1]'"),
        ("exclude_urls", ["*/json*"], "re.compile"),
        ("exclude_urls", ["^http://h/"], "re.compile"),
        ("exclude_urls", ["/jobs/", r"/items/\d+"], "re.compile"),
        ("redact_fields", ["$.card.number"], "no path or pattern"),
        ("redact_fields", ["cards[*].number"], "no path or pattern"),
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
    assert "the options are" not in str(caught.value)


def test_an_unknown_option_that_is_like_none_tells_all_there_are() -> None:
    with pytest.raises(ConfigurationError, match="there is no such option; the options are mode, match_on"):
        cast(Any, use_cassette)("x.yaml", zzzzz=1)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("record_mode", "Write mode="),
        ("filter_headers", "redact_headers= to hide values, or exclude_headers="),
        ("filter_query_parameters", "redact_query="),
        ("filter_post_data_parameters", "redact_fields="),
        ("allow_playback_repeats", "on_exhausted='error'"),
        ("before_record_request", "exclude_urls="),
        ("before_record_response", "should_record="),
        ("cassette_library_dir", "Library"),
    ],
)
def test_an_option_of_vcrpy_is_told_by_its_name_here(name: str, hint: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(hint)):
        cast(Any, use_cassette)("x.yaml", **{name: True})


def test_a_hint_names_no_option_that_there_is() -> None:
    known = {field.name for field in fields(Options)}
    assert not HINTS.keys() & known
    named = {name for hint in HINTS.values() for name in re.findall(r"(\w+)=", hint)}
    assert named <= known | {"path"}


@pytest.mark.parametrize(
    "options",
    [
        {"match_headers": ["*"]},
        {"match_headers": ["X-Run", "x_run.id"], "ignore_headers": ["X-Run"]},
        {"match_on": ["method", "headers"], "ignore_headers": ["date"]},
        {"ignore_hosts": ["*.example.com", "[::1]", "127.0.*"]},
        {"exclude_urls": ["/jobs/", "?page=1&x=$y", "~ada"]},
        {"redact_fields": ["card.number", "user[password]"]},
    ],
)
def test_what_can_match_is_accepted(options: dict[str, Any]) -> None:
    Options.read(options, Options())


@pytest.mark.parametrize(
    ("options", "named", "told"),
    [
        ({"ignore_headers": ["date"]}, "ignore_headers", "no header is matched"),
        ({"match_headers": ["A"], "exclude_headers": ["a"]}, "match_headers", "in exclude_headers"),
    ],
)
def test_headers_that_are_asked_for_in_vain(options: dict[str, Any], named: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told) as caught:
        Options.read(options, Options())
    assert caught.value.option == named


def test_what_a_library_lets_match_its_use_may_not_exclude() -> None:
    base = Options.read({"match_headers": ["a"], "ignore_headers": ["b"]})
    with pytest.raises(ConfigurationError, match="in exclude_headers") as caught:
        Options.read({"exclude_headers": ["A"]}, base)
    assert caught.value.option == "exclude_headers"
    # What a library says may come to nothing in one use of it.
    Options.read({"match_headers": []}, base)
    Options.read({"match_headers": ["c"]}, Options.read({"ignore_headers": ["date"]}))


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
