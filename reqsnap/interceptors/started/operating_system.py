"""What `os` starts inside a block finds in its environment whom to ask.

The other functions of `os.exec*` and `os.spawn*` call these.
"""

from __future__ import annotations

import os
import shlex
from typing import Any

from reqsnap.patching import Patch
from reqsnap.processes.children import ticket_here
from reqsnap.processes.tickets import environment, variables


def execv(wrapped: Any, instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`os.execv`, which has no environment to be given."""
    ticket = ticket_here()
    if ticket is None:
        return wrapped(*args, **kwargs)
    path, argv = (*args, *(kwargs[name] for name in ("path", "argv") if name in kwargs))
    return os.execve(path, argv, environment(ticket, None))


def with_environment(wrapped: Any, instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`os.execve`, `os.posix_spawn` and `os.posix_spawnp`."""
    ticket = ticket_here()
    if ticket is None:
        return wrapped(*args, **kwargs)
    if len(args) > 2:
        return wrapped(*args[:2], environment(ticket, args[2]), *args[3:], **kwargs)
    return wrapped(*args, **{**kwargs, "env": environment(ticket, kwargs["env"])})


def system(wrapped: Any, instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`os.system`, whose shell reads the variables from a file that only this user can read."""
    ticket = ticket_here()
    if ticket is None or os.name == "nt":
        return wrapped(*args, **kwargs)
    import tempfile

    command = args[0] if args else kwargs["command"]
    found = variables(ticket, os.environ.get("PYTHONPATH"))
    with tempfile.NamedTemporaryFile("w", prefix="reqsnap-", suffix=".sh") as file:
        file.writelines(f"export {name}={shlex.quote(value)}\n" for name, value in found.items())
        file.flush()
        return wrapped(f". {shlex.quote(file.name)}; ".encode() + os.fsencode(command))


PATCHES = (
    Patch("os", "execv", execv),
    Patch("os", "execve", with_environment),
    Patch("os", "posix_spawn", with_environment),
    Patch("os", "posix_spawnp", with_environment),
    Patch("os", "system", system),
)
