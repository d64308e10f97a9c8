"""Makes up stories: what several people do on the blog, politely and otherwise."""

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from itertools import chain
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st

from ..story.addresses import PAGE_NUMBERS
from ..story.telling import OTHER_PASSWORD, PASSWORD, UNCOMMENTED
from .hostile import ACTS
from .steps import Fields, Step
from .texts import PADDED, field, text

Draw = Callable[[st.SearchStrategy[Any]], Any]

# The first two are signed in when a story begins.
BROWSERS = ("ada", "grace", "phone", "kim", "mallory")

# Whom the set-up knows, and whom a story may register.
USERNAMES = ("ada", "grace", "linus", "margaret")
AUTHORS = ("ada", "grace", "linus", "nobody", "ADA", "ada%00", "x" * 31)

# The set-up makes posts 1 to 14 and comments 1 to 13; those that a story makes come
# next, and then some that nobody makes. One post is for steps that need a post to stay.
POSTS = tuple(number for number in range(1, 19) if number != UNCOMMENTED)
COMMENTS = tuple(range(1, 18))
EMAILS = (
    "ada@example.org",
    "kim@example.org",
    "A+B@EXAMPLE.ORG",
    "a@b",
    "a",
    "",
    "a b@example.org",
    "a@example..org",
    "<a@example.org>",
    "a@example.org\nBcc: b@example.org",
    f"{'a' * 65}@example.org",
)
PASSWORDS = (PASSWORD, OTHER_PASSWORD, "password1", "short", "", f" {PASSWORD} ")
QUERIES = tuple(chain(*PAGE_NUMBERS.values()))


@st.composite
def stories(draw: Draw) -> list[Step]:
    """Make up a story in chapters, in each of which one browser does a few things."""
    told = []
    for _ in range(draw(st.integers(1, 8))):
        who = draw(st.sampled_from(BROWSERS))
        steps = draw(st.lists(acts(), max_size=10))
        told += [replace(step, who=step.who or who) for step in steps]
    return told


@st.composite
def acts(draw: Draw) -> Step:
    """Make up what somebody does next."""
    usual = draw(st.sampled_from([True, True, True, False]))
    kind = draw(st.sampled_from([reading, filling] if usual else ACTS))
    return draw(kind())


# Reading.

PAGES = [
    Step("GET", "/feed.atom"),
    Step("GET", "/posts/new/"),
    Step("GET", "/account/"),
    Step("GET", "/account/password/"),
    Step("GET", "/register/"),
    Step("GET", "/reset/"),
    Step("GET", "/session/", kinds=("forgetting",)),
    Step("GET", "/healthz"),
    Step("GET", "/nothing/"),
]


@st.composite
def reading(draw: Draw) -> Step:
    """Make up a page to read."""
    if draw(st.booleans()):
        return draw(st.sampled_from(PAGES))
    end = draw(st.sampled_from(["", "", "edit/", "delete/"]))
    if draw(st.booleans()):
        return Step("GET", f"/posts/{draw(st.sampled_from(POSTS))}/{end}")
    name = draw(st.sampled_from(AUTHORS))
    address = draw(st.sampled_from(["/", "/home/", f"/authors/{name}/"]))
    kinds = ("pages", "page_numbers")
    return Step("GET", address + draw(queries()), kinds=kinds)


@st.composite
def queries(draw: Draw) -> str:
    """Make up a query for a page of a list."""
    value = quote(draw(text()))
    return draw(
        st.sampled_from(
            [
                "",
                f"?page={draw(st.integers(0, 9))}",
                f"?{draw(st.sampled_from(QUERIES))}",
                f"?page={value}",
                f"?{value}={value}&page=2",
            ]
        )
    )


# Forms.


@st.composite
def filling(draw: Draw) -> Step:
    """Make up a form that is filled in and sent."""
    post, comment = draw(st.sampled_from(POSTS)), draw(st.sampled_from(COMMENTS))
    page = f"/posts/{post}/"
    action, form, fields = draw(
        st.sampled_from(
            [
                ("/posts/new/", "", written),
                (f"{page}edit/", "", written),
                (f"{page}delete/", "", nothing),
                (f"{page}comments/", page, replies),
                (f"/posts/{UNCOMMENTED}/comments/", f"/posts/{UNCOMMENTED}/", replies),
                (f"/comments/{comment}/delete/", page, nothing),
                ("/register/", "", accounts),
                ("/login/", "", logins),
                ("/login/", "", logins),
                ("/logout/", "/login/", nothing),
                ("/session/", "", nothing),
                ("/account/", "", settings),
                ("/account/password/", "", new_passwords),
                ("/reset/", "", addresses),
            ]
        )
    )
    typed = draw(fields())
    return Step(
        "POST",
        action,
        form=draw(st.sampled_from([form or action, form or action, "/login/"])),
        fields=typed,
        is_kept=draw(st.booleans()),
        is_multipart=draw(st.sampled_from([False, False, True])),
        kinds=kinds_of(typed),
    )


def nothing() -> st.SearchStrategy[Fields]:
    """Give the fields of a form that has none."""
    return st.just({})


@st.composite
def written(draw: Draw) -> Fields:
    """Make up a post."""
    return {"title": draw(field(200)), "body": draw(field(5000, 50_000))}


@st.composite
def replies(draw: Draw) -> Fields:
    """Make up a reply."""
    name, body = draw(field(80)), draw(field(5000))
    return {"name": name, "email": draw(emails()), "body": body}


@st.composite
def emails(draw: Draw) -> str:
    """Make up an e-mail address; which are valid is DIFF-EMAIL, so none is wild."""
    return draw(st.sampled_from(EMAILS) | text(3).filter(lambda text: "@" not in text))


@st.composite
def passwords(draw: Draw) -> str:
    """Make up a password, more often than not one that is known."""
    return draw(st.sampled_from([PASSWORD, OTHER_PASSWORD, *PASSWORDS]) | text(4))


@st.composite
def usernames(draw: Draw) -> str:
    """Make up a user name, more often than not one that is known."""
    return draw(st.sampled_from([*USERNAMES, *USERNAMES, "ADA", "-a", "é"]) | text(3))


@st.composite
def ticked(draw: Draw, name: str) -> Fields:
    """Tick a box, or do not."""
    return draw(st.sampled_from([{}, {}, {name: "on"}, {name: ""}, {name: "false"}]))


@st.composite
def accounts(draw: Draw) -> Fields:
    """Make up an account."""
    password = draw(passwords())
    return {
        "username": draw(usernames()),
        "email": draw(emails()),
        "password1": password,
        "password2": draw(st.just(password) | passwords()),
    }


@st.composite
def logins(draw: Draw) -> Fields:
    """Make up who signs in."""
    fields = {"username": draw(usernames()), "password": draw(passwords())}
    return {**fields, **draw(ticked("remember"))}


@st.composite
def new_passwords(draw: Draw) -> Fields:
    """Make up a change of password."""
    password = draw(passwords())
    return {
        "old_password": draw(passwords()),
        "new_password1": password,
        "new_password2": draw(st.just(password) | passwords()),
    }


@st.composite
def settings(draw: Draw) -> Fields:
    """Make up a change of account."""
    return {"email": draw(emails()), **draw(ticked("comment_mail"))}


@st.composite
def addresses(draw: Draw) -> Fields:
    """Make up who has forgotten a password."""
    return {"email": draw(emails())}


def kinds_of(fields: Fields) -> tuple[str, ...]:
    """Name what is odd about the fields of a form."""
    kinds = set()
    for name, value in fields.items():
        if "\0" in value:
            kinds.add("fields: NUL")
        if value == PADDED:
            kinds.add("fields: padded")
        if len(value) > 30:
            kinds.add("lengths: long")
        if name == "username" and unicodedata.normalize("NFKC", str(value)) != value:
            kinds.add("accounts: named otherwise in NFKC")
        if (name, value) == ("remember", "on"):
            kinds.add("remembering: remember=on")
        if name.endswith("password1") and (not value or "\0" in value):
            kinds.add("accounts: no good first password")
    if fields.get("password1") in {fields.get("username", ""), fields.get("email", "")}:
        kinds.add("accounts: like a field that is wrong")
    return tuple(sorted(kinds))
