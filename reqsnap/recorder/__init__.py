"""Decides, for one request, Replay, Forward or Refuse, and takes in what a forwarded one brought back.

recorder     the recorder of one block
decisions    what it answers
misses       what it says of a request that nothing answers; near_misses finds what comes closest
"""

from reqsnap.recorder.decisions import Forward, Refuse, Replay, let_out
from reqsnap.recorder.recorder import Recorder

__all__ = ["Forward", "Recorder", "Refuse", "Replay", "let_out"]
