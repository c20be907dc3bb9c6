"""Rewrites the cassettes of VCR.py before 1.0 as its later versions write them.

`use_cassette` reads them as they are; this is for other tools that do not.

    python -m reqsnap.vcr.migration PATH
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from reqsnap.errors import CassetteFormatError
from reqsnap.formats import Format
from reqsnap.formats.vcr import VCR, VCR_JSON, json_text, reader, tags
from reqsnap.model import Interaction
from reqsnap.storage import CassetteFile

_FORMATS: dict[str, Format] = {".json": VCR_JSON, ".yaml": VCR, ".yml": VCR}


def try_migrate(path: str) -> bool:
    """Rewrite one file, if it is such a cassette; whether it was. Raises CassetteError.

    What it holds stays as it was recorded, also where a field does not agree with its body.
    """
    file, format = CassetteFile(path), _FORMATS.get(Path(path).suffix)
    data = file.read()
    if format is None or data is None or not (format.recognises(data) and _is_old(data)):
        return False
    for item in format.read(data, path):
        # What is damaged is told by it, with its place.
        item.decode()
    file.write(format.file([format.item(each) for each in _as_recorded(data, format)]))
    return True


def _as_recorded(data: bytes, format: Format) -> list[Interaction]:
    text = data.decode("utf-8-sig")
    root = json_text.node(json.loads(text), 1) if format is VCR_JSON else tags.parse(text)
    return [reader.interaction(node, agrees=False) for node in reader.items(root)]


def main(arguments: list[str] | None = None) -> None:
    """Migrate a file, or every file in a folder, and say which were."""
    given = sys.argv[1:] if arguments is None else arguments
    if len(given) != 1:
        raise SystemExit("usage: python -m reqsnap.vcr.migration PATH (a cassette, or a folder of them)")
    for file in _files(Path(given[0])):
        sys.stderr.write(f"[{_outcome(file)}] {file}\n")


def _is_old(data: bytes) -> bool:
    """Whether its interactions stand in no mapping that has a version."""
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip().removeprefix(b"---").lstrip()
    return start.startswith((b"[", b"-"))


def _files(path: Path) -> Iterator[Path]:
    yield from (sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path])


def _outcome(file: Path) -> str:
    try:
        return "migrated" if try_migrate(str(file)) else "as it was"
    except CassetteFormatError as error:
        return f"unreadable: {error.reason}"


if __name__ == "__main__":
    main()
