"""Answers that are seen to hold no secret without a closer look hold none at a closer look either."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reqsnap.model import Headers, Request, Response
from reqsnap.redaction import DEFAULT_RULES, NO_RULES, Rules, exchange, redact_interaction

ASKED = Request("GET", "https://api.example.com/items")
WORDS = [
    *(
        '"',
        ":",
        ",",
        "{",
        "}",
        "[",
        "]",
        "\\",
        "\\u0022",
        "\\/",
        " ",
        "\n",
        "\0",
        "1",
        "null",
        "é",
        "?",
        "&",
        "=",
    ),
    *(
        '"password"',
        '"id"',
        '"access_token"',
        '"x_api_key"',
        "password=hunter22",
        "REDACTED",
        "[REDACTED]",
        "%5B",
    ),
    "https://user:pass@h/?api_key=abcdefgh12345678",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "<password>a<",
]
texts = st.lists(st.sampled_from(WORDS), max_size=12).map("".join)
bodies = st.builds("{}{}".format, st.sampled_from(["{", "[", "", "<", " {"]), texts)
TYPES = [
    *("application/json", "application/json; charset=utf-8", "application/json; charset=utf-16", ""),
    *("text/html", "application/xml", "image/png", "application/x-www-form-urlencoded"),
    "multipart/form-data; boundary=a",
]
types = st.sampled_from(TYPES)
fields = st.sampled_from(
    [(), (("Content-Encoding", "gzip"),), (("Set-Cookie", "a=b"),), (("X-Token", "a" * 20),)]
)
rules = st.sampled_from(
    [DEFAULT_RULES, NO_RULES, Rules(endings=False), DEFAULT_RULES.extended(excluded=["Server"])]
)


@given(bodies, types, fields, rules, st.sampled_from([200, 206]))
@example('{"a":1}', "application/json", (), DEFAULT_RULES, 200)
@settings(deadline=None, max_examples=1000)
def test_what_is_seen_to_be_plain_is_plain(
    body: str, content_type: str, more: tuple[tuple[str, str], ...], named: Rules, status: int
) -> None:
    headers = Headers([("Content-Type", content_type), ("Server", "s"), *more])
    answer = Response(status, "OK", headers, body.encode())
    found = redact_interaction(ASKED, answer, named)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exchange, "_is_plain_answer", lambda *_: False)
        assert redact_interaction(ASKED, answer, named) == found


def test_the_commonest_answers_are_seen_to_be_plain() -> None:
    for content_type in ("application/json", "application/json; charset=utf-8"):
        headers = Headers([("Content-Type", content_type), ("Content-Length", "8"), ("ETag", 'W/"7f8a0c52"')])
        for body in (b'{"id": 7}', b"[1, 2]", b""):
            assert vars(exchange)["_is_plain_answer"](Response(200, "OK", headers, body), DEFAULT_RULES)
