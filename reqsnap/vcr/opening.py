"""One opening of a cassette of VCR.py's kind: a block of ours, and what VCR.py does at its end."""

from __future__ import annotations

import os
from pathlib import Path

from reqsnap.blocks.opening import OpenBlock
from reqsnap.errors import ReqsnapWarning
from reqsnap.model import Interaction
from reqsnap.vcr.cassette_like import CassetteLike
from reqsnap.vcr.custom_patches import CustomPatches
from reqsnap.vcr.in_block import InBlock
from reqsnap.vcr.metadata import metadata_at
from reqsnap.vcr.record_mode import RecordMode
from reqsnap.vcr.refusals import knows
from reqsnap.vcr.translation import options_of


class Block(OpenBlock):
    """A block that is open, of a cassette of VCR.py's kind."""

    def __init__(self, cassette: CassetteLike) -> None:
        options, self._patches = options_of(cassette), CustomPatches(cassette)
        super().__init__(Path(os.fspath(cassette.path)), options)
        self._vcr = cassette
        knows(self.cassette, cassette)
        metadata = metadata_at(cassette.path, options.storage, cassette._serializer)
        cassette._held = self._held = InBlock(self.cassette, metadata)
        try:
            self._patches.do()
        except BaseException as error:
            self.close(error)
            raise

    def close(self, error: BaseException | None) -> list[ReqsnapWarning]:
        """End the block and save, without what VCR.py would leave out. Raises as OpenBlock does."""
        self._patches.undo()
        keeps = error is None or self._vcr.record_on_exception
        rewrites = False
        try:
            rewrites = keeps and self._drop()
            self._held.is_stored = keeps and self._held.dirty
        finally:
            found = super().close(error)
        if keeps and (self._held.has_noted or rewrites):
            self._held.store_metadata()
        return found

    def _drop(self) -> bool:
        """Leave out what is not kept; whether what is stored beside it has to be stored again."""
        unwanted = {id(each) for each in self._unwanted()}
        if not unwanted:
            return False
        has_more = bool(self._held.metadata)
        self.cassette.delete(lambda interaction: id(interaction) in unwanted)
        return has_more and self._vcr.record_mode is not RecordMode.NONE

    def _unwanted(self) -> list[Interaction]:
        """What was there and is not to be kept: recorded anew, or not used."""
        ours, mode = self.cassette, self._vcr.record_mode
        if mode is RecordMode.ALL:
            recorded = ours.new
            found = [old for each in recorded for old in ours.recordings_of(each.request)]
            if recorded and self._vcr.drop_unused_requests:
                found = list(ours.interactions)
        elif self._vcr.drop_unused_requests:
            recorded, found = ours.new, list(ours.unplayed)
        else:
            return []
        new = {id(each) for each in recorded}
        return [each for each in found if id(each) not in new]
