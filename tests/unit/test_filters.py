"""Which URLs a cassette leaves alone, and what hooks may return."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reqsnap.errors import ConfigurationError
from reqsnap.model import Interaction, Request, Response
from reqsnap.rules.filters import Filters, UrlFilter, is_local

INTERACTION = Interaction(Request("GET", "http://h/x"), Response(200), datetime(2026, 1, 2, tzinfo=UTC))


@pytest.mark.parametrize(
    ("excluded", "url"),
    [
        ("/HEALTH", "http://h/health?x"),
        (re.compile(r"/v\d+/ping$"), "http://h/v2/ping"),
        (lambda url: url.endswith("/me"), "http://h/me"),
    ],
)
def test_urls_are_excluded_by_part_pattern_and_function(excluded: UrlFilter, url: str) -> None:
    filters = Filters(exclude_urls=(excluded,))
    assert filters.exclude_any
    assert [filters.excludes(url) for _ in range(3)] == [True] * 3
    assert not filters.excludes("http://h/items")


def test_a_pattern_regards_case_unless_it_says_otherwise() -> None:
    assert not Filters(exclude_urls=(re.compile("/Ping"),)).excludes("http://h/ping")
    assert Filters(exclude_urls=(re.compile("/Ping", re.IGNORECASE),)).excludes("http://h/ping")


@pytest.mark.parametrize(
    ("pattern", "host", "excluded"),
    [
        ("example.com", "example.com", True),
        ("Example.com", "EXAMPLE.com:8080", True),
        ("example.com", "api.example.com", False),
        ("*.example.com", "api.example.com", True),
        ("*.example.com", "example.com", False),
        ("[::1]", "[::1]:8080", True),
        ("[FE80::*]", "[fe80::1]", True),
        ("[::1]", "1", False),
    ],
)
def test_hosts_are_ignored_by_name(pattern: str, host: str, excluded: bool) -> None:
    assert Filters(ignore_hosts=(pattern,)).excludes(f"https://{host}/x") is excluded


@pytest.mark.parametrize("host", ["localhost", "db.localhost", "127.0.0.1", "127.8.9.1", "[::1]", "0.0.0.0"])
def test_this_machine_is_local(host: str) -> None:
    assert Filters(ignore_localhost=True).excludes(f"http://{host}:8000/x")


@given(st.ip_addresses(v=4, network="93.0.0.0/8"))
def test_other_machines_are_not_local(address: object) -> None:
    assert not is_local(str(address))


def test_nothing_is_excluded_unless_asked() -> None:
    assert not Filters().exclude_any
    assert not Filters().excludes("http://localhost/")


@pytest.mark.parametrize("name", ["before_record", "before_playback"])
@pytest.mark.parametrize("returned", [{}, "x", 1, INTERACTION.request])
def test_a_hook_returns_an_interaction_or_nothing(name: str, returned: Any) -> None:
    hooks: Any = {name: lambda interaction: returned}
    filters = Filters(**hooks)
    apply = filters.to_record if name == "before_record" else filters.to_playback
    with pytest.raises(ConfigurationError, match=name):
        apply(INTERACTION)


def test_without_a_hook_the_very_same_interaction_is_used() -> None:
    assert Filters().to_record(INTERACTION) is INTERACTION
    assert Filters().to_playback(INTERACTION) is INTERACTION
    assert Filters(before_record=lambda interaction: None).to_record(INTERACTION) is None
