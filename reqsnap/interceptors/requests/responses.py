"""requests' own response to an answer: made as its adapter makes one, without what comes to nothing.

Its code makes the first one, and is compared; it makes those that set cookies, too. The header
fields take it longest: it looks each of them up by its name, and looks for cookies in them.
"""

from __future__ import annotations

import sys
import time
from collections import OrderedDict
from typing import Any, NamedTuple

from reqsnap.interceptors.looks import Known, file_of
from reqsnap.memo import Memo

_ADAPTERS = "requests.adapters"
_builds = Known(_ADAPTERS, "self", "req", "resp")
_MAKE = ("Response", "CaseInsensitiveDict", "get_encoding_from_headers", "extract_cookies_to_jar")
_COOKIES = frozenset({"set-cookie", "set-cookie2"})


class _Way(NamedTuple):
    """How responses are made: the attributes that are the same in all; none where that is not known."""

    attributes: dict[str, Any] | None


_ways: Memo[_Way] = Memo()


def response_of(adapter: Any, request: Any, raw: Any) -> Any:
    """What `adapter.build_response` makes of urllib3's response to a request."""
    build = adapter.build_response
    fields = vars(raw.headers).get("_container")
    if not _builds(build) or fields is None or not _COOKIES.isdisjoint(fields):
        return build(request, raw)
    parts = _parts()
    way = _ways.get(parts)
    if way is None:
        response = build(request, raw)
        _ways.keep(parts, _way_to(response, parts, adapter, raw, fields))
        return response
    if way.attributes is None:
        return build(request, raw)
    return _made(way.attributes, parts, adapter, request, raw, fields)


def _parts() -> tuple[Any, ...]:
    """What the adapter makes responses of, at present."""
    library = sys.modules[_ADAPTERS].__dict__
    response, headers, encoding, extract = map(library.__getitem__, _MAKE)
    return response, response.__init__, headers, headers.__init__, encoding, extract


def _way_to(
    response: Any, parts: tuple[Any, ...], adapter: Any, raw: Any, fields: dict[str, list[str]]
) -> _Way:
    """The way to a response that the adapter's own code has just made."""
    _, begins, _, fills, _, extract = parts
    written = {"models": begins, "structures": fills, "cookies": extract}
    if any(file_of(made) != sys.modules[f"requests.{name}"].__file__ for name, made in written.items()):
        return _Way(None)
    attributes = vars(response).copy()
    try:
        made = _made(attributes, parts, adapter, response.request, raw, fields)
    except (AttributeError, KeyError, TypeError):
        return _Way(None)
    for name in ("headers", "raw", "reason", "url", "cookies", "request", "connection"):
        # What every response has for itself is not kept here.
        attributes[name] = None
    return _Way(attributes if _state(made) == _state(response) else None)


def _made(
    attributes: dict[str, Any],
    parts: tuple[Any, ...],
    adapter: Any,
    request: Any,
    raw: Any,
    fields: dict[str, list[str]],
) -> Any:
    kind, _, kind_of_headers, _, encoding_of, _ = parts
    response = kind.__new__(kind)
    own = response.__dict__
    own.update(attributes)
    headers = own["headers"] = kind_of_headers.__new__(kind_of_headers)
    items = [(name, (values[0], ", ".join(values[1:]))) for name, values in fields.items()]
    headers._store = OrderedDict(items)
    own["status_code"], own["reason"], own["raw"] = raw.status, raw.reason, raw
    own["encoding"], own["url"], own["history"] = encoding_of(headers), request.url, []
    jar = own["cookies"] = sys.modules["requests.cookies"].__dict__["RequestsCookieJar"]()
    # It has looked for cookies now.
    jar._policy._now = jar._now = int(time.time())
    own["request"], own["connection"] = request, adapter
    return response


def _state(response: Any) -> list[Any]:
    """All of a response, but for the time at which cookies were looked for."""
    own = {name: value for name, value in vars(response).items() if name not in ("headers", "cookies")}
    jar = vars(response.cookies)
    policy = vars(jar["_policy"])
    return [
        own,
        type(response.headers),
        list(vars(response.headers).items()),
        type(response.cookies),
        jar | {"_policy": policy | {"_now": None}, "_now": None, "_cookies_lock": type(jar["_cookies_lock"])},
        sorted(jar),
        sorted(policy),
    ]
