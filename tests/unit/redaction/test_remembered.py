"""What one exchange of a cassette showed, hidden in those after it."""

from __future__ import annotations

import json

import pytest

from reqsnap.model import Request, Response
from reqsnap.redaction import DEFAULT_RULES, NO_RULES, Remembered, redact_interaction
from tests.support.redacting import JSON, Numbered, answer, ask

SESSION = "4f1c2a6e9b7d4c3f8a1e5d2b6c7f8090"
OTHER = "9b7d4c3f8a1e5d2b6c7f80904f1c2a6e"
DONE = answer(body="{}", content_type=JSON)


def opened(session: str) -> Response:
    return answer(body=json.dumps({"session_id": session}), content_type=JSON)


class Recorded:
    """Exchanges one after the other, as a cassette redacts them."""

    def __init__(self) -> None:
        self._placeholder, self._remembered = Numbered(), Remembered()

    def __call__(self, request: Request, response: Response = DONE) -> tuple[Request, Response]:
        given = redact_interaction(request, response, DEFAULT_RULES, self._placeholder, self._remembered)
        return given[:2]


def test_what_an_answer_gave_is_hidden_in_later_requests_and_answers() -> None:
    recorded = Recorded()
    recorded(ask("http://h/open"), opened(SESSION))
    recorded(ask("http://h/open"), opened(OTHER))
    asked, answered = recorded(
        ask(f"http://h/{SESSION}/x?of={OTHER}", [("X-Of", SESSION)], f'{{"a": "{OTHER}"}}', JSON),
        answer([("Location", f"/{SESSION}")], f"<a>{OTHER}</a>", "text/html"),
    )
    assert asked.url == "http://h/[REDACTED]/x?of=[REDACTED:2]"
    assert asked.headers.get("X-Of") == "[REDACTED]"
    assert asked.body == b'{"a": "[REDACTED:2]"}'
    assert answered.headers.get("Location") == "/[REDACTED]"
    assert answered.body == b"<a>[REDACTED:2]</a>"


def test_what_a_program_had_itself_stays_in_its_requests_and_goes_from_later_answers() -> None:
    recorded = Recorded()
    recorded(ask("http://h/", [("Authorization", f"Bearer {SESSION}")]), opened(SESSION))
    recorded(ask("http://h/", [("Authorization", f"Bearer {SESSION}")]), opened(SESSION))
    asked, answered = recorded(ask(f"http://h/{SESSION}"), answer(body=SESSION))
    assert asked.url == f"http://h/{SESSION}"
    assert answered.body == b"[REDACTED]"


def test_what_was_there_before_the_answer_that_showed_it_stays() -> None:
    recorded = Recorded()
    asked, _ = recorded(ask(f"http://h/{SESSION}"))
    recorded(ask("http://h/open"), opened(SESSION))
    assert asked.url == f"http://h/{SESSION}"


@pytest.mark.parametrize("value", ["anonymous", "dark-mode", "[REDACTED]", "correct horse battery"])
def test_words_are_not_sought_from_one_exchange_to_the_next(value: str) -> None:
    recorded = Recorded()
    recorded(ask("http://h/open"), opened(value))
    request = ask("http://h/x", [], json.dumps({"note": value}), JSON)
    assert recorded(request)[0] is request


def test_nothing_is_hidden_where_nothing_is_redacted() -> None:
    remembered = Remembered()
    for request in ask("http://h/open"), ask(f"http://h/{SESSION}"):
        given = redact_interaction(request, opened(SESSION), NO_RULES, remembered=remembered)
        assert given == (request, opened(SESSION), ())
