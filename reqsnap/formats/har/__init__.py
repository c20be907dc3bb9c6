"""HAR 1.2, the HTTP archives of browsers and proxies (http://www.softwareishard.com/blog/har-12-spec/).

reading   entries -> interactions
writing   interactions -> entries
contents  bodies as an archive holds them: without their content coding, text as UTF-8
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from reqsnap.formats.format import Addition, Beside, Format, Item
from reqsnap.model import Interaction

_BEGINNING = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*"log"\s*:\s*\{')


class _Har(Format):
    name = "har"
    suffixes = (".har",)

    def recognises(self, data: bytes) -> bool:
        return _BEGINNING.match(data) is not None

    def read(self, data: bytes, path: str | None = None, beside: Beside | None = None) -> Sequence[Item]:
        # Here, because importing reqsnap is to cost nothing that most programs do not need.
        from reqsnap.formats.har import reading

        return reading.items(data, path, beside)

    def item(self, interaction: Interaction, beside: Beside | None = None) -> bytes:
        from reqsnap.formats.har import writing

        return writing.entry(interaction)

    def file(self, items: Sequence[bytes]) -> bytes:
        from reqsnap.formats.har import writing

        return writing.archive(items)

    def added(self, data: bytes, items: Sequence[bytes]) -> Addition | None:
        from reqsnap.formats.har import writing

        return writing.added(data, items)


HAR: Format = _Har()
