"""What the comparison of two answers looks at, and what it leaves out."""

import httpx
import pytest

from .normalize import Answer, Change, differences, normalize

URL = "http://127.0.0.1:8001"
OTHER_URL = "http://127.0.0.1:8002"
NOW = "Wed, 01 Jan 2025 00:00:00 GMT"
TOKEN = "x" * 64
LABELED = """
<label for="{0}a">A</label>
<input id="{0}a" name="a" aria-describedby="{0}a_help"><p id="{0}a_help">h</p>
"""
HIDDEN = '<input type="hidden" name="{0}" id="{0}" value="{1}">'


def answer(
    body: str = "",
    *,
    status: int = 200,
    url: str = URL,
    sent: dict[str, str] | None = None,
    headers: dict[str, str] | list[tuple[str, str]] | None = None,
) -> Answer:
    """Reduce an answer that has this body."""
    given = httpx.Headers(headers)
    given.setdefault("Content-Type", "text/html; charset=utf-8")
    given["Date"] = NOW
    request = httpx.Request("GET", url, headers=sent)
    return normalize(
        httpx.Response(status, headers=given, text=body, request=request), url
    )


def header(name: str, value: str, **options: object) -> str | None:
    """Reduce one header."""
    reduced = answer(headers={name: value}, **options)  # type: ignore[arg-type]
    return reduced.headers.get(name)


def cookie(value: str, **sent: str) -> str | None:
    """Reduce one cookie."""
    return header("Set-Cookie", value, sent=sent)


@pytest.mark.parametrize("name", ["Date", "Server", "Connection", "Content-Length"])
def test_headers_of_the_server_are_left_out(name: str) -> None:
    assert header(name, "1") is None


@pytest.mark.parametrize(
    ("name", "value", "reduced"),
    [
        ("Allow", "POST, GET,HEAD", "GET, HEAD, POST"),
        ("Vary", "Cookie, Accept", "Accept, Cookie"),
        ("Cache-Control", "max-age=0, no-cache, no-store, private", "no-store"),
        ("Cache-Control", "public, max-age=60", "max-age=60, public"),
        ("Content-Type", 'text/css; charset="utf-8"', "text/css; charset=utf-8"),
        ("Last-Modified", NOW, "present"),
        ("Retry-After", "10", "10"),
        ("X-Frame-Options", "DENY", "DENY"),
    ],
)
def test_headers_are_reduced_to_what_they_say(
    name: str, value: str, reduced: str
) -> None:
    assert header(name, value) == reduced


@pytest.mark.parametrize(
    ("value", "reduced"),
    [
        (f"{URL}/home/", "/home/"),
        ("https://127.0.0.1:8001/home/", "/home/"),
        (URL, "/"),
        ("/login/?next=%2Fposts%2Fnew%2F", "/login/?next=/posts/new/"),
        ("/home/?a=1+2&b=", "/home/?a=1+2&b="),
        ("/home/?a=1%202&b", "/home/?a=1+2&b="),
        ("//evil.example/", "//evil.example/"),
        ("http://evil.example/", "http://evil.example/"),
    ],
)
def test_a_location_is_relative_to_its_host(value: str, reduced: str) -> None:
    assert header("Location", value, status=302) == reduced


@pytest.mark.parametrize(
    ("value", "reduced"),
    [
        ("a=1; Path=/; HttpOnly", "until the browser closes; httponly; path=/"),
        ("b=2; HttpOnly; Path=/", "until the browser closes; httponly; path=/"),
        ("a=1; Max-Age=2592000", "30 days"),
        ("a=1; Expires=Fri, 31 Jan 2025 00:00:01 GMT", "30 days"),
        ("a=; Max-Age=0; Path=/", "deleted"),
        ("a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "deleted"),
        ("a=1; Secure; SameSite=Lax", "until the browser closes; samesite=Lax; secure"),
    ],
)
def test_a_cookie_is_what_guards_it(value: str, reduced: str) -> None:
    assert cookie(value, Cookie="c=3") == reduced


def test_a_cookie_that_the_browser_has_is_no_change() -> None:
    assert cookie("a=1; Path=/", Cookie="b=2; a=1") is None
    assert cookie("a=; Max-Age=0") is None


def test_cookies_are_a_set() -> None:
    pairs = [("Set-Cookie", "a=1; Max-Age=86400"), ("Set-Cookie", "b=1; Max-Age=86400")]

    assert answer(headers=pairs).headers["Set-Cookie"] == "1 days"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<p>a  b\n</p>", "<p>\n a b</p>"),
        ('<a class="x y" href="/">a</a>', "<a href='/' class='y  x'>a</a>"),
        ("<p>&#39;&quot;</p>", "<p>&#x27;&#34;</p>"),
        ('<input name="a" value="">', '<input name="a">'),
        (LABELED.format(""), LABELED.format("id_")),
        (
            f"<form>{HIDDEN.format('t', TOKEN)}<p>a</p></form>",
            f"<form><p>a</p>{HIDDEN.format('u', TOKEN + 'y')}</form>",
        ),
        ("<p>a</p><footer><p>one</p></footer>", "<p>a</p><footer><b>two</b></footer>"),
        (
            '<time datetime="2025-01-02T03:04:05Z">2 January 2025, 03:04</time>',
            '<time datetime="2026-11-22T13:14:15.5Z">22 May 2026, 13:14</time>',
        ),
        ("<textarea>\n\na</textarea>", "<textarea>\r\n\r\na</textarea>"),
        ("<!-- a --><p>b</p>", "<p>b</p>"),
    ],
)
def test_pages_are_alike(one: str, other: str) -> None:
    assert answer(one).body == answer(other).body


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<p>a</p>", "<p>b</p>"),
        ("<p>a</p>", "<p><b>a</b></p>"),
        ("<p>a</p>b", "<p>ab</p>"),
        ("<textarea>\na\nb</textarea>", "<textarea>\na b</textarea>"),
        ("<textarea>a</textarea>", "<textarea>\n\na</textarea>"),
        ('<a href="/1">a</a>', '<a href="/2">a</a>'),
        ('<input id="a" name="a">', '<input id="b" name="b">'),
        (
            '<label for="a">A</label><input id="a" name="a">',
            '<label for="b">A</label><input id="a" name="a">',
        ),
        (
            '<form><input type="hidden" name="next" value="/"></form>',
            "<form></form>",
        ),
        ("<time>2 January 2025</time>", "<time>2025-01-02</time>"),
        ("<p>2 January 2025</p>", "<p>3 January 2025</p>"),
    ],
)
def test_pages_differ(one: str, other: str) -> None:
    assert answer(one).body != answer(other).body


def test_addresses_of_a_site_are_relative() -> None:
    page = answer(f'<a href="{URL}/posts/1/">a</a>')

    assert page == answer(f'<a href="{OTHER_URL}/posts/1/">a</a>', url=OTHER_URL)


def test_nobody_reads_the_body_of_a_redirect() -> None:
    assert answer("<p>a</p>", status=302, headers={"Location": "/"}).body == ()


def test_feeds_are_compared_as_xml() -> None:
    atom = {"Content-Type": "application/atom+xml"}
    one = """
        <feed xmlns="urn:a"><updated>2025-01-02</updated><link rel="a" href="b"/></feed>
    """
    other = (
        '<?xml version="1.0"?>\n<a:feed xmlns:a="urn:a">\n'
        "<a:updated>2026-03-04</a:updated> <a:link href='b' rel='a'></a:link></a:feed>"
    )

    assert answer(one, headers=atom).body == answer(other, headers=atom).body
    assert len(answer(one, headers=atom).body) == 3


def test_equal_answers_have_no_differences() -> None:
    assert differences(answer("<p>a</p>"), answer("<p> a </p>")) == []


def test_differences_name_status_header_and_lines() -> None:
    first = answer("<p>a</p><p>b</p>", headers={"Allow": "GET"})
    second = answer("<p>c</p><p>b</p>", status=400)

    assert differences(first, second) == [
        Change("status", "200", "400"),
        Change("Allow", "GET", ""),
        Change("body", "a", "c"),
    ]


def test_pages_with_different_titles_are_named_by_them() -> None:
    first = answer("<title>One</title><p>a</p>")

    assert differences(first, answer()) == [Change("body", "page: One", "nothing")]
