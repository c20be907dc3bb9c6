"""The clients that take part, one file a client; joining is a file and a row here."""

from tests.conformance.clients import (
    aiohttp,
    botocore,
    http_client,
    httpcore,
    httplib2,
    httpx,
    requests,
    tornado,
    urllib3,
    urllib_request,
)
from tests.conformance.vocabulary import Client

CLIENTS: tuple[Client, ...] = (
    *http_client.CLIENTS,
    *urllib_request.CLIENTS,
    *urllib3.CLIENTS,
    *requests.CLIENTS,
    *httplib2.CLIENTS,
    *botocore.CLIENTS,
    *httpcore.CLIENTS,
    *httpx.CLIENTS,
    *aiohttp.CLIENTS,
    *tornado.CLIENTS,
)
