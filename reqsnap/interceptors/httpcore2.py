"""httpcore2, below httpx2: what `reqsnap.interceptors.httpcore.pools` does, for it."""

from __future__ import annotations

from reqsnap.interceptors.httpcore.pools import patches

PATCHES = patches("httpcore2")
