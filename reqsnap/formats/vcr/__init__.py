"""VCR.py's cassettes, YAML and JSON, in the shapes that its versions have written.

yaml_format, json_format
            as formats
yaml_layout YAML in VCR.py's own layout -> where its items stand
tags        YAML with the tags that VCR.py writes -> plain values, each with its line
json_text   JSON -> the same
reader      such values -> interactions
writer      interactions -> items in VCR.py's layout
"""

from reqsnap.formats.vcr.json_format import VCR_JSON
from reqsnap.formats.vcr.yaml_format import VCR

__all__ = ["VCR", "VCR_JSON"]
