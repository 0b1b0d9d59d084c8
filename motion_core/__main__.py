"""`python -m motion_core` is `laban`."""

import sys

from motion_core.cli import main

if __name__ == "__main__":
    sys.exit(main())
