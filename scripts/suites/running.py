"""Fetches a project's sdist and runs its tests where `import` finds the shim before the project."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from suite import Suite

HERE = Path(__file__).parent


def unpacked(suite: Suite, folder: Path) -> Path:
    """The tests of a project, in a folder, with nothing else of it. Raises CalledProcessError."""
    name = f"{suite.project}=={suite.version}"
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--no-deps", "--no-binary", suite.project, "--dest", folder, name], check=True)
    (sdist,) = folder.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    (root,) = (each for each in folder.iterdir() if each.is_dir())
    where = folder / "suite"
    where.mkdir()
    for part in ("tests", "pyproject.toml"):
        shutil.move(root / part, where / part)
    for file, content in suite.files.items():
        (where / file).write_text(content, encoding="utf-8")
    shutil.rmtree(root)
    return where


def with_shims(suite: Suite, folder: Path) -> Path:
    """A folder whose packages are the shims."""
    shims = folder / "shims"
    for shim in suite.shims:
        (shims / shim).mkdir(parents=True)
        shutil.copy(HERE / "shims" / f"{shim}.py", shims / shim / "__init__.py")
    return shims


def with_own(suite: Suite, folder: Path) -> Path:
    """A folder in which the project itself is installed, if it is in no other."""
    own = folder / "own"
    own.mkdir()
    if suite.own:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--no-deps", "--target", own, *suite.own], check=True)
    return own


def outcomes(where: Path, path: list[Path], arguments: list[str]) -> dict[str, str]:
    """Run the tests; what became of each that was run: passed, failed or skipped."""
    report = where / "report.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "junit_family=xunit1"]
    found = subprocess.run(
        [*command, f"--junitxml={report}", *arguments], cwd=where, env=_environment(path), check=False
    )
    if not report.exists():
        raise SystemExit(f"the tests did not run: pytest ended with {found.returncode}")
    cases = ElementTree.parse(report).getroot().iter("testcase")
    return {_name(case): _outcome(case) for case in cases}


def _environment(path: list[Path]) -> dict[str, str]:
    import pytest_httpbin.certs

    others = [each for each in os.environ.get("PYTHONPATH", "").split(os.pathsep) if each]
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([*map(str, path), *others]),
        # As VCR.py's own script does: its tests ask a server with that certificate.
        "REQUESTS_CA_BUNDLE": pytest_httpbin.certs.where(),
    }


def _name(case: ElementTree.Element) -> str:
    """A test as pytest names it."""
    file, name, owner = case.get("file", ""), case.get("name", ""), case.get("classname", "")
    module = file.removesuffix(".py").replace("/", ".")
    classes = owner.removeprefix(module).strip(".").replace(".", "::")
    return "::".join(part for part in (file, classes, name) if part)


def _outcome(case: ElementTree.Element) -> str:
    for tag, outcome in (("failure", "failed"), ("error", "failed"), ("skipped", "skipped")):
        if case.find(tag) is not None:
            return outcome
    return "passed"
