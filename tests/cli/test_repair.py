"""`reqsnap repair`: what is torn is mended, what is whole is left alone, what is damaged is told."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from reqsnap.cli import main
from reqsnap.formats import native
from reqsnap.model import Interaction, Request, Response

AT = datetime(2026, 1, 2, tzinfo=UTC)


def whole(*names: str) -> bytes:
    return native.dump([Interaction(Request("GET", f"http://h/{name}"), Response(200), AT) for name in names])


TORN = whole("a", "b")[:-40]


def test_a_torn_file_is_mended_and_kept_as_it_was(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(TORN)
    line = TORN[: TORN.rindex(b"- request:")].count(b"\n") + 1
    assert main(["repair", str(path)]) == 0
    assert path.read_bytes() == whole("a")
    assert (tmp_path / "x.yaml.damaged").read_bytes() == TORN
    assert capsys.readouterr().out == (
        f"mended: {path}: torn at line {line}, 1 interaction kept; as it was it is {path}.damaged\n"
        "1 file mended, 0 files whole\n"
    )
    assert main(["repair", str(path)]) == 0
    assert capsys.readouterr().out == "0 files mended, 1 file whole\n"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["x.yaml", "x.yaml.damaged"]


def test_a_whole_file_is_left_byte_for_byte(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    edited = whole("a").replace(b"\n", b"\r\n")
    path.write_bytes(edited)
    before = path.stat()
    assert main(["repair", str(path)]) == 0
    after = path.stat()
    assert path.read_bytes() == edited
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_all_cassettes_in_a_folder_are_mended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    torn = ["a/x.yaml", "a/b/y.yaml.partial", "z.yml"]
    other = ["compose.yaml", "x.yaml.damaged", "x.yaml.bodies/one.yaml", ".git/x.yaml", "notes.txt"]
    for name in [*torn, *other]:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"services: {}\n" if name == "compose.yaml" else TORN)
    assert main(["repair", str(tmp_path)]) == 0
    assert [(tmp_path / name).read_bytes() for name in torn] == 3 * [whole("a")]
    assert [(tmp_path / name).read_bytes() for name in other] == [b"services: {}\n", *4 * [TORN]]
    assert capsys.readouterr().out.endswith("\n3 files mended, 0 files whole\n")


def test_what_cannot_be_mended_is_told_and_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = whole("a", "b").replace(b"recorded_at", b"recorded", 1)
    (tmp_path / "damaged.yaml").write_bytes(damaged)
    (tmp_path / "torn.yaml").write_bytes(TORN)
    missing = str(tmp_path / "missing.yaml")
    assert main(["repair", missing, str(tmp_path)]) == 1
    assert (tmp_path / "damaged.yaml").read_bytes() == damaged
    assert (tmp_path / "torn.yaml").read_bytes() == whole("a")
    first, second, third, last = capsys.readouterr().out.splitlines()
    assert first == f"cannot be mended: {missing}: there is no such file"
    assert second.startswith(f"cannot be mended: {tmp_path / 'damaged.yaml'}, line ")
    assert third.startswith("mended: ")
    assert last == "1 file mended, 0 files whole"
