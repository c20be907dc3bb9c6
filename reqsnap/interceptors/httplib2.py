"""httplib2: it connects by itself before it asks, and looks whether there is a socket."""

from __future__ import annotations

from typing import Any

from reqsnap import scope
from reqsnap.interceptors.http_client_state import exchange_of
from reqsnap.patching import Patch


def connect(wrapped: Any, conn: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`connect`: held back until the exchange is decided; http.client connects when it sends."""
    if exchange_of(conn) is None:
        recorder = scope.current()
        if recorder is not None and recorder.may_replay:
            return None
    return wrapped(*args, **kwargs)


PATCHES = (
    Patch("httplib2", "HTTPConnectionWithTimeout.connect", connect),
    Patch("httplib2", "HTTPSConnectionWithTimeout.connect", connect),
)
