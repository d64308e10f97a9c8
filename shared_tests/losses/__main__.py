"""Count what the sites lose while all goes wrong: `make storm`."""

import signal
import sys

try:
    # A closed terminal and `kill` end the programs that were started, as Ctrl-C does.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    from .command import main

    sys.exit(main())
except KeyboardInterrupt:
    print("Stopped.", file=sys.stderr)
    sys.exit(130)
