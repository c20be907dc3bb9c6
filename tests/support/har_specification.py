"""What the specification of HAR 1.2 asks of an archive (http://www.softwareishard.com/blog/har-12-spec/)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

_PAIRS = [{"name": str, "value": str}]
_COOKIES = [{"name": str, "value": str}]
_REQUEST = {
    "method": str,
    "url": str,
    "httpVersion": str,
    "cookies": _COOKIES,
    "headers": _PAIRS,
    "queryString": _PAIRS,
    "headersSize": int,
    "bodySize": int,
}
_RESPONSE = {
    "status": int,
    "statusText": str,
    "httpVersion": str,
    "cookies": _COOKIES,
    "headers": _PAIRS,
    "content": {"size": int, "mimeType": str},
    "redirectURL": str,
    "headersSize": int,
    "bodySize": int,
}
_ENTRY = {
    "startedDateTime": datetime,
    "time": float,
    "request": _REQUEST,
    "response": _RESPONSE,
    "cache": {},
    "timings": {"send": float, "wait": float, "receive": float},
}
_ARCHIVE = {"log": {"version": str, "creator": {"name": str, "version": str}, "entries": [_ENTRY]}}

_OPTIONAL = {
    "log": {"browser", "pages", "comment"},
    "request": {"postData", "comment"},
    "response": {"comment"},
    "content": {"compression", "text", "encoding", "comment"},
    "cookies": {"path", "domain", "expires", "httpOnly", "secure", "comment"},
    "entries": {"pageref", "serverIPAddress", "connection", "comment"},
}


def check_archive(document: Any) -> None:
    """Fail for a document that lacks what must be there, or has more than may be without a `_` before it."""
    _check(document, _ARCHIVE, "")
    assert document["log"]["version"] == "1.2"
    for entry in document["log"]["entries"]:
        _check_sums(entry)


def _check(value: Any, wanted: Any, name: str) -> None:
    if isinstance(wanted, list):
        assert isinstance(value, list), name
        for each in value:
            _check(each, wanted[0], name)
    elif isinstance(wanted, dict):
        assert isinstance(value, dict) and wanted.keys() <= value.keys(), (name, value)
        others = {key for key in value.keys() - wanted.keys() if not key.startswith("_")}
        assert others <= _OPTIONAL.get(name, set()), (name, others)
        for key, each in wanted.items():
            _check(value[key], each, key)
    elif wanted is datetime:
        assert datetime.fromisoformat(value).tzinfo is not None
    elif wanted is float:
        assert isinstance(value, int | float) and value >= 0, (name, value)
    else:
        assert isinstance(value, wanted), (name, value)


def _check_sums(entry: Any) -> None:
    """Sizes and times that are related."""
    assert sum(entry["timings"].values()) == entry["time"]
    content, size = entry["response"]["content"], entry["response"]["bodySize"]
    if "compression" in content:
        assert content["size"] - content["compression"] == size
    posted = entry["request"].get("postData")
    assert posted is not None or entry["request"]["bodySize"] == 0
    if posted is not None:
        assert isinstance(posted["mimeType"], str) and ("text" in posted or "params" in posted)
