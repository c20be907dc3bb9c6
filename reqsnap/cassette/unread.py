"""What stands in a cassette's file, read when it is first needed: decoded, redacted, secrets numbered."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import repeat
from weakref import ref

from reqsnap.errors import CassetteError
from reqsnap.model import Interaction
from reqsnap.redaction import (
    Placeholder,
    Remembered,
    Rules,
    Secret,
    redact_error,
    redact_interaction,
)
from reqsnap.sequences.entries import Entry, Stored
from reqsnap.sequences.numbering import Numbering


class InFile:
    """The entries of what stands in a cassette's file, in its order.

    Secrets are numbered in that order, and numbers that the file uses are not given again: `unread` has
    the entries as long as none was read for that, `unnumbered` until what they show is known.
    """

    __slots__ = ("__weakref__", "unnumbered", "unread")

    def __init__(self) -> None:
        self.unread: list[Entry] = []
        self.unnumbered: list[Entry] = []


class Reading:
    """Makes interactions of what stands in a file, and of what is new, without their secrets.

    `guard` is held while anything is read, so that any thread may do it. `damage` is what was
    wrong with the first item that could not be read. `hidden` counts the secrets in what is new, each
    once for every interaction that shows it. Whoever makes one keeps `in_file`: the entries refer to their
    reader, and what referred to them here would leave every cassette to the garbage collector.
    """

    def __init__(
        self,
        rules: Rules,
        numbering: Numbering,
        guard: threading.RLock,
        in_file: InFile,
        *,
        only_replays: bool = True,
    ) -> None:
        self._rules, self._numbering = rules, numbering
        self._remembered = Remembered()
        self.guard = guard
        self.damage: CassetteError | None = None
        self.hidden = 0
        self._found_secrets = False
        self._only_replays = only_replays
        self._in_file = ref(in_file)

    def expected(self, stored: Sequence[Stored], orders: Sequence[int]) -> list[Entry]:
        """Entries of what stands in a file, in its order; nothing of it is read yet."""
        in_file = self._in_file()
        entries = list(map(Entry, repeat(None), orders, stored, repeat(self._read)))
        if in_file is not None:
            in_file.unread += entries
            in_file.unnumbered += entries
        return entries

    def read(self, stored: Iterable[Stored], order: Callable[[], int]) -> list[Entry]:
        """The same, all of it read. Raises CassetteFormatError."""
        entries = [Entry.of(each, order(), self._read) for each in stored]
        for entry in entries:
            entry.read()
        return entries

    def looks_through(self) -> bool:
        """Whether everything is read before a request is said to have no recording.

        Where it may be sent instead, a file without secrets is not read whole for it.
        """
        return self._only_replays or self._found_secrets

    def redacted(self, interaction: Interaction) -> Interaction:
        """What is new, without secrets of its own or of what was new before it; the very same without any."""
        return self._redacted(interaction, self._number_of_new, self._remembered)

    def _read(self, stored: Stored) -> tuple[Interaction, bool]:
        with self.guard:
            try:
                decoded = stored.decode()
            except CassetteError as error:
                self.damage = self.damage or error
                raise
            found = self._redacted(decoded, self._number_of_read)
            return found, found is decoded

    def _redacted(
        self, interaction: Interaction, placeholder: Placeholder, remembered: Remembered | None = None
    ) -> Interaction:
        request, response, secrets = redact_interaction(
            interaction.request, interaction.response, self._rules, placeholder, remembered
        )
        error = interaction.error and redact_error(interaction.error, secrets)
        same = request is interaction.request and response is interaction.response
        if same and error is interaction.error:
            return interaction
        return replace(interaction, request=request, response=response, error=error)

    def _number_of_read(self, secret: Secret) -> str:
        """The number of a secret that the file shows: by its place there, not by when it is read."""
        self._found_secrets = True
        in_file = self._in_file()
        if in_file is not None and in_file.unread and not self._numbering.knows(secret):
            entries, in_file.unread = in_file.unread, []
            for entry in entries:
                readable(entry)
        return self._numbering.placeholder(secret)

    def _number_of_new(self, secret: Secret) -> str:
        """The number of a secret that is new: none that stands in the file for another."""
        self.hidden += 1
        in_file = self._in_file()
        if in_file is not None and in_file.unnumbered and not self._numbering.knows(secret):
            entries, in_file.unnumbered = in_file.unnumbered, []
            hidden = [entry for entry in entries if entry.unread is None or not entry.unread.shows_all]
            # What of it is read gets its own numbers first, as if it had been read when it was opened.
            found = [readable(entry) for entry in hidden]
            for interaction in filter(None, found):
                self._numbering.seen(interaction)
            for stored in filter(None, [entry.unread for entry in entries]):
                self._numbering.seen_in(stored.text)
        return self._numbering.placeholder(secret)


def readable(entry: Entry) -> Interaction | None:
    """The interaction, or None where it is damaged, which is told to whoever needs it."""
    try:
        return entry.interaction
    except CassetteError:
        return None
