"""Whether a live request is the recorded one, and if not, where they differ."""

from reqsnap.matching.explain import all_differences, differences, first_few
from reqsnap.matching.matchers import DEFAULT_MATCH_ON, Matching, register_matcher

__all__ = ["DEFAULT_MATCH_ON", "Matching", "all_differences", "differences", "first_few", "register_matcher"]
