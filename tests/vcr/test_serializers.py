"""VCR.py's serializers: the text of a cassette."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from reqsnap.vcr.request import Request
from reqsnap.vcr.serialize import deserialize, serialize
from reqsnap.vcr.serializers import jsonserializer, yamlserializer

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8)
BODIES = st.none() | st.binary(max_size=8)


def response(body: bytes) -> dict[str, Any]:
    return {"status": {"code": 200, "message": "OK"}, "headers": {"A": ["1", "2"]}, "body": {"string": body}}


@given(
    st.lists(st.tuples(TEXT, BODIES, st.binary(max_size=8)), max_size=3),
    st.dictionaries(TEXT, TEXT, max_size=2),
)
def test_what_is_written_as_yaml_is_read(
    found: list[tuple[str, Any, bytes]], metadata: dict[str, str]
) -> None:
    requests = [Request("POST", "http://h/", body, {"Name": header}) for header, body, _ in found]
    responses = [response(body) for _, _, body in found]
    given_to_it = {"requests": requests, "responses": responses, "metadata": metadata}
    read = deserialize(serialize(given_to_it, yamlserializer), yamlserializer)
    assert [each._to_dict() for each in read[0]] == [each._to_dict() for each in requests]
    assert read[1] == responses
    assert read[2:] == ((metadata,) if metadata else ())


def test_what_is_written_is_not_changed() -> None:
    given_to_it = response(b"text")
    serialize(
        {"requests": [Request("GET", "http://h/", b"x", {})], "responses": [given_to_it]}, yamlserializer
    )
    assert given_to_it == response(b"text")


def test_json_is_written_and_read() -> None:
    pair = {"requests": [Request("GET", "http://h/", b"x", {})], "responses": [response(b"ok")]}
    text = serialize(pair, jsonserializer)
    assert text.endswith("\n}\n")
    requests, responses = deserialize(text, jsonserializer)
    assert (requests[0].body, responses) == (b"x", [response(b"ok")])


def test_json_refuses_a_body_that_is_no_text() -> None:
    pair = {"requests": [Request("GET", "http://h/", b"\xff", {})], "responses": [response(b"ok")]}
    with pytest.raises(TypeError, match="YAML"):
        serialize(pair, jsonserializer)


@pytest.mark.parametrize(("body", "read"), [(BytesIO(b"file"), b"file"), (iter([b"a", b"b"]), b"ab")])
def test_a_body_keeps_its_kind(body: Any, read: bytes) -> None:
    request = Request("POST", "http://h/", body, {})
    text = serialize({"requests": [request], "responses": [{}]}, yamlserializer)
    (found,), _ = deserialize(text, yamlserializer)
    assert type(found.body) is type(request.body)
    assert b"".join(found.body) == read


@pytest.mark.parametrize(
    "tag", ["object/apply:os.getcwd []", "object/new:subprocess.Popen [[x]]", "name:os.system ''"]
)
def test_nothing_is_made_of_a_tag_that_is_not_known(tag: str) -> None:
    text = f"interactions: []\nmore: !!python/{tag}\n"
    with pytest.raises(ValueError, match="tag"):
        deserialize(text, yamlserializer)


class Price(str):
    """A text of a user's own class."""


def test_an_object_is_refused_when_it_is_written() -> None:
    request = Request("GET", "http://h/", None, {"Price": Price("3")})
    pair = {"requests": [request], "responses": [{}]}
    with pytest.raises(yaml.representer.RepresenterError, match="with_custom_tags"):
        serialize(pair, yamlserializer)


def test_tags_of_a_users_own_are_written_and_read_by_a_serializer_of_their_own() -> None:
    tag = f"tag:yaml.org,2002:python/object/new:{__name__}.Price"
    serializer = yamlserializer.with_custom_tags(
        {tag: lambda loader, node: Price(loader.construct_sequence(node)[0])}
    )
    request = Request("GET", "http://h/", None, {"Price": Price("3")})
    text = serialize({"requests": [request], "responses": [{}]}, serializer)
    (found,), _ = deserialize(text, serializer)
    assert type(found.headers["Price"]) is Price
    with pytest.raises(ValueError, match="Price"):
        deserialize(text, yamlserializer)


OLD = '[{"request": {"protocol": "http", "host": "h", "port": 80, "path": "/"}, "response": {}}]'


@pytest.mark.parametrize("serializer", [jsonserializer, yamlserializer])
def test_a_cassette_of_before_version_one_is_not_taken_for_a_new_one(serializer: ModuleType) -> None:
    with pytest.raises(ValueError, match="migration"):
        deserialize(OLD, serializer)


def test_what_a_serializer_raises_is_raised() -> None:
    class Broken:
        def deserialize(self, text: str) -> Any:
            raise OSError("broken")

        def serialize(self, values: Any) -> str:
            raise OSError("broken")

    with pytest.raises(OSError, match="broken"):
        deserialize("", Broken())


def test_an_answer_of_another_kind_is_left_as_it_is() -> None:
    pair = {"requests": [Request("GET", "http://h/", None, {})], "responses": ["text"]}
    assert deserialize(serialize(pair, yamlserializer), yamlserializer)[1] == ["text"]


def test_a_body_that_utf_8_cannot_hold_stays_text() -> None:
    text = serialize({"requests": [], "responses": []}, jsonserializer)
    with_surrogate = text.replace(
        "[]",
        '[{"request": {"method": "GET", "uri": "/", "body": null, "headers": {}}, '
        '"response": {"body": {"string": "\\ud800"}}}]',
    )
    assert deserialize(with_surrogate, jsonserializer)[1] == [{"body": {"string": "\ud800"}}]


def test_yaml_is_loaded_when_it_is_needed(tmp_path: Path) -> None:
    import subprocess
    import sys

    program = "import sys, reqsnap.vcr; print('yaml' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "False"
