"""Whether a value made by hand is one that a cassette can hold, asked before anything is changed.

What is shown of a wrong value never holds more than its type where it may be a secret.
"""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

from reqsnap.errors import CassetteWriteError, ConfigurationError
from reqsnap.formats import NATIVE
from reqsnap.message_checks import check_request, check_response, is_whole, require
from reqsnap.model import ErrorKind, Interaction, NetworkError, Request, Response
from reqsnap.redaction import Rules, redact_interaction


def check_interaction(value: Any, rules: Rules) -> Interaction:
    """The interaction, if a cassette can hold it. Raises ConfigurationError that names the field."""
    if not isinstance(value, Interaction):
        raise ConfigurationError("interaction", type(value), "a cassette holds Interaction objects")
    require(value.request, Request, "interaction.request")
    check_request(value.request, "interaction.request")
    require(value.response, Response, "interaction.response")
    check_response(value.response, "interaction.response", failed=value.error is not None)
    _check_moment(value.recorded_at, "interaction.recorded_at")
    _check_elapsed(value.elapsed, "interaction.elapsed")
    if value.error is not None:
        require(value.error, NetworkError, "interaction.error")
        _check_error(value.error, "interaction.error")
    _check_that_a_file_holds(value, rules)
    return value


def _check_moment(moment: datetime, name: str) -> None:
    if not isinstance(moment, datetime) or moment.utcoffset() is None:
        raise ConfigurationError(name, moment, "it is a datetime with a time zone")


def _check_elapsed(elapsed: float, name: str) -> None:
    is_number = isinstance(elapsed, int | float) and not isinstance(elapsed, bool)
    if not is_number or not math.isfinite(elapsed) or elapsed < 0:
        raise ConfigurationError(name, elapsed, "it is a number of seconds, not below zero")


def _check_that_a_file_holds(interaction: Interaction, rules: Rules) -> None:
    """Find what only the writer knows, such as a header that is not made of bytes."""
    request, response, _ = redact_interaction(interaction.request, interaction.response, rules)
    recorded_at, elapsed, error = interaction.recorded_at, interaction.elapsed, interaction.error
    try:
        NATIVE.item(Interaction(request, response, recorded_at, elapsed, error))
    except CassetteWriteError as problem:
        raise ConfigurationError("interaction", Interaction, problem.message) from None


def _check_error(error: NetworkError, name: str) -> None:
    require(error.kind, ErrorKind, f"{name}.kind")
    require(error.message, str, f"{name}.message")
    if error.errno is not None and not is_whole(error.errno):
        raise ConfigurationError(f"{name}.errno", error.errno, "it is a whole number, or None")
