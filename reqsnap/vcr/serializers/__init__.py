"""Serializers: modules or objects with `serialize(dict) -> str` and `deserialize(str) -> dict`."""
