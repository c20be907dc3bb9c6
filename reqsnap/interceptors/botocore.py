"""botocore: its connections look at their socket for a 100 Continue before they send a body."""

from __future__ import annotations

from typing import Any

from reqsnap.interceptors.http_client.state import NOTING, exchange_of
from reqsnap.patching import Patch


def send_output(wrapped: Any, conn: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`AWSConnection._send_output`: nobody answers while nothing is sent, so none is waited for."""
    exchange = exchange_of(conn)
    if exchange is None or exchange.phase is NOTING or not conn._expect_header_set:
        return wrapped(*args, **kwargs)
    conn._expect_header_set = False
    try:
        return wrapped(*args, **kwargs)
    finally:
        conn._expect_header_set = True


PATCHES = (Patch("botocore.awsrequest", "AWSConnection._send_output", send_output),)
