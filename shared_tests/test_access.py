"""Who may do what: every address, asked in every way, by everybody."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import pytest

from .contract import HERE, row
from .visitor import Post, Visitor

CONTRACT = (HERE / "CONTRACT.md").read_text(encoding="utf-8")
TABLE = CONTRACT.partition("\n## Who may do what\n")[2].partition("\n## ")[0]
EVERY_ADDRESS = "every one above"
# The form to an address stands at the address itself, but for these.
PAGES = {
    "/posts/<id>/comments/": "/posts/<id>/",
    "/comments/<id>/delete/": "/posts/<id>/",
    "/logout/": "/account/",
}


@dataclass(frozen=True)
class Line:
    """A line of the table: what each of the three is answered."""

    address: str
    methods: tuple[str, ...]
    answers: tuple[str, ...]


def read_table(text):
    """Read the table, without its head; what holds for all is written out."""
    cells = [
        [cell.strip() for cell in line.replace("`", "").strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("| ")
    ][1:]
    lines = [
        Line(address, tuple(methods.split(", ")), tuple(answers))
        for address, methods, *answers in cells
    ]
    named = dict.fromkeys(
        line.address for line in lines if line.address != EVERY_ADDRESS
    )
    return [
        Line(address, line.methods, line.answers)
        for line in lines
        for address in (named if line.address == EVERY_ADDRESS else [line.address])
    ]


LINES = read_table(TABLE)
READING = [line for line in LINES if "POST" not in line.methods]
POSTING = [line for line in LINES if line.methods == ("POST",)]
READ_ONLY = [line for line in POSTING if set(line.answers) == {"405"}]


@dataclass
class People:
    """Three visitors, and what belongs to one of them."""

    anonymous: Visitor
    other: Visitor
    author: Visitor
    post: Post
    comment: int

    @property
    def all(self):
        """In the order of the table."""
        return self.anonymous, self.other, self.author

    def fill(self, address):
        """Put the post, the comment or the author into an address."""
        id = self.comment if address.startswith("/comments/") else self.post.id
        return address.replace("<id>", str(id)).replace(
            "<username>", self.author.username
        )

    def fields(self, visitor, line):
        """What the author's form to an address sends, with a visitor's own token."""
        address, hidden = line.address, {}
        if line not in READ_ONLY:
            page = self.author.get(self.fill(PAGES.get(address, address)))
            hidden = page.form(self.fill(address)).hidden
        typed = {
            "title": "A title",
            "body": "A text.",
            "name": "Kim",
            **visitor.new_account(),
            "old_password": visitor.password,
            "new_password1": "some pass phrase",
            "new_password2": "some pass phrase",
        }
        if address == "/login/":
            typed |= {"username": self.other.username, "password": self.other.password}
        return {**hidden, **typed, **visitor.hidden_fields()}

    def assert_untouched(self):
        """Check that the author has lost nothing and was given nothing."""
        page = self.author.get(self.post.address)
        assert page.heading == self.post.title
        assert page.comments[0].text == "Well said."
        account = self.author.get("/account/").form("/account/")
        assert account.values["email"] == self.author.email
        assert len(self.author.get(self.author.author_address).entries) == 1


@pytest.fixture(scope="module")
def bring_people(site, visit):
    """Let three visitors come, of whom one writes a post."""

    def bring_people():
        anonymous, other, author = visit(site), visit(site), visit(site)
        other.register()
        author.register()
        post = author.write_post()
        anonymous.reply(post)
        address = author.comments_on(post)[0].delete_address
        comment = int(re.findall(r"\d+", address)[0])
        return People(anonymous, other, author, post, comment)

    return bring_people


@pytest.fixture(scope="module")
def readers(bring_people):
    """Three visitors for all that changes nothing."""
    return bring_people()


def told(page, asked):
    """Say of an answer what the table says."""
    if not page.is_redirect:
        return str(page.status)
    location = urlsplit(page.location)
    if location.path == "/login/" and asked != "/reset/":
        assert parse_qs(location.query) == {"next": [asked]}
    return "to " + re.sub(r"/\d+/", "/<id>/", location.path)


@row("ACCESS-1")
@pytest.mark.parametrize(
    "line", READING, ids=lambda line: f"{'/'.join(line.methods)} {line.address}"
)
def test_whoever_does_not_post_is_answered_as_the_table_says(readers, line):
    address = readers.fill(line.address)

    for visitor, answer in zip(readers.all, line.answers, strict=True):
        for method in line.methods:
            page = visitor.request(method, address)
            assert told(page, address) in answer.split(" or "), (method, answer)
    if "GET" not in line.methods:
        readers.assert_untouched()


@row("ACCESS-1", "WRITE-13")
@pytest.mark.parametrize("line", POSTING, ids=lambda line: f"POST {line.address}")
def test_whoever_posts_is_answered_as_the_table_says(bring_people, readers, line):
    people = readers if line in READ_ONLY else bring_people()
    address = people.fill(line.address)

    for visitor, answer in zip(people.all, line.answers, strict=True):
        page = visitor.post(address, people.fields(visitor, line))

        assert told(page, address) == answer
        if page.status in {403, 405}:
            people.assert_untouched()


@row("ACCESS-1")
def test_the_table_has_every_address_of_the_contract():
    known = {line.address for line in LINES}
    named = set(re.findall(r"`(/(?:[a-z<][\w<>./]*)?)`", CONTRACT))

    assert named == known


@row("ACCESS-1")
def test_the_table_says_each_thing_once_and_leaves_nothing_out():
    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
    said = sorted((line.address, method) for line in LINES for method in line.methods)

    assert said == sorted(
        (address, method)
        for address in {line.address for line in LINES}
        for method in methods
    )
