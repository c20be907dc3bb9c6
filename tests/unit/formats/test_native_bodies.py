"""The form that each kind of body has in a cassette file."""

from __future__ import annotations

import pytest

from reqsnap.formats import native
from reqsnap.model import Request
from tests.support.native_files import exchange, written

BODIES = {
    b"": "",
    b"text": r"""
    body: |-
      text
""",
    b"text\n": r"""
    body: |
      text
""",
    b"text\n\n\n": r"""
    body: |+
      text


""",
    b"\n\ntext": r"""
    body: |-


      text
""",
    b"  text\n.": r"""
    body: |2-
        text
      .
""",
    b"\n\n\ttext": """
    body: |2-


      \ttext
""",
    b"# end\n- request:\n---\n\n\x2e": r"""
    body: |-
      # end
      - request:
      ---

      .
""",
    "héllo ✓ 😀".encode(): r"""
    body: |-
      héllo ✓ 😀
""",
    b"\n": r"""
    body: "\n"
""",
    b" ": r"""
    body: " "
""",
    b'say "\\"\r\n': r"""
    line_ends: crlf
    body: |
      say "\"
""",
    b"a\rb\r": r"""
    line_ends: cr
    body: |
      a
      b
""",
    b"mixed\r\nline\nends": r"""
    body: "\
      mixed\r\n\
      line\n\
      ends"
""",
    b"a\r\n  b \r\n\r\n\tc": r"""
    body: "\
      a\r\n\
      \  b \r\n\
      \r\n\
      \tc"
""",
    b"blank at the end \n.\n": r"""
    body: "\
      blank at the end \n\
      .\n"
""",
    "\ufeffmarks \u2028\u0085\ufffe".encode(): r"""
    body: "\uFEFFmarks \u2028\x85\uFFFE"
""",
    b"a bell\x07 in a sentence": r"""
    body: "a bell\x07 in a sentence"
""",
    b"\x00\x01\x02\x03": r"""
    encoding: base64
    body: |-
      AAECAw==
""",
    b"\xff" * 60: r"""
    encoding: base64
    body: |-
      ////////////////////////////////////////////////////////////////////////////
      ////
""",
    b'{"a":1}\n': r"""
    json: compact
    body: |
      {
        "a":1
      }
""",
    b'{\n "a": 1\n}': r"""
    body: |-
      {
       "a": 1
      }
""",
    b'{"a":1}\r\n': r"""
    line_ends: crlf
    json: compact
    body: |
      {
        "a":1
      }
""",
}


@pytest.mark.parametrize(("body", "text"), BODIES.items())
def test_the_form_of_a_body(body: bytes, text: str) -> None:
    assert written(exchange(body)) == "    head: |-\n      200 OK\n" + text[1:]
    sent = exchange(sent=Request("PUT", "http://h/", body=body))
    assert f"      PUT http://h/\n{text[1:]}  response:\n" in native.dump([sent]).decode()
    assert native.load(native.dump([sent])) == [sent]
