"""The options of matching, checked when they are given and when a function of the user's answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reqsnap.errors import ConfigurationError
from reqsnap.matching.json_paths import GRAMMAR, Path, parse_path


def check_known(option: str, name: str, known: Iterable[str], what: str) -> None:
    """Raise ConfigurationError where a name is not known, with the nearest that is."""
    names = list(known)
    if name not in names:
        import difflib

        close = difflib.get_close_matches(name, names, n=1)
        raise ConfigurationError(
            option, name, f"{what} {', '.join(names)}", f"Did you mean {close[0]}?" if close else ""
        )


def check_names(option: str, value: object) -> None:
    """Raise ConfigurationError where an option is no sequence of non-empty strings."""
    if isinstance(value, str | bytes) or not isinstance(value, Sequence):
        raise ConfigurationError(
            option, value, "it is a list of names, not one string", f"Write [{value!r}]."
        )
    for name in value:
        if not isinstance(name, str) or not name:
            raise ConfigurationError(option, name, "each name is a non-empty string")


def check_flag(option: str, value: object) -> None:
    """Raise ConfigurationError where an option is neither True nor False."""
    if not isinstance(value, bool):
        raise ConfigurationError(option, value, "it is True or False")


def check_function(option: str, value: object, signature: str) -> None:
    """Raise ConfigurationError where an option is neither a function nor None."""
    if value is not None and not callable(value):
        raise ConfigurationError(option, value, f"it is None or a function {signature}")


def check_volatile(names: Sequence[str]) -> None:
    """Raise ConfigurationError where a kind of volatile value is not known."""
    # Here, because most cassettes compare everything.
    from reqsnap.matching.volatile import VOLATILE

    check_names("volatile", names)
    for name in names:
        check_known("volatile", name, VOLATILE, "each is one of")


def read_paths(paths: Sequence[str]) -> tuple[Path, ...]:
    """The paths of `ignore_json`; raises ConfigurationError for what is none."""
    if isinstance(paths, str | bytes) or not isinstance(paths, Sequence):
        raise ConfigurationError(
            "ignore_json", paths, f"it is a list of paths; {GRAMMAR}", f"Write [{paths!r}]."
        )
    for path in paths:
        if not isinstance(path, str):
            raise ConfigurationError("ignore_json", path, GRAMMAR)
    return tuple([parse_path(path) for path in paths])


def returned_pairs(value: object) -> list[tuple[str, str]]:
    """What `normalize_query` returned, if it is a list of pairs."""
    if not isinstance(value, list | tuple):
        raise _returned("normalize_query", value, "a list of pairs of strings, or a string")
    pairs = []
    for pair in value:
        if (
            not isinstance(pair, list | tuple)
            or len(pair) != 2
            or not all(isinstance(each, str) for each in pair)
        ):
            raise _returned("normalize_query", value, "a list of pairs of strings, or a string")
        pairs.append((pair[0], pair[1]))
    return pairs


def returned_body(value: object) -> bytes:
    """What `normalize_body` returned, as bytes."""
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    if not isinstance(value, bytes | bytearray | memoryview):
        raise _returned("normalize_body", value, "bytes or a string")
    return bytes(value)


def _returned(option: str, value: object, allowed: str) -> ConfigurationError:
    return ConfigurationError(option, value, f"what the function returns is {allowed}")
