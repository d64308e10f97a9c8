"""The id of a request, and what the log says of it."""

import json
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email import policy
from email.parser import BytesParser
from http.client import HTTPConnection
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import create_engine
from sqlalchemy import text as sql

from .contract import row
from .databases import BACKENDS, driver
from .mails import TRY, mails_to, reset_link, wait_until_all_are_sent
from .servers import ended
from .smtp_server import hold_port
from .visitor import token

WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{1,64}")
MIB = 1024 * 1024
SECONDS_TO_WAIT = 15
FIELDS = {"time", "level", "logger", "message", "request_id"}
FIELDS_OF_A_REQUEST = FIELDS | {"method", "path", "status", "milliseconds"}

# What ends a line early, hides it, turns it round or moves the cursor of a terminal.
UNSEEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)

# Requests of every kind, with the statuses that their answers may have.
REQUESTS: dict[str, tuple[set[int], str, str, dict[str, Any]]] = {
    "a page": ({200}, "GET", "/", {}),
    "a page without its body": ({200}, "HEAD", "/", {}),
    "a static file": ({200}, "GET", "{style}", {}),
    "a static file as it was": (
        {304},
        "GET",
        "{style}",
        {"headers": {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}},
    ),
    "the feed": ({200}, "GET", "/feed.atom", {}),
    "health": ({200}, "GET", "/healthz", {}),
    "a page for users": ({302}, "GET", "/account/", {}),
    "no such page": ({404}, "GET", "/no/such/page/", {}),
    "no such post": ({404}, "GET", "/posts/0/", {}),
    "no such page number": ({404}, "GET", "/?page=0", {}),
    "no such static file": ({404}, "GET", "/static/no-such-file.css", {}),
    "GET where POST is wanted": ({405}, "GET", "/logout/", {}),
    "an unknown method": ({403, 405}, "BREW", "/", {}),
    "a foreign host": ({400}, "GET", "/", {"headers": {"Host": "evil.example"}}),
    "a POST without a token": ({403}, "POST", "/login/", {}),
    "a body that is too long": (
        {413},
        "POST",
        "/login/",
        {"content": b"x" * (MIB + 1)},
    ),
}

IDS = ["a", "7", "-", ".", "_", "Az.09_-", "x" * 64, "null", "00000000"]
NO_IDS = {
    "empty": b"",
    "65 characters": b"x" * 65,
    "4,000 characters": b"x" * 4000,
    "a space": b"two words",
    "a tab": b"two\twords",
    "a comma": b"a,b",
    "double quotes": b'"a"',
    "quotes": b"'a'",
    "JSON": b'a","level":"CRITICAL","b":"',
    "a slash": b"a/b",
    "a colon": b"a:b",
    "a tag": b"<b>",
    "a line break, escaped": b"a%0ab",
    "a backslash": b"a\\nb",
    "Latin-1": b"\xe9",
    "UTF-8": "é".encode(),
    "an Arabic digit": "١".encode(),
    "a letter of full width": "ａ".encode(),
    "no text at all": b"\x80\xff",
}

# What must stay within the line of its request, whatever a path decodes to.
FORGED = '{"level": "CRITICAL", "message": "forged"}'
PATHS = {
    "a line feed": "/%0a{forged}",
    "a carriage return": "/%0d%0a{forged}",
    "JSON": '/%22,%22level%22:%22CRITICAL%22,%22x%22:%22"',
    "quotes and backslashes": "/%5c%22%5c%5c'",
    "an escape sequence": "/%1b%5b2J%1b%5b1;31m{forged}",
    "NUL": "/%00{forged}",
    "backspaces": "/%08%08%08%7f{forged}",
    "another line separator": "/%e2%80%a8{forged}",
    "another paragraph": "/%e2%80%a9{forged}",
    "a next line": "/%c2%85{forged}",
    "a form feed": "/%0c%0b%1c%1d%1e{forged}",
    "text from right to left": "/%e2%80%ae{forged}%e2%81%a6",
    "no UTF-8": "/%ff%fe%c0%af{forged}",
    "half a character": "/%ed%a0%80{forged}",
    "a percent sign": "/%25s%25(message)s%25n{{0}}",
    "a path of 4,000 characters": "/" + "%0a" * 1300,
}
HEADERS = {
    "an id": {"X-Request-ID": b'a","level":"CRITICAL'},
    "a host": {"Host": b'evil","level":"CRITICAL'},
    "a host that is no text": {"Host": b"\xe2\x80\xae\xff"},
    "a browser": {"User-Agent": b'"\xc2\x85\xe2\x80\xa8' + FORGED.encode()},
    "a cookie": {"Cookie": b'"\xc2\x85\xe2\x80\xa8' + FORGED.encode()},
    "a page before": {"Referer": b"http://evil.example/\xe2\x80\xa8" + FORGED.encode()},
    "an origin": {"Origin": b"http://evil.example/\xe2\x80\xa8"},
    "a type": {"Content-Type": b"multipart/form-data; boundary=\xe2\x80\xa8"},
}


def id_of(page):
    """The id that an answer carries, once and well formed."""
    values = page.headers.get_list("X-Request-ID")
    assert len(values) == 1, (page.address, page.status, values)
    assert WELL_FORMED.fullmatch(values[0]), (page.address, page.status, values)
    return values[0]


def ask(browser, kind, **headers):
    """Send a request of this kind; it must be answered as the table says."""
    statuses, method, address, options = REQUESTS[kind]
    if "{style}" in address:
        address = address.format(style=browser.get("/").link("stylesheet"))
    headers = {**options.get("headers", {}), **headers}
    page = browser.request(method, address, **{**options, "headers": headers})
    assert page.status in statuses
    return page


def parsed(server):
    """The lines that the log holds by now, each of them one JSON object."""
    lines = [json.loads(line) for line in server.log_lines()]
    assert all(isinstance(line, dict) for line in lines)
    return lines


def wait_for_lines(server, wanted):
    """Wait until a function finds something in the lines, and give what it finds."""
    deadline = monotonic() + SECONDS_TO_WAIT
    while monotonic() < deadline and not ended(server.process):
        if found := wanted(parsed(server)):
            return found
    raise AssertionError("\n".join(server.log_lines()[-20:]))


def lines_about(server, browser, id):
    """The lines with this id, when that of a later request is there too."""
    later = token()
    browser.get("/healthz", **{"X-Request-ID": later})

    def find(lines):
        ids = [line["request_id"] for line in lines if "status" in line]
        return {id, later} <= {*ids} and [
            line for line in lines if line["request_id"] == id
        ]

    return wait_for_lines(server, find)


@pytest.fixture(scope="module")
def log_site(start_site):
    """A site with a log in which only these tests are."""
    return start_site()


@pytest.fixture
def reader(log_site, visit):
    """An anonymous visitor of that site."""
    return visit(log_site)


@row("LOG-1")
@pytest.mark.parametrize("id", IDS)
def test_an_answer_carries_the_id_of_its_request(browser, id):
    for _ in range(2):
        assert id_of(browser.get("/", **{"X-Request-ID": id})) == id


@row("LOG-1")
@pytest.mark.parametrize("kind", REQUESTS)
def test_every_answer_carries_the_id_of_its_request(browser, kind):
    id = token()

    assert id_of(ask(browser, kind, **{"X-Request-ID": id})) == id


@row("LOG-1")
@pytest.mark.parametrize("kind", REQUESTS)
def test_every_answer_carries_a_new_id_where_the_request_has_none(browser, kind):
    ids = {id_of(ask(browser, kind)) for _ in range(3)}

    assert len(ids) == 3


@row("LOG-1")
@pytest.mark.parametrize("name", NO_IDS)
def test_what_is_no_id_is_not_taken(browser, name):
    ids = {id_of(browser.get("/", **{"X-Request-ID": NO_IDS[name]})) for _ in range(2)}

    assert len(ids) == 2
    assert not ids & {NO_IDS[name].decode("latin-1")}


@row("LOG-1")
def test_two_ids_are_none(browser):
    headers = {"X-Request-ID": "one.of-two", "x-request-id": "two.of-two"}
    ids = {id_of(browser.get("/", **headers)) for _ in range(2)}

    assert len(ids - {"one.of-two", "two.of-two"}) == 2


@row("LOG-1")
@pytest.mark.parametrize("name", ["X_Request_ID", "Request-ID", "X-Correlation-ID"])
def test_only_the_header_of_that_name_counts(browser, name):
    assert id_of(browser.get("/healthz", **{name: "mine"})) != "mine"


@row("LOG-1")
def test_no_two_answers_carry_the_same_new_id(browser):
    ids = [id_of(browser.get("/healthz")) for _ in range(200)]

    assert len({*ids}) == 200


@row("LOG-1")
def test_after_a_form_the_id_comes_back_too(new_browser, pen):
    def send(browser, address, **fields):
        fields |= browser.hidden_fields()
        headers = {"X-Request-ID": token()}
        page = browser.request("POST", address, fields=fields, headers=headers)
        assert id_of(page) == headers["X-Request-ID"]
        return page.status

    assert send(pen, "/posts/new/") == 400
    assert send(pen, "/posts/new/", title="T", body="B") in {302, 303}
    assert send(new_browser(), "/login/", username="x", password="y") == 400
    assert send(new_browser(), "/comments/1/delete/") == 403


@row("LOG-2")
def test_every_line_is_a_json_object_with_the_fields(log_site, reader):
    for kind in REQUESTS:
        ask(reader, kind)
    id = id_of(reader.get("/"))
    lines_about(log_site, reader, id)

    for line in parsed(log_site):
        assert line.keys() >= FIELDS
        assert line["level"] in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}
        assert isinstance(line["logger"], str)
        assert isinstance(line["message"], str)
        assert line["request_id"] is None or WELL_FORMED.fullmatch(line["request_id"])
        time = datetime.fromisoformat(line["time"])
        assert time.utcoffset() == timedelta(0)
        assert abs(datetime.now(UTC) - time) < timedelta(minutes=5)


@row("LOG-2")
def test_other_tests_have_left_nothing_else_in_the_log(own_site):
    assert all(line.keys() >= FIELDS for line in parsed(own_site))


def assert_one_line_each(server, browser, before, asked):
    """Check that so many requests have left so many lines, and none beside them."""
    last = id_of(browser.get("/healthz"))
    lines_about(server, browser, last)
    lines = parsed(server)[before:]
    text = server.log.read_text(encoding="utf-8")

    # The last two are the health checks above.
    assert len([line for line in lines if "status" in line]) == asked + 2
    assert not [line for line in lines if not line.keys() >= FIELDS]
    assert not [line for line in lines if line["level"] == "CRITICAL"]
    assert not UNSEEN.search(text)


@row("LOG-2")
@pytest.mark.parametrize("name", PATHS)
def test_no_path_can_forge_a_line(log_site, reader, name):
    lines_about(log_site, reader, id_of(reader.get("/")))
    before = len(log_site.log_lines())

    path = PATHS[name].format(forged=FORGED.replace(" ", "%20"))
    for address in (path, f"/authors{path}/", f"/?page={path}"):
        assert reader.get(address).status in {200, 301, 302, 308, 400, 404}

    assert_one_line_each(log_site, reader, before, asked=3)


@row("LOG-2")
@pytest.mark.parametrize("name", HEADERS)
def test_no_header_can_forge_a_line(log_site, reader, name):
    lines_about(log_site, reader, id_of(reader.get("/")))
    before = len(log_site.log_lines())

    for method, address in (("GET", "/"), ("POST", "/login/"), ("GET", "/account/")):
        reader.request(method, address, headers=HEADERS[name])

    assert_one_line_each(log_site, reader, before, asked=3)


@row("LOG-2")
def test_what_is_no_request_leaves_no_other_kind_of_line(log_site, reader):
    address = urlsplit(log_site.url)
    for text in (b"\x16\x03\x01\x02\x00", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"):
        connection = HTTPConnection(address.netloc, timeout=SECONDS_TO_WAIT)
        connection.connect()
        connection.sock.sendall(text + b"\r\n" * 2)
        while connection.sock.recv(4096):
            pass
        connection.close()

    assert lines_about(log_site, reader, id_of(reader.get("/")))


@row("LOG-3")
@pytest.mark.parametrize("kind", REQUESTS)
def test_a_request_is_one_line(log_site, reader, kind):
    id, method = token(), REQUESTS[kind][1]

    page = ask(reader, kind, **{"X-Request-ID": id})

    (line,) = [line for line in lines_about(log_site, reader, id) if "status" in line]
    assert line.keys() >= FIELDS_OF_A_REQUEST
    assert line["method"] == method
    assert line["path"] == page.address.split("?")[0]
    assert line["status"] == page.status
    assert isinstance(line["milliseconds"], (int, float))
    assert 0 <= line["milliseconds"] < SECONDS_TO_WAIT * 1000


@row("LOG-3")
@pytest.mark.parametrize(
    "address", ["/", "/login/", "/no/such/page/", "/no/such/page", "/static/no.css"]
)
def test_a_line_does_not_hold_the_query(log_site, reader, address):
    secret = token()

    page = reader.get(f"{address}?page=1&key={secret}")

    lines = lines_about(log_site, reader, id_of(page))
    assert [line["path"] for line in lines if "status" in line] == [address]
    assert secret not in json.dumps(lines)


def key_of(link):
    """The part of a link that nobody else may know."""
    return max(urlsplit(link).path.split("/"), key=len)


@row("LOG-3")
def test_no_line_holds_the_key_of_a_link_to_a_new_password(
    mail_site, smtp_server, visit
):
    user, browser = visit(mail_site), visit(mail_site)
    user.register()
    assert browser.ask_for_reset(user.email).is_redirect
    link = reset_link(mails_to(user.email, smtp_server)[0])

    for address in (link, f"{link}?key={key_of(link)}", link.rstrip("/"), f"{link}x"):
        browser.follow(address)
    assert browser.set_password(link, f"{token()} {token()}").is_redirect
    assert browser.follow(link).status == 400

    lines = lines_about(mail_site, browser, id_of(browser.get("/")))
    assert lines
    assert any("/reset/" in line.get("path", "") for line in parsed(mail_site))
    assert key_of(link) not in mail_site.log.read_text(encoding="utf-8")


@row("LOG-3")
def test_requests_over_one_connection_have_lines_and_ids_of_their_own(log_site, reader):
    connection = HTTPConnection(urlsplit(log_site.url).netloc, timeout=SECONDS_TO_WAIT)
    ids = {}
    for address in ("/", "/no/such/page/", "/healthz"):
        connection.request("GET", address)
        response = connection.getresponse()
        response.read()
        ids[response.headers["X-Request-ID"]] = address
    connection.close()

    assert len(ids) == 3
    for id, address in ids.items():
        lines = lines_about(log_site, reader, id)
        assert [line["path"] for line in lines if "status" in line] == [address]


@pytest.fixture(
    scope="module",
    params=[("cookie", 503), ("server", 503), ("cookie", 500)],
    ids=["no tables, cookie", "no tables, server", "no database"],
)
def failing(request, start_site, launch, visit):
    """A site that fails; a user and a link from before; the code of its answers."""
    store, status = request.param
    site = start_site(SESSION_STORE=store)
    user = visit(site)
    user.register()
    user.write_post()
    assert visit(site).ask_for_reset(user.email).is_redirect
    wait_until_all_are_sent(site)
    (file,) = (site.folder / "mail").iterdir()
    mail = BytesParser(policy=policy.default).parsebytes(file.read_bytes())
    if status == 500:
        site.stop()
        site.database.write_bytes(b"no database")
        again = launch.serve(site.name, site.folder, site.environment)
        return again, user.twin(again.url), reset_link(mail), status
    with closing(sqlite3.connect(site.database)) as connection, connection:
        tables = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
            " AND name NOT LIKE 'sqlite_%'"
        )
        for (name,) in tables.fetchall():
            connection.execute(f'DROP TABLE "{name}"')
    return site, user, reset_link(mail), status


@row("LOG-4", "LOG-3")
@pytest.mark.parametrize("who", ["anybody", "a user"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("address", ["/", "/posts/1/", "/feed.atom"])
def test_a_traceback_carries_the_id_of_the_answer(failing, visit, who, method, address):
    site, user, _, status = failing
    browser = user if who == "a user" else visit(site)

    for headers in ({"X-Request-ID": token()}, {}):
        page = browser.request(method, address, headers=headers)
        assert page.status == status
        id = id_of(page)
        assert id == headers.get("X-Request-ID", id)
        lines = lines_about(site, visit(site), id)

        told = [(line["path"], line["status"]) for line in lines if "status" in line]
        assert told == [(address, status)]
        failed = [line for line in lines if "Traceback (most" in json.dumps(line)]
        assert failed
        assert {line["level"] for line in failed} == {"ERROR"}


@row("LOG-3")
def test_no_traceback_holds_the_key_of_a_link_to_a_new_password(failing, visit):
    site, _, link, status = failing
    browser = visit(site)

    page = browser.follow(link)

    assert page.status == status
    lines = lines_about(site, visit(site), id_of(page))
    assert any("Traceback" in json.dumps(line) for line in lines)
    assert key_of(link) not in site.log.read_text(encoding="utf-8")


@row("LOG-4")
def test_no_traceback_is_without_an_id(failing, visit):
    site, _, _, _ = failing
    reader = visit(site)
    lines_about(site, reader, id_of(reader.get("/")))

    for line in parsed(site):
        # The sweep for mail fails too, and belongs to no request.
        text = json.dumps(line)
        if "Traceback" in text and "mail" not in text:
            assert line["request_id"]


def comment_with_id(browser, post, id):
    """Comment on a post with an id of one's own."""
    form = browser.open_form(post.address, post.comments_address)
    filled = {"name": "Kim", "email": "kim@example.org", "body": "Well said."}
    page = browser.request(
        "POST",
        form.action,
        fields={**form.values, **filled},
        headers={"X-Request-ID": id},
    )
    assert page.is_redirect
    assert id_of(page) == id


def lines_of_the_background(server, id):
    """Wait for what is said about this id beside the line of its request."""
    return wait_for_lines(
        server,
        lambda lines: [
            line for line in lines if line["request_id"] == id and "status" not in line
        ],
    )


@row("LOG-5")
def test_the_line_of_a_mail_carries_the_id_of_its_comment(
    mail_site, smtp_server, visit
):
    author = visit(mail_site)
    author.register()
    posts = author.write_posts(3)
    ids = [token() for _ in posts]

    for post, id in zip(posts, ids, strict=True):
        comment_with_id(visit(mail_site), post, id)

    titles = [post.title for post in posts]
    smtp_server.wait_for(
        lambda mails: all(
            any(title in mail["Subject"] for mail in mails) for title in titles
        )
    )
    said = [lines_of_the_background(mail_site, id)[0]["message"] for id in ids]
    assert len({number for text in said for number in TRY.findall(text)}) == 3


@row("LOG-5")
def test_the_line_of_a_mail_that_cannot_be_sent_carries_it_too(start_site, visit):
    with hold_port() as nobody:
        address = f"smtp://127.0.0.1:{nobody.getsockname()[1]}"
        site = start_site(MAIL_URL=address)
        author = visit(site)
        author.register()
        id = token()
        comment_with_id(visit(site), author.write_post(), id)
        line = lines_of_the_background(site, id)[0]

    assert TRY.search(line["message"])
    assert line["level"] in {"WARNING", "ERROR"}


@row("LOG-5")
def test_the_line_of_a_mail_for_a_new_password_carries_the_id_of_its_request(
    mail_site, smtp_server, visit
):
    user = visit(mail_site)
    user.register()
    visitor, id = visit(mail_site), token()
    form = visitor.open_form("/reset/")

    visitor.request(
        "POST",
        form.action,
        fields={**form.values, "email": user.email},
        headers={"X-Request-ID": id},
    )

    smtp_server.wait_for(lambda mails: any(user.email in mail["To"] for mail in mails))
    assert lines_of_the_background(mail_site, id)


@row("LOG-7")
@pytest.mark.parametrize("backend", BACKENDS)
def test_the_log_holds_nothing_that_somebody_typed(request, start_site, visit, backend):
    if backend == "postgresql":
        start_site = request.getfixturevalue("start_on_postgresql")
    site = start_site(LOGIN_TRIES="2")
    author, reader = visit(site), visit(site)
    secrets = {word: f"{token()}@{word}.example" for word in ("kim", "own", "new")}
    author.register(email=secrets["own"])
    secrets["password"] = author.password
    post = author.write_post()
    form = reader.get(post.address).form(post.comments_address)
    secrets |= {"name": token(), "body": token(), "title": token()}
    typed = {name: secrets[name] for name in ("name", "body")}
    writing = author.get("/posts/new/").form("/posts/new/")

    def type_everything():
        return [
            form.submit(**typed, email=secrets["kim"]),
            reader.log_in(secrets["own"], secrets["password"]),
            reader.log_in(secrets["password"], secrets["password"]),
            *[reader.log_in(author.username, secrets["new"]) for _ in range(4)],
            reader.ask_for_reset(secrets["own"]),
            writing.submit(title=secrets["title"], body=secrets["body"]),
            reader.post("/posts/new/", typed),
        ]

    statuses = {page.status for page in type_everything()}
    for table in ("blog_comment", "blog_post", "mail_message"):
        change_schema(site, f"ALTER TABLE {table} RENAME TO gone_{table}")
    statuses |= {page.status for page in type_everything()}

    assert statuses >= {302, 400, 403, 429}
    assert statuses & {500, 503}
    log = "\n".join(site.log_lines())
    assert [name for name, secret in secrets.items() if secret in log] == []


def change_schema(site, statement):
    """Take from a site what it needs, whatever its database."""
    engine = create_engine(driver(site.environment["DATABASE_URL"]))
    with engine.begin() as connection:
        connection.execute(sql(statement))
    engine.dispose()
