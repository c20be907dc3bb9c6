"""Processes that multiprocessing starts with a new interpreter are told whom to ask before anything else.

Not through the environment: those that a fork server forks would have the server's.
"""

from __future__ import annotations

from typing import Any

from reqsnap.patching import Patch
from reqsnap.processes.children import ticket_here
from reqsnap.processes.tickets import Pickled


def get_preparation_data(wrapped: Any, instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What is pickled for the child ahead of its `Process`; keys that it does not know do nothing there."""
    data = wrapped(*args, **kwargs)
    ticket = ticket_here()
    return data if ticket is None else {**data, "reqsnap": Pickled(ticket)}


PATCHES = (Patch("multiprocessing.spawn", "get_preparation_data", get_preparation_data),)
