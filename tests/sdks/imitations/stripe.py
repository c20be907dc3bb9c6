"""The Stripe API: customers by page, a payment intent, a file, a declined card."""

from __future__ import annotations

from tests.sdks.imitations.credentials import credential
from tests.sdks.imitations.server import Answer, Call, Imitation, json_answer

API_KEY = credential("stripe", "sk_test_", 40)
CUSTOMERS = 5


class Stripe(Imitation):
    def answer(self, call: Call) -> Answer:
        if call.header("Authorization") != f"Bearer {API_KEY}":
            return _error(401, {"type": "invalid_request_error", "message": "Invalid API Key"})
        match call.method, call.path.removeprefix("/v1/"):
            case "POST", "customers":
                form = call.form()
                metadata = {"plan": form["metadata[plan]"]}
                return _answer({**_customer(0), "name": form["name"], "metadata": metadata})
            case "GET", "customers":
                return _page(call)
            case "POST", "payment_intents":
                return _intent(call)
            case "POST", "files":
                purpose = "dispute_evidence" if b"dispute_evidence" in call.body else "unknown"
                return _answer({"id": "file_1", "object": "file", "purpose": purpose, "size": 19})
        return _error(404, {"type": "invalid_request_error", "message": f"No such path {call.path}"})


def _customer(number: int) -> dict[str, object]:
    return {"id": f"cus_{number}", "object": "customer", "email": f"ada{number}@example.com"}


def _page(call: Call) -> Answer:
    after = int(call.query.get("starting_after", "cus_0").removeprefix("cus_"))
    end = after + int(call.query["limit"])
    data = [_customer(number) for number in range(after + 1, min(end, CUSTOMERS) + 1)]
    return _answer({"object": "list", "url": "/v1/customers", "has_more": end < CUSTOMERS, "data": data})


def _intent(call: Call) -> Answer:
    form = call.form()
    if form["payment_method"] == "pm_card_chargeDeclined":
        declined = {"type": "card_error", "code": "card_declined", "message": "Your card was declined."}
        return _error(402, {**declined, "decline_code": "generic_decline"})
    status = {"status": "succeeded", "amount": int(form["amount"]), "currency": form["currency"]}
    return _answer({"id": "pi_1", "object": "payment_intent", **status})


def _answer(value: dict[str, object]) -> Answer:
    return json_answer(value, 200, ("Request-Id", "req_stripe"), ("Stripe-Version", "2026-01-01"))


def _error(status: int, error: dict[str, object]) -> Answer:
    return json_answer({"error": error}, status, ("Request-Id", "req_stripe"))
