"""``python -m rxvoice``."""

import sys

from rxvoice.cli import main

if __name__ == "__main__":
    sys.exit(main())
