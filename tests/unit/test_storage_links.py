"""Where a path leads: always where `os.path.realpath` says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reqsnap.storage.links import real_path

ODD = ["", ".", "..", "...", ".hidden"]
NAMES = [*ODD, "folder", "to_folder", "to_file", "loop", "dangling", "file", "gone"]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("links")
    (root / "folder" / "folder").mkdir(parents=True)
    (root / "folder" / ".hidden").mkdir()
    for folder in (root, root / "folder"):
        (folder / "file").write_text("")
        (folder / "to_file").symlink_to("file")
        (folder / "to_folder").symlink_to(root / "folder", target_is_directory=True)
        (folder / "loop").symlink_to("loop")
        (folder / "dangling").symlink_to("gone/far")
    return root


@given(parts=st.lists(st.sampled_from(NAMES), max_size=5), slashes=st.sampled_from(["/", "//", "///"]))
def test_a_path_leads_where_realpath_says(tree: Path, parts: list[str], slashes: str) -> None:
    path = str(tree) + "".join(f"{slashes}{part}" for part in parts)
    assert real_path(path) == os.path.realpath(path)


@pytest.mark.parametrize("path", ["", "/", "//", "///", ".", "x/y", "/.", "/..", "/a/", "~/x", "/~"])
def test_odd_paths_lead_where_realpath_says(path: str) -> None:
    assert real_path(path) == os.path.realpath(path)


def test_a_link_that_was_changed_is_followed_anew(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    link = tmp_path / "link"
    for name in ("one", "two"):
        link.unlink(missing_ok=True)
        link.symlink_to(tmp_path / name)
        assert real_path(f"{link}/x") == os.path.realpath(f"{tmp_path}/{name}/x")
