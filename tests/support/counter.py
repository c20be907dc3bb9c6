"""A loopback server that counts, and a call that goes through the standard library."""

from __future__ import annotations

import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Counter:
    """Answers every request with a count, the method, the path and the body."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        lock = threading.Lock()
        counter = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # A body that is written after its head waits 40 ms otherwise: the client acknowledges late.
            wbufsize = -1
            disable_nagle_algorithm = True

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                with lock:
                    counter.requests.append(f"{self.command} {self.path}")
                    number = len(counter.requests)
                text = f"{number} {self.command} {self.path} ".encode() + body
                self.send_response_only(200)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_PUT = answer

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def get(self, path: str = "/", method: str = "GET", body: str | None = None) -> str:
        """One exchange over a connection of its own; the answer's body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        try:
            connection.request(method, path, body)
            return connection.getresponse().read().decode()
        finally:
            connection.close()
