"""What reqsnap costs beside VCR.py and cassetter, in one run: `python -m benchmarks`.

Every tool first records the same exchanges from the same loopback server. Then each piece of work is
done by processes of their own, tool by tool and turn by turn (A B C, A B C ...), and the tables show
the median of the turns, the lowest and the highest, and the median of the ratios turn by turn.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks import pages, plan
from benchmarks.clients import NAMES
from benchmarks.jobs import Job
from benchmarks.measuring import Filled, filled, run, tell
from benchmarks.server import serving
from benchmarks.tools import holds

WORKS = ("replay", "middle", "large", "first", "suite", "open", "add", "record", "import")
_LARGE = {"large", "first", "open", "add"}
"""What works with a large cassette."""


def main(argv: Sequence[str] | None = None, sizes: plan.Sizes = plan.FULL) -> int:
    """Measure, print the tables, and write the page where that is asked for."""
    arguments = _parser().parse_args(argv)
    if arguments.quick:
        sizes = plan.QUICK
    if arguments.rounds:
        sizes = replace(sizes, rounds=arguments.rounds)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="reqsnap-bench-") as folder:
        found = list(_measured(plan.Cassettes(Path(folder)), sizes, arguments))
    print(pages.text(found))
    if arguments.write:
        pages.write(Path(arguments.write), found, sizes, time.monotonic() - began)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, one round: shows that it works")
    parser.add_argument("--only", nargs="+", choices=WORKS, default=list(WORKS), metavar="WORK")
    parser.add_argument("--clients", nargs="+", choices=NAMES, default=list(NAMES), metavar="CLIENT")
    parser.add_argument("--rounds", type=int, default=0, metavar="N")
    parser.add_argument("--write", metavar="FOLDER", help="write benchmarks.md and benchmarks.svg there")
    return parser


def _measured(
    cassettes: plan.Cassettes, sizes: plan.Sizes, arguments: argparse.Namespace
) -> Iterator[Filled]:
    clients, only = tuple(arguments.clients), set(arguments.only)
    with serving() as server:
        base = server.url
        unseen: set[tuple[str, str]] = set()
        if only & {"replay", "middle", "large", "first", "suite"}:
            unseen = _record(plan.small_ones(cassettes, sizes, clients, base))
        if "middle" in only:
            unseen |= _record(plan.large_ones(cassettes, sizes, base, sizes.middle))
        if only & _LARGE:
            unseen |= _record(plan.large_ones(cassettes, sizes, base, sizes.large))
        online: dict[str, Callable[[], plan.Table]] = {
            "record": lambda: plan.records(cassettes, sizes, base),
            "add": lambda: plan.adds(cassettes, sizes, base),
        }
        live = {name: filled(make(), unseen) for name, make in online.items() if name in only}
    if "suite" in only:
        _copy(cassettes, sizes, clients)
    tables: dict[str, Callable[[], plan.Table]] = {
        "replay": lambda: plan.replays(cassettes, sizes, clients, base, sizes.small),
        "middle": lambda: plan.replays(cassettes, sizes, clients, base, sizes.middle),
        "large": lambda: plan.replays(cassettes, sizes, clients, base, sizes.large),
        "first": lambda: plan.first_uses(cassettes, sizes, clients, base),
        "suite": lambda: plan.suites(cassettes, sizes, clients, base),
        "open": lambda: plan.opens(cassettes, sizes, base),
        "import": lambda: plan.imports(sizes),
    }
    for name in WORKS:
        if name in only:
            yield live[name] if name in live else filled(tables[name](), unseen)


def _record(jobs: Iterable[Job]) -> set[tuple[str, str]]:
    """Record the cassettes. Returns the tools that do not see a client, with that client."""
    unseen = set()
    for job in jobs:
        tell(f"{job.tool} records {job.interactions:,} with {job.client}")
        run(job)
        if not holds(job.cassette, job.interactions):
            unseen.add((job.tool, job.client))
    return unseen


def _copy(cassettes: plan.Cassettes, sizes: plan.Sizes, clients: Iterable[str]) -> None:
    """Make the suites, each cassette a copy of one."""
    for client in clients:
        for tool in plan.PEERS:
            one = Path(cassettes.one(tool, client, sizes.small))
            folder = Path(cassettes.suite(tool, client))
            folder.mkdir()
            if one.exists():
                for number in range(sizes.cassettes + plan.WARM_CASSETTES):
                    shutil.copyfile(one, folder / f"{number:04}.yaml")


if __name__ == "__main__":
    sys.exit(main())
