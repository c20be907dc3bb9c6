"""Runs where the interpreter of a child process starts, and has it ask the owner of its block.

Found through `PYTHONPATH`, it leaves no trace there: the environment and `sys.path` are
what they would be without it, and a `sitecustomize` of the program's own runs. It is kept
plain, because nobody knows which Python a program starts.
"""

import importlib
import os
import sys
from typing import Any

VARIABLE = "REQSNAP_OWNER"
FOLDER = os.path.dirname(os.path.abspath(__file__))


def leave_no_trace() -> None:
    """Restore the environment and the module search path."""
    parts = [part for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part != FOLDER]
    if any(parts):
        os.environ["PYTHONPATH"] = os.pathsep.join(parts)
    else:
        os.environ.pop("PYTHONPATH", None)
    sys.path[:] = [part for part in sys.path if part != FOLDER]


def run_next() -> None:
    """Run the `sitecustomize` that this one stands before, if there is one."""
    this = sys.modules.pop("sitecustomize")
    try:
        importlib.import_module("sitecustomize")
    except ImportError as error:
        if error.name != "sitecustomize":
            raise
    finally:
        sys.modules.setdefault("sitecustomize", this)


def join(ticket: str) -> None:
    """Have the process belong to the block that started it."""
    try:
        _joining().join(ticket)
    except Exception as error:
        problem = f"{type(error).__name__}: {error}"
        sys.stderr.write(
            f"reqsnap: the requests of {sys.executable} are neither recorded nor replayed: {problem}\n"
        )


def _joining() -> Any:
    try:
        return importlib.import_module("reqsnap.joining")
    except ImportError:
        # This reqsnap is not where the interpreter looks, but it is known where it is.
        home = os.path.dirname(os.path.dirname(os.path.dirname(FOLDER)))
        sys.path.append(home)
        try:
            return importlib.import_module("reqsnap.joining")
        finally:
            sys.path.remove(home)


if __name__ == "sitecustomize":
    found = os.environ.pop(VARIABLE, None)
    leave_no_trace()
    try:
        run_next()
    finally:
        if found is not None:
            join(found)
elif "TICKET" in globals():
    join(globals()["TICKET"])
