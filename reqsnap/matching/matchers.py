"""What the matchers compare, and the key that makes matching one look-up."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from reqsnap.errors import ConfigurationError
from reqsnap.matching.bodies import BodyReader, NormalizeBody, body_reader
from reqsnap.matching.checks import (
    check_flag,
    check_function,
    check_names,
    check_volatile,
    read_paths,
)
from reqsnap.matching.multipart import without_boundary
from reqsnap.matching.normal import Normal
from reqsnap.matching.parts import Body, Meaning, Url, read_body
from reqsnap.matching.placeholders import split_numbers
from reqsnap.matching.registry import (
    BODIES,
    BUILT_IN,
    DEFAULT_MATCH_ON,
    TARGET,
    Comparison,
    check_match_on,
    function_of,
)
from reqsnap.matching.targets import NormalizeQuery, anycase, url_reader
from reqsnap.model import Request

_TARGET: dict[str, Callable[[str, Url], Hashable]] = {
    "method": lambda method, url: method.upper(),
    "scheme": lambda method, url: url.scheme,
    "host": lambda method, url: url.host,
    "port": lambda method, url: url.port,
    "path": lambda method, url: url.path,
    "query": lambda method, url: url.query,
    "uri": lambda method, url: url,
}
"""What each matcher of `TARGET` compares."""

_EVERY_HEADER = "*"


@dataclass(frozen=True)
class Matching:
    """What is compared, and what of it does not count.

    match_on: matchers by name or as functions of the live and a recorded request.
    match_headers: names of the headers that count; `*` stands for all.
    ignore_headers, exclude_headers: names that do not, whatever `match_headers` says.
    case_sensitive: False compares paths, queries and values of headers in any case.
    match_query, match_body: False compares neither the query nor the body.
    normalize_query, normalize_body: functions of the query's pairs and of the body, called
    for the live and for the recorded request; what they return is compared.
    volatile: names of kinds of values that do not count (see `volatile.VOLATILE`).
    ignore_json: paths that do not count in JSON bodies (see `json_paths`).

    `target_key` is known with the method and the URL; `key` needs the whole request.
    Requests with equal keys match where `comparisons` agree too.
    """

    match_on: tuple[str | Comparison, ...] = DEFAULT_MATCH_ON
    match_headers: tuple[str, ...] = ()
    ignore_headers: tuple[str, ...] = ()
    exclude_headers: tuple[str, ...] = ()
    case_sensitive: bool = True
    match_query: bool = True
    normalize_query: NormalizeQuery | None = None
    match_body: bool = True
    normalize_body: NormalizeBody | None = None
    volatile: tuple[str, ...] = ()
    ignore_json: tuple[str, ...] = ()
    comparisons: tuple[Comparison, ...] = field(init=False, repr=False)
    header_names: tuple[str, ...] = field(init=False, repr=False)
    all_headers: bool = field(init=False, repr=False)
    matches_headers: bool = field(init=False, repr=False)
    matches_body: bool = field(init=False, repr=False)
    url: Callable[[str], Url] = field(init=False, repr=False, compare=False)
    _target: tuple[Callable[[str, Url], Hashable], ...] = field(init=False, repr=False, compare=False)
    _is_plain: bool = field(init=False, repr=False, compare=False)
    _body: Callable[[Request], Hashable] = field(init=False, repr=False, compare=False)
    _readers: tuple[tuple[str, BodyReader], ...] = field(init=False, repr=False, compare=False)
    _unmatched: frozenset[str] = field(init=False, repr=False, compare=False)
    _normal: Normal | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._check()
        paths = read_paths(self.ignore_json)
        names = [matcher for matcher in self.match_on if isinstance(matcher, str)]
        normal = Normal(self.volatile, paths) if self.volatile or paths else None
        self._keep("_normal", normal)
        self._keep("comparisons", tuple([_comparison(m) for m in self.match_on if m not in BUILT_IN]))
        self._keep("_target", tuple([_TARGET[name] for name in names if name in TARGET]))
        self._keep("_is_plain", [name for name in names if name in TARGET] == ["method", "uri"])
        self._keep("url", url_reader(normal, self.case_sensitive, self.match_query, self.normalize_query))
        self._prepare_headers(names)
        self._prepare_bodies([name for name in names if name in BODIES] if self.match_body else [])

    def _check(self) -> None:
        check_match_on(self.match_on)
        for option in ("match_headers", "ignore_headers", "exclude_headers"):
            check_names(option, getattr(self, option))
        for option in ("case_sensitive", "match_query", "match_body"):
            check_flag(option, getattr(self, option))
        check_function("normalize_query", self.normalize_query, "of the query's pairs")
        check_function("normalize_body", self.normalize_body, "of the body's bytes")
        check_volatile(self.volatile)

    def _keep(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def _prepare_headers(self, names: list[str]) -> None:
        wanted = {name.lower() for name in self.match_headers}
        everything = _EVERY_HEADER in wanted or ("headers" in names and not wanted)
        unmatched = {name.lower() for name in (*self.exclude_headers, *self.ignore_headers)}
        counted = sorted(name for name in wanted - unmatched if self._counts(name))
        self._keep("_unmatched", frozenset(unmatched))
        self._keep("all_headers", everything)
        self._keep("header_names", () if everything else tuple(counted))
        self._keep("matches_headers", everything or bool(counted))

    def _counts(self, name: str) -> bool:
        return self._normal is None or self._normal.keeps_header(name)

    def _prepare_bodies(self, names: list[str]) -> None:
        readers = tuple([(name, body_reader(name, self._normal, self.normalize_body)) for name in names])
        self._keep("matches_body", bool(readers))
        self._keep("_readers", readers)
        plain = names == ["body"] and self._normal is None and self.normalize_body is None
        self._keep("_body", read_body if plain else self.bodies)

    def target_key(self, method: str, url: str) -> Hashable:
        """The part of the key that needs no body and no headers."""
        parts = self.url(url)
        if self._is_plain:
            return method.upper(), parts
        return tuple([matcher(method, parts) for matcher in self._target])

    def key(self, request: Request) -> Hashable:
        """What two requests must have equal to match."""
        target = self.target_key(request.method, request.url)
        body = self._body(request) if self.matches_body else None
        if not self.matches_headers:
            return target, body
        return target, body, self.headers(request)

    def target_of(self, key: Hashable) -> Hashable:
        """The `target_key` in a key."""
        assert isinstance(key, tuple)
        target: Hashable = key[0]
        return target

    def key_but_body(self, request: Request) -> Hashable:
        """The key of a request whatever its body."""
        target = self.target_key(request.method, request.url)
        return (target, None, self.headers(request)) if self.matches_headers else (target, None)

    def key_and_numbers(self, request: Request) -> tuple[Hashable, tuple[int, ...]]:
        """The key of a redacted request with every placeholder plain, and their numbers.

        A placeholder that is no part of what is compared has no number among them.
        """
        return split_numbers(self.key(request))

    def headers(self, request: Request) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The headers that count, by name, and the values of each in their order."""
        if not self.all_headers:
            return tuple(
                [(name, self._values(name, request.headers.get_all(name))) for name in self.header_names]
            )
        found: dict[str, list[str]] = {}
        for name, value in request.headers:
            found.setdefault(name.lower(), []).append(value)
        counted = sorted(name for name in found.keys() - self._unmatched if self._counts(name))
        return tuple([(name, self._values(name, found[name])) for name in counted])

    def _values(self, name: str, values: list[str]) -> tuple[str, ...]:
        if name == "content-type":
            values = [without_boundary(value) for value in values]
        if self._normal is not None:
            values = [self._normal.value(name, value) for value in values]
        return tuple(values if self.case_sensitive else map(anycase, values))

    def bodies(self, request: Request) -> tuple[Body, ...]:
        """What each matcher of bodies compares."""
        return tuple([read(request).body for _, read in self._readers])

    def meanings(self, request: Request) -> tuple[tuple[str, Meaning], ...]:
        """The same with the matchers' names and what there is to show."""
        return tuple([(name, read(request)) for name, read in self._readers])


@dataclass(frozen=True, slots=True)
class _Answering:
    """A matcher of the user's that has to answer: one without a `return` would never match."""

    matcher: str | Comparison
    comparison: Comparison

    @property
    def __name__(self) -> str:
        return str(getattr(self.comparison, "__name__", repr(self.comparison)))

    def __call__(self, live: Request, recorded: Request) -> bool:
        answer: object = self.comparison(live, recorded)
        if answer is None:
            hint = "Return the comparison; an assert that holds says nothing."
            raise ConfigurationError(
                "match_on", self.matcher, "a matcher returns True or False, not None", hint
            )
        return bool(answer)


def _comparison(matcher: str | Comparison) -> Comparison:
    return _Answering(matcher, function_of(matcher))
