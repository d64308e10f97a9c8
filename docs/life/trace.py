"""Prints what both sites do for one address: `python -m docs.life.trace /home/`."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import zip_longest
from textwrap import wrap

from shared_tests.running import StartError

from .both import Record, place, record, rows, stages, summary, title
from .record import Event, load_steps

USAGE = "Say which address, as both sites know it: make trace URL='/home/?page=2'"
TWO_COLUMNS = 100  # characters; a narrower terminal shows one side below the other
NARROWEST = 40  # columns; what is narrower has to scroll
BETWEEN = " │ "
STYLES = {
    "": "",
    "phase": "\033[1m",
    "own": "\033[1m",
    "says": "\033[2m",
    "flask": "\033[34m",  # as in `make diff`
    "django": "\033[33m",
}
PLAIN = "\033[0m"

Line = tuple[str, str]  # a text and its style


def draw(records: dict[str, Record], width: int) -> Iterator[list[Line]]:
    """Yield line by line what both did: a text, or two to stand beside each other."""
    beside = width >= TWO_COLUMNS
    column = (width - len(BETWEEN)) // 2 if beside else width
    heads = [
        (f"{name.capitalize()}: {summary(records[name])}", name) for name in records
    ]
    yield from [heads] if beside else [[head] for head in heads]
    phases = load_steps()["phases"]
    for row in rows(records):
        yield [("", "")]
        yield [(f"── {phases[row.phase]} ".ljust(width, "─"), "phase")]
        sides = {
            name: [line for event in events for line in lines(event, column)]
            for name, events in (("flask", row.flask), ("django", row.django))
        }
        if beside:
            yield from map(list, zip_longest(*sides.values(), fillvalue=("", "")))
            continue
        for name, texts in sides.items():
            if texts:
                yield [(name.capitalize(), name)]
                yield from ([line] for line in texts)


def lines(event: Event, width: int) -> Iterator[Line]:
    """Yield the lines of one step, none longer than the column."""
    name, at = title(event), place(event)
    indent = " " * min(event["depth"], width - len(name))
    head = f"{indent}{name}"
    style = "own" if event["own"] else ""
    if len(head) + len(at) < width:
        yield head + at.rjust(width - len(head)), style
    else:
        yield head, style
        yield at.rjust(width), style
    for part in ("shows", "sql", "says"):
        for text in wrap(event.get(part, ""), width - len(indent) - 2):
            yield f"{indent}  {text}", "says" if part == "says" else ""


def join(texts: list[Line], width: int, colors: bool) -> str:
    """Make one line of a text, or of two beside each other."""
    column = (width - len(BETWEEN)) // 2
    padded = [
        (text.ljust(column) if len(texts) > 1 else text, style) for text, style in texts
    ]
    painted = [
        f"{STYLES[style]}{text}{PLAIN}" if colors and style else text
        for text, style in padded
    ]
    return BETWEEN.join(painted).rstrip()


def main(words: list[str]) -> None:
    """Print what both sites do for the address of the command line."""
    # What one copies from a browser begins with the site.
    words = [re.sub("^https?://[^/]+", "", word) for word in words]
    if len(words) != 1 or not words[0].startswith("/"):
        print(USAGE, file=sys.stderr)
        sys.exit(2)
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    width = max(NARROWEST, shutil.get_terminal_size().columns)
    colors = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    with stages(own_content=True) as made:
        records = record(made, words[0])
    for texts in draw(records, width):
        print(join(texts, width, colors))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        main(sys.argv[1:])
    except (StartError, subprocess.TimeoutExpired) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # `make trace ... | head`
        sys.stderr.close()
