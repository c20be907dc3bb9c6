"""Where the cassette of a decorated test lives when the decorator names no path."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reqsnap.errors import ConfigurationError

FOLDER = "cassettes"

_UNFIT = re.compile(r"[^\w.\-\[\]]+")


def default_path(function: Callable[..., Any], owner: type | None = None) -> Path:
    """`cassettes/<module>/<Class>.<test>.yaml` beside the file that defines the test.

    `owner` is the class whose test it is, where that is not the one the function was
    written in: inherited tests have a cassette for each class.
    """
    place = owner or inspect.unwrap(function)
    module = sys.modules.get(place.__module__)
    file = getattr(module, "__file__", None)
    if file is None:
        raise ConfigurationError(
            "path", None, f"{function.__qualname__} is not defined in a file, so its cassette needs a path"
        )
    name = function.__qualname__.replace(".<locals>", "")
    if owner is not None:
        name = f"{owner.__qualname__.replace('.<locals>', '')}.{function.__name__}"
    source = Path(file)
    folder = place.__module__.rpartition(".")[2]
    if folder == "__main__":
        folder = source.stem
    return source.resolve().parent / FOLDER / folder / f"{_UNFIT.sub('_', name)}.yaml"
