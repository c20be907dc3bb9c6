"""Which names hold secrets, and which values look like one."""

from __future__ import annotations

import dataclasses
import json

import pytest

from reqsnap.model import Headers, Request
from reqsnap.redaction import DEFAULT_RULES, NO_RULES, Rules, looks_like_credential, redact_request
from tests.support.redacting import FORM, hide_body, hide_header, hide_url

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


CREDENTIAL = "q8Zr2Lw9TfXc4VbN7mKpJh3Gd6Sa1Qe5Yt0UiOz"


@pytest.mark.parametrize(
    "name",
    [
        *("X-Acme-Api-Key", "X-Acme-Token", "X-Acme-Secret", "X-Acme-Password", "CF-Access-Client-Secret"),
        *("Circle-Token", "X-TrackerToken", "X-Yandex-API-Key", "X-Hub-Signature-256", "Stripe-Signature"),
    ],
)
def test_a_header_field_that_ends_as_those_of_secrets(name: str) -> None:
    assert hide_header(name, CREDENTIAL) == "[REDACTED]"
    assert hide_header(name, "none") == "none"


@pytest.mark.parametrize(
    "name",
    [
        *("openai_api_key", "github_token", "smtp_password", "MYSQL_ROOT_PASSWORD", "stripe_secret_key"),
        *("slack_bot_token", "oauth_client_secret", "tls_private_key", "dbPass", "pass", "webhookSignature"),
    ],
)
def test_a_field_or_parameter_that_ends_as_those_of_secrets(name: str) -> None:
    assert hide_body(json.dumps({name: CREDENTIAL})) == json.dumps({name: "[REDACTED]"})
    assert hide_body(f"{name}={CREDENTIAL}", FORM) == f"{name}=[REDACTED]"
    assert hide_url(f"http://h/?{name}={CREDENTIAL}") == f"http://h/?{name}=[REDACTED]"
    for harmless in '{"%s": true}', '{"%s": 12}', '{"%s": {"type": "string"}}', '{"%s": "a word"}':
        assert hide_body(harmless % name) == harmless % name


@pytest.mark.parametrize(
    "name",
    [
        *("next_page_token", "nextToken", "continuation_token", "pageToken", "ClientToken", "token_type"),
        *("max_tokens", "primary_key", "partition_key", "public_key", "cache_key", "Idempotency-Key"),
    ],
)
def test_what_only_looks_like_the_name_of_a_secret(name: str) -> None:
    assert hide_body(json.dumps({name: CREDENTIAL})) == json.dumps({name: CREDENTIAL})
    assert hide_url(f"http://h/?{name}={CREDENTIAL}") == f"http://h/?{name}={CREDENTIAL}"
    assert hide_header(name, CREDENTIAL) == CREDENTIAL


def test_rules_without_endings_mean_whole_names_alone() -> None:
    rules = dataclasses.replace(DEFAULT_RULES, endings=False)
    for name in "openai_api_key", "X-Acme-Token":
        assert hide_header(name, CREDENTIAL, rules) == CREDENTIAL
        assert hide_body(json.dumps({name: CREDENTIAL}), rules=rules) == json.dumps({name: CREDENTIAL})
        assert hide_url(f"http://h/?{name}={CREDENTIAL}", rules) == f"http://h/?{name}={CREDENTIAL}"
