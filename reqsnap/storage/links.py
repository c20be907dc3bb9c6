"""Where a path leads once the links in it are followed."""

from __future__ import annotations

import os
import posixpath
import stat


def real_path(path: str) -> str:
    """The same as `os.path.realpath`, several times as fast for an absolute path without links."""
    return path if os.path is posixpath and _leads_to_itself(path) else os.path.realpath(path)


def _leads_to_itself(path: str) -> bool:
    if _is_unsettled(path):
        return False
    try:
        end = path.find("/", 1)
        while end > 0 and not _is_link(path[:end]):
            end = path.find("/", end + 1)
        return end < 0 and not _is_link(path)
    except FileNotFoundError:
        # Where there is nothing, there is no link either.
        return True
    except (OSError, ValueError):
        return False


def _is_unsettled(path: str) -> bool:
    """Whether `realpath` changes it without a look at any link: a relative one, `.`, `..`, empty parts."""
    is_absolute = path[:1] == "/"
    return not is_absolute or "//" in path or "/./" in path or "/../" in path or path.endswith(_ENDS)


_ENDS = "/", "/.", "/.."


def _is_link(path: str) -> bool:
    return stat.S_ISLNK(os.lstat(path).st_mode)
