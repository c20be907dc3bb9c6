"""Text stands as text in a cassette file, whatever charset it came in, and comes back as the same bytes."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reqsnap.errors import CassetteFormatError
from reqsnap.formats import native
from reqsnap.formats.bodies.charsets import is_charset
from reqsnap.formats.bodies.forms import choose, restore
from tests.support.native_files import exchange, written

JAPANESE, WESTERN = "日本語のテキスト", "Crème brûlée, 5 £"


def text_of(body: bytes, content_type: str) -> str:
    """How a body stands in a file, with the notes above it."""
    shown = written(exchange(body, fields=(("Content-Type", content_type),)))
    return shown.partition(f"Content-Type: {content_type}\n")[2]


@pytest.mark.parametrize(
    ("body", "content_type", "charset", "text"),
    [
        (WESTERN.encode("latin-1"), "text/plain; charset=ISO-8859-1", "iso-8859-1", WESTERN),
        (WESTERN.encode("latin-1"), 'text/html;CHARSET="latin1"', "latin1", WESTERN),
        # Not said, or said wrong, as it often is.
        (WESTERN.encode("latin-1"), "text/csv", "iso-8859-1", WESTERN),
        ("5 € “net”".encode("cp1252"), "text/html; charset=iso-8859-1", "windows-1252", "5 € “net”"),
        (WESTERN.encode("latin-1"), "application/xml; charset=utf-8", None, None),
        (JAPANESE.encode("shift_jis"), "text/html; charset=Shift_JIS", "shift_jis", JAPANESE),
        (JAPANESE.encode("euc-jp"), "text/html; charset=euc-jp", "euc-jp", JAPANESE),
        (JAPANESE.encode("iso-2022-jp"), "text/plain; charset=ISO-2022-JP", "iso-2022-jp", JAPANESE),
        ("中文".encode("gb18030"), "text/plain; charset=gb18030", "gb18030", "中文"),
        ("Привет".encode("koi8-r"), "text/plain; charset=KOI8-R", "koi8-r", "Привет"),
        (WESTERN.encode("utf-16"), "text/plain; charset=utf-16", "utf-16-le-sig", WESTERN),
        (WESTERN.encode("utf-16-be"), "text/plain; charset=UTF-16", "utf-16-be", WESTERN),
        (WESTERN.encode("utf-16-le"), "text/plain; charset=utf-16le", "utf-16le", WESTERN),
        (WESTERN.encode("utf-32"), "x/y", "utf-32-le-sig", WESTERN),
        (WESTERN.encode("utf-8-sig"), "text/csv", "utf-8-sig", WESTERN),
    ],
)
def test_text_in_another_charset(body: bytes, content_type: str, charset: str | None, text: str) -> None:
    shown = text_of(body, content_type)
    if charset is None:
        assert shown.startswith("    encoding: base64\n")
    else:
        assert shown == f"    charset: {charset}\n    body: |-\n      {text}\n"


def test_json_in_another_charset_is_laid_out() -> None:
    body = '{"name":"Zoë"}\r\n'.encode("utf-16-le")
    assert text_of(body, "application/json") == (
        "    charset: utf-16-le\n    line_ends: crlf\n    json: compact\n"
        '    body: |\n      {\n        "name":"Zoë"\n      }\n'
    )


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"plain", "text/plain; charset=shift_jis"),
        ("déjà vu".encode(), "text/plain; charset=iso-8859-1"),
        (b"plain", "text/plain; charset=no-such"),
        (b"plain", "text/plain; charset=zip"),
    ],
)
def test_what_is_utf_8_needs_no_charset(body: bytes, content_type: str) -> None:
    assert text_of(body, content_type) == f"    body: |-\n      {body.decode()}\n"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"\xff\xfe\x00\x01\x02\x00", "image/x"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "text/plain; charset=iso-8859-1"),
        # It decodes, but not back to the same bytes.
        (b"\x1b(B\x1b(B\x1b$BF|K\\\x1b(B", "text/plain; charset=iso-2022-jp"),
        (b"caf\xe9", "application/octet-stream"),
        (b"caf\xe9", "text/plain; charset=utf-8"),
        (b"caf\xe9", "text/plain; charset=unicode_escape"),
        (b"caf\xe9", "text/plain; charset=idna"),
        (b"\xd8\x00\xd8\x00\xd8\x00", "text/plain; charset=utf-16be"),
    ],
)
def test_what_is_no_text_in_its_charset_is_binary(body: bytes, content_type: str) -> None:
    assert text_of(body, content_type).startswith("    encoding: base64\n")


@pytest.mark.parametrize(
    ("name", "known"),
    [("latin-1", True), ("utf-16-be-sig", True), ("latin-1-sig", False), ("utf-16", False),
     ("utf_8_sig", False),
     ("hex", False), ("rot13", False), ("undefined", False), ("\0", False), ("", False)],
)  # fmt: skip
def test_what_a_charset_is(name: str, known: bool) -> None:
    assert is_charset(name) is known


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("charset: iso-8859-1", "charset: hex", 10, "charset must be one that Python knows, not 'hex'"),
        ("Crème", "Crème ✓", 12, "the body has the character '✓', which iso-8859-1 does not have"),
        ("charset: iso-8859-1", "line_ends: lf", 10, "line_ends must be crlf or cr, not 'lf'"),
        ("charset: iso-8859-1", "charset: latin1\n    encoding: base64", 10,
         "a body cannot have both charset and encoding"),
    ],
)  # fmt: skip
def test_what_a_person_gets_wrong(old: str, new: str, line: int, reason: str) -> None:
    data = native.dump([exchange(WESTERN.encode("latin-1"), fields=(("Content-Type", "text/plain"),))])
    with pytest.raises(CassetteFormatError) as caught:
        native.load(data.decode().replace(old, new).encode())
    assert (caught.value.line, caught.value.reason) == (line, reason)


CHARSETS = [
    "iso-8859-1",
    "utf-16",
    "utf-32",
    "utf-7",
    "shift_jis",
    "iso-2022-jp",
    "gb18030",
    "cp037",
    "x",
    "",
]


@settings(deadline=None, max_examples=300)
@given(
    st.binary(max_size=40) | (st.text(max_size=20) | st.text("\r\na é\ufeff", max_size=9)).map(str.encode),
    st.sampled_from(["text/plain", "application/json", "image/png"]),
    st.sampled_from(CHARSETS),
    st.sampled_from(["latin-1", "utf-16", "utf-8"]),
)  # fmt: skip
def test_every_body_comes_back(body: bytes, media_type: str, declared: str, real: str) -> None:
    with contextlib.suppress(UnicodeError):
        body = body.decode().encode(real)
    if body:
        notes, text = choose(body, f"{media_type}; charset={declared}")
        assert restore(text, notes) == body
