"""Requests made ready for matching are remembered from block to block."""

from __future__ import annotations

from itertools import count

from reqsnap.matching import Matching
from reqsnap.model import Headers, Request
from reqsnap.recorder.preparing import preparing
from reqsnap.redaction import DEFAULT_RULES, NO_RULES


def _request() -> Request:
    return Request("POST", "http://h/a?token=s3cr3tvalue", Headers([("A", "b")]), b'{"password":"hunter22"}')


def test_blocks_of_the_same_rules_share_what_is_known_of_a_request() -> None:
    first = preparing(DEFAULT_RULES, Matching())(_request())
    assert preparing(DEFAULT_RULES, Matching())(_request()) is first


def test_other_rules_make_something_else_of_the_same_request() -> None:
    redacted = preparing(DEFAULT_RULES, Matching())(_request())
    plain = preparing(NO_RULES, Matching())(_request())
    whatever_the_body = preparing(DEFAULT_RULES, Matching(match_body=False))(_request())
    assert b"hunter22" not in redacted.request.body
    assert plain.request == _request()
    assert len({redacted.key, plain.key, whatever_the_body.key}) == 3


def test_a_matcher_without_a_hash_is_no_hindrance() -> None:
    class Same:
        __hash__ = None  # type: ignore[assignment]

        def __call__(self, live: Request, recorded: Request) -> bool:
            return True

    prepare = preparing(DEFAULT_RULES, Matching(match_on=("method", Same())))
    assert prepare(_request()).request.method == "POST"


def test_functions_of_the_users_are_asked_again_in_every_block() -> None:
    calls = count()
    matching = Matching(normalize_body=lambda body: b"%d" % next(calls))
    first, second = preparing(DEFAULT_RULES, matching), preparing(DEFAULT_RULES, matching)
    request = _request()
    assert first(request) is first(request)
    assert first(request).key != second(request).key
