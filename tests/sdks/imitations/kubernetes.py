"""The Kubernetes API: pods listed, made and watched, a log that is followed, a refusal."""

from __future__ import annotations

import json
from typing import Any

from tests.sdks.imitations.credentials import credential
from tests.sdks.imitations.server import Answer, Call, Imitation, json_answer

TOKEN = credential("kubernetes", "eyJhbGciOiJSUzI1NiJ9.", 64)

PODS = "/api/v1/namespaces/default/pods"


class Kubernetes(Imitation):
    def answer(self, call: Call) -> Answer:
        if call.header("Authorization") != f"Bearer {TOKEN}":
            return _status(401, "Unauthorized", "Unauthorized")
        match call.method, call.path:
            case "GET", "/api/v1/namespaces/default/pods":
                return _watch() if call.query.get("watch") else _list()
            case "POST", "/api/v1/namespaces/default/pods":
                return json_answer(_pod(call.json()["metadata"]["name"], "Pending"), 201)
            case "GET", "/api/v1/namespaces/default/pods/web-1/log":
                return _lines("text/plain", "starting ✓\n", "listening on 8080\nready\n")
        return _status(404, "NotFound", 'pods "absent" not found')


def _pod(name: str, phase: str) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "default", "resourceVersion": "7", "labels": {"app": "wéb"}}
    spec = {"containers": [{"name": "main", "image": "nginx:1.27"}]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec, "status": {"phase": phase}}


def _list() -> Answer:
    items = [_pod("web-1", "Running"), _pod("web-2", "Pending")]
    return json_answer({"apiVersion": "v1", "kind": "PodList", "metadata": {}, "items": items})


def _watch() -> Answer:
    events = [("ADDED", "Pending"), ("MODIFIED", "Running"), ("DELETED", "Succeeded")]
    told = [json.dumps({"type": kind, "object": _pod("web-3", phase)}) + "\n" for kind, phase in events]
    # An event need not end where a chunk ends.
    cut = len(told[1]) // 2
    return _lines("application/json", told[0], told[1][:cut], told[1][cut:] + told[2])


def _lines(kind: str, *pieces: str) -> Answer:
    return Answer(headers=(("Content-Type", kind),), pieces=tuple(piece.encode() for piece in pieces))


def _status(code: int, reason: str, message: str) -> Answer:
    status = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code}
    return json_answer({**status, "reason": reason, "message": message}, code)
