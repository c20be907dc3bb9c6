"""What is told of the requests that are sent after their block has ended."""

from __future__ import annotations

import threading
import warnings

from reqsnap.errors import LateRequestWarning


class Late:
    """Warns, once for a block, of what something that has outlived it sends."""

    __slots__ = ("_untold",)

    def __init__(self) -> None:
        self._untold = [True]

    def sent(self, cassette: str | None, target: str) -> None:
        """A request is sent; `cassette` is a path, `target` the method and the redacted URL."""
        try:
            self._untold.pop()
        except IndexError:
            return
        name, thread = cassette or "a cassette in memory", threading.current_thread().name
        warnings.warn(
            LateRequestWarning(
                f"{name}: its block has ended, but something that was started in it goes on, in thread "
                f"{thread!r}, and sends {target}. This exchange and those that follow go to the network "
                "and are not recorded. Wait for it before the block ends, or open a block within it."
            ),
            stacklevel=2,
        )
