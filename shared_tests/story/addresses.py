"""Addresses, page numbers and hosts, and pages as people read them."""

from .telling import (
    AUTHOR,
    KIM,
    LAST_PAGE,
    PASSWORD,
    POSTS_PER_PAGE,
    STRANGER,
    STRANGERS_POST,
    UNCOMMENTED,
    Story,
    group,
)


@group(
    "quotes in HTML", "autoescape", "dates in templates", "missing variable's attribute"
)
@group(
    "striptags, urlize, wordcount, truncate, filesizeformat",
    "`default` filter on '' or None",
)
def pages(story: Story) -> None:
    """Read every page, with marks, neighbors and long lists."""
    for address in (
        "/posts/1/",
        f"/posts/{UNCOMMENTED}/",
        f"/posts/{STRANGERS_POST}/",
        "/posts/7/",
    ):
        for who in ("anybody", STRANGER, AUTHOR):
            story.get(address, who)
    for who in ("anybody", STRANGER, AUTHOR):
        story.get("/", who, note="with read marks")
        story.get("/authors/grace/", who)
    for number in range(1, LAST_PAGE + 1):
        story.get(f"/?page={number}")
        story.get(f"/authors/ada/?page={number}")
        story.get(f"/home/?page={number}")
    for query in (
        "?per_page=1",
        "?page=2&per_page=100",
        "?page=2&other=%3Cscript%3E&page_=3",
    ):
        story.get(f"/{query}")
        story.get(f"/authors/ada/{query}")
    story.get("/posts/1/edit/", AUTHOR)
    story.get("/posts/1/delete/", AUTHOR)
    story.get("/login/?next=/posts/new/")
    story.get("/login/?next=%22%3E%3Cscript%3E")
    story.get("/feed.atom")
    story.get("/feed.atom?page=2")


PAGE_NUMBERS = {
    "abc, 1e3, 2.0, 0x2": (
        "page=abc",
        "page=1e3",
        "page=2.0",
        "page=0x2",
        "page=2,0",
        "page=1_0",
    ),
    "empty, bare key": ("page=", "page"),
    "0, -1, 4, 999": (
        "page=0",
        "page=-1",
        f"page={LAST_PAGE + 1}",
        "page=999",
        "page=-0",
    ),
    "1&page=2": (
        "page=1&page=99",
        "page=99&page=1",
        "page=&page=1",
        "page=1&page=",
    ),
    "fullwidth, Arabic digits": ("page=%EF%BC%92", "page=%D9%A2", "page=%C2%B2"),
    "`+2`, `%2B2`, ` 2 `, 02": (
        "page=+2",
        "page=%2B2",
        "page=%202%20",
        "page=02",
        "page=2%00",
    ),
    "last": ("page=last", "page=LAST", "page=first"),
    "2^63-1, 10^20, 4300 nines": (
        f"page={2**31}",
        f"page={2**63 // POSTS_PER_PAGE - 1}",
        f"page={2**63 // POSTS_PER_PAGE}",
        f"page={2**63 - 1}",
        f"page={2**63}",
        f"page={10**20}",
        f"page=-{10**20}",
        f"page={'9' * 4000}",
        f"page={'9' * 4300}",
        f"page={'9' * 5000}",
    ),
}


@group(*PAGE_NUMBERS)
def page_numbers(story: Story) -> None:
    """Ask for pages by numbers of every kind."""
    for queries in PAGE_NUMBERS.values():
        for query in queries:
            shown = query if len(query) < 50 else f"page= and {len(query) - 5} nines"
            for address in ("/", "/authors/ada/"):
                story.get(f"{address}?{query}", shown=f"{address}?{shown}")
    story.get("/home/?page=last")
    story.get("/authors/grace/?page=2")


# Addresses.


TOO_MANY_SLASHES = (
    "//",
    "//home/",
    "//posts/1/",
    "/posts//1/",
    "/posts/1//",
    "/posts//1//",
    "//evil.example/",
    "//evil.example/home",
    "//evil.example",
    "/%2Fevil.example",
    "/%5Cevil.example",
    "//static/style.css",
    "/static//style.css",
)


@group("missing slash", "`//posts/`, `/posts//`")
def slashes(story: Story) -> None:
    """Leave slashes out, and write too many."""
    for address in (
        "/home",
        "/home?page=2&x=a%20b",
        "/posts/1",
        "/posts/new",
        "/posts/1/edit",
        "/authors/ada",
        "/authors/nobody",
        "/login?next=/posts/new/",
        "/account/password",
        "/posts/999",
        "/nothing",
        "/healthz/",
        "/feed.atom/",
        "/logout",
        "/posts/1/comments",
        "/comments/1/delete",
    ):
        story.get(address)
    story.ask("HEAD", "/home")
    story.visitor("replier").log_in(STRANGER, PASSWORD)
    story.post("/posts/13/comments/", {"body": "Yes."}, "replier")
    story.get("/home", "replier", note="with a message")
    story.get("/home/", "replier", note="with a message")
    story.post("/login", {"username": AUTHOR, "password": PASSWORD})
    story.post("/posts/1/comments", KIM)
    story.ask("POST", "/posts/1/comments", data=KIM, note="without a token")
    for address in TOO_MANY_SLASHES:
        story.get(address)
    story.post("//login/", {"username": AUTHOR, "password": "wrong"})


@group("`<int>` with fullwidth digits", "id 10^20")
def ids(story: Story) -> None:
    """Ask for rows by ids of every kind."""
    for shown, id in {
        "fullwidth 1": "%EF%BC%91",
        "Arabic 1": "%D9%A1",
        "superscript 2": "%C2%B2",
        "0": "0",
        "-1": "-1",
        "+1": "+1",
        "01": "01",
        "1.0": "1.0",
        "1_0": "1_0",
        "a": "a",
        "1 and NUL": "1%00",
        "999": "999",
        "2^62": str(2**62),
        "2^63-1": str(2**63 - 1),
        "2^63": str(2**63),
        "10^20": str(10**20),
        "3000 nines": "9" * 3000,
    }.items():
        story.get(f"/posts/{id}/", shown=f"/posts/ {shown}")
    for shown, id in {
        "fullwidth 1": "%EF%BC%91",
        "Arabic 1": "%D9%A1",
        "01": "01",
    }.items():
        story.get(f"/posts/{id}/edit/", AUTHOR, shown=f"/posts/ {shown} /edit/")
        story.post(
            f"/posts/{id}/comments/", {"body": ""}, shown=f"/posts/ {shown} /comments/"
        )
    for shown, id in {"999": "999", "2^63": str(2**63), "10^20": str(10**20)}.items():
        story.post(
            f"/comments/{id}/delete/", who=AUTHOR, shown=f"/comments/ {shown} /delete/"
        )
        story.post(
            f"/posts/{id}/delete/", who=AUTHOR, shown=f"/posts/ {shown} /delete/"
        )


@group("NUL in a text field")
def names(story: Story) -> None:
    """Ask for authors by names of every kind."""
    for name in (
        "nobody",
        "ADA",
        "Ada",
        "ada%00",
        "%00",
        "ada%20",
        "a%20b",
        "%E2%80%A6",
        "%C3%A9",
        "a%2Fb",
        "ada;x=1",
        "%EF%BD%81da",
        "-ada",
        "%FF",
        "x" * 300,
    ):
        story.get(f"/authors/{name}/")


@group("404/500 pages", "decoding of invalid UTF-8")
def nowhere(story: Story) -> None:
    """Ask for what is not there."""
    for address in (
        "/nothing",
        "/nothing/?next=/",
        "/admin/",
        "/favicon.ico",
        "/robots.txt",
        "/index.html",
        "/%FF/",
        "/%00",
        "/%0D%0AX-Evil:%201/",
        "/home/%0A",
        "/Home/",
        "/HOME/",
        "/static/",
        "/static/nothing.css",
        "/static/..%2Fsettings.py",
        "/static/%2e%2e/settings.py",
        "/static/%00",
        "/media/",
        "/posts/",
        "/posts/1/comments/1/",
        "/authors/",
        "/comments/",
        "/?%FF=%FF",
        "/?page=%FF",
    ):
        story.get(address)
    story.ask("POST", "/nothing", data={"a": "b"})
    story.get("/" + "x" * 3000, shown="/ and 3000 letters")


HOSTS = {
    "evil.example": "evil.example",
    "localhost": "localhost",
    "LOCALHOST": "LOCALHOST",
    "localhost with a dot": "localhost.",
    "another port": "127.0.0.1:9999",
    "a port that is none": "127.0.0.1:abc",
    "IPv6": "[::1]",
    "a subdomain": "sub.localhost",
    "0.0.0.0": "0.0.0.0",  # noqa: S104 - a name to send, not one to listen on
    "a path": "localhost/evil",
    "a user": "evil@localhost",
    "a comma": "localhost,evil.example",
    "an underscore": "local_host",
    "nothing": "",
}


@group("unknown Host", "behind a TLS proxy")
def hosts(story: Story) -> None:
    """Ask under names that the site has, and others."""
    port = story.url.rpartition(":")[2]
    of_this_port = {
        "evil.example with a port": f"evil.example:{port}",
        "localhost with a port": f"localhost:{port}",
    }
    for shown, host in (HOSTS | of_this_port).items():
        for address in ("/", "/home"):
            story.get(address, headers={"Host": host}, note=shown)
    story.get("/feed.atom", headers={"Host": "feed.localhost"})
    story.ask("POST", "/login/", headers={"Host": "evil.example"})
    for header in ("X-Forwarded-Host", "X-Host", "Forwarded"):
        story.get("/feed.atom", headers={header: "host=evil.example"}, note=header)
    secure = {"X-Forwarded-Proto": "https"}
    story.get("/", headers=secure, note="over TLS")
    story.get("/home", headers=secure, note="over TLS")
    story.get("/login/", headers=secure, note="over TLS")


# Headers that change what is answered.


@group("static files", "security headers")
def negotiation(story: Story) -> None:
    """Ask with headers that could change the answer."""
    future = "Tue, 01 Jan 2999 00:00:00 GMT"
    for note, headers in {
        "German": {"Accept-Language": "de"},
        "JSON": {"Accept": "application/json"},
        "gzip": {"Accept-Encoding": "gzip"},
        "not modified": {"If-Modified-Since": future},
        "no match": {"If-None-Match": '"x"'},
        "any match": {"If-None-Match": "*"},
        "range": {"Range": "bytes=0-9", "Accept-Encoding": "identity"},
        "impossible range": {
            "Range": "bytes=999999999-",
            "Accept-Encoding": "identity",
        },
        "another method": {"X-HTTP-Method-Override": "DELETE"},
    }.items():
        for address in ("/", "/feed.atom", "/static/style.css"):
            story.get(address, headers=headers, note=note)
    story.get("/nothing/", headers={"Accept": "application/json"})
    story.post("/login/", {}, headers={"Accept-Language": "de"}, note="German")
    story.get("/static/icon.svg")
    tag = story.visitor("anybody").get("/static/style.css").headers.get("ETag", "")
    story.get("/static/style.css", headers={"If-None-Match": tag}, note="its own ETag")
    for address in (
        "/static/style.css?v=0123456789ab",
        "/static/style.0123456789ab.css",
    ):
        story.get(address)
    linked = story.visitor("anybody").get("/").link("stylesheet") or ""
    for note, headers in {
        "any coding": {},
        "gzip": {"Accept-Encoding": "gzip"},
        "no coding": {"Accept-Encoding": "identity"},
    }.items():
        story.get(linked, headers=headers, shown="the linked style sheet", note=note)
