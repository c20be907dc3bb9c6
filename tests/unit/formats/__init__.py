"""Texts of cassettes, in every format."""
