"""`make diff`: lists the pairs of files, shows one, or shows an idea across files."""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

from . import terminal
from .pairs import UnknownNameError

NARROWEST = 40  # columns; what is narrower has to scroll


def lines(options: argparse.Namespace, screen: terminal.Screen) -> Iterator[str]:
    """Return what the options ask for."""
    if options.plain:
        return terminal.show_plain(options.file)
    if options.concept is not None:
        if options.concept:
            return terminal.show_concept(screen, options.concept)
        return terminal.list_concepts(screen)
    if options.file:
        return terminal.show_file(screen, options.file)
    return terminal.list_pairs(screen)


def page(text: str) -> None:
    """Show a text with the pager of $GIT_PAGER or $PAGER, else less, on a terminal."""
    named = (os.environ.get(name, "").strip() for name in ("GIT_PAGER", "PAGER"))
    pager = next(filter(None, named), "less")
    program = pager.split()[0]
    known = "=" in program or shutil.which(program)
    if not sys.stdout.isatty() or not known:
        print(text)
        return
    subprocess.run(  # noqa: S602 - a pager is a line for the shell, as with git
        pager,
        shell=True,
        input=text,
        encoding="utf-8",
        env={"LESS": "FRX", **os.environ},
        check=False,
    )


def main() -> None:
    """Read the command line, and end with 2 where a name is unknown."""
    parser = argparse.ArgumentParser(prog="make diff", description=__doc__)
    parser.add_argument(
        "--file", default="", help="a pair of files, and functions of it"
    )
    parser.add_argument("--concept", help="an idea; empty for the list")
    parser.add_argument("--plain", action="store_true", help="a unified diff")
    options = parser.parse_args()
    if options.concept is not None and (options.file or options.plain):
        parser.exit(2, "Ask for an idea (C) alone, or for a file (F, with PLAIN=1).\n")
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    width = max(NARROWEST, shutil.get_terminal_size((80, 24)).columns)
    colors = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    try:
        page("\n".join(lines(options, terminal.Screen(width, colors))))
    except UnknownNameError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:  # `make diff | head`
        sys.stderr.close()


if __name__ == "__main__":
    main()
