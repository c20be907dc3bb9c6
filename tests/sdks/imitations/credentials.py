"""Credentials of the imitated APIs: made here, so that none is written out in the repository."""

from __future__ import annotations

from hashlib import sha256


def credential(label: str, prefix: str = "", length: int = 32) -> str:
    """A credential in the shape that a provider gives out: the same on every run."""
    return prefix + sha256(label.encode()).hexdigest()[:length]
