"""`make fuzz`: tell both sites made-up stories until somebody answers differently."""

import sys

from .command import main

if __name__ == "__main__":
    sys.exit(main())
