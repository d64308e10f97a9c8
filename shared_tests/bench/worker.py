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
from importlib import import_module
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


def call(application: Any, environ: Environ) -> tuple[str, bytes]:
    """Make one request, and give its status and its whole body."""
    heard = []
    answer = application(environ, lambda status, headers, *_: heard.append(status))
    try:
        body = b"".join(answer)
    finally:
        if hasattr(answer, "close"):
            answer.close()
    return heard[-1], body


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
        status, body = call(application, environ)
    finally:
        sys.setprofile(None)
    return {"status": status, "body": body.decode("latin-1"), "statements": statements}


def repeat(application: Any, environ: Environ, requests: int) -> Environ:
    """Make some requests; say how many seconds each took, of the clock and of ours."""
    gc.collect()  # nobody pays for what the round before has left
    for _ in range(1 + requests // 10):
        call(application, environ.copy())  # the caches are full of somebody else
    wall, ours = perf_counter(), process_time()
    for _ in range(requests):
        call(application, environ.copy())
    ours, wall = process_time() - ours, perf_counter() - wall
    return {"cpu": ours / requests, "wall": wall / requests}


def memory() -> Environ:
    """Say how many bytes this process takes, its part of shared ones included."""
    with open("/proc/self/smaps_rollup", encoding="ascii") as lines:  # noqa: PTH123
        found = dict(line.split(":", 1) for line in lines if ":" in line)
    return {"bytes": int(found["Pss"].split()[0]) * 1024}


def obey(application: Any, order: Environ) -> Environ:
    """Do what an order says."""
    if order["do"] == "memory":
        return memory()
    environ = make_environ(order["address"], order["headers"])
    if order["do"] == "look":
        return look(application, environ)
    return repeat(application, environ, order["requests"])


def main() -> None:
    """Import the application and obey until nobody orders any more."""
    application = load(sys.argv[1])
    # From here on the log is written, but kept nowhere.
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123
        os.dup2(nowhere.fileno(), 2)
    print(json.dumps({}), flush=True)
    for line in sys.stdin:
        print(json.dumps(obey(application, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
