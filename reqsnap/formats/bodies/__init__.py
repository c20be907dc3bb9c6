"""How the bodies of messages stand in reqsnap's own files: as people read them, and back to the same bytes.

forms        the text of a body and the notes beside it; `charsets`, `json_layout` and `multipart_layout`
             are what it tries
codings      content codings undone, with all that brings the same bytes back
parts        the sizes of the parts in which a body came
files        bodies in files of their own
"""
