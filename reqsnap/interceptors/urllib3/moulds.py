"""What all replays of an answer through urllib3 have in common, as its own code has made it."""

from __future__ import annotations

from typing import Any, NamedTuple

from reqsnap.interceptors.http_client.replay import emptied

_PLAIN = frozenset({bool, bytes, int, str, type(None)})


class Mould(NamedTuple):
    """What all replays of an answer have in common, and the names of what each has for itself.

    `options` are those of the request, which decide too what the response is like. `read` is
    what http.client's response is like where all of it was read beforehand. `same` and `read` may
    belong to many answers that are alike; what this one has otherwise is in `text` and `read_text`.
    """

    options: Any
    kind: Any
    kind_of_headers: Any
    kind_of_original: Any
    same: dict[str, Any]
    text: dict[str, Any]
    read: dict[str, Any] | None
    read_text: dict[str, Any]
    fields: dict[str, list[str]]
    originals: list[str]
    shutdowns: list[str]
    buffers: list[tuple[str, type]]

    def takes(self, name: str, value: Any, original: Any, sock: Any) -> bool:
        """Keep how an attribute of a response is made; False for one that is not known here."""
        if type(value) in _PLAIN:
            self.same[name] = value
        elif value is original:
            self.originals.append(name)
        elif value == sock.shutdown:
            self.shutdowns.append(name)
        elif type(value).__name__ == "BytesQueueBuffer" and not len(value):
            self.buffers.append((name, type(value)))
        else:
            return False
        return True

    def cast(self, original: Any, sock: Any) -> Any:
        """A response around one of http.client's."""
        response: Any = self.kind.__new__(self.kind)
        own = response.__dict__
        own.update(self.same)
        own.update(self.text)
        headers = own["headers"] = self.kind_of_headers.__new__(self.kind_of_headers)
        headers._container = {name: values.copy() for name, values in self.fields.items()}
        for name in self.originals:
            own[name] = original
        for name in self.shutdowns:
            own[name] = sock.shutdown
        for name, kind in self.buffers:
            own[name] = kind()
        return response


def mould_of(response: Any, original: Any, sock: Any, options: Any) -> Mould | None:
    """What a response was made of; None where there is more in it than is known here."""
    headers = response.headers
    if vars(headers).keys() != {"_container"} or _is_mended(response, original):
        return None
    read = emptied(original) if options.preload_content else None
    if options.preload_content and read is None:
        return None
    fields = {name: values.copy() for name, values in headers._container.items()}
    mould = Mould(
        options, type(response), type(headers), type(original), {}, {}, read, {}, fields, [], [], []
    )
    for name, value in vars(response).items():
        if value is not headers and not mould.takes(name, value, original, sock):
            return None
    return mould


def _is_mended(response: Any, original: Any) -> bool:
    """Whether urllib3 warns of the head each time, or changes it."""
    if response.chunked and "content-length" in response.headers:
        return True
    return any("\n" in value for _, value in vars(original.msg)["_headers"])
