"""What names of other recorders become, as facts. Pure.

Read from VCR.py 9.4.2, pytest-recording 0.14.1, pytest-vcr 1.0.2, cassetter 0.16.1, betamax 0.9.0 and
responses 0.26.3.
"""

from __future__ import annotations

from collections.abc import Mapping

from reqsnap.cli.migrate.model import (
    BETAMAX,
    CASSETTER,
    PYTEST_VCR,
    RECORDING,
    RESPONSES,
    VCRPY,
    Verdict,
)

ROOTS: Mapping[str, str] = {
    "vcr": VCRPY,
    "pytest_recording": RECORDING,
    "pytest_vcr": PYTEST_VCR,
    "cassetter": CASSETTER,
    "betamax": BETAMAX,
    "betamax_serializers": BETAMAX,
    "betamax_matchers": BETAMAX,
    "responses._recorder": RESPONSES,
}
"""Modules, and whose they are."""

PLUGINS = frozenset({"pytest_recording", "pytest_recording.plugin", "pytest_vcr"})
"""Modules that are named to pytest as plugins."""

_BLOCK = "open a block around the requests, which needs no session: `with reqsnap.use_cassette(PATH)`"
_SHARED = "options that cassettes share are those of a reqsnap.Library"
_NOT_NEEDED = "leave it out; bodies are compared by what they mean, and match_body=False leaves them out"

# The longest beginning of a name counts.
_ADVICE: Mapping[str, str] = {
    "betamax": f"{_BLOCK}. See the page Move from betamax",
    "betamax.Betamax": _BLOCK,
    "betamax.Betamax.configure": _SHARED,
    "betamax.Betamax.register_request_matcher": "use reqsnap.register_matcher and match_on",
    "betamax.Betamax.register_serializer": "leave it out; the format of a cassette is told by its content",
    "betamax.decorator": "decorate the test with reqsnap.use_cassette, and make the session in the test",
    "betamax.fixtures.unittest": "decorate the class with reqsnap.use_cassette; setUp makes the session",
    "betamax.fixtures.pytest": "mark the test with vcr or reqsnap, and make the session in the test",
    "betamax.matchers": "use reqsnap.register_matcher and match_on",
    "betamax_matchers": _NOT_NEEDED,
    "betamax_serializers": "leave it out; JSON that betamax laid out in either way is read",
    "cassetter": "see the page Move from cassetter",
    "cassetter.use_cassette": "use reqsnap.use_cassette(PATH), or that of reqsnap.vcr, which has record_mode",
    "cassetter.Cassetter": f"{_SHARED}, or of a reqsnap.vcr.VCR",
    "cassetter.Cassette": "use reqsnap.Cassette",
    "cassetter.RecordMode": "use reqsnap.Mode, or reqsnap.vcr.mode; `verify` has no counterpart",
    "cassetter.NoMatchError": "use reqsnap.UnmatchedRequestError",
    "cassetter.CassetteLoadError": "use reqsnap.CassetteFormatError",
    "cassetter.CassetteExpiredError": "use reqsnap.StaleRecordingError",
    "cassetter.CassetteExpiredWarning": "use reqsnap.StaleRecordingWarning",
    "cassetter.SkipRecording": "return None from the hook instead",
    "pytest_recording": "use the markers and fixtures; reqsnap has no module for it",
    "pytest_vcr": "use the markers and fixtures; reqsnap has no module for it",
    "responses._recorder": f"{_BLOCK}; the same block replays. See the page Move from responses' recorder",
    "vcr.stubs": "leave it out; reqsnap has no stubs, clients keep their own classes",
    "vcr.patch": "leave it out; reqsnap finds the clients by itself",
}

MARKERS: Mapping[str, tuple[str, Verdict, str]] = {
    "vcr": ("", Verdict.WORKS, ""),
    "default_cassette": ("", Verdict.WORKS, ""),
    "block_network": (RECORDING, Verdict.WORKS, ""),
    "allowed_hosts": (RECORDING, Verdict.CHANGE, "use block_network(allowed_hosts=[...])"),
}
"""Markers of pytest: whose they are (the plugin's that the code base uses, where empty), and what to do."""

FIXTURES: Mapping[str, tuple[str, Verdict, str]] = {
    "vcr_config": ("", Verdict.WORKS, ""),
    "vcr_cassette_dir": ("", Verdict.WORKS, ""),
    "vcr": ("", Verdict.WORKS, ""),
    "default_cassette_name": (RECORDING, Verdict.WORKS, ""),
    "record_mode": (RECORDING, Verdict.WORKS, ""),
    "disable_recording": (RECORDING, Verdict.WORKS, ""),
    "vcr_markers": (RECORDING, Verdict.WORKS, ""),
    "vcr_cassette": (PYTEST_VCR, Verdict.WORKS, ""),
    "vcr_cassette_name": (PYTEST_VCR, Verdict.WORKS, ""),
    **{
        f"betamax_{name}": (BETAMAX, Verdict.CHANGE, "mark the test with vcr; it makes its own session")
        for name in ("session", "recorder", "parametrized_session", "parametrized_recorder")
    },
}
"""Fixtures, defined or asked for."""

COMMON_FIXTURES = frozenset({"vcr", "record_mode", "disable_recording"})
"""Names that others have for fixtures of theirs, too: they count only where the plugin is used."""

NAMES_OPTION = "reqsnap_vcr_names"
"""The option of the ini file that says whose layout and fixtures the marker vcr has."""

NAMES_OF_PYTEST_VCR = (
    f"write `{NAMES_OPTION} = pytest-vcr` into pytest's ini file: the fixture vcr, the folder of cassettes "
    "and the record mode `once` are then as pytest-vcr has them, else as pytest-recording has them"
)


def library_of(dotted: str) -> str | None:
    """Whose a dotted name is.

    >>> library_of("vcr.unittest.VCRTestCase"), library_of("responses.add")
    ('VCR.py', None)
    """
    for root, library in ROOTS.items():
        if dotted == root or dotted.startswith(f"{root}."):
            return library
    return None


def advice(dotted: str) -> str:
    """What a name that does not work as it is becomes."""
    parts = dotted.split(".")
    for end in range(len(parts), 0, -1):
        found = _ADVICE.get(".".join(parts[:end]))
        if found is not None:
            return found
    return f"reqsnap.vcr has no {dotted.partition('.')[2] or dotted}; it belongs to how VCR.py works inside"
