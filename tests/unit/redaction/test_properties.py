"""What holds of redaction whatever the exchange."""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, quote_plus

from hypothesis import given, settings
from hypothesis import strategies as st

from reqsnap.model import Headers, Request, Response
from reqsnap.redaction import DEFAULT_RULES, redact_interaction, redact_request, secret_forms, unnumbered
from tests.support.redacting import FORM, JSON, Numbered

CLEAN = st.sampled_from("0123456789ghjkmqvwxyz")
SPECIALS = st.sampled_from("0123456789ghjkmqvwxyz/+=_-. %&\"'\\<>{}[]:,;?#@~\né世😀")
SECRETS = st.text(CLEAN, min_size=8, max_size=24) | st.text(SPECIALS, min_size=8, max_size=24).filter(
    lambda value: value == value.strip() and len(re.findall("[0-9a-z]", value)) > 4
)
"""Values that no name, word of a protocol or placeholder is made of."""

Spelling = Callable[[str], str]


def in_base64(before: str, encode: Callable[[bytes], bytes]) -> Spelling:
    return lambda value: encode(f"{before}{value}!".encode()).decode()


SPELLINGS: list[Spelling] = [
    lambda value: quote(value, safe=""),
    lambda value: quote_plus(value),
    lambda value: re.sub("%..", lambda found: found[0].lower(), quote(value, safe="")),
    *[in_base64(before, base64.b64encode) for before in ("", "a", "ab")],
    *[in_base64(before, base64.urlsafe_b64encode) for before in ("", "a", "ab")],
]
"""Those that may stand anywhere in a message."""


@st.composite
def documents(draw: st.DrawFn, value: str) -> Any:
    """A JSON document in which a value stands in strings, as a name, and within JSON in a string."""
    spelled = draw(st.sampled_from([lambda text: text, *SPELLINGS]))(value)
    leaf = st.sampled_from([spelled, f"x {spelled} y", 1, None, True, 12345678, "text", "[REDACTED:2]"])
    names = st.sampled_from(["a", "b", "password", "token", "api_key", spelled, "secret"])
    return draw(
        st.recursive(
            leaf,
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(names, inner, max_size=3)
                | st.dictionaries(names, inner, max_size=3).map(json.dumps)
            ),
            max_leaves=8,
        )
    )


@st.composite
def bodies(draw: st.DrawFn, value: str) -> tuple[str, bytes]:
    """A Content-Type and a body that shows a value."""
    spelled = draw(st.sampled_from(SPELLINGS))(value)
    kind = draw(st.sampled_from(["json", "lines", "events", "form", "xml", "text", "bytes"]))
    if kind in ("json", "lines", "events"):
        found = draw(st.lists(documents(value), min_size=1, max_size=1 if kind == "json" else 3))
        lines = [json.dumps(each, ensure_ascii=draw(st.booleans())) for each in found]
        text = "".join(f"data: {line}\n\n" for line in lines) if kind == "events" else "\n".join(lines)
        return {"json": JSON, "lines": "application/x-ndjson", "events": "text/event-stream"}[
            kind
        ], text.encode()
    if kind == "form":
        return FORM, f"a={spelled}&password={quote(value, safe='')}&b={spelled}".encode()
    if kind == "xml":
        return "text/xml", f"<r><a>{spelled}</a><password>p</password></r>".encode()
    if kind == "text":
        return "text/plain", f"see {spelled} there".encode()
    return "image/png", b"\x89\0\xff" + spelled.encode() + b"\xfe"


@st.composite
def exchanges(draw: st.DrawFn) -> tuple[str, Request, Response]:
    """A secret, and an exchange that shows it under one name and in many other places."""
    value = draw(SECRETS)
    anywhere = st.sampled_from(SPELLINGS).map(lambda spell: spell(value))
    shown = quote(value, safe="")
    home = draw(st.sampled_from(["query", "header", "cookie", "set-cookie"]))
    url = f"https://api.example.com/v1/.{draw(anywhere)}.?q={draw(anywhere)}&n=1"
    url += f"&api_key={shown}" if home == "query" else ""
    asked = [("Accept", "*/*"), ("X-Echo", f"({draw(anywhere)})")]
    asked += [("Authorization", f"Bearer {shown}")] if home == "header" else []
    asked += [("Cookie", f"a=b; sid={shown}")] if home == "cookie" else []
    answered = [("X-Echo", f"({draw(anywhere)})"), ("Location", f"/x?a={draw(anywhere)}")]
    answered += [("Set-Cookie", f"sid={shown}; Path=/")] if home == "set-cookie" else []
    sent_type, sent = draw(bodies(value))
    got_type, got = draw(bodies(value))
    coded = draw(st.booleans())
    got = gzip.compress(got) if coded else got
    answered += [("Content-Type", got_type), ("Content-Length", str(len(got)))]
    answered += [("Content-Encoding", "gzip")] if coded else []
    cuts = sorted(draw(st.lists(st.integers(0, len(got)), max_size=4)))
    parts = tuple(b - a for a, b in zip([0, *cuts], [*cuts, len(got)], strict=True)) if cuts else ()
    request = Request("POST", url, Headers([*asked, ("Content-Type", sent_type)]), sent)
    trailers = Headers([("X-Last", draw(anywhere))])
    return value, request, Response(200, draw(anywhere), Headers(answered), got, "HTTP/1.1", trailers, parts)


def texts(*messages: Request | Response) -> Iterator[str]:
    """Everything that a message shows, decoded, with one character for each byte."""
    for message in messages:
        yield message.url if isinstance(message, Request) else message.reason
        yield from (value for _, value in message.headers)
        if isinstance(message, Response):
            yield from (value for _, value in message.trailers)
        yield content(message).decode("latin-1")


def content(message: Request | Response) -> bytes:
    return gzip.decompress(message.body) if "content-encoding" in message.headers else message.body


def is_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except ValueError:
        return False
    return True


@settings(deadline=None, max_examples=60)
@given(exchanges())
def test_no_form_of_a_secret_remains(exchange: tuple[str, Request, Response]) -> None:
    value, request, response = exchange
    asked, answered, secrets = redact_interaction(request, response, DEFAULT_RULES)
    assert secrets
    for text in texts(asked, answered):
        found = [form for form in secret_forms(value) if form in text]
        assert not found, text


@settings(deadline=None, max_examples=60)
@given(exchanges())
def test_redacting_twice_changes_nothing(exchange: tuple[str, Request, Response]) -> None:
    _, request, response = exchange
    for placeholder in (Numbered(), lambda secret: "[REDACTED]"):
        asked, answered, _ = redact_interaction(request, response, DEFAULT_RULES, placeholder)
        again = redact_interaction(asked, answered, DEFAULT_RULES, Numbered())
        assert again == (asked, answered, ())
        assert again[0] is asked
        assert again[1] is answered
    alone, _ = redact_request(request, DEFAULT_RULES)
    assert redact_request(alone, DEFAULT_RULES) == (alone, ())


@settings(deadline=None, max_examples=60)
@given(exchanges())
def test_json_stays_json_and_pieces_add_up(exchange: tuple[str, Request, Response]) -> None:
    _, request, response = exchange
    asked, answered, _ = redact_interaction(request, response, DEFAULT_RULES)
    for before, after in ((request, asked), (response, answered)):
        before_lines, after_lines = content(before).split(b"\n"), content(after).split(b"\n")
        assert len(before_lines) == len(after_lines)
        for old, new in zip(before_lines, after_lines, strict=True):
            assert is_json(new.removeprefix(b"data: ")) or not is_json(old.removeprefix(b"data: "))
    assert sum(answered.parts) == (len(answered.body) if answered.parts else 0)
    assert all(size >= 0 for size in answered.parts)
    assert b"".join(answered.pieces()) == answered.body
    assert answered.headers.get("content-length") == str(len(answered.body))


@settings(deadline=None, max_examples=60)
@given(exchanges())
def test_numbers_tell_values_apart_and_nothing_else(exchange: tuple[str, Request, Response]) -> None:
    _, request, _ = exchange
    plain, _ = redact_request(request, DEFAULT_RULES)
    numbered, _ = redact_request(request, DEFAULT_RULES, Numbered())
    assert unnumbered(numbered.url)[0] == unnumbered(plain.url)[0]
    assert unnumbered(numbered.body)[0] == unnumbered(plain.body)[0]


HARMLESS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["id", "name", "max_tokens", "é", 'q"']), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(HARMLESS, st.booleans(), st.text(st.sampled_from("abc/.-_~%20"), max_size=12))
def test_nothing_to_hide_gives_the_same_objects(document: Any, ascii_only: bool, path: str) -> None:
    body = json.dumps(document, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    headers = Headers([("Accept", "*/*"), ("Content-Type", JSON), ("X-Id", path)])
    request = Request("POST", f"https://h/{path}?page={path}&limit=1", headers, body)
    response = Response(200, "OK", headers, body, parts=(1, len(body) - 1))
    asked, answered, secrets = redact_interaction(request, response, DEFAULT_RULES)
    assert (asked is request, answered is response, secrets) == (True, True, ())


SIGNS = r"""
password api_key token = & ? # ; : :// @ / " \ \u0022 { } [ ] , < > </password> <password> [REDACTED]
[REDACTED:2] %5BREDACTED%5D %22 %3D % --B name="secret" abcdefgh12 1 é data: 12345678 null
%61bcdefgh12 YWJjZGVmZ2gxMg== Content-Disposition:form-data;
"""
PIECES = st.sampled_from([*SIGNS.split(), "\n", "\r\n", "\r\n\r\n", " ", "Bearer ", "Basic "])
TYPES = st.sampled_from(
    ["", JSON, FORM, "text/xml", "text/html", "multipart/form-data; boundary=B", "image/png"]
)


@settings(deadline=None)
@given(st.lists(PIECES, max_size=25).map("".join), TYPES, st.lists(PIECES, max_size=8).map("".join))
def test_anything_at_all_is_taken(text: str, content_type: str, value: str) -> None:
    wire = value.encode().decode("latin-1")
    names = ("Authorization", "Cookie", "Set-Cookie", "X-Api-Key", "Location")
    pairs = [*[(name, wire) for name in names], ("Content-Type", content_type)]
    request = Request("POST", f"https://h/{wire}", Headers(pairs), text.encode())
    response = Response(200, wire, Headers(pairs), text.encode(), parts=(len(text.encode()),))
    asked, answered, secrets = redact_interaction(request, response, DEFAULT_RULES)
    assert bool(secrets) or (asked == request) or "REDACTED" in text + value or "://" in wire
    assert is_json(asked.body) or not is_json(request.body)
    assert b"".join(answered.pieces()) == answered.body


_names = st.text('ab-_\\": \n', max_size=6) | st.sampled_from(["pass-word", "PASSWORD", "Pass_Word"])
_documents = st.recursive(
    st.text('a\\":{}, \n', max_size=8) | st.integers(),
    lambda inner: st.dictionaries(_names, inner, max_size=4) | st.lists(inner, max_size=3),
)


@given(_documents, st.sampled_from([None, 2]))
def test_a_password_is_found_whatever_stands_around_it(document: object, indent: int | None) -> None:
    body = json.dumps([document, {"pass-word": "hunter22hunter"}, document], indent=indent).encode()
    sent = Request("POST", "http://h/", Headers({"Content-Type": "application/json"}), body)
    assert b"hunter22hunter" not in redact_request(sent, DEFAULT_RULES)[0].body
