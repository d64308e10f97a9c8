"""What no browser sends by itself: every kind of it has its name in the ledger."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st

from ..story.addresses import HOSTS, TOO_MANY_SLASHES
from ..story.forms import ENCODINGS, TWICE
from ..story.methods import METHODS, VIEWS
from ..story.sessions import NEXTS
from ..story.telling import PASSWORD, UNCOMMENTED
from .steps import Step
from .texts import text

Draw = Callable[[st.SearchStrategy[Any]], Any]

# One who never signs in, and whose replies are never accepted: where one site alone
# would take what is sent, both go on in the same state.
STRANGER = "nobody"
REPLY = f"/posts/{UNCOMMENTED}/comments/"
REPLY_FORM = f"/posts/{UNCOMMENTED}/"

HEADERS = [
    ("Accept", "application/json"),
    ("Accept", "text/html;q=0, */*;q=x"),
    ("Accept", ""),
    ("Accept-Charset", "utf-16"),
    ("Accept-Encoding", "gzip, br, zstd"),
    ("Accept-Encoding", "identity;q=0, *;q=0"),
    ("Accept-Language", "de, fr;q=0.5"),
    ("Accept-Language", "x" * 600),
    ("Authorization", "Basic YWRhOmFkYQ=="),
    ("Content-Type", "application/x-www-form-urlencoded; charset=utf-16"),
    ("Content-Type", "multipart/form-data"),
    ("Content-Type", "application/json"),
    ("If-Match", '"x"'),
    ("If-Modified-Since", "Tue, 01 Jan 2999 00:00:00 GMT"),
    ("If-Modified-Since", "yesterday"),
    ("If-None-Match", '"x", W/"y"'),
    ("If-Range", '"x"'),
    ("If-Unmodified-Since", "Tue, 01 Jan 1980 00:00:00 GMT"),
    ("Origin", "https://evil.example"),
    ("Range", "bytes=0-9"),
    ("Range", "bytes=-1"),
    ("Range", "bytes=9-0,x"),
    ("Referer", "https://evil.example/"),
    ("Sec-Fetch-Site", "cross-site"),
    ("User-Agent", ""),
    ("User-Agent", "x" * 4000),
    ("X-Forwarded-For", "192.0.2.1, 198.51.100.7"),
    ("X-Forwarded-For", "' OR 1=1 --"),
    ("X-Forwarded-Host", "evil.example"),
    ("X-Forwarded-Port", "99999999"),
    ("X-Forwarded-Prefix", "/evil"),
    ("X-Forwarded-Proto", "https"),
    ("X-Forwarded-Proto", "https, http"),
    ("X-HTTP-Method-Override", "DELETE"),
    ("X-Original-URL", "/account/"),
    ("X-Request-ID", "x" * 65),
    ("X-Request-ID", "a b"),
    ("X-Requested-With", "XMLHttpRequest"),
    ("X-Rewrite-URL", "/account/"),
]  # fmt: skip

# Values for the cookies that the site itself sets, and cookies beside them.
COOKIES = [
    "OWN=x",
    "OWN=",
    "OWN",
    "OWN=" + "x" * 5000,
    "OWN=x; OWN=y",
    'OWN="x"',
    'OWN="',
    "OWN=\\",
    "OWN=eyJhIjoxfQ.a.b",
    "OWN=.eJw.a.b",
    "OWN=é",
    "OWN=%00",
    "=x",
    ";",
    "; ;=;,",
    "a=b; " * 100 + "c",
    "messages=x; sessionid=x; csrftoken=x; session=x; remember_token=1|x",
    "__Host-OWN=x",
    "$Version=1; OWN=x; $Path=/",
]
EXTRAS = [
    {"author_id": "1"},
    {"is_staff": "1"},
    {"date_posted": "2001-01-01"},
    {"": "x"},
    {"a[b][]": "x"},
    {"a.b": "x"},
    {"\0": "\0"},
    {"x" * 2000: ""},
    {"_method": "DELETE"},
    {"page": "2"},
]

cookies = st.sampled_from(COOKIES)
headers = st.sampled_from(HEADERS)


@st.composite
def method(draw: Draw) -> Step:
    """Ask any address with any method, with a token or without."""
    address = draw(st.sampled_from(VIEWS))
    name = draw(st.sampled_from([*METHODS, "PROPFIND", "X"]))
    has_token = draw(st.booleans()) and name not in {"GET", "HEAD", "POST"}
    group = f"methods of {address}"
    kinds = (group, f"{group}: with a token", "forgetting", "negotiation")
    if has_token:
        return Step(name, address, form="/login/", kinds=kinds)
    return Step(name, address, kinds=(group, *kinds[2:]))


@st.composite
def header(draw: Draw) -> Step:
    """Ask for a page with a header that could change the answer."""
    address = draw(st.sampled_from([*VIEWS[:6], "/login/", "/feed.atom", "/healthz"]))
    sent = dict(draw(st.lists(headers, min_size=1, max_size=3)))
    if address == "/feed.atom":  # its addresses are full ones
        sent.pop("X-Forwarded-Proto", None)
    return Step("GET", address, headers=sent, kinds=("negotiation",))


@st.composite
def cookie(draw: Draw) -> Step:
    """Come with cookies that no site has made."""
    sent = draw(cookies)
    address = draw(st.sampled_from(["/", "/account/", "/session/", REPLY_FORM]))
    # A browser of its own: an answer may delete the cookie that another has there.
    return Step(
        draw(st.sampled_from(["GET", "GET", "POST"])),
        address,
        who="cookies",
        headers={"Cookie": sent},
        kinds=("broken_cookies", f"methods of {address}", "forgetting"),
    )


@st.composite
def encoding(draw: Draw) -> Step:
    """Send a body that is no form, or not in UTF-8."""
    note, kind, body = draw(st.sampled_from(ENCODINGS))
    return Step(
        "POST",
        REPLY,
        who=STRANGER,
        form="/login/",  # which has no hidden field but the token
        headers={"Content-Type": kind},
        content=body,
        kinds=(f"encodings: {note}",),
    )


@st.composite
def escaped(draw: Draw) -> Step:
    """Send a form of escaped letters of any kind."""
    value = quote(draw(text()))
    return Step(
        "POST",
        REPLY,
        who=STRANGER,
        form="/login/",  # which has no hidden field but the token
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        content=b"TOKEN&" + f"{value}=x&=&{value}&body={value}%".encode(),
        kinds=("encodings: escaped",),
    )


@st.composite
def fields(draw: Draw) -> Step:
    """Send a form with fields twice, without any, or with some more."""
    reply = {"name": "Kim", "email": "kim", "body": "x"}
    if draw(st.booleans()):
        more = reply | draw(st.sampled_from(EXTRAS))
        return Step("POST", REPLY, who=STRANGER, form=REPLY_FORM, fields=more)
    if draw(st.booleans()):
        note = draw(st.sampled_from(list(TWICE)))
        twice = dict.fromkeys(reply, TWICE[note])
        kinds = (f"fields: {note}",)
        return Step(
            "POST", REPLY, who=STRANGER, form=REPLY_FORM, fields=twice, kinds=kinds
        )
    action = draw(
        st.sampled_from(["/posts/new/", "/posts/5/edit/", "/login/", "/account/"])
    )
    return Step("POST", action, form=action, kinds=("fields: nothing",))


@st.composite
def wanted(draw: Draw) -> Step:
    """Sign in, or look at the form, with an address to go on to."""
    address = draw(st.sampled_from([one for one in NEXTS if "SAME" not in one]))
    if draw(st.booleans()):
        address = draw(st.just(address) | text())
        return Step("GET", f"/login/?next={quote(address)}", kinds=("pages",))
    return Step(
        "POST",
        "/login/",
        form="/login/",
        fields={"username": "ada", "password": PASSWORD, "next": address},
        kinds=(f"next_addresses: {address!r}, field",),
    )


@st.composite
def host(draw: Draw) -> Step:
    """Ask under another name."""
    note = draw(st.sampled_from(list(HOSTS)))
    return Step(
        "GET",
        draw(st.sampled_from(["/", "/home"])),
        who=STRANGER,
        headers={"Host": HOSTS[note]},
        kinds=(f"hosts: {note}",),
    )


@st.composite
def slash(draw: Draw) -> Step:
    """Leave a slash out, or write too many; nobody has a message that waits."""
    without = [view[:-1] for view in VIEWS if view != "/" and view.endswith("/")]
    address = draw(st.sampled_from([*TOO_MANY_SLASHES, *without]))
    return Step("GET", address, who=STRANGER, kinds=("slashes",))


@st.composite
def nowhere(draw: Draw) -> Step:
    """Ask for what is not there."""
    folder = draw(st.sampled_from(["", "posts/", "authors/", "static/", "reset/"]))
    name = draw(text()).replace("/", "") or "x"
    address = f"/{folder}{quote(name, safe=';:@,')}/"
    return Step("GET", address, who=STRANGER, kinds=("negotiation", "resets"))


@st.composite
def origin(draw: Draw) -> Step:
    """Send a reply from a page of another site."""
    return Step(
        "POST",
        REPLY,
        who=STRANGER,
        form=REPLY_FORM,
        fields={"body": ""},
        headers=draw(
            st.sampled_from(
                [
                    {"Origin": "https://evil.example"},
                    {"Origin": "null"},
                    {"Origin": "http://[evil"},
                ]
            )
        ),
        kinds=("origins: foreign Origin",),
    )


ACTS = [
    *(method, method, header, header, cookie, encoding, escaped, fields),
    *(wanted, host, slash, nowhere, origin),
]
