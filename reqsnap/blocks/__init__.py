"""A cassette in force for a while: as a block, and around functions and classes.

opening          one opening of a cassette, and the way back
reports          what the end of a block tells
watching         who is told of every block that is opened
elsewhere        what child processes open by themselves
decorators       around a function of any kind
class_decorator  around each test of a class
programs         around a whole program
"""

from typing import TYPE_CHECKING

from reqsnap.on_demand import on_demand

if TYPE_CHECKING:
    from reqsnap.blocks.opening import OpenBlock
else:
    __getattr__, __dir__ = on_demand(
        __name__,
        {
            "reqsnap.blocks.opening": "OpenBlock",
        },
    )

__all__ = ["OpenBlock"]
