"""What was redacted in one place, found wherever else it turns up."""

from __future__ import annotations

import base64
import html
import json
from urllib.parse import quote, quote_plus

import pytest

from reqsnap.redaction import (
    DEFAULT_RULES,
    Secret,
    redact_interaction,
    redact_request,
    redact_text,
    secret_forms,
)
from tests.support.redacting import FORM, JSON, Numbered, answer, ask, hide, hide_both

TOKEN = "q1w2e3r4t5y6"
SPECIAL = 'p/q+r=s "t"&<u>\\v'


def with_token(token: str = TOKEN) -> list[tuple[str, str]]:
    return [("Authorization", f"Bearer {token}")]


def spelled(value: str) -> list[str]:
    forms = [
        value,
        quote(value, safe=""),
        quote(value),
        quote_plus(value),
        quote(quote(value, safe=""), safe=""),
    ]
    forms += [form.replace("%2F", "%2f").replace("%3D", "%3d") for form in forms]
    forms += [json.dumps(value)[1:-1], json.dumps(value)[1:-1].replace("/", "\\/")]
    forms += [json.dumps(json.dumps(value))[3:-3], html.escape(value), html.escape(value, quote=False)]
    forms += ["".join(char if char.isalnum() else f"&#{ord(char)};" for char in value)]
    return forms


VALUES = [TOKEN, SPECIAL, "a-b_c.d~e", "grüße/世界😀", "%41bcdefgh"]


def wire(text: str) -> str:
    """UTF-8 with one character for each byte."""
    return text.encode().decode("latin-1")


@pytest.mark.parametrize("value", VALUES)
def test_every_spelling_is_found_in_every_place(value: str) -> None:
    for form in spelled(value):
        request = ask(
            f"http://h/{wire(form)}/x?a={wire(form)}",
            [("Authorization", f"Bearer {wire(value)}"), ("X-Other", f"<{wire(form)}>")],
            f"before {form} after",
            "text/plain",
        )
        hidden = hide(request)
        assert hidden.url == "http://h/[REDACTED]/x?a=[REDACTED]", form
        assert hidden.headers.get("x-other") == "<[REDACTED]>", form
        assert hidden.body == b"before [REDACTED] after", form


@pytest.mark.parametrize("value", VALUES)
def test_no_form_remains(value: str) -> None:
    forms = [form for form in secret_forms(value) if all(ord(char) < 256 for char in form)]
    assert len(forms) >= 4
    for form in forms:
        request = ask(
            headers=[("Authorization", f"Bearer {wire(value)}")], body=f"a {form} b".encode("latin-1")
        )
        assert hide(request).body == b"a [REDACTED] b", form


@pytest.mark.parametrize("value", ["12345678", *VALUES])
@pytest.mark.parametrize("urlsafe", [False, True])
@pytest.mark.parametrize("before", ["", "a", "ab", "abc", "abcd"])
@pytest.mark.parametrize("after", ["", "z", "zy", "zyx"])
def test_base64_at_any_alignment(value: str, urlsafe: bool, before: str, after: str) -> None:
    encode = base64.urlsafe_b64encode if urlsafe else base64.b64encode
    text = encode(f"{before}{value}{after}".encode()).decode()
    for form in (text, text.rstrip("="), quote(text, safe=""), json.dumps(text).replace("/", "\\/")[1:-1]):
        request = ask(headers=[("X-Api-Key", wire(value))], body=f"x:{form}:y")
        hidden = hide(request).body.decode()
        assert "[REDACTED]" in hidden
        start, _, end = hidden.partition("[REDACTED]")
        # Only characters that hold nothing of the value remain.
        assert start.removeprefix("x:") == form[: len(before) * 8 // 6]
        assert len(end) <= len(quote(text[-(len(after) * 8 // 6 + 4) :], safe="")) + 2


def test_value_of_seven_characters_is_not_sought() -> None:
    request = ask("http://h/abcdefg", [("X-Api-Key", "abcdefg")])
    assert hide(request).url == "http://h/abcdefg"
    assert hide(ask("http://h/abcdefgh", [("X-Api-Key", "abcdefgh")])).url == "http://h/[REDACTED]"


@pytest.mark.parametrize(
    ("authorization", "parts"),
    [
        ("Bearer abcdefgh", ["abcdefgh"]),
        ("Bearer abcdefghijklmnop==", ["abcdefghijklmnop"]),
        ("token abcdefghijklmnop", ["abcdefghijklmnop"]),
        ('Token token="abcdefgh", nonce="n"', ["abcdefgh"]),
        ("raw-value-without-scheme", ["raw-value-without-scheme"]),
        ("Basic " + base64.b64encode(b"user:pass word").decode(), ["user:pass word", "pass word"]),
        ("ApiKey " + base64.b64encode(b"id:hush-hush").decode(), ["id:hush-hush", "hush-hush"]),
        ("Basic " + base64.b64encode("user:schlüssel".encode("latin-1")).decode(), ["schlüssel"]),
        ("SharedKey account:c2lnbmF0dXJl", ["account:c2lnbmF0dXJl", "c2lnbmF0dXJl"]),
        ('Digest username="u", realm="somewhere", response="0123456789abcdef"', ["0123456789abcdef"]),
        (
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/s3/aws4_request, "
            "SignedHeaders=host, Signature=fe5f80f77d5fa3beca038a248ff027",
            ["AKIAIOSFODNN7EXAMPLE", "fe5f80f77d5fa3beca038a248ff027"],
        ),
        (
            'OAuth oauth_consumer_key="consumer1", oauth_token="token%2F123", '
            'oauth_signature="c2ln%2Bbg%3D%3D"',
            ["consumer1", "token/123", "c2ln+bg=="],
        ),
    ],
)
def test_parts_of_an_authorization_field(authorization: str, parts: list[str]) -> None:
    body = json.dumps({f"n{index}": value for index, value in enumerate([authorization, *parts])})
    hidden = hide(ask(headers=[("Authorization", authorization)], body=body)).body.decode()
    assert not any(json.dumps(part)[1:-1] in hidden for part in parts)
    assert list(json.loads(hidden)) == list(json.loads(body))


def test_scheme_realm_and_user_name_are_no_secrets() -> None:
    digest = 'Digest username="somebody", realm="somewhere", response="0123456789abcdef"'
    request = ask("http://h/somebody/somewhere/AWS4-HMAC-SHA256", [("Authorization", digest)])
    assert hide(request).url == request.url


def test_parts_of_other_secrets() -> None:
    credential = "AKIAIOSFODNN7EXAMPLE%2F20260101%2Fus-east-1%2Fs3%2Faws4_request"
    request = ask(
        f"https://u:hunter2hunter2@h/?X-Amz-Credential={credential}",
        body="AKIAIOSFODNN7EXAMPLE hunter2hunter2",
    )
    assert hide(request).body == b"[REDACTED] [REDACTED]"
    secret = '{"secret": {"n": "leaf-value", "l": [1234567890]}, "a": "leaf-value", "b": 1234567890, "n": 1}'
    expected = '{"secret": "[REDACTED]", "a": "[REDACTED]", "b": "[REDACTED]", "n": 1}'
    assert hide(ask(body=secret, content_type=JSON)).body.decode() == expected


def test_what_one_message_shows_is_hidden_in_both() -> None:
    request = ask("http://h/sess-12345678", [("X-Seen", TOKEN)], "sess-12345678", "text/plain")
    response = answer(
        [("Set-Cookie", "sid=sess-12345678; Path=/"), ("X-Trace", TOKEN)],
        json.dumps({"access_token": TOKEN}),
        JSON,
        reason=f"OK {TOKEN}",
        trailers=[("X-Last", f"a {TOKEN}")],
    )
    asked, answered = hide_both(request, response)
    assert (asked.url, asked.headers.get("x-seen"), asked.body) == (
        "http://h/[REDACTED]",
        "[REDACTED]",
        b"[REDACTED]",
    )
    assert answered.headers.get("x-trace") == "[REDACTED]"
    assert answered.reason == "OK [REDACTED]"
    assert answered.trailers.get("x-last") == "a [REDACTED]"
    # A request alone shows less.
    assert hide(request) is request


def test_echo_has_the_placeholder_of_its_place() -> None:
    request = ask("http://h/?api_key=first-value&api_key=second-value", body="second-value first-value other")
    hidden, secrets = redact_request(request, DEFAULT_RULES, Numbered())
    assert hidden.url == "http://h/?api_key=[REDACTED]&api_key=[REDACTED:2]"
    assert hidden.body == b"[REDACTED:2] [REDACTED] other"
    assert secrets == (Secret("api_key", "first-value"), Secret("api_key", "second-value"))


def test_longer_value_is_found_before_one_that_is_part_of_it() -> None:
    request = ask("http://h/?api_key=abcdefgh&password=abcdefgh-ijkl", body="abcdefgh-ijkl abcdefgh")
    hidden, _ = redact_request(request, DEFAULT_RULES, lambda secret: f"[REDACTED:{len(secret.value)}]")
    assert hidden.body == b"[REDACTED:13] [REDACTED:8]"


def test_placeholders_words_of_protocols_and_framing_are_left() -> None:
    request = ask(body="password=password&username=x&grant_type=password", content_type=FORM)
    assert hide(request).body == b"password=[REDACTED]&username=x&grant_type=password"
    request = ask("http://h/?api_key=REDACTED", body="[REDACTED] REDACTED")
    assert hide(request).body == request.body
    request = ask(headers=[("X-Api-Key", "12345678"), ("Content-Length", "12345678")])
    assert hide(request).headers.get("content-length") == "12345678"


def test_authority_and_scheme() -> None:
    asked = hide(
        ask(
            "https://tenant-1234.example.com/x",
            [("X-Api-Key", "tenant-1234"), ("Host", "tenant-1234.example.com")],
        )
    )
    assert asked.url == "https://[REDACTED].example.com/x"
    assert asked.headers.get("host") == "[REDACTED].example.com"
    assert (
        hide(ask("https://example.com/x", [("X-Api-Key", "https://example.com/x")])).url
        == "https://[REDACTED]"
    )


@pytest.mark.parametrize(
    ("key", "body", "expected"),
    [
        ("12345678", '{"id": 12345678, "b": [9123456780]}', '{"id": "[REDACTED]", "b": ["[REDACTED]"]}'),
        ("12345678", '{"12345678": "a12345678"}', '{"[REDACTED]": "a[REDACTED]"}'),
        ("0041bcdef", '{"a": "\\u0041bcdef!"}', '{"a": "[REDACTED]!"}'),
        ("abcdefg\\", '{"a": "abcdefg\\n"}', '{"a": "[REDACTED]"}'),
        ('"abcdefg"', '{"a": "abcdefg"}', '{"a": "[REDACTED]"}'),
        ('b": 1, "c', '{"x": [{"b": 1, "c": 2}, 3]}', '{"x": ["[REDACTED]", 3]}'),
        ('{"b": 1}', '{"x": {"b": 1}}', '{"x": "[REDACTED]"}'),
        ('1}, {"c": ', '[{"b": 1}, {"c": 2}]', '"[REDACTED]"'),
        ("\ufeff[1234567", "\ufeff[12345678]", '"[REDACTED]"'),
        ("abcdefg\u00e0", '{"a": "abcdefg\u00e0\u00e0 "}', '{"a": "[REDACTED]\u00e0 "}'),
        ("12345678", "12345678", '"[REDACTED]"'),
        ("12345678", "\ufeff[12345678]", '\ufeff["[REDACTED]"]'),
        ("12345678", '{"a": 12345678}\n{"a": 1}\n', '{"a": "[REDACTED]"}\n{"a": 1}\n'),
        (
            "12345678",
            'data: {"a": 12345678}\n\ndata: x 12345678',
            'data: {"a": "[REDACTED]"}\n\ndata: x [REDACTED]',
        ),
        ("12345678", '{"a": 12345678, broken', '{"a": [REDACTED], broken'),
        ("1}\ndata: {", 'data: {"a": 1}\ndata: {"b": 2}', 'data: {"a": [REDACTED]"b": 2}'),
    ],
)
def test_json_stays_json(key: str, body: str, expected: str) -> None:
    # The value comes from another field, so that only the echo is at work.
    hidden = hide(ask(headers=[("X-Api-Key", wire(key))], body=body, content_type=JSON))
    assert hidden.body.decode() == expected


def test_too_deep_json_is_taken_as_text() -> None:
    body = "[" * 100_000 + "12345678"
    hidden = hide(ask(headers=[("X-Api-Key", "12345678")], body=body, content_type=JSON))
    assert hidden.body.endswith(b"[[REDACTED]")


def test_binary_is_searched_too() -> None:
    body = b"\x89PNG\0\xff" + TOKEN.encode() + b"\0" + base64.b64encode(TOKEN.encode())
    hidden = hide(ask(headers=with_token(), body=body, content_type="image/png"))
    assert hidden.body == b"\x89PNG\0\xff[REDACTED]\0[REDACTED]"


def test_plain_bytes_in_what_may_be_utf_16() -> None:
    coded = f"{TOKEN} ".encode("utf-16-le")
    request = ask(headers=with_token(), body=b"\xff\xfe" + coded + TOKEN.encode(), content_type="audio/mpeg")
    assert hide(request).body == b"\xff\xfe" + "[REDACTED] ".encode("utf-16-le") + b"[REDACTED]"


def test_very_long_value() -> None:
    value = "a/b+" * 4000
    forms = [value, quote(value, safe=""), json.dumps(value).replace("/", "\\/")[1:-1]]
    forms.append(base64.b64encode(value.encode()).decode())
    for form in forms:
        request = ask(body=json.dumps({"private_key": value, "n": 1})[:-2] + form, content_type="text/plain")
        assert hide(request).body == b'{"private_key": "[REDACTED]", "n": [REDACTED]'


def test_value_without_letters_and_digits() -> None:
    request = ask("http://h/?password=%2A%2A%2A%2D%2D%2D%2E%2E%2E", body="a ***---... b")
    assert hide(request).body == b"a [REDACTED] b"


def test_many_backslashes_take_no_time() -> None:
    body = json.dumps({"password": "\\" * 40 + "x", "a": "\\" * 4000})
    assert json.loads(hide(ask(body=body, content_type=JSON)).body) == {
        "password": "[REDACTED]",
        "a": "\\" * 4000,
    }


def test_text_without_the_secrets_of_an_exchange() -> None:
    _, _, secrets = redact_interaction(
        ask("http://h/?password=pass&api_key=abc", with_token("tok/en-12345")), answer(), DEFAULT_RULES
    )
    text = "passport pass=pass tok%2Fen-12345 abc dG9rL2VuLTEyMzQ1 Bearer tok/en-12345"
    assert (
        redact_text(text, secrets)
        == "passport [REDACTED]=[REDACTED] [REDACTED] abc [REDACTED] Bearer [REDACTED]"
    )
    assert redact_text("nothing here", secrets) == "nothing here"
    assert redact_text("REDACTED RED", [Secret("a", "REDACTED"), Secret("b", "REDACT")]) == "REDACTED RED"
