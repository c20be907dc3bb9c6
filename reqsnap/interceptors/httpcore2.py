"""httpcore2, below httpx2: what `reqsnap.interceptors.httpcore` does, for it."""

from __future__ import annotations

from reqsnap.interceptors.httpcore import patches

PATCHES = patches("httpcore2")
