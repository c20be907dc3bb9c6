"""Record a program's HTTP exchanges once, and replay them ever after.

>>> import reqsnap
>>> with reqsnap.use_cassette(mode="record") as cassette:
...     pass

PYTEST_DONT_REWRITE: it may be loaded before pytest, which otherwise warns that it cannot rewrite it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reqsnap.on_demand import on_demand

if TYPE_CHECKING:
    from reqsnap.api import Library, use_cassette
    from reqsnap.cassette import Cassette, Counts, LiveExchange, RecordedRequest
    from reqsnap.cassette.stubs import Stub
    from reqsnap.differences import Difference, Drift, NearMiss
    from reqsnap.errors import (
        AmbiguousCassetteError,
        CassetteConflictError,
        CassetteError,
        CassetteFormatError,
        CassetteInUseError,
        CassetteWriteError,
        ConfigurationError,
        CutRecordingError,
        DriftWarning,
        LateRequestWarning,
        LostExchangeWarning,
        MissingBodyError,
        OutOfOrderError,
        OwnerGoneError,
        ReqsnapError,
        ReqsnapWarning,
        SequenceExhaustedError,
        StaleRecordingError,
        StaleRecordingWarning,
        SwallowedRefusalWarning,
        TornCassetteWarning,
        UnmatchedRequestError,
    )
    from reqsnap.formats import Addition, Beside, Format, Item, Torn, register_format
    from reqsnap.matching.registry import register_matcher
    from reqsnap.model import ErrorKind, Headers, Interaction, NetworkError, Request, Response
    from reqsnap.modes import Mode
    from reqsnap.naming import TestContext, current_naming, naming
    from reqsnap.storage import FsspecStorage, MemoryStorage, Storage, Stored
else:
    # Where a package is loaded, it is put here under its name. That is a function's: so it is done
    # now, and undone.
    from reqsnap import naming

    del naming
    __getattr__, __dir__ = on_demand(
        __name__,
        {
            "reqsnap.api": "Library use_cassette",
            "reqsnap.cassette": "Cassette Counts LiveExchange RecordedRequest",
            "reqsnap.cassette.stubs": "Stub",
            "reqsnap.differences": "Difference Drift NearMiss",
            "reqsnap.errors": """
                AmbiguousCassetteError CassetteConflictError CassetteError CassetteFormatError
                CassetteInUseError CassetteWriteError ConfigurationError CutRecordingError DriftWarning
                LateRequestWarning LostExchangeWarning MissingBodyError OutOfOrderError OwnerGoneError
                ReqsnapError ReqsnapWarning SequenceExhaustedError StaleRecordingError
                StaleRecordingWarning SwallowedRefusalWarning TornCassetteWarning UnmatchedRequestError
            """,
            "reqsnap.formats": "Addition Beside Format Item Torn register_format",
            "reqsnap.matching.registry": "register_matcher",
            "reqsnap.model": "ErrorKind Headers Interaction NetworkError Request Response",
            "reqsnap.modes": "Mode",
            "reqsnap.naming": "TestContext current_naming naming",
            "reqsnap.storage": "FsspecStorage MemoryStorage Storage Stored",
        },
    )

__version__ = "0.1.0"

__all__ = [
    "Addition",
    "AmbiguousCassetteError",
    "Beside",
    "Cassette",
    "CassetteConflictError",
    "CassetteError",
    "CassetteFormatError",
    "CassetteInUseError",
    "CassetteWriteError",
    "ConfigurationError",
    "Counts",
    "CutRecordingError",
    "Difference",
    "Drift",
    "DriftWarning",
    "ErrorKind",
    "Format",
    "FsspecStorage",
    "Headers",
    "Interaction",
    "Item",
    "LateRequestWarning",
    "Library",
    "LiveExchange",
    "LostExchangeWarning",
    "MemoryStorage",
    "MissingBodyError",
    "Mode",
    "NearMiss",
    "NetworkError",
    "OutOfOrderError",
    "OwnerGoneError",
    "RecordedRequest",
    "ReqsnapError",
    "ReqsnapWarning",
    "Request",
    "Response",
    "SequenceExhaustedError",
    "StaleRecordingError",
    "StaleRecordingWarning",
    "Storage",
    "Stored",
    "Stub",
    "SwallowedRefusalWarning",
    "TestContext",
    "Torn",
    "TornCassetteWarning",
    "UnmatchedRequestError",
    "__version__",
    "current_naming",
    "naming",
    "register_format",
    "register_matcher",
    "use_cassette",
]
