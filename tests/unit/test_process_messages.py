"""What a child and its owner tell each other arrives as it was said."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reqsnap.differences import Difference, NearMiss
from reqsnap.errors import (
    OutOfOrderError,
    OwnerGoneError,
    SequenceExhaustedError,
    StaleRecordingError,
    UnmatchedRequestError,
)
from reqsnap.model import ErrorKind, Headers, NetworkError, Request, Response
from reqsnap.processes import messages
from reqsnap.processes.messages import Bodies
from reqsnap.processes.tickets import FOLDER, VARIABLE, Ticket, environment
from reqsnap.recorder.decisions import Forward, Refuse, Replay, Unread

LATIN = st.text(st.characters(max_codepoint=255), max_size=20)
FIELDS = st.lists(st.tuples(LATIN, LATIN), max_size=4).map(Headers)
BODY = st.binary(max_size=60)
REQUESTS = st.builds(Request, LATIN, st.text(max_size=20), FIELDS, BODY, st.booleans())
RESPONSES = st.builds(
    Response, st.integers(0, 999), LATIN, FIELDS, BODY, LATIN, FIELDS, st.lists(st.integers(0, 9)).map(tuple)
)
TROUBLES = st.builds(
    NetworkError, st.sampled_from(ErrorKind), st.text(max_size=20), st.none() | st.integers(-9, 9)
)

UNREAD = st.builds(
    Unread,
    st.just(ErrorKind.ABANDONED),
    st.text(max_size=20),
    st.none(),
    LATIN,
    st.text(max_size=20),
    st.none() | st.text(max_size=20),
)


def sent(plain: object, bodies: Bodies) -> tuple[object, Bodies]:
    """What comes out at the other end."""
    values, arrived = messages.unpack(messages.pack({"said": plain}, bodies))
    return values["said"], arrived


@given(REQUESTS, RESPONSES)
def test_a_request_and_its_response_arrive_in_one_message(request: Request, response: Response) -> None:
    bodies: Bodies = []
    plain = [messages.from_request(request, bodies), messages.from_response(response, bodies)]
    said, arrived = sent(plain, bodies)
    assert isinstance(said, list)
    assert messages.to_request(said[0], arrived) == request
    assert messages.to_response(said[1], arrived) == response


TARGET = ("GET", "http://h/")


@given(RESPONSES, st.none() | TROUBLES | UNREAD)
def test_a_replay_arrives(response: Response, error: NetworkError | None) -> None:
    bodies: Bodies = []
    plain, arrived = sent(messages.from_decision(Replay(response, error=error), 0, bodies), bodies)
    decision = messages.to_decision(plain, TARGET, arrived)
    assert isinstance(decision, Replay)
    assert (decision.response, decision.error, decision.kept) == (response, error, {})


def test_a_forward_arrives_with_the_number_that_its_owner_keeps_it_under() -> None:
    plain, _ = sent(messages.from_decision(Forward(7, 1.5, datetime.now(UTC), TARGET), 3, []), [])
    decision = messages.to_decision(plain, TARGET, [])
    assert isinstance(decision, Forward)
    assert (decision.order, decision.target) == (3, TARGET)
    assert messages.to_decision(sent(messages.from_decision(None, 0, []), [])[0], TARGET, []) is None


@pytest.mark.parametrize(
    "kind",
    [UnmatchedRequestError, SequenceExhaustedError, OutOfOrderError, StaleRecordingError, OwnerGoneError],
)
def test_a_refusal_arrives_whole(kind: type[UnmatchedRequestError]) -> None:
    miss = NearMiss("GET", "http://h/b", (Difference("url", "http://h/b", None),), used_up=True)
    error = kind("GET", "http://h/ü", mode="once", cassette=None, reason="why", advice="do", nearest=[miss])
    if isinstance(error, OutOfOrderError):
        error.position, error.expected = 3, "GET http://h/c"
    if isinstance(error, StaleRecordingError):
        error.recorded_at = datetime(2026, 1, 2, tzinfo=UTC)
    plain, _ = sent(messages.from_decision(Refuse(error), 0, []), [])
    decision = messages.to_decision(plain, TARGET, [])
    assert isinstance(decision, Refuse)
    assert type(decision.error) is kind
    assert vars(decision.error) == vars(error)
    assert str(decision.error) == str(error)


TICKET = Ticket(
    "/tmp/x", "00", 1, 2, replays=True, sends=False, records_errors=False, mode="once", cassette="c"
)


def test_a_ticket_is_read_as_it_was_written_and_shows_no_key() -> None:
    assert Ticket.from_text(TICKET.to_text()) == TICKET
    assert TICKET.key not in repr(TICKET).replace("<Ticket 2 of process 1>", "")
    with pytest.raises(ValueError, match="another version"):
        Ticket.from_text(TICKET.to_text().replace('"protocol": 1', '"protocol": 99'))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"A": "1"}, {"A": "1", "PYTHONPATH": FOLDER}),
        ({"PYTHONPATH": "/one:/two"}, {"PYTHONPATH": f"{FOLDER}:/one:/two"}),
        ({"PYTHONPATH": f"{FOLDER}:/one"}, {"PYTHONPATH": f"{FOLDER}:/one"}),
        ({b"PYTHONPATH": b"/one", b"A": b"1"}, {b"A": b"1", "PYTHONPATH": f"{FOLDER}:/one"}),
    ],
)
def test_an_environment_keeps_what_a_program_put_there(
    given: dict[object, object], expected: dict[object, object]
) -> None:
    before = dict(given)
    assert environment(TICKET, given) == {**expected, VARIABLE: TICKET.to_text()}
    assert given == before
