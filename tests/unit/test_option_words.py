"""The options as words: each that can be written is there, reads as it is written, and is checked as ever."""

from __future__ import annotations

import argparse
from dataclasses import fields
from datetime import timedelta
from typing import Any

import pytest

from reqsnap.errors import ConfigurationError
from reqsnap.options import Options
from reqsnap.options.words import add_options, given, read_words, textual


def read(*words: str) -> dict[str, Any]:
    return read_words(words, "REQSNAP_OPTIONS")


def test_only_functions_cannot_be_written() -> None:
    functions = {"normalize_query", "normalize_body", "should_record", "should_playback"}
    hooks = {"before_record", "before_playback"}
    assert {field.name for field in fields(Options)} - set(textual()) == functions | hooks


@pytest.mark.parametrize(
    ("words", "values"),
    [
        ([], {}),
        (["--mode", "update"], {"mode": "update"}),
        (["--no-redact", "--auto-flush"], {"redact": False, "auto_flush": True}),
        (["--match-on", "method, uri", "--match-on", "body"], {"match_on": ["method", "uri", "body"]}),
        (["--match-headers", "*"], {"match_headers": ["*"]}),
        (["--exclude-urls", "/a,b", "--exclude-urls", "/c"], {"exclude_urls": ["/a,b", "/c"]}),
        (["--ignore-json", "a['b,c']"], {"ignore_json": ["a['b,c']"]}),
        (["--max-interactions", "3"], {"max_interactions": 3}),
        (["--flush-interval", "0.5"], {"flush_interval": 0.5}),
        (["--max-age", "90"], {"max_age": 90}),
        (["--max-age", "1.5h"], {"max_age": timedelta(minutes=90)}),
        (["--max-age", "30d", "--on-stale", "error"], {"max_age": timedelta(30), "on_stale": "error"}),
    ],
)
def test_what_words_mean(words: list[str], values: dict[str, Any]) -> None:
    assert read(*words) == values
    Options.read(values)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--max-age", "soon"], "max_age='soon' cannot be used: it is a timedelta or a number of seconds"),
        (["--max-age", "9" * 400 + "w"], "it is a timedelta or a number of seconds"),
        (["--max-interactions", "2.5"], "max_interactions=2.5 cannot be used: it is a whole number from 1"),
        (["--flush-interval", "nan"], "flush_interval=nan cannot be used"),
        (["--match-headers", ""], "match_headers=[''] cannot be used: it is a list of names"),
        (["--mode", "replay"], "mode='replay' cannot be used: a mode is one of once,"),
    ],
)
def test_a_wrong_value_is_told_as_in_python(words: list[str], told: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        Options.read(read(*words))
    assert told in str(raised.value)


@pytest.mark.parametrize("words", [["--redact-header", "X"], ["x"], ["--mode"], ["--redact=maybe"]])
def test_what_is_no_option_names_the_variable(words: list[str]) -> None:
    with pytest.raises(ConfigurationError, match=f"^REQSNAP_OPTIONS='{' '.join(words)}' cannot be used: "):
        read(*words)


def test_each_is_explained_and_some_are_left_out() -> None:
    parser = argparse.ArgumentParser(add_help=False)
    add_options(parser, without=["mode"])
    assert all(action.help for action in parser._actions)
    assert given(parser.parse_args(["--order", "strict"])) == {"order": "strict"}
    with pytest.raises(SystemExit):
        parser.parse_args(["--mode", "once"])
