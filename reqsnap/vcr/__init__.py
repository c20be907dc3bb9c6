"""The vocabulary of VCR.py 9, for suites that are written in it: `import reqsnap.vcr as vcr`.

config       VCR: options, and use_cassette
cassette     Cassette: what a block yields; context: a block, and around functions
matchers     VCR.py's matchers; bodies: what they compare of bodies
filters      VCR.py's filters; hooks: all that changes what is recorded, as values
request errors record_mode serialize serializers persisters unittest migration util
             what VCR.py's users import from modules of these names
translation  a cassette's options -> ours; opening: its block; in_block: what it shows of it;
                 held: what one by itself holds; cassette_like: what these know of a cassette
messages     our requests and answers <-> VCR.py's
files stored where a cassette lies, and how; refusals: what a refused request raises
checks       what each option accepts
"""

from reqsnap.vcr.config import VCR
from reqsnap.vcr.record_mode import RecordMode
from reqsnap.vcr.record_mode import RecordMode as mode
from reqsnap.vcr.request import Request

__version__ = "9.4.2"
"""The version of VCR.py whose words these are: some suites ask for it."""

__all__ = ["VCR", "RecordMode", "Request", "__version__", "default_vcr", "mode", "use_cassette"]

default_vcr = VCR()
use_cassette = default_vcr.use_cassette
