"""What a path has while blocks are open on it: one state, read from its file and saved at the last end."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path

from reqsnap import scope
from reqsnap.cassette import Cassette
from reqsnap.cassette.reading import opened, warn_if_torn
from reqsnap.errors import CassetteError, ConfigurationError, ReqsnapWarning
from reqsnap.formats import Format, format_of, named
from reqsnap.locations import Location, Url
from reqsnap.modes import Mode, Permits
from reqsnap.options import Options
from reqsnap.processes import children
from reqsnap.rules.policy import Policy
from reqsnap.storage import CassetteFile, File, Storage, StoredFile, sharing_of, stored_at
from reqsnap.storage.apart import keep_apart
from reqsnap.storage.links import real_path
from reqsnap.storage.sharing import Began, begin, forget_parent

Where = Path | StoredFile
"""Where a cassette lies: a real path, or what a storage holds."""

keep_apart(scope.apart)


@dataclass(eq=False)
class Shared:
    """The state of one path while any block is open on it."""

    cassette: Cassette
    options: Options
    permits: Permits
    raised: bool = False


class Place:
    """What a path has while any block is open on it, or being opened: who uses it, and its state.

    `lock` is held while its file is read and written, which stops no other path's blocks. It
    is re-entrant, because a garbage collection may end a block, or open one, inside of that.
    `given` holds the paths as they were given, absolute, that led here when a block was opened.
    `opened` counts its users, those who have left included. A place that is `gone` is used
    no more: whoever waited for its lock looks for the path's new one.
    """

    __slots__ = ("ending", "given", "gone", "lock", "opened", "shared", "users")

    def __init__(self) -> None:
        self.given: dict[str, None] = {}
        self.lock = threading.RLock()
        self.shared: Shared | None = None
        self.users = self.opened = 0
        self.ending = self.gone = False


_places: dict[str, Place] = {}
"""By path. Only single operations are done on it, each of which is atomic, so no lock guards it."""


_real: dict[str, Path] = {}
"""Where the given paths of open blocks lead: links are followed once, and it costs a little."""


def _forget_parent() -> None:
    """In a forked process no block is open on any path yet."""
    _places.clear()
    _real.clear()


children.when_forked(_forget_parent)
children.when_forked(forget_parent)


class Use:
    """One block's use of the state of a path, or of a cassette in memory."""

    __slots__ = ("_path", "_place", "shared")

    def __init__(self, shared: Shared, place: Place | None = None, path: Where | None = None) -> None:
        self.shared = shared
        self._place, self._path = place, path

    def give_back(self) -> list[ReqsnapWarning]:
        """End it; the last one on a path saves. Raises CassetteWriteError."""
        if self._place is not None and self._path is not None:
            return _leave(self._place, self._path)
        return _save(None, self.shared)


def absolute(path: Location, storage: Storage | None) -> str | StoredFile:
    """A path as blocks on it know it: as it was given, from the folder that is current; or what is stored."""
    if storage is not None or isinstance(path, Url):
        return stored_at(path, storage)
    given = os.fspath(path)
    return given if os.path.isabs(given) else os.path.abspath(given)


def real(given: str | StoredFile) -> Where:
    """Where an absolute path leads: at present, or when the block that is open on it was opened."""
    if isinstance(given, StoredFile):
        return given
    return _real.get(given) or _path(real_path(given))


_path = lru_cache(maxsize=256)(Path)
"""Paths by their texts: programs open the same cassettes again, and to take a text apart costs a little."""


def share(given: str | StoredFile | None, path: Where | None, options: Options, policy: Policy) -> Use:
    """Use the state of an absolute path, which is read from its file where no block is open on it.

    `path` is where the given one leads.
    """
    if path is None:
        return Use(_in_memory(options, policy))
    key = _key(path)
    while True:
        place = _places.get(key) or _places.setdefault(key, Place())
        with place.lock:
            if not place.gone:
                shared = _used(place, path, options, policy)
                if isinstance(given, str) and isinstance(path, Path):
                    place.given[given], _real[given] = None, path
                return Use(shared, place, path)


def _key(path: Where) -> str:
    return path.key if isinstance(path, StoredFile) else os.path.normcase(path)


def _used(place: Place, path: Where, options: Options, policy: Policy) -> Shared:
    place.users += 1
    place.opened += 1
    try:
        shared = place.shared
        if shared is None:
            read = _from_file(path, options, policy)
            if place.shared is not None:
                # A block that was opened meanwhile, within this thread, was first.
                read.cassette.give_up()
            shared = place.shared = place.shared or read
        _agree(path, shared, options, policy)
    except BaseException:
        if place.shared is not None and place.users == 1:
            place.shared.raised = True
        _leave(place, path)
        raise
    return shared


def _leave(place: Place, path: Where) -> list[ReqsnapWarning]:
    with place.lock:
        place.users -= 1
        # A block that ends within the saving of the one before it leaves what is new to that one.
        return [] if place.users or place.ending else _end(place, path)


def _end(place: Place, path: Where) -> list[ReqsnapWarning]:
    """Save what the last block on a path leaves, and then give up its place."""
    place.ending, saved, found = True, 0, []
    try:
        while place.shared is not None and saved != place.opened:
            saved = place.opened
            found += _save(path, place.shared)
        return found
    finally:
        place.ending = False
        if not place.users:
            place.gone = True
            for name in place.given:
                _real.pop(name, None)
            _places.pop(_key(path), None)


def _in_memory(options: Options, policy: Policy) -> Shared:
    if policy.mode in (Mode.PLAYBACK, Mode.UPDATE):
        allowed = f"mode {policy.mode.value} needs the path of a cassette"
        raise ConfigurationError("path", None, allowed, "Without a path only once, record and live work.")
    may = policy.habits.permits(policy.mode, recorded=False)
    cassette = Cassette(policy=policy)
    cassette.replays_new = may.replays_new
    return Shared(cassette, options, may)


def _from_file(path: Where, options: Options, policy: Policy) -> Shared:
    file = path if isinstance(path, StoredFile) else CassetteFile(path, is_real=True)
    began = _only_replayed(file, policy.mode) or _begun(file, policy.mode)
    try:
        return _opened(file, options, policy, began)
    except BaseException:
        began.sharing.give_up()
        raise


def _only_replayed(file: File, mode: Mode) -> Began | None:
    """A file that is there and that a mode only replays; what is wrong with it, its check says."""
    if mode not in (Mode.ONCE, Mode.PLAYBACK):
        return None
    try:
        data = file.read()
    except CassetteError:
        file.check(writable=False)
        raise
    return None if data is None else Began(sharing_of(file), data)


def _begun(file: File, mode: Mode) -> Began:
    """Take part in recording, or in replaying what is not complete yet."""
    file.check(writable=mode is not Mode.PLAYBACK)
    return begin(file, replaces=mode is Mode.RECORD, records=mode is not Mode.PLAYBACK)


def _opened(file: File, options: Options, policy: Policy, began: Began) -> Shared:
    """The state of a path, from what its file or its partial file held."""
    data, partial = began.data, began.partial
    recorded = policy.habits.is_there(data)
    may = policy.habits.permits(policy.mode, recorded=recorded, partial=partial is not None)
    there = partial if data is None else data
    if there is None and may.replaces:
        there = file.read()
    format = _format(file, options, there)
    if there is not None and may.replaces and options.habits.format_of is None:
        _check_replaced(file, format, there)
    cassette = Cassette(
        file,
        policy,
        evicts=may.send,
        began=began,
        format=format,
        flush_interval=options.flush_interval if options.auto_flush else None,
    )
    cassette.replays_new = may.replays_new
    if data is not None and recorded:
        _adopt(cassette, format, data, file)
    elif partial is not None:
        _adopt(cassette, format, partial, file.partial)
    return Shared(cassette, options, may)


def _check_replaced(file: File, format: Format, data: bytes) -> None:
    """Raise ConfigurationError for a file that would be recorded over and never was a cassette."""
    if data.strip() and not format.recognises(data):
        allowed = "what is recorded would replace this file, which is no cassette"
        raise ConfigurationError("path", str(file.path), allowed, "Name another path, or delete the file.")


def _format(file: File, options: Options, there: bytes | None) -> Format:
    """The format of what is there, which a set that replaces it keeps; the option is for a new file."""
    if options.habits.format_of is not None:
        found: Format = options.habits.format_of(file.path, there)
        return found
    if there is None and options.format is not None:
        return named(options.format)
    return format_of(file.path, there)


def _adopt(cassette: Cassette, format: Format, data: bytes, file: File) -> None:
    found = opened(format, data, file, cassette.policy.max_inline_size)
    warn_if_torn(found, file, _BLOCK)
    cassette.adopt(found.items, found)


_BLOCK = 9
"""How far from what warns the code is that opens a block."""


def _agree(path: Where, shared: Shared, options: Options, policy: Policy) -> None:
    if shared.options is options and shared.cassette.mode is policy.mode:
        return
    if type(shared.options) is not type(options):
        allowed = f"{path} is already open; reqsnap and reqsnap.vcr cannot have one path at once"
        raise ConfigurationError("path", path, allowed)
    for field in fields(options):
        name = field.name
        there, here = getattr(shared.options, name), getattr(options, name)
        if name == "mode":
            # The mode in force, which REQSNAP_MODE may have changed since.
            there, here = shared.cassette.mode.value, policy.mode.value
        if name == "storage" and None not in (there, here):
            there, here = there.key, here.key
        if there != here:
            allowed = f"{path} is already open with {name}={there!r}"
            raise ConfigurationError(name, here, allowed, "Blocks on one path must agree.")


def _save(path: Where | None, shared: Shared) -> list[ReqsnapWarning]:
    """Write what is new, when the last block on a path ends (rules 1, 8, 10 and 11 of the modes)."""
    written = shared.cassette.end(raised=shared.raised)
    mended: list[ReqsnapWarning] = list(shared.cassette.mended)
    if shared.permits.replaces and not (written or shared.raised) and path is not None and path.exists():
        mended.append(ReqsnapWarning(f"{path}: nothing was recorded, so the previous cassette was kept"))
    return mended
