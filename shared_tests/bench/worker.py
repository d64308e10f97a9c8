"""A process that calls one WSGI application, as often as it is told to.

It reads orders from its standard input and writes answers to its standard output,
one JSON object a line.
"""

import gc
import io
import json
import os
import sqlite3
import sys
import threading
from importlib import import_module
from itertools import pairwise
from statistics import median
from time import perf_counter, process_time
from typing import Any
from urllib.parse import unquote_to_bytes

Environ = dict[str, Any]


def load(name: str) -> Any:
    """Import an application by its dotted name."""
    module, _, attribute = name.partition(":")
    return getattr(import_module(module), attribute)


def make_environ(address: str, headers: dict[str, str]) -> Environ:
    """Make what a server would hand to the application."""
    path, _, query = address.partition("?")
    return {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "localhost",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        **{f"HTTP_{name.upper().replace('-', '_')}": headers[name] for name in headers},
    }


def call(application: Any, environ: Environ) -> tuple[str, list[Any], bytes]:
    """Make one request, and give its status, its headers and its whole body."""
    heard = []
    answer = application(environ, lambda *said: heard.append(said))
    try:
        body = b"".join(answer)
    finally:
        if hasattr(answer, "close"):
            answer.close()
    status, headers, *_ = heard[-1]
    return status, headers, body


def look(application: Any, environ: Environ) -> Environ:
    """Make one request and say what came, and after how many statements."""
    statements = 0

    def count(_: Any, event: str, function: Any) -> None:
        nonlocal statements
        if event == "c_call" and function.__name__.startswith("execute"):
            owner = getattr(function, "__self__", None)
            statements += isinstance(owner, (sqlite3.Cursor, sqlite3.Connection))

    sys.setprofile(count)
    try:
        status, headers, body = call(application, environ)
    finally:
        sys.setprofile(None)
    return {
        "status": status,
        "headers": dict(headers),
        "body": body.decode("latin-1"),
        "statements": statements,
    }


def ask(application: Any, environ: Environ, requests: int) -> Environ:
    """Make some requests."""
    for _ in range(requests):
        call(application, environ.copy())
    return {}


def repeat(application: Any, environ: Environ, requests: int) -> Environ:
    """Make some requests; say how many seconds each took.

    Of ours each has the same part. Of the clock's the median counts: somebody else
    may have been let in before us while one of them ran.
    """
    gc.collect()  # nobody pays for what the round before has left
    ask(application, environ, 1 + requests // 10)  # the caches are somebody else's
    ours, moments = process_time(), [perf_counter()]
    for _ in range(requests):
        call(application, environ.copy())
        moments.append(perf_counter())
    ours = process_time() - ours
    wall = median(end - begin for begin, end in pairwise(moments))
    return {"cpu": ours / requests, "wall": wall}


def obey(application: Any, order: Environ) -> Environ:
    """Do what an order says."""
    if order["do"] == "tell":
        return {"cpu": process_time()}
    environ = make_environ(order["address"], order["headers"])
    if order["do"] == "look":
        return look(application, environ)
    if order["do"] == "ask":
        return ask(application, environ, order["requests"])
    return repeat(application, environ, order["requests"])


def main() -> None:
    """Import the application and obey until nobody orders any more."""
    if "--alone" in sys.argv:
        # What is done by the clock would be counted with requests that it meets.
        threading.Thread.start = lambda self: None  # type: ignore[method-assign]
    application = load(sys.argv[1])
    said = os.dup(2)
    # The log is written, but kept nowhere.
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123
        os.dup2(nowhere.fileno(), 2)
    print(json.dumps({}), flush=True)
    try:
        for line in sys.stdin:
            print(json.dumps(obey(application, json.loads(line))), flush=True)
    except BaseException:
        os.dup2(said, 2)  # but for what we die of
        raise


if __name__ == "__main__":
    main()
