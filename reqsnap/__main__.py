"""`python -m reqsnap`: the command line without its script."""

import sys

from reqsnap.cli import main

if __name__ == "__main__":
    sys.exit(main())
