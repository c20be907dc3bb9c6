"""Every option of a block, checked when it is given.

options      the options, their defaults, and which contradict each other
checks       what each kind of option accepts
habitual     the same with what is done as VCR.py does it
policies     what they mean for a cassette
values       the options as they are written, for type checkers
words        the options as words of a command line
"""

from reqsnap.options.options import DEFAULTS, Options

__all__ = ["DEFAULTS", "Options"]
