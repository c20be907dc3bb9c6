"""What is measured: a table for each kind of work, a row for each case, a column for each tool."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.jobs import Job
from benchmarks.tools import ALONE, BARE, CASSETTER, OURS, VCRPY
from benchmarks.works import DECORATED, FIRST_BLOCK
from reqsnap.formats import format_of

EVERYWHERE = "urllib3"
"""The client that all tools see: large cassettes are recorded with it."""

SUITES = ("http.client", "requests", "httpx")


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured.

    A round is a process of each tool, and they take turns: `turns` in a round of a replay or a suite, one
    otherwise. `small`, `middle` and `large` are numbers of interactions, `requests` and `warm_up` those of
    a replay's turn and before the first one. `cassettes` are those of a suite in all, `recorded` the
    exchanges that are recorded under the clock.
    """

    rounds: int = 5
    turns: int = 4
    small: int = 10
    middle: int = 1000
    large: int = 10_000
    requests: int = 200
    warm_up: int = 400
    cassettes: int = 200
    recorded: int = 1000


FULL = Sizes()
QUICK = Sizes(rounds=1, turns=2, middle=200, large=500, requests=100, warm_up=50, cassettes=10, recorded=100)
_FEW = 5
"""How many requests VCR.py makes of a larger cassette: at 10,000 each takes almost half a second."""

_FEWER = 300
"""How many recordings of a large cassette the others replay again and again."""


@dataclass(frozen=True, slots=True)
class Row:
    """A case: the job of each tool, and what is said of it. `rounds` differ where one takes minutes."""

    name: str
    jobs: Mapping[str, Job]
    rounds: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one kind of work. `unit` is "us" or "ms"; the figures are those above the tool `floor`.

    `memory` says that the peak of memory is measured too.
    """

    title: str
    text: str
    unit: str
    tools: tuple[str, ...]
    rows: tuple[Row, ...]
    floor: str = ""
    memory: bool = False


@dataclass(frozen=True, slots=True)
class Cassettes:
    """Where the cassettes are: of a tool, by the client they were recorded with and their size."""

    folder: Path

    def one(self, tool: str, client: str, interactions: int) -> str:
        """A cassette's path."""
        return str(self.folder / f"{tool}-{client}-{interactions}.yaml")

    def suite(self, tool: str, client: str) -> str:
        """A folder of equal cassettes."""
        return str(self.folder / f"suite-{tool}-{client}")


PEERS = (OURS, VCRPY, CASSETTER)

WARM_CASSETTES = 10
"""How many of a suite are opened before the clock starts."""


def small_ones(cassettes: Cassettes, sizes: Sizes, clients: tuple[str, ...], base: str) -> Iterator[Job]:
    """Recordings of small cassettes, by every tool with every client."""
    for tool in PEERS:
        for client in clients:
            yield _recording(tool, client, cassettes.one(tool, client, sizes.small), base, sizes.small)


def large_ones(cassettes: Cassettes, sizes: Sizes, base: str, size: int) -> Iterator[Job]:
    """Recordings of a large cassette by every tool, each with one beside it that holds the first item."""
    for tool in PEERS:
        path = cassettes.one(tool, EVERYWHERE, size)
        whole = _recording(tool, EVERYWHERE, path, base, size)
        yield replace(whole, work="record in parts") if tool == VCRPY else whole
        if size == sizes.large:
            yield _recording(tool, EVERYWHERE, f"{path}.small.yaml", base, 1)


def _recording(tool: str, client: str, path: str, base: str, size: int) -> Job:
    return Job(tool, client, path, base, size, size, 0, "record")


def replays(cassettes: Cassettes, sizes: Sizes, clients: tuple[str, ...], base: str, size: int) -> Table:
    """Replaying again and again from a cassette of a size."""
    distinct = min(size, _FEWER)
    rows = []
    for client in clients:
        job = Job("", client, "", base, size, max(distinct, sizes.warm_up), sizes.requests)
        job = replace(job, distinct=distinct, turns=sizes.turns)
        rows.append(_replay(cassettes, sizes, job))
    text = "CPU microseconds a request: opening is not counted, and each recording is played again and again."
    return Table(
        f"Replay from a cassette of {size:,}",
        text + _of_large(sizes, size),
        "us",
        (*PEERS, ALONE),
        tuple(rows),
    )


def first_uses(cassettes: Cassettes, sizes: Sizes, clients: tuple[str, ...], base: str) -> Table:
    """Replaying each recording of a large cassette for the first time."""
    requests = min(sizes.requests, sizes.large // (sizes.turns + 1))
    rows = []
    for client in clients:
        job = Job("", client, "", base, sizes.large, requests, requests, turns=sizes.turns)
        rows.append(_replay(cassettes, sizes, replace(job, distinct=requests * (sizes.turns + 1))))
    text = (
        "CPU microseconds a request: opening is not counted, and each recording is played for the first time."
    )
    title = f"First use in a cassette of {sizes.large:,}"
    return Table(title, text + _of_large(sizes, sizes.large), "us", (*PEERS, ALONE), tuple(rows))


def _replay(cassettes: Cassettes, sizes: Sizes, job: Job) -> Row:
    """A replay's row, of the job that all tools have."""
    jobs, rounds = {}, {}
    for tool in (*PEERS, ALONE):
        by = job.client if job.interactions == sizes.small else EVERYWHERE
        jobs[tool] = replace(job, tool=tool, cassette=cassettes.one(tool, by, job.interactions))
        rounds[tool] = sizes.rounds
    if job.interactions > sizes.small and VCRPY in jobs:
        # Spread over the whole file: what stands near its beginning VCR.py finds soonest.
        requests = min(_FEW, job.requests)
        jobs[VCRPY] = replace(jobs[VCRPY], warm_up=1, requests=requests, distinct=requests + 1, turns=1)
        rounds[VCRPY] = 1
    return Row(job.client, jobs, rounds)


def _of_large(sizes: Sizes, size: int) -> str:
    if size == sizes.small:
        return ""
    return f" All clients replay what {EVERYWHERE} recorded. VCR.py makes {_FEW} requests, once."


def opens(cassettes: Cassettes, sizes: Sizes, base: str) -> Table:
    """Opening a large cassette, and VCR.py's own."""
    paths = {tool: cassettes.one(tool, EVERYWHERE, sizes.large) for tool in PEERS}
    one = {tool: _once("open", tool, path, base, sizes.large) for tool, path in paths.items()}
    theirs = {OURS: replace(one[OURS], cassette=paths[VCRPY]), VCRPY: one[VCRPY]}
    rows = [_row("its own format", one, sizes)]
    data = Path(paths[VCRPY]).read_bytes()
    if format_of(paths[VCRPY], data).recognises(data):
        rows.append(_row("VCR.py's file", theirs, sizes))
    text = "CPU milliseconds to open it, and peak memory beyond what the process had, over the file's size."
    return Table(f"Open a cassette of {sizes.large:,}", text, "ms", PEERS, tuple(rows), memory=True)


def adds(cassettes: Cassettes, sizes: Sizes, base: str) -> Table:
    """Adding one interaction."""
    jobs = {
        tool: _once("add", tool, cassettes.one(tool, EVERYWHERE, sizes.large), base, sizes.large)
        for tool in PEERS
    }
    text = "CPU milliseconds, the request included, from the open block until it is closed."
    title = f"Add 1 interaction to {sizes.large:,} and close"
    return Table(title, text, "ms", PEERS, (_row(EVERYWHERE, jobs, sizes),))


def suites(cassettes: Cassettes, sizes: Sizes, clients: tuple[str, ...], base: str) -> Table:
    """A suite of tests, each with a cassette of its own."""
    rows = []
    for client in (client for client in SUITES if client in clients):
        paths = {tool: cassettes.suite(tool, client) for tool in PEERS}
        # By itself the client is asked for as much, and opens nothing.
        paths[ALONE] = paths[OURS]
        jobs = {
            tool: Job(tool, client, path, base, sizes.small, WARM_CASSETTES, _in_a_turn(sizes), "suite")
            for tool, path in paths.items()
        }
        turns = sizes.cassettes // _in_a_turn(sizes)
        jobs = {tool: replace(job, turns=turns) for tool, job in jobs.items()}
        rows.append(_row(client, jobs, sizes))
    text = (
        f"CPU milliseconds a cassette of {sizes.small}, opened, replayed in its order and closed: "
        f"{sizes.cassettes} of them, through one session of the client; with http.client, a connection each. "
        "They are copies of one, so each has the same requests."
    )
    return Table("A suite", text, "ms", (*PEERS, ALONE), tuple(rows))


def _in_a_turn(sizes: Sizes) -> int:
    """How many of a suite's cassettes a tool has before it is the next one's turn."""
    return max(1, sizes.cassettes // sizes.turns)


def records(cassettes: Cassettes, sizes: Sizes, base: str) -> Table:
    """Recording, above what the client takes by itself."""
    count = sizes.recorded
    paths = {tool: str(cassettes.folder / f"new-{tool}.yaml") for tool in (*PEERS, BARE)}
    jobs = {
        tool: Job(tool, EVERYWHERE, path, base, count, count - 1, 1, "record") for tool, path in paths.items()
    }
    text = (
        f"CPU milliseconds for {count:,} exchanges with a server on the same machine and the saving, "
        "above what the client takes without a tool."
    )
    rows = (_row(EVERYWHERE, jobs, sizes),)
    return Table(f"Record {count:,} exchanges", text, "ms", (*PEERS, BARE), rows, floor=BARE)


def imports(sizes: Sizes) -> Table:
    """What importing costs a program."""
    programs = {"import": PEERS, "import and decorate a function": (DECORATED,)}
    programs["import, open and close a first block"] = (FIRST_BLOCK,)
    rows = []
    for name, tools in programs.items():
        jobs = {(tool if tool in PEERS else OURS): _once("import", tool, "", "", 0) for tool in tools}
        rows.append(_row(name, jobs, sizes))
    text = "CPU milliseconds above those of an interpreter that imports nothing."
    return Table("Import", text, "ms", PEERS, tuple(rows))


def _once(work: str, tool: str, path: str, base: str, interactions: int) -> Job:
    return Job(tool, EVERYWHERE, path, base, interactions, 0, 1, work)


def _row(name: str, jobs: Mapping[str, Job], sizes: Sizes) -> Row:
    return Row(name, jobs, dict.fromkeys(jobs, sizes.rounds))
