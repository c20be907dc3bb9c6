"""Where a cassette's bytes lie, and who may write them when.

files        a file of this machine: checked, read whole, replaced atomically, added to in place
beside       the files of large bodies beside it
locks        locks on files, which a dead process does not keep
sharing      how independent processes take turns at one file
turns        how the threads of this one do
protocol     what a storage of another kind is
memory, fsspec_storage
             two of them: in memory, and at any URL that fsspec knows
stored       a cassette in a storage, used like a file
apart        what a storage does is not recorded
opening      paths and URLs -> such files
"""

from reqsnap.storage.files import CassetteFile
from reqsnap.storage.fsspec_storage import FsspecStorage
from reqsnap.storage.memory import MemoryStorage
from reqsnap.storage.opening import File, file_at, stored_at
from reqsnap.storage.protocol import Storage, Stored
from reqsnap.storage.sharing import Sharing, sharing_of
from reqsnap.storage.stored import StoredFile

__all__ = [
    "CassetteFile",
    "File",
    "FsspecStorage",
    "MemoryStorage",
    "Sharing",
    "Storage",
    "Stored",
    "StoredFile",
    "file_at",
    "sharing_of",
    "stored_at",
]
