"""httpx2: what `reqsnap.interceptors.httpx.transports` does, for it."""

from __future__ import annotations

from reqsnap.interceptors.httpx.transports import patches

PATCHES = patches("httpx2")
