"""The values within a secret that are secret by themselves."""

from __future__ import annotations

from binascii import a2b_base64
from urllib.parse import unquote

from reqsnap.patterns import regex
from reqsnap.redaction.finder import as_text
from reqsnap.redaction.json_text import leaves
from reqsnap.redaction.names import fold, folded
from reqsnap.redaction.placeholders import Secret

_TOKEN = regex(r"[^\s,\"=]+=*")
_PARAMETER = regex(r'([A-Za-z][\w-]*)\s*=\s*(?:"([^"]*)"|([^\s,;&"]+))')
_SCHEMES = folded(
    "Bearer Basic Token Bot ApiKey Digest OAuth Negotiate NTLM AWS AWS4-HMAC-SHA256 HMAC SharedKey"
    " SharedKeyLite Splunk SSWS"
)
_OPAQUE = folded("Bearer Token Bot Negotiate NTLM DPoP")
"""Schemes whose credentials are one word, even where a colon is in it."""
_PARAMETERS = folded(
    "token access_token api_key key auth password secret sig signature credential response oauth_token"
    " oauth_signature oauth_consumer_key oauth_verifier mac token_secret"
)


def parts_of(secret: Secret) -> list[str]:
    """A secret's value, and the values in it: what a scheme introduces, a password, a field."""
    name, value = secret
    parts = [value]
    if " " in value:
        scheme, _, rest = value.partition(" ")
        scheme = fold(scheme)
        if scheme in _OPAQUE and len(rest) >= 12 and "=" not in rest and "%" not in rest:
            # Whatever holds the whole value holds this.
            return [rest]
        if scheme in _SCHEMES or name.endswith("authorization"):
            parts += _credentials(scheme, rest.strip())
    if value[0] in "{[":
        parts += leaves(value)
    elif name == "userinfo":
        parts.append(value.partition(":")[2])
    elif name.endswith("credential"):
        parts.append(value.partition("/")[0])
    if "%" in value:
        parts += [unquote(part) for part in parts if "%" in part]
    return parts


def _credentials(scheme: str, text: str) -> list[str]:
    """The credentials of an Authorization field, without their scheme (RFC 9110, section 11.4)."""
    if not _TOKEN.fullmatch(text):
        return [text, *_parameters(text)]
    # Padding is often left out elsewhere.
    text = text.rstrip("=")
    if scheme in _OPAQUE:
        return [text]
    return [text, text.rpartition(":")[2], *_decoded(text)]


def _parameters(text: str) -> list[str]:
    values: list[str] = []
    for name, quoted, bare in _PARAMETER.findall(text):
        if fold(name) in _PARAMETERS:
            value = unquote(quoted or bare)
            values += value, value.partition("/")[0] if fold(name) == "credential" else value
    return values


def _decoded(text: str) -> list[str]:
    """User and password, and the password alone."""
    decoded = decoded_credentials(text)
    if decoded is None or ":" not in decoded or not decoded.isprintable():
        return []
    return [decoded, decoded.partition(":")[2]]


def decoded_credentials(text: str) -> str | None:
    """The text in base64 credentials (RFC 7617); None where they are not in base64."""
    text = text.strip().rstrip("=")
    try:
        return as_text(a2b_base64(text + "=" * (-len(text) % 4), strict_mode=True).decode("latin-1"))
    except ValueError:
        return None
