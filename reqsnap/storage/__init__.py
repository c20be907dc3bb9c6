"""Where a cassette's bytes lie, and who may write them when.

files        one cassette's file: checked, read whole, replaced atomically
locks        locks on files, which a dead process does not keep
sharing      how independent processes take turns at one file
"""

from reqsnap.storage.files import CassetteFile
from reqsnap.storage.sharing import Sharing

__all__ = ["CassetteFile", "Sharing"]
