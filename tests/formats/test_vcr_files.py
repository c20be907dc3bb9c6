"""VCR.py's files through reqsnap, and what reqsnap adds to them through VCR.py."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest
import requests
import vcr

from reqsnap import (
    CassetteWriteError,
    ConfigurationError,
    TornCassetteWarning,
    UnmatchedRequestError,
    use_cassette,
)
from tests.support.counter import Counter
from tests.support.simple_clients import CLIENTS

TOKEN = "ghp_0123456789abcdefghijklmnopqrstuvwxyz"


def by_vcrpy(path: Path, *calls: Callable[[], Any], mode: str = "none") -> list[Any]:
    """What calls give while VCR.py has the cassette in force."""
    with vcr.VCR(serializer=path.suffix[1:]).use_cassette(str(path), record_mode=mode):
        return [call() for call in calls]


def getter(server: Counter, path: str, **given: Any) -> Callable[[], str]:
    return lambda: requests.get(f"http://127.0.0.1:{server.port}{path}", **given).text


@pytest.mark.parametrize("suffix", ["yaml", "json"])
def test_a_file_of_vcrpy_is_replayed_added_to_and_replayed_by_vcrpy_again(
    tmp_path: Path, server: Counter, suffix: str
) -> None:
    path = tmp_path / f"cassette.{suffix}"
    one, two = getter(server, "/one"), getter(server, "/two")
    recorded = by_vcrpy(path, one, mode="once")
    before = path.read_bytes()
    with use_cassette(path, mode="playback"):
        assert [one()] == recorded
    with use_cassette(path, mode="update"):
        recorded += [two()]
        assert one() == recorded[0]
    assert len(server.requests) == 2
    # What stood there stands there still, byte for byte.
    data = path.read_bytes()
    kept = before.removesuffix(b"version: 1\n").removesuffix(b"\n    ]\n}\n")
    assert data.startswith(kept) and data.count(b"/two") == 2 and b"reqsnap" not in data
    assert by_vcrpy(path, one, two) == recorded
    assert len(server.requests) == 2


@pytest.mark.parametrize("name", ["vcr", "vcr-json"])
def test_a_new_file_is_in_the_format_that_is_asked_for(tmp_path: Path, server: Counter, name: str) -> None:
    path = tmp_path / ("cassette.json" if name == "vcr-json" else "cassette.yaml")
    one = getter(server, "/one")
    with use_cassette(path, format=name):
        recorded = one()
    assert by_vcrpy(path, one) == [recorded]
    # A file keeps its format, when it is recorded anew too.
    with use_cassette(path, mode="record"):
        again = one()
    assert by_vcrpy(path, one) == [again] != [recorded]


def test_a_file_that_is_there_keeps_its_format(tmp_path: Path, server: Counter) -> None:
    path = tmp_path / "cassette.yaml"
    with use_cassette(path):
        getter(server, "/one")()
    with use_cassette(path, mode="update", format="vcr"):
        getter(server, "/two")()
    assert path.read_text().startswith("reqsnap: 1\n")


def test_a_format_must_be_known() -> None:
    with pytest.raises(ConfigurationError, match="format='xml' cannot be used: the formats are "):
        use_cassette("a.yaml", format="xml")


def test_a_network_error_does_not_fit_into_a_file_of_vcrpy(tmp_path: Path, server: Counter) -> None:
    path = tmp_path / "cassette.yaml"
    port = server.port
    server.close()
    with (
        pytest.raises(CassetteWriteError, match=r"did not come whole \(refused\)") as caught,
        use_cassette(path, format="vcr", record_errors=True),
        pytest.raises(requests.ConnectionError),
    ):
        requests.get(f"http://127.0.0.1:{port}/")
    assert "reqsnap convert" in str(caught.value)
    assert caught.value.rescued is not None
    Path(caught.value.rescued).unlink()


def test_of_a_file_that_was_cut_off_what_is_whole_is_used_and_added_to(
    tmp_path: Path, server: Counter
) -> None:
    path = tmp_path / "cassette.yaml"
    one, two, three = (getter(server, f"/{name}") for name in ("one", "two", "three"))
    recorded = by_vcrpy(path, one, two, mode="once")
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.warns(TornCassetteWarning, match="1 "), use_cassette(path, mode="update"):
        assert one() == recorded[0]
        recorded = [recorded[0], two(), three()]
    assert by_vcrpy(path, one, two, three) == recorded


CHUNKED = """\
interactions:
- request:
    body: null
    headers: {}
    method: GET
    uri: http://api.test/chunked
  response:
    body:
      string: came in chunks
    headers:
      Content-Encoding:
      - %s
      Transfer-Encoding:
      - chunked
    status:
      code: 200
      message: OK
version: 1
"""


@pytest.mark.parametrize("coding", ["identity", "gzip"])
@pytest.mark.parametrize("client", CLIENTS)
def test_answers_that_came_in_chunks_are_replayed_whole(tmp_path: Path, client: str, coding: str) -> None:
    path = tmp_path / "cassette.yaml"
    path.write_text(CHUNKED % coding)
    with use_cassette(path, mode="playback"):
        status, body = CLIENTS[client]("http://api.test/chunked")
    body = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
    assert (status, body) == (200, b"came in chunks")


# Secrets


def test_secrets_in_clear_text_match_and_are_not_shown(tmp_path: Path, server: Counter) -> None:
    path = tmp_path / "cassette.yaml"
    fields = {"Authorization": f"Bearer {TOKEN}"}
    with_token = getter(server, f"/user?access_token={TOKEN}", headers=fields)
    recorded = by_vcrpy(path, with_token, mode="once")
    before = path.read_bytes()
    assert before.count(TOKEN.encode()) >= 2
    with use_cassette(path, mode="playback", match_headers=["Authorization"]) as cassette:
        assert with_token() == recorded[0].replace(TOKEN, "[REDACTED]")
        assert TOKEN not in repr(cassette.interactions)
    with pytest.raises(UnmatchedRequestError) as caught, use_cassette(path, mode="playback"):
        getter(server, f"/other?access_token={TOKEN}")()
    assert TOKEN not in str(caught.value)
    assert path.read_bytes() == before
    with use_cassette(path, mode="update"):
        getter(server, f"/new?access_token={TOKEN}", headers=fields)()
    added = path.read_bytes()[len(before) - len(b"version: 1\n") :]
    assert b"[REDACTED]" in added and TOKEN.encode() not in added


# What aiohttp gives to VCR.py


def test_json_that_aiohttp_was_given_matches_by_its_body(tmp_path: Path, server: Counter) -> None:
    path = tmp_path / "cassette.yaml"
    url = f"http://127.0.0.1:{server.port}/items"

    def post(name: str) -> str:
        async def posted() -> str:
            async with aiohttp.ClientSession() as session, session.post(url, json={"name": name}) as response:
                return await response.text()

        return asyncio.run(posted())

    by_vcrpy(path, lambda: post("Ada"), mode="once")
    with use_cassette(path, mode="playback"):
        recorded = post("Ada")
        # Another client sends the same in other bytes.
        assert httpx.post(url, json={"name": "Ada"}).text == recorded
    assert json.dumps({"name": "Ada"}) in recorded
    with pytest.raises(UnmatchedRequestError, match="body"), use_cassette(path, mode="playback"):
        post("Grace")
