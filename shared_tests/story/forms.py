"""Tokens, fields and bodies of every kind."""

import json
from collections.abc import Iterable
from typing import Any

from .telling import (
    AUTHOR,
    KIM,
    OTHER_PASSWORD,
    PASSWORD,
    STRANGER,
    Headers,
    Story,
    group,
)

# Forged requests.


@group("plain http, foreign or null Origin", "CSRF failure", "behind a TLS proxy")
def origins(story: Story) -> None:
    """Send a valid token from pages of other sites."""
    evil = "https://evil.example"
    host = story.url.removeprefix("http://")
    for note, headers in {
        "own": {},
        "no Origin": {"Origin": None},
        "neither": {"Origin": None, "Referer": None},
        "foreign Origin": {"Origin": evil},
        "null Origin": {"Origin": "null"},
        "broken Origin": {"Origin": "http://[evil"},
        "foreign Origin and Referer": {"Origin": evil, "Referer": f"{evil}/"},
        "foreign Referer": {"Origin": None, "Referer": f"{evil}/"},
        "own Origin, foreign Referer": {"Referer": f"{evil}/"},
        "Origin of another port": {"Origin": "http://127.0.0.1:1"},
        "Origin over TLS": {"Origin": f"https://{host}"},
        "cross-site": {"Sec-Fetch-Site": "cross-site"},
    }.items():
        story.post("/posts/12/comments/", {"body": ""}, headers=headers, note=note)
    headers = {"Origin": evil}
    story.post(
        "/posts/12/comments/", {"body": ""}, AUTHOR, headers=headers, note="foreign"
    )
    over_tls: dict[str, Headers] = {
        "own": {"Origin": f"https://{host}", "Referer": f"https://{host}/"},
        "no Origin": {"Origin": None, "Referer": f"https://{host}/"},
        "neither": {"Origin": None, "Referer": None},
        "foreign Origin": {"Origin": evil, "Referer": f"https://{host}/"},
        "foreign Referer": {"Origin": None, "Referer": f"{evil}/"},
        "Referer over http": {"Origin": None, "Referer": f"http://{host}/"},
    }
    for note, headers in over_tls.items():
        story.post(
            "/posts/12/comments/",
            {"body": ""},
            headers=headers | {"X-Forwarded-Proto": "https"},
            note=f"TLS, {note}",
        )


@group(
    "CSRF failure",
    "login",
    "POST without token on a view without a form",
    "where the CSRF secret lives",
)
def tokens(story: Story) -> None:
    """Send tokens of others, old ones and made-up ones."""
    own, other = story.token(AUTHOR), story.token("anybody")
    hidden_fields: dict[str, dict[str, Any]] = {
        "none": {},
        "of another browser": other,
        "empty": dict.fromkeys(own, ""),
        "made up": dict.fromkeys(own, "made-up"),
        "made up, as long": {name: "x" * len(value) for name, value in own.items()},
        "not ASCII": dict.fromkeys(own, "é…"),
        "with NUL": dict.fromkeys(own, "a\0b"),
        "a letter more": {name: value + "x" for name, value in own.items()},
        "twice": {name: [value, value] for name, value in own.items()},
        "the wrong one first": {
            name: ["made-up", value] for name, value in own.items()
        },
        "own": own,
    }
    for note, hidden in hidden_fields.items():
        story.ask("POST", "/posts/new/", AUTHOR, data=hidden | {"title": ""}, note=note)
    query = "&".join(f"{name}={value}" for name, value in own.items())
    story.ask(
        "POST",
        f"/posts/new/?{query}",
        AUTHOR,
        shown="/posts/new/",
        note="in the address",
    )
    header = {"X-CSRFToken": next(iter(own.values()))}
    story.ask("POST", "/posts/new/", AUTHOR, headers=header, note="in a header")
    story.ask(
        "POST", "/posts/new/", "nobody", data=own, note="token without its cookie"
    )
    newcomer = story.visitor("newcomer")
    before = newcomer.hidden_fields()
    read = {"body": ""}
    story.ask(
        "POST",
        "/posts/12/comments/",
        "newcomer",
        data=before | read,
        note="before log-in",
    )
    newcomer.log_in(STRANGER, PASSWORD)
    story.ask(
        "POST",
        "/posts/12/comments/",
        "newcomer",
        data=before | read,
        note="after log-in",
    )
    after = newcomer.hidden_fields()
    story.ask(
        "POST", "/posts/12/comments/", "newcomer", data=after | read, note="new token"
    )
    newcomer.log_out()
    story.ask(
        "POST",
        "/posts/12/comments/",
        "newcomer",
        data=after | read,
        note="after log-out",
    )
    story.end_sessions()  # where sessions are cookies, they all have ended


# Forms.

FORMS = {
    "/posts/new/": ("title", "body"),
    "/posts/5/edit/": ("title", "body"),
    "/posts/12/comments/": ("name", "email", "body"),
    "/register/": ("username", "email", "password1", "password2"),
    "/login/": ("username", "password", "remember", "next"),
    "/account/": ("email",),
    "/account/password/": ("old_password", "new_password1", "new_password2"),
}
OF_USERS = ("/posts/new/", "/posts/5/edit/", "/account/", "/account/password/")


PADDED = " \t Padded. \n"
VALUES = {
    "empty": "",
    "padded": PADDED,
    "blank": " \t\r\n ",
    "NUL": "a\0b",
    "vertical tab around": "\x0ba\x0b",
    "no-break space": "\xa0",
    "a line break": "a\nb",
}
RARE_VALUES = {
    "NUL alone": "\0",
    "bell": "a\x07b",
    "zero-width space": "\u200b",
    "noncharacter": "a\ufffeb",
    "byte order mark": "\ufeffa",
}


TWICE = {"empty and a": ["", "a"], "a and empty": ["a", ""]}


def who_fills_in(address: str) -> str:
    """Say who fills in the form at an address."""
    return AUTHOR if address in OF_USERS else "anybody"


@group(
    "missing form key", "duplicate key", "form field strip, NUL", "NUL in a text field"
)
def fields(story: Story) -> None:
    """Leave fields out, send them empty, twice, and with what nobody types."""
    for address, names in FORMS.items():
        who = who_fills_in(address)
        values = VALUES | (RARE_VALUES if "body" in names else {})
        for note, value in values.items():
            story.post(
                address, dict.fromkeys(names, value), who, note=note, follow=True
            )
        story.post(address, {}, who, note="nothing", follow=True)
        for note, twice in TWICE.items() if "body" in names else ():
            story.post(
                address, dict.fromkeys(names, twice), who, note=note, follow=True
            )
    reset = {"title": "Post 5", "body": "As before."}
    story.post("/posts/5/edit/", reset, AUTHOR, note="reset", follow=True)
    story.get("/posts/5/", note="afterwards")


FORM = "application/x-www-form-urlencoded"
URLENCODED: Headers = {"Content-Type": FORM}


@group("form field strip, NUL")
def lengths(story: Story) -> None:
    """Send what is just too long, and what is just not."""
    post = {"title": "t", "body": "b"}
    for length in (200, 201):
        note = f"{length} letters"
        page = story.post(
            "/posts/new/", post | {"title": "t" * length}, AUTHOR, note=note
        )
        if page.is_redirect:
            story.post(
                page.location + "delete/", who=AUTHOR, shown="/posts/ new /delete/"
            )
    story.post("/posts/new/", post | {"title": "é" * 201}, AUTHOR, note="201 accents")
    story.post("/posts/new/", post | {"title": "😀" * 201}, AUTHOR, note="201 smileys")
    story.post(
        "/posts/new/",
        post | {"title": " " * 9 + "t" * 201},
        AUTHOR,
        note="spaces and 201",
    )
    for name, length in {"name": 81, "email": 255, "body": 5001}.items():
        value = (
            "k@" + "e" * (length - 10) + ".example" if name == "email" else "k" * length
        )
        story.post(
            "/posts/12/comments/", KIM | {name: value}, note=f"{name} of {length}"
        )
    # A line break counts as two characters where it is sent, and where it is kept.
    lines = "k\r\n" * 1667
    story.post(
        "/posts/12/comments/", KIM | {"body": lines + "k"}, note="5002 with line breaks"
    )
    for username in ("u" * 31, "u" * 200, "<" * 32):
        account = {"username": username, "email": "u@example.org"}
        passwords = {"password1": OTHER_PASSWORD, "password2": OTHER_PASSWORD}
        story.post("/register/", account | passwords, note=f"name of {len(username)}")
    story.post("/login/", {"username": "u" * 300, "password": "p"}, note="name of 300")
    story.post(
        "/login/", {"username": AUTHOR, "password": "p" * 5000}, note="password of 5000"
    )


EMAILS = (
    "a",
    "a@b",
    "@example.org",
    "a@",
    "a@localhost",
    "a@example.org.",
    "a@.example.org",
    "a@example..org",
    "a@-example.org",
    "a@exa_mple.org",
    "a b@example.org",
    "a..b@example.org",
    ".a@example.org",
    "a.@example.org",
    '"a b"@example.org',
    "a@[127.0.0.1]",
    "a@127.0.0.1",
    "a+b@example.org",
    "A@EXAMPLE.ORG",
    "é@example.org",
    "a@münchen.example",
    "a@xn--mnchen-3ya.example",
    "a@example.test",
    "a@example.invalid",
    "a@blog.local",
    "a@example.o",
    "a@example.123",
    "a@b@example.org",
    "a@example.org,b@example.org",
    "<a@example.org>",
    "A <a@example.org>",
    "a@example.org\nBcc: b@example.org",
    f"{'a' * 64}@example.org",
    f"{'a' * 65}@example.org",
    f"a@{'b' * 64}.example",
)


@group("missing form key")
def emails(story: Story) -> None:
    """Give e-mail addresses of every kind."""
    for email in EMAILS:
        shown = email if len(email) < 50 else f"{len(email)} characters"
        story.post("/account/", {"email": email}, AUTHOR, note=shown, follow=True)
    story.post("/account/", {"email": "ada@example.org"}, AUTHOR, note="as before")


@group("missing form key", "login")
def accounts(story: Story) -> None:
    """Register and sign in wrongly, in every way."""
    account = {"username": "newcomer", "email": "new@example.org"}
    for note, password in {
        "short": "sh0rt!x",
        "common": "password1",
        "common in capitals": "PASSWORD1",
        "common with spaces": " password1 ",
        "digits that are common": "12345678",
        "the name": "newcomer",
        "like the name": "newcomer1",
        "like the e-mail": "new@example.org",
        "of the e-mail's domain": "example.org",
        "short and common": "abc123",
        "short and like the name": "newcome",
    }.items():
        passwords = {"password1": password, "password2": password}
        story.post("/register/", account | passwords, note=note)
        fields = {"new_password1": password, "new_password2": password}
        story.post(
            "/account/password/",
            fields | {"old_password": PASSWORD + "?"},
            AUTHOR,
            note=note,
        )
    good = {"password1": PASSWORD, "password2": PASSWORD}
    story.post(
        "/register/",
        account | good | {"password2": OTHER_PASSWORD},
        note="two passwords",
    )
    story.post(
        "/register/", account | {"password1": "short", "password2": "shor"}, note="both"
    )
    for note, (first, second) in {
        "left out": ("", PASSWORD),
        "with NUL": ("a\0b", PASSWORD),
        "left out, short": ("", "short"),
        "left out, like the name": ("", "newcomer"),
    }.items():
        story.post(
            "/register/",
            account | {"password1": first, "password2": second},
            note=f"{note}: no good first password",
        )
    for note, typed in {"": "no address", "short, ": "none"}.items():
        story.post(
            "/register/",
            {
                "username": "newcomer",
                **dict.fromkeys(("email", "password1", "password2"), typed),
            },
            note=f"{note}like a field that is wrong",
        )
    for username in (
        "ada",
        "ADA",
        "a b",
        "é",
        "ａｄａ",
        "-a",
        ".a",
        "_a",
        "@a",
        "a/b",
        "a\nb",
        "new",
        "<b>",
    ):
        wrong = {"username": username, "password2": OTHER_PASSWORD}
        story.post("/register/", account | good | wrong, note=f"named {username!r}")
    for note, fields in {
        "wrong password": {"username": AUTHOR, "password": "wrong"},
        "unknown name": {"username": "nobody", "password": "wrong"},
        "name in capitals": {"username": "ADA", "password": PASSWORD},
        "name with spaces": {"username": f" {AUTHOR} ", "password": "wrong"},
        "password with spaces": {"username": AUTHOR, "password": f" {PASSWORD} "},
        "no password": {"username": AUTHOR, "password": ""},
        "no name": {"username": "", "password": PASSWORD},
    }.items():
        story.post("/login/", fields, note=note)
    story.post(
        "/login/",
        {"username": AUTHOR, "password": PASSWORD},
        STRANGER,
        note="signed in",
    )
    story.get("/account/", STRANGER, note="after the other log-in")
    story.end_sessions()


@group("form > 2.5 MB", "one multipart field > 500 kB", "1001 fields", "30 MB comment")
def bodies(story: Story) -> None:
    """Send large bodies."""
    address, who, mib = "/posts/12/comments/", "anybody", 1024 * 1024
    hidden = story.token(who)
    many = {f"field{number}": "" for number in range(1001)}
    for note, fields in {
        "900 fields": dict(list(many.items())[:900]),
        "1001 fields": many,
        "500 kB": {"body": "x" * 500_000},
        "900 kB": {"body": "x" * 900_000},
        "over 1 MiB": {"body": "x" * (mib + 1)},
        "3 MB": {"body": "x" * 3_000_000},
        "900 kB and no token": {"body": "x" * 900_000, **dict.fromkeys(hidden, "")},
        "over 1 MiB and no token": {
            "body": "x" * (mib + 1),
            **dict.fromkeys(hidden, ""),
        },
    }.items():
        story.post(address, KIM | {"email": ""} | fields, note=note)
    for note, fields in {
        "small": {"body": "x"},
        "a field of 600 kB": {"body": "x" * 600_000},
        "a field of over 1 MiB": {"body": "x" * (mib + 1)},
        "1001 fields": many,
    }.items():
        parts = {name: (None, value) for name, value in (hidden | fields).items()}
        story.ask("POST", address, files=parts, note=f"multipart, {note}")
    for size in (1000, 600_000, mib + 1):
        parts = {name: (None, value) for name, value in hidden.items()}
        parts["body"] = ("name.txt", "x" * size)  # type: ignore[assignment]
        story.ask("POST", address, files=parts, note=f"a file of {size}")
    files = {f"f{n}": ("name.txt", "x") for n in range(101)}
    story.ask("POST", address, files=files, data=hidden, note="101 files")
    for method in ("GET", "PUT"):
        story.ask(method, "/", content="x" * (mib + 1), note="over 1 MiB")
    story.ask("POST", "/nothing/", content="x" * (mib + 1), note="over 1 MiB")

    def chunks(size: int) -> Iterable[bytes]:
        yield "&".join(f"{name}={value}" for name, value in hidden.items()).encode()
        yield b"&body=" + b"x" * size

    for size in (1000, mib + 1):
        content = chunks(size)
        story.ask(
            "POST",
            address,
            content=content,
            headers=URLENCODED,
            note=f"chunked, {size} letters",
        )
    story.get("/posts/12/", note="afterwards")


# A note, the type, and a body in which TOKEN stands for the hidden fields.
ENCODINGS = (
    ("latin-1", f"{FORM}; charset=latin-1", b"TOKEN&body=%E9"),
    ("ISO-8859-1", f"{FORM}; charset=ISO-8859-1", b"TOKEN&body=\xe9"),
    ("UTF-16", f"{FORM}; charset=utf-16", b"TOKEN&body=x"),
    ("unknown charset", f"{FORM}; charset=klingon", b"TOKEN&body=x"),
    ("UTF-8", f"{FORM}; charset=utf-8", b"TOKEN&name=%C3%A9"),
    ("invalid UTF-8", FORM, b"TOKEN&name=%FF%FE"),
    ("invalid percent", FORM, b"TOKEN&name=%zz%"),
    ("raw bytes", FORM, b"TOKEN&name=\xff\xfe"),
    ("semicolons", FORM, b"TOKEN;name=x"),
    ("plus and percent", FORM, b"TOKEN&name=a+b%2Bc"),
    ("bare names", FORM, b"TOKEN&name&email&body"),
    ("no names", FORM, b"TOKEN&=x&=&&"),
    ("plain text", "text/plain", b"TOKEN&body=x"),
    ("no type", "", b"TOKEN&body=x"),
    ("multipart without boundary", "multipart/form-data", b"TOKEN"),
    ("multipart, empty", "multipart/form-data; boundary=x", b""),
    (
        "multipart, cut off",
        "multipart/form-data; boundary=x",
        b"--x\r\nContent-Dispo",
    ),
    ("multipart, no parts", "multipart/form-data; boundary=x", b"--x--\r\n"),
)


@group("`charset=latin-1` urlencoded POST", "decoding of invalid UTF-8", "JSON body")
def encodings(story: Story) -> None:
    """Send bodies that are no form, or not in UTF-8."""
    address = "/posts/12/comments/"
    hidden = story.token("anybody")
    prefix = "&".join(f"{name}={value}" for name, value in hidden.items()).encode()
    bodies = [
        *ENCODINGS,
        ("JSON", "application/json", json.dumps(hidden | {"name": "Kim"}).encode()),
    ]
    for note, kind, body in bodies:
        content = body.replace(b"TOKEN", prefix)
        story.ask(
            "POST", address, content=content, headers={"Content-Type": kind}, note=note
        )
        token = {"X-CSRFToken": next(iter(hidden.values()))}
        story.ask(
            "POST",
            address,
            content=content,
            headers={"Content-Type": kind} | token,
            note=f"{note}, header",
        )
