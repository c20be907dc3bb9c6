"""Items of VCR.py's YAML that are decoded without a parser say what the parser finds in them."""

from __future__ import annotations

import string
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from reqsnap.formats.vcr import reader, tags, yaml_items, yaml_layout
from reqsnap.formats.vcr.values import UnreadableError
from reqsnap.model import Interaction
from tests.formats import vcr_corpus
from tests.support.rounds import rounds

CORPUS = sorted(Path(vcr_corpus.__file__).parent.glob("*/*.yaml"))


def parsed(item: bytes, loader: Any) -> Interaction | None:
    """What the parser makes of an item; None where it refuses it."""
    try:
        root = yaml.compose(item.decode(), loader)
        return reader.interaction(reader.items(tags._Plain().value(root, 0))[0])
    except (yaml.YAMLError, UnreadableError, ValueError):
        return None


def check(item: bytes) -> bool:
    """Whether an item is decoded directly, and then as both parsers decode it."""
    found = yaml_items.interaction(item)
    if found is None:
        return False
    assert found == parsed(item, yaml.CSafeLoader), item
    assert found == parsed(item, yaml.SafeLoader), item
    return True


_WORDS = st.lists(
    st.one_of(
        st.sampled_from(["word", "'", '"', "\\", "\\n", "-", "- a", ":", "a: b", "#", "é", "01", "x" * 79]),
        st.sampled_from(["", " ", "\n", "\n\n", " \n", "\n ", "\r\n", "\t", "\0", "\x07", "\x1b", "\xa0"]),
        st.sampled_from(["\u2028", "\x85", "\ufeff", "\ufffe", "\U0001f600"]),
        st.sampled_from(["{", "]", ",", "%", "null", "---", "...", "<<"]),
    ),
    max_size=40,
)
_TEXT = st.one_of(
    st.text(max_size=30),
    st.builds(lambda words, between: between.join(words), _WORDS, st.sampled_from(["", " ", "\n"])),
    st.sampled_from(["", "1", "0x1F", "1_0", "190:20", "1.5", ".inf", "yes", "off", "null", "~", "=", "<<"]),
    st.sampled_from(
        ["2026-01-02", "2026-01-02 03:04:05", "+1", "-", "?", "!a", "&a", "*a", "@a", "`", "Null"]
    ),
)
_NAMES = st.text(string.ascii_letters + string.digits + "-_", min_size=1, max_size=9).map("X-{}".format)
_FIELDS = st.dictionaries(_NAMES, st.lists(_TEXT, min_size=1, max_size=2), max_size=3)
_BODIES = st.one_of(_TEXT, st.binary(min_size=1, max_size=90))


def _document(fields: Any, bodies: Any, messages: Any) -> Any:
    request = {
        "body": st.one_of(st.none(), bodies),
        "headers": fields,
        "method": st.sampled_from(["GET", "POST"]),
        "uri": st.sampled_from(
            ["http://h/a?b=%20&c#d", "https://a:b@h:8/~x/[1]{2}", "http://h/" + "a" * 200]
        ),
    }
    response = {
        "body": st.fixed_dictionaries({"string": bodies}),
        "headers": fields,
        "status": st.fixed_dictionaries({"code": st.integers(100, 599), "message": messages}),
    }
    return st.fixed_dictionaries(
        {"request": st.fixed_dictionaries(request), "response": st.fixed_dictionaries(response)}
    )


class _Literal(yaml.CSafeDumper):
    """Writes text of several lines as literal blocks, as many have VCR.py do."""


def _literal(dumper: Any, text: str) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Literal.add_representer(str, _literal)


def dumped(document: Any, **options: Any) -> bytes:
    text: str = yaml.dump([document], **options)
    return text.encode("utf-8", "surrogatepass")


_OPTIONS: list[dict[str, Any]] = [
    {"Dumper": yaml.CDumper},
    {"Dumper": yaml.Dumper},
    {"Dumper": yaml.CDumper, "allow_unicode": True},
    {"Dumper": yaml.Dumper, "allow_unicode": True, "width": 20},
    {"Dumper": _Literal},
    {"Dumper": _Literal, "allow_unicode": True, "width": 20},
    {"Dumper": yaml.CDumper, "default_style": "'"},
    {"Dumper": yaml.Dumper, "default_style": '"'},
    {"Dumper": yaml.CDumper, "default_style": ">"},
]


@settings(max_examples=rounds(150))
@given(_document(_FIELDS, _BODIES, _TEXT), st.sampled_from(_OPTIONS))
def test_long_rounds_of_what_pyyaml_writes_are_decoded_as_it_parses_them(document: Any, options: Any) -> None:
    check(dumped(document, **options))


@given(_document(_FIELDS, _BODIES, st.sampled_from(["OK", "", "Not Found"])), st.sampled_from(_OPTIONS[:2]))
def test_what_vcrpy_writes_is_decoded_without_the_parser(document: Any, options: Any) -> None:
    item = dumped(document, **options)
    assert check(item), item.decode()


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_corpus_is_decoded_as_it_is_parsed(path: Path) -> None:
    data = path.read_bytes()
    layout = yaml_layout.scan(data)
    assert layout is not None
    known = [check(data[start:end]) for start, end, *_ in layout.places]
    if path.parent.name > "2" and path.stem in ("requests", "urllib3", "http.client", "httplib2", "urllib"):
        assert all(known)


# Items that were changed


_PIECES = st.one_of(
    st.sampled_from(
        ["'", "''", '"', "\\", "|", "|-", ">", "!!binary |", "null", "~", "<<", "&a ", "*a", "!a "]
    ),
    st.sampled_from([" #", ": ", ":", "- ", "? ", ",", "[", "{}", "%", "@", "---\n", "\n---\n", "...", "="]),
    st.sampled_from(
        [" ", "  ", "\n", "\n\n", "\n ", "\n      ", "\n        ", " \n", "\t", "\r", "\0", "\x7f"]
    ),
    st.sampled_from(["\x85", "\u2028", "\ufeff", "\uffff", "é", "\udcff", "\\x41", "\\uD800", "\\U00110000"]),
    st.sampled_from(["\\ ", "\\0", "\\/", "\\q", "\\\n", "\\\n      ", "    url: null\n", "      A:\n"]),
    st.sampled_from(
        ["      - a\n", "      - b\n      - c\n", "      Null:\n", "      A: b\n", "        x\n"]
    ),
).map(lambda text: text.encode("utf-8", "surrogateescape"))


@st.composite
def changed(draw: Any) -> bytes:
    """An item after a few small changes, at places that matter more often than not."""
    options = draw(st.sampled_from(_OPTIONS))
    item = dumped(draw(_document(_FIELDS, _BODIES, st.sampled_from(["OK", "", "a b"]))), **options)
    for _ in range(draw(st.integers(1, 3))):
        marks = [index for index, octet in enumerate(item) if octet in b"\n'\":-|\\! "]
        place = draw(st.sampled_from(marks) if marks else st.just(0)) + draw(st.integers(0, 1))
        removed = draw(st.sampled_from([0, 0, 1, 2, 5]))
        item = item[:place] + draw(st.one_of(st.just(b""), _PIECES)) + item[place + removed :]
    return item


@settings(max_examples=rounds(300))
@given(changed())
def test_long_rounds_of_changed_items_are_decoded_as_they_are_parsed_or_not_at_all(item: bytes) -> None:
    check(item)


ITEM = """\
- request:
    body: {body}
    headers:
      Accept:
      - {value}
    method: GET
    uri: http://h/
  response:
    body:
      string: {answer}
    headers: {{}}
    status:
      code: 200
      message: OK
"""


@pytest.mark.parametrize(
    ("body", "meant"),
    [
        ("null", ""),
        ("''", ""),
        ("'it''s\n\n      a\n\n\n      b\n      c'", "it's\na\n\nb c"),
        (
            '"a\\\n      \\ b\n      c\\\\\\n\\0001\\e\\L\\x41\\u20AC\\U0001F600"',
            "a b c\\\n\x00001\x1b\u2028A€😀",
        ),
        ("one\n      two", "one two"),
        ("|\n      one\n\n        two", "one\n\n  two\n"),
        ("|-\n      one\n\n", "one"),
        ("|+\n      one\n\n", "one\n\n\n"),
        ("!!binary |\n      YWJj\n      ZA==", "abcd"),
        ("1_000", "1_000"),
        ("2026-01-02", "2026-01-02"),
        ("a#b:c", "a#b:c"),
    ],
)
def test_each_style_is_known(body: str, meant: str) -> None:
    item = ITEM.format(body=body, value="x", answer=body.replace("\n      ", "\n        ")).encode()
    found = yaml_items.interaction(item)
    assert found is not None
    assert check(item)
    assert found.request.body.decode() == found.response.body.decode() == meant


_LEFT = ["~", "Null", "<<", "!a b", "&a b", "*a", "a: b", "a #b", "'a", "'a\n---\n  b'", "a ", "[a]", ""]
_LEFT += [
    '"\\q"',
    '"\\uD800"',
    "|2-\n         a",
    "!!binary |\n        A",
    "a\tb",
    "'\x7f'",
    "'\ufeff'",
    "'a\u2028b'",
]


@pytest.mark.parametrize("scalar", _LEFT)
def test_what_has_another_meaning_is_left_to_the_parser(scalar: str) -> None:
    for place in ("body", "value", "answer"):
        texts = {"body": "a", "value": "a", "answer": "a", place: scalar}
        assert yaml_items.interaction(ITEM.format(**texts).encode("utf-8")) is None


def test_bytes_that_are_no_text_are_left_to_the_parser() -> None:
    assert yaml_items.interaction(ITEM.format(body="'\xff'", value="a", answer="a").encode("latin-1")) is None


def test_long_items_are_left_to_the_parser_which_is_faster_then() -> None:
    texts = {"value": "a", "answer": "a"}
    assert check(ITEM.format(body="a" * 4_000, **texts).encode())
    assert not check(ITEM.format(body="a" * 9_000, **texts).encode())
