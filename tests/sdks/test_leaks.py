"""The search for secrets finds what it looks for; otherwise its silence would mean nothing."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
import yaml

from tests.sdks.leaks import cassette_readings, found_in

SECRET = "p/w+ü=0123456789abcdef"


@pytest.mark.parametrize("before", ["", "u", "u:", "user:"])
@pytest.mark.parametrize("encode", [b64encode, urlsafe_b64encode])
def test_finds_base64_wherever_the_secret_begins(before: str, encode: Callable[[bytes], bytes]) -> None:
    assert found_in(SECRET, [encode(f"{before}{SECRET};more".encode())])


@pytest.mark.parametrize("text", [SECRET, quote(SECRET), quote(SECRET, safe="")])
def test_finds_raw_and_url_encoded(text: str) -> None:
    assert found_in(SECRET, [b"none here", f"<{text}>".encode()])


def test_finds_nothing_where_nothing_is() -> None:
    assert not found_in(SECRET, [b"", SECRET[1:].encode(), b64encode(SECRET[2:].encode())])


def test_looks_into_the_values_of_a_cassette(tmp_path: Path) -> None:
    body = gzip.compress(json.dumps({"token": SECRET}, ensure_ascii=False).encode())
    folded = "\n".join(b64encode(body).decode()[at : at + 40] for at in range(0, len(body) * 4 // 3 + 4, 40))
    path = tmp_path / "cassette.yaml"
    path.write_text(yaml.safe_dump({"interactions": [{"response": {"body": folded}}]}), "utf-8")
    assert not found_in(SECRET, [path.read_bytes()])
    assert found_in(SECRET, cassette_readings(path))
