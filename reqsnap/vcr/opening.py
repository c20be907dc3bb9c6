"""One opening of a cassette of VCR.py's kind: a block of ours, and what VCR.py does at its end."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from reqsnap.blocks.opening import OpenBlock
from reqsnap.errors import ReqsnapWarning
from reqsnap.model import Interaction
from reqsnap.vcr.held import InBlock
from reqsnap.vcr.record_mode import RecordMode
from reqsnap.vcr.refusals import knows
from reqsnap.vcr.translation import options_of

if TYPE_CHECKING:
    from reqsnap.vcr.cassette import Cassette


class Block(OpenBlock):
    """A block that is open, of a cassette of VCR.py's kind."""

    def __init__(self, cassette: Cassette) -> None:
        super().__init__(Path(os.fspath(cassette.path)), options_of(cassette))
        self._vcr = cassette
        knows(self.cassette, cassette)
        cassette._held = InBlock(self.cassette)

    def close(self, error: BaseException | None) -> list[ReqsnapWarning]:
        """End the block and save, without what VCR.py would leave out. Raises as OpenBlock does."""
        try:
            if error is None or self._vcr.record_on_exception:
                self._drop()
        finally:
            found = super().close(error)
        return found

    def _drop(self) -> None:
        unwanted = {id(each) for each in self._unwanted()}
        if unwanted:
            self.cassette.delete(lambda interaction: id(interaction) in unwanted)

    def _unwanted(self) -> list[Interaction]:
        """What was there and is not to be kept: recorded anew, or not used."""
        ours = self.cassette
        recorded = ours.new
        if self._vcr.record_mode is RecordMode.ALL and not recorded:
            return []
        new = {id(each) for each in recorded}
        if self._vcr.drop_unused_requests:
            return [each for each in ours.unplayed if id(each) not in new]
        if self._vcr.record_mode is RecordMode.ALL:
            found = [old for each in recorded for old in ours.recordings_of(each.request)]
            return [each for each in found if id(each) not in new]
        return []
