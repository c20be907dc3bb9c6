"""Whether a value made by hand is one that a cassette can hold, asked before anything is changed.

What is shown of a wrong value never holds more than its type where it may be a secret.
"""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

from reqsnap.errors import CassetteWriteError, ConfigurationError
from reqsnap.formats import native
from reqsnap.formats.native_values import parts_fit
from reqsnap.model import ErrorKind, Headers, Interaction, NetworkError, Request, Response
from reqsnap.redaction import Rules, redact_interaction


def check_interaction(value: Any, rules: Rules) -> Interaction:
    """The interaction, if a cassette can hold it. Raises ConfigurationError that names the field."""
    if not isinstance(value, Interaction):
        raise ConfigurationError("interaction", value, "a cassette holds Interaction objects")
    _require(value.request, Request, "interaction.request")
    check_request(value.request, "interaction.request")
    _require(value.response, Response, "interaction.response")
    _check_response(value.response, "interaction.response", failed=value.error is not None)
    _check_moment(value.recorded_at, "interaction.recorded_at")
    _check_elapsed(value.elapsed, "interaction.elapsed")
    if value.error is not None:
        _require(value.error, NetworkError, "interaction.error")
        _check_error(value.error, "interaction.error")
    _check_that_a_file_holds(value, rules)
    return value


def check_request(request: Request, name: str = "request") -> None:
    """Raise ConfigurationError that names the field of a request that is wrong."""
    _require(request.method, str, f"{name}.method")
    if not request.method:
        raise ConfigurationError(f"{name}.method", request.method, "it is the name of an HTTP method")
    _require(request.url, str, f"{name}.url")
    if "://" not in request.url:
        raise ConfigurationError(f"{name}.url", request.url, "it is an absolute URL")
    _require(request.headers, Headers, f"{name}.headers")
    _require(request.body, bytes, f"{name}.body")
    _require(request.complete, bool, f"{name}.complete")


def _check_response(response: Response, name: str, *, failed: bool) -> None:
    status = response.status
    # Before an exchange failed nothing of an answer may have come.
    if not _is_whole(status) or not (100 <= status <= 999 or (failed and status == 0)):
        raise ConfigurationError(f"{name}.status", status, "it is a whole number from 100 to 999")
    _require(response.reason, str, f"{name}.reason")
    _require(response.headers, Headers, f"{name}.headers")
    _require(response.body, bytes, f"{name}.body")
    _require(response.version, str, f"{name}.version")
    _require(response.trailers, Headers, f"{name}.trailers")
    _require(response.parts, tuple, f"{name}.parts")
    _check_parts(response, f"{name}.parts", cut=failed)


def _check_parts(response: Response, name: str, *, cut: bool) -> None:
    parts = response.parts
    are_sizes = all(_is_whole(size) and size >= 0 for size in parts)
    if not are_sizes or (parts and not parts_fit(parts, len(response.body), cut)):
        allowed = "it is a tuple of sizes that add up to the length of the body, or an empty one"
        raise ConfigurationError(name, parts, allowed)


def _check_moment(moment: datetime, name: str) -> None:
    if not isinstance(moment, datetime) or moment.utcoffset() is None:
        raise ConfigurationError(name, moment, "it is a datetime with a time zone")


def _check_elapsed(elapsed: float, name: str) -> None:
    is_number = isinstance(elapsed, int | float) and not isinstance(elapsed, bool)
    if not is_number or not math.isfinite(elapsed) or elapsed < 0:
        raise ConfigurationError(name, elapsed, "it is a number of seconds, not below zero")


def _check_error(error: NetworkError, name: str) -> None:
    _require(error.kind, ErrorKind, f"{name}.kind")
    _require(error.message, str, f"{name}.message")
    if error.errno is not None and not _is_whole(error.errno):
        raise ConfigurationError(f"{name}.errno", error.errno, "it is a whole number, or None")


def _check_that_a_file_holds(interaction: Interaction, rules: Rules) -> None:
    """Find what only the writer knows, such as a header that is not made of bytes."""
    request, response, _ = redact_interaction(interaction.request, interaction.response, rules)
    recorded_at, elapsed, error = interaction.recorded_at, interaction.elapsed, interaction.error
    try:
        native.dump_item(Interaction(request, response, recorded_at, elapsed, error))
    except CassetteWriteError as problem:
        raise ConfigurationError("interaction", Interaction, problem.message) from None


def _require(value: object, kind: type, name: str) -> None:
    if not isinstance(value, kind):
        raise ConfigurationError(name, type(value), f"it is {_article(kind.__name__)}")


def _article(name: str) -> str:
    return f"an {name}" if name[0] in "aeiouAEIOU" else f"a {name}" if name != "bytes" else name


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
