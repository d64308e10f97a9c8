"""A database that is locked, full or away, and what visitors meet meanwhile."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from time import monotonic

from ..browser import Form, Page
from ..storm.measure import Figures
from ..visitor import Visitor, token
from .blogs import Blog, wait_until
from .kills import TOLD, failed, read_at_once, status_of

WAITING = 3  # writers, who leave a thread of each process to those who read
LONG = 4_900  # characters: more than a page of the database has
TEXTS = {"title", "body"}
COMMENT = "SELECT id FROM blog_comment WHERE body = :body"
POST = "SELECT id FROM blog_post WHERE title = :title AND body = :body"
USER = "SELECT id FROM users_user WHERE username = :username"
MAILS_TO_COME = "SELECT 1 FROM mail_message WHERE date_sent IS NULL"


def read_beside_a_writer(blog: Blog) -> Figures:
    """Read pages while somebody holds the write lock and others wait for it."""
    writers = [Visitor(blog.address) for _ in range(WAITING)]
    for writer in writers:
        writer.open_form(blog.posts[0].address, blog.posts[0].comments_address)
    pages: dict[str, tuple[Visitor, str]] = {
        "home": (Visitor(blog.address), "/"),
        "home, signed in": (blog.author, "/"),
        "author": (blog.reader, blog.author.author_address),
        "feed": (blog.reader, "/feed.atom"),
        "post": (blog.reader, blog.posts[0].address),
        "log-in": (Visitor(blog.address), "/login/"),
    }
    with ThreadPoolExecutor(WAITING) as pool:
        with blog.locked():
            told = [pool.submit(writer.reply, blog.posts[0]) for writer in writers]
            read = {name: time_of(*page) for name, page in pages.items()}
        statuses = [answer.result().status for answer in told]
    return {
        "pages": len(pages),
        "pages_failed": failed(status for status, _ in read.values()),
        "milliseconds": {name: taken for name, (_, taken) in read.items()},
        "slowest": max(taken for _, taken in read.values()),
        "writers": WAITING,
        "writers_failed": sum(status not in TOLD for status in statuses),
    }


def time_of(reader: Visitor, address: str) -> tuple[int | None, int]:
    """Read a page; give its status, and the milliseconds that it took."""
    started = monotonic()
    status = status_of(reader, address)
    return status, round((monotonic() - started) * 1000)


@dataclass
class Filled:
    """A form of a page, filled in and not yet sent."""

    name: str
    form: Form
    typed: dict[str, str]
    query: str = ""  # which finds it in the database, by what was typed

    def send(self) -> Page:
        """Send it."""
        return self.form.submit(**self.typed)

    def is_not_handed_back(self, page: Page) -> bool:
        """Whether the answer says not when to try again, or loses what was typed."""
        wait = page.headers.get("Retry-After", "")
        texts = {name: self.typed[name] for name in self.typed.keys() & TEXTS}
        return not (
            page.status == 503 and wait.isdecimal() and shown_in(page, texts) == texts
        )

    def is_stored_once(self, blog: Blog) -> bool:
        """Whether it has done what it should, and once."""
        return not self.query or len(blog.query(self.query, **self.typed)) == 1


def shown_in(page: Page, names: Iterable[str]) -> dict[str, str]:
    """Read what a page hands back."""
    areas = {
        name: page.soup.select(f'textarea[name="{name}"][readonly]') for name in names
    }
    return {
        name: "".join(area.get_text().removeprefix("\n") for area in found)
        for name, found in areas.items()
    }


def fill_in(blog: Blog) -> list[Filled]:
    """Open forms with long texts while the blog is well, and fill them in."""
    reader, author = Visitor(blog.address), blog.author
    post, changed = blog.posts[0], author.write_post(body="Short.")
    who = {"name": "Kim", "email": "kim@example.org"}
    reply = reader.get(post.address).form(post.comments_address)
    answer = author.get(post.address).form(post.comments_address)
    new = author.get("/posts/new/").form("/posts/new/")
    edit = author.get(changed.edit_address).form(changed.edit_address)
    return [
        Filled("reply", reply, {**who, "body": text()}, COMMENT),
        Filled("author's reply", answer, {"body": text()}, COMMENT),
        Filled("new post", new, written(), POST),
        Filled("edit", edit, written(), POST),
    ]


def fill_in_short(blog: Blog) -> list[Filled]:
    """Open forms that need hardly any space, and fill them in."""
    guest, author = Visitor(blog.address), Visitor(blog.address)
    register = guest.get("/register/").form("/register/")
    log_in = author.get("/login/").form("/login/")
    known = {"username": blog.author.username, "password": blog.author.password}
    return [
        Filled("register", register, guest.new_account(), USER),
        Filled("log-in", log_in, known),
    ]


def written() -> dict[str, str]:
    """What somebody types into the form of a post."""
    return {"title": f"About {token()}", "body": text()}


def text() -> str:
    """A long text that nobody else has written."""
    return f"{token()} " + "x" * LONG


def lock(blog: Blog) -> Figures:
    """Hold the write lock for longer than the site waits for it."""
    forms = [*fill_in(blog), *fill_in_short(blog)]
    return meet(blog, blog.locked(), forms)


def fill(blog: Blog) -> Figures:
    """Leave no space on the disk; what is short may still find a place in the file."""
    return meet(blog, blog.full(), fill_in(blog))


def take_away(blog: Blog) -> Figures:
    """Stop the database, and start it again."""
    forms = [*fill_in(blog), *fill_in_short(blog)]
    return meet(blog, blog.away(), forms, pages=503)


def meet(
    blog: Blog,
    trouble: AbstractContextManager[None],
    forms: list[Filled],
    pages: int = 200,
) -> Figures:
    """Send forms and read pages in a trouble, and once more when it is over."""
    unread = blog.author.write_post()
    with trouble, ThreadPoolExecutor() as pool:
        sent = list(pool.map(Filled.send, forms))
        read = read_at_once(blog)
        for reader in (blog.reader, Visitor(blog.address)):
            read.append(status_of(reader, unread.address))
    read_afterwards = read_at_once(blog)
    sent_again = [form.send() for form in forms]
    wait_until(lambda: not blog.query(MAILS_TO_COME), "all mails were sent")
    statuses = zip(forms, sent, strict=True)
    return {
        "forms": len(forms),
        "answers": {form.name: page.status for form, page in statuses},
        "forms_not_handed_back": sum(map(Filled.is_not_handed_back, forms, sent)),
        "pages": len(read),
        "pages_failed": failed(read, pages),
        "pages_failed_afterwards": failed(read_afterwards),
        "forms_failed_afterwards": sum(not page.is_redirect for page in sent_again),
        "forms_not_stored": sum(not form.is_stored_once(blog) for form in forms),
    }
