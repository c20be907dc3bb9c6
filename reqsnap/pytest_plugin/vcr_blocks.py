"""A cassette of VCR.py's kind around a test that is marked `vcr`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import pytest

from reqsnap.pytest_plugin import runs, suite_options
from reqsnap.pytest_plugin.ending import end
from reqsnap.pytest_plugin.options import MODE_VARIABLE
from reqsnap.pytest_plugin.replaced import warn_of_another
from reqsnap.pytest_plugin.vcr_layout import short_enough
from reqsnap.vcr import VCR
from reqsnap.vcr.cassette import Cassette
from reqsnap.vcr.persisters.filesystem import CassetteNotFoundError, FilesystemPersister

REWRITE = "rewrite"
"""pytest-recording's mode: what is there is removed first."""

NEW_EPISODES = "new_episodes"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The cassette that a test has asked for, as pytest-recording's users do.

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
    options = dict(wanted.options)
    ending = f".{options.get('serializer', 'yaml')}"
    name = short_enough(wanted.name, ending, os.curdir)
    if wanted.is_fixed:
        options["record_mode"] = wanted.record_mode
    mode = NEW_EPISODES if wanted.record_mode == REWRITE else wanted.record_mode
    vcr = made(wanted.directory, {"record_mode": mode}, ending)
    if wanted.others:
        paths = [os.path.join(wanted.directory, other) for other in wanted.others]
        vcr.register_persister(Combined(paths))
        runs.read_along(node.config, paths)
    node.config.hook.pytest_recording_configure(config=node.config, vcr=vcr)
    with opened(node, vcr, name, options) as cassette:
        yield cassette


def made(directory: str, options: Mapping[str, Any], ending: str = ".yaml") -> VCR:
    """A VCR for the cassettes of a folder, whose names get an ending where they have none."""
    own = {"cassette_library_dir": directory, "path_transformer": VCR.ensure_suffix(ending), **options}
    mode = own.get("record_mode")
    if mode is not None and word_of(mode) == REWRITE:
        own["record_mode"] = NEW_EPISODES
    return VCR(**_of_vcr(own))


@contextmanager
def opened(node: pytest.Item, vcr: VCR, name: str, options: Mapping[str, Any]) -> Iterator[Cassette]:
    """Have a VCR's cassette in force while the body runs; with mode `rewrite`, without what was there."""
    given = _of_vcr(options)
    if suite_options.save_on(node.config) == "pass":
        given.setdefault("record_on_exception", False)
    if word_of(given.get("record_mode")) == REWRITE:
        given["record_mode"] = NEW_EPISODES
        warn_of_another(node, _path(vcr, name))
        if not os.environ.get(MODE_VARIABLE):
            # Its mode stands above this one: `playback` removes nothing, `record` replaces at the end.
            with suppress(FileNotFoundError):
                os.remove(_path(vcr, name))
    context = vcr.use_cassette(name, **given)
    cassette: Cassette = context.__enter__()
    try:
        yield cassette
    finally:
        end(context, node)


def idle(vcr: VCR, name: str) -> Cassette:
    """A cassette that is not in force: it holds nothing, and nothing is stored."""
    return Cassette(_path(vcr, name))


def _path(vcr: VCR, name: str) -> str:
    found: str = vcr.get_merged_config()["path_transformer"](name)
    return found


def _of_vcr(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options that are VCR.py's: `allowed_hosts` is the plugin's own."""
    return {name: value for name, value in options.items() if name != "allowed_hosts"}


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
