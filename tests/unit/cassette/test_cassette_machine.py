"""Any series of operations on a cassette does to it, and to its files, what it does to plain lists."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from reqsnap.cassette import Cassette
from reqsnap.errors import ConfigurationError
from reqsnap.formats import native
from reqsnap.model import Interaction, Request, Response
from reqsnap.modes import Mode
from reqsnap.rules.policy import Policy
from reqsnap.rules.retention import Retention
from reqsnap.sequences.choices import Exhaustion
from reqsnap.sequences.entries import Entry, Prepared, prepare
from reqsnap.storage import CassetteFile, Sharing
from reqsnap.storage.sharing import Began
from tests.support.items import as_items

AT = datetime(2026, 1, 2, tzinfo=UTC)
STEPS, EXAMPLES = 60, 225

letters = st.sampled_from("ab")
steps: Counter[str] = Counter()
"""How often each operation was compared."""


def asked(letter: str) -> Request:
    return Request("GET", f"http://h/{letter}")


def shown(interaction: Interaction) -> str:
    return f"{interaction.request.url[-1]}{int(interaction.response.body)}"


def read(path: Path) -> tuple[str, ...] | None:
    return names_in(path.read_bytes()) if path.exists() else None


@lru_cache(maxsize=64)
def names_in(data: bytes) -> tuple[str, ...]:
    return tuple(shown(each) for each in native.load(data))


def read_names(names: Iterable[str] | None) -> list[tuple[str, int]]:
    return [(name[0], int(name[1:])) for name in names or ()]


@dataclass(eq=False)
class Item:
    """A recording of the model. `entry` is the cassette's, where the model is given it."""

    order: int
    letter: str
    number: int
    plays: int = 0
    entry: Entry | None = None
    pushed: Pushed | None = None

    @property
    def name(self) -> str:
        return f"{self.letter}{self.number}"


@dataclass
class Pushed:
    """What left for a new recording: where each was, and whether it was evicted; the edits around it."""

    before: int
    after: int
    left: list[tuple[Item, bool, bool, bool]]


class Model:
    """A cassette as plain lists, searched from end to end."""

    def __init__(self, most: int | None, exhaustion: Exhaustion) -> None:
        self.most, self.exhaustion = most, exhaustion
        self.recorded: list[Item] = []
        self.fresh: list[Item] = []
        self.used: list[Item] = []
        self.unwritten: list[Item] = []
        self.places: dict[str, int] = {}
        self.order = self.evicted = self.gone_plays = 0
        self.edits = self.last_edit = self.saved = 0
        self.noted: list[Item] = []
        self.returned: list[Item] = []

    @property
    def all(self) -> list[Item]:
        return sorted(self.recorded + self.fresh, key=lambda item: item.order)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(item.name for item in self.all)

    @property
    def dirty(self) -> bool:
        return self.edits != self.saved or bool(self.unwritten)

    def edit(self) -> None:
        self.last_edit += 1
        self.edits = self.last_edit

    def next_order(self) -> int:
        self.order += 1
        return self.order

    def use(self, item: Item) -> None:
        self.used = [each for each in self.used if each is not item] + [item]

    def evict(self) -> list[tuple[Item, bool, bool, bool]]:
        left = []
        while self.most is not None and len(self.used) > self.most:
            self.evicted += 1
            left.append(self.leaver(self.used[0], True))
            self.remove(self.used[0])
        return left

    def leaver(self, item: Item, evicted: bool) -> tuple[Item, bool, bool, bool]:
        return item, item in self.recorded, item in self.unwritten, evicted

    def hold(self, names: list[tuple[str, int]]) -> None:
        for letter, number in names:
            item = Item(self.next_order(), letter, number)
            self.recorded.append(item)
            self.use(item)
        self.evict()

    def replace(self, names: list[tuple[str, int]]) -> None:
        if self.all or names:
            self.edit()
        self.noted, self.returned = [], []
        self.recorded, self.fresh, self.used, self.unwritten, self.places = [], [], [], [], {}
        self.gone_plays = 0
        self.hold(names)

    def note(self, item: Item, replaces: Item | None = None) -> None:
        before, left = self.edits, []
        if replaces is not None:
            left.append(self.leaver(replaces, False))
            self.remove(replaces, counted=False)
        self.fresh.append(item)
        self.noted.append(item)
        self.unwritten.append(item)
        self.use(item)
        left += self.evict()
        item.pushed = Pushed(before, self.edits, left)

    def remove(self, item: Item, *, counted: bool = True) -> None:
        sequence = [each for each in self.recorded if each.letter == item.letter]
        if item in sequence:
            place = self.places.get(item.letter, 0)
            self.places[item.letter] = place - (sequence.index(item) < place) if len(sequence) > 1 else 0
        for held in (self.recorded, self.fresh, self.used, self.unwritten, self.returned):
            if item in held:
                held.remove(item)
        self.gone_plays += item.plays if counted else 0
        self.edit()

    def forget(self, items: list[Item]) -> None:
        for item in [each for each in reversed(self.noted) if each in items]:
            pushed = item.pushed
            pusher = next((each for each in self.noted if item in left_for(each)), None)
            assert pushed is not None
            if item in self.fresh:
                edits = None if item not in self.unwritten else self.edits
                self.remove(item)
                if edits is not None:
                    self.edits = edits
                self.bring_back(pushed)
            elif pusher is not None and pusher.pushed is not None:
                place = left_for(pusher).index(item)
                self.evicted -= pusher.pushed.left.pop(place)[3]
                pusher.pushed.left += pushed.left
                pusher.pushed.after = -2
            else:
                continue
            self.noted.remove(item)

    def bring_back(self, pushed: Pushed) -> None:
        for item, recorded, unwritten, evicted in reversed(pushed.left):
            if evicted:
                self.evicted -= 1
                self.gone_plays -= item.plays
                self.used.insert(0, item)
            else:
                item.plays = max(0, item.plays - 1)
                self.use(item)
            if recorded:
                self.put_back(item)
            else:
                self.fresh.append(item)
                self.unwritten += [item] if unwritten else []
        if pushed.left and self.edits == pushed.after:
            self.edits = pushed.before
        elif pushed.left or pushed.after == -2:
            self.edit()

    def put_back(self, item: Item) -> None:
        self.recorded = sorted([*self.recorded, item], key=lambda each: each.order)
        sequence = [each for each in self.recorded if each.letter == item.letter]
        place = self.places.get(item.letter, 0)
        if sequence.index(item) < place and not item.plays:
            self.returned.append(item)
        if sequence.index(item) < place or (sequence.index(item) == place and item.plays):
            self.places[item.letter] = place + 1

    def take(self, letter: str, again: bool) -> Item | None:
        sequence = [item for item in self.recorded if item.letter == letter]
        place = self.places.get(letter, 0)
        for item in sequence:
            if item in self.returned:
                self.returned.remove(item)
                item.plays += 1
                self.use(item)
                return item
        if place >= len(sequence):
            if not sequence or not again or self.exhaustion is Exhaustion.ERROR:
                return None
            place = 0 if self.exhaustion is Exhaustion.CYCLE else len(sequence) - 1
        self.places[letter] = place + 1
        sequence[place].plays += 1
        self.use(sequence[place])
        return sequence[place]

    def reset(self) -> None:
        self.places, self.gone_plays, self.returned = {}, 0, []
        for item in [*self.recorded, *(item for each in self.noted for item in left_for(each))]:
            item.plays = 0

    def written(self) -> tuple[str, ...]:
        self.saved, self.unwritten = self.edits, []
        return self.names


def left_for(item: Item) -> list[Item]:
    return [] if item.pushed is None else [each[0] for each in item.pushed.left]


class CassetteMachine(RuleBasedStateMachine):
    """A cassette and its model, through as many blocks as come."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.file = CassetteFile(Path(self._folder.name) / "x.yaml")
        self.elsewhere = Path(self._folder.name) / "y.yaml"
        self.number = 0
        self.on_disk: tuple[str, ...] | None = None
        self.in_partial: tuple[str, ...] | None = None
        self.kept_elsewhere: tuple[str, ...] | None = None

    def teardown(self) -> None:
        self._folder.cleanup()

    @initialize(most=st.sampled_from([None, None, 1, 4, 7]), exhaustion=st.sampled_from(Exhaustion))
    def choose(self, most: int | None, exhaustion: Exhaustion) -> None:
        self.most, self.exhaustion = most, exhaustion
        self.open(Mode.UPDATE)

    def open(self, mode: Mode) -> None:
        self.model = Model(self.most, self.exhaustion)
        self.under_way: list[Item] = []
        policy = Policy(mode, exhaustion=self.exhaustion, retention=Retention(self.most))
        held = None if mode is Mode.RECORD else self.on_disk
        from_partial = mode is Mode.UPDATE and held is None and self.in_partial is not None
        found = self.in_partial if from_partial else held
        self.unfinished, self.from_partial = held is None, from_partial
        self.partial_is_newest, self.has_partial = False, from_partial
        began = Began(Sharing(self.file), None if held is None else b"", b"" if from_partial else None)
        self.cassette = Cassette(self.file, policy, began=began)
        if found is not None:
            data = (self.file.partial if from_partial else self.file).read()
            assert data is not None
            self.cassette.adopt(as_items(native.load(data)))
            self.model.hold(read_names(found))

    def new(self, letter: str) -> Interaction:
        self.number += 1
        return Interaction(asked(letter), Response(200, body=b"%d" % self.number), AT)

    def write(self, *, partial: bool) -> None:
        if partial:
            self.in_partial = self.model.written()
        else:
            self.on_disk = self.model.written()
        self.partial_is_newest, self.has_partial = partial, True

    # Recording and replaying

    @rule(letter=letters)
    def request_starts(self, letter: str) -> None:
        self.under_way.append(Item(self.model.next_order(), letter, 0))
        assert self.cassette.next_order() == self.under_way[-1].order

    @rule(data=st.data())
    def answer_is_recorded(self, data: st.DataObject) -> None:
        if not self.under_way:
            self.request_starts(data.draw(letters))
        item = self.under_way.pop(data.draw(st.integers(0, len(self.under_way) - 1)))
        interaction = self.new(item.letter)
        item.number = self.number
        item.entry = self.cassette.note(item.order, interaction)
        self.model.note(item)

    @rule(letter=letters)
    def recorded_anew(self, letter: str) -> None:
        entry = self.cassette.take(self.prepared(letter))
        old = self.model.take(letter, True)
        if entry is not None and old is not None:
            new = Item(old.order, letter, self.number + 1)
            new.entry = self.cassette.note(self.cassette.next_order(), self.new(letter), entry)
            self.model.next_order()
            self.model.note(new, old)

    @rule(letter=letters, again=st.booleans(), times=st.integers(1, 3))
    def replay(self, letter: str, again: bool, times: int) -> None:
        for _ in range(times):
            entry = self.cassette.take(self.prepared(letter), again=again)
            item = self.model.take(letter, again)
            taken = None if entry is None else shown(entry.interaction)
            assert taken == (None if item is None else item.name)

    def prepared(self, letter: str) -> Prepared:
        policy = self.cassette.policy
        return prepare(asked(letter), policy.rules, policy.matching)

    @rule(letter=letters, again=st.booleans())
    def replay_that_comes_to_nothing(self, letter: str, again: bool) -> None:
        places, returned = dict(self.model.places), list(self.model.returned)
        entry, item = self.cassette.take(self.prepared(letter), again=again), self.model.take(letter, again)
        if entry is not None and item is not None:
            self.cassette.give_back(entry)
            item.plays -= 1
            self.model.places, self.model.returned = places, returned

    @rule(data=st.data())
    def forget(self, data: st.DataObject) -> None:
        noted = self.model.noted
        if noted:
            items = data.draw(st.lists(st.sampled_from(noted), min_size=1, max_size=4, unique=True))
            self.cassette.forget([item.entry for item in items if item.entry is not None])
            self.model.forget(items)

    @rule()
    def reset(self) -> None:
        self.cassette.reset()
        self.model.reset()

    # Changing it

    @rule(chosen=st.lists(letters, min_size=1, max_size=3))
    def append(self, chosen: list[str]) -> None:
        for letter in chosen:
            self.cassette.append(self.new(letter))
            self.model.hold([(letter, self.number)])
            self.model.edit()

    @rule(
        how=st.sampled_from(["clear", "replace", "load", "elsewhere"]), chosen=st.lists(letters, max_size=6)
    )
    def hold_another_set(self, how: str, chosen: list[str]) -> None:
        if how == "load":
            self.load()
        elif how == "elsewhere":
            self.cassette.load(self.elsewhere)
            self.model.replace(read_names(self.kept_elsewhere))
        elif how == "clear":
            self.cassette.clear()
            self.model.replace([])
        else:
            new = [self.new(letter) for letter in chosen]
            self.cassette.replace(new)
            self.model.replace(read_names(map(shown, new)))

    def load(self) -> None:
        self.cassette.load()
        evicted = self.model.evicted
        self.model.replace(read_names(self.on_disk))
        self.model.saved = -1 if self.model.evicted > evicted else self.model.edits
        self.partial_is_newest = False

    @rule(chosen=st.lists(letters, max_size=3))
    def replace_with_a_bad_item(self, chosen: list[str]) -> None:
        bad = Interaction(asked("a"), Response(200), AT.replace(tzinfo=None))
        with pytest.raises(ConfigurationError):
            self.cassette.replace([*map(self.new, chosen), bad])

    @rule(letter=letters)
    def delete(self, letter: str) -> None:
        gone = [item for item in self.model.all if item.letter == letter]
        assert self.cassette.delete(asked(letter)) == len(gone)
        for item in gone:
            self.model.remove(item)

    @rule(modulus=st.integers(1, 4))
    def delete_by_function(self, modulus: int) -> None:
        gone = [item for item in self.model.all if item.number % modulus == 0]
        count = self.cassette.delete(lambda each: int(each.response.body) % modulus == 0)
        assert count == len(gone)
        for item in gone:
            self.model.remove(item)

    # Its files

    @rule()
    def flush(self) -> None:
        self.cassette.flush()
        if self.model.dirty:
            self.write(partial=self.unfinished)

    @rule(elsewhere=st.booleans())
    def save(self, elsewhere: bool) -> None:
        if elsewhere:
            self.cassette.save(self.elsewhere)
            self.kept_elsewhere = self.model.names
        else:
            self.cassette.save()
            self.write(partial=False)
            if self.unfinished:
                self.drop_partial()
            self.unfinished = False

    @rule(raised=st.booleans(), following=st.sampled_from([Mode.UPDATE, Mode.RECORD]))
    def end_and_open_again(self, raised: bool, following: Mode) -> None:
        self.cassette.end(raised=raised)
        if self.unfinished and self.on_disk is None and not self.model.all:
            self.drop_partial()
        elif raised and self.unfinished:
            if self.model.dirty:
                self.write(partial=True)
        else:
            if self.model.dirty or self.partial_is_newest or (self.from_partial and self.unfinished):
                self.write(partial=False)
            self.drop_partial()
        self.open(following)

    def drop_partial(self) -> None:
        if self.has_partial:
            self.in_partial = None

    @invariant()
    def is_as_its_model(self) -> None:
        cassette, model = self.cassette, self.model
        steps["compared"] += 1
        assert tuple(shown(each) for each in cassette.interactions) == model.names
        assert [shown(each) for each in cassette.unplayed] == [i.name for i in model.recorded if not i.plays]
        assert len(cassette) == len(model.all)
        assert cassette.position == sum(1 for item in model.recorded if item.plays)
        assert cassette.play_count == model.gone_plays + sum(item.plays for item in model.recorded)
        assert cassette.evicted == model.evicted
        assert read(self.file.path) == self.on_disk
        assert read(self.file.partial.path) == self.in_partial
        for letter in "ab":
            info = cassette.info(asked(letter))
            known = [item for item in [*model.recorded, *model.fresh] if item.letter == letter]
            assert (0 if info is None else len(info.responses)) == len(known)


def test_ten_thousand_steps_show_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    # What a power failure leaves is not the question here, and asking the disk takes most of the time.
    monkeypatch.setattr("os.fsync", lambda descriptor: None)
    steps.clear()
    run_state_machine_as_test(
        CassetteMachine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert steps["compared"] >= 10_000
