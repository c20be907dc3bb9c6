"""The Anthropic API: messages whole and streamed, and the overloaded error."""

from __future__ import annotations

import json

from tests.sdks.imitations.credentials import credential
from tests.sdks.imitations.server import Answer, Call, Imitation, event_stream, json_answer

API_KEY = credential("anthropic", "sk-ant-api03-", 48)

PIECES = ("Grüße", " aus", " Köln ", "🎉")


class Anthropic(Imitation):
    def answer(self, call: Call) -> Answer:
        # Older versions of the SDK send the key as x-api-key.
        if API_KEY not in (call.header("x-api-key"), call.header("Authorization").removeprefix("Bearer ")):
            return _error(401, "authentication_error", "invalid x-api-key")
        if call.path != "/v1/messages":
            return _error(404, "not_found_error", f"Not found: {call.path}")
        question = call.json()
        if question["model"] == "overloaded":
            return _error(529, "overloaded_error", "Overloaded")
        if question.get("stream"):
            return _stream(question["model"])
        text = f"You said: {question['messages'][-1]['content']}"
        content = [{"type": "text", "text": text}]
        return json_answer({**_message(question["model"]), "content": content}, 200, ("request-id", "req_7"))


def _message(model: str) -> dict[str, object]:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 12, "output_tokens": 6},
    }


def _stream(model: str) -> Answer:
    start = {**_message(model), "stop_reason": None}
    block = {"type": "text", "text": ""}
    ending = {"stop_reason": "end_turn", "stop_sequence": None}
    deltas = [{"type": "text_delta", "text": text} for text in PIECES]
    return event_stream(
        _event("message_start", message=start),
        _event("content_block_start", index=0, content_block=block) + _event("ping"),
        *(_event("content_block_delta", index=0, delta=delta) for delta in deltas),
        _event("content_block_stop", index=0),
        _event("message_delta", delta=ending, usage={"output_tokens": 6}),
        _event("message_stop"),
    )


def _event(kind: str, **fields: object) -> str:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields}, ensure_ascii=False)}\n\n"


def _error(status: int, kind: str, message: str) -> Answer:
    return json_answer({"type": "error", "error": {"type": kind, "message": message}}, status)
