"""The Docker Engine API, meant for a unix socket: containers, their logs, pulls, events."""

from __future__ import annotations

import json
import struct
from base64 import urlsafe_b64decode
from typing import Any

from tests.sdks.imitations.credentials import credential
from tests.sdks.imitations.server import Answer, Call, Imitation, json_answer

REGISTRY_PASSWORD = credential("docker registry", "dckr_pat_", 27)

NAMES = ("web", "terminal")
STDOUT, STDERR = 1, 2


class Docker(Imitation):
    def answer(self, call: Call) -> Answer:
        # Every path but the first that the SDK asks for begins with the version: /v1.47/containers/json
        path = call.path.split("/")[1:]
        if path[0].startswith("v1."):
            path = path[1:]
        match call.method, *path:
            case _, "version":
                return json_answer({"Version": "27.0.1", "ApiVersion": "1.47", "MinAPIVersion": "1.24"})
            case _, "_ping":
                return Answer(200, b"OK", (("Api-Version", "1.47"), ("Content-Type", "text/plain")))
            case "GET", "containers", "json":
                return json_answer([{"Id": name} for name in NAMES])
            case "GET", "containers", name, "json" if name in NAMES:
                return json_answer(_container(name))
            case "GET", "containers", name, "logs":
                return _logs(name, follow=call.query.get("follow") == "1")
            case "POST", "images", "create":
                return _progress(call)
            case "GET", "images", *_:
                return json_answer({"Id": "sha256:1", "RepoTags": ["private/app:1"]})
            case "GET", "events":
                return _json_lines({"Action": "start", "id": "web"}, {"Action": "die", "id": "web"})
        return json_answer({"message": f"No such container: {path[1]}"}, 404)


def _container(name: str) -> dict[str, Any]:
    return {
        "Id": name,
        "Name": f"/{name}",
        "State": {"Status": "running"},
        "Config": {"Tty": name == "terminal", "Image": "nginx:1.27", "Env": ["LANG=C.UTF-8"]},
    }


def _logs(name: str, follow: bool) -> Answer:
    lines = ("starting ✓\n".encode(), b"warning\n", b"ready\n")
    if name == "web":
        lines = _frame(STDOUT, lines[0]), _frame(STDERR, lines[1]), _frame(STDOUT, lines[2])
    kind = ("Content-Type", "application/vnd.docker.multiplexed-stream")
    return Answer(headers=(kind,), pieces=lines) if follow else Answer(200, b"".join(lines), (kind,))


def _frame(stream: int, line: bytes) -> bytes:
    return struct.pack(">BxxxL", stream, len(line)) + line


def _progress(call: Call) -> Answer:
    if _registry_password(call) != REGISTRY_PASSWORD:
        return json_answer({"message": "pull access denied"}, 404)
    return _json_lines(
        {"status": "Pulling from private/app", "id": call.query["tag"]},
        {"status": "Downloading", "progressDetail": {"current": 512, "total": 1024}},
        {"status": "Status: Downloaded newer image for private/app:1"},
    )


def _registry_password(call: Call) -> str:
    return str(json.loads(urlsafe_b64decode(call.header("X-Registry-Auth")))["password"])


def _json_lines(*values: dict[str, Any]) -> Answer:
    pieces = tuple(json.dumps(value).encode() + b"\r\n" for value in values)
    return Answer(headers=(("Content-Type", "application/json"),), pieces=pieces)
