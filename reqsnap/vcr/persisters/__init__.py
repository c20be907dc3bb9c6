"""Persisters: where cassettes lie.

Classes or objects with `load_cassette(path, serializer)` and `save_cassette(path, dict, serializer)`.
"""
