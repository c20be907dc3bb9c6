"""No secret that a run has used is in its cassette, in any spelling, nor in an error's text."""

from __future__ import annotations

import base64
import dataclasses
import gzip
import json
import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import quote, quote_plus, urlencode

import pytest

from reqsnap import Cassette, UnmatchedRequestError, use_cassette
from tests.conformance.cases import CASES
from tests.conformance.clients import CLIENTS
from tests.conformance.laboratory import PROXY_CREDENTIALS, Laboratory
from tests.conformance.registry import Case
from tests.conformance.runs import Trial
from tests.conformance.vocabulary import Call, Client, Outcome, Settings, Trust
from tests.support.endpoints import flows, secrets
from tests.support.network import no_network

BY_NAME = [pytest.param(client, id=client.name) for client in CLIENTS]
GRANTED = (*secrets.GRANTED.values(), secrets.COOKIE_VALUE)
FLOWS = [
    pytest.param(client, dataclasses.replace(case, redact=True), id=f"{client.name}-{case.name}")
    for client in CLIENTS
    for case in CASES
    if case.name in ("basic_auth", "digest_auth", "cookies", "proxied_with_credentials", "redirect_elsewhere")
    and case.fits(client, "http")
]
FLOW_SECRETS = (
    flows.PASSWORD,
    flows.COOKIE.partition("=")[2],
    PROXY_CREDENTIALS.partition(":")[2],
    f"{flows.USER}:{flows.PASSWORD}",
    "stays-at-home-0123456789",
)
JSON = ("Content-Type", "application/json")
FORM = ("Content-Type", "application/x-www-form-urlencoded")


@dataclass(frozen=True)
class Secrets:
    """What one program keeps from others; `tag` makes each value another."""

    tag: str

    def value(self, name: str) -> str:
        """A secret with characters that every coding spells differently."""
        return f"{name}-{self.tag}+/=&?é~{name[::-1]}"

    def plain(self, name: str) -> str:
        """A secret for places where only tokens are allowed."""
        return f"{name}-{self.tag}-{name[::-1]}-9f8e7d6c5b4a"

    def all(self) -> list[str]:
        """Every secret that `calls` uses."""
        return [self.plain(name) for name in ("bearer", "cookie", "key", "basic")] + [
            self.value(name) for name in ("query", "signature", "password", "client", "refresh")
        ]

    def calls(self, origin: str) -> list[Call]:
        """Requests full of secrets, to endpoints that send them back."""
        query = urlencode({"api_key": self.value("query"), "sig": self.value("signature"), "page": "1"})
        body = {
            "grant_type": "password",
            "password": self.value("password"),
            "client_secret": self.value("client"),
            "refresh_token": self.value("refresh"),
        }
        bearer = ("Authorization", f"Bearer {self.plain('bearer')}")
        basic = base64.b64encode(f"ada:{self.plain('basic')}".encode()).decode()
        cookie = ("Cookie", f"sid={self.plain('cookie')}; theme=dark")
        mirror = f"{origin}/mirror"
        return [
            Call("GET", f"{mirror}?{query}", (bearer, cookie, ("X-Api-Key", self.plain("key")))),
            Call("GET", f"{mirror}/coded?{query}", (("Authorization", f"Basic {basic}"),)),
            Call("POST", mirror, (JSON,), json.dumps(body).encode()),
            Call("POST", mirror, (FORM,), urlencode(body).encode()),
            Call("POST", f"{origin}/token", (FORM,), urlencode(body).encode()),
        ]


def spellings(secret: str) -> set[bytes]:
    """A secret as it may be found: as it is, URL-encoded, in JSON, and within base64 at any offset."""
    raw = secret.encode()
    found = {raw, secret.encode("latin-1", "replace"), json.dumps(secret)[1:-1].encode()}
    found |= {quote(secret, safe="").encode(), quote_plus(secret).encode(), quote(secret).encode()}
    for coded in {raw, secret.encode("latin-1", "replace")}:
        for offset in range(3):
            text = base64.b64encode(b"\0" * offset + coded)
            # The first and the last group also depend on what stands beside the secret.
            inner = text[4 if offset else 0 : len(text) // 4 * 4 - 4]
            found |= {inner, inner.translate(bytes.maketrans(b"+/", b"-_"))}
    return found


def leaks(path: Path, used: list[str]) -> list[bytes]:
    """Every spelling of a secret that is in a cassette, or in a body of it that is coded."""
    texts = [path.read_bytes()]
    cassette = Cassette()
    cassette.load(path)
    for interaction in cassette:
        body = interaction.response.body
        if interaction.response.headers.get("content-encoding") == "gzip" and body[:2] == b"\x1f\x8b":
            body = gzip.decompress(body)
        texts.append(body)
    return [found for secret in used for found in spellings(secret) for text in texts if found in text]


def settings(laboratory: Laboratory) -> Settings:
    certificates = laboratory.certificates
    return Settings(Trust(certificates.path, certificates.client))


async def converse(client: Client, laboratory: Laboratory, calls: list[Call]) -> list[Outcome]:
    async with client.session(settings(laboratory)) as session:
        return [await session.exchange(call) for call in calls]


@pytest.mark.parametrize("client", BY_NAME)
def test_secrets_stay_out_of_the_cassette(client: Client, laboratory: Laboratory, tmp_path: Path) -> None:
    laboratory.reset()
    path = tmp_path / "cassette.yaml"
    mine = Secrets("alpha")
    calls = mine.calls(laboratory.server.origin("http"))
    with use_cassette(path, mode="record"):
        live = client.runner.run(lambda: converse(client, laboratory, calls))
    assert mine.plain("bearer").encode() in live[0].body
    assert json.loads(live[-1].body)["access_token"] == secrets.GRANTED["access_token"]
    assert leaks(path, [*mine.all(), *GRANTED]) == []
    text = path.read_text(encoding="utf-8")
    assert "[REDACTED]" in text
    assert "theme=" in text
    assert "page=1" in text

    others = Secrets("omega").calls(laboratory.server.origin("http"))
    laboratory.stop()
    with no_network(), use_cassette(path, mode="playback") as cassette:
        replayed = client.runner.run(lambda: converse(client, laboratory, others))
    assert [outcome.status for outcome in replayed] == [outcome.status for outcome in live]
    assert cassette.all_played
    assert list(json.loads(replayed[-1].body)) == list(json.loads(live[-1].body))


@pytest.mark.parametrize("client", BY_NAME)
def test_secrets_stay_out_of_errors(client: Client, laboratory: Laboratory, tmp_path: Path) -> None:
    laboratory.reset()
    path = tmp_path / "cassette.yaml"
    mine, others = Secrets("alpha"), Secrets("omega")
    origin = laboratory.server.origin("http")
    with use_cassette(path, mode="record"):
        client.runner.run(lambda: converse(client, laboratory, mine.calls(origin)))
    laboratory.stop()
    for call in others.calls(origin):
        unknown = dataclasses.replace(call, url=re.sub(r"/(mirror|token)", r"/\1s", call.url))
        with no_network(), pytest.raises(Exception) as caught, use_cassette(path, mode="playback"):
            client.runner.run(partial(converse, client, laboratory, [unknown]))
        refusal = next(entry for entry in chain(caught.value) if isinstance(entry, UnmatchedRequestError))
        shown = f"{caught.value}\n{refusal}\n{refusal!r}\n{vars(refusal)!r}".encode()
        every = [*mine.all(), *others.all(), *GRANTED]
        assert [found for secret in every for found in spellings(secret) if found in shown] == []


def chain(error: BaseException | None) -> list[BaseException]:
    """An exception and those it came from."""
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


@pytest.mark.parametrize(("client", "case"), FLOWS)
def test_secrets_of_a_flow_stay_out_of_the_cassette(
    client: Client, case: Case, laboratory: Laboratory, tmp_path: Path
) -> None:
    trial = Trial(laboratory, client, case, "http", tmp_path / "cassette.yaml")
    live = trial.record()
    assert live.interactions
    assert leaks(trial.path, list(FLOW_SECRETS)) == []
    trial.playback()
