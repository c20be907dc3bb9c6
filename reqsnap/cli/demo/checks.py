"""The demo's evidence: that nothing was sent, nothing leaked and nothing was left behind."""

from __future__ import annotations

import base64
import socket
import sys
from collections.abc import Iterable
from types import FunctionType, TracebackType
from typing import Self
from urllib.parse import quote

LIBRARIES = {
    "aiohttp", "asyncio", "concurrent", "http", "httpcore", "httpcore2", "httpx", "httpx2",
    "requests", "socket", "ssl", "threading", "urllib", "urllib3",
}  # fmt: skip
"""The libraries in which a patch might be left behind."""

Functions = dict[tuple[str, str], dict[str, object]]
"""Functions by module and class, then by name."""


def refused(address: tuple[str, int]) -> bool:
    """Whether nothing answers at an address any more."""
    with socket.socket() as caller:
        return caller.connect_ex(address) != 0


def holds_any(credentials: Iterable[str], written: bytes) -> bool:
    """Whether a file holds a credential: as it is, URL-encoded or in base64, wherever that begins."""
    return any(form in written for credential in credentials for form in _forms(credential))


def _forms(credential: str) -> set[bytes]:
    raw = credential.encode()
    forms = {raw, quote(credential, safe="").encode()}
    for before in range(3):
        # Without the first and last letters, which depend on the neighbours as well.
        forms.add(base64.b64encode(b"-" * before + raw)[4 if before else 0 : -4])
    return forms


class NoNetwork:
    """While its `with` block is open every attempt to connect is refused and noted in `attempts`."""

    def __init__(self) -> None:
        self.attempts: list[object] = []
        self._saved = {name: vars(socket.socket).get(name) for name in ("connect", "connect_ex")}

    def __enter__(self) -> Self:
        for name in self._saved:
            setattr(socket.socket, name, self._refuse)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name, original in self._saved.items():
            if original is None:
                delattr(socket.socket, name)
            else:
                setattr(socket.socket, name, original)

    def _refuse(self, address: object) -> int:
        self.attempts.append(address)
        raise ConnectionRefusedError("the demo's replay may not use the network")


def functions() -> Functions:
    """Every function of the libraries that reqsnap may patch: by module and class, then by name."""
    found: Functions = {}
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] not in LIBRARIES:
            continue
        owners: list[tuple[str, object]] = [("", module)]
        owners += [(key, value) for key, value in vars(module).items() if isinstance(value, type)]
        for key, owner in owners:
            found[name, key] = {
                attribute: value
                for attribute, value in vars(owner).items()
                if isinstance(value, FunctionType | staticmethod | classmethod | property)
                or hasattr(type(value), "__wrapped__")
            }
    return found


def unchanged(before: Functions, after: Functions) -> bool:
    """Whether every function is the very object that it was, and none was added."""
    return all(
        after[owner].keys() == held.keys() and all(after[owner][name] is held[name] for name in held)
        for owner, held in before.items()
        if owner in after
    )
