"""A certificate authority made for the run, and the TLS contexts of both sides."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True)
class Certificates:
    """What a server shows and what a client trusts.

    `path` is the authority's certificate as a file, for clients that want one,
    `client` a context that trusts it, `stranger` a context that trusts nobody.
    """

    path: Path
    client: ssl.SSLContext
    stranger: ssl.SSLContext
    server: ssl.SSLContext


def make_certificates(directory: Path) -> Certificates:
    """A new authority and a certificate for localhost and 127.0.0.1."""
    authority = trustme.CA()
    path = directory / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    client = ssl.create_default_context(cafile=str(path))
    # aiohttp and urllib3 offer HTTP/1.1 themselves, the others offer nothing.
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(server)
    # Tickets that a client leaves unread would turn its orderly close into a reset.
    server.num_tickets = 0
    stranger = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return Certificates(path, client, stranger, server)
