"""The cassette: its interactions in memory, what was played, what is new, and how it gets to its file.

cassette     what the user holds of it
recordings   what recorders do with it, under its one lock
contents     what it holds, as a value that changes in one place
counts       what the requests came to
stubs        answers made by hand, which stand before the recordings
saving       what is new, to its file; flushing does so in regular intervals
value_checks whether a value made by hand can be held
"""

from reqsnap.cassette.cassette import Cassette
from reqsnap.cassette.counts import Counts, LiveExchange
from reqsnap.cassette.info import RecordedRequest
from reqsnap.cassette.stubs import Stub

__all__ = ["Cassette", "Counts", "LiveExchange", "RecordedRequest", "Stub"]
