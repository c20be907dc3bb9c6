"""Runs the tests of another project, from its sdist, on reqsnap, and tells how many pass.

    python scripts/suites vcrpy                with `vcr` being reqsnap.vcr
    python scripts/suites pytest-recording     with reqsnap's plugin
    python scripts/suites vcrpy --bare         with the project itself, for comparison

What fails, and why, is known: a table beside this file (such as vcrpy.toml) names each such test with
its reason. This ends with 1 where a test fails that is not named, and where too few pass.
All is done in a temporary folder, and nothing of the project stays.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from report import told
from running import outcomes, unpacked, with_own, with_shims
from suite import Suite

HERE = Path(__file__).parent


def main() -> int:
    """Run a suite and tell how it went."""
    names = sorted(each.stem for each in HERE.glob("*.toml"))
    parser = argparse.ArgumentParser(prog="suites", description=__doc__.splitlines()[0])
    parser.add_argument("suite", choices=names)
    parser.add_argument("--bare", action="store_true", help="run the project itself instead of reqsnap")
    arguments, others = parser.parse_known_args()
    suite = Suite.read(HERE / f"{arguments.suite}.toml")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        where = unpacked(suite, folder)
        prepared = with_own if arguments.bare else with_shims
        if not arguments.bare:
            others += [
                f"--deselect={test}" for group in suite.groups if not group.run for test in group.tests
            ]
        found = outcomes(where, [prepared(suite, folder)], others)
    return told(suite, found, bare=arguments.bare)


if __name__ == "__main__":
    sys.exit(main())
