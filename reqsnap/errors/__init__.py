"""Every error that reqsnap raises, and every warning that it gives.

    ReqsnapError
    ├── ConfigurationError        an option, mode, matcher or path that cannot be used (also a ValueError)
    ├── CassetteError             a cassette's file
    │   ├── CassetteFormatError   it is damaged, or written by a newer reqsnap
    │   │   └── MissingBodyError  a body in a file beside it is missing or was changed
    │   ├── CassetteWriteError    it could not be written; says where the recordings went
    │   │   └── CassetteConflictError  what a storage raises for one that has changed since it was read
    │   └── CassetteInUseError    another process uses it in a way that keeps this one out
    ├── UnmatchedRequestError     a request that may neither be replayed nor sent
    │   ├── SequenceExhaustedError  it was recorded, but not as often as it was made
    │   ├── OutOfOrderError       it was recorded, but another is next in a strict order
    │   ├── StaleRecordingError   it was recorded, but longer ago than `max_age` allows
    │   └── OwnerGoneError        the process that opened the cassette can no longer be asked
    ├── CutRecordingError         a program reads on where the one that was recorded had read no further
    └── AmbiguousCassetteError    several cassettes are open and none is this thread's

    ReqsnapWarning (a UserWarning)
    ├── SwallowedRefusalWarning   the program caught an UnmatchedRequestError and went on
    ├── LostExchangeWarning       an exchange that could not be recorded
    ├── LateRequestWarning        a request of a thread or task that has outlived its block
    ├── DriftWarning              a request that differs from its recording, and was answered with it
    ├── StaleRecordingWarning     an answer that was recorded longer ago than `max_age` allows
    └── TornCassetteWarning       a file whose last addition was not finished; what stands before it is used

Each error says what happened, to which request and cassette, why, and what to do.
Its facts are attributes. No message and no attribute holds a redacted value.
"""

from __future__ import annotations

from reqsnap.errors.cassettes import (
    CassetteConflictError,
    CassetteError,
    CassetteFormatError,
    CassetteInUseError,
    CassetteWriteError,
    ConfigurationError,
    MissingBodyError,
    ReqsnapError,
)
from reqsnap.errors.requests import (
    AmbiguousCassetteError,
    CutRecordingError,
    OutOfOrderError,
    OwnerGoneError,
    SequenceExhaustedError,
    StaleRecordingError,
    UnmatchedRequestError,
)
from reqsnap.errors.warnings import (
    DriftWarning,
    LateRequestWarning,
    LostExchangeWarning,
    ReqsnapWarning,
    StaleRecordingWarning,
    SwallowedRefusalWarning,
    TornCassetteWarning,
)

__all__ = [
    "AmbiguousCassetteError",
    "CassetteConflictError",
    "CassetteError",
    "CassetteFormatError",
    "CassetteInUseError",
    "CassetteWriteError",
    "ConfigurationError",
    "CutRecordingError",
    "DriftWarning",
    "LateRequestWarning",
    "LostExchangeWarning",
    "MissingBodyError",
    "OutOfOrderError",
    "OwnerGoneError",
    "ReqsnapError",
    "ReqsnapWarning",
    "SequenceExhaustedError",
    "StaleRecordingError",
    "StaleRecordingWarning",
    "SwallowedRefusalWarning",
    "TornCassetteWarning",
    "UnmatchedRequestError",
]

for _name in __all__:
    # Tracebacks, and filters of warnings, name them by where users find them.
    globals()[_name].__module__ = __name__
