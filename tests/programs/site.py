"""A small site on loopback, which programs are run against."""

from __future__ import annotations

from contextlib import ExitStack

from reqsnap.cli.loopback import LoopbackHandler, LoopbackServer


class Site(LoopbackServer):
    """Serves from the beginning until it is stopped. `requests` are counted."""

    def __init__(self, handler: type[SiteHandler]) -> None:
        super().__init__(handler)
        self.requests = 0
        self._serving = ExitStack()
        self._serving.enter_context(self)

    def stop(self) -> None:
        """Serve nobody any more. May be asked for again."""
        self._serving.close()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes before it has read all is none."""


class SiteHandler(LoopbackHandler):
    """Answers without a date, so that two runs see the same."""

    server: Site

    def answer(self, status: int, media_type: str, content: bytes, *more: tuple[str, str]) -> None:
        """Answer with content, or to HEAD with what is said of it, and count the request."""
        self.server.requests += 1
        self.send_response_only(status)
        fields = [("Content-Type", media_type), ("Content-Length", str(len(content))), *more]
        for name, value in fields:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
