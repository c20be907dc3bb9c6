"""The keywords that VCR.py's calls, markers and configurations take, as facts. Pure."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

# VCR.py 9.4.2, vcr/config.py: what VCR() takes, and what only use_cassette does.
VCR_OPTIONS = frozenset(
    (
        "after_load_interaction",
        "before_record",
        "before_record_request",
        "before_record_response",
        "before_save_interaction",
        "cassette_library_dir",
        "custom_patches",
        "decode_compressed_response",
        "drop_unused_requests",
        "filter_headers",
        "filter_nested_post_data_parameters",
        "filter_post_data_parameters",
        "filter_query_parameters",
        "filter_sensitive_data",
        "func_path_generator",
        "ignore_hosts",
        "ignore_localhost",
        "inject_cassette",
        "match_on",
        "path_transformer",
        "record_mode",
        "record_on_exception",
        "serializer",
        "skip_patchers",
    )
)
CASSETTE_OPTIONS = VCR_OPTIONS | {"additional_matchers", "allow_playback_repeats", "path", "persister"}
# pytest-recording 0.14.1, pytest_recording/plugin.py: `allowed_hosts` of vcr_config.
CONFIG_OPTIONS = CASSETTE_OPTIONS | {"allowed_hosts"}

# cassetter 0.16.1, cassetter/config.py, and what its plugin takes beside those.
CASSETTER_OPTIONS: Mapping[str, str] = {
    "before_compare_response": "leave it out; reqsnap does not compare live answers with recorded ones",
    "body_scrub_patterns": "use redact_fields of reqsnap_config",
    "cassette_dir": "return the folder from the fixture vcr_cassette_dir",
    "compare": "leave it out; reqsnap does not compare live answers with recorded ones",
    "filter_replacement": "leave it out; what is redacted reads [REDACTED]",
    "ignore_json_paths": "use ignore_json of reqsnap_config",
    "intercept": "leave it out; every client is recorded",
    "max_age": "use max_age of reqsnap_config",
    "on_expiry": "use on_stale of reqsnap_config",
    "on_unplayed": "run pytest with --reqsnap-require-all-played",
    "uri_normalizer": "use match_query or a matcher of your own in match_on",
}


class Option(NamedTuple):
    """A keyword as it is given, and where."""

    name: str
    line: int


def given(call: ast.Call) -> Iterator[Option]:
    """The keywords of a call that are written out."""
    for keyword in call.keywords:
        if keyword.arg is not None:
            yield Option(keyword.arg, keyword.lineno)
        elif isinstance(keyword.value, ast.Dict):
            yield from keys(keyword.value)


def keys(node: ast.expr) -> Iterator[Option]:
    """The keys of a dict that are written out, also of `dict(a=1)`."""
    if isinstance(node, ast.Dict):
        for key in node.keys:
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield Option(key.value, key.lineno)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict":
        yield from given(node)


def returned(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Option]:
    """The keys of the dicts that a fixture returns or yields as they stand there."""
    for node in ast.walk(function):
        if isinstance(node, ast.Return | ast.Yield) and node.value is not None:
            yield from keys(node.value)


def advice(name: str, known: Iterable[str]) -> str | None:
    """What to do about a keyword that VCR.py does not know; None for one that it does."""
    if name in known:
        return None
    if name in CASSETTER_OPTIONS:
        return CASSETTER_OPTIONS[name]
    near = difflib.get_close_matches(name, sorted(known), 1)
    meant = f"; {near[0]} may be meant" if near else ""
    return f"VCR.py passes over this keyword, and reqsnap.vcr raises{meant}"
