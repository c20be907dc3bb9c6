"""An index of packages on loopback, as pip asks for them: pages, files, and parts of files."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile

from tests.programs.site import SiteHandler

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


class PackageIndex(SiteHandler):
    """Answers with the files, and with a page of links for each package."""

    def do_GET(self) -> None:
        kind, _, name = self.path.strip("/").partition("/")
        if kind == "files":
            self._answer_part(FILES[name])
        elif page := _page(name):
            self.answer(200, "text/html", page)
        else:
            self.answer(404, "text/plain", b"no such package\n")

    do_HEAD = do_GET

    def _answer_part(self, content: bytes) -> None:
        """Answer with the range that is asked for, or with all."""
        status, wanted = 200, self.headers.get("Range", "").removeprefix("bytes=")
        if wanted:
            first, _, last = wanted.partition("-")
            status, content = 206, content[int(first) : int(last) + 1]
        self.answer(status, "application/octet-stream", content, ("Accept-Ranges", "bytes"))


def _page(package: str) -> bytes:
    links = [
        f'<a href="/files/{name}#sha256={hashlib.sha256(data).hexdigest()}">{name}</a>\n'
        for name, data in FILES.items()
        if name.startswith(f"{package}-")
    ]
    return "".join(links).encode()
