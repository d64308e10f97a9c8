"""Break the sites on purpose, and see whether the contract notices: `make mutants`."""

import signal
import sys

try:
    # A closed terminal and `kill` end the tests that were started, as Ctrl-C does.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    from .command import main

    sys.exit(main())
except KeyboardInterrupt:
    print("Stopped.", file=sys.stderr)
    sys.exit(130)
