"""Secrets in URLs and header fields, found by the rules."""

from __future__ import annotations

import base64

import pytest

from reqsnap.model import Headers
from reqsnap.redaction import DEFAULT_RULES, Secret, redact_request
from tests.support.redacting import Numbered, ask, hide, hide_header, hide_url, secrets_of

GITHUB = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"


@pytest.mark.parametrize(
    "name",
    [
        "Authorization",
        "AUTHORIZATION",
        "proxy-authorization",
        "X-Api-Key",
        "x_api_key",
        "X-API-KEY",
        "api-key",
        "apikey",
        "X-Auth-Token",
        "X-Access-Token",
        "auth",
        "X-Goog-Api-Key",
        "Ocp-Apim-Subscription-Key",
        "PRIVATE-TOKEN",
        "X-Shopify-Access-Token",
        "X-Vault-Token",
        "DD-API-KEY",
        "X-Amz-Security-Token",
        "xi-api-key",
        "X-CSRFToken",
    ],
)
def test_value_of_a_credential_field_is_redacted_whole(name: str) -> None:
    request, secrets = redact_request(ask(headers=[(name, "s3cr3t")]), DEFAULT_RULES)
    assert request.headers == Headers([(name, "[REDACTED]")])
    assert secrets == (Secret(name.lower().replace("-", "_"), "s3cr3t"),)


@pytest.mark.parametrize("name", ["Accept", "X-Atlassian-Token", "ETag", "Keyboard", "X-Request-Id", "Key"])
def test_other_fields_stay(name: str) -> None:
    assert hide_header(name, "abcdefghijk") == "abcdefghijk"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a=1; b=two", "a=[REDACTED]; b=[REDACTED]"),
        ("a=1;b=2", "a=[REDACTED];b=[REDACTED]"),
        ("a=1 2 ; b = 3 ", "a=[REDACTED] ; b = [REDACTED] "),
        ('a="x y"; b=2', "a=[REDACTED]; b=[REDACTED]"),
        ("a=b=c==; d=", "a=[REDACTED]; d="),
        ("bare; a=1", "[REDACTED]; a=[REDACTED]"),
        ('a=[REDACTED]; b="[REDACTED:2]"', "a=[REDACTED]; b=[REDACTED:2]"),
        ("a=%5BREDACTED:2%5D", "a=[REDACTED:2]"),
        ('a="unclosed; b=2', "a=[REDACTED]; b=[REDACTED]"),
        ("", ""),
    ],
)
def test_cookie_values_go_and_their_names_stay(value: str, expected: str) -> None:
    assert hide_header("Cookie", value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("session=abc; Path=/; HttpOnly", "session=[REDACTED]; Path=/; HttpOnly"),
        (
            "s=x; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Secure",
            "s=[REDACTED]; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Secure",
        ),
        ("s=x; Path=/, t=y; Path=/", "s=[REDACTED]; Path=/, t=[REDACTED]; Path=/"),
        ('s="x"; Path=/', "s=[REDACTED]; Path=/"),
        ('s="x,y=z;w" ; Path=/', "s=[REDACTED] ; Path=/"),
        ("s=a,b, c ; Path=/", "s=[REDACTED] ; Path=/"),
        ("s=; Max-Age=0", "s=; Max-Age=0"),
        ("s=[REDACTED]; Path=/", "s=[REDACTED]; Path=/"),
        ("bare; Path=/", "[REDACTED]; Path=/"),
    ],
)
def test_set_cookie_keeps_name_and_attributes(value: str, expected: str) -> None:
    assert hide_header("Set-Cookie", value) == expected


def test_each_cookie_is_a_secret_under_its_own_name() -> None:
    assert secrets_of(ask(headers=[("Cookie", "Session-Id=one; b=two")])) == (
        Secret("session_id", "one"),
        Secret("b", "two"),
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("[REDACTED]", "[REDACTED]"),
        ("Bearer [REDACTED:3]", "[REDACTED:3]"),
        ("Bearer %5BREDACTED%5D", "[REDACTED]"),
        ("Basic " + base64.b64encode(b"user:[REDACTED:2]").decode(), "[REDACTED:2]"),
    ],
)
def test_placeholder_that_comes_back_is_no_secret(value: str, expected: str) -> None:
    request, secrets = redact_request(ask(headers=[("Authorization", value)]), DEFAULT_RULES)
    assert request.headers.get("authorization") == expected
    assert secrets == ()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://h/?api_key=x&page=1", "http://h/?api_key=[REDACTED]&page=1"),
        ("http://h/?API-Key=x", "http://h/?API-Key=[REDACTED]"),
        ("http://h/?a=1&access_token=x#part", "http://h/?a=1&access_token=[REDACTED]#part"),
        ("http://h/cb#access_token=x&state=1", "http://h/cb#access_token=[REDACTED]&state=1"),
        ("http://h/?api%5Fkey=x", "http://h/?api%5Fkey=[REDACTED]"),
        ("http://h/?user[password]=x", "http://h/?user[password]=[REDACTED]"),
        ("http://h/?user%5Bpassword%5D=x", "http://h/?user%5Bpassword%5D=[REDACTED]"),
        ("http://h/?password[]=x", "http://h/?password[]=[REDACTED]"),
        ("http://h/?password=", "http://h/?password="),
        ("http://h/?password", "http://h/?password"),
        ("http://h/?password=a;b&c=1", "http://h/?password=[REDACTED]&c=1"),
        ("http://h/?password=a;secret=b&c=1", "http://h/?password=[REDACTED]&c=1"),
        ("http://h/?a=1;password=x", "http://h/?a=1;password=[REDACTED]"),
        ("http://h/x;jsessionid=A1B2?p=1", "http://h/x;jsessionid=[REDACTED]?p=1"),
        ("http://h/x;jsessionid=A1/y;v=2", "http://h/x;jsessionid=[REDACTED]/y;v=2"),
        ("http://h/?max_tokens=5&keyboard=de", "http://h/?max_tokens=5&keyboard=de"),
        (
            "https://b.s3.amazonaws.com/k?X-Amz-Credential=AK%2F1&X-Amz-Date=1&X-Amz-Signature=ff",
            "https://b.s3.amazonaws.com/k?X-Amz-Credential=[REDACTED]&X-Amz-Date=1&X-Amz-Signature=[REDACTED]",
        ),
        (
            "https://a.blob.core.windows.net/c?sv=1&sig=a%2Fb",
            "https://a.blob.core.windows.net/c?sv=1&sig=[REDACTED]",
        ),
        ("https://s.example/o?X-Goog-Signature=00", "https://s.example/o?X-Goog-Signature=[REDACTED]"),
        (
            "http://h/?next=https%3A%2F%2Fx%3Fa%3D1%26access_token%3Dzz&b=1",
            "http://h/?next=https%3A%2F%2Fx%3Fa%3D1%26access_token%3D[REDACTED]&b=1",
        ),
        ("http://h/?q=%7B%22password%22%3A%22x%22%7D", "http://h/?q=%7B%22password%22%3A%22[REDACTED]%22%7D"),
        ("http://h/?q=%7B%22password%22%3A1%7D", "http://h/?q=%7B%22password%22%3A%22[REDACTED]%22%7D"),
    ],
)
def test_credentials_in_the_query(url: str, expected: str) -> None:
    assert hide_url(url) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://u:p@h/x", "https://h/x"),
        ("https://u@h/x", "https://h/x"),
        ("https://u:p%40q@h:8080/x?a=b@c", "https://h:8080/x?a=b@c"),
        ("https://h/@me?to=a:b@c", "https://h/@me?to=a:b@c"),
        ("https://h/?next=http://x:y@z/", "https://h/?next=http://z/"),
        ("https://h/?next=http://x@z/", "https://h/?next=http://x@z/"),
    ],
)
def test_user_information_is_taken_out(url: str, expected: str) -> None:
    assert hide_url(url) == expected


def test_user_information_is_a_secret() -> None:
    assert secrets_of(ask("https://u:p%40q@h/")) == (Secret("userinfo", "u:p@q"),)
    assert secrets_of(ask("https://u:[REDACTED]@h/")) == ()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (f"http://h/?token={GITHUB}", "http://h/?token=[REDACTED]"),
        ("http://h/?token=next-page", "http://h/?token=next-page"),
        ("http://h/?state=open&code=404&key=name", "http://h/?state=open&code=404&key=name"),
        ("http://h/?key=AIzaSyA1234567890abcdefghij", "http://h/?key=[REDACTED]"),
        ("https://maps.googleapis.com/x?key=short", "https://maps.googleapis.com/x?key=[REDACTED]"),
        ("https://u:p@maps.googleapis.com:443/?key=short", "https://maps.googleapis.com:443/?key=[REDACTED]"),
        ("https://notgoogleapis.com/x?key=short", "https://notgoogleapis.com/x?key=short"),
        ("https://maps.googleapis.com/x?key=[REDACTED]", "https://maps.googleapis.com/x?key=[REDACTED]"),
    ],
)
def test_ambiguous_names_count_by_value_or_host(url: str, expected: str) -> None:
    assert hide_url(url) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "https://api.telegram.org/bot123456:AAEhBP0av28FrZp0S7kZ2VJ8dHsB3q9ABCD/getMe",
            "https://api.telegram.org/bot[REDACTED]/getMe",
        ),
        (
            f"https://hooks.slack.com/services/T00000000/B00000000/{'x9' * 12}",
            "https://hooks.slack.com/services/[REDACTED]",
        ),
        (
            f"https://discord.com/api/webhooks/123456789012345678/{'aB3-' * 17}",
            "https://discord.com/api/webhooks/123456789012345678/[REDACTED]",
        ),
        ("https://h/bot/services/webhooks/1", "https://h/bot/services/webhooks/1"),
        ("https://api.telegram.org/bot[REDACTED]/getMe", "https://api.telegram.org/bot[REDACTED]/getMe"),
    ],
)
def test_credentials_in_the_path(url: str, expected: str) -> None:
    assert hide_url(url) == expected


@pytest.mark.parametrize(
    ("spelled", "expected"),
    [
        ("[REDACTED]", "[REDACTED]"),
        ("%5BREDACTED%5D", "[REDACTED]"),
        ("%5bREDACTED%3A12%5d", "[REDACTED:12]"),
        ("%5BREDACTED:12%5D", "[REDACTED:12]"),
    ],
)
def test_placeholder_in_a_url_gets_its_normal_form_and_is_no_secret(spelled: str, expected: str) -> None:
    for template in ("http://h/{}/x", "http://h/?api_key={}&a=1", "http://h/?other={}"):
        request, secrets = redact_request(ask(template.format(spelled)), DEFAULT_RULES, Numbered())
        assert request.url == template.format(expected)
        assert secrets == ()


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("Location", "/cb?access_token=x&a=1", "/cb?access_token=[REDACTED]&a=1"),
        ("Location", "https://h/app;jsessionid=A1", "https://h/app;jsessionid=[REDACTED]"),
        ("Location", "https://u:p@h/x", "https://h/x"),
        ("Link", "<https://h/?a=1&api_key=x>; rel=next", "<https://h/?a=1&api_key=[REDACTED]>; rel=next"),
        ("Referer", "http://h/#id_token=x", "http://h/#id_token=[REDACTED]"),
        ("Refresh", "5; url=https://h/?sig=x", "5; url=https://h/?sig=[REDACTED]"),
        ("Location", "/bot123456:AAEhBP0av28FrZp0S7kZ2VJ8?a=b", "/bot[REDACTED]?a=b"),
        ("Location", "/x/%5BREDACTED%5D?a=b", "/x/[REDACTED]?a=b"),
        ("User-Agent", "bot (+https://example.com/bot?q=1)", "bot (+https://example.com/bot?q=1)"),
    ],
)
def test_urls_in_header_values(name: str, value: str, expected: str) -> None:
    assert hide_header(name, value) == expected


def test_field_names_may_be_anything() -> None:
    pairs = [("odd\nname", "1"), ("X-Api-Key", "secret"), ("", "2")]
    assert hide(ask(headers=pairs)).headers.pairs == (pairs[0], ("X-Api-Key", "[REDACTED]"), pairs[2])
