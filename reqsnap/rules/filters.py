"""Which requests a cassette has to do with, and what the user's hooks make of an exchange.

Pure but for the functions that users give. They see requests as the program makes them;
what is stored or shown is redacted elsewhere.
"""

from __future__ import annotations

import fnmatch
import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from reqsnap.errors import ConfigurationError
from reqsnap.matching.parts import split_url
from reqsnap.message_checks import check_request, check_response, fitting
from reqsnap.model import Interaction, Request, Response

UrlFilter = str | re.Pattern[str] | Callable[[str], bool]
"""A part of a URL in any case, a pattern searched in it, or a function that is given it."""

ShouldRecord = Callable[[Request, Response], bool]
ShouldPlayback = Callable[[Request], bool]
Hook = Callable[[Interaction], Interaction | None]
SeenAs = Callable[[Request], Request | None]


@dataclass(frozen=True, slots=True)
class Filters:
    """What is left alone, and the hooks.

    `exclude_urls`, `ignore_hosts` (names, with `*` for any characters) and
    `ignore_localhost` name requests that go to the server in every mode. `seen_as` makes of a
    request what is compared; one of which it makes None goes to the server too. Who gives it has
    `before_record` store what it makes.
    """

    exclude_urls: tuple[UrlFilter, ...] = ()
    ignore_hosts: tuple[str, ...] = ()
    ignore_localhost: bool = False
    should_record: ShouldRecord | None = None
    should_playback: ShouldPlayback | None = None
    before_record: Hook | None = None
    before_playback: Hook | None = None
    seen_as: SeenAs | None = None
    exclude_any: bool = field(init=False, repr=False, compare=False)
    """Whether any URL may be excluded. Every block asks, so it is worked out once."""

    def __post_init__(self) -> None:
        any_is_given = bool(self.exclude_urls or self.ignore_hosts or self.ignore_localhost)
        object.__setattr__(self, "exclude_any", any_is_given)

    def excludes(self, url: str) -> bool:
        """Whether the cassette has nothing to do with a URL."""
        host = split_url(url).host
        return (
            any(_is_meant(each, url) for each in self.exclude_urls)
            or any(_is_host(host, pattern) for pattern in self.ignore_hosts)
            or (self.ignore_localhost and is_local(host))
        )

    def seen(self, request: Request) -> Request | None:
        """What is compared of a request; None where the cassette has nothing to do with it."""
        return request if self.seen_as is None else self.seen_as(request)

    def may_record(self, request: Request, response: Response) -> bool:
        """Whether a live exchange is to be recorded."""
        return self.should_record is None or bool(self.should_record(request, response))

    def may_play(self, request: Request) -> bool:
        """Whether a request may be answered from the cassette."""
        return self.should_playback is None or bool(self.should_playback(request))

    def to_record(self, interaction: Interaction) -> Interaction | None:
        """What is stored of a new interaction; None for nothing."""
        return _changed("before_record", self.before_record, interaction)

    def to_playback(self, interaction: Interaction) -> Interaction | None:
        """What is replayed of a recorded interaction; None for nothing."""
        return _changed("before_playback", self.before_playback, interaction)


def _is_host(host: str, pattern: str) -> bool:
    # The brackets of an IPv6 address are no set of characters.
    return fnmatch.fnmatchcase(host, pattern.lower().replace("[", "[[]"))


def _is_meant(each: UrlFilter, url: str) -> bool:
    if isinstance(each, str):
        return each.lower() in url.lower()
    if isinstance(each, re.Pattern):
        return each.search(url) is not None
    return bool(each(url))


def is_local(host: str) -> bool:
    """Whether a host is this machine: localhost (RFC 6761), a loopback or an unspecified address.

    >>> is_local("127.0.0.1"), is_local("[::1]"), is_local("example.com")
    (True, True, False)
    """
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _changed(name: str, hook: Hook | None, interaction: Interaction) -> Interaction | None:
    if hook is None:
        return interaction
    found = hook(interaction)
    if found is None or found is interaction:
        return found
    if not isinstance(found, Interaction):
        raise ConfigurationError(name, type(found), "it returns an Interaction, or None for nothing")
    check_request(found.request, f"{name}: request")
    check_response(found.response, f"{name}: response", failed=found.error is not None)
    if found.error is None and found.response.body != interaction.response.body:
        return replace(found, response=fitting(found.response))
    return found
