"""An index of packages on loopback, as pip asks for them: pages, files, and parts of files."""

from __future__ import annotations

import hashlib
import io
import tarfile
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_BACKEND = b"""
def prepare_metadata_for_build_wheel(folder, settings=None):
    import os
    os.mkdir(f"{folder}/gamma-2.0.dist-info")
    with open(f"{folder}/gamma-2.0.dist-info/METADATA", "w") as file:
        file.write("Metadata-Version: 2.1\\nName: gamma\\nVersion: 2.0\\n")
    return "gamma-2.0.dist-info"

def build_wheel(folder, settings=None, metadata=None):
    raise RuntimeError("nobody needs it")
"""
_PROJECT = b"""[build-system]
requires = ["beta"]
build-backend = "backend"
backend-path = ["."]
"""


def _wheel(name: str, version: str, *requires: str) -> bytes:
    out, about = io.BytesIO(), f"{name}-{version}.dist-info"
    required = "".join(f"Requires-Dist: {each}\n" for each in requires)
    files = {
        f"{name}.py": "",
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{required}",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{about}/RECORD": f"{name}.py,,\n{about}/METADATA,,\n{about}/WHEEL,,\n{about}/RECORD,,\n",
    }
    with zipfile.ZipFile(out, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return out.getvalue()


def _source(name: str, version: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for path, data in {"pyproject.toml": _PROJECT, "backend.py": _BACKEND, "PKG-INFO": b""}.items():
            member = tarfile.TarInfo(f"{name}-{version}/{path}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


FILES = {
    "alpha-1.0-py3-none-any.whl": _wheel("alpha", "1.0", "beta>=1"),
    "beta-1.2-py3-none-any.whl": _wheel("beta", "1.2"),
    "gamma-2.0.tar.gz": _source("gamma", "2.0"),
}
"""gamma is a source, which takes beta to build."""


class PackageIndex:
    """Serves the files from a thread. `requests` counts."""

    def __init__(self) -> None:
        self.requests, self.is_up = 0, True
        index = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                index.requests += 1
                kind, _, name = self.path.strip("/").partition("/")
                if kind == "files":
                    self.answer(200, "application/octet-stream", FILES[name])
                elif page := _page(name):
                    self.answer(200, "text/html", page)
                else:
                    self.answer(404, "text/plain", b"no such package\n")

            do_HEAD = do_GET

            def answer(self, status: int, media_type: str, content: bytes) -> None:
                wanted = self.headers.get("Range", "").removeprefix("bytes=")
                if wanted:
                    first, _, last = wanted.partition("-")
                    content, status = content[int(first) : int(last) + 1], 206
                self.send_response(status)
                self.send_header("Content-Type", media_type)
                self.send_header("Content-Length", str(len(content)))
                self.send_header("Accept-Ranges", "bytes")
                self.end_headers()
                if self.command == "GET":
                    self.wfile.write(content)

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/simple/"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def stop(self) -> None:
        """Serve nobody any more."""
        self.is_up = False
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _page(package: str) -> bytes:
    links = [
        f'<a href="/files/{name}#sha256={hashlib.sha256(data).hexdigest()}">{name}</a>\n'
        for name, data in FILES.items()
        if name.startswith(f"{package}-")
    ]
    return "".join(links).encode()
