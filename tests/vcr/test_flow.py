"""A block decides as VCR.py does: play, refuse where it is write-protected, or send and append."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reqsnap.cassette import Cassette as Ours
from reqsnap.model import Interaction, Response
from reqsnap.model import Request as Sent
from reqsnap.options.policies import policy_of
from reqsnap.recorder import Forward, Recorder, Replay
from reqsnap.vcr import matchers
from reqsnap.vcr.cassette import Cassette
from reqsnap.vcr.in_block import InBlock
from reqsnap.vcr.messages import to_request, to_response
from reqsnap.vcr.metadata import Metadata
from reqsnap.vcr.record_mode import RecordMode
from reqsnap.vcr.request import Request
from reqsnap.vcr.translation import options_of
from tests.support.items import as_items

AT = datetime(2026, 1, 2, tzinfo=UTC)
URLS = [
    "http://h/a",
    "http://h/a?x=1&y=2",
    "http://h/a?y=2&x=1",
    "http://h/a?x=",
    "http://h/ignored",
    "http://h/b?t=1",
]
REQUESTS = st.builds(
    Sent, st.sampled_from(["GET", "POST"]), st.sampled_from(URLS), body=st.sampled_from([b"", b"a=1", b"b"])
)
MATCH_ON = [
    (matchers.method, matchers.scheme, matchers.host, matchers.port, matchers.path, matchers.query),
    (matchers.uri, matchers.method),
    (matchers.path,),
    (matchers.method, matchers.body),
]


def seen(request: Request) -> Request | None:
    """What a filter of a user's makes of a request."""
    request.uri = request.uri.replace("?t=1", "")
    return None if request.path == "/ignored" else request


class NoMetadata(Metadata):
    """Nothing is stored beside the interactions."""

    def read(self) -> dict[str, Any]:
        return {}

    def write(self, values: dict[str, Any]) -> None:
        pass


def by_steps(cassette: Cassette, request: Sent, number: int) -> int:
    """What VCR.py does with a request: the status that it gets, or 0 where it is refused."""
    given = to_request(request)
    if cassette.can_play_response_for(given):
        status: int = cassette.play_response(given)["status"]["code"]
        return status
    if cassette.write_protected and cassette.filter_request(to_request(request)):
        return 0
    cassette.append(to_request(request), to_response(Response(number)))
    return number


def by_block(recorder: Recorder, request: Sent, number: int) -> int:
    """What a block does with it."""
    decision = recorder.head(request.method, request.url) or recorder.before(request)
    if isinstance(decision, Replay):
        return decision.response.status
    if isinstance(decision, Forward):
        recorder.after(decision, request, Response(number))
        return number
    return 0


@given(
    stored=st.none() | st.lists(REQUESTS, max_size=4),
    requests=st.lists(REQUESTS, max_size=8),
    mode=st.sampled_from(list(RecordMode)),
    match_on=st.sampled_from(MATCH_ON),
    repeats=st.booleans(),
    filters=st.booleans(),
)
def test_a_block_does_what_vcrpys_steps_do(
    stored: list[Sent] | None,
    requests: list[Sent],
    mode: RecordMode,
    match_on: Any,
    repeats: bool,
    filters: bool,
) -> None:
    def made() -> Cassette:
        hook = (lambda request: seen(to_request(as_sent(request)))) if filters else None
        return Cassette(
            "x",
            record_mode=mode,
            match_on=match_on,
            allow_playback_repeats=repeats,
            before_record_request=hook,
        )

    model, cassette = made(), made()
    for number, request in enumerate(stored or (), 200):
        model.append(to_request(request), to_response(Response(number)))
    model.rewound, model.dirty = stored is not None, False
    options = options_of(cassette)
    policy = policy_of(options)
    ours = Ours(policy=policy)
    ours.has_file = stored is not None
    hook = policy.filters.before_record or (lambda interaction: interaction)
    there = [Interaction(each, Response(number), AT) for number, each in enumerate(stored or (), 200)]
    ours.adopt(as_items(each for each in map(hook, there) if each is not None))
    may = policy.habits.permits(policy.mode, recorded=stored is not None)
    ours.replays_new = may.replays_new
    cassette._held = InBlock(ours, NoMetadata())
    recorder = Recorder(ours, may)
    expected = [by_steps(model, request, 300 + n) for n, request in enumerate(requests)]
    assert [by_block(recorder, request, 300 + n) for n, request in enumerate(requests)] == expected
    assert (cassette.play_counts, len(cassette), cassette.dirty) == (
        model.play_counts,
        len(model),
        model.dirty,
    )
    assert cassette.all_played == model.all_played
    assert [each.uri for each in cassette.requests] == [each.uri for each in model.requests]


def as_sent(request: Request) -> Sent:
    return Sent(request.method, request.uri, body=request.body or b"")
