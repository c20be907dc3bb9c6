"""boto3: S3 (100-continue, streams, pages, threads, trailing checksums) and SQS."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.sdks.imitations.s3 import ACCESS_KEY_ID, S3, SECRET_ACCESS_KEY, SESSION_TOKEN
from tests.sdks.imitations.sqs import Sqs
from tests.sdks.programs.program import Program

CONTENT = bytes(range(256)) * 40
SIGNED = (ACCESS_KEY_ID, SESSION_TOKEN)


@contextmanager
def s3(url: str) -> Iterator[Any]:
    with _client("s3", url) as client:
        yield client


@contextmanager
def sqs(url: str) -> Iterator[Any]:
    with _client("sqs", url) as client:
        yield client


@contextmanager
def _client(service: str, url: str) -> Iterator[Any]:
    boto3 = pytest.importorskip("boto3")
    client = boto3.session.Session().client(
        service,
        endpoint_url=url,
        region_name="eu-central-1",
        aws_access_key_id=ACCESS_KEY_ID,
        aws_secret_access_key=SECRET_ACCESS_KEY,
        aws_session_token=SESSION_TOKEN,
        config=boto3.session.Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
    )
    yield client
    client.close()


def objects(client: Any) -> Any:
    put = client.put_object(Bucket="photos", Key="cats/zoë 1.bin", Body=CONTENT)
    got = client.get_object(Bucket="photos", Key="cats/zoë 1.bin")
    chunks = list(got["Body"].iter_chunks(4096))
    part = client.get_object(Bucket="photos", Key="cats/zoë 1.bin", Range="bytes=2-5")["Body"].read()
    client.delete_object(Bucket="photos", Key="cats/zoë 1.bin")
    return put["ETag"], got["ContentLength"], got["LastModified"].isoformat(), chunks, part


def pages(client: Any) -> Any:
    for number in range(3):
        client.put_object(Bucket="photos", Key=f"dogs/{number}.txt", Body=f"dog {number}".encode())
    paginator = client.get_paginator("list_objects_v2")
    found = paginator.paginate(Bucket="photos", Prefix="dogs/", PaginationConfig={"PageSize": 2})
    return [[(item["Key"], item["Size"], item["ETag"]) for item in page["Contents"]] for page in found]


def transfer(client: Any) -> Any:
    client.upload_fileobj(io.BytesIO(CONTENT), "photos", "by-thread.bin")
    received = io.BytesIO()
    client.download_fileobj("photos", "by-thread.bin", received)
    return received.getvalue()


def errors(client: Any) -> Any:
    exceptions = pytest.importorskip("botocore.exceptions")
    with pytest.raises(client.exceptions.NoSuchKey) as absent:
        client.get_object(Bucket="photos", Key="absent")
    with pytest.raises(exceptions.ClientError) as refused:
        client.get_object(Bucket="forbidden", Key="any")
    return [caught.value.response["Error"]["Code"] for caught in (absent, refused)]


def queue(client: Any) -> Any:
    address = f"{client.meta.endpoint_url}/123456789012/jobs"
    sent = client.send_message(QueueUrl=address, MessageBody="Zoë ✓")
    received = client.receive_message(QueueUrl=address, MaxNumberOfMessages=2)["Messages"]
    for message in received:
        client.delete_message(QueueUrl=address, ReceiptHandle=message["ReceiptHandle"])
    return sent["MD5OfMessageBody"], [message["Body"] for message in received]


PROGRAMS = (
    Program("boto3-s3-objects", "boto3", S3, s3, objects, SIGNED),
    Program("boto3-s3-objects-tls", "boto3", S3, s3, objects, SIGNED, transport="tls"),
    Program("boto3-s3-pages", "boto3", S3, s3, pages, SIGNED),
    Program("boto3-s3-transfer", "boto3", S3, s3, transfer, SIGNED),
    Program("boto3-s3-errors", "boto3", S3, s3, errors, SIGNED),
    Program("boto3-sqs", "boto3", Sqs, sqs, queue, SIGNED),
)
