"""Amazon S3, as botocore and minio speak to it: path style, XML, signatures unchecked."""

from __future__ import annotations

from hashlib import md5
from pathlib import Path
from ssl import SSLContext
from urllib.parse import unquote
from xml.sax.saxutils import escape

from tests.sdks.imitations.credentials import credential
from tests.sdks.imitations.server import Answer, Call, Imitation

ACCESS_KEY_ID = "AKIA" + credential("aws access key", length=16).upper()
SECRET_ACCESS_KEY = credential("aws secret key", length=40)
SESSION_TOKEN = credential("aws session token", length=64)

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
XML = ("Content-Type", "application/xml")
MODIFIED = ("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT")


class S3(Imitation):
    """Keeps objects in memory. Anything in the bucket "forbidden" is refused."""

    def __init__(self, socket_path: Path | None = None, tls: SSLContext | None = None) -> None:
        super().__init__(socket_path, tls)
        self.objects: dict[str, bytes] = {}

    def answer(self, call: Call) -> Answer:
        bucket, _, key = unquote(call.path).removeprefix("/").partition("/")
        if bucket == "forbidden":
            return _mismatch(call)
        if not key:
            return _location() if "location" in call.query else self._listing(bucket, call)
        return self._object(call, f"{bucket}/{key}")

    def _object(self, call: Call, name: str) -> Answer:
        if call.method == "PUT":
            self.objects[name] = _payload(call)
            return Answer(headers=(_etag(self.objects[name]),))
        if call.method == "DELETE":
            self.objects.pop(name, None)
            return Answer(204)
        if name not in self.objects:
            return _error(404, "NoSuchKey", "The specified key does not exist.")
        return _content(self.objects[name], call)

    def _listing(self, bucket: str, call: Call) -> Answer:
        prefix = f"{bucket}/{call.query.get('prefix', '')}"
        names = sorted(name for name in self.objects if name.startswith(prefix))
        start, size = int(call.query.get("continuation-token", "0")), int(call.query.get("max-keys", "1000"))
        end = start + size
        more = end < len(names)
        token = f"<NextContinuationToken>{end}</NextContinuationToken>" if more else ""
        found = "".join(_entry(name.partition("/")[2], self.objects[name]) for name in names[start:end])
        return Answer(
            200,
            f'<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="{NAMESPACE}">'
            f"<Name>{bucket}</Name><IsTruncated>{str(more).lower()}</IsTruncated>{token}{found}"
            "</ListBucketResult>".encode(),
            (XML,),
        )


def _payload(call: Call) -> bytes:
    """The object itself: what is sent with a trailing checksum comes in chunks of its own."""
    if "aws-chunked" not in call.header("Content-Encoding"):
        return call.body
    payload, rest = b"", call.body
    while True:
        head, _, rest = rest.partition(b"\r\n")
        size = int(head.split(b";")[0], 16)
        if not size:
            return payload
        payload, rest = payload + rest[:size], rest[size + 2 :]


def _content(body: bytes, call: Call) -> Answer:
    described = (_etag(body), MODIFIED, ("Accept-Ranges", "bytes"), ("Content-Type", "binary/octet-stream"))
    first, _, last = call.header("Range").removeprefix("bytes=").partition("-")
    if first and call.method == "GET":
        start, end = int(first), min(int(last), len(body) - 1)
        crossed = ("Content-Range", f"bytes {start}-{end}/{len(body)}")
        return Answer(206, body[start : end + 1], (*described, crossed))
    return Answer(200, body, (*described, ("Content-Length", str(len(body)))))


def _etag(body: bytes) -> tuple[str, str]:
    return "ETag", f'"{md5(body, usedforsecurity=False).hexdigest()}"'


def _entry(key: str, body: bytes) -> str:
    etag = _etag(body)[1].replace('"', "&quot;")
    return (
        f"<Contents><Key>{escape(key)}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>"
        f"<ETag>{etag}</ETag><Size>{len(body)}</Size><StorageClass>STANDARD</StorageClass></Contents>"
    )


def _location() -> Answer:
    text = f'<LocationConstraint xmlns="{NAMESPACE}">eu-central-1</LocationConstraint>'
    return Answer(200, text.encode(), (XML,))


def _mismatch(call: Call) -> Answer:
    """As S3 does, repeat the caller's key id and signature in the refusal."""
    signature = call.header("Authorization").rpartition("Signature=")[2]
    told = f"<AWSAccessKeyId>{ACCESS_KEY_ID}</AWSAccessKeyId>"
    told += f"<SignatureProvided>{signature}</SignatureProvided>"
    return _error(403, "SignatureDoesNotMatch", "The signature does not match.", told)


def _error(status: int, code: str, message: str, more: str = "") -> Answer:
    text = f"<Error><Code>{code}</Code><Message>{message}</Message>{more}<RequestId>1</RequestId></Error>"
    return Answer(status, text.encode(), (XML, ("x-amz-request-id", "1")))
