"""VCR.py's cassettes, and what they hold, for the tests of its formats."""

from __future__ import annotations

import string
from datetime import UTC, datetime

from hypothesis import strategies as st

from reqsnap.formats import Format
from reqsnap.model import Headers, Interaction, Request, Response

AT = datetime.fromtimestamp(0, UTC)

TEXT = """\
interactions:
- request:
    body: '{"name": "Ada"}'
    headers:
      Accept:
      - '*/*'
      User-Agent:
      - Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/51.0
        Safari/537.36
    method: POST
    uri: http://h/items?page=1
  response:
    body:
      string: 'one

        - request:

        "two"'
    headers:
      Content-Type:
      - text/plain
      Set-Cookie:
      - a=1
      - b=2
    status:
      code: 201
      message: Created
- request:
    body: null
    headers: {}
    method: GET
    uri: http://h/image
  response:
    body:
      string: !!binary |
        AP8=
    headers: {}
    status:
      code: 200
      message: OK
version: 1
"""

INTERACTIONS = [
    Interaction(
        Request(
            "POST",
            "http://h/items?page=1",
            Headers(
                [
                    ("Accept", "*/*"),
                    (
                        "User-Agent",
                        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/51.0 "
                        "Safari/537.36",
                    ),
                ]
            ),
            b'{"name": "Ada"}',
        ),
        Response(
            201,
            "Created",
            Headers([("Content-Type", "text/plain"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]),
            b'one\n- request:\n"two"',
        ),
        AT,
    ),
    Interaction(Request("GET", "http://h/image"), Response(200, "OK", body=b"\x00\xff"), AT),
]


def read(format: Format, data: bytes) -> list[Interaction]:
    """The interactions of a file, each decoded; what is known of an item before that is true."""
    found = []
    for item in format.read(data, "c.yaml"):
        interaction = item.decode()
        assert (item.method, item.url) == (interaction.request.method, interaction.request.url)
        found.append(interaction)
    return found


# What VCR.py's layout can hold: fields sorted by name, and no trailers and versions.

_NAMES = st.text(string.ascii_letters + string.digits + "-_.!#$%&'*+^`|~", min_size=1, max_size=8)
_VALUES = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["", "null", "1", "true", "~", "'", '"', "- a", "a: b", "a #b", "[x", "*/*", "&a", "x" * 120]
    ),
    st.lists(
        st.sampled_from(["word", '"quoted"', "'", "-", ":", "#", "a:b", "é", "{", "]"]), max_size=40
    ).map(" ".join),
).map(lambda text: "".join(character for character in text if character <= "\xff"))
_BODIES = st.one_of(
    st.just(b""),
    st.binary(max_size=60),
    st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace")),
    st.sampled_from(
        [
            b"- request:\n    body: x",
            b"one\n- request:\n    method: GET\n\n'\"",
            b"word " * 40,
            b'{"a": ["b", 1.5, null]}',
            b"version: 1\n",
        ]
    ),
)


def _headers(pairs: list[tuple[str, list[str]]]) -> Headers:
    names: set[str] = set()
    found = []
    for name, values in sorted(pairs):
        if name.lower() not in names:
            names.add(name.lower())
            found += [(name, value) for value in values]
    return Headers(found)


_HEADERS = st.lists(st.tuples(_NAMES, st.lists(_VALUES, min_size=1, max_size=2)), max_size=3).map(_headers)
_URLS = st.sampled_from(["http://h/", "https://h:8/a?b=c&d=%20", "http://h/?q='x'", "http://h/" + "a" * 200])

INTERACTION = st.builds(
    Interaction,
    st.builds(Request, st.sampled_from(["GET", "POST", "null", "OPTIONS"][:2]), _URLS, _HEADERS, _BODIES),
    st.builds(Response, st.integers(100, 599), _VALUES, _HEADERS, _BODIES),
    st.just(AT),
)

TEXT_INTERACTION = INTERACTION.filter(
    lambda each: _is_text(each.request.body) and _is_text(each.response.body)
)
"""One whose bodies JSON can hold."""


def _is_text(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True
