"""What the options of a block mean: the policy that its cassette follows."""

from __future__ import annotations

import os
import sys
from functools import lru_cache

from reqsnap.matching import Matching
from reqsnap.matching.registry import registered
from reqsnap.memo import Memo
from reqsnap.modes import VARIABLE, Mode
from reqsnap.options.habitual import HabitualOptions
from reqsnap.options.options import Options
from reqsnap.redaction import DEFAULT_RULES, NO_RULES, Rules
from reqsnap.rules.filters import Filters
from reqsnap.rules.policy import Policy
from reqsnap.rules.retention import Retention

_policies: Memo[Policy] = Memo()
_of_this: Memo[tuple[Options, Policy]] = Memo()


def policy_of(options: Options) -> Policy:
    """What the blocks of one path must agree in, with the mode that is in force now."""
    override, matchers = os.environ.get(VARIABLE), registered(options.match_on)
    # By identity first: a hash of all options takes longer than all else that opens a nested block.
    return _of_this.of((id(options), override, matchers), lambda: (options, _known(options, matchers)))[1]


def _known(options: Options, matchers: object) -> Policy:
    mode = options.effective_mode()
    return _policies.of((options, mode, matchers), lambda: _policy(options, mode))


def _policy(options: Options, mode: Mode) -> Policy:
    more = options.redact_headers, options.redact_query, options.redact_fields, options.exclude_headers
    rules = _extended(options.redact, *more) if any(more) else DEFAULT_RULES if options.redact else NO_RULES
    return Policy(
        mode,
        _matching(options),
        rules,
        options.on_exhausted,
        options.order,
        options.drift == "report",
        _filters(options),
        Retention(options.max_interactions, options.max_age, options.on_stale),
        options.record_errors,
        sys.maxsize if options.max_inline_size is None else options.max_inline_size,
        options.habits,
    )


def _matching(options: Options) -> Matching:
    return Matching(
        options.match_on,
        options.match_headers,
        options.ignore_headers,
        options.exclude_headers,
        case_sensitive=options.case_sensitive,
        match_query=options.match_query,
        normalize_query=options.normalize_query,
        match_body=options.match_body,
        normalize_body=options.normalize_body,
        volatile=options.volatile,
        ignore_json=options.ignore_json,
    )


def _filters(options: Options) -> Filters:
    return Filters(
        options.exclude_urls,
        options.ignore_hosts,
        options.ignore_localhost,
        options.should_record,
        options.should_playback,
        options.before_record,
        options.before_playback,
        options.seen_as if isinstance(options, HabitualOptions) else None,
    )


@lru_cache(maxsize=64)
def _extended(
    redact: bool,
    headers: tuple[str, ...],
    query: tuple[str, ...],
    fields: tuple[str, ...],
    excluded: tuple[str, ...],
) -> Rules:
    base = DEFAULT_RULES if redact else NO_RULES
    return base.extended(headers=headers, query=query, fields=fields, excluded=excluded)
