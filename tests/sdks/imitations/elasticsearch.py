"""The Elasticsearch API: bulk, search, a conflict."""

from __future__ import annotations

import base64
import json
from typing import Any

from tests.sdks.imitations.credentials import credential
from tests.sdks.imitations.server import Answer, Call, Imitation

USER = "elastic"
PASSWORD = credential("elasticsearch password", "p/w+", 24)
API_KEY = base64.b64encode(f"key-1:{credential('elasticsearch key', length=22)}".encode()).decode()

BASIC = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
HEADERS = (
    ("X-elastic-product", "Elasticsearch"),
    ("content-type", "application/vnd.elasticsearch+json;compatible-with=9"),
)


class Elasticsearch(Imitation):
    def answer(self, call: Call) -> Answer:
        if call.header("Authorization") not in (f"Basic {BASIC}", f"ApiKey {API_KEY}"):
            return _answer({"error": {"type": "security_exception"}, "status": 401}, 401)
        match call.method, call.path:
            case "GET", "/":
                return _answer({"name": "node-1", "version": {"number": "9.1.0"}, "tagline": "Search"})
            case "PUT", "/_bulk":
                return _bulk(call)
            case "POST", "/books/_search":
                return _search(call)
            case "PUT", "/books/_create/1":
                return _answer({"error": {"type": "version_conflict_engine_exception"}, "status": 409}, 409)
        return _answer({"error": {"type": "no_handler", "reason": call.target}, "status": 400}, 400)


def _bulk(call: Call) -> Answer:
    lines = [json.loads(line) for line in call.body.splitlines() if line]
    items = [{"index": {"_id": action["index"]["_id"], "status": 201}} for action in lines[::2]]
    return _answer({"errors": False, "took": 1, "items": items})


def _search(call: Call) -> Answer:
    wanted = call.json()["query"]["match"]["title"]
    hits = [{"_index": "books", "_id": "1", "_score": 1.5, "_source": {"title": f"{wanted} ✓"}}]
    return _answer({"took": 1, "timed_out": False, "hits": {"total": {"value": 1}, "hits": hits}})


def _answer(value: dict[str, Any], status: int = 200) -> Answer:
    return Answer(status, json.dumps(value).encode(), HEADERS)
