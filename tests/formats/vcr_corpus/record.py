"""Record the corpus with the VCR.py that is installed, replay it, and note what the replays showed.

Run by hand from the repository's folder, once for each version:

    python -m venv v5
    v5/bin/pip install "vcrpy==5.1.0" requests "urllib3<2" httplib2 boto3 httpx aiohttp tornado
    v5/bin/python -m tests.formats.vcr_corpus.record tests/formats/vcr_corpus/v5

Old versions need an old Python and clients of their time: 1 to 3 ran on Python 3.7, 4 on 3.9, the others
on 3.11. Beside each cassette `CLIENT.json` lists what each step of the program saw when VCR.py replayed
it, with the server stopped. A client that the version cannot record, or not replay, is named and tried
without the binary body, which VCR.py 4 to 7 cannot take from httpx. Where that fails too, it is left out:
aiohttp with 2.1.1, whose replays have no header fields, and urllib with 1.7.4, which does not know
`encode_chunked`.
"""

from __future__ import annotations

import base64
import gzip
import json
import sys
import threading
import warnings
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import vcr

from tests.formats.vcr_corpus import programs


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    visits = 0

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            body = b"".join(iter(self._chunk, b""))
        path = self.path.partition("?")[0]
        if path == "/text":
            fields = [("Set-Cookie", "flavour=plain; Path=/x"), ("Set-Cookie", "topping=none; Path=/x")]
            fields += [
                ("X-Repeated", "one"),
                ("X-Repeated", "two"),
                ("Content-Type", "text/plain; charset=utf-8"),
            ]
            self._send(200, "OK", fields, "héllo\n- request:\n'wörld' → \"x\"\n".encode())
        elif path == "/echo":
            shown = json.dumps(
                {"method": self.command, "path": self.path, "body": body.decode()}, sort_keys=True
            )
            self._send(200, "OK", [("Content-Type", "application/json"), ("X-Empty", "")], shown.encode())
        elif path == "/binary":
            self._send(201, "Created", [("Content-Type", "application/octet-stream")], body[::-1])
        elif path == "/gzip":
            shown_gzip = gzip.compress('{"text": "compressed é"}'.encode() * 3)
            self._send(
                200, "OK", [("Content-Encoding", "gzip"), ("Content-Type", "application/json")], shown_gzip
            )
        elif path == "/redirect":
            self._send(302, "Found", [("Location", "/target")], b"elsewhere")
        elif path == "/target":
            self._send(200, "OK", [("Content-Type", "text/plain")], b"the target")
        elif path == "/counter":
            _Handler.visits += 1
            self._send(200, "OK", [("Content-Type", "text/plain")], b"%d" % _Handler.visits)
        elif path == "/empty":
            self._send(200, "OK", [], b"")
        elif path == "/nothing":
            self._send(204, "No Content", [], None)
        elif path == "/bucket/key":
            self._send(
                200, "OK", [("ETag", '"abc"')], b"content of the key" if self.command == "GET" else b""
            )
        elif path == "/bucket/missing":
            shown = "<Error><Code>NoSuchKey</Code><Message>The key is not there</Message></Error>"
            self._send(404, "Not Found", [("Content-Type", "application/xml")], shown.encode())
        else:
            self._send(404, "Nothing Here", [("Content-Type", "text/plain")], b"missing")

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _answer

    def _chunk(self) -> bytes:
        size = int(self.rfile.readline().partition(b";")[0], 16)
        data = self.rfile.read(size)
        self.rfile.readline()
        return data

    def _send(self, status: int, reason: str, fields: list[tuple[str, str]], body: bytes | None) -> None:
        self.send_response_only(status, reason)
        for name, value in fields:
            self.send_header(name, value)
        if body is not None:
            self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        if body and self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass


def main(folder: Path) -> None:
    """Record with every client that is there."""
    warnings.simplefilter("ignore")
    folder.mkdir(parents=True, exist_ok=True)
    for client in [*programs.available(), "botocore"]:
        for steps in (_ALL, _ALL - {"binary"}):
            try:
                _record(folder / f"{client}.yaml", client, steps)
                break
            except BaseException as error:
                print(f"{client} with {len(steps)} steps: {error!r}"[:300])
                for name in (f"{client}.yaml", f"{client}.json"):
                    if (folder / name).exists():
                        (folder / name).unlink()


_ALL = frozenset([step[0] for step in programs.STEPS])


def _record(path: Path, client: str, steps: frozenset[str]) -> None:
    def program() -> Any:
        return programs.objects() if client == "botocore" else programs.run(client, steps)

    if path.exists():
        path.unlink()
    _Handler.visits = 0
    server = HTTPServer(("127.0.0.1", programs.PORT), _Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        with vcr.VCR().use_cassette(str(path), record_mode="once"):
            program()
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    with vcr.VCR().use_cassette(str(path), record_mode="none"):
        shown = program()
    noted = {name: _noted(answer) for name, answer in shown.items()}
    path.with_suffix(".json").write_text(
        json.dumps(noted, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def _noted(answer: Any) -> dict[str, Any]:
    status, reason, fields, body = answer
    fields = sorted([name.lower(), value] for name, value in fields)
    return {"status": status, "reason": reason, "fields": fields, "body": base64.b64encode(body).decode()}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
