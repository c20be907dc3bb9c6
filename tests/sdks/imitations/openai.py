"""The OpenAI API: chat completions whole and streamed, embeddings, files, errors, a rate limit."""

from __future__ import annotations

import base64
import json
import struct

from tests.sdks.imitations.credentials import credential
from tests.sdks.imitations.server import Answer, Call, Imitation, event_stream, json_answer

API_KEY = credential("openai", "sk-proj-", 48)
COOKIE = credential("openai cookie")

WORDS = ("Hello", ", ", "Zoë", " ✓", "\n\nBye")


class OpenAI(Imitation):
    prefix = "/v1"

    def answer(self, call: Call) -> Answer:
        sent_key = call.header("Authorization").removeprefix("Bearer ")
        if sent_key != API_KEY:
            return _error(401, "invalid_api_key", f"Incorrect API key provided: {sent_key}.")
        match call.path:
            case "/v1/chat/completions":
                return _chat(call)
            case "/v1/responses":
                return _response_stream(call)
            case "/v1/embeddings":
                return _embeddings(call)
            case "/v1/files":
                return _file(call)
        return _error(404, "not_found", f"Unknown path {call.path}.")


def _chat(call: Call) -> Answer:
    question = call.json()
    if question["model"] == "busy" and call.header("x-stainless-retry-count") == "0":
        return _error(429, "rate_limit_exceeded", "Slow down.", ("retry-after-ms", "1"))
    if question.get("stream"):
        return event_stream(*(f"data: {json.dumps(chunk)}\n\n" for chunk in _chunks()), "data: [DONE]\n\n")
    said = f"You said: {question['messages'][-1]['content']}"
    return json_answer(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1767225600,
            "model": question["model"],
            "choices": [
                {"index": 0, "message": {"role": "assistant", "content": said}, "finish_reason": "stop"}
            ],
            "usage": {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10},
        },
        200,
        ("x-request-id", "req_1"),
        ("openai-organization", "org-loopback"),
        ("Set-Cookie", f"__cf_bm={COOKIE}; path=/; HttpOnly"),
    )


def _chunks() -> list[dict[str, object]]:
    frame = {
        "id": "chatcmpl-2",
        "object": "chat.completion.chunk",
        "created": 1767225600,
        "model": "gpt-4o-mini",
    }
    deltas = [{"role": "assistant", "content": ""}, *({"content": word} for word in WORDS), {}]
    reasons = [None] * (len(deltas) - 1) + ["stop"]
    told = zip(deltas, reasons, strict=True)
    choices = ({"index": 0, "delta": delta, "finish_reason": reason} for delta, reason in told)
    return [{**frame, "choices": [choice]} for choice in choices]


def _response_stream(call: Call) -> Answer:
    """What ends with its last event, where chat completions add a mark of their own."""
    response = {"id": "resp_1", "object": "response", "model": call.json()["model"], "output": []}
    events: list[dict[str, object]] = [{"type": "response.created", "response": response}]
    events += [{"type": "response.output_text.delta", "item_id": "msg_1", "delta": word} for word in WORDS]
    events.append({"type": "response.completed", "response": response})
    numbered = ({**event, "sequence_number": number} for number, event in enumerate(events))
    return event_stream(*(f"event: {one['type']}\ndata: {json.dumps(one)}\n\n" for one in numbered))


def _embeddings(call: Call) -> Answer:
    asked = call.json()
    vectors = [[len(text) / 8, -0.5, 0.25] for text in asked["input"]]
    coded = [base64.b64encode(struct.pack("<3f", *vector)).decode() for vector in vectors]
    data = [{"object": "embedding", "index": at, "embedding": text} for at, text in enumerate(coded)]
    usage = {"prompt_tokens": 2, "total_tokens": 2}
    return json_answer({"object": "list", "data": data, "model": asked["model"], "usage": usage}).gzipped()


def _file(call: Call) -> Answer:
    name = call.body.partition(b'filename="')[2].partition(b'"')[0].decode()
    return json_answer(
        {
            "id": "file-1",
            "object": "file",
            "bytes": 33,
            "created_at": 1767225600,
            "filename": name,
            "purpose": "fine-tune",
            "status": "processed",
        }
    )


def _error(status: int, code: str, message: str, *headers: tuple[str, str]) -> Answer:
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": code}
    return json_answer({"error": error}, status, *headers)
