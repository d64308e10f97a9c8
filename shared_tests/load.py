"""Fill the databases of `make run` with made-up posts.

`make load POSTS=1000000` calls this with the number: `python -m shared_tests.load N`.
It makes the databases if there are none, and works while both sites run.
"""

import re
import signal
import subprocess
import sys
import time

from .running import COMMANDS, ROOT, Site, StartError, say, say_step
from .serve import known_site, prepare, read_settings


def load(site: Site, count: str, settings: dict[str, str]) -> None:
    """Let a site load that many posts, and show what it says."""
    say(f"{site.title}:")
    started = time.monotonic()
    # Ctrl-C reaches the command too: it says how far it came, and we wait for that.
    noted = signal.signal(signal.SIGINT, lambda *_: None)
    command = [*site.command("load_posts"), count]
    code = subprocess.call(command, cwd=ROOT, env=settings)
    signal.signal(signal.SIGINT, noted)
    if code:
        raise StartError(f"{site.title} has not loaded all: the lines above say why.")
    say_step(f"{site.title}: {count} posts", time.monotonic() - started)


def main() -> None:
    """Load as many posts as the command line says into each database."""
    count = sys.argv[1]
    if not re.fullmatch("[1-9][0-9]{0,6}|10000000", count):
        print("Say how many posts, from 1 to 10000000: make load POSTS=1000000")
        sys.exit(2)
    settings = read_settings(dev=False)
    sites = [known_site(name, settings) for name in COMMANDS]
    prepare(sites, settings)
    # One database for both is filled once.
    for site in sites[:1] if settings.get("DATABASE_URL") else sites:
        load(site, count, settings)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        main()
    except StartError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("Stopped.")
