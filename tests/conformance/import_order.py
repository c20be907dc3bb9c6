"""A program of its own: clients imported before reqsnap, or while a block is open.

Run as `python -m tests.conformance.import_order early|late CASSETTE URL AUTHORITY`;
prints what each client has replayed.
"""

from __future__ import annotations

import json
import ssl
import sys
from functools import partial
from pathlib import Path

LIBRARIES = {
    "aiohttp",
    "botocore",
    "httpcore",
    "httpcore2",
    "httplib2",
    "httpx",
    "httpx2",
    "requests",
    "tornado",
}


def replay_all(url: str, authority: str) -> list[list[object]]:
    """What each client gets."""
    from tests.conformance.clients import CLIENTS
    from tests.conformance.vocabulary import Call, Client, Outcome, Settings, Trust
    from tests.support.network import no_network

    settings = Settings(Trust(Path(authority), ssl.create_default_context(cafile=authority)))

    async def exchange(client: Client) -> Outcome:
        async with client.session(settings) as session:
            return await session.exchange(Call("GET", url))

    answers: list[list[object]] = []
    with no_network():
        for client in CLIENTS:
            outcome = client.runner.run(partial(exchange, client))
            answers.append([client.name, outcome.status, outcome.body.decode()])
    return answers


def main(order: str, cassette: str, url: str, authority: str) -> None:
    """Import in the order that is asked for, replay, print."""
    if order == "early":
        import tests.conformance.clients

        assert tests.conformance.clients.CLIENTS
        assert "reqsnap" not in sys.modules
    import reqsnap

    if order == "late":
        assert not LIBRARIES & set(sys.modules)
    with reqsnap.use_cassette(cassette, mode="playback"):
        answers = replay_all(url, authority)
    print(json.dumps(answers))


if __name__ == "__main__":
    main(*sys.argv[1:])
