"""`reqsnap migrate`: what is found in modules and settings, and what it becomes, as values."""

from __future__ import annotations

import ast
import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reqsnap.cli.migrate import settings as project_settings
from reqsnap.cli.migrate.finding import findings
from reqsnap.cli.migrate.model import (
    BETAMAX,
    CASSETTER,
    PYTEST_VCR,
    RECORDING,
    RESPONSES,
    VCRPY,
    Finding,
    Project,
    Verdict,
)
from reqsnap.cli.migrate.source import UnparsableError, parsed
from tests.support.rounds import rounds

HERE = frozenset(
    {
        "vcr",
        "vcr.VCR",
        "vcr.VCR.ensure_suffix",
        "vcr.use_cassette",
        "vcr.mode",
        "vcr.mode.NONE",
        "vcr.errors",
        "vcr.errors.CannotOverwriteExistingCassetteException",
        "vcr.unittest",
        "vcr.unittest.VCRTestCase",
        "vcr.cassette.Cassette",
    }
)
"""What of VCR.py's names reqsnap has, in these tests."""


def project(*libraries: str, own: tuple[str, ...] = ()) -> Project:
    return Project(frozenset(libraries), frozenset(own), HERE.__contains__)


def found(text: str, *libraries: str) -> list[Finding]:
    return findings(parsed(textwrap.dedent(text).encode()), project(*libraries))


def told(text: str, *libraries: str) -> list[tuple[int, str, str]]:
    return [(each.line, each.verdict.value, each.what) for each in found(text, *libraries)]


def rewritten(text: str) -> str:
    source = parsed(text.encode())
    every = findings(source, project(VCRPY))
    return source.edited(edit for each in every for edit in each.edits).decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import vcr\n", "import reqsnap.vcr as vcr\n"),
        ("import vcr as v  # ours\n", "import reqsnap.vcr as v  # ours\n"),
        ("import os, vcr , sys\n", "import os, reqsnap.vcr as vcr , sys\n"),
        ("import vcr.errors\n", "import reqsnap.vcr.errors, reqsnap.vcr as vcr\n"),
        ("import vcr.errors as e\n", "import reqsnap.vcr.errors as e\n"),
        ("from vcr import VCR, use_cassette as uc\n", "from reqsnap.vcr import VCR, use_cassette as uc\n"),
        ("from vcr.unittest import VCRTestCase\n", "from reqsnap.vcr.unittest import VCRTestCase\n"),
        ("from  vcr import(  # all\n    VCR,\n)\n", "from  reqsnap.vcr import(  # all\n    VCR,\n)\n"),
        ("from \\\n  vcr import VCR\n", "from \\\n  reqsnap.vcr import VCR\n"),
        ("from vcr import *\n", "from reqsnap.vcr import *\n"),
        ("é = 'é'; import vcr; x = 1\n", "é = 'é'; import reqsnap.vcr as vcr; x = 1\n"),
        ("if a:\r\n\timport vcr\r\n", "if a:\r\n\timport reqsnap.vcr as vcr\r\n"),
        ("v = pytest.importorskip('vcr')\n", "v = pytest.importorskip('reqsnap.vcr')\n"),
        ('importlib.import_module("vcr.errors")\n', 'importlib.import_module("reqsnap.vcr.errors")\n'),
    ],
)
def test_an_import_is_rewritten_and_nothing_else(before: str, after: str) -> None:
    assert rewritten(before) == after
    assert rewritten(after) == after


@pytest.mark.parametrize(
    "text",
    [
        "from . import vcr\n",
        "from .vcr import VCR\n",
        "import vcrx, xvcr.vcr\n",
        "from tests import vcr\n",
        "vcr = object()\nvcr.use_cassette('x', wrong=1)\n",
        "def test(vcr):\n    assert vcr.play_count\n",
        "x = 'import vcr'\n",
        "importlib.import_module('.vcr', 'tests')\n",
        "assert importorskip() and importorskip(vcr)\n",
    ],
)
def test_what_is_no_recorder_is_left(text: str) -> None:
    assert found(text) == []
    assert rewritten(text) == text


def test_a_module_of_the_project_itself_hides_the_installed_one() -> None:
    source = parsed(b"import vcr\nfrom vcr import VCR\nimportlib.import_module('vcr')\nvcr.nothing\n")
    assert findings(source, project(own=("vcr",))) == []


def test_what_reqsnap_does_not_have_is_told_and_left() -> None:
    text = """\
        import vcr
        import vcr.stubs
        from vcr import VCR, inner
        vcr.nothing.at.all
        mock.patch("vcr.patch.CassettePatcherBuilder")
        mock.patch("vcr.VCR")
    """
    assert told(text) == [
        (1, "rewrite", "import vcr"),
        (2, "change", "import vcr.stubs"),
        (3, "change", "from vcr import VCR, inner"),
        (4, "change", "vcr.nothing.at.all"),
        (5, "change", 'patch("vcr.patch.CassettePatcherBuilder")'),
        (6, "change", 'patch("vcr.VCR")'),
    ]
    advice = [each.advice for each in found(text)]
    assert advice[1] == "leave it out; reqsnap has no stubs, clients keep their own classes"
    assert advice[2].startswith("reqsnap.vcr has no inner;")
    assert advice[5] == "the name is reqsnap.vcr.VCR here"


def test_names_are_followed_to_what_they_stand_for() -> None:
    text = """\
        import vcr as v
        from vcr import VCR as Recorder, mode
        mine = Recorder(record_mode=mode.NONE)
        class T:
            ours = v.VCR()
            @mine.use_cassette("a.yaml", filter_header=["x"])
            def test(self, mine):
                mine.anything
                v.gone
            @v.use_cassette
            async def test_more(self, v):
                v.gone
        with v.use_cassette("b.yaml", **{"allow_playback_repeat": True}, **more) as v:
            v.gone
        lambda v: v.gone
    """
    assert told(text) == [
        (1, "rewrite", "import vcr as v"),
        (2, "rewrite", "from vcr import VCR, mode"),
        (3, "works", "vcr.VCR"),
        (3, "works", "vcr.mode.NONE"),
        (5, "works", "vcr.VCR"),
        (6, "works", "vcr.VCR"),
        (6, "change", "use_cassette: filter_header"),
        (9, "change", "vcr.gone"),
        (10, "works", "vcr.use_cassette"),
        (13, "works", "vcr.use_cassette"),
        (13, "change", "use_cassette: allow_playback_repeat"),
    ]
    (misspelt, other) = [each.advice for each in found(text) if ": " in each.what]
    assert misspelt.endswith("and reqsnap.vcr raises; filter_headers may be meant")
    assert other.endswith("; allow_playback_repeats may be meant")


def test_markers_and_fixtures_are_found() -> None:
    text = """\
        import pytest
        from pytest import mark
        pytestmark = [pytest.mark.vcr, mark.vcr("more.yaml", match_on=["path"])]

        @pytest.fixture(scope="module")
        def vcr_config():
            return {"filter_headers": ["x"], "on_unplayed": "fail", **more}

        @pytest.fixture(name="vcr_cassette_dir")
        def _dir(request): ...

        @pytest.fixture
        def other(vcr_markers, betamax_recorder): yield dict(nothing=1)

        @pytest.mark.block_network(allowed_hosts=["a"])
        @pytest.mark.default_cassette("b.yaml")
        def test(vcr, disable_recording): ...

        def pytest_recording_configure(config, vcr): ...
        pytest_plugins = ["pytest_recording", "mine"]
        params = [pytest.param(1, marks=pytest.mark.vcr(record_mod="none"))]
    """
    assert told(text, RECORDING) == [
        (3, "works", "pytest.mark.vcr"),
        (3, "works", "pytest.mark.vcr"),
        (6, "works", "fixture vcr_config"),
        (7, "change", "vcr_config: on_unplayed"),
        (10, "works", "fixture vcr_cassette_dir"),
        (13, "change", "fixture betamax_recorder"),
        (15, "works", "pytest.mark.block_network"),
        (16, "works", "pytest.mark.default_cassette"),
        (19, "works", "hook pytest_recording_configure"),
        (20, "change", 'pytest_plugins "pytest_recording"'),
        (21, "works", "pytest.mark.vcr"),
        (21, "change", "pytest.mark.vcr: record_mod"),
    ]
    assert {each.library for each in found(text, RECORDING)} == {RECORDING, VCRPY, CASSETTER, BETAMAX}


def test_whose_a_marker_is_decides_what_its_name_means() -> None:
    marked = '@pytest.mark.vcr("a.yaml")\ndef test(): ...\n'
    assert told(marked, CASSETTER) == [
        (1, "works", "pytest.mark.vcr"),
        (1, "change", "pytest.mark.vcr(NAME)"),
    ]
    assert told(marked, RECORDING) == [(1, "works", "pytest.mark.vcr")]
    named = "@pytest.fixture\ndef vcr_cassette_name(): ...\n"
    (finding,) = found(named, PYTEST_VCR)
    assert (finding.library, finding.verdict) == (PYTEST_VCR, Verdict.WORKS)


def test_common_names_count_only_where_a_recorder_is_used() -> None:
    text = "@pytest.fixture\ndef record_mode(): ...\ndef test(disable_recording): ...\n"
    assert told(text) == []
    assert told(text, RECORDING) == [(2, "works", "fixture record_mode")]


def test_betamax_cassetter_and_the_recorder_of_responses() -> None:
    text = """\
        from betamax import Betamax
        import betamax_serializers.pretty_json
        from cassetter import use_cassette, SkipRecording
        import cassetter
        from responses import _recorder, add
        from responses._recorder import Recorder
        with Betamax(session).use_cassette("a") as recorder: ...
        with Betamax.configure() as config: ...
        cassetter.RecordMode.VERIFY
        @_recorder.record(file_path="out.yaml")
        def test(betamax_session): ...
        importlib.import_module("cassetter")
    """
    every = found(text)
    assert [(each.line, each.library) for each in every] == [
        (1, BETAMAX),
        (2, BETAMAX),
        (3, CASSETTER),
        (3, CASSETTER),
        (4, CASSETTER),
        (5, RESPONSES),
        (6, RESPONSES),
        (7, BETAMAX),
        (8, BETAMAX),
        (9, CASSETTER),
        (10, RESPONSES),
        (11, BETAMAX),
        (12, CASSETTER),
    ]
    assert {each.verdict for each in every} == {Verdict.CHANGE}
    assert all(each.advice for each in every)
    assert every[8].advice == "options that cassettes share are those of a reqsnap.Library"


@pytest.mark.parametrize(
    "data",
    [
        b"import vcr\nprint 'old'\n",
        b"import vcr\x00\n",
        b"# coding: nothing\nimport vcr\n",
        b"import vcr\n'\xff'\n",
        b"import vcr\n" + b"(" * 5000,
        b"import vcr\n" + b"-" * 200000 + b"1\n",
    ],
)
def test_what_does_not_parse_is_told(data: bytes) -> None:
    with pytest.raises(UnparsableError):
        parsed(data)


@pytest.mark.parametrize(
    "data",
    [
        "# -*- coding: latin-1 -*-\nx = 'é'; import vcr\n".encode("latin-1"),
        b"\xef\xbb\xbfimport vcr\r\n",
        b"import vcr",
        b"x = '\\d'\n\x0cimport vcr\n",
    ],
)
def test_the_bytes_of_a_file_stay_but_for_the_edits(data: bytes) -> None:
    source = parsed(data)
    (finding,) = findings(source, project())
    assert source.edited(finding.edits) == data.replace(b"import vcr", b"import reqsnap.vcr as vcr")


_NAMES = st.sampled_from(["vcr", "vcr.errors", "vcr.unittest", "os", "vcr.stubs"])
_ALIASES = st.lists(
    st.builds(
        lambda name, other: f"{name} as {other}" if other else name, _NAMES, st.sampled_from(["", "v"])
    ),
    min_size=1,
    max_size=3,
)
_STATEMENTS = st.one_of(
    st.builds(lambda names: f"import {', '.join(names)}", _ALIASES),
    st.sampled_from(
        [
            "from vcr import VCR",
            "from vcr import (\n  VCR,  # x\n)",
            "from os import path",
            "é = 'vcr'",
            "pass",
        ]
    ),
)
_PROGRAMS = st.lists(st.tuples(_STATEMENTS, st.sampled_from(["\n", "; ", "  # c\n", "\r\n"])), max_size=6)


@settings(deadline=None, max_examples=rounds(30))
@given(_PROGRAMS)
def test_rewriting_is_done_once_and_binds_the_same_names(program: list[tuple[str, str]]) -> None:
    text = "".join(f"{statement}{end}" for statement, end in program) + "\n"
    text = "".join(line for line in text.splitlines(keepends=True) if line.strip() != ";")
    after = rewritten(text)
    assert rewritten(after) == after
    assert _bound(text) <= _bound(after) <= _bound(text) | {"reqsnap"}
    assert "import vcr" not in after.replace("import vcr.stubs", "")


def _bound(text: str) -> set[str]:
    """The names that the imports of a program bind."""
    aliases = [
        alias
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    ]
    return {alias.asname or alias.name.partition(".")[0] for alias in aliases}


def test_packages_and_options_are_found_in_settings_where_whole_words() -> None:
    text = textwrap.dedent("""\
        # vcrpy is no longer needed
        vcrpy==8.1  # VCR
        pytest_recording
        "betamax[yaml]>=0.9", 'vcrpy-unittest'
        cassetter = "^0.16"
          - pytest-vcr
        my-vcrpy vcrpyx pytest-recording-more
        addopts = --record-mode=none --block-network --vcr-record=none
        vcr_max_age = "30d"
        pytest --disable-vcr --vcr-check-orphans=tests -v
    """)
    every = list(project_settings.findings(text))
    assert [(each.line, each.verdict.value, each.what) for each in every] == [
        (2, "change", "vcrpy"),
        (3, "change", "pytest-recording"),
        (4, "change", "betamax"),
        (4, "change", "vcrpy-unittest"),
        (5, "change", "cassetter"),
        (6, "change", "pytest-vcr"),
        (8, "works", "--record-mode"),
        (8, "works", "--block-network"),
        (8, "works", "--vcr-record"),
        (9, "change", "vcr_max_age"),
        (10, "works", "--disable-vcr"),
        (10, "change", "--vcr-check-orphans"),
    ]
    assert project_settings.libraries(text) == {VCRPY, RECORDING, BETAMAX, CASSETTER, PYTEST_VCR}
