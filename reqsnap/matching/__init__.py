"""Whether a live request is the recorded one, and if not, where they differ."""

from typing import TYPE_CHECKING

from reqsnap.on_demand import on_demand

if TYPE_CHECKING:
    from reqsnap.matching.explain import all_differences, differences, first_few
    from reqsnap.matching.matchers import Matching
    from reqsnap.matching.registry import register_matcher
else:
    __getattr__, __dir__ = on_demand(
        __name__,
        {
            "reqsnap.matching.explain": "all_differences differences first_few",
            "reqsnap.matching.matchers": "Matching",
            "reqsnap.matching.registry": "register_matcher",
        },
    )

__all__ = ["Matching", "all_differences", "differences", "first_few", "register_matcher"]
