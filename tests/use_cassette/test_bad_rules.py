"""Wrong answers of users' functions, and options that contradict each other, are told where they are."""

from __future__ import annotations

import re
import warnings
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from reqsnap import (
    Cassette,
    ConfigurationError,
    CutRecordingError,
    Headers,
    Interaction,
    Library,
    LostExchangeWarning,
    Request,
    Response,
    register_matcher,
    use_cassette,
)
from tests.support.counter import Counter
from tests.support.simple_clients import CLIENTS, Get

SECRET = "topsecret-12345678"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.yaml"


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"elapsed": None}, "elapsed"),
        ({"recorded_at": datetime(2026, 1, 2)}, "recorded_at"),
        ({"response": Response(50)}, "status"),
        ({"response": Response(200, headers=Headers([("A", "é\u2028")]))}, "headers"),
        ({"request": Request("GET", "/x")}, "url"),
    ],
)
def test_a_wrong_value_of_before_record_costs_that_exchange_alone(
    path: Path, server: Counter, wrong: dict[str, Any], named: str
) -> None:
    def hook(interaction: Interaction) -> Interaction:
        return replace(interaction, **wrong) if interaction.request.url.endswith("/2") else interaction

    with (
        pytest.raises(ConfigurationError, match=named),
        use_cassette(path, mode="update", before_record=hook),
    ):
        assert [server.get(f"/{n}") for n in (1, 2, 3)] == ["1 GET /1 ", "2 GET /2 ", "3 GET /3 "]
    kept = Cassette()
    kept.load(path if path.exists() else path.with_name("x.yaml.partial"))
    assert [each.response.body for each in kept] == [b"1 GET /1 ", b"3 GET /3 "]


@pytest.mark.parametrize("get", CLIENTS.values(), ids=CLIENTS)
@pytest.mark.parametrize("body", [b"", b"a body that is longer than the one that came"])
def test_a_body_that_a_hook_has_changed_arrives_whole(
    path: Path, server: Counter, get: Get, body: bytes
) -> None:
    def hook(interaction: Interaction) -> Interaction:
        return replace(interaction, response=replace(interaction.response, body=body))

    url = f"http://127.0.0.1:{server.port}/a"
    with use_cassette(path, before_record=hook):
        get(url)
    with use_cassette(path):
        assert get(url) == (200, body)
    with use_cassette(path, before_playback=hook):
        assert get(url) == (200, body)


def shown(action: Any) -> str:
    """The error of an action, as a user sees it."""
    with pytest.raises(ConfigurationError) as caught:
        action()
    return f"{caught.value} {caught.value!r} {vars(caught.value)}"


def _the_request(interaction: Interaction) -> Any:
    return interaction.request


def test_no_error_about_a_wrong_value_shows_a_secret(path: Path, server: Counter) -> None:
    url = f"http://127.0.0.1:{server.port}/a"
    asked = Request("GET", f"{url}?api_key={SECRET}", Headers([("Authorization", f"Bearer {SECRET}")]))
    cassette: Any = Cassette()
    wrong: list[Any] = [
        lambda: cassette.append(asked),
        lambda: cassette.delete(asked.url),
        lambda: cassette.info(asked.url),
        lambda: cassette.info(Request("GET", f"/a?api_key={SECRET}")),
        lambda: cassette.stub("GET", f"/a?api_key={SECRET}", Response(200)),
        lambda: cassette.stub("GET", asked.url, asked),
        lambda: cassette.stub("GET", asked.url, lambda request: request).answer(asked),
    ]
    for action in wrong:
        assert SECRET not in shown(action)

    def record() -> None:
        with use_cassette(path, before_record=_the_request):
            requests.get(asked.url, headers=dict(asked.headers))

    assert SECRET not in shown(record)
    assert SECRET not in repr(cassette.stub("GET", asked.url, Response(200)))


def test_a_warning_of_a_lost_exchange_shows_no_secret(path: Path, server: Counter) -> None:
    url = f"http://127.0.0.1:{server.port}/a?access_token={SECRET}"
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        with use_cassette(path):
            left = requests.get(url, stream=True)
    left.close()
    (lost,) = [str(each.message) for each in told if each.category is LostExchangeWarning]
    assert "still under way" in lost
    assert SECRET not in lost


def test_an_error_of_a_cut_recording_shows_no_secret(path: Path, server: Counter) -> None:
    url = f"http://127.0.0.1:{server.port}/a?access_token={SECRET}"
    with use_cassette(path), requests.get(url, stream=True):
        pass
    assert SECRET not in path.read_text()
    with use_cassette(path), pytest.raises(CutRecordingError, match="REDACTED") as caught:
        requests.get(url)
    assert SECRET not in f"{caught.value!r} {caught.value} {vars(caught.value)}"


def test_playback_never_writes_its_own_file_by_any_name(path: Path, server: Counter) -> None:
    with use_cassette(path, mode="record"):
        server.get("/a")
    before = path.read_bytes()
    with use_cassette(path, mode="playback") as cassette:
        cassette.clear()
        with pytest.raises(ConfigurationError, match="playback never writes"):
            cassette.save(path)
        cassette.load(path)
        assert len(cassette) == 1
    assert path.read_bytes() == before


def test_a_failed_renewal_keeps_its_place_for_the_next_try(path: Path, server: Counter) -> None:
    with use_cassette(path, mode="record"):
        server.get("/a")
    tries: list[int] = []

    def only_the_second(request: Request, response: Response) -> bool:
        tries.append(response.status)
        return len(tries) == 2

    with use_cassette(
        path, mode="update", max_age=1e-6, on_stale="rerecord", should_record=only_the_second
    ) as cassette:
        assert [server.get("/a"), server.get("/a")] == ["2 GET /a ", "3 GET /a "]
        assert (len(cassette), cassette.play_count) == (1, 0)
    with use_cassette(path):
        assert server.get("/a") == "3 GET /a "


def test_refused_and_dropped_replays_take_no_place(path: Path, server: Counter) -> None:
    with use_cassette(path, mode="record"):
        server.get("/a")
        server.get("/a")
    answers: list[Any] = [None, KeyError("x")]

    def hook(interaction: Interaction) -> Interaction | None:
        answer = answers.pop(0) if answers else interaction
        if isinstance(answer, Exception):
            raise answer
        return answer

    with use_cassette(path, mode="update", before_playback=hook) as cassette:
        assert server.get("/a") == "3 GET /a "
        with pytest.raises(KeyError):
            server.get("/a")
        assert cassette.play_count == 0
        assert [server.get("/a"), server.get("/a")] == ["1 GET /a ", "2 GET /a "]
        assert len(cassette) == 2


def test_should_record_is_asked_of_failures_too(path: Path) -> None:
    with (
        use_cassette(
            path, record_errors=True, should_record=lambda request: "health" not in request.url
        ) as cassette,
        pytest.raises(requests.ConnectionError),
    ):
        requests.get("http://127.0.0.1:1/health")
    assert len(cassette) == 0


async def asynchronous(*args: object) -> bool:
    return False


class AsynchronousCall:
    async def __call__(self, *args: object) -> bool:
        return False


@pytest.mark.parametrize("function", [asynchronous, AsynchronousCall()])
def test_coroutine_functions_are_no_hooks(function: Any) -> None:
    for options in (
        {"exclude_urls": [function]},
        {"match_on": ["method", function]},
        {"should_record": function},
        {"should_playback": function},
        {"before_record": function},
        {"before_playback": function},
        {"normalize_body": function},
    ):
        with pytest.raises(ConfigurationError):
            use_cassette("x.yaml", **options)
    with pytest.raises(ConfigurationError):
        register_matcher("asynchronous", function)
    with pytest.raises(ConfigurationError):
        Cassette().stub("GET", "http://h/", function)


@pytest.mark.parametrize(
    "options",
    [
        {"exclude_urls": [re.compile(b"x")]},
        {"before_record": lambda: None},
        {"should_playback": lambda a, b: True},
        {"on_stale": "error"},
        {"drift": "report", "match_body": False},
        {"drift": "report", "match_on": ["method", "uri"]},
        {"normalize_body": bytes.lower, "match_on": ["method"]},
        {"ignore_json": ["id"], "match_on": ["method"]},
    ],
    ids=lambda options: ",".join(options),
)
def test_what_cannot_work_is_refused_when_it_is_given(options: Any) -> None:
    with pytest.raises(ConfigurationError):
        use_cassette("x.yaml", **options)


def test_a_library_may_give_what_its_blocks_complete(tmp_path: Path) -> None:
    library = Library(tmp_path, flush_interval=5, on_stale="error")
    library.use_cassette("x.yaml", auto_flush=True, max_age=60)
    with pytest.raises(ConfigurationError):
        Library(tmp_path, redact=False, redact_fields=["x"])


_response: Any = Response
"""For what its types forbid."""


@pytest.mark.parametrize(
    "response",
    [
        Response(100),
        Response(0),
        Response(200, parts=(2,), body=b"hello"),
        Response(200, "\u20ac"),
        Response(200, headers=Headers([("A", "\u20ac")])),
        _response("200"),
        _response(200, headers={}),
        _response(200, body="text"),
    ],
)
def test_a_stub_s_response_is_checked_where_it_is_given(response: Response) -> None:
    cassette = Cassette()
    with pytest.raises(ConfigurationError, match="response"):
        cassette.stub("GET", "http://h/", response)
    with pytest.raises(ConfigurationError, match="response"):
        cassette.stub("GET", "http://h/", lambda request: response).answer(Request("GET", "http://h/"))


@pytest.mark.parametrize("get", CLIENTS.values(), ids=CLIENTS)
def test_a_stub_s_content_length_is_that_of_its_body(server: Counter, get: Get) -> None:
    url = f"http://127.0.0.1:{server.port}/stub"
    for length in ("1", "99"):
        with use_cassette(mode="record") as cassette:
            cassette.stub("GET", url, Response(200, "OK", Headers([("Content-Length", length)]), b"hello"))
            assert get(url) == (200, b"hello")


def test_replace_and_its_siblings_refuse_what_is_no_list() -> None:
    wrong: Any = 5
    with pytest.raises(ConfigurationError, match="interactions"):
        Cassette().replace(wrong)
