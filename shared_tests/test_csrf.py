"""Forged requests."""

import secrets

import pytest

from .contract import row
from .typed import TYPED, handed_back
from .visitor import token

USER_ADDRESSES = [
    "/posts/new/",
    "{post}edit/",
    "{post}delete/",
    "{post}comments/",
    "{comment}",
    "/account/",
    "/account/password/",
    "/logout/",
    "/session/",
    "/reset/",
]
ANYBODYS_ADDRESSES = [
    "/register/",
    "/login/",
    "{post}comments/",
    "/logout/",
    "/session/",
    "/reset/",
]


class Victim:
    """A signed-in author, with a post and a comment that nobody else may touch."""

    def __init__(self, visitor):
        """Write what could be lost."""
        self.visitor = visitor
        self.post = visitor.write_post()
        visitor.reply(self.post)
        self.comment = visitor.comments_on(self.post)[0].delete_address
        self.fields = {
            "title": "Forged",
            "body": "Forged.",
            "name": "Forged",
            "username": visitor.username,
            "password": visitor.password,
            "email": "forged@example.org",
            "old_password": visitor.password,
            **dict.fromkeys(
                ("password1", "password2", "new_password1", "new_password2"),
                "forged phrase",
            ),
        }

    def address(self, address):
        """Fill in what is this author's."""
        return address.format(post=self.post.address, comment=self.comment)

    def assert_untouched(self):
        """Check that nothing has changed."""
        visitor = self.visitor
        assert (
            visitor.get("/account/").form("/account/").values["email"] == visitor.email
        )
        page = visitor.get(self.post.address)
        assert page.heading == self.post.title
        assert [comment.text for comment in page.comments] == ["Well said."]
        assert len(visitor.get(visitor.author_address).entries) == 1
        assert visitor.twin().log_in(visitor.username, visitor.password).is_redirect


@pytest.fixture(scope="module")
def victim(site, visit):
    """Somebody to forge requests of; one is enough, for nothing may happen to them."""
    visitor = visit(site)
    visitor.register()
    return Victim(visitor)


def assert_refused(page):
    """Check that the answer is 403, in words."""
    assert page.status == 403
    assert page.heading
    assert page.main.get_text().strip()


@row("CSRF-1")
def test_a_post_without_token_is_refused(victim):
    for address in USER_ADDRESSES:
        assert_refused(victim.visitor.post(victim.address(address), victim.fields))
    victim.assert_untouched()


@row("CSRF-1")
@pytest.mark.parametrize("seen", [False, True], ids=["without cookies", "with cookies"])
def test_a_post_of_nobody_without_token_is_refused(victim, browser, seen):
    if seen:
        browser.get("/login/")
    name = token()

    for address in ANYBODYS_ADDRESSES:
        fields = {**victim.fields, "username": name}
        assert_refused(browser.post(victim.address(address), fields))
    assert not browser.is_signed_in
    assert browser.get(f"/authors/{name}/").status == 404
    victim.assert_untouched()


@row("CSRF-2")
def test_a_token_of_another_browser_is_refused(victim, pen):
    fields = {**victim.fields, **pen.hidden_fields()}

    for address in USER_ADDRESSES:
        assert_refused(victim.visitor.post(victim.address(address), fields))
    victim.assert_untouched()


@row("CSRF-2")
@pytest.mark.parametrize("address", ["{post}delete/", "/account/", "/session/"])
def test_a_made_up_token_is_refused(victim, address):
    names = victim.visitor.hidden_fields()

    for made_up in ("", "x", "é" * 64, secrets.token_hex(32), "a" * 10_000):
        fields = {**victim.fields, **dict.fromkeys(names, made_up)}
        assert_refused(victim.visitor.post(victim.address(address), fields))
    victim.assert_untouched()


@row("CSRF-1")
def test_a_token_in_the_address_counts_for_nothing(victim):
    hidden = "&".join(
        f"{name}={value}" for name, value in victim.visitor.hidden_fields().items()
    )

    page = victim.visitor.post(f"{victim.post.delete_address}?{hidden}")

    assert_refused(page)
    victim.assert_untouched()


@row("CSRF-3")
def test_a_form_may_stay_open_for_a_day(own_site, author, launch, site_name, tmp_path):
    form = author.get("/posts/new/").form("/posts/new/")

    # The same site a day later: in a second process, with its clock put forward.
    (tmp_path / "sitecustomize.py").write_text(
        "import time\n_now = time.time\ntime.time = lambda: _now() + 24 * 60 * 60\n"
    )
    path = f"{tmp_path}:{own_site.environment['PYTHONPATH']}"
    environment = {**own_site.environment, "PYTHONPATH": path}
    later = launch.serve(site_name, own_site.folder, environment)
    form.page.browser = author.twin(later.url)

    assert form.submit(title="T", body="B").is_redirect


@row("CSRF-4")
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_reading_changes_nothing(victim, method):
    query = "&".join(f"{name}={value}" for name, value in victim.fields.items())

    for address in USER_ADDRESSES:
        page = victim.visitor.request(method, f"{victim.address(address)}?{query}")
        assert page.status in {200, 405}, address
    victim.assert_untouched()


@row("CSRF-5")
@pytest.mark.parametrize(
    "address", ["/posts/new/", "{post}edit/", "{post}delete/", "{post}comments/"]
)
@pytest.mark.parametrize("made_up", [False, True], ids=["no token", "made-up token"])
def test_what_was_typed_without_a_token_is_handed_back(
    victim, browser, address, made_up
):
    typed = {"title": "Forged <title>", "body": TYPED}

    for visitor in (victim.visitor, browser):
        token = dict.fromkeys(visitor.hidden_fields(), "x") if made_up else {}
        page = visitor.post(victim.address(address), {**typed, **token})

        assert_refused(page)
        assert handed_back(page) == typed
    victim.assert_untouched()


@row("CSRF-5")
def test_what_was_typed_before_a_log_in_elsewhere_is_handed_back(author, new_browser):
    other = new_browser()
    other.register()
    form = author.get("/posts/new/").form("/posts/new/")
    author.log_in(other.username, other.password)

    page = form.submit(title="T", body=TYPED)

    assert_refused(page)
    assert handed_back(page)["title"] == "T"
    assert other.get(other.author_address).entries == []
