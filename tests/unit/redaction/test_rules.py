"""Which names hold secrets, and which values look like one."""

from __future__ import annotations

import dataclasses

import pytest

from reqsnap.model import Headers, Request
from reqsnap.redaction import DEFAULT_RULES, NO_RULES, Rules, looks_like_credential, redact_request
from tests.support.redacting import hide_header, hide_url

GITHUB = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"


def test_default_rules_are_what_rules_are_without_more_said() -> None:
    assert Rules() == DEFAULT_RULES
    assert hash(Rules()) == hash(DEFAULT_RULES)
    assert DEFAULT_RULES.extended() == DEFAULT_RULES
    assert NO_RULES != DEFAULT_RULES


def test_more_names_of_the_user_count_whatever_the_value() -> None:
    rules = DEFAULT_RULES.extended(headers=["X-Internal"], query=["token"])
    assert hide_header("x_internal", "1", rules) == "[REDACTED]"
    assert hide_url("http://h/?token=next", rules) == "http://h/?token=[REDACTED]"
    assert hide_url("http://h/?token=next") == "http://h/?token=next"


def test_names_of_hand_made_rules_are_folded() -> None:
    rules = Rules(headers=frozenset({"X-Mine"}), query=frozenset({"My_Key"}))
    assert hide_header("x-mine", "1", rules) == "[REDACTED]"
    assert hide_url("http://h/?mykey=1", rules) == "http://h/?mykey=[REDACTED]"
    assert hide_header("Authorization", "Bearer x", rules) == "Bearer x"


def test_no_rules_leave_everything() -> None:
    request = Request(
        "GET", "https://u:p@h/bot123456:AAEhBP0av28FrZp0S7kZ2VJ8?api_key=x", Headers([("Cookie", "a=1")])
    )
    assert redact_request(request, NO_RULES) == (request, ())


def test_what_urls_hold_besides_parameters_is_a_choice() -> None:
    rules = dataclasses.replace(DEFAULT_RULES, userinfo=False, paths=False)
    url = "https://u:p@h/bot123456:AAEhBP0av28FrZp0S7kZ2VJ8/x"
    assert hide_url(url, rules) == url
    assert hide_url(url + "?api_key=x", rules) == url + "?api_key=[REDACTED]"


@pytest.mark.parametrize(
    "value",
    [
        GITHUB,
        "sk-proj-abcdefghij",
        "AKIAIOSFODNN7EXAMPLE",
        "eyJhbGciOiJIUzI1NiJ9.e30.abc",
        "xoxb-1234567890-abc",
        "550e8400-e29b-41d4-a716-446655440000",
        "d41d8cd98f00b204e9800998ecf8427e",
        "vjbyPxybdZaNmGa+yT272YEAiv4=",
        "aBcDeFgHiJkLmNoPqRsTuV",
        "Bearer abcdefgh",
        "q1w2e3r4t5y6u7i8-o9p0a1s2",
    ],
)
def test_looks_like_a_credential(value: str) -> None:
    assert looks_like_credential(value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "open",
        "California",
        "12345678901234567890",
        "2026-01-01T00:00:00.000000Z",
        "photos/2024/IMG20240101123456ABCD.jpg",
        "ERR_CONNECTION_REFUSED_123",
        "internationalization-of-documents",
        "TheQuickBrownFoxJumpsOverTheLazyDog",
        "application/vnd.example.v3+json",
        "ghp_[REDACTED]6C7e42F292c6912E7710c838",
    ],
)
def test_does_not_look_like_a_credential(value: str) -> None:
    assert not looks_like_credential(value)
