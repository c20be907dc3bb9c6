"""Redaction on the command line: its options, and interactions without their secrets."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import replace

from reqsnap.model import Interaction
from reqsnap.options import Options, policies
from reqsnap.options.words import add_options, given, textual
from reqsnap.redaction import Remembered, Rules, Secret, redact_error, redact_interaction
from reqsnap.redaction.placeholders import Placeholder, plain
from reqsnap.rules.policy import Policy
from reqsnap.sequences.numbering import Numbering

MORE = ("redact_headers", "redact_query", "redact_fields")
"""The options that name more secrets."""


def add_redaction(parser: argparse.ArgumentParser, *more: str) -> None:
    """Let a parser read the options that name more secrets, and these."""
    add_options(parser, [name for name in textual() if name not in (*MORE, *more)])


def policy_of(arguments: argparse.Namespace) -> Policy:
    """What the options mean that were given. Raises ConfigurationError."""
    return policies.policy_of(Options.read(given(arguments), Options()))


def redacted(
    interaction: Interaction,
    rules: Rules,
    placeholder: Placeholder = plain,
    remembered: Remembered | None = None,
) -> tuple[Interaction, tuple[Secret, ...]]:
    """An interaction without its secrets, and those; the very same one where it has none.

    What interactions before it showed is hidden too, where that is remembered.
    """
    request, response, secrets = redact_interaction(
        interaction.request, interaction.response, rules, placeholder, remembered
    )
    error = interaction.error and redact_error(interaction.error, secrets)
    same = request is interaction.request and response is interaction.response
    if same and error is interaction.error:
        return interaction, secrets
    return replace(interaction, request=request, response=response, error=error), secrets


def all_redacted(interactions: Iterable[Interaction], rules: Rules) -> tuple[list[Interaction], int]:
    """The interactions of one cassette without their secrets, each of which has its number; and how many."""
    interactions, numbering, remembered = list(interactions), Numbering(), Remembered()
    for each in interactions:
        numbering.seen(each)
    found: set[Secret] = set()
    kept = []
    for each in interactions:
        without, secrets = redacted(each, rules, numbering.placeholder, remembered)
        kept.append(without)
        found.update(secrets)
    return kept, len(found)
