"""Whether a live request is the recorded one, and if not, where they differ."""

from reqsnap.matching.explain import differences
from reqsnap.matching.matchers import DEFAULT_MATCH_ON, Matching, register_matcher

__all__ = ["DEFAULT_MATCH_ON", "Matching", "differences", "register_matcher"]
