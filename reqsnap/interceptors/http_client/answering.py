"""Replays that need no exchange: the request is known without being built, and its answer stands ready.

What answers stands on the connection itself, in the place of its `getresponse`. So nothing has to
stay wrapped until the program asks for the answer, and it comes when the block has ended too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeGuard

from reqsnap.interceptors.http_client.replay import StandInSocket, genuine_response
from reqsnap.interceptors.http_client.state import ResponseClass, keep_response
from reqsnap.recorder import Forward, Refuse, Replay

ANSWERS = "getresponse"


def is_plain_replay(decision: Replay | Forward | Refuse) -> TypeGuard[Replay]:
    """Whether an answer comes, be it whole or broken off."""
    return type(decision) is Replay and (decision.error is None or decision.response.status != 0)


def answer_later(conn: Any, replay: Replay, leaves: dict[str, Any]) -> None:
    """Leave a connection of http.client as if it had sent a request to which this is the answer."""
    own = conn.__dict__
    own.update(leaves)
    replaced = own["sock"]
    sock = own["sock"] = StandInSocket(own["timeout"], replaced=replaced)

    def getresponse() -> Any:
        del own[ANSWERS]
        if own["sock"] is not sock:
            # Closed meanwhile, or used for another request.
            return conn.getresponse()
        try:
            return given(conn, genuine_response(conn, replay))
        finally:
            own["sock"] = replaced

    own[ANSWERS] = getresponse


def given(conn: Any, response: Any) -> Any:
    """What the `getresponse` of a connection's class gives if a response has just come."""
    if keep_response(conn, response):
        return response
    return through_own_code(conn, response)


def through_own_code(conn: Any, response: Any) -> Any:
    """The same by its own code, which closes what is to be closed."""
    getresponse: Callable[[Any], Any] = type(conn).getresponse
    with ResponseClass(conn, lambda *_, **__: response):
        return getresponse(conn)
