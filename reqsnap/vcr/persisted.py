"""What a persister is given and gives: the requests and the answers apart, and metadata if there are any."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Protocol

from reqsnap.vcr.persisters.filesystem import CassetteDecodeError, CassetteNotFoundError
from reqsnap.vcr.serialize import Serializer

_LOG = logging.getLogger("reqsnap.vcr.cassette")

Pair = tuple[Any, Any]
"""A request and its answer."""


class Persister(Protocol):
    """Where cassettes lie, and how: a class or object with these two functions."""

    def load_cassette(self, cassette_path: Any, serializer: Serializer, /) -> Any:
        """The requests, the answers, and the metadata if there are any.

        Raises CassetteNotFoundError where there is no such cassette.
        """

    def save_cassette(self, cassette_path: Any, cassette_dict: Any, serializer: Serializer) -> None:
        """Replace a cassette by `requests`, `responses` and perhaps `metadata`."""


def load(persister: Persister, path: Any, serializer: Serializer) -> tuple[list[Pair], dict[str, Any]] | None:
    """The pairs of a cassette and its metadata; None where there is none, and for one that cannot be read.

    Raises what the persister raises for other reasons.
    """
    try:
        requests, responses, *metadata = persister.load_cassette(path, serializer)
    except CassetteNotFoundError:
        return None
    except CassetteDecodeError:
        told = "The cassette %s couldn't be loaded: it is taken for an empty one, and may be overwritten."
        _LOG.warning(told, path, exc_info=True)
        return None
    return list(zip(requests, responses, strict=False)), dict(metadata[0]) if metadata else {}


def save(
    persister: Persister, path: Any, serializer: Serializer, pairs: Sequence[Pair], metadata: dict[str, Any]
) -> None:
    """Have a persister store these. Raises what it raises."""
    cassette: dict[str, Any] = {
        "requests": [request for request, _ in pairs],
        "responses": [response for _, response in pairs],
    }
    if metadata:
        cassette["metadata"] = metadata
    persister.save_cassette(path, cassette, serializer=serializer)
