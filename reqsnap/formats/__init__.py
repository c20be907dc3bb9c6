"""Text <-> interactions: one module or package a cassette format, all of them pure.

format       what a format is: `Format`, `Item`
registry     the formats by name and by file
native       reqsnap's own: YAML that people read and review
native_json  the same as JSON
vcr, cassetter, betamax, har, undici, reqord
             others' files
bodies, fields, heads, json_lines, json_values, text_blocks, yaml_tree
             what the formats share
"""

from reqsnap.formats.format import Addition, Beside, Format, Item, Torn
from reqsnap.formats.native import NATIVE
from reqsnap.formats.registry import format_of, named, named_like, recognised, register_format

__all__ = [
    "NATIVE",
    "Addition",
    "Beside",
    "Format",
    "Item",
    "Torn",
    "format_of",
    "named",
    "named_like",
    "recognised",
    "register_format",
]
