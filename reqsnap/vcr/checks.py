"""What each option of VCR.py accepts, checked when it is given: VCR.py itself tells few mistakes."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from reqsnap.errors import ConfigurationError

_HINTS = {
    "mode": "VCR.py calls it record_mode.",
    "ignore_host": "Did you mean ignore_hosts?",
    "before_record": "VCR.py calls it before_record_request.",
}


def check_names(given: Mapping[str, Any]) -> None:
    """Raise ConfigurationError for a name that is no option."""
    for name, value in given.items():
        _known(name, value, OPTIONS, "options")


def check_attribute(name: str, value: Any) -> None:
    """Raise ConfigurationError for a name that is set on a `VCR` and that nothing reads there."""
    _known(name, value, [each for each in OPTIONS if each not in _OF_ONE_CASSETTE], "options of a VCR")


def _known(name: str, value: Any, names: Collection[str], what: str) -> None:
    if name not in names:
        import difflib

        close = difflib.get_close_matches(name, names, n=1)
        hint = _HINTS.get(name) or (f"Did you mean {close[0]}?" if close else "")
        raise ConfigurationError(name, value, f"the {what} are {', '.join(names)}", hint)


def check(given: Mapping[str, Any]) -> None:
    """Raise ConfigurationError for an option with a value that it cannot have."""
    for name, value in given.items():
        checks = OPTIONS.get(name)
        if checks is not None:
            checks(name, value)


def _any(name: str, value: Any) -> None:
    pass


def _flag(name: str, value: Any) -> None:
    # VCR.py takes any truth value, and its users give 0 and 1 and None.
    if value is not None and not isinstance(value, int):
        raise ConfigurationError(name, value, "it is True or False")


def _list(name: str, value: Any) -> None:
    if isinstance(value, str | bytes):
        raise ConfigurationError(name, value, "it is a list, not one string", f"Write [{value!r}].")
    if isinstance(value, Iterator):
        # It would filter nothing any more after this look.
        raise ConfigurationError(name, value, "it is a list", "An iterator is empty once it was read.")
    if not isinstance(value, Iterable):
        raise ConfigurationError(name, value, "it is a list")


def _names(name: str, value: Any) -> None:
    _list(name, value)
    if not all(isinstance(each, str) for each in value):
        raise ConfigurationError(name, value, "it is a list of names")


def _replacements(name: str, value: Any) -> None:
    _list(name, value)
    for each in value:
        pair = each if isinstance(each, tuple) else (each, None)
        if len(pair) != 2 or not isinstance(pair[0], str) or not _replaces(pair[1]):
            allowed = (
                "each is a name, or a pair of a name and a text, None or a function in its value's place"
            )
            raise ConfigurationError(name, each, allowed)


def _replaces(value: Any) -> bool:
    return value is None or isinstance(value, str) or callable(value)


def _hosts(name: str, value: Any) -> None:
    _list(name, value)
    for each in value:
        if not isinstance(each, str | re.Pattern):
            raise ConfigurationError(name, each, "each is the name of a host, or a compiled pattern of names")


PATCHER_NAMES = (
    "httplib",
    "requests",
    "boto3",
    "urllib3",
    "httplib2",
    "tornado",
    "aiohttp",
    "httpx",
    "httpx2",
)
"""What VCR.py calls the clients that it patches."""


def _patchers(name: str, value: Any) -> None:
    _names(name, value)
    for each in value:
        if each not in PATCHER_NAMES:
            raise ConfigurationError(name, each, f"Unknown patcher; there are {', '.join(PATCHER_NAMES)}")


def _function(name: str, value: Any) -> None:
    if value is not None and not callable(value):
        raise ConfigurationError(name, value, "it is a function, or None")


def _functions(name: str, value: Any) -> None:
    if value is None or callable(value):
        return
    is_list = isinstance(value, Iterable) and not isinstance(value, Iterator)
    if not is_list or not all(callable(each) for each in value):
        raise ConfigurationError(name, value, "it is a function, a list of them, or None")


def _sensitive(name: str, value: Any) -> None:
    if value is None or isinstance(value, Mapping):
        return
    _list(name, value)
    for each in value:
        if not isinstance(each, tuple | list) or len(each) != 2:
            raise ConfigurationError(name, each, "each is a pair of a placeholder and what it stands for")


def _path(name: str, value: Any) -> None:
    if value is not None and not isinstance(value, str | os.PathLike):
        raise ConfigurationError(name, value, "it is a path, or None")


OPTIONS: dict[str, Callable[[str, Any], None]] = {
    "path": _path,
    "record_mode": _any,
    "match_on": _names,
    "additional_matchers": _names,
    "filter_headers": _replacements,
    "filter_query_parameters": _replacements,
    "filter_post_data_parameters": _replacements,
    "filter_nested_post_data_parameters": _flag,
    "filter_sensitive_data": _sensitive,
    "before_record_request": _functions,
    "before_record": _functions,
    "before_record_response": _functions,
    "before_save_interaction": _functions,
    "after_load_interaction": _functions,
    "ignore_hosts": _hosts,
    "ignore_localhost": _flag,
    "decode_compressed_response": _flag,
    "allow_playback_repeats": _flag,
    "drop_unused_requests": _flag,
    "record_on_exception": _flag,
    "inject_cassette": _flag,
    "cassette_library_dir": _path,
    "path_transformer": _function,
    "func_path_generator": _function,
    "serializer": _any,
    "persister": _any,
    "custom_patches": _list,
    "skip_patchers": _patchers,
    "with_current_defaults": _flag,
}
"""What checks each option, of `VCR` and of `use_cassette`."""

_OF_ONE_CASSETTE = (
    "path",
    "additional_matchers",
    "allow_playback_repeats",
    "before_record",
    "with_current_defaults",
)
"""What only `use_cassette` takes, or what only goes by that name when it is given."""
