"""What people do on the blog, in the words of the contract."""

import re
import secrets
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

from .browser import Browser, Comment, Entry, Form, Page, Step

ATTEMPTS = 10


@dataclass
class Post:
    """A post as its author wrote it."""

    id: int
    title: str
    body: str
    author: str

    @property
    def address(self) -> str:
        """Where the post is read."""
        return f"/posts/{self.id}/"

    @property
    def edit_address(self) -> str:
        """Where its author changes it."""
        return f"/posts/{self.id}/edit/"

    @property
    def delete_address(self) -> str:
        """Where its author deletes it."""
        return f"/posts/{self.id}/delete/"

    @property
    def comments_address(self) -> str:
        """Where replies are sent."""
        return f"/posts/{self.id}/comments/"


def token() -> str:
    """Make a word of ten letters that no other test has used."""
    return "x" + "".join(secrets.choice("bcdfghklmnprstvz") for _ in range(9))


class Visitor(Browser):
    """A browser and the person before it."""

    username = ""
    password = ""
    email = ""

    def __init__(self, url: str, steps: list[Step] | None = None, **how: Any) -> None:
        """Start without an account."""
        super().__init__(url, steps, **how)
        self._changed(signed_in=False)

    def twin(self, url: str | None = None) -> Self:
        """Copy this visitor with cookies, but not the forms that stand open."""
        twin = super().twin(url)
        twin._changed(signed_in=self._signed_in)
        return twin

    @property
    def author_address(self) -> str:
        """The page of this visitor's own posts."""
        return f"/authors/{self.username}/"

    @property
    def is_signed_in(self) -> bool:
        """Whether the account page opens."""
        return self.get("/account/").status == 200

    def new_account(self) -> dict[str, Any]:
        """Fill in the form of registration so that it will be accepted."""
        password = f"{token()} {token()}"
        return {
            "username": token(),
            "email": f"{token()}@example.org",
            "password1": password,
            "password2": password,
        }

    def register(self, **fields: str | None) -> Page:
        """Register, as somebody new where nothing else is said."""
        account = {**self.new_account(), **fields}
        page = self.open_form("/register/").submit(**account)
        if page.is_redirect:
            self._changed(signed_in=True)
            self.username = (account["username"] or "").strip()
            self.email = (account["email"] or "").strip()
            self.password = account["password1"] or ""
        return page

    def log_in(
        self,
        username: str,
        password: str,
        *,
        remember: bool = False,
        at: str = "/login/",
    ) -> Page:
        """Send the form of log-in, from the page `at`."""
        form = self.get(at).form("/login/")
        remembered = {"remember": "on"} if remember else {}
        page = form.submit(username=username, password=password, **remembered)
        if page.is_redirect:
            self._changed(signed_in=True)
            self.username, self.password = username, password
        return page

    def log_out(self) -> Page:
        """Press the button in the head of the page."""
        page = self.get("/account/").form("/logout/").submit()
        self._changed(signed_in=False)
        return page

    def ask_for_reset(self, email: str) -> Page:
        """Ask for a mail with a link to a new password."""
        return self.open_form("/reset/").submit(email=email)

    def follow(self, link: str) -> Page:
        """Open a link of a mail at this site, whatever its host, to the last page."""
        parts = urlsplit(link)
        page = self.get(parts.path + (f"?{parts.query}" if parts.query else ""))
        while 300 <= page.status < 400:
            page = page.follow()
        return page

    def set_password(self, link: str, password: str) -> Page:
        """Follow a link to a new password, and send the form behind it."""
        page = self.follow(link)
        form = page.form(page.address.split("?")[0])
        return form.submit(new_password1=password, new_password2=password)

    def hidden_fields(self) -> dict[str, str]:
        """Find what this browser has to send with every form: its token."""
        if self._signed_in:
            form = self.open_form("/account/", "/logout/")
        else:
            form = self.open_form("/login/")
        return {name: form.hidden[name] for name in form.hidden if name != "next"}

    def open_form(self, address: str, action: str = "") -> Form:
        """Open the form of a page, or take it as it still stands open."""
        action = action or address
        if action not in self._forms:
            self._forms[action] = self.get(address).form(action)
        return self._forms[action]

    def _changed(self, *, signed_in: bool) -> None:
        """Remember who signs in or out, and give up the forms that this makes stale."""
        self._signed_in = signed_in
        self._forms: dict[str, Form] = {}

    def send(self, address: str, **fields: str) -> Page:
        """Post to an address with a valid token, whether or not a form leads there."""
        return self.post(address, {**self.hidden_fields(), **fields})

    def write_post(self, title: str | None = None, body: str | None = None) -> Post:
        """Write a post; it must be accepted."""
        return self.write_posts(1, title, body)[0]

    def write_posts(
        self, count: int, title: str | None = None, body: str | None = None
    ) -> list[Post]:
        """Write posts from one opened form, oldest first."""
        form = self.open_form("/posts/new/")
        posts = []
        for _ in range(count):
            fields = {
                "title": f"About {token()}" if title is None else title,
                "body": f"All of {token()}." if body is None else body,
            }
            page = form.submit(**fields)
            assert page.is_redirect, f"the post was refused: {page.errors}"
            posts.append(Post(post_id(page.location), **fields, author=self.username))
        return posts

    def reply(self, post: Post, **fields: str | None) -> Page:
        """Fill in the form under a post, as Kim where nothing else is said."""
        form = self.open_form(post.address, post.comments_address)
        filled: dict[str, str | None] = {
            "name": "Kim",
            "email": "kim@example.org",
            "body": "Well said.",
        }
        known = {name: filled[name] for name in filled if name in form.controls}
        page = form.submit(**{**known, **fields})
        if page.is_redirect:  # the same form sent twice would be one comment
            del self._forms[post.comments_address]
        return page

    def comments_on(self, post: Post) -> list[Comment]:
        """Read the comments of a post."""
        return self.get(post.address).comments

    def entry_of(self, post: Post, address: str = "/") -> Entry | None:
        """Find a post in a list; None where it does not stand."""
        entries = self.get(address).entries
        return next((entry for entry in entries if entry.id == post.id), None)

    def read_together(self, *addresses: str) -> list[Page]:
        """Read several pages of lists, again where somebody posted in between."""
        for _ in range(ATTEMPTS):
            pages = [self.get(address) for address in addresses]
            if ids(self.get(addresses[0])) == ids(pages[0]):
                return pages
        raise AssertionError("other visitors post without a pause")


def ids(page: Page) -> list[int]:
    """The ids of the posts in a list, from the top."""
    return [entry.id for entry in page.entries]


def post_id(address: str) -> int:
    """The id in the address of a post."""
    found = re.fullmatch(r"/posts/(\d+)/(#.*)?", address)
    assert found, f"{address} is not the address of a post"
    return int(found[1])
