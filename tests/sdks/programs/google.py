"""google-api-python-client on httplib2: tokens, pages, uploads, ranges, a discovery document."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.sdks.imitations.google import ACCESS_TOKEN, API_KEY, CLIENT_SECRET, REFRESH_TOKEN, Google
from tests.sdks.programs.program import Program

PART = 256 * 1024
"""The smallest part that the SDK sends of a resumable upload."""


@contextmanager
def drive(url: str) -> Iterator[Any]:
    """Drive, from the discovery document that the SDK brings along, with its addresses moved to `url`."""
    discovery = pytest.importorskip("googleapiclient.discovery")
    documents = pytest.importorskip("googleapiclient.discovery_cache")
    document = json.loads(documents.get_static_doc("drive", "v3"))
    document |= {"rootUrl": f"{url}/", "baseUrl": f"{url}/drive/v3/"}
    with discovery.build_from_document(document, http=_authorized(url)) as service:
        yield service


@contextmanager
def transport(url: str) -> Iterator[Any]:
    """The address and an httplib2 client, for a program that fetches its discovery document."""
    http = _http()
    yield url, http
    http.close()


def _http() -> Any:
    return pytest.importorskip("googleapiclient.http").build_http()


def _authorized(url: str) -> Any:
    """A client that has to fetch its access token before the first request."""
    google_auth_httplib2 = pytest.importorskip("google_auth_httplib2")
    credentials = pytest.importorskip("google.oauth2.credentials").Credentials(
        token=None,
        refresh_token=REFRESH_TOKEN,
        token_uri=f"{url}/token",
        client_id="loopback.apps.googleusercontent.com",
        client_secret=CLIENT_SECRET,
    )
    return google_auth_httplib2.AuthorizedHttp(credentials, http=_http())


def files(service: Any) -> Any:
    found = []
    request = service.files().list(pageSize=2)
    while request is not None:
        page = request.execute(num_retries=0)
        found += page["files"]
        request = service.files().list_next(request, page)
    return found


def upload(service: Any) -> Any:
    http = pytest.importorskip("googleapiclient.http")
    media = http.MediaIoBaseUpload(io.BytesIO(b"a,b\r\n1,\xc3\xbc\r\n"), mimetype="text/csv")
    return service.files().create(body={"name": "tabelle.csv"}, media_body=media).execute()


def resumable(service: Any) -> Any:
    http = pytest.importorskip("googleapiclient.http")
    content = io.BytesIO(b"x" * (PART + 10))
    media = http.MediaIoBaseUpload(content, mimetype="text/plain", chunksize=PART, resumable=True)
    request = service.files().create(body={"name": "resumed"}, media_body=media)
    progress, answer = [], None
    while answer is None:
        status, answer = request.next_chunk()
        progress.append(status and status.resumable_progress)
    return progress, answer


def download(service: Any) -> Any:
    http = pytest.importorskip("googleapiclient.http")
    received = io.BytesIO()
    media = http.MediaIoBaseDownload(received, service.files().get_media(fileId="f2"), chunksize=1000)
    done, progress = False, []
    while not done:
        status, done = media.next_chunk()
        progress.append(status.resumable_progress)
    return progress, received.getvalue()


def discovered(client: Any) -> Any:
    discovery = pytest.importorskip("googleapiclient.discovery")
    url, http = client
    service = discovery.build(
        "notes",
        "v1",
        http=http,
        developerKey=API_KEY,
        discoveryServiceUrl=f"{url}/discovery/v1/apis/{{api}}/{{apiVersion}}/rest",
        static_discovery=False,
        cache_discovery=False,
    )
    return service.notes().list().execute()


GRANT = (REFRESH_TOKEN, CLIENT_SECRET, ACCESS_TOKEN)

PROGRAMS = (
    Program("google-files", "googleapiclient", Google, drive, files, GRANT),
    Program("google-upload", "googleapiclient", Google, drive, upload, GRANT),
    Program("google-resumable", "googleapiclient", Google, drive, resumable, GRANT),
    Program("google-download", "googleapiclient", Google, drive, download, GRANT),
    Program("google-discovered", "googleapiclient", Google, transport, discovered, (API_KEY,)),
)
