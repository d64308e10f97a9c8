"""The id of a request, and what the log says of it."""

import json
import re
import socket
from datetime import datetime, timedelta
from http.client import HTTPResponse
from time import monotonic
from urllib.parse import urlsplit

import pytest

from .contract import row
from .servers import ended
from .visitor import token

WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{1,64}")
MIB = 1024 * 1024
SECONDS_TO_WAIT = 10
FIELDS = {"time", "level", "logger", "message", "request_id"}
FIELDS_OF_A_REQUEST = FIELDS | {"method", "path", "status", "milliseconds"}

# What would end a line early, hide it, or move the cursor of a terminal.
UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)

GOOD_IDS = ["a", "7", "-", ".", "_", "Az.09_-", "x" * 64, "request_id", "null"]
BAD_IDS = [
    b"",
    b" ",
    b"x" * 65,
    b"x" * 4000,
    b"two words",
    b"tab\tbetween",
    b"a,b",
    b'"quoted"',
    b"'",
    b'x","level":"CRITICAL',
    b"a;b",
    b"a/b",
    b"a:b",
    b"<b>",
    b"%0a",
    b"\\n",
    b"{}",
    b"$(id)",
    b"\xe9",
    "é".encode(),
    "١".encode(),
    "ａ".encode(),  # noqa: RUF001 - a letter of full width is what this is about
    b"\x80\xff",
]


def raw(site, *headers, method="GET", path="/", host=None):
    """Send a request byte by byte, so that no client mends it; give the answer."""
    host = urlsplit(site.url).netloc if host is None else host
    lines = [
        f"{method} {path} HTTP/1.1".encode("latin-1"),
        f"Host: {host}".encode("latin-1"),
        b"Connection: close",
        *headers,
    ]
    address = urlsplit(site.url)
    with socket.create_connection((address.hostname, address.port), 10) as connection:
        connection.sendall(b"\r\n".join(lines) + b"\r\n\r\n")
        response = HTTPResponse(connection)
        response.begin()
        response.read()
    return response


def the_id(headers):
    """The id that an answer carries, once and well formed."""
    values = headers.get_list("X-Request-ID") if hasattr(headers, "get_list") else (
        headers.get_all("X-Request-ID", [])
    )
    assert len(values) == 1, values
    assert WELL_FORMED.fullmatch(values[0]), values
    return values[0]
