"""Text <-> interactions: one module a cassette format, all of them pure.

Each has `load(data, path)`, which takes a file's bytes and gives interactions or raises
CassetteFormatError, and `dump(interactions)`, which gives the bytes of a whole file.
"""
