"""Secrets in bodies, found by the rules; all else stays byte for byte."""

from __future__ import annotations

import json

import pytest

from reqsnap.redaction import DEFAULT_RULES, Secret, redact_request
from tests.support.redacting import FORM, JSON, ask, hide, hide_body, secrets_of

MULTIPART = "multipart/form-data; boundary=B"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('{"password":"x"}', '{"password":"[REDACTED]"}'),
        ('{ "pass_word" : "x" , "b":1 }', '{ "pass_word" : "[REDACTED]" , "b":1 }'),
        (
            '{"accessToken":"x","client-secret":"y"}',
            '{"accessToken":"[REDACTED]","client-secret":"[REDACTED]"}',
        ),
        ('{"SecretAccessKey":"x"}', '{"SecretAccessKey":"[REDACTED]"}'),
        ('{"password":"a\\"b\\\\","c":1}', '{"password":"[REDACTED]","c":1}'),
        ('{"password":12.5e3,"c":1}', '{"password":"[REDACTED]","c":1}'),
        ('{"password":-1}', '{"password":"[REDACTED]"}'),
        ('{"secret":{"a":["}",{"b":1}]},"c":1}', '{"secret":"[REDACTED]","c":1}'),
        ('{"secret":[1,"]"],"c":1}', '{"secret":"[REDACTED]","c":1}'),
        ('[{"api_key":"x"},{"api_key":"y"}]', '[{"api_key":"[REDACTED]"},{"api_key":"[REDACTED]"}]'),
        ('{"pass\\u0077ord":"x"}', '{"pass\\u0077ord":"[REDACTED]"}'),
        ('{"user[password]":"x"}', '{"user[password]":"[REDACTED]"}'),
        ('{"password":"cut', '{"password":"[REDACTED]'),
        ('{"secret":{"a":"cut', '{"secret":"[REDACTED]"'),
        (')]}\'\n{"password":"x"}', ')]}\'\n{"password":"[REDACTED]"}'),
        ('cb({"password":"x"});', 'cb({"password":"[REDACTED]"});'),
        ('{"id":1}\n{"password":"x"}\n', '{"id":1}\n{"password":"[REDACTED]"}\n'),
        ('event: a\ndata: {"id_token":"x"}\n\n', 'event: a\ndata: {"id_token":"[REDACTED]"}\n\n'),
        ('{"token":"xoxb-1234567890-abc"}', '{"token":"[REDACTED]"}'),
    ],
)
def test_json(body: str, expected: str) -> None:
    assert hide_body(body) == expected


@pytest.mark.parametrize(
    "body",
    [
        '{"max_tokens":5,"keyboard":"de","tokens":["a"],"passwords":2,"secrets":[]}',
        '{"password":null,"secret":false,"otp":true,"api_key":"","private_key":{},"client_secret":[]}',
        '{"token":"next","key":"name","state":"open","code":404,"auth":{"a":"b"}}',
        '{"password":"[REDACTED]","api_key":"[REDACTED:7]","secret":"Bearer [REDACTED]"}'[:53] + "}",
        '["password","secret"]',
        '{"text":"password: secret, \\"quoted\\""}',
        '{"password',
        '{"password":',
        '{"password":}',
        "",
        "null",
    ],
)
def test_json_that_holds_no_secret(body: str) -> None:
    request = ask(body=body, content_type=JSON)
    assert redact_request(request, DEFAULT_RULES) == (request, ())


@pytest.mark.parametrize(
    "inner",
    [
        {"api_key": "k\u00e9y", "n": 1},
        {"a": [{"client_secret": {"deep": "x"}}]},
        {"outer": json.dumps({"password": 'q"uote', "n": "\n"})},
    ],
)
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_json_within_json_strings(inner: dict[str, object], depth: int) -> None:
    def nest(value: object, times: int) -> object:
        return {"n": json.dumps(nest(value, times - 1))} if times else value

    def unnest(value: object) -> str:
        while (
            isinstance(value, dict) and set(value) <= {"n", "outer"} and isinstance(value.get("n", ""), str)
        ):
            value = json.loads(next(iter(value.values())))
        return json.dumps(value)

    hidden = unnest(json.loads(hide_body(json.dumps(nest(inner, depth)))))
    assert "[REDACTED]" in hidden
    assert not any(text in hidden for text in ("k\\u00e9y", "deep", "uote"))


def test_json_within_a_string_that_escapes_quotes_by_number() -> None:
    body = r'{"n":"{\u0022password\u0022:\u0022abc\u0022,\u0022a\u0022:1}"}'
    assert hide_body(body) == r'{"n":"{\u0022password\u0022:\u0022[REDACTED]\u0022,\u0022a\u0022:1}"}'


def test_values_are_noted_as_text() -> None:
    body = '{"password":"gr\\u00fc\\ud83d\\ude00n\\n","secret":"grün"}'
    assert secrets_of(ask(body=body, content_type=JSON)) == (
        Secret("password", "grü😀n\n"),
        Secret("secret", "grün"),
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("grant_type=password&username=a&password=b+c", "grant_type=password&username=a&password=[REDACTED]"),
        ("client_secret=x&scope=a%20b\r\n", "client_secret=[REDACTED]&scope=a%20b\r\n"),
        ("user%5Bpassword%5D=x", "user%5Bpassword%5D=[REDACTED]"),
        ("a=1&code_verifier=x=y", "a=1&code_verifier=[REDACTED]"),
        ("token=%5BREDACTED%3A2%5D&password=[REDACTED]", "token=[REDACTED:2]&password=[REDACTED]"),
        (
            "payload=%7B%22password%22%3A%22x+y%22%7D&a=1",
            "payload=%7B%22password%22%3A%22[REDACTED]%22%7D&a=1",
        ),
        ("max_tokens=5&token=next", "max_tokens=5&token=next"),
        ('{"password":"x"}', '{"password":"[REDACTED]"}'),
        ("<a><password>x</password></a>", "<a><password>[REDACTED]</password></a>"),
    ],
)
def test_forms(body: str, expected: str) -> None:
    assert hide_body(body, FORM) == expected


@pytest.mark.parametrize("content_type", ["", "text/plain; charset=utf-8", "text/html"])
def test_form_that_does_not_say_so(content_type: str) -> None:
    body = "oauth_token=x&oauth_token_secret=y&oauth_callback_confirmed=true"
    expected = "oauth_token=[REDACTED]&oauth_token_secret=[REDACTED]&oauth_callback_confirmed=true"
    assert hide_body(body, content_type) == expected
    assert hide_body("password = x & more", content_type) == "password = x & more"


def test_host_rules_count_in_forms_and_not_in_json() -> None:
    url = "https://oauth2.googleapis.com/token"
    assert hide(ask(url, body="code=4/0&a=1", content_type=FORM)).body == b"code=[REDACTED]&a=1"
    assert hide(ask(url, body='{"code":"missing"}', content_type=JSON)).body == b'{"code":"missing"}'


def part(head: str, content: str, end: str = "\r\n") -> str:
    return f"--B{end}{head.replace(chr(10), end)}{end}{end}{content}{end}"


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("content_type", [MULTIPART, 'multipart/form-data; boundary="B"', "multipart/mixed"])
def test_multipart(end: str, content_type: str) -> None:
    def message(password: str, key: str, token: str) -> str:
        parts = [
            ('Content-Disposition: form-data; name="user"', "ada"),
            ('Content-Disposition: form-data; name="password"', password),
            ('content-disposition: form-data; name=private_key; filename="k.pem"', key),
            ('Content-Disposition: form-data; name="f"; filename="password"', "a\0b"),
            ('Content-Disposition: form-data; name="token"', "next"),
            ("Content-Type: application/json; charset=UTF-8", f'{{"api_key":"{token}"}}'),
        ]
        return "".join(part(head, content, end) for head, content in parts) + f"--B--{end}"

    before = message(f"two{end}lines", "--PEM--", "x")
    assert hide_body(before, content_type) == message("[REDACTED]", "[REDACTED]", "[REDACTED]")


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no boundary at all",
        "--B",
        "--B\r\n",
        '--B\r\nContent-Disposition: form-data; name="password"\r\n',
    ],
)
def test_broken_multipart_is_left(body: str) -> None:
    assert hide_body(body, MULTIPART) == body
    assert hide_body(body, "multipart/mixed") == body


def test_multipart_that_is_cut() -> None:
    head = 'Content-Disposition: form-data; name="password"'
    assert hide_body(f"--B\r\n{head}\r\n\r\nhunter", MULTIPART) == f"--B\r\n{head}\r\n\r\n[REDACTED]"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<SecretAccessKey>a/b+c=</SecretAccessKey>", "<SecretAccessKey>[REDACTED]</SecretAccessKey>"),
        (
            "<a:SessionToken x='1'>\n t \n</a:SessionToken>",
            "<a:SessionToken x='1'>\n [REDACTED] \n</a:SessionToken>",
        ),
        ("<password><![CDATA[<x>]]></password>", "<password><![CDATA[[REDACTED]]]></password>"),
        ("<AccessKeyId>ASIAABCDEFGHIJKLMNOP</AccessKeyId>", "<AccessKeyId>[REDACTED]</AccessKeyId>"),
        ("<Key>0123456789abcdef0123456789abcdef</Key>", "<Key>0123456789abcdef0123456789abcdef</Key>"),
        ("<password/><a>x</a><password></password>", "<password/><a>x</a><password></password>"),
        ("<password>[REDACTED:2]</password>", "<password>[REDACTED:2]</password>"),
        ('<db user="u" password="p&amp;q"/>', '<db user="u" password="[REDACTED]"/>'),
        ("<db api-key='k'>x</db>", "<db api-key='[REDACTED]'>x</db>"),
        ('<input type="password" name="password">', '<input type="password" name="password">'),
        (
            "<member><name>password</name><value><string>x</string></value></member>",
            "<member><name>password</name><value><string>[REDACTED]</string></value></member>",
        ),
        (
            "<dict><key>secret</key> <string>x</string></dict>",
            "<dict><key>secret</key> <string>[REDACTED]</string></dict>",
        ),
        ('<script>var c={"apiKey":"x"}</script>', '<script>var c={"apiKey":"[REDACTED]"}</script>'),
    ],
)
def test_markup(body: str, expected: str) -> None:
    for content_type in ("text/xml", "text/html; charset=utf-8", ""):
        assert hide_body(body, content_type) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://b.example/x?X-Amz-Signature=ff&a=1", "https://b.example/x?X-Amz-Signature=[REDACTED]&a=1"),
        (
            "https://b.example/x?a=1\\u0026sig=f%2Ff\\u0026b=2",
            "https://b.example/x?a=1\\u0026sig=[REDACTED]\\u0026b=2",
        ),
        ("https:\\/\\/b.example\\/x?sig=a\\/b", "https:\\/\\/b.example\\/x?sig=[REDACTED]"),
        ("postgres://u:p@db/x", "postgres://db/x"),
        ("git+https://ghp_16C7e42F292c6912E7710c838@github.com/x", "git+https://github.com/x"),
        ("git+ssh://git@github.com/x", "git+ssh://git@github.com/x"),
        ("https://b.example/x?page=2&token=next", "https://b.example/x?page=2&token=next"),
        (
            "https://api.telegram.org/file/bot123456:AAEhBP0av28FrZp0S7kZ2VJ8/x",
            "https://api.telegram.org/file/bot[REDACTED]/x",
        ),
        ("/relative?password=stays", "/relative?password=stays"),
    ],
)
def test_urls_in_bodies(url: str, expected: str) -> None:
    assert hide_body(f'{{"url": "{url}", "a": 1}}') == f'{{"url": "{expected}", "a": 1}}'


def test_urls_in_markup_and_text() -> None:
    body = "<a href='https://h/?a=1&amp;sig=abc'>x</a> see https://u:p@h/ too"
    expected = "<a href='https://h/?a=1&amp;sig=[REDACTED]'>x</a> see https://h/ too"
    assert hide_body(body, "text/html") == expected
    assert (
        hide_body("https://u:p@h/ https://h/?sig=1 x?sig=1", "text/plain")
        == "https://h/ https://h/?sig=[REDACTED] x?sig=1"
    )


@pytest.mark.parametrize("content_type", ["image/png", "application/octet-stream", "application/pdf", ""])
def test_nothing_is_sought_by_name_in_binary(content_type: str) -> None:
    body = b'\x89PNG\0\0 "password": "x" ' + b"a" * 40 + b" https://u:p@h/ %5BREDACTED%5D"
    request = ask(body=body, content_type=content_type)
    assert hide(request) is request


def test_json_in_an_unhelpful_type_is_still_json() -> None:
    for content_type in ("application/octet-stream", "text/plain", "binary/octet-stream", ""):
        assert hide_body('{"password":"x"}', content_type) == '{"password":"[REDACTED]"}'


def test_undecodable_bytes_stay() -> None:
    body = b'{"a":"\xff\xfe\x80","password":"\xc3(","b":"\xe9"}'
    expected = b'{"a":"\xff\xfe\x80","password":"[REDACTED]","b":"\xe9"}'
    assert hide(ask(body=body, content_type=JSON)).body == expected


@pytest.mark.parametrize(
    "charset", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "shift_jis", "gb18030", "utf-8-sig"]
)
def test_other_charsets(charset: str) -> None:
    before, after = '{"password":"表abcdefg","b":"表"}', '{"password":"[REDACTED]","b":"表"}'
    declared = charset.removesuffix("-sig").removesuffix("-le").removesuffix("-be")
    request, secrets = redact_request(
        ask(body=before.encode(charset), content_type=f"{JSON}; charset={declared}"), DEFAULT_RULES
    )
    assert request.body == after.encode(charset)
    assert secrets == (Secret("password", "表abcdefg"),)


def test_utf_16_that_does_not_say_so() -> None:
    for charset in ("utf-16", "utf-16-le", "utf-16-be", "utf-32-le"):
        request = ask(body='{"password":"x"}'.encode(charset), content_type=JSON)
        assert hide(request).body.decode(charset) == '{"password":"[REDACTED]"}'


@pytest.mark.parametrize("charset", ["utf-16", "no-such-charset", "gb18030"])
def test_body_that_is_not_in_its_charset(charset: str) -> None:
    request = ask(body=b'{"password":"x"}\xff', content_type=f"{JSON}; charset={charset}")
    assert hide(request).body == b'{"password":"[REDACTED]"}\xff'
    request = ask(body=b'\xff\xfe{"password":"xy"}', content_type=f"{JSON}; charset={charset}")
    assert hide(request).body == b'\xff\xfe{"password":"[REDACTED]"}'


def test_more_fields_of_the_user() -> None:
    rules = DEFAULT_RULES.extended(fields=["Schl\u00fcssel", "token"])
    assert (
        hide_body('{"token":"a","SCHLÜSSEL":"b"}', rules=rules)
        == '{"token":"[REDACTED]","SCHLÜSSEL":"[REDACTED]"}'
    )
    assert hide_body("token=a", FORM, rules) == "token=[REDACTED]"
