"""What stands in a secret's place, and how its number is taken out again."""

from __future__ import annotations

import gzip
import importlib

import pytest

from reqsnap.redaction import (
    DEFAULT_RULES,
    Secret,
    plain,
    redact_interaction,
    redact_request,
    unnumbered,
    unnumbered_body,
)
from tests.support.redacting import JSON, Numbered, answer, ask, hide

# It ships no types.
brotli = importlib.import_module("brotli")


def test_placeholder_is_asked_once_for_each_secret_in_order() -> None:
    asked: list[Secret] = []

    def note(secret: Secret) -> str:
        asked.append(secret)
        return plain(secret)

    request = ask(
        "http://h/?api_key=one&password=two&api_key=one", [("X-Api-Key", "three")], '{"secret":"four"}', JSON
    )
    _, _, secrets = redact_interaction(request, answer([("Set-Cookie", "sid=five")]), DEFAULT_RULES, note)
    assert asked == list(secrets)
    assert [secret.value for secret in secrets] == ["one", "two", "three", "four", "five"]


def test_placeholder_of_ones_own() -> None:
    request = ask("http://h/?api_key=abcdefgh", [("X-A", "abcdefgh")], "abcdefgh", "text/plain")
    hidden, _ = redact_request(request, DEFAULT_RULES, lambda secret: f"<{secret.name}é>")
    assert hidden.url == "http://h/?api_key=<api_keyÃ©>"
    assert hidden.body == "<api_keyé>".encode()


def test_numbered_placeholders_are_kept_the_second_time() -> None:
    request = ask("http://h/?api_key=one&api_key=two", [("Cookie", "a=x; b=y")], '{"password":"z"}', JSON)
    hidden, _ = redact_request(request, DEFAULT_RULES, Numbered())
    assert hidden.url == "http://h/?api_key=[REDACTED]&api_key=[REDACTED:2]"
    assert redact_request(hidden, DEFAULT_RULES, lambda secret: "never") == (hidden, ())


@pytest.mark.parametrize(
    ("text", "expected", "numbers"),
    [
        ("", "", ()),
        ("nothing [REDACT]", "nothing [REDACT]", ()),
        ("[REDACTED]", "[REDACTED]", (1,)),
        ("a[REDACTED:7]b[REDACTED]c[REDACTED:12]", "a[REDACTED]b[REDACTED]c[REDACTED]", (7, 1, 12)),
        ("[REDACTED:] [REDACTED:x]", "[REDACTED:] [REDACTED:x]", ()),
    ],
)
def test_numbers_are_taken_out(text: str, expected: str, numbers: tuple[int, ...]) -> None:
    assert unnumbered(text) == (expected, numbers)
    assert unnumbered(text.encode()) == (expected.encode(), numbers)


@pytest.mark.parametrize("coding", ["gzip", "br", ""])
@pytest.mark.parametrize("charset", ["utf-8", "utf-16"])
def test_numbers_are_taken_out_of_coded_bodies(coding: str, charset: str) -> None:
    text = '{"password":"one","a":[{"password":"two"}]}'
    content = text.encode(charset)
    encode = {"gzip": gzip.compress, "br": brotli.compress, "": bytes}[coding]
    headers = [("Content-Encoding", coding)] if coding else []
    request = ask(headers=headers, body=encode(content), content_type=f"{JSON}; charset={charset}")
    numbered, _ = redact_request(request, DEFAULT_RULES, Numbered())
    body, numbers = unnumbered_body(numbered.body, numbered.headers)
    assert numbers == (1, 2)
    assert body == hide(request).body
    assert unnumbered_body(body, request.headers) == (body, (1, 1))
    assert unnumbered_body(request.body, request.headers) == (request.body, ())
    assert unnumbered_body(b"", request.headers) == (b"", ())
