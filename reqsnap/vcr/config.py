"""`VCR`: the options of VCR.py, for several cassettes and for one."""

from __future__ import annotations

import functools
import inspect
import os
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, overload

from reqsnap.errors import ConfigurationError
from reqsnap.vcr import filters, matchers
from reqsnap.vcr.cassette import Cassette
from reqsnap.vcr.checks import check, check_attribute, check_names
from reqsnap.vcr.context import CassetteContextDecorator
from reqsnap.vcr.hooks import LOCAL, Chain, IgnoringHosts, Replacing, several
from reqsnap.vcr.persisters.filesystem import FilesystemPersister
from reqsnap.vcr.record_mode import RecordMode, validate_record_mode
from reqsnap.vcr.serializers import jsonserializer, yamlserializer
from reqsnap.vcr.util import auto_decorate, compose

R = TypeVar("R")

_MATCHERS = {
    "method": matchers.method,
    "uri": matchers.uri,
    "url": matchers.uri,
    "scheme": matchers.scheme,
    "host": matchers.host,
    "port": matchers.port,
    "path": matchers.path,
    "query": matchers.query,
    "headers": matchers.headers,
    "raw_body": matchers.raw_body,
    "body": matchers.body,
}


class VCR:
    """Options that cassettes have in common. Each can be set anew, and counts from the next cassette on.

    Takes the options of VCR.py 9, with its defaults; `use_cassette` takes them too, for one cassette.
    Raises ConfigurationError for what is no option, or none of its values.

    >>> my_vcr = VCR(cassette_library_dir="cassettes", filter_headers=["authorization"])
    >>> my_vcr.record_mode
    <RecordMode.ONCE: 'once'>
    """

    def __init__(
        self,
        path_transformer: Callable[[Any], Any] | None = None,
        before_record_request: Any = None,
        custom_patches: Any = (),
        filter_query_parameters: Any = (),
        ignore_hosts: Any = (),
        record_mode: RecordMode | str = RecordMode.ONCE,
        ignore_localhost: bool = False,
        filter_headers: Any = (),
        before_record_response: Any = None,
        filter_post_data_parameters: Any = (),
        filter_nested_post_data_parameters: bool = False,
        match_on: Any = ("method", "scheme", "host", "port", "path", "query"),
        before_record: Any = None,
        inject_cassette: bool = False,
        serializer: str = "yaml",
        cassette_library_dir: str | os.PathLike[str] | None = None,
        func_path_generator: Callable[[Any], Any] | None = None,
        decode_compressed_response: bool = False,
        record_on_exception: bool = True,
        drop_unused_requests: bool = False,
        filter_sensitive_data: Any = (),
        before_save_interaction: Any = None,
        after_load_interaction: Any = None,
        skip_patchers: Any = (),
        **unknown: Any,
    ) -> None:
        check_names(unknown)
        self.path_transformer = path_transformer
        self.before_record_request = before_record_request or before_record
        self.custom_patches = custom_patches
        self.filter_query_parameters = filter_query_parameters
        self.ignore_hosts = ignore_hosts
        self.record_mode = validate_record_mode(record_mode)
        self.ignore_localhost = ignore_localhost
        self.filter_headers = filter_headers
        self.before_record_response = before_record_response
        self.filter_post_data_parameters = filter_post_data_parameters
        self.filter_nested_post_data_parameters = filter_nested_post_data_parameters
        self.match_on = match_on
        self.inject_cassette = inject_cassette
        self.serializer = serializer
        self.cassette_library_dir = cassette_library_dir
        self.func_path_generator = func_path_generator
        self.decode_compressed_response = decode_compressed_response
        self.record_on_exception = record_on_exception
        self.drop_unused_requests = drop_unused_requests
        self.filter_sensitive_data = filter_sensitive_data
        self.before_save_interaction = before_save_interaction
        self.after_load_interaction = after_load_interaction
        self.skip_patchers = skip_patchers
        self.persister: Any = FilesystemPersister
        self.serializers: dict[str, Any] = {"yaml": yamlserializer, "json": jsonserializer}
        self.matchers: dict[str, matchers.Matcher] = dict(_MATCHERS)
        check(vars(self))

    def __setattr__(self, name: str, value: Any) -> None:
        # A subclass may have attributes of its own; here nothing reads what is no option.
        if type(self) is VCR and not (name in _TABLES or name.startswith("_") or hasattr(VCR, name)):
            check_attribute(name, value)
        super().__setattr__(name, value)

    @staticmethod
    def is_test_method(method_name: str, function: Any) -> bool:
        """Whether a class's attribute is a test."""
        return method_name.startswith("test") and isinstance(function, types.FunctionType)

    @staticmethod
    def ensure_suffix(suffix: str) -> Callable[[Any], str]:
        """A `path_transformer` that adds an ending to a path that has not got it.

        >>> VCR.ensure_suffix(".yaml")("items")
        'items.yaml'
        """

        def ensure(path: Any) -> str:
            text: str = os.fspath(path)
            return text if text.endswith(suffix) else text + suffix

        return ensure

    def register_serializer(self, name: str, serializer: Any) -> None:
        """Let `serializer=` name an object with `serialize` and `deserialize`."""
        self.serializers[name] = serializer

    def register_matcher(self, name: str, matcher: matchers.Matcher) -> None:
        """Let `match_on` name a function of two requests, the live and a recorded one."""
        self.matchers[name] = matcher

    def register_persister(self, persister: Any) -> None:
        """Keep cassettes with an object that has `load_cassette` and `save_cassette`."""
        self.persister = persister

    def test_case(self, predicate: Callable[[str, Any], bool] | None = None) -> type:
        """A base class whose subclasses have a cassette around each test; `predicate` may choose others."""
        metaclass = auto_decorate(self.use_cassette, predicate or self.is_test_method)
        return metaclass("temporary_class", (), {})

    @overload
    def use_cassette(self, path: Callable[..., R], **kwargs: Any) -> Callable[..., R]: ...
    @overload
    def use_cassette(
        self, path: str | os.PathLike[str] | None = None, **kwargs: Any
    ) -> CassetteContextDecorator[Cassette]: ...
    def use_cassette(self, path: Any = None, **kwargs: Any) -> Any:
        """Record the HTTP exchanges of a block or function, and replay them.

        Takes the path of the cassette, and options that stand above the ones here. Without a path
        a decorated function has a cassette beside its file, called as it is. Returns a
        context manager that is a decorator too and yields the `Cassette`; given a function, returns
        that, decorated. Raises ConfigurationError for what is no option, or none of its values.
        """
        if path is not None and not isinstance(path, str | os.PathLike):
            return self._context(kwargs)(path)
        return self._context(kwargs if path is None else {"path": path, **kwargs})

    def _context(self, kwargs: dict[str, Any]) -> CassetteContextDecorator[Cassette]:
        kwargs = dict(kwargs)
        fixed = kwargs.pop("with_current_defaults", False)
        check_names(kwargs)
        check(kwargs)
        if fixed:
            return Cassette.use(**self.get_merged_config(**kwargs))
        # Asked for at each call, so that what is set here after the decoration counts.
        return Cassette.use_arg_getter(functools.partial(self.get_merged_config, **kwargs))

    def get_merged_config(self, **kwargs: Any) -> dict[str, Any]:
        """The options of one cassette, as `Cassette` takes them, and what makes its path."""
        check_names(kwargs)
        if "before_record" in kwargs:
            # What it was called before VCR.py 1.3.
            kwargs.setdefault("before_record_request", kwargs.pop("before_record"))
        own = {**vars(self), **kwargs}
        check(own)
        directory, generator = own["cassette_library_dir"], own["func_path_generator"]
        transformer = own["path_transformer"]
        if directory:
            transformer = compose(functools.partial(_in_directory, os.fspath(directory)), transformer)
        elif not generator:
            generator = self._build_path_from_func_using_module
        names = (*own["match_on"], *kwargs.get("additional_matchers", ()))
        found = {
            "serializer": self._get_serializer(own["serializer"]),
            "persister": own["persister"],
            "match_on": self._get_matchers(names),
            "record_mode": validate_record_mode(own["record_mode"]),
            "before_record_request": self._build_before_record_request(own),
            "before_record_response": self._build_before_record_response(own),
            "custom_patches": (*self.custom_patches, *kwargs.get("custom_patches", ())),
            "inject": own["inject_cassette"],
            "path_transformer": transformer,
            "func_path_generator": generator,
            "allow_playback_repeats": kwargs.get("allow_playback_repeats", False),
            **{name: own[name] for name in _AS_THEY_ARE},
        }
        return {**found, "path": kwargs["path"]} if kwargs.get("path") else found

    def _get_serializer(self, serializer_name: str) -> Any:
        if serializer_name not in self.serializers:
            allowed = f"it doesn't exist or isn't registered; there are {sorted(self.serializers)}"
            raise UnknownNameError("serializer", serializer_name, allowed)
        return self.serializers[serializer_name]

    def _get_matchers(self, matcher_names: Sequence[str]) -> list[matchers.Matcher]:
        for name in matcher_names:
            if name not in self.matchers:
                allowed = f"it doesn't exist or isn't registered; there are {sorted(self.matchers)}"
                raise UnknownNameError("match_on", name, allowed)
        return [self.matchers[name] for name in matcher_names]

    def _build_before_record_request(self, options: Mapping[str, Any]) -> Chain:
        own = {**vars(self), **options}
        hooks: list[Callable[[Any], Any]] = []
        for option, filter in _FILTERS.items():
            replacements = tuple([each if isinstance(each, tuple) else (each, None) for each in own[option]])
            if replacements:
                nested = own["filter_nested_post_data_parameters"] if "post" in option else None
                hooks.append(Replacing(filter, replacements, nested))
        hosts = {*own["ignore_hosts"], *(LOCAL if own["ignore_localhost"] else ())}
        if hosts:
            names = frozenset(each for each in hosts if isinstance(each, str))
            hooks.append(IgnoringHosts(names, frozenset(hosts - names)))
        return Chain((*hooks, *several(own["before_record_request"])))

    def _build_before_record_response(self, options: Mapping[str, Any]) -> Chain:
        own = {**vars(self), **options}
        first = (filters.decode_response,) if own["decode_compressed_response"] else ()
        return Chain((*first, *several(own["before_record_response"])))

    @staticmethod
    def _build_path_from_func_using_module(function: Any) -> str:
        return os.path.join(os.path.dirname(inspect.getfile(function)), function.__name__)


_FILTERS: dict[str, Callable[..., Any]] = {
    "filter_headers": filters.replace_headers,
    "filter_query_parameters": filters.replace_query_parameters,
    "filter_post_data_parameters": filters.replace_body_parameters,
}

_TABLES = ("serializers", "matchers")
"""What a `VCR` has beside its options: those that were registered."""

_AS_THEY_ARE = (
    "record_on_exception",
    "drop_unused_requests",
    "filter_sensitive_data",
    "before_save_interaction",
    "after_load_interaction",
    "skip_patchers",
)


def _in_directory(directory: str, path: Any) -> str:
    text: str = os.fspath(path)
    return text if text.startswith(directory) else os.path.join(directory, text)


class UnknownNameError(ConfigurationError, KeyError):
    """The name of a matcher or serializer that nobody has registered."""
