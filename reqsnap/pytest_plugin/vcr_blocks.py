"""A cassette of VCR.py's kind around a test that is marked `vcr`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from reqsnap.pytest_plugin.ending import end
from reqsnap.pytest_plugin.vcr_layout import short_enough
from reqsnap.vcr import VCR
from reqsnap.vcr.persisters.filesystem import CassetteNotFoundError, FilesystemPersister

if TYPE_CHECKING:
    from reqsnap.vcr.cassette import Cassette

REWRITE = "rewrite"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The cassette that a test has asked for.

    name: without its ending; directory: where it lies.
    record_mode: in VCR.py's words; is_fixed: whether a hook cannot give another.
    others: cassettes that are replayed from too, relative to the directory.
    options: of `VCR.use_cassette`.
    """

    name: str
    directory: str
    record_mode: str
    is_fixed: bool
    others: tuple[str, ...]
    options: Mapping[str, Any]


def word_of(mode: Any) -> str:
    """A mode as it is written, of a member of `RecordMode` too."""
    return str(getattr(mode, "value", mode))


@contextmanager
def open_for(node: pytest.Item, wanted: Wanted) -> Iterator[Cassette]:
    """Have a cassette in force while the body runs.

    Raises ConfigurationError for options that cannot be used.
    """
    options = {key: value for key, value in wanted.options.items() if key != "allowed_hosts"}
    ending = options.get("serializer", ".yaml")
    name = short_enough(wanted.name, ending, os.curdir)
    transformer = VCR.ensure_suffix(f".{options['serializer']}" if "serializer" in options else ".yaml")
    mode = wanted.record_mode
    if mode == REWRITE:
        with suppress(FileNotFoundError):
            os.remove(transformer(os.path.join(wanted.directory, name)))
        mode = "new_episodes"
    if wanted.is_fixed:
        options["record_mode"] = mode
    vcr = VCR(path_transformer=transformer, cassette_library_dir=wanted.directory, record_mode=mode)
    if wanted.others:
        vcr.register_persister(Combined([os.path.join(wanted.directory, other) for other in wanted.others]))
    node.config.hook.pytest_recording_configure(config=node.config, vcr=vcr)
    context = vcr.use_cassette(name, **options)
    cassette = context.__enter__()
    try:
        yield cassette
    finally:
        end(context, node)


class Combined:
    """A persister that loads several cassettes as one, and saves that one in the place of the first."""

    def __init__(self, others: list[str]) -> None:
        self._others = others

    def load_cassette(self, cassette_path: str, serializer: Any) -> tuple[list[Any], list[Any]]:
        """The requests and answers of all that are there. Raises CassetteNotFoundError where none is."""
        requests: list[Any] = []
        responses: list[Any] = []
        for path in dict.fromkeys((str(cassette_path), *self._others)):
            with suppress(CassetteNotFoundError):
                found = FilesystemPersister.load_cassette(path, serializer)
                requests += found[0]
                responses += found[1]
        if not requests:
            raise CassetteNotFoundError(f"{cassette_path}: there is no such cassette")
        return requests, responses

    save_cassette = staticmethod(FilesystemPersister.save_cassette)
