"""minio: on urllib3, against the same S3 as boto3."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.sdks.imitations.s3 import ACCESS_KEY_ID, S3, SECRET_ACCESS_KEY, SESSION_TOKEN
from tests.sdks.programs.program import Program

CONTENT = bytes(range(256)) * 20


@contextmanager
def client(url: str) -> Iterator[Any]:
    minio = pytest.importorskip("minio")
    pool = pytest.importorskip("urllib3").PoolManager(retries=False)
    yield minio.Minio(
        urlsplit(url).netloc,
        access_key=ACCESS_KEY_ID,
        secret_key=SECRET_ACCESS_KEY,
        session_token=SESSION_TOKEN,
        secure=False,
        http_client=pool,
    )
    pool.clear()


def objects(client: Any) -> Any:
    errors = pytest.importorskip("minio.error")
    put = client.put_object("photos", "zoë/1.bin", io.BytesIO(CONTENT), len(CONTENT))
    answer = client.get_object("photos", "zoë/1.bin")
    try:
        pieces = list(answer.stream(2048))
    finally:
        answer.close()
        answer.release_conn()
    seen = client.stat_object("photos", "zoë/1.bin")
    found = [(one.object_name, one.size) for one in client.list_objects("photos", "zoë/", recursive=True)]
    client.remove_object("photos", "zoë/1.bin")
    with pytest.raises(errors.S3Error) as caught:
        client.get_object("photos", "absent")
    return put.etag, pieces, seen.last_modified.isoformat(), found, caught.value.code


PROGRAMS = (Program("minio-objects", "minio", S3, client, objects, (ACCESS_KEY_ID, SESSION_TOKEN)),)
