"""The pytest plugin: markers, fixtures and options around `use_cassette`. Quiet until it is used.

options    the command line and the ini file; settings: what they come to
markers    the markers, and the fixtures that they ask for
asked      which cassette a test has asked for by its markers
fixtures   `reqsnap`, and what it is made of; wider_fixtures: behind a cassette of several tests
sharers    which tests share a cassette; shared: that one
layout     where the cassette of a test lies
opening    a block for a test; ending: its end
outcomes   how a test went, for the end of its blocks and for its report
misses     what was refused, as a section of a failed test's report
runs       which cassettes each test opened; noting: from when on
recording  the fixtures of pytest-recording's users, and its hook in hooks
vcr_names  the fixtures of pytest-vcr's users
vcr_blocks a cassette of VCR.py's kind for a test; vcr_layout: what it is called
network    a network that is blocked
as_written how the modules of reqsnap are loaded in a run of pytest

What a suite asks of its cassettes, and what nobody pays for who does not:

suite_options  the options for that
saving, played when recordings are saved, and whether all of a cassette is to be played
suite          the report and the checks at the end of a run, also over xdist
told, witness  what the cassettes of one test did, and who looks at them
outside        which cassettes processes open that tests start
report         the report, as text and as JSON
collected, endings, unused, findings
               which tests there are and came to their end, and what of the cassettes none of them uses

pytest loads this module wherever reqsnap is installed. It imports nothing that only users need,
and the rest as soon as pytest calls it first: what comes before is rewritten by pytest (as_written).
"""

from __future__ import annotations

import pytest

from reqsnap.pytest_plugin import as_written

__all__ = ["pytest_addhooks", "pytest_addoption", "pytest_configure", "pytest_unconfigure"]


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Add the options."""
    from reqsnap.pytest_plugin import options, suite_options

    options.add(parser, pluginmanager)
    suite_options.add(parser)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Begin; pytest calls this first. Add pytest-recording's hook, where that is not there."""
    as_written.begin()
    from reqsnap.pytest_plugin import fixtures, options

    pluginmanager.register(fixtures, "reqsnap_fixtures")
    if options.are_free(pluginmanager):
        from reqsnap.pytest_plugin import hooks

        pluginmanager.add_hookspecs(hooks)


def pytest_configure(config: pytest.Config) -> None:
    """Read the options, and begin to note which cassettes are opened."""
    from reqsnap.pytest_plugin import markers, noting, options, suite_options

    suite_options.choose_mode(config)
    options.apply(config)
    markers.declare(config)
    if options.lent(config) == options.RECORDING:
        from reqsnap.pytest_plugin import recording

        config.pluginmanager.register(recording, "reqsnap_recording")
    elif options.lent(config) == options.VCR:
        from reqsnap.pytest_plugin import vcr_names

        config.pluginmanager.register(vcr_names, "reqsnap_vcr_names")
    noting.begin(config)
    suite_options.save_on(config)
    if suite_options.requires_all_played(config):
        from reqsnap.pytest_plugin.played import AllPlayed

        config.pluginmanager.register(AllPlayed(), "reqsnap_AllPlayed")
    if suite_options.asks_for_checks(config):
        from reqsnap.pytest_plugin import suite

        suite.begin(config)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave everything as it was."""
    from reqsnap.pytest_plugin import noting, options

    noting.end(config)
    options.withdraw(config)
    as_written.end()
