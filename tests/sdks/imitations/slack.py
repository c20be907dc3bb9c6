"""The Slack Web API: messages, pages of users, an upload in three steps, an OAuth exchange."""

from __future__ import annotations

from typing import Any

from tests.sdks.imitations.credentials import credential
from tests.sdks.imitations.server import Answer, Call, Imitation, json_answer

TOKEN = credential("slack bot", "xoxb-", 48)
CLIENT_SECRET = credential("slack client", length=32)
GRANTED = credential("slack granted", "xoxb-", 48)
REFRESH = credential("slack refresh", "xoxe-1-", 48)

USERS = ("ada", "zoë", "grace")


class Slack(Imitation):
    prefix = "/api/"

    def answer(self, call: Call) -> Answer:
        if call.path.startswith("/upload/"):
            return Answer(200, f"OK - {len(call.body)}".encode(), (("Content-Type", "text/plain"),))
        method = call.path.removeprefix(self.prefix)
        if method == "oauth.v2.access":
            return json_answer(_grant())
        if call.header("Authorization") != f"Bearer {TOKEN}":
            return json_answer({"ok": False, "error": "invalid_auth"})
        return json_answer(self._answer(method, call))

    def _answer(self, method: str, call: Call) -> dict[str, Any]:
        match method:
            case "chat.postMessage":
                said = call.json() if "json" in call.header("Content-Type") else call.form()
                if said["channel"] == "#absent":
                    return {"ok": False, "error": "channel_not_found"}
                return {"ok": True, "channel": "C1", "ts": "1767225600.000100", "message": said}
            case "users.list":
                return _users(call)
            case "files.getUploadURLExternal":
                address = f"http://{call.header('Host')}/upload/v1/F1"
                return {"ok": True, "upload_url": address, "file_id": "F1"}
            case "files.completeUploadExternal":
                return {"ok": True, "files": [{"id": "F1", "title": "Report"}]}
        return {"ok": False, "error": "unknown_method"}


def _users(call: Call) -> dict[str, Any]:
    asked = call.query | call.form()
    start = int(asked.get("cursor", "0"))
    end = start + int(asked["limit"])
    members = [{"id": f"U{number}", "name": name} for number, name in enumerate(USERS)]
    cursor = str(end) if end < len(USERS) else ""
    return {"ok": True, "members": members[start:end], "response_metadata": {"next_cursor": cursor}}


def _grant() -> dict[str, Any]:
    return {
        "ok": True,
        "access_token": GRANTED,
        "token_type": "bot",
        "scope": "chat:write",
        "refresh_token": REFRESH,
        "expires_in": 43200,
        "team": {"name": "Loopback", "id": "T1"},
    }
