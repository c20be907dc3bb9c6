"""VCR.py's cassettes, YAML and JSON, in the shapes that its versions have written.

tags      YAML with the tags that VCR.py writes -> plain values, each with its line
json_text JSON -> the same
reader    such values -> interactions
writer    interactions -> items in VCR.py's layout
"""
