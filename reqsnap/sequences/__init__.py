"""Which recording a request gets: what is recorded, by the order in which its requests started.

Pure: values in, values out, no lock and no clock.

    choices      what a user chooses of it
    entries      an interaction with its place, and what it is compared by
    index        the entries of a cassette by what they answer, and the next one for a request
    turns        whose turn it is within one sequence
    numbering    the numbers of redacted values on replay
    likeness     what a recording shares with a request that is not quite it
    recency      which entries were used last
    pushed_out   what older recordings leave behind
"""

from typing import TYPE_CHECKING

from reqsnap.on_demand import on_demand

if TYPE_CHECKING:
    from reqsnap.sequences.entries import Entry
    from reqsnap.sequences.index import Index
else:
    __getattr__, __dir__ = on_demand(
        __name__,
        {
            "reqsnap.sequences.entries": "Entry",
            "reqsnap.sequences.index": "Index",
        },
    )

__all__ = ["Entry", "Index"]
