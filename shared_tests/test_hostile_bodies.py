"""Bodies and requests that no browser sends: none is 500, and nothing is stored."""

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from sqlalchemy import Engine, create_engine, select, text

from .contract import row
from .databases import BACKENDS, TABLES, create_database, driver
from .servers import Server
from .visitor import Visitor

FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=x"
HUGE = "9" * 5000
BIG = str(2**63)
MANY = 2000


@dataclass(frozen=True)
class Sent:
    """A request. TOKEN in a body stands for the hidden fields, OWN for a cookie."""

    name: str
    content: bytes = b""
    kind: str = FORM
    address: str = "/posts/1/comments/"
    method: str = "POST"
    headers: dict[str, str] = field(default_factory=dict)


def multipart(name: str, content: bytes, kind: str = PARTS) -> Sent:
    """Send a body that says it is multipart."""
    return Sent(f"multipart: {name}", content, kind)


def part(disposition: bytes, more: bytes = b"", value: bytes = b"v") -> bytes:
    """Write one part of a multipart body, and its end."""
    head = b"Content-Disposition: " + disposition + b"\r\n" + more
    return b"--x\r\n" + head + b"\r\n" + value + b"\r\n--x--\r\n"


def form(name: str, content: bytes, kind: str = FORM) -> Sent:
    """Send a body of a form that says it is of this kind."""
    return Sent(f"form: {name}", b"TOKEN&" + content, kind)


NAMED = b'form-data; name="body"'
TEXT = b"Content-Type: text/plain; charset="
CODING = b"Content-Transfer-Encoding: "

CORPUS = [
    # Multipart.
    multipart("empty", b""),
    multipart("no boundary", b"--x\r\n", "multipart/form-data"),
    multipart("empty boundary", b"--\r\n", "multipart/form-data; boundary="),
    multipart("long boundary", b"x", f"multipart/form-data; boundary={'x' * 3000}"),
    multipart("a boundary not in ASCII", b"x", "multipart/form-data; boundary=\xe9"),
    multipart("a boundary with a quote", b"x", 'multipart/form-data; boundary="x'),
    multipart(
        "two boundaries", b"--y--\r\n", "multipart/form-data; boundary=x; boundary=y"
    ),
    multipart("another boundary", b"--y\r\n\r\nv\r\n--y--\r\n"),
    multipart("end alone", b"--x--\r\n"),
    multipart("cut in a header", b"--x\r\nContent-Dispo"),
    multipart("cut in a value", b"--x\r\nContent-Disposition: " + NAMED + b"\r\n\r\nv"),
    multipart("no line breaks", b"--x" + NAMED + b"v--x--"),
    multipart("bare LF", part(NAMED).replace(b"\r\n", b"\n")),
    multipart("bare CR", part(NAMED).replace(b"\r\n", b"\r")),
    multipart("no disposition", b"--x\r\n\r\nv\r\n--x--\r\n"),
    multipart("no name", part(b"form-data")),
    multipart("empty name", part(b'form-data; name=""')),
    multipart("open name", part(b'form-data; name="body')),
    multipart("NUL in a name", part(b'form-data; name="bo\0dy"')),
    multipart("bytes in a name", part(b'form-data; name="\xff\xfe"')),
    multipart("extended name", part(b"form-data; name*=utf-8''%FF%00")),
    multipart("extended name in klingon", part(b"form-data; name*=klingon''a")),
    multipart("extended name, half", part(b"form-data; name*=utf-8'")),
    multipart("long name", part(b'form-data; name="' + b"x" * 20_000 + b'"')),
    multipart("many parameters", part(b"form-data" + b"; a=b" * 3000)),
    multipart("NUL", part(NAMED, value=b"a\0b")),
    multipart("bytes", part(NAMED, value=b"\xff\xfe\x80")),
    multipart("a surrogate", part(NAMED, value=b"\xed\xa0\x80")),
    multipart("a file", part(NAMED + b'; filename="a.txt"')),
    multipart("a file named ..", part(NAMED + b'; filename="../../a"')),
    multipart("a file named NUL", part(NAMED + b'; filename="\0"')),
    multipart("a file without a name", part(NAMED + b'; filename=""')),
    multipart("a token as a file", part(b'form-data; name="csrf_token"; filename="a"')),
    multipart(
        "a token as a file",
        part(b'form-data; name="csrfmiddlewaretoken"; filename="a"'),
    ),
    multipart("a charset of its own", part(NAMED, TEXT + b"utf-16\r\n")),
    multipart("an unknown charset", part(NAMED, TEXT + b"klingon\r\n")),
    multipart("base64", part(NAMED, CODING + b"base64\r\n", b"YQ==")),
    multipart("broken base64", part(NAMED, CODING + b"base64\r\n", b"Y")),
    multipart(
        "quoted-printable", part(NAMED, CODING + b"quoted-printable\r\n", b"=Z=")
    ),
    multipart("long header", part(NAMED, b"X: " + b"x" * 20_000 + b"\r\n")),
    multipart("many headers", part(NAMED, b"X: y\r\n" * 2000)),
    multipart(
        "a part in a part",
        part(NAMED, b"Content-Type: multipart/mixed; boundary=x\r\n"),
    ),
    multipart(
        "many parts", b"".join(part(NAMED)[:-7] for _ in range(MANY)) + b"--x--\r\n"
    ),
    multipart("mixed", part(NAMED), "multipart/mixed; boundary=x"),
    # Forms.
    form("2,000 fields", "&".join(f"f{n}=v" for n in range(MANY)).encode()),
    form("2,000 of one name", b"&".join([b"body=v"] * MANY)),
    form("2,000 ampersands", b"&" * MANY),
    form("empty names", b"=x&=&==&%00=x"),
    form("deep names", b"a[b][c]" + b"[d]" * 5000 + b"=x"),
    form("a name of 100 kB", b"x" * 100_000 + b"=y"),
    form("NUL", b"name=a%00&email=a%00@b.org&body=%00"),
    form("NUL as it is", b"name=a\0&email=a@b.org&body=\0"),
    form("bad UTF-8", b"name=%FF%FE&email=%80&body=%C0%80"),
    form("bad UTF-8 as it is", b"name=\xff\xfe&email=\x80&body=\xc0\x80"),
    form("lone surrogates", b"name=%ED%A0%80&email=a&body=%ED%BF%BF"),
    form("broken escapes", b"name=%&email=%z&body=%u0041"),
    form(
        "huge integers",
        f"post_id={HUGE}&id={BIG}&version={HUGE}&submission={HUGE}".encode(),
    ),
    form("a broken id of the form", b"submission=%00&version=%00&body=x"),
    form("an id of the form twice", b"submission=a&submission=b&body="),
    form("latin-1", b"body=%E9", f"{FORM}; charset=latin-1"),
    form("UTF-16", b"body=x", f"{FORM}; charset=utf-16"),
    form("UTF-7", b"body=%2BADw-", f"{FORM}; charset=utf-7"),
    form("an unknown charset", b"body=", f"{FORM}; charset=klingon"),
    form("a charset that is a codec", b"body=", f"{FORM}; charset=base64"),
    form("an empty charset", b"body=", f"{FORM}; charset="),
    form("a charset with NUL", b"body=", f"{FORM}; charset=utf%008"),
    form("a long charset", b"body=", f"{FORM}; charset={'x' * 3000}"),
    Sent("no type", b"TOKEN&body=", ""),
    Sent("a type of nonsense", b"TOKEN&body=", ";;;=/"),
    Sent("JSON", b'{"body": "x"}', "application/json"),
    Sent("broken JSON", b'{"body": ', "application/json"),
    Sent("JSON that is a list", b"[1, 2]", "application/json"),
    Sent("JSON that is a number", HUGE.encode(), "application/json"),
    Sent("JSON that is deep", b"[" * 50_000, "application/json"),
    Sent("JSON of bytes", b'"\xff"', "application/json"),
    Sent(
        "JSON in UTF-16",
        '{"a": 1}'.encode("utf-16"),
        "application/json; charset=utf-16",
    ),
    Sent("gzip that is none", b"\x1f\x8b", FORM, headers={"Content-Encoding": "gzip"}),
    # Addresses and queries.
    *(
        Sent(
            f"{what} in {address}",
            b"TOKEN&body=",
            address=address.format(id=id),
            method=method,
        )
        for what, id in {
            "2^63": BIG,
            "5000 digits": "9" * 5000,
            "NUL": "%00",
            "bytes": "%FF",
            "a surrogate": "%ED%A0%80",
        }.items()
        for method, address in [
            ("GET", "/posts/{id}/"),
            ("POST", "/posts/{id}/comments/"),
            ("POST", "/comments/{id}/delete/"),
            ("GET", "/?page={id}"),
            ("GET", "/authors/{id}/"),
            ("GET", "/authors/kim/?page={id}"),
            ("GET", "/login/?next={id}"),
            ("GET", "/reset/{id}/"),
            ("GET", "/reset/{id}/{id}/"),
            ("GET", "/static/{id}"),
        ]
    ),
    Sent("2,000 values in a query", method="GET", address="/?" + "page=1&" * 1000),
    # Cookies and headers.
    *(
        Sent(f"a cookie: {name}", b"body=", headers={"Cookie": cookie}, method=method)
        for method in ("GET", "POST")
        for name, cookie in {
            "5 kB": "OWN=" + "x" * 5000,
            "many": "; ".join(f"c{n}=x" for n in range(500)),
            "several of one name": "OWN=a; OWN=b; OWN=",
            "NUL, escaped": "OWN=%00",
            "bytes": "OWN=\xff\xfe",
            "open quote": 'OWN="',
            "signs": "OWN=a.b.c",
            "compressed": "OWN=.eJwrSS0uAQAEXQHB.a.b",
            "nonsense": "=;,; =x; ;",
        }.items()
    ),
    Sent(
        "a length that is none",
        method="GET",
        address="/",
        headers={"Range": "bytes=x-"},
    ),
    Sent(
        "a date that is none",
        method="GET",
        address="/feed.atom",
        headers={"If-Modified-Since": "x"},
    ),
    Sent(
        "a date in the year 0",
        method="GET",
        address="/static/style.css",
        headers={"If-Modified-Since": "Mon, 00 Jan 0000 00:00:00 GMT"},
    ),
]


def named(corpus: list[Sent]) -> list[Any]:
    """Name each request in the list of tests."""
    return [pytest.param(sent, id=sent.name) for sent in corpus]


@dataclass
class Place:
    """A site on one database, with one post and one who reads it."""

    server: Server
    visitor: Visitor
    engine: Engine
    rows_before: dict[str, int] = field(default_factory=dict)

    def rows(self) -> dict[str, int]:
        """Count what each table holds."""
        with self.engine.connect() as connection:
            every = {
                table: connection.execute(select(text("1")).select_from(text(table)))
                for table in TABLES
            }
            return {table: len(rows.all()) for table, rows in every.items()}


@pytest.fixture(scope="module")
def places(request, launch, site_name, visit) -> Iterator[Callable[[str], Place]]:
    """Start the site once on each database."""
    engines = []

    @cache
    def place(backend: str) -> Place:
        if backend == "sqlite":
            server = launch.start(site_name)
        else:
            address = request.getfixturevalue("postgresql_server")
            url = create_database(address, f"hostile-{site_name}")
            folder = launch.new_folder(f"{site_name}-hostile")
            environment = launch.environment(folder, DATABASE_URL=url)
            launch.run(site_name, "migrate", folder, environment)
            server = launch.serve(site_name, folder, environment)
        author = visit(server)
        author.register(username="kim")
        assert author.write_post().id == 1
        engines.append(create_engine(driver(server.environment["DATABASE_URL"])))
        place = Place(server, visit(server), engines[-1])
        place.rows_before = place.rows()
        return place

    yield place
    for engine in engines:
        engine.dispose()


@row("HOSTILE-3")
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("sent", named(CORPUS))
def test_what_no_browser_sends_is_never_an_error_of_the_site(places, backend, sent):
    place = places(backend)
    hidden = place.visitor.hidden_fields()
    headers = {"Content-Type": sent.kind, **sent.headers}
    if "Cookie" in headers:
        names = sorted(cookie.name for cookie in place.visitor.cookies)
        headers["Cookie"] = headers["Cookie"].replace("OWN", names[-1])

    answer = place.visitor.twin().request(
        sent.method,
        sent.address,
        content=sent.content.replace(b"TOKEN", urlencode(hidden).encode(), 1)
        if sent.method == "POST"
        else None,
        headers={name: value.encode("latin-1") for name, value in headers.items()},
    )

    assert answer.status < 500
    assert place.visitor.get("/posts/1/").status == 200
    assert place.rows() == place.rows_before


# What only a socket can send: the length of the body is wrong, or is not there.
HEAD = "POST /posts/1/comments/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
TYPED = f"{HEAD}Content-Type: {FORM}\r\n"
CHUNKED = f"{TYPED}Transfer-Encoding: chunked\r\n\r\n"
RAW = {
    "no length": f"{TYPED}\r\n",
    "no length, with a body": f"{TYPED}\r\nbody=x",
    "a length that is too short": f"{TYPED}Content-Length: 2\r\n\r\nbody=x",
    "a length of 0": f"{TYPED}Content-Length: 0\r\n\r\nbody=x",
    "a length that is too long": f"{TYPED}Content-Length: 100\r\n\r\nbody=x",
    "a length below 0": f"{TYPED}Content-Length: -1\r\n\r\nbody=x",
    "a length that is no number": f"{TYPED}Content-Length: x\r\n\r\nbody=x",
    "a length with a sign": f"{TYPED}Content-Length: +6\r\n\r\nbody=x",
    "a length of 5000 digits": f"{TYPED}Content-Length: {HUGE}\r\n\r\nbody=x",
    "a length over 1 MiB": f"{TYPED}Content-Length: 9999999\r\n\r\nbody=x",
    "two lengths": f"{TYPED}Content-Length: 6\r\nContent-Length: 7\r\n\r\nbody=x",
    "chunks": f"{CHUNKED}6\r\nbody=x\r\n0\r\n\r\n",
    "chunks and a length": (
        f"{TYPED}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n"
        "6\r\nbody=x\r\n0\r\n\r\n"
    ),
    "chunks that end early": f"{CHUNKED}60\r\nbody=x\r\n",
    "a chunk of no size": f"{CHUNKED}x\r\nbody=x\r\n0\r\n\r\n",
    "a chunk of a huge size": f"{CHUNKED}{'F' * 100}\r\nbody=x\r\n0\r\n\r\n",
    "chunks without a body": f"{CHUNKED}0\r\n\r\n",
    "chunks of multipart": CHUNKED.replace(FORM, PARTS) + "4\r\n--x-\r\n0\r\n\r\n",
    "an unknown coding": f"{TYPED}Transfer-Encoding: klingon\r\n\r\nbody=x",
    "a header of NUL": f"{TYPED}X: \0\r\n\r\n",
    "an address of bytes": "GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "an address that is none": "GET x HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "an address with its host": (
        "GET http://evil.example/home HTTP/1.1\r\nHost: localhost\r\n"
        "Connection: close\r\n\r\n"
    ),
    "no host": "GET / HTTP/1.0\r\n\r\n",
    "an old protocol": "GET /\r\n",
    "an unknown protocol": "GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
    "nothing": "\r\n\r\n",
}


@row("HOSTILE-3")
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", RAW)
def test_a_body_of_a_wrong_length_is_never_an_error_of_the_site(places, backend, name):
    place = places(backend)

    answer = say(place.server.url, RAW[name].encode("latin-1"))

    # A server may hang up without a word, or know no such coding (RFC 9112: 501).
    assert re.match(rb"HTTP/1\.[01] ([1-4]\d\d|501) |\Z", answer)
    assert place.visitor.get("/posts/1/").status == 200
    assert place.rows() == place.rows_before


def say(url: str, sent: bytes) -> bytes:
    """Send bytes, say that there is no more, and read the answer to its end."""
    parts = urlsplit(url)
    address = (str(parts.hostname), int(parts.port or 80))
    with closing(socket.create_connection(address, timeout=30)) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        received = b""
        try:
            while more := connection.recv(65536):
                received += more
        except ConnectionResetError:
            pass  # it hung up without reading on
        return received
