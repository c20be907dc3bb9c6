"""Interactions written on their own: to another file than the cassette's, or where that cannot be written."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from os import PathLike

from reqsnap.errors import CassetteWriteError
from reqsnap.formats import NATIVE, Beside, Format, format_of
from reqsnap.model import Interaction, Request
from reqsnap.storage import File, StoredFile, file_at


def text_of(format: Format, interaction: Interaction, beside: Beside | None = None) -> bytes:
    """One item of a file. Raises CassetteWriteError, for values of wrong types too."""
    try:
        return format.item(interaction, beside)
    except CassetteWriteError:
        raise
    except Exception as error:
        request: object = getattr(interaction, "request", None)
        name = f"{request.method} {request.url}" if isinstance(request, Request) else "an interaction"
        raise CassetteWriteError(f"{name} cannot be written: {error!r}", None) from error


def write_copy(path: str | PathLike[str], interactions: Iterable[Interaction], max_inline_size: int) -> None:
    """Write interactions to a file of their own. Raises CassetteWriteError."""
    file, format = file_at(path), format_of(path, None)
    beside = file.beside(max_inline_size)
    file.write(format.file([format.item(each, beside) for each in interactions]))


def rescue(file: File, interactions: Iterable[Interaction], error: CassetteWriteError) -> None:
    """Put recordings that cannot be saved where they belong into the system's temporary folder.

    The error tells where they are, in a note and in `rescued`. What the file's own hooks keep out of it is
    not in the copy either, and neither is what they fail on.
    """
    items, unwritable = [], 0
    for interaction in interactions:
        try:
            fit = file.fit_to_copy(interaction) if isinstance(file, StoredFile) else interaction
            if fit is not None:
                items.append(text_of(NATIVE, fit))
        except Exception:
            # Hooks are the user's, and may raise anything.
            unwritable += 1
    if unwritable and not items:
        error.add_note("No copy was kept: no file can hold the recordings.")
        return
    try:
        copied = _temporary(NATIVE.file(items))
    except OSError as problem:
        again = "`cassette.save(path)` still can write it."
        error.add_note(f"A copy could not be kept either: {problem}. {again}")
        return
    error.rescued = copied
    told = f"All but {unwritable} that no file can hold" if unwritable else "Nothing is lost: the recordings"
    error.add_note(f"{told} were written to {copied}")


def _temporary(data: bytes) -> str:
    """Write data to a new file in the system's temporary folder, or leave nothing there; gives its path."""
    descriptor, path = tempfile.mkstemp(prefix="reqsnap-", suffix=".yaml")
    try:
        with open(descriptor, "wb") as copy:
            copy.write(data)
    except BaseException:
        os.unlink(path)
        raise
    return path
