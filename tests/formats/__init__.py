"""Cassettes in other tools' formats, through real clients."""
