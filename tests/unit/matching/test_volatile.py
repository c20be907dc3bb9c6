"""Volatile values: another of its kind matches, anything else does not, and nothing harmless is one."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reqsnap.matching import Matching, differences
from reqsnap.matching.normal import Normal
from reqsnap.matching.volatile import VOLATILE, says_time
from reqsnap.model import Headers, Request
from tests.support.requests_to_match import URL, get, post, post_json, same, upload

FIELD = 'Content-Disposition: form-data; name="a"'
FORM = "application/x-www-form-urlencoded"
UUID = Matching(match_headers=("*",), volatile=("uuid",))
TIME = Matching(match_headers=("*",), volatile=("timestamp",))
KEY = Matching(match_headers=("*",), volatile=("idempotency_key",))
AWS = Matching(match_headers=("*",), volatile=("aws_signature",))
OAUTH = Matching(match_headers=("*",), volatile=("oauth_nonce",))
BOUNDARY = Matching(match_headers=("*",), volatile=("multipart_boundary",))
EVERYTHING = Matching(match_headers=("*",), volatile=tuple(VOLATILE))


def everywhere(value: str) -> list[Request]:
    """Requests that hold a value in each place where one may stand."""
    return [
        get(f"{URL}/{value.replace(':', '%3A').replace(' ', '%20')}/x"),
        get(f"{URL}?a={value.replace('+', '%2B')}"),
        get(X_Thing=value),
        post_json({"a": [value], value: 1, "text": f"it is {value}."}),
        post(f"a={value.replace('+', '%2B')}", FORM),
        post(f"<a>{value}</a>", "text/xml"),
        post(
            upload("b", ('Content-Disposition: form-data; name="a"', value)),
            "multipart/form-data; boundary=b",
        ),
    ]


@given(st.uuids(), st.uuids(), st.booleans())
def test_another_uuid_matches_wherever_it_stands(one: Any, other: Any, upper: bool) -> None:
    spelled = str(other).upper() if upper else str(other)
    for first, second in zip(everywhere(str(one)), everywhere(spelled), strict=True):
        assert same(first, second, UUID)
        assert differences(UUID, first, second) == ()
        assert same(first, second, Matching(match_headers=("*",))) is (spelled == str(one))


@pytest.mark.parametrize(
    "value", ["1234", "0123456789abcdef0123456789abcdef", "12345678-1234-1234-1234-12345678901"]
)
def test_what_is_no_uuid_counts(value: str) -> None:
    for first, second in zip(everywhere(value), everywhere(value[:-1] + "0"), strict=True):
        assert not same(first, second, UUID)


moments = st.datetimes(datetime(2001, 9, 10), datetime(2098, 1, 1))


def formats(moment: datetime) -> list[str]:
    aware = moment.replace(tzinfo=UTC)
    return [
        moment.isoformat(timespec="seconds"),
        f"{moment.isoformat(timespec='milliseconds')}Z",
        aware.isoformat(timespec="microseconds"),
        moment.isoformat(" ", "seconds"),
        f"{moment:%Y-%m-%dT%H:%M}Z",
        f"{moment:%Y%m%dT%H%M%SZ}",
        f"{moment.isoformat(timespec='seconds')}-05:30",
        format_datetime(aware, usegmt=True),
        f"{moment:%A, %d-%b-%y %H:%M:%S GMT}",
    ]


@given(moments, moments)
def test_another_timestamp_matches_wherever_it_stands(one: datetime, other: datetime) -> None:
    for written, later in zip(formats(one), formats(other), strict=True):
        for first, second in zip(everywhere(written), everywhere(later), strict=True):
            assert same(first, second, TIME), (first, second)


@given(moments, moments, st.sampled_from(["ts", "timestamp", "createdAt", "expires_at", "nonce", "_"]))
def test_unix_time_is_volatile_under_a_name_that_says_so(one: datetime, other: datetime, name: str) -> None:
    for unit in (1, 1000, 1_000_000):
        before, after = (int(moment.replace(tzinfo=UTC).timestamp()) * unit for moment in (one, other))
        for first, second in (
            (get(f"{URL}?{name}={before}"), get(f"{URL}?{name}={after}")),
            (post_json({"a": {name: before}}), post_json({"a": {name: after}})),
            (post_json({name: str(before)}), post_json({name: str(after)})),
            (post(f"{name}={before}", FORM), post(f"{name}={after}", FORM)),
        ):
            assert same(first, second, TIME)
        assert same(post_json({"id": before}), post_json({"id": after}), TIME) is (before == after)
        assert same(get(f"{URL}?id={before}"), get(f"{URL}?id={after}"), TIME) is (before == after)
    assert same(post_json({name: 1764000000.25}), post_json({name: 1764009999.5}), TIME)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"time": 5}, {"time": 6}),
        ({"expires_in": 1764000000}, {"expires_in": 1764000001}),
        ({"date": "2026-11-22"}, {"date": "2026-11-23"}),
        ({"time": "10:30"}, {"time": "10:31"}),
        ({"format": 1764000000}, {"format": 1764000001}),
        ({"at_most": 1764000000}, {"at_most": 1764000001}),
        ({"timestamp": True}, {"timestamp": 1}),
        ({"timestamp": 17640000001}, {"timestamp": 17640000002}),
        ({"version": "2026-13-45T99:00"}, {"version": "2026-13-45T99:01"}),
        ({"ts": None}, {"ts": 1764000000}),
    ],
)
def test_harmless_values_are_no_timestamps(one: Any, other: Any) -> None:
    assert not same(post_json(one), post_json(other), TIME)


@pytest.mark.parametrize(
    "name", ["X-Timestamp", "startTimeUnixNano", "iat", "at", "TS", "timestamps", "ts_ms", "_", "expiresAt"]
)
def test_names_that_say_time(name: str) -> None:
    assert says_time(name)


@pytest.mark.parametrize(
    "name",
    ["format", "seconds", "id", "", "runtime", "duration_seconds", "hats", "time_zone", "at_most"],
)
def test_names_that_do_not(name: str) -> None:
    assert not says_time(name)


@pytest.mark.parametrize(
    "name",
    [
        "Idempotency-Key",
        "x-request-id",
        "TRACEPARENT",
        "amz-sdk-invocation-id",
        "PayPal-Request-Id",
        "X-B3-TraceId",
    ],
)
def test_identifiers_of_requests_in_headers(name: str) -> None:
    one, other = (Request("GET", URL, Headers([(name, value)])) for value in ("a", "b"))
    assert same(one, other, KEY)
    assert same(one, get(), Matching(match_headers=(name,), volatile=("idempotency_key",)))
    assert not same(one, other, UUID)


@pytest.mark.parametrize("name", ["idempotency_key", "request_id", "clientToken", "client_request_token"])
def test_identifiers_of_requests_in_fields(name: str) -> None:
    assert same(post_json({"a": {name: "1"}}), post_json({"a": {name: "2"}}), KEY)
    assert same(post(f"{name}=1&a=1", FORM), post("a=1", FORM), KEY)
    assert not same(post(f"{name}=1&a=1", FORM), post("a=2", FORM), KEY)
    head = f'Content-Disposition: form-data; name="{name}"'
    uploads = [post(upload("b", (head, value)), "multipart/form-data; boundary=b") for value in "12"]
    assert same(uploads[0], uploads[1], KEY)
    assert not same(post_json({name: {"a": 1}}), post_json({name: {"a": 2}}), KEY)


def test_a_request_id_in_the_query_is_what_is_asked_for() -> None:
    assert not same(get(f"{URL}?request_id=1"), get(f"{URL}?request_id=2"), KEY)
    assert same(get(f"{URL}?idempotency_key=1"), get(f"{URL}?idempotency_key=2"), KEY)


def presigned(day: str, signature: str, *, key: str = "AKID", expires: int = 300, extra: str = "") -> Request:
    return get(
        f"https://b.s3.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={key}%2F{day}%2Fus-east-1"
        f"%2Fs3%2Faws4_request&X-Amz-Date={day}T080000Z&X-Amz-Expires={expires}&X-Amz-SignedHeaders=host"
        f"&X-Amz-Signature={signature}{extra}"
    )


def test_aws_signatures_of_version_4() -> None:
    one = presigned("20261122", "aa")
    assert same(one, presigned("20261123", "bb", expires=60, extra="&X-Amz-Security-Token=t"), AWS)
    assert not same(one, presigned("20261122", "aa", key="OTHER"), AWS)
    assert not same(one, presigned("20261122", "aa", extra="&versionId=1"), AWS)

    def signed(day: str, signature: str, signed_headers: str, key: str = "AKID", **more: str) -> Request:
        value = (
            f"AWS4-HMAC-SHA256 Credential={key}/{day}/us-east-1/s3/aws4_request, "
            f"SignedHeaders={signed_headers}, Signature={signature}"
        )
        return get(Authorization=value, X_Amz_Date=f"{day}T080000Z", **more)

    first = signed("20261122", "aa", "host;x-amz-date")
    second = signed("20261123", "bb", "host;x-amz-date;x-amz-security-token", X_Amz_Security_Token="t")
    assert same(first, second, AWS)
    assert not same(first, signed("20261122", "aa", "host;x-amz-date", key="OTHER"), AWS)
    assert not same(first, signed("20261122", "aa", "host;range;x-amz-date"), AWS)


def test_aws_signatures_of_version_2_and_of_forms() -> None:
    one, other = (f"{URL}?AWSAccessKeyId=A&Signature={s}&Expires={e}&k=1" for s, e in (("x", 1), ("y", 2)))
    assert same(get(one), get(other), AWS)
    assert not same(get(f"{URL}?Signature=x&Expires=1"), get(f"{URL}?Signature=y&Expires=2"), AWS)
    assert same(get(Authorization="AWS AKID:aa="), get(Authorization="AWS AKID:bb="), AWS)
    assert not same(get(Authorization="AWS AKID:aa="), get(Authorization="AWS OTHER:aa="), AWS)
    assert not same(get(Authorization="Bearer a"), get(Authorization="Bearer b"), AWS)
    fields = ("policy", "x-amz-signature", "x-amz-date", "x-amz-credential")

    def form(policy: str, day: str, key: str) -> Request:
        values = zip(fields, (policy, policy, day, f"A/{day}/r/s3/aws4_request"), strict=True)
        parts = [(f'Content-Disposition: form-data; name="{name}"', value) for name, value in values]
        keyed = ('Content-Disposition: form-data; name="key"', key)
        return post(upload("b", *parts, keyed), "multipart/form-data; boundary=b")

    assert same(form("p1", "20261122", "k"), form("p2", "20261123", "k"), AWS)
    assert not same(form("p1", "20261122", "k"), form("p1", "20261122", "l"), AWS)


@pytest.mark.parametrize("matching", [AWS, OAUTH])
def test_a_redacted_signature_has_no_number(matching: Matching) -> None:
    one = get(Authorization="[REDACTED:2]")
    assert same(one, get(Authorization="[REDACTED]"), matching)
    assert matching.key_and_numbers(one) == matching.key_and_numbers(get(Authorization="[REDACTED]"))
    numbered = get(f"{URL}?X-Amz-Signature=[REDACTED:2]&oauth_signature=[REDACTED:3]")
    assert EVERYTHING.key_and_numbers(numbered)[1] == ()


def test_oauth_1_signatures() -> None:
    def header(nonce: str, consumer: str = "c") -> Request:
        return get(
            Authorization=f'OAuth realm="r", oauth_consumer_key="{consumer}", oauth_nonce="{nonce}",'
            f' oauth_timestamp="{len(nonce)}", oauth_signature="{nonce}%3D"'
        )

    assert same(header("a"), header("bb"), OAUTH)
    assert not same(header("a"), header("a", "d"), OAUTH)
    one, other = (f"oauth_nonce={n}&oauth_timestamp={n}&oauth_signature={n}&a=1" for n in (1, 2))
    assert same(get(f"{URL}?{one}"), get(f"{URL}?{other}"), OAUTH)
    assert same(post(one, FORM), post(other, FORM), OAUTH)
    assert not same(get(f"{URL}?{one}"), get(f"{URL}?{one}&b=1"), OAUTH)


def test_oauth_2_state_counts_unless_it_is_oauths() -> None:
    authorize = f"{URL}?response_type=code&client_id=1&redirect_uri=u"
    one = get(f"{authorize}&state=a&nonce=b&code_challenge=c")
    assert same(one, get(f"{authorize}&state=d&nonce=e&code_challenge=f"), OAUTH)
    assert not same(one, get(f"{authorize}&scope=x&state=a&nonce=b&code_challenge=c"), OAUTH)
    assert not same(get(f"{URL}?state=open"), get(f"{URL}?state=closed"), OAUTH)
    forms = [post(f"grant_type=authorization_code&code=1&code_verifier={v}", FORM) for v in "ab"]
    assert same(forms[0], forms[1], OAUTH)


MIME = (
    'Content-Type: multipart/mixed; boundary="{0}"\n\n'
    "--{0}\nContent-Type: multipart/alternative; boundary={1}\n\n"
    "--{1}\n\n{2}\n--{1}--\n--{0}--\n"
)


def test_boundaries_that_are_declared_within_a_body() -> None:
    one, other = MIME.format("===12==", "a1", "text"), MIME.format("===34==", "b2", "text")
    for first, second in (
        (post(one, "message/rfc822"), post(other, "message/rfc822")),
        (post_json({"raw": one}), post_json({"raw": other})),
        (post(f"x={'a' * 3}", "text/plain"), post(f"x={'a' * 3}", "text/plain")),
    ):
        assert same(first, second, BOUNDARY)
    assert not same(post(one, "message/rfc822"), post(other, "message/rfc822"))
    changed = MIME.format("===34==", "b2", "other")
    assert not same(post(one, "message/rfc822"), post(changed, "message/rfc822"), BOUNDARY)


def test_boundaries_that_nothing_declares() -> None:
    head = 'Content-Disposition: form-data; name="a"'
    one, other = (upload(boundary, (head, "x")) for boundary in ("b1", "b2"))
    for content_type in ("", "application/octet-stream", "multipart/form-data"):
        assert same(post(one, content_type), post(other, content_type), BOUNDARY)
        assert not same(post(one, content_type), post(upload("b2", (head, "y")), content_type), BOUNDARY)


VALUES = [
    "2026-11-22T01:02:03Z",
    "Sun, 06 Nov 1994 08:49:37 GMT",
    "0a0a0a0a-0b0b-4c0c-8d0d-0e0e0e0e0e0e",
    "boundary=x",
    "\n--x\n",
    "--x--",
    "AWS4-HMAC Credential=A/20261122/r, Signature=f",
    "OAuth oauth_nonce=1, a=2",
    "<uuid>",
    *(" ", "1", "a", "-", "é"),
]
texts = st.lists(st.sampled_from(VALUES), max_size=6).map("".join)


@given(texts, st.sampled_from(["authorization", "ts", "x-amz-credential", "a"]))
@example("boundary=x" + 4 * "2026-11-22T01:02:03Z", "a")
def test_a_normal_form_is_its_own(text: str, name: str) -> None:
    normal = Normal(VOLATILE, ())
    once = normal.value(name, text)
    assert normal.value(name, once) == once
    pairs = normal.form(((name, text), ("request_id", "1")))
    assert normal.form(pairs) == pairs
    document = normal.document({name: [text, 1764000000], text: {"request_id": 1}})
    assert normal.document(document) == document


@given(st.text(max_size=20), st.text(max_size=20))
def test_plain_text_still_counts(one: str, other: str) -> None:
    assert same(post_json({"a": one}), post_json({"a": other}), EVERYTHING) is (one == other)


def test_names_that_differ_only_in_what_is_volatile_stay_two() -> None:
    names = ["0a0a0a0a-0b0b-4c0c-8d0d-0e0e0e0e0e0e", "1a0a0a0a-0b0b-4c0c-8d0d-0e0e0e0e0e0e"]
    one = post_json({names[0]: 1, names[1]: 2})
    assert same(one, post_json({names[1]: 1, names[0]: 2}), UUID)
    assert not same(one, post_json({names[0]: 2}), UUID)
    assert not same(one, post_json({names[0]: 1, names[1]: 3}), UUID)


def test_what_is_volatile_is_never_reported() -> None:
    matching = Matching(volatile=("uuid", "timestamp", "idempotency_key"), ignore_json=("**.trace",))

    def request(number: int, value: int) -> Request:
        document = {
            "id": f"0a0a0a0a-0b0b-4c0c-8d0d-0e0e0e0e0e{number:02}",
            "created_at": 1764000000 + number,
            "request_id": number,
            "deep": [{"trace": number, "value": value}],
        }
        return post(json.dumps(document), url=f"{URL}?ts={1764000000 + number}&idempotency_key={number}")

    (found,) = differences(matching, request(1, 7), request(2, 8))
    assert str(found) == "body.deep[0].value: recorded 8, now 7"


def test_raw_bodies_are_compared_as_they_are() -> None:
    raw = Matching(match_on=("raw_body",), volatile=tuple(VOLATILE))
    assert not same(post_json({"ts": 1764000000}), post_json({"ts": 1764000001}), raw)
