"""VCR.py's YAML: plain data, and the few kinds of Python's values that its cassettes hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from io import BytesIO
from typing import Any

Constructor = Callable[[Any, Any], Any]
"""Makes the value of a tag: a function of PyYAML's loader and node."""

_PYTHON = "tag:yaml.org,2002:python/"


def deserialize(cassette_string: str) -> Any:
    """The values of a cassette. Nothing but plain data, tuples and files in memory is made.

    Raises yaml.YAMLError.
    """
    return _plain().deserialize(cassette_string)


def serialize(cassette_dict: Any) -> str:
    r"""The text of a cassette.

    Raises yaml.representer.RepresenterError for a value that `deserialize` would refuse.

    >>> serialize({"version": 1})
    'version: 1\n'
    """
    return _plain().serialize(cassette_dict)


def with_custom_tags(constructors: Mapping[str, Constructor]) -> YamlSerializer:
    """A serializer that writes and reads objects of your own classes too.

    Takes functions that make them by their tags ("tag:yaml.org,2002:python/object:shop.Price").
    """
    return YamlSerializer({**_CONSTRUCTORS, **constructors})


class YamlSerializer:
    """Reads the tags that it has constructors for, and writes no others."""

    def __init__(self, constructors: Mapping[str, Constructor]) -> None:
        # Here, because importing reqsnap.vcr must not import yaml.
        import yaml

        fast = yaml.__with_libyaml__
        self._yaml = yaml
        loader: Any = type("Loader", (yaml.CSafeLoader if fast else yaml.SafeLoader,), {})
        for tag, constructor in constructors.items():
            loader.add_constructor(tag, constructor)
        self._loader = loader
        plain: Any = yaml.CDumper if fast else yaml.Dumper
        known = frozenset(constructors)

        def represent_data(dumper: Any, data: Any) -> Any:
            node = plain.represent_data(dumper, data)
            if node.tag.startswith(_PYTHON) and node.tag not in known:
                raise yaml.representer.RepresenterError(_refusal(node.tag))
            return node

        self._dumper: Any = type("Dumper", (plain,), {"represent_data": represent_data})

    def deserialize(self, cassette_string: str) -> Any:
        """The values of a cassette. Raises yaml.YAMLError."""
        return self._yaml.load(cassette_string, Loader=self._loader)

    def serialize(self, cassette_dict: Any) -> str:
        """The text of a cassette. Raises yaml.representer.RepresenterError."""
        text: str = self._yaml.dump(cassette_dict, Dumper=self._dumper)
        return text


def _refusal(tag: str) -> str:
    return (
        f"the cassette was not written: it holds an object of a class of its own ({tag}), which would not "
        "be read back. Keep such objects out of requests and answers, or register "
        f"yamlserializer.with_custom_tags({{{tag!r}: ...}}) as the serializer."
    )


def _file(loader: Any, node: Any) -> BytesIO:
    state = loader.construct_mapping(node, deep=True).get("state") or [b""]
    content = state[0]
    return BytesIO(content.encode() if isinstance(content, str) else content)


def _iterator(loader: Any, node: Any) -> Any:
    arguments = loader.construct_mapping(node, deep=True).get("args") or [[]]
    return iter(arguments[0])


# The tags that PyYAML's dumper writes for the bodies that VCR.py has recorded.
_CONSTRUCTORS: dict[str, Constructor] = {
    f"{_PYTHON}str": lambda loader, node: loader.construct_scalar(node),
    f"{_PYTHON}unicode": lambda loader, node: loader.construct_scalar(node),
    f"{_PYTHON}tuple": lambda loader, node: tuple(loader.construct_sequence(node)),
    f"{_PYTHON}object/new:_io.BytesIO": _file,
    f"{_PYTHON}object/apply:builtins.iter": _iterator,
}


@cache
def _plain() -> YamlSerializer:
    return YamlSerializer(_CONSTRUCTORS)
