"""What VCR.py's filters and hooks make of requests and answers, in a cassette and in its file."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import pytest

import reqsnap.vcr as vcr
from reqsnap.errors import ConfigurationError
from reqsnap.vcr.errors import CannotOverwriteExistingCassetteException
from reqsnap.vcr.request import Request
from tests.support.counter import Counter


def test_nothing_is_redacted_unasked(path: str, server: Counter) -> None:
    with vcr.use_cassette(path) as cassette:
        server.get("/a?api_key=sk-12345678901234567890")
    assert "sk-12345678901234567890" in Path(path).read_text()
    assert cassette.requests[0].query == [("api_key", "sk-12345678901234567890")]


def test_what_is_filtered_is_neither_stored_nor_compared(path: str, server: Counter) -> None:
    asked: list[tuple[str, str, str]] = []

    def half(key: str, value: str, request: Request) -> str:
        asked.append((key, value, request.method))
        return value[:1]

    my_vcr = vcr.VCR(
        filter_headers=["host", ("accept-encoding", "X")],
        filter_query_parameters=["token", ("user", "U"), ("session", half)],
        filter_post_data_parameters=[("password", "P"), "card"],
        match_on=["method", "uri", "headers", "body"],
    )
    with my_vcr.use_cassette(path):
        live = server.get("/a?token=1&user=ada&session=s1&z=2", "POST", "password=1&card=2&n=3")
    assert live == "1 POST /a?token=1&user=ada&session=s1&z=2 password=1&card=2&n=3"
    with my_vcr.use_cassette(path, record_mode="none") as cassette:
        assert server.get("/a?session=s2&token=9&user=eve&z=2", "POST", "password=9&card=8&n=3") == live
    (stored,) = cassette.requests
    assert (stored.path, stored.query) == ("/a", [("session", "s"), ("user", "U"), ("z", "2")])
    assert (stored.body, stored.headers.get("Accept-Encoding")) == (b"password=P&n=3", "X")
    assert "host" not in stored.headers
    assert ("session", "s2", "POST") in asked


def test_filters_apply_to_what_was_stored_without_them(path: str, server: Counter) -> None:
    with vcr.use_cassette(path):
        live = server.get("/a?token=1&z=2")
    before = Path(path).read_bytes()
    with vcr.use_cassette(path, filter_query_parameters=["token"]) as cassette:
        assert server.get("/a?z=2&token=3") == live
        assert cassette.requests[0].query == [("z", "2")]
    assert Path(path).read_bytes() == before


@pytest.mark.parametrize(
    "options",
    [
        {"ignore_localhost": True},
        {"ignore_hosts": ["127.0.0.1"]},
        {"ignore_hosts": [re.compile(r"127\..*")]},
        {"before_record_request": lambda request: None},
        {"before_record_request": [lambda request: request, lambda request: None]},
        {"before_record": lambda request: None},
    ],
)
@pytest.mark.parametrize("mode", ["once", "none", "new_episodes", "all"])
def test_what_is_ignored_goes_live_in_every_mode(
    path: str, server: Counter, options: dict[str, Any], mode: str
) -> None:
    with vcr.use_cassette(path, record_mode=mode, **options) as cassette:
        assert server.get("/a") == "1 GET /a "
        assert len(cassette) == 0
    assert not Path(path).exists()


@pytest.mark.parametrize("hosts", [["0.0.1"], [re.compile("127")], [re.compile("7.0.0.1")]])
def test_only_whole_hosts_are_ignored(path: str, server: Counter, hosts: list[Any]) -> None:
    with vcr.use_cassette(path, ignore_hosts=hosts) as cassette:
        server.get("/a")
        assert len(cassette) == 1


def test_a_request_is_changed_for_the_cassette_alone(path: str, server: Counter) -> None:
    def change(request: Request) -> Request:
        request.uri = request.uri.replace("/secret", "/shown")
        request.body, request.headers["X-New"] = b"changed", "1"
        return request

    with vcr.use_cassette(
        path, before_record_request=change, match_on=["uri", "body", "headers"]
    ) as cassette:
        assert server.get("/secret", "POST", "sent") == "1 POST /secret sent"
    (stored,) = cassette.requests
    assert (stored.path, stored.body, stored.headers["x-new"]) == ("/shown", b"changed", "1")
    with vcr.use_cassette(path, before_record_request=change, match_on=["uri", "body", "headers"]):
        assert server.get("/secret", "POST", "late") == "1 POST /secret sent"


def test_answers_are_changed_for_the_cassette_alone(path: str, server: Counter) -> None:
    def hide(response: Any) -> Any:
        response["body"]["string"] = response["body"]["string"].replace(b"GET", b"XX")
        response["headers"]["X-New"] = ["1", "2"]
        return response

    with vcr.use_cassette(path, before_record_response=hide):
        assert server.get("/a") == "1 GET /a "
    with vcr.use_cassette(path, record_mode="none") as cassette:
        assert server.get("/a") == "1 XX /a "
    assert cassette.responses[0]["headers"] == {"Content-Length": ["8"], "X-New": ["1", "2"]}


def test_answers_can_be_left_out(path: str, server: Counter) -> None:
    def keep(response: Any) -> Any:
        return None if b"/no" in response["body"]["string"] else response

    with vcr.use_cassette(path, before_record_response=[keep]) as cassette:
        server.get("/yes")
        server.get("/no")
        assert [request.path for request in cassette.requests] == ["/yes"]


def test_hooks_are_asked_of_what_is_stored(path: str, server: Counter) -> None:
    with vcr.use_cassette(path):
        server.get("/a")
        live = server.get("/b")

    def without_a(request: Request) -> Request | None:
        return None if request.path == "/a" else request

    with vcr.use_cassette(path, before_record_request=without_a, record_mode="new_episodes") as cassette:
        assert (len(cassette), server.get("/b"), server.get("/c")) == (1, live, "3 GET /c ")
    with vcr.use_cassette(path) as cassette:
        assert [request.path for request in cassette.requests] == ["/a", "/b", "/c"]


def test_compressed_answers_are_stored_readable_on_request() -> None:
    response: dict[str, Any] = {
        "status": {"code": 200, "message": "OK"},
        "headers": {"Content-Encoding": ["gzip"], "Content-Length": ["99"]},
        "body": {"string": gzip.compress(b"plain")},
    }
    config = vcr.VCR(decode_compressed_response=True).get_merged_config()
    decoded = config["before_record_response"](response)
    assert (decoded["headers"], decoded["body"]["string"]) == ({"Content-Length": ["5"]}, b"plain")
    assert response["headers"]["Content-Encoding"] == ["gzip"]


@pytest.mark.parametrize("serializer", ["yaml", "json"])
def test_sensitive_values_are_hidden_in_the_file_and_nowhere_else(
    path: str, server: Counter, serializer: str
) -> None:
    my_vcr = vcr.VCR(filter_sensitive_data={"<KEY>": "s3cret"}, serializer=serializer)
    with my_vcr.use_cassette(path):
        live = server.get("/a?k=s3cret")
    assert "s3cret" not in Path(path).read_text()
    assert "<KEY>" in Path(path).read_text()
    with my_vcr.use_cassette(path, record_mode="none") as cassette:
        assert server.get("/a?k=s3cret") == live
    assert "s3cret" in live
    assert cassette.play_count == 1


def _of_the_answer(request: Request, response: Any) -> str:
    found: str = response["headers"]["X-Token"][0]
    return found


def test_sensitive_values_are_hidden_in_a_refusal(path: str, server: Counter) -> None:
    values = {"<KEY>": "s3cret", "<PATH>": lambda request, response: "wh0", "<NO>": _of_the_answer}
    my_vcr = vcr.VCR(filter_sensitive_data=values, match_on=["method", "uri"])
    stored = {
        "status": {"code": 200, "message": "OK"},
        "headers": {"X-Token": ["an-answer"]},
        "body": {"string": b""},
    }
    with my_vcr.use_cassette(path) as cassette:
        cassette.append(Request("GET", f"http://127.0.0.1:{server.port}/wh0?k=s3cret", None, {}), stored)
    with (
        pytest.raises(CannotOverwriteExistingCassetteException) as caught,
        my_vcr.use_cassette(path, record_mode="none"),
    ):
        server.get("/wh0?k=s3cret&more=1")
    error = caught.value
    ((recorded, agree, differ),) = error.similar_requests
    told = [str(error), error.url, *getattr(error, "__notes__", ())]
    told += [error.failed_request.uri, repr(error.request), repr(error.nearest), recorded.uri, str(differ)]
    assert not [text for text in told if "s3cret" in text or "wh0" in text]
    assert "/<PATH>?k=<KEY>&more=1" in error.url
    assert (error.failed_request.uri, agree) == (error.url, ["method"])
    assert [miss.url for miss in error.nearest] == [recorded.uri]
    assert "/<PATH>?k=<KEY>" in str(differ)


def test_interactions_are_changed_where_they_are_stored_and_loaded(path: str, server: Counter) -> None:
    seen: list[tuple[str, object]] = []

    def save(request: Request, response: Any, cassette: Any) -> Any:
        seen.append(("save", cassette.path))
        response["body"]["string"] = b"stored"
        return None if request.path == "/no" else (request, response)

    def load(request: Request, response: Any) -> Any:
        seen.append(("load", response["body"]["string"]))
        response["body"]["string"] = b"loaded"
        return request, response

    my_vcr = vcr.VCR(before_save_interaction=save, after_load_interaction=[load])
    with my_vcr.use_cassette(path):
        assert [server.get("/a"), server.get("/no")] == ["1 GET /a ", "2 GET /no "]
    assert "stored" in Path(path).read_text()
    with my_vcr.use_cassette(path) as cassette:
        assert (server.get("/a"), len(cassette)) == ("loaded", 1)
    assert seen == [("save", path), ("save", path), ("load", b"stored")]


def test_a_refusal_does_not_show_what_is_filtered(path: str, server: Counter) -> None:
    with vcr.use_cassette(path):
        server.get("/a")
    with (
        vcr.use_cassette(path, filter_query_parameters=["token"]),
        pytest.raises(CannotOverwriteExistingCassetteException) as caught,
    ):
        server.get("/b?token=hunter2&z=1")
    assert "hunter2" not in str(caught.value)
    assert caught.value.failed_request.query == [("z", "1")]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("filter_header", ["authorization"]),
        ("filter_headers", "authorization"),
        ("filter_headers", [("a", "b", "c")]),
        ("filter_query_parameters", [1]),
        ("match_on", "uri"),
        ("ignore_hosts", "localhost"),
        ("ignore_hosts", [1]),
        ("record_mode", "onec"),
        ("before_record_request", "hook"),
        ("before_record_response", [1]),
        ("decode_compressed_response", "yes"),
        ("skip_patchers", ["carrier-pigeon"]),
        ("cassette_library_dir", 1),
        ("mode", "once"),
        ("filter_headers", iter(["authorization"])),
        ("filter_post_data_parameters", map(str, ["password"])),
        ("before_record_request", iter([print])),
        ("filter_sensitive_data", [("<TOKEN>",)]),
        ("filter_sensitive_data", "token"),
    ],
)
def test_mistakes_that_vcrpy_swallows_are_told(path: str, option: str, value: Any) -> None:
    with pytest.raises(ConfigurationError) as caught:
        vcr.VCR(**{option: value})
    assert caught.value.option == option
    with pytest.raises(ConfigurationError) as caught, vcr.use_cassette(path, **{option: value}):
        pass
    assert caught.value.option == option


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("filter_header", "filter_headers"),
        ("before_record", "before_record_request"),
        ("allow_playback_repeats", ""),
        ("mode", "record_mode"),
    ],
)
def test_what_nothing_reads_cannot_be_set_on_a_vcr(name: str, hint: str) -> None:
    my_vcr = vcr.VCR()
    with pytest.raises(ConfigurationError) as caught:
        setattr(my_vcr, name, ["authorization"])
    assert caught.value.option == name
    assert hint in str(caught.value.hint)
    assert "['authorization']" in str(caught.value)


def test_options_are_set_anew_and_a_subclass_has_attributes_of_its_own(
    path: str, server: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Own(vcr.VCR):
        def __init__(self) -> None:
            super().__init__()
            self.filter_header = "its own"

    for my_vcr in (vcr.VCR(), Own()):
        my_vcr.filter_query_parameters = ["token"]
        monkeypatch.setattr(my_vcr, "register_serializer", print)
        with my_vcr.use_cassette(path, record_mode="all") as cassette:
            server.get("/a?token=hunter2")
        assert cassette.requests[-1].query == []
