"""Where a cassette lies: a path of this machine, or a URL of another store."""

from __future__ import annotations

from pathlib import Path

from reqsnap.errors import ConfigurationError
from reqsnap.patterns import regex

_URL = regex(r"[A-Za-z][A-Za-z0-9+.-]+(?:::[A-Za-z][A-Za-z0-9+.-]+)*://")
_BROKEN = regex(r"[A-Za-z][A-Za-z0-9+.-]+:/[^/]")


class Url(str):
    """The URL of a cassette, or of a folder of them.

    >>> Url("s3://bucket/tests") / "x.yaml"
    's3://bucket/tests/x.yaml'
    """

    __slots__ = ()

    def __truediv__(self, part: str) -> Url:
        return Url(f"{self}{'' if self.endswith('/') else '/'}{part}")

    @property
    def parts(self) -> tuple[str, str]:
        """The URL of the folder, and the name in it."""
        folder, _, name = self.rpartition("/")
        return (f"{folder}/" if folder.endswith(":/") else folder), name


Location = Path | Url
"""A path, or the URL of another store."""


def is_url(text: str) -> bool:
    """Whether a text is a URL and no path: it begins with a scheme and `://`."""
    return _URL.match(text) is not None


def location(text: str) -> Location:
    """The path or URL that a text is; a `file:` URL is a path. Raises ConfigurationError.

    >>> location("memory://bucket/x.yaml")
    'memory://bucket/x.yaml'
    """
    if isinstance(text, Url):
        return text
    if not is_url(text):
        if _BROKEN.match(text):
            hint = "A URL is given as a str: a path has no place for its slashes."
            raise ConfigurationError("path", text, "it is a URL whose slashes are lost", hint)
        return Path(text)
    if text.lower().startswith("file://"):
        # Here, because they load http.client.
        from urllib.parse import urlsplit
        from urllib.request import url2pathname

        return Path(url2pathname(urlsplit(text).path))
    return Url(text)
