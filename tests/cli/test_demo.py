"""`reqsnap demo` does what it says, and says so where something is not as it should be."""

from __future__ import annotations

import http.client
import re
from pathlib import Path

import pytest

import reqsnap
from reqsnap.cli import main
from reqsnap.cli.demo.api import Api
from reqsnap.cli.demo.clients import CLIENTS, Client

CLAIMS = 7


@pytest.fixture(autouse=True)
def no_mode_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REQSNAP_MODE", raising=False)


def test_everything_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "kept.yaml"
    assert main(["demo", "--keep", str(kept)]) == 0
    told = capsys.readouterr().out
    assert told.count("  ok  ") == CLAIMS
    assert "NOT SO" not in told
    assert all(client.name in told for client in CLIENTS)
    assert "POST http://127.0.0.1:" in kept.read_text("utf-8")
    assert str(kept) in told


def test_the_account_fits_a_terminal_and_names_what_was_redacted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["demo"])
    told = capsys.readouterr().out
    assert max(map(len, told.splitlines())) <= 80
    for redacted in (
        r"URL +query api_key",
        r"request +JSON password",
        r"request +Authorization",
        r"response +JSON access_token",
        r"response +Set-Cookie: session",
    ):
        assert re.search(redacted, told), redacted
    assert "\x1b" not in told


def test_a_credential_in_the_file_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    use_cassette = reqsnap.use_cassette

    def unredacted(path: Path, mode: str) -> object:
        return use_cassette(path, mode=mode, redact=False)

    monkeypatch.setattr(reqsnap, "use_cassette", unredacted)
    assert main(["demo"]) == 1
    assert "NOT SO  the cassette holds no credential" in capsys.readouterr().out


def test_a_server_that_waits_in_vain_for_its_reader_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("reqsnap.cli.demo.api.PATIENCE", 0.0)
    assert main(["demo"]) == 1
    assert "NOT SO  streams ran live" in capsys.readouterr().out


def test_only_the_installed_clients_are_driven(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Client, "installed", lambda self: self.name == "http.client")
    assert main(["demo"]) == 0
    told = capsys.readouterr().out
    assert "http.client" in told
    assert "aiohttp" not in told


def test_a_library_that_is_missing_is_not_installed() -> None:
    client = Client("nothing", "no_such_module_anywhere")
    assert not client.installed()


@pytest.mark.parametrize("place", ["there.yaml", "missing/new.yaml"])
def test_keep_overwrites_nothing(place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "there.yaml").write_text("mine")
    with pytest.raises(SystemExit) as ended:
        main(["demo", "--keep", str(tmp_path / place)])
    assert ended.value.code == 2
    assert "--keep" in capsys.readouterr().err
    assert (tmp_path / "there.yaml").read_text() == "mine"


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_each_client_without_reqsnap(client: Client) -> None:
    with Api() as api:
        answers = client.tell(api)
    assert [answer.status for answer in answers] == [200] * 5
    assert (api.received, api.stalled) == (6, 0)


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [("GET", "/items", 403), ("GET", "/me", 403), ("GET", "/nowhere", 404), ("POST", "/login", 403)],
)
def test_the_api_refuses_who_has_no_credential(method: str, target: str, status: int) -> None:
    with Api() as api:
        connection = http.client.HTTPConnection(*api.address, timeout=10)
        connection.request(method, target, b"{}" if method == "POST" else None)
        with connection.getresponse() as response:
            response.read()
        connection.close()
    assert response.status == status
