"""A loopback server that answers each target with bytes given beforehand."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Mapping


class Scripted:
    """Answers a request for a target with the next of its wire texts, the last one again and again.

    It closes the connection after each answer.
    """

    def __init__(self, answers: Mapping[str, list[bytes]]) -> None:
        self.requests: list[str] = []
        left = {target: list(texts) for target, texts in answers.items()}
        lock = threading.Lock()
        script = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                line = self.rfile.readline().decode("latin-1").split()
                length = 0
                while (field := self.rfile.readline()) not in (b"\r\n", b""):
                    name, _, value = field.partition(b":")
                    if name.lower() == b"content-length":
                        length = int(value)
                self.rfile.read(length)
                with lock:
                    script.requests.append(" ".join(line[:2]))
                    texts = left[line[1]]
                    text = texts.pop(0) if len(texts) > 1 else texts[0]
                self.wfile.write(text)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        """Answer nobody any more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
