"""Content codings (RFC 9110, section 8.4).

undoing      what stands in a body, whatever its codings, and a body of other content in the same codings
codecs       each coding: its settings, and how content is coded piece by piece
streams      coded bytes decoded as they come, within a bound
"""

from reqsnap.content_coding.undoing import Undone, content_codings, encode, undo

__all__ = ["Undone", "content_codings", "encode", "undo"]
