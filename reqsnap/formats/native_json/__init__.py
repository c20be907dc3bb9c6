"""reqsnap's own cassettes as JSON: what the YAML file holds, for programs that read JSON.

document  `.json`: one document, laid out in lines
lines     `.jsonl`: an interaction a line
torn      what is left of either where an addition was cut short
objects   an interaction as a JSON object, and back
"""

from reqsnap.formats.native_json.document import JSON
from reqsnap.formats.native_json.lines import JSON_LINES

__all__ = ["JSON", "JSON_LINES"]
