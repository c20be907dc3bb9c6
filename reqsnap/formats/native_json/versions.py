"""Whether a file of JSON is one of ours that this reqsnap reads."""

from __future__ import annotations

from reqsnap.formats.json_values import Number, Value

VERSION = "1"


def check_version(root: Value) -> None:
    """Raise CassetteFormatError for a document that is none of ours, or newer than we are."""
    found = root.plain.get("reqsnap") if isinstance(root.plain, dict) else None
    if found is None:
        raise root.error('it is not a reqsnap cassette, which begins with {"reqsnap": 1')
    if found == VERSION and isinstance(found, Number):
        return
    version = root.need("reqsnap")
    if isinstance(found, Number) and found.isdecimal():
        raise version.error(f"it has layout {found}, written by a newer reqsnap; this one reads layout 1")
    raise version.error(f"the layout must be a number, not {found!r}")
