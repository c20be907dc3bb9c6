"""The endpoints of the loopback server, by theme."""

from tests.support.endpoints import bodies, broken, flows, halves, plain, secrets, streams, uploads
from tests.support.exchange import Routes

ROUTES = Routes()
for module in (plain, bodies, flows, streams, halves, uploads, broken, secrets):
    ROUTES |= module.routes
