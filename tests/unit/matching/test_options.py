"""Each option of matching: what counts with it, and what does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reqsnap.errors import ConfigurationError
from reqsnap.matching import Matching, differences, register_matcher
from reqsnap.model import Headers, Request
from tests.support.requests_to_match import URL, get, post, same, upload

FORM = "application/x-www-form-urlencoded"
names = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=4)
values = st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=6)
requests = st.builds(
    Request,
    st.sampled_from(["GET", "PUT"]),
    st.builds("http://{}/{}?{}={}".format, names, names, names, names),
    st.lists(st.tuples(names, values), max_size=3).map(Headers),
    st.binary(max_size=5) | st.sampled_from([b"[1]", b"[2]", b"a=1", b"a=2"]),
)


# The key


@given(requests, requests)
def test_requests_that_differ_in_any_matched_part_never_share_a_key(one: Request, other: Request) -> None:
    matching = Matching(match_on=("method", "uri", "headers", "raw_body"))

    def parts(request: Request) -> object:
        found: dict[str, list[str]] = {}
        for name, value in request.headers:
            found.setdefault(name.lower(), []).append(value)
        host, _, rest = request.url.removeprefix("http://").partition("/")
        return request.method, host.lower(), rest, found, request.body

    assert same(one, other, matching) is (parts(one) == parts(other))


def test_two_values_are_not_the_one_they_make_joined() -> None:
    matching = Matching(match_headers=("a", "b"))
    assert not same(get(a="1|b|2"), get(a="1", b="2"), matching)


def test_methods_are_compared_upper_case() -> None:
    assert same(Request("post", URL), Request("POST", URL))
    assert same(Request("post", URL), Request("POST", URL), Matching(case_sensitive=False))


def test_default_port_and_case_of_the_host_do_not_count() -> None:
    assert same(get("https://H:443/x"), get("https://h/x"))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("/%7Eada", "/~ada", True),
        ("/%c3%a9", "/%C3%A9", True),
        ("/a%2Fb", "/a/b", False),
        ("/a%2fb", "/a%2Fb", True),
    ],
)
def test_octets_of_a_path_may_be_encoded_where_it_means_nothing(one: str, other: str, expected: bool) -> None:
    assert same(get(f"http://h{one}"), get(f"http://h{other}")) is expected


@given(st.lists(st.tuples(names, names), max_size=6), st.randoms())
def test_query_is_a_sorted_multiset(pairs: list[tuple[str, str]], random: Any) -> None:
    order = list(dict.fromkeys(name for name, _ in pairs))
    random.shuffle(order)
    moved = [pair for name in order for pair in pairs if pair[0] == name]
    one, other = (
        get(f"{URL}?{'&'.join(f'{name}={value}' for name, value in each)}") for each in (pairs, moved)
    )
    assert same(one, other)
    twice = get(f"{one.url}&new=1&new=1")
    assert not same(twice, get(f"{one.url}&new=1"))


def test_values_of_one_name_keep_their_order() -> None:
    assert not same(get(f"{URL}?a=1&a=2"), get(f"{URL}?a=2&a=1"))


# The query


def test_without_match_query_any_query_matches() -> None:
    matching = Matching(match_query=False)
    assert same(get(f"{URL}?a=1"), get(f"{URL}?b=2"), matching)
    assert same(get(f"{URL}?a=1"), get(URL), Matching(match_on=("method", "query"), match_query=False))
    assert not same(get(f"{URL}?a=1"), get(f"{URL}/1?a=1"), matching)
    assert differences(matching, get(f"{URL}?a=1"), get(URL)) == ()


def without_buster(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [pair for pair in pairs if pair[0] != "_cb"]


def test_normalize_query_drops_what_does_not_count() -> None:
    matching = Matching(normalize_query=without_buster)
    assert same(get(f"{URL}?_cb=1&a=1"), get(f"{URL}?a=1&_cb=2"), matching)
    assert same(get(f"{URL}?_cb=1"), get(URL), matching)
    assert not same(get(f"{URL}?_cb=1&a=1"), get(f"{URL}?_cb=1&a=2"), matching)
    assert [found.field for found in differences(matching, get(f"{URL}?_cb=1&a=1"), get(f"{URL}?a=2"))] == [
        "query.a"
    ]


def test_normalize_query_sees_pairs_as_they_were_sent() -> None:
    seen: list[list[tuple[str, str]]] = []

    def note(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
        seen.append(pairs)
        return pairs

    Matching(normalize_query=note).key(get(f"{URL}?b=%C3%A9&a=+&b="))
    Matching(normalize_query=note, match_query=False).key(get(f"{URL}?b=1"))
    assert seen == [[("b", "é"), ("a", " "), ("b", "")]]


def test_normalize_query_may_return_a_querys_text() -> None:
    matching = Matching(normalize_query=lambda pairs: "&".join(f"{n}={v}" for n, v in pairs if n != "t"))
    assert same(get(f"{URL}?b=1&a=2&t=3"), get(f"{URL}?a=2&b=1"), matching)
    assert same(get(URL), get(f"{URL}?t=1"), matching)


@pytest.mark.parametrize("returned", [None, 1, [("a",)], [("a", 1)], ["ab"], {"a": "b"}])
def test_what_normalize_query_returns_is_checked(returned: Any) -> None:
    with pytest.raises(ConfigurationError, match="normalize_query") as caught:
        Matching(normalize_query=lambda pairs: returned).key(get())
    assert caught.value.value == returned


# The body


def test_without_match_body_any_body_matches() -> None:
    matching = Matching(match_body=False)
    assert same(post("a", ""), post("b", ""), matching)
    assert not matching.matches_body
    assert differences(matching, post("a", ""), post("b", "")) == ()


def test_normalize_body_decides_what_is_compared() -> None:
    matching = Matching(normalize_body=lambda body: body.split(b"#")[0])
    assert same(post("text#1", "text/plain"), post("text#2", "text/plain"), matching)
    assert not same(post("text#1", "text/plain"), post("else#1", "text/plain"), matching)
    assert same(post('{"a": 1, "b": 2}#1'), post('{"b":2,"a":1}#2'), matching)
    assert same(post("#1", "text/plain"), post("", "text/plain"), matching)


def test_normalize_body_is_called_with_an_empty_body_and_may_return_text() -> None:
    matching = Matching(match_on=("body",), normalize_body=lambda body: body.decode() or "é")
    assert same(post("", "text/plain"), post("é", "text/plain"), matching)
    assert not same(post("", "text/plain"), post("e", "text/plain"), matching)


def test_normalize_body_is_not_called_without_match_body() -> None:
    def fail(body: bytes) -> bytes:
        raise AssertionError("called")

    assert same(post("a"), post("b"), Matching(match_body=False, normalize_body=fail))


@pytest.mark.parametrize("returned", [None, 1, ["a"]])
def test_what_normalize_body_returns_is_checked(returned: Any) -> None:
    with pytest.raises(ConfigurationError, match="normalize_body") as caught:
        Matching(normalize_body=lambda body: returned).key(post("a"))
    assert caught.value.value == returned


@given(st.binary(max_size=20), st.binary(max_size=20))
def test_different_binary_bodies_never_collide(one: bytes, other: bytes) -> None:
    assume(one != other)
    assert not same(post(one, "image/png"), post(other, "image/png"))
    head = 'Content-Disposition: form-data; name="f"; filename="f.bin"|Content-Type: application/octet-stream'
    assume(b"--xyz" not in one + other)
    uploads = [upload("xyz", (head, content.decode("latin-1"))) for content in (one, other)]
    first, second = (post(each, "multipart/form-data; boundary=xyz") for each in uploads)
    assert not same(first, second)


# Headers


def test_no_header_counts_by_default() -> None:
    assert same(get(Accept="a"), get(Accept="b"))
    assert not Matching().matches_headers


def test_match_headers_names_those_that_count() -> None:
    one, other = get(Accept="a", X="1"), get(accept="a", x="2")
    assert same(one, other, Matching(match_headers=("ACCEPT",)))
    assert not same(one, other, Matching(match_headers=("accept", "x")))
    assert same(one, other, Matching(match_headers=()))
    assert not same(one, other, Matching(match_headers=("*",)))
    assert not same(one, other, Matching(match_headers=("accept", "*")))
    assert Matching(match_headers=("*",)).all_headers


def test_ignored_headers_do_not_count() -> None:
    one, other = get(Accept="a", X="1"), get(Accept="a", X="2")
    assert same(one, other, Matching(match_headers=("*",), ignore_headers=("x",)))
    assert same(one, other, Matching(match_headers=("accept", "x"), ignore_headers=("X",)))


@pytest.mark.parametrize("matched", ["x", "*"])
def test_a_header_both_matched_and_excluded_is_not_matched(matched: str) -> None:
    matching = Matching(match_headers=(matched,), exclude_headers=("X",))
    assert same(get(X="1"), get(x="2"), matching)
    assert same(get(X="1"), get(), matching)


@given(st.sampled_from([True, False]), st.sampled_from(["Authorization", "authorization", "AUTHORIZATION"]))
def test_header_names_never_regard_case(case_sensitive: bool, name: str) -> None:
    one = get(**{name: "one"})
    for spelled in ("Authorization", "authorization", "AUTHORIZATION"):
        excluded = Matching(match_headers=("*",), exclude_headers=(spelled,), case_sensitive=case_sensitive)
        assert same(one, get(), excluded)
        counted = Matching(match_headers=(spelled,), case_sensitive=case_sensitive)
        assert same(one, get(aUTHORIZATION="one"), counted)
        assert not same(one, get(), counted)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (get(f"{URL}/A"), get(f"{URL}/a"), True),
        (get(f"{URL}/%C3%89"), get(f"{URL}/%c3%a9"), True),
        (get(f"{URL}/%2F"), get(f"{URL}/%2f"), True),
        (get(f"{URL}?A=B&c=D"), get(f"{URL}?C=d&a=b"), True),
        (get(f"{URL}?a=%C3%89"), get(f"{URL}?a=%C3%A9"), True),
        (get(f"{URL}?a=b"), get(f"{URL}?a=c"), False),
        (get(X="A"), get(X="a"), True),
        (get(X="A"), get(X="b"), False),
        (post('{"a": "B"}'), post('{"a": "b"}'), False),
        (post("A=b", FORM), post("a=b", FORM), False),
    ],
)
def test_case_sensitive_is_about_values(one: Request, other: Request, expected: bool) -> None:
    assert same(one, other, Matching(match_headers=("x",), case_sensitive=False)) is expected
    exactly = Matching(match_headers=("x",))
    assert same(one, other, exactly) is ("%2" in one.url)


# Values


def test_repeated_headers_keep_every_value() -> None:
    def request(*header_values: str) -> Request:
        return Request("GET", URL, Headers([("X-Tag", value) for value in header_values]))

    for matching in (Matching(match_headers=("x-tag",)), Matching(match_headers=("*",))):
        assert same(request("1", "2"), request("1", "2"), matching)
        assert not same(request("1", "2"), request("2"), matching)
        assert not same(request("1", "2"), request("1"), matching)
        assert not same(request("1", "2"), request("2", "1"), matching)
        assert not same(request("1, 2"), request("1", "2"), matching)


@given(st.permutations([("A", "1"), ("b", "2"), ("C", "3"), ("c", "4")]))
def test_the_order_of_different_headers_does_not_count(pairs: list[tuple[str, str]]) -> None:
    ordered = sorted(pairs, key=lambda pair: (pair[0].lower(), pairs.index(pair)))
    one, other = Request("GET", URL, Headers(pairs)), Request("GET", URL, Headers(ordered))
    assert same(one, other, Matching(match_headers=("*",)))


def test_the_request_is_left_as_it_is() -> None:
    given_request = Request("post", f"{URL}?b=1&a=2", Headers([("X-A", "B")]), b'{"b": 1, "a": 2}')
    copy = Request("post", f"{URL}?b=1&a=2", Headers([("X-A", "B")]), b'{"b": 1, "a": 2}')
    matching = Matching(
        match_headers=("*",),
        case_sensitive=False,
        volatile=("uuid", "timestamp"),
        ignore_json=("a",),
        normalize_query=lambda pairs: [],
        normalize_body=lambda body: body,
    )
    matching.key(given_request)
    assert given_request == copy


# Matchers of bodies


@pytest.mark.parametrize(
    ("matcher", "one", "other", "expected"),
    [
        ("json_body", post('{"a": 1}', "text/plain"), post('{"a":1}', "text/html"), True),
        ("json_body", post("not json", "text/plain"), post("not json", FORM), True),
        ("json_body", post("a=1&b=2", FORM), post("b=2&a=1", FORM), False),
        ("json_body", post("1"), post("1.0"), False),
        ("form_body", post("a=1&b=2", "text/plain"), post("b=2&a=1", ""), True),
        ("form_body", post("a b", "text/plain"), post("a+b", "text/plain"), False),
        ("form_body", post("a%20b", FORM), post("a+b", FORM), False),
        ("form_body", post('{"a": 1}'), post('{"a":1}'), False),
        ("raw_body", post('{"a": 1}'), post('{"a":1}'), False),
        ("raw_body", post("same"), post("same", FORM), True),
    ],
)
def test_matchers_of_bodies(matcher: str, one: Request, other: Request, expected: bool) -> None:
    matching = Matching(match_on=("method", matcher))
    assert same(one, other, matching) is expected
    assert (differences(matching, one, other) == ()) is expected


def test_several_matchers_of_bodies_must_all_agree() -> None:
    matching = Matching(match_on=("body", "raw_body"))
    assert not same(post('{"a": 1}'), post('{"a":1}'), matching)
    (found,) = differences(matching, post('{"a": 1}'), post('{"a":1}'))
    assert found.field == "body"
    assert len(differences(matching, post("a", ""), post("b", ""))) == 1


def test_the_key_without_the_body() -> None:
    matching = Matching(match_headers=("x",))
    one = Request("POST", URL, Headers([("X", "1")]), b"a")
    assert matching.key_but_body(one) == matching.key_but_body(
        Request("POST", URL, Headers([("x", "1")]), b"b")
    )
    assert matching.key_but_body(one) != matching.key_but_body(Request("POST", URL, Headers(), b"a"))
    assert Matching().key_but_body(one) != Matching().key_but_body(Request("PUT", URL, Headers(), b"a"))


def test_placeholders_count_only_where_they_are_compared() -> None:
    request = Request(
        "GET", f"{URL}?key=[REDACTED:2]", Headers([("Authorization", "[REDACTED:3]")]), b"[REDACTED:4]"
    )
    key, numbers = Matching(match_headers=("authorization",)).key_and_numbers(request)
    assert numbers == (2, 4, 3)
    plain = Request("GET", f"{URL}?key=[REDACTED]", Headers([("Authorization", "[REDACTED]")]), b"[REDACTED]")
    assert key == Matching(match_headers=("authorization",)).key(plain)
    assert Matching(match_query=False, match_body=False).key_and_numbers(request)[1] == ()


# The options themselves


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"match_on": ("metod",)}, "Did you mean method"),
        ({"match_on": ("json",)}, "json_body"),
        ({"match_headers": "accept"}, "list of names"),
        ({"match_headers": ("",)}, "non-empty"),
        ({"ignore_headers": (1,)}, "non-empty"),
        ({"exclude_headers": b"x"}, "list of names"),
        ({"case_sensitive": 1}, "True or False"),
        ({"match_query": "no"}, "True or False"),
        ({"match_body": None}, "True or False"),
        ({"normalize_query": "drop"}, "function of the query's pairs"),
        ({"normalize_body": 3}, "function of the body's bytes"),
        ({"volatile": "uuid"}, "list of names"),
        ({"volatile": ("uid",)}, "Did you mean uuid"),
        ({"volatile": ("timestamps",)}, "multipart_boundary, timestamp, uuid, idempotency_key"),
        ({"volatile": (1,)}, "non-empty"),
        ({"ignore_json": "a.b"}, "list of paths"),
        ({"ignore_json": (1,)}, "metadata.trace_id"),
        ({"ignore_json": ("a[",)}, "cannot be read from '[' on"),
    ],
)
def test_a_bad_option_is_refused_by_name(options: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(options))) as caught:
        Matching(**options)
    assert told in str(caught.value)


def test_matchings_are_equal_where_their_options_are() -> None:
    def options(function: Callable[[bytes], bytes]) -> Matching:
        return Matching(normalize_body=function, volatile=("uuid",), ignore_json=("a",))

    def one(body: bytes) -> bytes:
        return body

    assert options(one) == options(one)
    assert hash(options(one)) == hash(options(one))
    assert options(one) != options(lambda body: body)
    assert Matching(volatile=("uuid",)) != Matching()


@pytest.mark.parametrize("name", ["json_body", "raw_body", "headers"])
def test_a_registered_matcher_takes_no_built_in_name(name: str) -> None:
    with pytest.raises(ConfigurationError, match="name"):
        register_matcher(name, lambda live, recorded: True)
