"""The Google Drive API with its token and discovery endpoints, every answer compressed as Google's are."""

from __future__ import annotations

import json
from typing import Any

from tests.sdks.imitations.credentials import credential
from tests.sdks.imitations.server import Answer, Call, Imitation, json_answer

CLIENT_SECRET = credential("google client", "GOCSPX-", 28)
REFRESH_TOKEN = credential("google refresh", "1//0", 48)
ACCESS_TOKEN = credential("google access", "ya29.", 48)
API_KEY = credential("google key", "AIza", 35)

FILES = ("Übersicht.txt", "notes.md", "photo.png")
CONTENT = bytes(range(256)) * 10
RESUME = 308
"""What Google answers to a part of an upload, in the sense of "go on"."""


class Google(Imitation):
    def answer(self, call: Call) -> Answer:
        if call.path == "/token":
            return _token(call)
        if call.path.startswith("/discovery/"):
            return json_answer(_notes_api(f"http://{call.header('Host')}/")).gzipped()
        if call.path == "/notes/v1/notes":
            return self._notes(call)
        if call.header("Authorization") != f"Bearer {ACCESS_TOKEN}":
            return _error(401, "Request had invalid authentication credentials.")
        if call.path.startswith("/upload/"):
            return _upload(call)
        if call.path == "/drive/v3/files":
            return _list(call)
        return _download(call) if call.query.get("alt") == "media" else _error(404, "File not found.")

    def _notes(self, call: Call) -> Answer:
        if call.query.get("key") != API_KEY:
            return _error(403, "The request is missing a valid API key.")
        return json_answer({"notes": [{"title": "Zoë ✓"}]}).gzipped()


def _token(call: Call) -> Answer:
    form = call.form()
    if (form["refresh_token"], form["client_secret"]) != (REFRESH_TOKEN, CLIENT_SECRET):
        return json_answer({"error": "invalid_grant"}, 400)
    return json_answer({"access_token": ACCESS_TOKEN, "expires_in": 3599, "token_type": "Bearer"}).gzipped()


def _list(call: Call) -> Answer:
    start = int(call.query.get("pageToken", "0"))
    end = start + int(call.query["pageSize"])
    found = [{"id": f"f{number}", "name": name} for number, name in enumerate(FILES)][start:end]
    more = {"nextPageToken": str(end)} if end < len(FILES) else {}
    return json_answer({"files": found, **more}, 200, ("Vary", "Origin"), ("Vary", "X-Origin")).gzipped()


def _upload(call: Call) -> Answer:
    if call.query["uploadType"] == "multipart":
        text = call.body.split(b"\r\n\r\n" if b"\r\n\r\n" in call.body else b"\n\n")
        name = json.loads(text[1].strip().splitlines()[0])["name"]
        return json_answer({"id": "f9", "name": name}).gzipped()
    if "upload_id" not in call.query:
        address = f"http://{call.header('Host')}{call.target}&upload_id=u1"
        return Answer(200, b"", (("Location", address),))
    last, _, size = call.header("Content-Range").partition("-")[2].partition("/")
    if int(last) + 1 < int(size):
        return Answer(RESUME, b"", (("Range", f"bytes=0-{last}"),))
    return json_answer({"id": "f10", "name": "resumed", "size": size}).gzipped()


def _download(call: Call) -> Answer:
    first, _, last = call.header("Range").removeprefix("bytes=").partition("-")
    start, end = int(first), min(int(last), len(CONTENT) - 1)
    crossed = ("Content-Range", f"bytes {start}-{end}/{len(CONTENT)}")
    return Answer(206, CONTENT[start : end + 1], (("Content-Type", "image/png"), crossed))


def _error(status: int, message: str) -> Answer:
    return json_answer({"error": {"code": status, "message": message, "status": "REFUSED"}}, status).gzipped()


def _notes_api(root: str) -> dict[str, Any]:
    """The discovery document of an API with one method."""
    listing = {
        "id": "notes.notes.list",
        "path": "v1/notes",
        "httpMethod": "GET",
        "parameters": {},
        "response": {"$ref": "Notes"},
    }
    return {
        "kind": "discovery#restDescription",
        "name": "notes",
        "version": "v1",
        "id": "notes:v1",
        "rootUrl": root,
        "servicePath": "notes/",
        "baseUrl": f"{root}notes/",
        "batchPath": "batch",
        "parameters": {"key": {"type": "string", "location": "query"}},
        "schemas": {"Notes": {"id": "Notes", "type": "object", "properties": {}}},
        "resources": {"notes": {"methods": {"list": listing}}},
    }
