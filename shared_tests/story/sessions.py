"""Who is signed in, for how long, and what they change."""

from .telling import (
    AUTHOR,
    KIM,
    MARKUP,
    OTHER_PASSWORD,
    PASSWORD,
    STRANGER,
    STRANGERS_POST,
    Player,
    Story,
    group,
)

# A post that nobody changes, and a list of posts in which it stands.
READ = f"/posts/{STRANGERS_POST}/"
LIST = f"/authors/{STRANGER}/"

# Signing in and out.


NEXTS = (
    "/posts/new/",
    "/home/?page=2&x=a%20b",
    "/home/#comments",
    "",
    "account/",
    "?page=2",
    "#top",
    "/é",
    "/%C3%A9",
    "/a b",
    " /home/",
    "/home/ ",
    "/\t/evil.example",
    "/home/\r\nX-Evil: 1",
    "/home/\0",
    "/home/\x7f",
    "https://evil.example/",
    "http://evil.example/",
    "HTTPS://evil.example/",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "http:///evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/login/?next=//evil.example",
    "/@evil.example",
    "/:80",
    "/home//evil.example",
    "SAME/account/",
    "SAME",
    "same-https/account/",
)


@group("`?next=`", "`next=https:evil.example` and its like")
def next_addresses(story: Story) -> None:
    """Sign in with every kind of next address."""
    host = story.url.removeprefix("http://")
    for shown in NEXTS:
        address = shown.replace("SAME", story.url).replace(
            "same-https", f"https://{host}"
        )
        for way in ("field", "address") if "example" in shown else ("field",):
            # Every time the same browser before log-in.
            fields = story.token("anybody") | {"username": AUTHOR, "password": PASSWORD}
            story.visitors["newcomer"] = copy_of(story.visitor("anybody"))
            params = {}
            if way == "field":
                fields["next"] = address
            else:
                fields.pop("next", None)
                params = {"params": {"next": address}}
            story.ask(
                "POST",
                "/login/",
                "newcomer",
                data=fields,
                note=f"{shown!r}, {way}",
                **params,
            )
    both = "/login/?next=/home/"
    fields = {"username": AUTHOR, "password": PASSWORD, "next": "/feed.atom"}
    story.post(both, fields, "somebody", note="another in the form")
    for address in (
        "/posts/new/",
        "/posts/1/edit/?x=a%20b&y=%26",
        "/account/?next=/home/",
    ):
        story.get(address, "visitor")
    story.post("/posts/new/?x=1", {"title": "t"}, "visitor")


@group("session cookie", "login", "remember me")
@group("session id chosen by somebody else; id at log-in")
def remembering(story: Story) -> None:
    """Sign in with and without being remembered."""
    for remember in ({}, {"remember": "on"}, {"remember": ""}, {"remember": "false"}):
        note = f"remember={remember.get('remember', 'left out')}"
        who = f"visitor {len(remember)}{remember.get('remember', '')}"
        visitor = story.visitor(who)
        story.get("/posts/1/", who, note="before log-in")
        fields = {"username": STRANGER, "password": PASSWORD} | remember
        story.post("/login/", fields, who, note=note)
        story.get("/", who, note="the marks are kept")
        story.get("/account/", who, note="the first page")
        story.get("/account/", who, note="the second page")
        visitor.close_window()
        story.get("/account/", who, note="after the window was closed")
        story.get("/account/", who, note="and again")
        visitor.cookies.clear()
    # A session that somebody else has opened is not the one that the user gets.
    chosen = story.visitor("mallory")
    chosen.get("/posts/1/")
    victim = story.visitors["victim"] = chosen.twin()
    victim.log_in(STRANGER, PASSWORD)
    story.get("/account/", "mallory", note="in a session that a user has taken over")


@group(
    "logout",
    "User-Agent change",
    "copied cookie after log-out, reset, password change; remember token",
)
@group("password change")
def copies(story: Story) -> None:
    """Keep copies of cookies, and use them when they should be worth nothing."""
    visitor = story.visitor("visitor")
    story.get(READ, "visitor")
    visitor.log_in(STRANGER, PASSWORD, remember=True)
    story.visitors["copied"] = copy_of(visitor)
    story.visitor("elsewhere").log_in(STRANGER, PASSWORD)
    story.get(
        "/account/",
        "visitor",
        headers={"User-Agent": "Another/1.0"},
        note="other browser",
    )
    story.get(
        "/account/",
        "visitor",
        headers={"X-Forwarded-For": "192.0.2.1"},
        note="other place",
    )
    story.ask("POST", "/logout/", "visitor", note="without a token")
    story.post("/logout/", who="visitor")
    story.get("/", "visitor", note="signed out, the marks are gone")
    story.get("/account/", "visitor", note="signed out")
    for address in (LIST, "/account/"):
        story.get(address, "copied", note="after log-out")
    story.get("/account/", "elsewhere", note="after log-out in another browser")
    story.post("/logout/", who="nobody", note="nobody signed in")

    changer, other = story.visitor("changer"), story.visitor("other")
    for one in (changer, other):
        one.log_in(STRANGER, PASSWORD, remember=True)
    fields = {"old_password": PASSWORD, "new_password1": OTHER_PASSWORD}
    fields["new_password2"] = OTHER_PASSWORD
    old = story.token("changer")
    story.post("/account/password/", fields, "changer")
    story.get("/account/", "changer", note="after the change")
    story.get("/account/", "other", note="after the change")
    story.ask(
        "POST",
        "/account/",
        "changer",
        data=old | {"email": ""},
        note="with the old token",
    )
    story.tokens.pop("changer")
    changer = story.visitors["changer"] = copy_of(changer)  # without its old forms
    fields = {
        "old_password": OTHER_PASSWORD,
        "new_password1": PASSWORD,
        "new_password2": PASSWORD,
    }
    story.post("/account/password/", fields, "changer", note="back again", follow=True)
    changer.close_window()
    story.get("/account/", "changer", note="remembered as before")
    story.end_sessions()


def copy_of(visitor: Player) -> Player:
    """Copy a browser with its cookies."""
    twin = visitor.twin()
    assert isinstance(twin, Player)
    return twin


@group("session cookie", "logout")
def forgetting(story: Story) -> None:
    """Look at what the site remembers, and let it forget."""
    reader = story.visitor("reader")
    story.get("/session/", "reader", note="before anything")
    story.visitor("opener").get("/login/")
    story.get("/session/", "opener", note="only a form was opened")
    story.get(READ, "reader")
    story.get("/session/", "reader", note="one post read")
    story.visitors["copied"] = copy_of(reader)
    story.ask("POST", "/session/", "reader", note="without a token")
    story.post("/session/", who="reader")
    for address in (LIST, "/session/"):
        story.get(address, "reader", note="forgotten")
    for address in (LIST, "/session/"):
        story.get(address, "copied", note="from before")
    reader = story.visitors["reader"] = copy_of(reader)
    story.tokens.pop("reader")
    reader.log_in(STRANGER, PASSWORD)
    story.get(READ, "reader", note="signed in")
    story.get("/session/", "reader", note="signed in")
    story.visitors["copied user"] = copy_of(reader)
    story.post("/session/", who="reader", note="signed in")
    for address in ("/session/", "/account/"):
        story.get(address, "reader", note="forgotten again")
    for address in (LIST, "/account/"):
        story.get(address, "copied user", note="from before")
    story.end_sessions()


@group("session cookie")
def tabs(story: Story) -> None:
    """Open two posts at the same time, in one browser."""
    story.get("/posts/3/", "reader")
    for who in ("first tab", "second tab"):
        story.visitors[who] = copy_of(story.visitor("reader"))
    story.get(READ, "first tab")
    story.get("/posts/5/", "second tab")
    story.get(LIST, "second tab", note="which was answered last")


@group("password change")
def resets(story: Story) -> None:
    """Ask for a new password, and come with links that nobody was sent."""
    story.get("/reset/", note="asked again")
    for email in ("ada@example.org", "ADA@EXAMPLE.ORG", "nobody@example.org"):
        story.post("/reset/", {"email": email}, note=email, follow=True)
    for email in ("", "ada", "ada@"):
        story.post("/reset/", {"email": email}, note=email or "empty")
    for address in ("/reset/abc/", "/reset/MQ/abc-def/", "/reset/MQ/set-password/"):
        story.get(address)


@group("session cookie")
def broken_cookies(story: Story) -> None:
    """Come with cookies that no site has made."""
    visitor = story.visitor("visitor")
    visitor.get("/posts/1/")
    visitor.log_in(STRANGER, PASSWORD, remember=True)
    for note, change in {
        "cut": lambda value: value[: len(value) // 2],
        "another letter": lambda value: ("x" if value[0] != "x" else "y") + value[1:],
        "empty": lambda value: "",
        "long": lambda value: "x" * 3000,
    }.items():
        values = {cookie.name: change(cookie.value) for cookie in visitor.cookies}
        header = "; ".join(f"{name}={value}" for name, value in values.items())
        for address in ("/", "/account/"):
            story.get(address, headers={"Cookie": header}, note=note)
        story.ask("POST", "/login/", headers={"Cookie": header}, note=note)


# What changes the blog: last, because everything above counts on what is there.


@group(
    "SQLite foreign keys",
    "SQLite id reuse after delete",
    "two people edit one post",
)
def changes(story: Story) -> None:
    """Edit and delete, as those who may and those who may not."""
    text = {"title": " A new <title> ", "body": f"  {MARKUP}"}
    for who in ("anybody", STRANGER, AUTHOR):
        story.post("/posts/4/edit/", text, who)
        story.get("/posts/4/", who, note="after the edit")
    extra = {
        "author": "2",
        "author_id": "2",
        "id": "1",
        "date_posted": "2001-01-01T00:00:00Z",
    }
    story.post(
        "/posts/4/edit/", {"title": "t", "body": "b"} | extra, AUTHOR, note="with more"
    )
    story.get("/posts/4/", AUTHOR, note="after more")
    story.get("/posts/1/", note="as it was")
    story.visitors["other window"] = copy_of(story.visitor(AUTHOR))
    for who in ("other window", AUTHOR):
        form = story.visitor(who).get("/posts/6/edit/").form("/posts/6/edit/").hidden
        fields = form | {"title": f"By {who}", "body": "x"}
        story.ask("POST", "/posts/6/edit/", who, data=fields, note="both have it open")
    story.get("/posts/6/", note="the last one wins")
    for who in ("anybody", STRANGER, AUTHOR):
        story.post("/comments/1/delete/", who=who)
    story.post("/comments/2/delete/", who=STRANGER)
    for address in ("/posts/1/", "/", "/feed.atom"):
        story.get(address, AUTHOR, note="afterwards")
    story.post(f"/posts/{STRANGERS_POST}/comments/", {"body": "Bye."}, AUTHOR)
    for who in ("anybody", AUTHOR, STRANGER):
        story.post(f"/posts/{STRANGERS_POST}/delete/", who=who)
        story.get(f"/posts/{STRANGERS_POST}/", who, note="after the deletion")
        story.post(
            f"/posts/{STRANGERS_POST}/comments/", KIM, who, note="after the deletion"
        )
    page = story.post("/posts/new/", {"title": "Next", "body": "n"}, STRANGER)
    assert page.location != f"/posts/{STRANGERS_POST}/", "an id is used again"
    story.get(page.location, STRANGER)
