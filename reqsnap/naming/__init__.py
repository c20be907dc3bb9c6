"""What a cassette is called, and where it lies.

context        the naming context of a task or thread, and the test that runs
path_names     a path, a template of one, or a function that makes one
default_paths  where the cassette of a decorated function lies
"""

from typing import TYPE_CHECKING

from reqsnap.on_demand import on_demand

if TYPE_CHECKING:
    from reqsnap.naming.context import TestContext, current_naming, naming
else:
    __getattr__, __dir__ = on_demand(
        __name__, {"reqsnap.naming.context": "TestContext current_naming naming"}
    )

__all__ = ["TestContext", "current_naming", "naming"]
