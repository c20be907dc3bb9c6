"""Every client by every case: what reqsnap does must show in nothing but the cassette."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.cases import CASES
from tests.conformance.clients import CLIENTS
from tests.conformance.laboratory import Laboratory
from tests.conformance.registry import Case
from tests.conformance.runs import Run, Trial
from tests.conformance.vocabulary import Client

SAID = frozenset(
    {
        "another_body",
        "bad_chunk",
        "bad_field",
        "basic_auth",
        "bodies",
        "challenges_unanswered",
        "codings",
        "cookies",
        "digest_auth",
        "events_length",
        "forms",
        "garbage",
        "heads_only",
        "http_1_0",
        "json_bodies",
        "not_gzip",
        "polls",
        "queries",
        "recorded_then_not",
        "redirect_loop",
        "replayed_and_sent_in_turn",
        "request_fields",
        "response_fields",
        "status_lines",
        "two_bodies",
        "uploads",
    }
)
"""Cases of what is said over a connection, whatever that is; others look at the connection itself."""


def _marks(case: Case, scheme: str) -> list[pytest.MarkDecorator]:
    return [pytest.mark.tls_again] if scheme == "https" and case.name in SAID else []


TABLE = [
    pytest.param(client, case, scheme, id=f"{client.name}-{case.name}-{scheme}", marks=_marks(case, scheme))
    for client in CLIENTS
    for case in CASES
    for scheme in case.schemes
    if case.fits(client, scheme)
]

# See runs.py; these may come when the run is over.
pytestmark = pytest.mark.filterwarnings("ignore:Async generator .* garbage collected:ResourceWarning")


@pytest.mark.parametrize(("client", "case", "scheme"), TABLE)
def test_a_client_does_the_same_bare_recorded_and_replayed(
    client: Client, case: Case, scheme: str, laboratory: Laboratory, tmp_path: Path
) -> None:
    trial = Trial(laboratory, client, case, scheme, tmp_path / "cassette.yaml")
    bare = trial.bare()
    if "record" in case.runs:
        recorded = trial.record()
        assert recorded.result == bare.result
        assert sent(case, recorded) == sent(case, bare)
        if case.recorded is not None:
            assert recorded.interactions == case.recorded
    trial.prepare()
    if "update" in case.runs:
        updated = trial.update()
        assert updated.result == bare.result
        if case.preparation is None:
            assert sent(case, updated) == sent(case, bare)
        else:
            assert in_order(case, requests(updated)) == in_order(case, not_replayed(bare))
        if case.recorded is not None:
            assert updated.interactions == 1 + case.recorded
    if "playback" in case.runs:
        replayed = trial.playback()
        assert replayed.result == bare.result
        assert requests(replayed) == (not_replayed(bare) if case.own_block else [])


def sent(case: Case, run: Run) -> list[object]:
    """What the server received: connection by connection, or in no order where there is none."""
    return [*run.received] if case.ordered else [*sorted(requests(run))]


def in_order(case: Case, received: list[bytes]) -> list[bytes]:
    """Requests as they came, or in a fixed order where they come in none."""
    return received if case.ordered else sorted(received)


def requests(run: Run) -> list[bytes]:
    """The requests alone, whatever connection they came on."""
    return [request for _, _, received in run.received for request in received]


def not_replayed(run: Run) -> list[bytes]:
    """Those of the requests that must reach the server although there is a recording."""
    return [request for request in requests(run) if b"replayed" not in request.split(b"\r\n")[0]]


def test_every_case_of_what_is_said_is_one() -> None:
    assert {case.name for case in CASES} >= SAID
