"""A move from one site to the other, step by step, as docs/moving.md tells it."""

import re
from collections import Counter
from urllib.parse import urlsplit

import pytest

from .contract import row
from .mails import links_in, mails_to, reset_link
from .one_database import STEPS
from .proxy_server import proxy_program
from .typed import handed_back
from .visitor import Visitor, post_id, token

ENOUGH = 3  # pages of one kind

# Who answers whom nobody knows yet, at each step.
ANSWERED_BY = {
    "posts": {"/": "old", "/posts/{id}/": "new", "/login/": "old"},
    "readers": {
        "/": "new",
        "/home/?page=1": "new",
        "/authors/{author}/": "new",
        "/posts/{id}/": "new",
        "/session/": "new",
        "/login/": "old",
        "/register/": "old",
        "/reset/": "old",
    },
    "everybody": {"/": "new", "/posts/{id}/": "new", "/login/": "new"},
}


class Move:
    """All visitors were on the site that has made the database; now they move."""

    def __init__(self, one_database):
        """Take no step yet."""
        self.database = one_database
        self.old = one_database.maker
        (self.new,) = one_database.sites.keys() - {self.old}

    def go(self, step):
        """Take a step."""
        self.database.proxy.turn(step, self.old, self.database.sites)

    def go_back(self, step):
        """Take a step in the other direction."""
        self.database.proxy.turn(step, self.new, self.database.sites)

    def visitor(self):
        """Open a browser at the one address that visitors know."""
        return Visitor(self.database.proxy.url)

    def author(self):
        """Register somebody at that address."""
        author = self.visitor()
        author.register()
        return author

    def side(self, page):
        """Say which site has made a page."""
        framework = page.soup.select_one("footer strong").get_text().split()[0]
        return "old" if framework.lower() == self.old else "new"


@pytest.fixture
def move(one_database):
    """The move, before its first step."""
    if proxy_program() is None:
        pytest.skip("haproxy is not installed")
    move = Move(one_database)
    move.go_back("alone")
    return move


def crawl(visitor):
    """Open home and what can be reached from there, style sheets among it."""
    found, waiting = {"/"}, ["/"]
    opened: Counter[str] = Counter()
    while waiting:
        address = waiting.pop()
        opened[kind(address)] += 1
        if opened[kind(address)] > ENOUGH:
            continue
        page = visitor.get(address)
        yield page
        if is_page(page):
            hrefs = [str(link["href"]) for link in page.soup.select("[href]")]
            links = {page.resolve(href).split("#")[0] for href in hrefs}
            new = {link for link in links if link.startswith("/")} - found
            found |= new
            waiting += new


def kind(address):
    """Name the view of an address: which post it is about makes no difference."""
    return re.sub(r"\d+|(?<=/authors/)[^/]+", "*", address)


def is_page(answer):
    """Whether it is a page, and not a feed, a style sheet or a redirect."""
    return answer.status == 200 and "html" in answer.headers["Content-Type"]


@row("SCHEMA-9")
@pytest.mark.parametrize("step", STEPS)
def test_a_page_comes_from_the_site_that_has_it(move, step):
    author = move.author()
    post = author.write_post()
    move.go(step)

    for address, side in ANSWERED_BY[step].items():
        page = move.visitor().get(address.format(id=post.id, author=author.username))
        assert page.status == 200
        assert move.side(page) == side, address


@row("SCHEMA-9")
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("who", ["visitor", "author"])
def test_every_link_of_every_page_leads_somewhere(move, step, who):
    writer = move.author()
    writer.reply(writer.write_post())
    move.go(step)

    visitor = getattr(move, who)()
    for page in crawl(visitor):
        assert page.status == 200 or page.location.startswith("/login/"), page.address
        if is_page(page):
            assert page.heading
            assert page.user == (visitor.username or None)


@row("SCHEMA-9")
@pytest.mark.parametrize("step", STEPS)
def test_a_stranger_reads_and_replies(move, step):
    post = move.author().write_post()
    move.go(step)
    reader = move.visitor()

    page = reader.reply(post, body="From a stranger.").follow()

    assert move.side(page) == "new"
    assert page.messages
    assert [comment.text for comment in page.comments] == ["From a stranger."]
    entry = reader.entry_of(post)
    assert entry.comments == "1 comment"
    # Lists that have not moved yet know nothing of what was read on the new site.
    assert entry.is_read == (step != "posts")


@row("SCHEMA-9")
@pytest.mark.parametrize("step", STEPS)
def test_who_signs_in_is_known_on_every_page_and_all_forms_work(move, step):
    move.go(step)
    author = move.author()
    side = move.side(author.get("/account/"))

    post = author.write_post()
    page = author.get(post.address)
    assert page.user == author.username
    assert page.messages
    assert move.side(page) == side == ("new" if step == "everybody" else "old")
    form = author.get(post.edit_address).form(post.edit_address)
    assert form.submit(title="Changed").follow().heading == "Changed"
    assert author.reply(post).is_redirect
    (comment,) = author.comments_on(post)
    assert author.send(comment.delete_address).follow().comments == []
    password = f"{token()} {token()}"
    form = author.get("/account/password/").form("/account/password/")
    page = form.submit(
        old_password=author.password, new_password1=password, new_password2=password
    )
    assert page.is_redirect
    assert author.log_out().follow().user is None
    assert author.log_in(author.username, password).follow().user == author.username
    assert author.entry_of(post).is_read is False
    assert author.send(post.delete_address).follow().user == author.username


@row("SCHEMA-9")
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("side", ["old", "new"])
def test_a_link_to_a_new_password_works_whichever_site_has_mailed_it(move, step, side):
    move.go(step)
    author = move.author()
    # Asked there directly: as a rule who is asked sends the mail, but not always.
    site = getattr(move, side)
    move.database.visit(site).ask_for_reset(author.email)
    (mail,) = mails_to(author.email, move.database.smtp)
    visitor, password = move.visitor(), f"{token()} {token()}"

    page = visitor.set_password(reset_link(mail), password)

    assert page.location == "/login/"
    assert visitor.log_in(author.username, password).is_redirect
    assert not author.is_signed_in


@row("SCHEMA-9")
@pytest.mark.parametrize("step", STEPS)
def test_a_mail_leads_to_the_comment(move, step):
    author = move.author()
    post = author.write_post()
    move.go(step)
    move.visitor().reply(post)

    (mail,) = mails_to(author.email, move.database.smtp)

    (link,) = {link for link in links_in(mail) if "/posts/" in link}
    page = move.visitor().follow(link)
    assert page.soup.find(id=urlsplit(link).fragment)


@row("SCHEMA-10")
@pytest.mark.parametrize("step", STEPS)
def test_a_step_signs_nobody_out_and_loses_no_text(move, step):
    author, reader = move.author(), move.visitor()
    post = author.write_post()
    reading = reader.get(post.address)
    writing = author.get("/posts/new/").form("/posts/new/")
    registering = move.visitor()
    form = registering.open_form("/register/")
    account = registering.new_account()

    move.go(step)

    assert author.get(post.address).user == author.username
    page = writing.submit(title="Begun before", body="Sent after.")
    assert author.get(f"/posts/{post_id(page.location)}/").heading == "Begun before"
    assert reader.entry_of(post).is_read
    page = reading.form(post.comments_address).submit(
        name="Kim", email="kim@example.org", body="Begun before."
    )
    assert [comment.text for comment in page.follow().comments] == ["Begun before."]
    assert form.submit(**account).follow().user == account["username"]


@row("SCHEMA-10")
def test_after_the_last_step_who_was_signed_in_signs_in_anew(move):
    author = move.author()
    post = author.write_post()
    writing = author.get("/posts/new/").form("/posts/new/")

    move.go("alone")

    page = author.get(post.address)
    assert move.side(page) == "new"
    assert page.user is None
    page = writing.submit(title="Begun before", body="Too late.")
    assert page.status == 403
    assert handed_back(page) == {"title": "Begun before", "body": "Too late."}
    assert author.log_in(author.username, author.password).is_redirect
    assert author.get(post.edit_address).status == 200


@row("SCHEMA-10")
def test_the_way_back_loses_nothing(move):
    move.go("everybody")
    author = move.author()
    post = author.write_post()
    assert move.side(author.get(post.address)) == "new"

    move.go_back("everybody")

    assert author.get(post.address).user == author.username
    stranger = move.visitor()
    page = stranger.get(post.address)
    assert page.heading == post.title
    assert move.side(page) == "old"
    assert stranger.log_in(author.username, author.password).is_redirect
    assert stranger.write_post()
