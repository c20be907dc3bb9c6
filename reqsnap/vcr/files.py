"""Where a cassette of VCR.py's kind lies, and in which format."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reqsnap.formats import Beside, Format, Item, Torn
from reqsnap.formats.format import Addition
from reqsnap.formats.registry import named, recognised
from reqsnap.model import Interaction
from reqsnap.storage import Storage
from reqsnap.vcr import filters
from reqsnap.vcr.cassette_like import CassetteLike
from reqsnap.vcr.hooks import Chain, Hook, Recorded, Replacing, as_hook
from reqsnap.vcr.interactions import bound
from reqsnap.vcr.interim import INTERIM
from reqsnap.vcr.persisters.filesystem import FilesystemPersister
from reqsnap.vcr.serializers import jsonserializer, yamlserializer
from reqsnap.vcr.stored import PersisterStorage

_FORMATS: dict[Any, str] = {yamlserializer: "vcr", jsonserializer: "vcr-json"}


def storage_of(cassette: CassetteLike) -> Storage | None:
    """Where a cassette lies that is no file of VCR.py's own kind; None for one that is."""
    hooks = cassette._after_load_interaction, cassette._before_save_interaction
    if cassette._persister is FilesystemPersister and _is_known(cassette._serializer) and not any(hooks):
        return None
    on_load, on_save = (bound(each, cassette) for each in hooks)
    return PersisterStorage(
        cassette.path, cassette._persister, cassette._serializer, on_load=on_load, on_save=on_save
    )


def _is_known(serializer: Any) -> bool:
    return serializer is yamlserializer or serializer is jsonserializer


@dataclass(frozen=True, slots=True)
class Formats:
    """The format of a cassette's file: what it is in already, else what its serializer writes.

    `new` is None where a persister has it. `hook` is applied to what it holds, as VCR.py does it.
    """

    new: str | None
    hook: Recorded | None = None

    def __call__(self, path: str | os.PathLike[str], data: bytes | None) -> Format:
        """The format of what is there, or of a new file."""
        is_blank = data is not None and not data.strip()
        there = None if self.new is None or data is None or is_blank else recognised(path, data)
        format = there or (INTERIM if self.new is None else named(self.new))
        if self.hook is None and not is_blank:
            return format
        return _HookedFormat(format, self.hook or Recorded(None, None))

    @classmethod
    def of(cls, cassette: CassetteLike) -> Formats:
        """The formats of a cassette."""
        is_file = storage_of(cassette) is None
        request = as_hook(cassette._before_record_request)
        response = as_hook(cassette._before_record_response)
        hook = Recorded(request, response) if request or response else None
        return cls(_FORMATS[cassette._serializer] if is_file else None, hook)


class _HookedFormat(Format):
    """A format whose interactions are changed, or dropped, as they are read. What is written is written."""

    def __init__(self, format: Format, hook: Recorded) -> None:
        self._format, self._hook = format, hook
        self.name, self.suffixes = format.name, format.suffixes

    def recognises(self, data: bytes) -> bool:
        return self._format.recognises(data)

    def read(self, data: bytes, path: str | None = None, beside: Beside | None = None) -> Sequence[Item]:
        if not data.strip():
            return ()
        return self._hooked(self._format.read(data, path, beside))

    def item(self, interaction: Interaction, beside: Beside | None = None) -> bytes:
        return self._format.item(interaction, beside)

    def file(self, items: Sequence[bytes]) -> bytes:
        return self._format.file(items)

    def added(self, data: bytes, items: Sequence[bytes]) -> Addition | None:
        return self._format.added(data, items)

    def salvage(self, data: bytes, path: str | None = None, beside: Beside | None = None) -> Torn | None:
        torn = self._format.salvage(data, path, beside)
        return None if torn is None else torn._replace(items=self._hooked(torn.items))

    def _hooked(self, items: Sequence[Item]) -> Sequence[Item]:
        if all(map(_only_replaces, (self._hook.request, self._hook.response))):
            # Neither the method nor the URL up to the query is changed, and nothing is dropped.
            return [_of(item, item.method, item.url, self._hook) for item in items]
        found = []
        for item in items:
            changed = self._hook(item.decode())
            if changed is not None:
                found.append(_of(item, changed.request.method, changed.request.url, changed))
        return found


def _only_replaces(hook: Hook | None) -> bool:
    if hook is None:
        return True
    if not isinstance(hook, Chain):
        return False
    return all(isinstance(each, Replacing) or each is filters.decode_response for each in hook.hooks)


class _HookedItem(Item):
    """An item that stands in a file as it was, and means something else."""

    __slots__ = ("original",)

    original: Item

    @property
    def text(self) -> bytes:
        return self.original.text

    @property
    def shows_all(self) -> bool:
        return self.original.shows_all


def _of(item: Item, method: str, url: str, meant: Recorded | Interaction) -> Item:
    def decode(_: Item) -> Interaction:
        if isinstance(meant, Interaction):
            return meant
        interaction = item.decode()
        return meant(interaction) or interaction

    hooked = _HookedItem(method, url, item.data, item.start, item.end, decode)
    hooked.original = item
    return hooked
