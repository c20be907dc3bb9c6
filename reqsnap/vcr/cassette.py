"""VCR.py's cassette: what its users hold of a block, or load by itself to look into it."""

from __future__ import annotations

import copy
import os
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from reqsnap.vcr.checks import check
from reqsnap.vcr.context import CassetteContextDecorator
from reqsnap.vcr.errors import MissingMetadataError, UnhandledHTTPRequestError
from reqsnap.vcr.held import Held, InMemory
from reqsnap.vcr.hooks import several
from reqsnap.vcr.matchers import get_matchers_results, method, requests_match, uri
from reqsnap.vcr.persisted import Pair
from reqsnap.vcr.persisters.filesystem import FilesystemPersister
from reqsnap.vcr.record_mode import RecordMode, validate_record_mode
from reqsnap.vcr.sensitive import Hidden, sensitive_data_hooks, sensitive_pairs
from reqsnap.vcr.serializers import yamlserializer

Similar = tuple[Any, list[str], list[tuple[str, str | None]]]


class Cassette:
    """Recorded requests and their answers, in the order in which the requests were made.

    `use_cassette` yields one, which shows what its block records and replays. Made by hand or by
    `Cassette.load` it stands by itself and answers no program. Takes VCR.py's options; hooks and
    matchers are functions. `play_counts` says how often each was played, by its place in `data`.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        serializer: Any = None,
        persister: Any = None,
        record_mode: RecordMode | str = RecordMode.ONCE,
        match_on: Any = (uri, method),
        before_record_request: Callable[[Any], Any] | None = None,
        before_record_response: Callable[[Any], Any] | None = None,
        custom_patches: Any = (),
        inject: bool = False,
        allow_playback_repeats: bool = False,
        drop_unused_requests: bool = False,
        filter_sensitive_data: Any = (),
        before_save_interaction: Any = None,
        after_load_interaction: Any = None,
        skip_patchers: Any = (),
    ) -> None:
        self._path = path
        self._serializer = serializer or yamlserializer
        self._persister = persister or FilesystemPersister
        self.record_mode = validate_record_mode(record_mode)
        self._match_on = match_on
        self._before_record_request = before_record_request
        self._before_record_response = before_record_response
        self.custom_patches = custom_patches
        self.inject = inject
        self.allow_playback_repeats = allow_playback_repeats
        self.drop_unused_requests = drop_unused_requests
        self._before_save_interaction = list(several(before_save_interaction))
        self._after_load_interaction = list(several(after_load_interaction))
        self._sensitive_pairs = sensitive_pairs(filter_sensitive_data or ())
        if self._sensitive_pairs:
            # The user's hooks see what is hidden, in both directions.
            hide, restore = sensitive_data_hooks(self._sensitive_pairs)
            self._before_save_interaction.append(hide)
            self._after_load_interaction.insert(0, restore)
        check({"skip_patchers": skip_patchers})
        self.skip_patchers = skip_patchers
        self.record_on_exception = True
        self._held: Held = InMemory()

    def _hidden(self, request: Any) -> Hidden:
        """How an error shows a request and the recordings: without the values that the file does not show."""
        return Hidden(self._sensitive_pairs, [request, *self.requests] if self._sensitive_pairs else ())

    @classmethod
    def load(cls, **kwargs: Any) -> Cassette:
        """A cassette with what is stored at its path; empty where nothing is."""
        cassette = cls(**kwargs)
        cassette._load()
        return cassette

    @classmethod
    def use(cls, **kwargs: Any) -> CassetteContextDecorator:
        """A context manager and decorator that puts such a cassette in force."""
        return CassetteContextDecorator.from_args(cls, **kwargs)

    @classmethod
    def use_arg_getter(cls, arg_getter: Callable[[], dict[str, Any]]) -> CassetteContextDecorator:
        """As `use`, with options that a function returns whenever it is entered."""
        return CassetteContextDecorator(cls, arg_getter)

    # What it holds

    @property
    def path(self) -> str | os.PathLike[str]:
        """Where it is stored."""
        return self._path

    @property
    def data(self) -> list[Pair]:
        """Everything it holds: pairs of a request and an answer."""
        return self._held.data

    @property
    def requests(self) -> list[Any]:
        """The requests, filtered, in their order."""
        return [request for request, _ in self.data]

    @property
    def responses(self) -> list[Any]:
        """The answers, in the order of their requests."""
        return [response for _, response in self.data]

    @property
    def play_counts(self) -> Counter[int]:
        """How often each was played, by its place; those that were not are missing."""
        return self._held.play_counts

    @property
    def play_count(self) -> int:
        """How many answers were played."""
        return sum(self.play_counts.values())

    @property
    def all_played(self) -> bool:
        """Whether everything it holds was played."""
        return sum(1 for count in self.play_counts.values() if count) == len(self)

    @property
    def dirty(self) -> bool:
        """Whether it holds what is not stored."""
        return self._held.dirty

    @dirty.setter
    def dirty(self, value: bool) -> None:
        self._held.dirty = value

    @property
    def rewound(self) -> bool:
        """Whether it was stored before it was opened."""
        return self._held.rewound

    @rewound.setter
    def rewound(self, value: bool) -> None:
        self._held.rewound = value

    @property
    def write_protected(self) -> bool:
        """Whether nothing can be recorded."""
        once = self.record_mode is RecordMode.ONCE and self.rewound
        return once or self.record_mode is RecordMode.NONE

    def __len__(self) -> int:
        return len(self._held)

    def __contains__(self, request: object) -> bool:
        return any(self._is_free(index) for index, _ in self._responses(request))

    def __repr__(self) -> str:
        return f"<Cassette containing {len(self)} recorded response(s)>"

    # What is done with it

    def filter_request(self, request: Any) -> Any:
        """What is compared and stored of a request; None where it is left alone."""
        hook = self._before_record_request
        return request if hook is None else hook(request)

    def append(self, request: Any, response: Any) -> None:
        """Hold a request and its answer, filtered, after the others."""
        request = self.filter_request(request)
        if not request:
            return
        response = copy.deepcopy(response)
        if self._before_record_response is not None:
            response = self._before_record_response(response)
        if response is not None:
            self._held.add(request, response)

    def can_play_response_for(self, request: Any) -> Any:
        """Whether a request would be answered."""
        request = self.filter_request(request)
        return (
            request
            and request in self
            and self.record_mode is not RecordMode.ALL
            and (self.rewound or self.allow_playback_repeats)
        )

    def play_response(self, request: Any) -> Any:
        """The answer to a request, counted as played. Raises UnhandledHTTPRequestError."""
        for index, response in self._responses(request):
            if self._is_free(index):
                self._held.play(index)
                return response
        raise self._unhandled(request)

    def responses_of(self, request: Any) -> list[Any]:
        """Every answer to a request, played or not. Raises UnhandledHTTPRequestError where there is none."""
        found = [response for _, response in self._responses(request)]
        if not found:
            raise self._unhandled(request)
        return found

    def rewind(self) -> None:
        """Start again, as if nothing had been played."""
        self._held.rewind()

    def find_requests_with_most_matches(self, request: Any) -> list[Similar]:
        """The requests for which the most matchers agree, with those matchers, and with what differs."""
        request = self.filter_request(request)
        found: list[Similar] = []
        for stored in self.requests:
            agree, differ = get_matchers_results(request, stored, self._match_on)
            found.append((stored, agree, differ))
        most = max((len(agree) for _, agree, _ in found), default=0)
        return [each for each in found if most and len(each[1]) == most]

    def get_metadata(self, key: str, default: Any) -> Any:
        """The value that is stored under a name, or the default, which is stored then.

        Raises MissingMetadataError where there is none and the record mode lets nothing be added.
        """
        if key not in self._held.metadata:
            if self.write_protected:
                raise MissingMetadataError(cassette=self, key=key)
            self._held.note(key, default)
        return self._held.metadata[key]

    def _responses(self, request: Any) -> Iterator[tuple[int, Any]]:
        request = self.filter_request(request)
        for index, (stored, response) in enumerate(self.data):
            if requests_match(request, stored, self._match_on):
                yield index, response

    def _is_free(self, index: int) -> bool:
        return bool(self.allow_playback_repeats) or not self.play_counts[index]

    def _unhandled(self, request: Any) -> UnhandledHTTPRequestError:
        told = f"The cassette ({self._path!r}) doesn't contain the request ({request!r}) asked for"
        return UnhandledHTTPRequestError(told)

    # Where it is stored

    def _load(self) -> None:
        """Hold what is stored at its path."""
        self._held.load(self)

    def _save(self, force: bool = False) -> None:
        """Store what it holds, if that has changed."""
        self._held.save(self, force)
