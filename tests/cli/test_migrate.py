"""`reqsnap migrate`: what it says and writes, and its exit status."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from reqsnap.cli import main
from reqsnap.cli.migrate.survey import has
from reqsnap.formats import recognised
from tests.support.terminal import on_a_terminal

CONFTEST = """\
import pytest
import vcr  # the recorder

@pytest.fixture
def vcr_config():
    return {"filter_headers": ["authorization"]}
"""
TEST = """\
import pytest
from vcr import use_cassette

@pytest.mark.vcr
def test_one(): ...

@pytest.mark.vcr
def test_two(): ...

@use_cassette("a.yaml")
def test_three(): ...
"""
CASSETTE = """\
interactions:
- request:
    body: null
    headers:
      Authorization:
      - Bearer tok-5f2b91c7d3e84a06
    method: GET
    uri: http://api.example.com/items
  response:
    body:
      string: '[]'
    headers:
      Content-Type:
      - application/json
    status:
      code: 200
      message: OK
version: 1
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A code base with pytest-recording, in which the command is run."""
    files = {
        "pyproject.toml": '[project]\ndependencies = ["requests"]\ntest = ["pytest-recording"]\n',
        "tests/conftest.py": CONFTEST,
        "tests/test_api.py": TEST,
        "tests/other.py": "x = 1\n",
        "tests/cassettes/test_api/test_one.yaml": CASSETTE,
        "tests/data.yaml": "version: 1\n",
        "venv/pyvenv.cfg": "",
        "venv/lib/mine.py": "import vcr\n",
        ".hidden/a.py": "import vcr\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_it_says_what_works_and_what_to_change_and_writes_nothing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(project)
    assert main(["migrate", "."]) == 1
    assert (
        capsys.readouterr().out
        == """\
pyproject.toml:3: change: pytest-recording: require reqsnap, and uninstall it: while it is installed, its \
markers and fixtures are its own
tests/conftest.py:2: rewrite: import vcr -> import reqsnap.vcr as vcr
tests/test_api.py:2: rewrite: from vcr import use_cassette -> from reqsnap.vcr import ...
works: vcr.use_cassette (VCR.py), in tests/test_api.py:10
works: fixture vcr_config (pytest-recording), in tests/conftest.py:5
works: pytest.mark.vcr (pytest-recording), in 2 places, first tests/test_api.py:4
works: 1 cassette of VCR.py, replayed as it is: tests/cassettes/test_api/test_one.yaml
4 places work as they are, 2 imports to rewrite (--write), 1 place to change
"""
    )
    assert contents(project) == before


def test_each_place_that_works_is_told_on_request(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["migrate", "tests", "--all"]) == 1
    shown = capsys.readouterr().out.splitlines()
    assert "tests/test_api.py:4: works: pytest.mark.vcr (pytest-recording)" in shown
    assert "tests/test_api.py:7: works: pytest.mark.vcr (pytest-recording)" in shown


def test_imports_are_rewritten_once(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = project / "tests/conftest.py"
    path.chmod(0o640)
    before = contents(project)
    assert main(["migrate", "tests", "--write"]) == 0
    assert capsys.readouterr().out.endswith(
        "4 places work as they are, 2 imports rewritten, 0 places to change\n"
    )
    assert path.read_text() == CONFTEST.replace("import vcr ", "import reqsnap.vcr as vcr ")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    after = contents(project)
    assert {name for name in after if after[name] != before[name]} == {
        "tests/conftest.py",
        "tests/test_api.py",
    }
    times = [each.stat().st_mtime_ns for each in project.rglob("*")]
    assert main(["migrate", "tests", "--write"]) == 0
    assert " rewrite: " not in capsys.readouterr().out
    assert [each.stat().st_mtime_ns for each in project.rglob("*")] == times


def test_a_diff_is_shown_and_nothing_written(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = contents(project)
    assert main(["migrate", "tests/conftest.py", "--diff"]) == 1
    assert capsys.readouterr().out.splitlines()[:6] == [
        "--- tests/conftest.py",
        "+++ tests/conftest.py",
        "@@ -1,5 +1,5 @@",
        " import pytest",
        "-import vcr  # the recorder",
        "+import reqsnap.vcr as vcr  # the recorder",
    ]
    assert contents(project) == before


def test_a_link_is_followed_and_stays(project: Path) -> None:
    real, link = project / "real.txt", project / "tests/conftest.py"
    link.rename(real)
    link.symlink_to(real)
    assert main(["migrate", "tests", "--write"]) == 0
    assert link.is_symlink()
    assert "reqsnap.vcr" in real.read_text()


def test_a_file_with_two_names_is_looked_at_once(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    link = project / "tests/a_link.py"
    link.symlink_to(project / "tests/conftest.py")
    assert main(["migrate", "tests", "tests/conftest.py", "--write"]) == 0
    out, err = capsys.readouterr()
    assert (err, out.count("conftest.py:2: rewrite"), out.count("a_link.py")) == ("", 1, 0)
    assert link.is_symlink()
    assert "reqsnap.vcr" in link.read_text()


def test_a_file_that_does_not_parse_is_told_and_left(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = project / "tests/test_api.py"
    wrong.write_text("import vcr\nprint 'old'\n")
    assert main(["migrate", "tests", "--write"]) == 1
    out, err = capsys.readouterr()
    assert err.startswith("reqsnap: tests/test_api.py:2: it is no Python that this one reads (")
    assert err.endswith("; it is left as it is\n")
    assert wrong.read_text() == "import vcr\nprint 'old'\n"
    assert "reqsnap.vcr" in (project / "tests/conftest.py").read_text()
    assert out.endswith(", 1 import rewritten, 0 places to change, 1 failed\n")


def test_a_file_that_cannot_be_read_is_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = project / "tests/conftest.py"
    path.unlink()
    path.symlink_to(path)
    assert main(["migrate", "tests"]) == 1
    assert "reqsnap: tests/conftest.py: it cannot be read (" in capsys.readouterr().err


def test_a_module_of_that_name_in_the_code_base_is_its_own(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "tests/vcr.py").write_text("def use_cassette(name): ...\n")
    assert main(["migrate", "tests", "--write"]) == 0
    assert (project / "tests/conftest.py").read_text() == CONFTEST
    assert "import" not in capsys.readouterr().out.splitlines()[0]


def test_whose_names_the_plugin_has_is_said_in_the_ini_file(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "pyproject.toml").write_text('["pytest-vcr"]\n')
    assert main(["migrate", "."]) == 1
    told = "\nchange: names and folders: write `reqsnap_vcr_names = pytest-vcr` into pytest's ini file: "
    assert told in capsys.readouterr().out
    (project / "pytest.ini").write_text("[pytest]\nreqsnap_vcr_names = pytest-vcr\n")
    assert main(["migrate", "."]) == 1
    assert "names and folders" not in capsys.readouterr().out


def test_cassettes_are_converted_where_they_lie(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = project / "tests/cassettes/test_api/test_one.yaml"
    assert main(["migrate", "tests", "--write", "--convert-cassettes"]) == 0
    shown = capsys.readouterr().out
    name = "tests/cassettes/test_api/test_one.yaml"
    assert f"\nconverted: {name} -> {name}: 1 interaction, 1 secret redacted\n" in shown
    assert ", 1 cassette converted, " in shown
    converted = path.read_bytes()
    assert b"tok-5f2b91c7d3e84a06" not in converted
    format = recognised("x.yaml", converted)
    assert format is not None and format.name == "native"
    assert main(["migrate", "tests", "--convert-cassettes"]) == 0
    assert "converted:" not in capsys.readouterr().out
    assert path.read_bytes() == converted


def test_a_cassette_that_cannot_be_read_is_told_and_left(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = project / "tests/cassettes/test_api/test_one.yaml"
    path.write_text(CASSETTE.replace("code: 200", "code: many"))
    before = path.read_bytes()
    assert main(["migrate", "tests", "--convert-cassettes", "--no-redact"]) == 1
    assert "test_one.yaml, line " in capsys.readouterr().err
    assert path.read_bytes() == before


def test_what_responses_recorded_has_to_be_recorded_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "out.yaml"
    path.write_text("responses:\n- response:\n    method: GET\n    url: http://h/\n")
    assert main(["migrate", str(tmp_path), "--convert-cassettes"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("change: 1 file of responses' recorder hold no requests; record them again")


def test_nothing_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.py").write_text("import requests\n")
    assert main(["migrate", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "0 places work as they are, 0 places to change\n"


def test_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["migrate", str(tmp_path / "none")]) == 2
    assert capsys.readouterr().err == f"reqsnap: {tmp_path / 'none'}: there is no such file or folder\n"
    assert main(["migrate", str(tmp_path), "--max-inline-size", "many"]) == 2
    with pytest.raises(SystemExit) as stopped:
        main(["migrate"])
    assert stopped.value.code == 2


def test_on_a_terminal_it_is_coloured(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("betamax\n")
    status, shown = on_a_terminal("migrate", str(tmp_path), NO_COLOR="")
    assert status == 1
    assert "\x1b[33m" in shown and "betamax: require reqsnap" in shown


@pytest.mark.parametrize(
    ("name", "is_here"),
    [
        ("vcr", True),
        ("vcr.VCR", True),
        ("vcr.VCR.anything_of_its_objects", True),
        ("vcr.use_cassette", True),
        ("vcr.mode.NEW_EPISODES", True),
        ("vcr.record_mode.RecordMode", True),
        ("vcr.request.Request", True),
        ("vcr.cassette.Cassette", True),
        ("vcr.errors.CannotOverwriteExistingCassetteException", True),
        ("vcr.unittest.VCRTestCase", True),
        ("vcr.unittest.VCRMixin", True),
        ("vcr.persisters.filesystem.FilesystemPersister", True),
        ("vcr.serialize.deserialize", True),
        ("vcr.stubs", False),
        ("vcr.patch.CassettePatcherBuilder", False),
        ("vcr.nothing", False),
    ],
)
def test_what_reqsnap_has_of_vcr(name: str, is_here: bool) -> None:
    assert has(name) is is_here
