"""Amazon SQS over its JSON protocol: send, receive, delete."""

from __future__ import annotations

from hashlib import md5

from tests.sdks.imitations.server import Answer, Call, Imitation, json_answer


class Sqs(Imitation):
    """One queue, which holds two messages for every reader."""

    def answer(self, call: Call) -> Answer:
        operation = call.header("X-Amz-Target").removeprefix("AmazonSQS.")
        match operation:
            case "SendMessage":
                text = call.json()["MessageBody"]
                return _answer({"MessageId": "m-0", "MD5OfMessageBody": _md5(text)})
            case "ReceiveMessage":
                return _answer({"Messages": [_message(1), _message(2)]})
            case "DeleteMessage":
                return _answer({})
        return _answer({"__type": "com.amazonaws.sqs#UnsupportedOperation", "message": operation}, 400)


def _message(number: int) -> dict[str, str]:
    text = f"job {number}: Zoë ✓"
    return {
        "MessageId": f"m-{number}",
        "ReceiptHandle": f"handle-{number}",
        "Body": text,
        "MD5OfBody": _md5(text),
    }


def _md5(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def _answer(value: object, status: int = 200) -> Answer:
    answer = json_answer(value, status)
    return Answer(status, answer.body, (("Content-Type", "application/x-amz-json-1.0"),))
