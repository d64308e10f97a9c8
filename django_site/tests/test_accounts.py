"""The pages of accounts: what each of them stores, says, and leads to."""

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from django_site.mail.models import Message
from django_site.users import forms
from django_site.users.models import User

from .factories import PASSWORD, make_post, make_user

NEW = "another long one"
NEW_USER = {
    "username": "zoe",
    "email": "zoe@example.org",
    "password1": NEW,
    "password2": NEW,
}
CHANGE = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
RESET_SENT = "If an account has this address, a mail with a link is on its way."


def told(text):
    """Return how a page says what has happened."""
    return f'<p class="message success" role="status">{text}</p>'


def leads_to(response):
    """Return where an answer leads, if it does."""
    return response.status_code, response.headers.get("Location")


@pytest.fixture
def browser(client, user):
    """Open a browser of the signed-in user."""
    client.post("/login/", {"username": "ann", "password": PASSWORD})
    return client


@pytest.fixture
def read_user():
    """Read from the database what is stored of a user."""
    return lambda username="ann": User.objects.filter(username=username).first()


@pytest.fixture
def has_password(read_user):
    """Read from the database whether a user has a password."""

    def has_password(password, username="ann"):
        return read_user(username).check_password(password)

    return has_password


@pytest.fixture
def link(user):
    """Make the address behind a link to a new password."""
    key = urlsafe_base64_encode(force_bytes(user.pk))
    return f"/reset/{key}/{default_token_generator.make_token(user)}/"


@pytest.fixture
def handed_over(monkeypatch):
    """Collect the ids of messages that would be sent in the background."""
    ids = []
    monkeypatch.setattr(forms, "send_soon", lambda id, request_id: ids.append(id))
    return ids


@pytest.mark.parametrize(
    ("address", "heading"),
    [
        ("/register/", "Register"),
        ("/login/", "Log in"),
        ("/reset/", "Forgotten password"),
        ("/session/", "What this site remembers about you"),
    ],
)
def test_page_for_everybody(client, db, address, heading):
    """It answers whoever asks, and no cache keeps it."""
    response = client.get(address)

    assert response.status_code == 200
    assert f"<h1>{heading}</h1>" in response.text
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("address", "heading"),
    [("/account/", "Your account"), ("/account/password/", "Change your password")],
)
def test_page_for_one_user(browser, address, heading):
    """It answers who is signed in, and no cache keeps it."""
    response = browser.get(address)

    assert response.status_code == 200
    assert f"<h1>{heading}</h1>" in response.text
    assert "no-store" in response.headers["Cache-Control"]


def test_registration(client, db, read_user, has_password):
    """It stores a user, who is signed in and welcome."""
    response = client.post("/register/", NEW_USER)
    page = client.get("/").text

    assert leads_to(response) == (302, "/")
    assert told("Your account is made. Welcome!") in page
    assert '<a href="/account/">zoe</a>' in page
    assert read_user("zoe").email == "zoe@example.org"
    assert has_password(NEW, "zoe")


@pytest.mark.usefixtures("user")
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"username": "ann"}, "A user with that user name already exists."),
        ({"username": "ANN"}, "A user with that user name already exists."),
        ({"username": "z z"}, "Enter letters, digits and @/./+/-/_ only"),
        ({"email": "zoe"}, "Enter a valid email address."),
        ({"password2": NEW + "x"}, "The two password fields didn’t match."),
        ({"password1": "", "password2": ""}, "This field is required."),
        ({"password1": "qwertyuiop", "password2": "qwertyuiop"}, "is too common."),
        ({"username": NEW.replace(" ", "")}, "is too similar to the user name."),
        ({"email": f"{NEW.replace(' ', '')}@example.org"}, "is too similar to the e-"),
    ],
)
def test_refused_registration(client, read_user, changes, words):
    """It stores nobody, and says what is wrong."""
    response = client.post("/register/", NEW_USER | changes)

    assert response.status_code == 400
    assert words in response.text
    assert read_user("zoe") is None
    assert '<a href="/login/">Log in</a>' in client.get("/").text


def test_log_in(client, user):
    """It leads home, or to the page that was wanted."""
    form = {"username": "ann", "password": PASSWORD}

    assert leads_to(client.post("/login/", form)) == (302, "/")
    form["next"] = "/posts/new/"
    assert leads_to(client.post("/login/", form)) == (302, "/posts/new/")


@pytest.mark.parametrize("username", ["ann", "ANN", "nobody"])
def test_refused_log_in(client, user, username):
    """It does not say what is wrong, the name or the password."""
    form = {"username": username, "password": NEW, "next": "/account/"}
    response = client.post("/login/", form)

    words = "Please enter a correct user name and password. Mind capital letters."
    assert response.status_code == 400
    assert words in response.text
    assert 'value="/account/"' in response.text


def test_log_out(browser):
    """It leads home, where nobody is signed in."""
    response = browser.post("/logout/")

    assert leads_to(response) == (302, "/")
    assert '<a href="/login/">Log in</a>' in browser.get("/").text


def test_log_in_over_a_session_of_somebody_else(browser):
    """What the one has read is not the other's."""
    make_user("zoe")
    session = browser.session
    session["read_posts"] = [7]
    session.save()
    browser.post("/login/", {"username": "zoe", "password": PASSWORD})

    assert "read_posts" not in browser.session


def test_account_is_shown(browser):
    """The form has what is stored."""
    page = browser.get("/account/").text

    assert 'value="ann@example.org"' in page
    assert 'type="checkbox"' in page
    assert "checked" in page


def test_account_is_changed(browser, read_user):
    """It stores the address, and whether mails come there."""
    response = browser.post("/account/", {"email": "new@example.org"})

    assert leads_to(response) == (302, "/account/")
    assert told("Your account is changed.") in browser.get("/account/").text
    assert read_user().email == "new@example.org"
    assert not read_user().comment_mail


def test_refused_account(browser, read_user):
    """It stores nothing, and hands back what was typed."""
    response = browser.post("/account/", {"email": "new"})

    assert response.status_code == 400
    assert 'value="new"' in response.text
    assert read_user().email == "ann@example.org"


@pytest.mark.parametrize("remember", ["", "on"])
def test_password_is_changed(client, user, has_password, remember):
    """It stores the new password, and this browser stays as it was."""
    form = {"username": "ann", "password": PASSWORD, "remember": remember}
    client.post("/login/", {name: text for name, text in form.items() if text})
    response = client.post("/account/password/", CHANGE)
    is_remembered = not client.session.get_expire_at_browser_close()

    assert leads_to(response) == (302, "/account/")
    assert told("Your password is changed.") in client.get("/account/").text
    assert has_password(NEW)
    assert is_remembered is bool(remember)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"old_password": NEW}, "Your old password was entered incorrectly. Please"),
        ({"new_password2": NEW + "x"}, "The two password fields didn’t match."),
        ({"new_password1": "ann@ex.org", "new_password2": "ann@ex.org"}, "the e-mail."),
        ({"new_password1": "short", "new_password2": "short"}, "is too short."),
    ],
)
def test_refused_password(browser, has_password, changes, words):
    """It stores nothing, and says what is wrong."""
    response = browser.post("/account/password/", CHANGE | changes)

    assert response.status_code == 400
    assert words in response.text
    assert has_password(PASSWORD)


def test_link_is_asked_for(
    client, user, handed_over, django_capture_on_commit_callbacks
):
    """It owes a mail, hands it over, and says no more than that."""
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post("/reset/", {"email": user.email})
    message = Message.objects.get()

    assert leads_to(response) == (302, "/login/")
    assert told(RESET_SENT) in client.get("/login/").text
    assert (message.kind, message.object_id) == ("password_reset", user.pk)
    assert handed_over == [message.pk]


def test_no_link_for_who_cannot_sign_in(client, user):
    """An account without a password gets none."""
    user.set_unusable_password()
    user.save()
    client.post("/reset/", {"email": user.email})

    assert Message.objects.get().object_id == 0


def test_link_for_no_address(client, db):
    """What is no address is told so."""
    response = client.post("/reset/", {"email": "ann"})

    assert response.status_code == 400
    assert "Enter a valid email address." in response.text


def test_link_opens_a_form(client, link):
    """It asks for the new password, twice."""
    page = client.get(link, follow=True)

    assert page.status_code == 200
    assert "Set the password" in page.text
    assert "no-store" in page.headers["Cache-Control"]


def test_dead_link(client, db):
    """It says so, and where to get another."""
    page = client.get("/reset/x/x/")

    assert page.status_code == 400
    assert "This link opens nothing any more." in page.text
    assert '<a href="/reset/">' in page.text


def test_link_sets_a_password(browser, link, has_password):
    """It stores it, and the browser that is signed in has to log in."""
    form = browser.get(link).headers["Location"]  # keeps the key out of the address
    response = browser.post(form, {"new_password1": NEW, "new_password2": NEW})

    assert leads_to(response) == (302, "/login/")
    page = browser.get("/login/").text
    assert told("Your password is set. Please log in.") in page
    assert '<a href="/login/">Log in</a>' in page
    assert has_password(NEW)


def test_link_of_somebody_else(browser, link):
    """Who is signed in under another name stays so."""
    make_user("zoe")
    browser.post("/login/", {"username": "zoe", "password": PASSWORD})
    form = browser.get(link).headers["Location"]
    browser.post(form, {"new_password1": NEW, "new_password2": NEW})

    assert '<a href="/account/">zoe</a>' in browser.get("/").text


@pytest.mark.parametrize(
    ("password", "words"),
    [("ann@example.org", "is too similar to the e-mail."), ("short", "is too short.")],
)
def test_link_refuses_a_bad_password(client, link, has_password, password, words):
    """The rules are the same as everywhere."""
    form = {"new_password1": password, "new_password2": password}
    response = client.post(client.get(link).headers["Location"], form)

    assert response.status_code == 400
    assert words in response.text
    assert has_password(PASSWORD)


def test_what_is_remembered(browser):
    """It names the user, counts the posts, and shows the cookie."""
    post = make_post(make_user("zoe"))
    browser.get(f"/posts/{post.pk}/")
    page = browser.get("/session/").text

    cookie = browser.cookies["django_sessionid"].value
    assert "You are ann." in page
    assert "1 post read." in page
    assert f"a cookie of {len(cookie)} bytes" in page
    assert f"<code>{cookie[:6]}…</code>" in page


def test_nothing_is_remembered(client, db):
    """It says so, and shows no cookie."""
    page = client.get("/session/").text

    assert "This site remembers nothing about you." in page
    assert "<pre>" not in page


def test_all_is_forgotten(browser):
    """The visitor is signed out, and nothing is left."""
    response = browser.post("/session/")

    assert leads_to(response) == (302, "/session/")
    page = browser.get("/session/").text
    assert "This site remembers nothing about you." in page


def test_what_is_remembered_in_a_cookie(client, settings, user):
    """The page shows what a signed cookie holds, which is no secret."""
    settings.SESSION_STORE = "cookie"
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    client.post("/login/", {"username": "ann", "password": PASSWORD})
    page = client.get("/session/").text

    cookie = client.cookies["django_sessionid"].value
    assert f"in a signed cookie of {len(cookie)} bytes" in page
    assert "&quot;_auth_user_id&quot;: &quot;" in page
