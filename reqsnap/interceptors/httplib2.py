"""httplib2: it connects by itself before it asks, and looks whether there is a socket."""

from __future__ import annotations

from typing import Any

from reqsnap import scope
from reqsnap.interceptors.http_client.state import exchange_of, notes_errors
from reqsnap.patching import Patch


def conn_request(wrapped: Any, client: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`Http._conn_request`: its `connect` waits until the exchange is decided.

    http.client connects by itself when it sends. Held on the instance, so that connection
    classes of the user's, with a `connect` of their own, are held too.
    """
    recorder = scope.current()
    conn = args[0] if args else kwargs["conn"]
    if recorder is None or "connect" in conn.__dict__:
        return wrapped(*args, **kwargs)
    if not (recorder.may_replay or notes_errors(recorder)):
        return wrapped(*args, **kwargs)
    own = conn.connect
    conn.connect = lambda: None if exchange_of(conn) is None else own()
    try:
        return wrapped(*args, **kwargs)
    finally:
        del conn.connect


PATCHES = (Patch("httplib2", "Http._conn_request", conn_request),)
