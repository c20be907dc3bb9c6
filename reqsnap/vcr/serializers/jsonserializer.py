"""VCR.py's JSON."""

from __future__ import annotations

import json
from typing import Any


def deserialize(cassette_string: str) -> Any:
    """The values of a cassette. Raises ValueError."""
    return json.loads(cassette_string)


def serialize(cassette_dict: Any) -> str:
    r"""The text of a cassette. Raises TypeError for a body that is not text.

    >>> serialize({"version": 1})
    '{\n    "version": 1\n}\n'
    """
    try:
        return json.dumps(cassette_dict, indent=4) + "\n"
    except TypeError as error:
        raise TypeError(
            f"the cassette cannot be written as JSON ({error}): a body that is not text, perhaps. Use YAML"
        ) from None
