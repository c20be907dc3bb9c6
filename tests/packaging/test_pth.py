"""The file that Python reads when it starts is in every kind of install."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINE = (ROOT / "reqsnap.pth").read_bytes()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources, where a build may leave what it likes."""
    folder = tmp_path_factory.mktemp("project") / "reqsnap"
    folder.mkdir()
    for name in ("setup.py", "setup.cfg", "MANIFEST.in", "README.md", "LICENSE", "reqsnap.pth"):
        shutil.copy(ROOT / name, folder)
    for name in ("reqsnap", "scripts"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def build(kind: str, project: Path, target: Path) -> Path:
    """Have setuptools build one of its kinds; the file that it made."""
    program = f"from setuptools import build_meta; print(build_meta.build_{kind}({str(target)!r}))"
    made = subprocess.run(
        [sys.executable, "-c", program], cwd=project, capture_output=True, text=True, timeout=120, check=True
    )
    return target / made.stdout.split()[-1]


@pytest.mark.parametrize("kind", ["wheel", "editable"])
def test_a_wheel_puts_it_where_packages_are(kind: str, project: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(build(kind, project, tmp_path)) as wheel:
        names = [name for name in wheel.namelist() if name.endswith("reqsnap.pth")]
        assert [name.split("/")[1:] for name in names] == [["purelib", "reqsnap.pth"]]
        assert wheel.read(names[0]) == LINE
        record = next(name for name in wheel.namelist() if name.endswith(".dist-info/RECORD"))
        # What is not recorded is not removed with the package.
        assert f"{names[0]},".encode() in wheel.read(record)


def test_the_sources_hold_what_a_build_takes(project: Path, tmp_path: Path) -> None:
    with tarfile.open(build("sdist", project, tmp_path)) as archive:
        files = {name.partition("/")[2] for name in archive.getnames()}
    assert {"reqsnap.pth", "scripts/editable_wheel.py", "setup.py", "setup.cfg"} <= files


def test_it_is_one_line_that_python_runs() -> None:
    assert LINE.startswith(b"import ")
    assert LINE.count(b"\n") == 1
