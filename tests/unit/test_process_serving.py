"""Whatever an owner is told, it answers: with what was asked for, or with what was wrong."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reqsnap import scope
from reqsnap.cassette import Cassette
from reqsnap.modes import Mode, permits
from reqsnap.processes import messages
from reqsnap.processes.serving import Server
from reqsnap.recorder import Recorder

LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=4)
PLAIN = LEAVES | st.lists(LEAVES, max_size=6) | st.dictionaries(st.text(max_size=4), LEAVES, max_size=3)
KINDS = ("ticket", "may_replay", "head", "before", "could_match", "outer", "after", "failed")
FIELDS = ("block", "method", "url", "request", "response", "forward", "cause", "why", "path")


def server() -> tuple[Server, Recorder]:
    recorder = Recorder(Cassette(), permits(Mode.RECORD, recorded=False))
    block = scope.Block(recorder, "x")
    block.open = True
    return Server({1: block}.get, lambda path: None), recorder


def said(data: bytes) -> dict[str, object]:
    values, _ = messages.unpack(server()[0].answer(data))
    assert len(values) == 1
    return values


@given(st.binary(max_size=200))
@example(b"")
@example(b"-1:")
@example(b"99999999999999999999:[{}]")
@example(b"100002:" + b"[" * 100_002)
@example(b"4:[{}]")
def test_nonsense_is_answered(data: bytes) -> None:
    assert [*said(data)] == ["raised"]


@given(
    st.sampled_from(KINDS),
    st.dictionaries(st.sampled_from(FIELDS), PLAIN, max_size=9),
    st.lists(st.binary(max_size=20), max_size=3),
)
def test_a_message_of_any_shape_is_answered(
    kind: str, values: dict[str, object], bodies: list[bytes]
) -> None:
    data = messages.pack({"block": 1, **values, "do": kind}, bodies)
    assert {*said(data)} <= {"said", "raised", "gone"}


@given(st.data())
def test_a_message_with_a_bad_byte_is_answered(data: st.DataObject) -> None:
    message = bytearray(messages.pack({"block": 1, "do": "head", "method": "GET", "url": "http://h/"}))
    place = data.draw(st.integers(0, len(message) - 1))
    message[place] = data.draw(st.integers(0, 255))
    assert {*said(bytes(message))} <= {"said", "raised", "gone"}


def test_what_was_wrong_is_told() -> None:
    assert said(b"nonsense") == {"raised": "ValueError: invalid literal for int() with base 10: b'nonsense'"}
    text = json.dumps([{"do": "jump", "block": 1}, []]).encode()
    assert said(b"%d:%s" % (len(text), text)) == {"raised": "KeyError: 'jump'"}


@pytest.mark.parametrize("number", [0, 2, -1, "1", None])
def test_an_exchange_that_nobody_began_is_not_recorded(number: object) -> None:
    answers, recorder = server()
    answers.answer(messages.pack({"block": 1, "do": "head", "method": "GET", "url": "http://h/"}))
    data = messages.pack({"block": 1, "do": "after", "forward": number, "request": None, "response": None})
    assert messages.unpack(answers.answer(data))[0] == {"said": None}
    assert len(recorder.cassette) == 0
