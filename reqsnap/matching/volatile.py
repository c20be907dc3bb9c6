"""Values that differ in each run although the request is the same: what they look like, by name.

A row of `VOLATILE` is all that a new kind takes. What a row names is left out of the
comparison, what it finds within a text is compared as a mark such as `<uuid>`; what is
stored stays as it was sent. Names are compared without regard to case, `-` and `_`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from reqsnap.patterns import regex
from reqsnap.redaction import PLACEHOLDER, unnumbered
from reqsnap.redaction.names import fold, folded

Text = Callable[[str], str]
"""Puts marks in the place of volatile values anywhere in a text."""

Named = Callable[[str, str, str], str]
"""The same for a value, by its name: as it is compared (see `fold`), as it was written, the value."""


class Beside(NamedTuple):
    """Names that are left out of a query or form where one of the `signs` stands in it too."""

    signs: frozenset[str]
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Volatile:
    """One kind: header fields, parameters (of queries and forms) and fields (of forms and JSON) by name."""

    headers: frozenset[str] = frozenset()
    parameters: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    beside: tuple[Beside, ...] = ()
    text: Text | None = None
    named: Named | None = None


# UUIDs (RFC 9562). Without hyphens they cannot be told from a digest.

_UUID = regex(r"(?<![0-9A-Za-z])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9A-Za-z])", re.IGNORECASE)


def _without_uuids(text: str) -> str:
    return _UUID.sub("<uuid>", text) if text.count("-") >= 4 else text


# Timestamps: ISO 8601 with a time of day, HTTP dates (RFC 9110, section 5.6.7) and their kin in mail.
# A day alone is as often a choice of the program's, and so is a number whose name says nothing of time.

_DAY, _MONTH = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)", "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_TIME = r"[0-2]\d:[0-5]\d:[0-6]\d"
_TIMESTAMP = regex(
    rf"""(?<!\d)(?:
      \d{{4}}-[01]\d-[0-3]\d[Tt_ ][0-2]\d:[0-5]\d(?::[0-6]\d(?:[.,]\d+)?)?
        (?:\s?Z|\s?UTC|[+-]\d\d(?::?\d\d)?)?
      | \d{{4}}[01]\d[0-3]\dT[0-2]\d[0-5]\d(?:[0-6]\d(?:[.,]\d+)?)?(?:Z|[+-]\d{{4}})?
    )(?!\d)
    | {_DAY}(?:,\ \d\d?\ {_MONTH}\ \d{{4}}\ {_TIME}\ (?:GMT|UTC|[+-]\d{{4}}(?!\d))
      | [a-z]*,\ \d\d-{_MONTH}-\d\d\ {_TIME}\ GMT
      | \ {_MONTH}\ [\ \d]\d\ {_TIME}\ \d{{4}}(?!\d))
    """,
    re.VERBOSE | re.IGNORECASE,
)
_UNIX = regex(r"(?:1\d{9}|[23]\d{9}|40\d{8})(?:\d{3}|\d{6}|\d{9})?(?:\.\d+)?")
_WORD = regex(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_TIME_WORDS = frozenset(
    re.findall(
        r"\w+",
        "ts time times timestamp timestamps date dates datetime at now nonce clock epoch expires expiry"
        " expiration exp iat nbf created updated modified",
    )
)
_UNITS = frozenset(
    re.findall(r"\w+", "ms msec millis milliseconds s sec secs seconds us micros ns nano nanos unix utc gmt")
)


def _without_timestamps(text: str) -> str:
    return _TIMESTAMP.sub("<timestamp>", text) if len(text) >= _SHORTEST_TIMESTAMP else text


_SHORTEST_TIMESTAMP = len("20261122T0102")


@lru_cache(maxsize=4096)
def says_time(name: str) -> bool:
    """Whether a name is that of a point in time: by its last word, less a unit.

    >>> [says_time(name) for name in ("created_at", "startTimeUnixNano", "_", "format", "at_most")]
    [True, True, True, False, False]
    """
    words = [word.lower() for word in _WORD.findall(name)]
    while len(words) > 1 and words[-1] in _UNITS:
        words.pop()
    return words[-1] in _TIME_WORDS if words else name == "_"


def _without_unix_time(name: str, written: str, value: str) -> str:
    """Seconds, milliseconds, microseconds or nanoseconds since 1970, of the years 2001 to 2099."""
    return "<timestamp>" if _UNIX.fullmatch(value) and says_time(written) else value


# Boundaries that a Content-Type within the body declares, and one that a body without a type begins with.
# A declared one may be longer than the 70 characters that RFC 2046 allows; a guessed one may not.

_DECLARED = regex(r"""(?<![^;\s])boundary\s*=\s*(?:"([^"\r\n]+)"|'([^'\r\n]+)'|([^\s;,"']+))""", re.I)
_FIRST_LINE = regex(r"--([^\r\n]{0,69}[^\s-])[ \t]*\r?\n")


def _without_boundaries(text: str) -> str:
    if "--" not in text and "oundary" not in text.lower():
        return text
    names = [next(filter(None, found)) for found in _DECLARED.findall(text)]
    first = _FIRST_LINE.match(text)
    if first is not None and f"\n--{first[1]}--" in text:
        names.insert(0, first[1])
    for number, name in enumerate(dict.fromkeys(names), start=1):
        mark = f"<boundary-{number}>"
        spelled = re.escape(name)
        text = re.sub(rf"(?m)^--{spelled}(?=--|[ \t]*\r?$)", f"--{mark}", text)
        quoted = rf"""["']?{spelled}(?:["']|(?=[\s;,]|\Z))"""
        text = re.sub(rf"(?i)(?<![^;\s])(boundary\s*=\s*){quoted}", rf"\g<1>{mark}", text)
    return text


# AWS signatures, versions 4 and 2

_SIGNED = regex(r"(;?)\b(?:x-amz-date|x-amz-security-token)\b(?=[;,\s]|\Z)", re.IGNORECASE)
_SCOPE_DATE = regex(r"(?<=/)\d{8}(?=/)")
_SIGNATURE_4 = regex(r"(?<![\w-])Signature=[^,\s]*")


def _without_aws_signature(name: str, written: str, value: str) -> str:
    if name == "authorization":
        if value[:5].upper() == "AWS4-":
            value = _SIGNATURE_4.sub("Signature=<signature>", _SCOPE_DATE.sub("<date>", value))
            return _SIGNED.sub("", value)
        if value[:4].upper() == "AWS ":
            return f"{value.rpartition(':')[0]}:<signature>"
        return _plain(value)
    if name == "xamzcredential":
        return _SCOPE_DATE.sub("<date>", _plain(value))
    return value


# OAuth: the signature of version 1 (RFC 5849); state, nonce and PKCE (RFC 7636) of version 2

_OAUTH_1 = "oauth_nonce oauth_timestamp oauth_signature"
_OAUTH_1_NAMES = folded(_OAUTH_1)


def _without_oauth_signature(name: str, written: str, value: str) -> str:
    if name != "authorization":
        return value
    scheme, _, rest = value.partition(" ")
    if scheme.lower() != "oauth" or "=" not in rest:
        return _plain(value)
    parameters = [each.strip() for each in rest.split(",")]
    kept = [each for each in parameters if fold(each.partition("=")[0]) not in _OAUTH_1_NAMES]
    return f"{scheme} {', '.join(kept)}"


def _plain(value: str) -> str:
    """A redacted value without its number: what it hides may be a signature, new in each request."""
    return PLACEHOLDER if unnumbered(value)[0] == PLACEHOLDER else value


# Keys that make a repeated request harmless, and identifiers of requests and traces

_KEYS = """
    Idempotency-Key X-Idempotency-Key Idempotency-Token Idempotent-Key X-Idempotent-Key
    Client-Token Client-Request-Token Client-Request-Id Deduplication-Id Message-Deduplication-Id
"""
_REQUEST_IDS = "request_id x_request_id correlation_id invocation_id trace_id span_id trace_parent"
_ID_HEADERS = """
    X-Request-Id Request-Id PayPal-Request-Id X-Client-Request-Id X-Ms-Client-Request-Id X-Correlation-Id
    X-Ms-Correlation-Request-Id Correlation-Id X-Trace-Id X-Span-Id X-Transaction-Id
    Amz-Sdk-Invocation-Id X-Amzn-Trace-Id X-Amzn-RequestId X-Goog-Gcs-Idempotency-Token X-Cloud-Trace-Context
    Traceparent Tracestate Baggage B3 X-B3-TraceId X-B3-SpanId X-B3-ParentSpanId Sentry-Trace Uber-Trace-Id
    X-Datadog-Trace-Id X-Datadog-Parent-Id Request-Context
"""

VOLATILE: dict[str, Volatile] = {
    "multipart_boundary": Volatile(text=_without_boundaries),
    "timestamp": Volatile(text=_without_timestamps, named=_without_unix_time),
    "uuid": Volatile(text=_without_uuids),
    "idempotency_key": Volatile(
        headers=folded(_KEYS + _ID_HEADERS),
        parameters=folded(_KEYS),
        fields=folded(_KEYS + _REQUEST_IDS),
    ),
    "aws_signature": Volatile(
        headers=folded("X-Amz-Date X-Amz-Security-Token"),
        parameters=folded("X-Amz-Signature X-Amz-Date X-Amz-Security-Token X-Amz-Expires"),
        beside=(
            Beside(folded("AWSAccessKeyId"), folded("Signature Expires Timestamp SecurityToken")),
            Beside(folded("X-Amz-Signature"), folded("Policy")),
        ),
        named=_without_aws_signature,
    ),
    "oauth_nonce": Volatile(
        parameters=folded(f"{_OAUTH_1} code_challenge code_verifier"),
        beside=(
            Beside(
                folded("response_type redirect_uri grant_type code_challenge code_verifier"),
                folded("state nonce"),
            ),
        ),
        named=_without_oauth_signature,
    ),
}
"""What each kind looks like, in the order in which they are applied."""
