"""Which names hold secrets, and which values look like one."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, field

from reqsnap.patterns import regex
from reqsnap.redaction import names
from reqsnap.redaction.names import HostRule, ends_as_secret, fold, folded
from reqsnap.redaction.placeholders import holds_placeholder

_CREDENTIALS = folded(names.CREDENTIALS)


@dataclass(frozen=True)
class Rules:
    """What is redacted: names of header fields, of query parameters, and of body fields.

    Names are compared without regard to case, `-` and `_`. `ambiguous` names count only
    where the value looks like a credential or a rule in `hosts` names the host; so do, if `endings`,
    names that end as those of secrets do.
    `userinfo` and `paths` say whether `user:password@` and the credentials that some
    services put into a path are taken out of URLs. Header fields that are `excluded`
    are secret, and are not stored at all.

    >>> "x_internal_key" in DEFAULT_RULES.extended(headers=["X-Internal-Key"]).headers
    False
    >>> "xinternalkey" in DEFAULT_RULES.extended(headers=["X-Internal-Key"]).headers
    True
    """

    headers: frozenset[str] = folded(names.HEADERS)
    query: frozenset[str] = _CREDENTIALS | folded(names.QUERY)
    fields: frozenset[str] = _CREDENTIALS
    ambiguous: frozenset[str] = folded(names.AMBIGUOUS)
    hosts: tuple[HostRule, ...] = tuple([HostRule(host, folded(listed)) for host, listed in names.HOSTS])
    userinfo: bool = True
    paths: bool = True
    excluded: frozenset[str] = frozenset()
    endings: bool = True

    redact_anything: bool = field(init=False, repr=False, compare=False)
    in_query: frozenset[str] = field(init=False, repr=False, compare=False)
    in_fields: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for table in ("headers", "query", "fields", "ambiguous", "excluded"):
            object.__setattr__(self, table, frozenset(map(fold, getattr(self, table))))
        object.__setattr__(self, "headers", self.headers | self.excluded)
        anything = bool(self.headers or self.query or self.fields or self.userinfo or self.paths)
        # Asked for each request, so worked out once.
        object.__setattr__(self, "redact_anything", anything)
        object.__setattr__(self, "in_query", self.query | self.ambiguous)
        object.__setattr__(self, "in_fields", self.fields | self.ambiguous)

    def extended(
        self,
        headers: Iterable[str] = (),
        query: Iterable[str] = (),
        fields: Iterable[str] = (),
        excluded: Iterable[str] = (),
    ) -> Rules:
        """The same rules with more names, which hold a secret whatever it looks like."""
        return dataclasses.replace(
            self,
            headers=self.headers.union(headers),
            query=self.query.union(query),
            fields=self.fields.union(fields),
            excluded=self.excluded.union(excluded),
        )

    def may_be_secret(self, name: str) -> bool:
        """Whether a folded name counts where the value looks like a credential."""
        return name in self.ambiguous or (self.endings and ends_as_secret(name))

    def names_on(self, host: str) -> frozenset[str]:
        """The ambiguous names that hold credentials on a host."""
        host = f".{host.lower()}"
        found = [rule.names for rule in self.hosts if host.endswith(f".{rule.host}")]
        return frozenset[str]().union(*found)


DEFAULT_RULES = Rules()

_NONE: frozenset[str] = frozenset()
NO_RULES = Rules(_NONE, _NONE, _NONE, _NONE, (), userinfo=False, paths=False, endings=False)

VOCABULARY = DEFAULT_RULES.query | DEFAULT_RULES.fields | DEFAULT_RULES.ambiguous | DEFAULT_RULES.headers
"""Words of the protocols themselves: a password `password` is not sought elsewhere."""


_PREFIXED = regex(
    r"(?:(?i:bearer|basic)\s+\S"
    r"|eyJ[\w-]{8}|AKIA[0-9A-Z]{12}|ASIA[0-9A-Z]{12}|AIza[\w-]{16}|ya29\.[\w.-]{8}|1//0[\w-]{8}|GOCSPX-[\w-]{8}"
    r"|gh[pousr]_\w{8}|github_pat_\w{8}|gl(?:pat|dt|rt|ptt|soat|cbt)-[\w-]{8}|npm_\w{8}|pypi-\w{8}|hf_\w{8}"
    r"|sk-[\w-]{8}|(?:sk|pk|rk)_(?:live|test)_\w{8}|whsec_\w{8}|rzp_(?:live|test)_\w{8}|sq0(?:atp|csp)-[\w-]{8}"
    r"|xox[a-z]-[\w-]{8}|xapp-[\w-]{8}|xoxe\.[\w.-]{8}|SG\.[\w-]{8}|key-[0-9a-f]{16}|SK[0-9a-f]{32}"
    r"|shp(?:at|ca|pa|ss)_\w{8}|do[opr]_v1_\w{8}|dp\.(?:pt|st|ct)\.\w{8}|lin_(?:api|oauth)_\w{8}|ATATT3[\w-]{8}"
    r"|gsk_\w{8}|r8_\w{8}|xai-\w{8}|pplx-\w{8}|tvly-[\w-]{8}|pcsk_\w{8}|nvapi-[\w-]{8}|figd_[\w-]{8}"
    r"|NR(?:AK|II|JS)-\w{8}|dapi[0-9a-f]{16}|secret_\w{16}|ntn_\w{8}|pat-\w{2,4}\d-[\w-]{8}|EAA[0-9A-Za-z]{20}"
    r"|hvs\.[\w-]{8}|glsa_\w{8}|sntrys_\w{8}|phc_\w{8}|phx_\w{8}|-----BEGIN )"
)
_UUID = regex(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_RUN = regex(r"[A-Za-z0-9]{16,}")
_BASE64 = regex(r"[A-Za-z0-9+/]{20,}={0,2}")
_FILE = regex(r"\.[A-Za-z0-9]{1,5}\Z")


def has_known_prefix(value: str) -> bool:
    """Whether a value begins as the credentials of a well-known service do."""
    return _PREFIXED.match(value) is not None and not holds_placeholder(value)


def looks_like_credential(value: str) -> bool:
    """Whether a value has a known prefix, or is long and random-looking.

    >>> looks_like_credential("ghp_16C7e42F292c6912E7710c838347Ae178B4a")
    True
    >>> looks_like_credential("photos/2024/summer-holiday-by-the-sea.jpg")
    False
    """
    if len(value) < 10 or holds_placeholder(value):
        return False
    if _PREFIXED.match(value):
        return True
    if len(value) < 20 or _FILE.search(value):
        return False
    if _UUID.fullmatch(value):
        return True
    if ("+" in value or value.endswith("=")) and _BASE64.fullmatch(value):
        return True
    return "/" not in value and any(map(_random_looking, _RUN.findall(value)))


def _random_looking(run: str) -> bool:
    """Letters with digits among them, or about as many capitals as small letters.

    Of words written TogetherLikeThis, fewer letters are capitals.
    """
    digits = sum(map(str.isdigit, run))
    if digits:
        return digits < len(run)
    capitals = sum(map(str.isupper, run))
    return len(run) >= 20 and 0.3 < capitals / len(run) < 0.7
