"""Records what a site does for one request, call by call, in a process of its own.

`python -m docs.life.record flask_site.wsgi:app "/home/?page=2"` prints it as JSON.
The site has no line of this: Python tells a profiler which functions it calls,
and docs/life/steps.toml says which of them are worth a line.
"""

import argparse
import inspect
import json
import re
import sys
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, reduce
from importlib import import_module
from pathlib import Path
from textwrap import shorten
from types import CodeType, FrameType, FunctionType
from typing import Any
from urllib.parse import unquote_to_bytes
from wsgiref.util import setup_testing_defaults

Event = dict[str, Any]
Step = dict[str, str]

SQL_LENGTH = 200
BRACKETS = r"\((?!(?:\*|…)\))[^()]*(?:\((?:\*|…)\)[^()]*)*\)"
SHORT_LIST = 30  # characters; a longer list of columns is left out
LONGEST_BLOCK = 12
NO_FUNCTION_OF_ITS_OWN = inspect.CO_GENERATOR | inspect.CO_COROUTINE


def load_steps() -> dict[str, dict[str, Any]]:
    """Return the tables of steps.toml."""
    text = Path(__file__).with_name("steps.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def short(path: str) -> str:
    """Return a path as it counts from where Python found it."""
    roots = [f"{root}/" for root in sys.path if root and path.startswith(f"{root}/")]
    return path.removeprefix(max(roots, key=len, default=""))


def where(code: CodeType) -> str:
    """Name a function as steps.toml does."""
    return f"{short(code.co_filename)} {code.co_qualname}"


@dataclass
class Call:
    """A call that has not returned yet."""

    frame: FrameType
    phase: str
    step: Step
    event: Event | None = None  # none where the call has no line of its own
    layer: Any = None  # the middleware that the call hands the request to


class Recorder:
    """A profiler that keeps the calls of known functions, and of the site's own."""

    def __init__(self, site: Path) -> None:
        """Keep every function that stands in this folder."""
        self.site = f"{site}/"
        listed = load_steps()
        self.steps: dict[str, Step] = listed["flask"] | listed["django"]
        self.middleware: dict[str, Step] = listed["middleware"]
        self.events: list[Event] = []
        self.calls: list[Call] = []

    def __call__(self, frame: FrameType, event: str, arg: Any) -> None:
        """Take note of a call or of its end; Python calls this."""
        if event == "call":
            self.begin(frame)
        elif event == "return" and self.calls and self.calls[-1].frame is frame:
            self.end(self.calls.pop())

    def begin(self, frame: FrameType) -> None:
        """Keep a call that is worth it."""
        code, caller = frame.f_code, frame.f_back
        if step := self.steps.get(where(code)):
            self.open(frame, step, code, code.co_firstlineno)
        elif caller and (
            step := self.steps.get(f"{where(caller.f_code)} > {code.co_qualname}")
        ):
            self.open(frame, step, caller.f_code, caller.f_lineno)
        elif self.is_own(code):
            says = docstring(frame.f_globals, code.co_qualname)
            step = {"phase": self.phase, "says": says}
            self.open(frame, step, code, code.co_firstlineno)

    def open(self, frame: FrameType, step: Step, code: CodeType, line: int) -> None:
        """Begin a line, or only a phase where the step says nothing."""
        call = Call(frame, step["phase"] or self.phase, step)
        if wrapped := step.get("layer"):
            # What is innermost is no middleware but the framework's own method.
            layer = frame.f_locals[wrapped]
            if not inspect.ismethod(layer):
                call.layer = layer
                call.event = self.pass_layer(layer, "in", call.phase)
                call.phase = call.event["phase"]
        elif "says" in step:
            name = step.get("name", frame.f_code.co_qualname)
            call.event = self.add(code, line, name, call.phase, step["says"])
        self.calls.append(call)

    def end(self, call: Call) -> None:
        """Add what is known only now: what was found, and the way out of a layer."""
        names = call.frame.f_locals
        if call.event and (value := look_up(call.step.get("shows"), names)):
            call.event["shows"] = value
        if call.event and (statement := look_up(call.step.get("sql"), names)):
            call.event["sql"] = shorten_sql(statement)
        if "layer" in call.step and self.calls:
            self.calls[-1].phase = "after"  # what the middleware around it does now
        if call.event and call.layer:
            out = self.pass_layer(call.layer, "out", "after")
            if out["line"] == call.event["line"]:
                out["says"] = ""  # the rest of a function that has said it already

    def pass_layer(self, layer: Any, way: str, phase: str) -> Event:
        """Add a line for the way into a middleware, or out of it."""
        if isinstance(layer, FunctionType):
            name, code = layer.__qualname__.partition(".<locals>")[0], layer.__code__
            step = {"says": docstring(layer.__globals__, name)}
        else:
            kind: Any = type(layer)
            hook = {"in": "process_request", "out": "process_response"}[way]
            name, code = kind.__name__, getattr(kind, hook, kind.__call__).__code__
            step = self.middleware.get(where(code), {})
        phase, says = step.get("phase", phase), step.get("says", "")
        event = self.add(code, code.co_firstlineno, name, phase, says)
        event["way"] = way
        return event

    def add(self, code: CodeType, line: int, name: str, phase: str, says: str) -> Event:
        """Add a line."""
        event: Event = {
            "depth": sum(1 for call in self.calls if call.event),
            "phase": phase,
            "name": name,
            "file": short(code.co_filename),
            "line": line,
            "says": says,
            "own": code.co_filename.startswith(self.site),
        }
        self.events.append(event)
        return event

    @property
    def phase(self) -> str:
        """Return the phase of what is under way, or of a body that is being read."""
        return self.calls[-1].phase if self.calls else "response"

    def is_own(self, code: CodeType) -> bool:
        """Say whether the site's people wrote this function, and gave it a name."""
        path = code.co_filename
        layer = self.calls[-1].layer if self.calls else None
        return (
            path.startswith(self.site)
            and path.endswith(".py")
            and not code.co_name.startswith("<")
            and not code.co_flags & NO_FUNCTION_OF_ITS_OWN
            and getattr(layer, "__code__", None) is not code  # has its line already
        )


def docstring(names: dict[str, Any], qualname: str) -> str:
    """Return the first line of the docstring of a function, or of the one around it."""
    first, *rest = qualname.partition(".<locals>")[0].split(".")
    try:
        text = reduce(getattr, rest, names[first]).__doc__
    except (KeyError, AttributeError):
        return ""
    return (text or "").partition("\n")[0]


def look_up(path: str | None, names: dict[str, Any]) -> str:
    """Return what a local variable holds, or a part of it, as text."""
    if not path:
        return ""
    first, *rest = path.split(".")
    value = names.get(first)
    for name in rest:
        value = getattr(value, name, None)
    return str(value or "")


def shorten_sql(statement: str) -> str:
    """Leave out what stands in brackets, and a long list of columns."""
    text, inner = " ".join(statement.split()), ""
    while text != inner:
        inner, text = text, re.sub(BRACKETS, "(…)", text)
    head = re.match(r"SELECT (?:DISTINCT )?(.*?) FROM ", text)
    if head and len(head[1]) > SHORT_LIST:
        text = f"{text[: head.start(1)]}…{text[head.end(1) :]}"
    return shorten(text, SQL_LENGTH, placeholder=" …")


def fold(events: list[Event]) -> list[Event]:
    """Say once what happens several times in a row, and how many times."""
    folded: list[Event] = []
    at = 0
    while at < len(events):
        size, times = longest_repeat(events, at)
        more = {"times": times} if times > 1 else {}
        folded += [event | more for event in events[at : at + size]]
        at += size * times
    return folded


def longest_repeat(events: list[Event], at: int) -> tuple[int, int]:
    """Return how many lines are repeated from here, and how many times."""
    for size in range(1, LONGEST_BLOCK + 1):
        block, times = events[at : at + size], 1
        while events[at + size * times : at + size * (times + 1)] == block:
            times += 1
        if times > 1:
            return size, times
    return 1, 1


def answer(app: Callable[..., Iterable[bytes]], url: str) -> str:
    """Ask a WSGI application for an address as a server does; return the status."""
    path, _, query = url.partition("?")
    environ = {
        "HTTP_HOST": "localhost",
        "HTTP_COOKIE": "seen=1",  # who has a cookie gets no page that was kept
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query.encode().decode("latin-1"),
    }
    setup_testing_defaults(environ)
    statuses = []

    def start_response(status: str, headers: Any, error: Any = None) -> None:
        statuses.append(status)

    body = app(environ, start_response)
    for _ in body:
        pass
    if close := getattr(body, "close", None):
        close()
    return statuses[-1]


def record(target: str, url: str) -> dict[str, Any]:
    """Ask a site for an address, and record the second answer."""
    module, _, name = target.partition(":")
    app = getattr(import_module(module), name)
    package = sys.modules[module.partition(".")[0]]
    recorder = Recorder(Path(str(package.__file__)).parent)
    answer(app, url)  # the first request of a process reads templates and much else
    sys.setprofile(recorder)
    try:
        status = answer(app, url)
    finally:
        sys.setprofile(None)
    return {"url": url, "status": status, "events": fold(recorder.events)}


def main() -> None:
    """Print the record of one request."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("target", help="the WSGI application, as module:name")
    parser.add_argument("url", help="the address, as /home/?page=2")
    options = parser.parse_args()
    print(json.dumps(record(options.target, options.url), indent=1))


if __name__ == "__main__":
    main()
