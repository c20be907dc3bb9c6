"""A network that is blocked: sockets and pycurl refuse to connect, except to the hosts that are allowed.

What is replaced is `socket.socket.connect` and `connect_ex`, through which all sockets of
Python programs connect, for as long as a block is open, and put back exactly. libcurl makes
sockets of its own: `pycurl.Curl.perform` is replaced by a class in `pycurl`'s place.
Replay connects to nothing, and a child process reaches its owner below `socket.socket`.
"""

from __future__ import annotations

import re
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import wrapt

from reqsnap.errors import ReqsnapError

_blocks: list[Sequence[str] | None] = []
"""The allowed hosts of each block that is open; the last one's are in force."""


class NetworkBlockedError(ReqsnapError, RuntimeError):
    """A connection to a host that is not among those that `block_network` allows.

    `host` is the host as it was given to the socket: where a name was resolved first, its address.
    """

    def __init__(self, host: object) -> None:
        super().__init__(host)
        self.host = host

    def __str__(self) -> str:
        # To the letter, because tests look for it.
        return f"Network is disabled for host {self.host!r}"


@contextmanager
def blocking_context(allowed_hosts: Sequence[str] | None = None) -> Iterator[None]:
    """Refuse connections while the body runs, in all threads.

    Takes regular expressions, which are looked for at the beginning of a host, an address or the
    path of a unix socket; without any, nothing is allowed. Connecting raises NetworkBlockedError.
    """
    _blocks.append(allowed_hosts or None)
    if len(_blocks) == 1:
        _install()
    try:
        yield
    finally:
        _blocks.remove(allowed_hosts or None)
        if not _blocks:
            _remove()


def check(host: object) -> None:
    """Raise NetworkBlockedError for a host that may not be connected to now."""
    allowed = _blocks[-1] if _blocks else ()
    if _blocks and not (allowed and re.match(f"({')|('.join(allowed)})", _text(host))):
        raise NetworkBlockedError(host)


def _text(host: object) -> str:
    return bytes(host).decode(errors="replace") if isinstance(host, bytes | bytearray) else str(host)


def _host(sock: socket.socket, address: Any) -> object:
    if sock.family in (socket.AF_INET, socket.AF_INET6):
        return address[0]
    return address if sock.family == getattr(socket, "AF_UNIX", None) else ""


def _guard(original: Callable[..., Any]) -> Callable[..., Any]:
    def network_guard(self: socket.socket, address: Any, *rest: Any) -> Any:
        if not _is_of_socketpair(sys._getframe(1)):
            check(_host(self, address))
        return original(self, address, *rest)

    return network_guard


def _is_of_socketpair(caller: Any) -> bool:
    """Whether a connection is within the process: on Windows Python makes its pairs of sockets so."""
    code = caller.f_code
    return code.co_filename == socket.__file__ and code.co_name in ("socketpair", "_fallback_socketpair")


class _Replaced(NamedTuple):
    """An attribute that was replaced: where, what stood there if anything did, and what stands there now."""

    owner: Any
    name: str
    before: Any
    now: Any


_MISSING = object()
_replaced: list[_Replaced] = []
_awaited: set[str] = set()


def _replace(owner: Any, name: str, now: Any) -> None:
    _replaced.append(_Replaced(owner, name, vars(owner).get(name, _MISSING), now))
    setattr(owner, name, now)


def _install() -> None:
    for name in ("connect", "connect_ex"):
        _replace(socket.socket, name, _guard(getattr(socket.socket, name)))
    if "pycurl" in sys.modules:
        _guard_pycurl(sys.modules["pycurl"])
    elif "pycurl" not in _awaited:
        # Once, since wrapt cannot be told to forget.
        _awaited.add("pycurl")
        wrapt.register_post_import_hook(_guard_pycurl, "pycurl")


def _remove() -> None:
    """Put back what was there, except where somebody has since put another thing over it."""
    while _replaced:
        owner, name, before, now = _replaced.pop()
        if vars(owner).get(name) is now:
            if before is _MISSING:
                delattr(owner, name)
            else:
                setattr(owner, name, before)


def _guard_pycurl(pycurl: ModuleType) -> None:
    """Replace its class of handles, where the network is blocked and that was not done yet."""
    if _blocks and not any(each.owner is pycurl for each in _replaced):
        _replace(pycurl, "Curl", guarded_curl(pycurl.Curl, pycurl.EFFECTIVE_URL))


def guarded_curl(curl: type, effective_url: int) -> type:
    """A class of libcurl's handles that perform only what is allowed.

    Takes pycurl's class, and the number by which it is asked for the URL of a handle.
    """

    def guarded(name: str) -> Callable[..., Any]:
        def perform(self: Any, *args: Any) -> Any:
            # Without a host libcurl itself says what is wrong.
            host = urlsplit(self.getinfo(effective_url)).hostname
            if host:
                check(host)
            return getattr(curl, name)(self, *args)

        return perform

    performing = [name for name in ("perform", "perform_rb", "perform_rs") if hasattr(curl, name)]
    return type(curl.__name__, (curl,), {name: guarded(name) for name in performing})
