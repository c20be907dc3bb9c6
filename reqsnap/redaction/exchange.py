"""A request or a whole exchange without its secrets.

First the rules hide what stands under the names of secrets; then every value that was
hidden is sought wherever else it may stand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from reqsnap.model import Headers, NetworkError, Request, Response
from reqsnap.patterns import regex
from reqsnap.redaction import heads, urls
from reqsnap.redaction.bodies import find_in_body, is_plain_json
from reqsnap.redaction.content import Content
from reqsnap.redaction.echoes import Echoes, Needle, Remembered, find_echoes, hidden, redact_text
from reqsnap.redaction.edits import Edit, revised
from reqsnap.redaction.finder import Finder
from reqsnap.redaction.heads import redact_headers
from reqsnap.redaction.json_fitting import fitted
from reqsnap.redaction.names import fold
from reqsnap.redaction.placeholders import Placeholder, Secret, plain
from reqsnap.redaction.rules import Rules
from reqsnap.redaction.urls import redact_url

_FRAMING = frozenset(("content-length", "content-encoding", "transfer-encoding"))
_INTEGRITY = regex(
    r"content-md5|(?:content-|repr-)?digest|x-amz-checksum-.*|x-goog-hash|x-amz-content-sha256", re.IGNORECASE
)
_SCHEME = regex(r"[^:/?#]*://")

NeedlesIn = Callable[[Sequence[str]], list[Needle]]
"""Tells which values may stand in one of some texts."""


def redact_request(
    request: Request, rules: Rules, placeholder: Placeholder = plain
) -> tuple[Request, tuple[Secret, ...]]:
    """A request without its secrets, and the secrets, in the order in which they were found.

    The very same request comes back where there is nothing to hide.
    """
    if not rules.redact_anything or _is_plain(request, rules):
        return request, ()
    finder = Finder(rules, placeholder, request.url)
    draft = _RequestDraft(request, finder)
    if finder.found:
        draft.seek(Echoes(finder.found).needles)
    return draft.request(), tuple(finder.found)


def redact_error(error: NetworkError, secrets: Iterable[Secret]) -> NetworkError:
    """An error whose message shows no secret of its exchange; the very same where it shows none."""
    message = redact_text(error.message, secrets)
    return error if message == error.message else NetworkError(error.kind, message, error.errno)


def redact_interaction(
    request: Request,
    response: Response,
    rules: Rules,
    placeholder: Placeholder = plain,
    remembered: Remembered | None = None,
) -> tuple[Request, Response, tuple[Secret, ...]]:
    """An exchange without its secrets: what one message shows is hidden in both.

    So is what earlier exchanges showed, where that is `remembered`, to which this one's is added.
    The very same messages come back where there is nothing to hide.
    """
    if not rules.redact_anything:
        return request, response, ()
    is_plain = _is_plain(request, rules)
    if is_plain and remembered is None and _is_plain_answer(response, rules):
        return request, response, ()
    finder = Finder(rules, placeholder, request.url)
    asked = None if is_plain else _RequestDraft(request, finder)
    sent = dict(finder.found)
    answered = _ResponseDraft(response, finder)
    if asked is None:
        if not finder.found and remembered is None:
            return request, answered.response(), ()
        asked = _RequestDraft(request, finder)
    if finder.found:
        echoes = Echoes(finder.found)
        asked.seek(echoes.needles)
        answered.seek(echoes.needles)
    if remembered is not None:
        asked.seek(remembered.in_request)
        answered.seek(remembered.in_answer)
        received = {secret: text for secret, text in finder.found.items() if secret not in sent}
        remembered.keep(sent, received)
    return asked.request(), answered.response(), tuple(finder.found)


def _is_plain(request: Request, rules: Rules) -> bool:
    """Whether the rules find nothing in a request, told without looking closely."""
    return not request.body and urls.is_plain(request.url, rules) and heads.is_plain(request.headers, rules)


def _is_plain_answer(response: Response, rules: Rules) -> bool:
    """The same of a response. What goes without being a secret is looked for too."""
    if response.trailers.pairs or rules.excluded or response.status == 206:
        return False
    if not heads.is_plain(response.headers, rules):
        return False
    return not response.body or is_plain_json(response.body, response.headers, rules)


class _RequestDraft:
    """A request after the rules, ready to be searched for echoes."""

    __slots__ = ("_content", "_headers", "_original", "_rules", "_url")

    def __init__(self, request: Request, finder: Finder) -> None:
        self._original = request
        self._rules = finder.rules
        self._url = redact_url(request.url, finder)
        self._headers = redact_headers(request.headers, finder)
        self._content: Content | None = None
        if request.body:
            self._content = Content(request.body, request.headers)
            _redact_content(self._content, finder)

    def seek(self, needles_in: NeedlesIn) -> None:
        """Hide values wherever they stand."""
        texts = [self._url, *[value for _, value in self._headers.pairs]]
        if self._content is not None:
            texts += self._content.texts
        needles = needles_in(texts)
        if needles:
            if self._content is not None:
                _seek_in_content(self._content, needles)
            self._url = _hidden_in_url(self._url, needles)
            self._headers = _hidden_in_headers(self._headers, needles)

    def request(self) -> Request:
        """The request as it may be stored."""
        old = self._original
        headers = _without_excluded(self._headers, self._rules)
        body = old.body if self._content is None else self._content.body()
        if self._url is old.url and headers is old.headers and body is old.body:
            return old
        return Request(old.method, self._url, headers, body, old.complete)


class _ResponseDraft:
    """A response after the rules, ready to be searched for echoes."""

    __slots__ = ("_content", "_headers", "_original", "_reason", "_rules", "_trailers")

    def __init__(self, response: Response, finder: Finder) -> None:
        self._original = response
        self._rules = finder.rules
        self._reason = response.reason
        self._headers = redact_headers(response.headers, finder)
        self._trailers = (
            redact_headers(response.trailers, finder) if response.trailers.pairs else response.trailers
        )
        self._content: Content | None = None
        if response.body:
            partial = response.status == 206
            self._content = Content(response.body, response.headers, response.parts, partial=partial)
            _redact_content(self._content, finder)

    def seek(self, needles_in: NeedlesIn) -> None:
        """Hide values wherever they stand."""
        fields = (*self._headers.pairs, *self._trailers.pairs)
        texts = [self._reason, *[value for _, value in fields]]
        if self._content is not None:
            texts += self._content.texts
        needles = needles_in(texts)
        if needles:
            if self._content is not None:
                _seek_in_content(self._content, needles)
            self._reason = hidden(self._reason, needles)
            self._headers = _hidden_in_headers(self._headers, needles)
            self._trailers = _hidden_in_headers(self._trailers, needles)

    def response(self) -> Response:
        """The response as it may be stored."""
        old, parts = self._original, self._original.parts
        headers = _without_excluded(self._headers, self._rules)
        trailers = _without_excluded(self._trailers, self._rules)
        body = old.body if self._content is None else self._content.body()
        if self._content is not None and body is not old.body:
            headers = _with_length(_without_integrity(headers), old.body, body)
            trailers, parts = _without_integrity(trailers), self._content.parts
        elif headers is old.headers and trailers is old.trailers and self._reason is old.reason:
            return old
        return Response(old.status, self._reason, headers, body, old.version, trailers, parts)


def _redact_content(content: Content, finder: Finder) -> None:
    if not content.opaque:
        content.revise(find_in_body(content.text, content.content_type, finder))


def _seek_in_content(content: Content, needles: Sequence[Needle]) -> None:
    edits = find_echoes(content.text, needles)
    if edits:
        content.revise(edits if content.opaque else fitted(content.text, edits))
    if len(content.texts) > 1:
        # What was decoded may hold a value in plain bytes all the same.
        content.turn_to_bytes()
        content.revise(find_echoes(content.text, needles))


def _hidden_in_url(url: str, needles: Sequence[Needle]) -> str:
    """A URL without echoes. Its scheme stays, whatever a value contains."""
    scheme = _SCHEME.match(url)
    start = scheme.end() if scheme else 0
    edits = find_echoes(url, needles)
    return revised(url, [Edit(max(edit.start, start), edit.end, edit.text) for edit in edits])


def _hidden_in_headers(headers: Headers, needles: Sequence[Needle]) -> Headers:
    """Fields without echoes; those that say how to read the message stay as they are."""
    pairs = tuple(
        [
            (name, value if name.lower() in _FRAMING else hidden(value, needles))
            for name, value in headers.pairs
        ]
    )
    return headers if pairs == headers.pairs else Headers(pairs)


def _without_excluded(headers: Headers, rules: Rules) -> Headers:
    if not rules.excluded or rules.excluded.isdisjoint([fold(name) for name, _ in headers.pairs]):
        return headers
    return Headers([pair for pair in headers.pairs if fold(pair[0]) not in rules.excluded])


def _with_length(headers: Headers, old: bytes, body: bytes) -> Headers:
    """Fields with the length of the new body. One that was cut lacks as much as the old one did."""
    announced = headers.get("content-length", "")
    lacking = int(announced) - len(old) if announced.isdecimal() else 0
    return headers.replaced("content-length", str(len(body) + max(lacking, 0)))


def _without_integrity(headers: Headers) -> Headers:
    """Fields less those that vouch for a body that is no longer the same."""
    return headers.without(*[name for name, _ in headers if _INTEGRITY.fullmatch(name)])
