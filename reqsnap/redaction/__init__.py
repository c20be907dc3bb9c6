"""Keeps secrets out of cassettes: which parts are secret, and what stands in their place.

Pure: values in, values out. `redact_request` and `redact_interaction` are the way in;
`Rules` says what is secret. A value that was hidden in one place is hidden wherever
else it turns up, however it is spelled there. Redacting twice changes nothing.

    names            the tables: header fields, parameters, fields, hosts
    rules            Rules, and what looks like a credential
    finder           collects what the rules find, and says what stands in its place
    urls heads       where to look in a URL and in header fields
    bodies           what kind of body it is: json_text, markup, forms, multipart
    content          a body as text that can be edited, whatever its coding and charset
    secret_parts     values within a secret that are secret by themselves
    spelling echoes  finding a value again; json_fitting keeps JSON valid meanwhile
    exchange         all of it, for a request and for an interaction
"""

from reqsnap.redaction.content import unnumbered_body
from reqsnap.redaction.echoes import Remembered, redact_text, secret_forms
from reqsnap.redaction.exchange import redact_error, redact_interaction, redact_request
from reqsnap.redaction.placeholders import PLACEHOLDER, Placeholder, Secret, highest_number, plain, unnumbered
from reqsnap.redaction.rules import DEFAULT_RULES, NO_RULES, Rules, looks_like_credential
from reqsnap.redaction.urls import path_holds_credentials

__all__ = [
    "DEFAULT_RULES",
    "NO_RULES",
    "PLACEHOLDER",
    "Placeholder",
    "Remembered",
    "Rules",
    "Secret",
    "highest_number",
    "looks_like_credential",
    "path_holds_credentials",
    "plain",
    "redact_error",
    "redact_interaction",
    "redact_request",
    "redact_text",
    "secret_forms",
    "unnumbered",
    "unnumbered_body",
]
