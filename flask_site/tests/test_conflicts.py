"""Two who change one post: whoever comes second is asked, and nothing is lost."""

from io import BytesIO

import pytest
from sqlalchemy import delete, event, update

from flask_site.blog import views
from flask_site.blog.models import Comment, Post
from flask_site.extensions import db as database

from .factories import make_comment, make_post

FORM = {"title": "Mine", "body": "My <b>text</b>."}
THEIRS = {"title": "Theirs", "body": "Their </textarea>text."}


@pytest.fixture
def post_id(app, auth, user):
    """Store a post, and sign its author in."""
    with app.app_context():
        post_id = make_post(user).id
    auth.login(user)
    return post_id


@pytest.fixture
def change(app):
    """Change all posts as another process does."""

    def change(**fields):
        statement = update(Post).values(version=Post.version + 1, **fields)
        # A connection beside that of the request, which learns nothing of it.
        with app.app_context(), database.engine.begin() as connection:
            connection.execute(statement)

    return change


@pytest.fixture
def erase(app):
    """Delete all posts as another process does."""

    def erase():
        with app.app_context(), database.engine.begin() as connection:
            connection.execute(delete(Comment))
            connection.execute(delete(Post))

    return erase


@pytest.fixture
def meanwhile(monkeypatch):
    """Do something between the moment a view loads its post and all that follows."""

    def meanwhile(action):
        load, actions = views.get_own_post_or_403, [action]

        def load_then_act(*args):
            post = load(*args)
            while actions:
                actions.pop()()
            return post

        monkeypatch.setattr(views, "get_own_post_or_403", load_then_act)

    return meanwhile


@pytest.fixture
def send(client, post_id):
    """Send the form of the post."""

    def send(**fields):
        return client.post(f"/posts/{post_id}/edit/", data=FORM | fields)

    return send


@pytest.fixture
def read(app, post_id):
    """Return the post as it is stored: title, text, and version."""

    def read():
        with app.app_context():
            post = database.session.get(Post, post_id)
            return post.title, post.body, post.version

    return read


def test_form_carries_the_version(client, post_id):
    """It is what the form was made of, and nobody sees it."""
    page = client.get(f"/posts/{post_id}/edit/").text

    assert '<input id="version" name="version" type="hidden" value="1">' in page


def test_edit_counts(send, read):
    """Each change is another version."""
    first, second = send(version=1), send(version=2, title="Again")

    assert (first.status_code, second.status_code) == (302, 302)
    assert read() == ("Again", FORM["body"], 3)


def test_edit_without_a_change(send, read):
    """Who saves a post as it is leaves nobody's form behind."""
    saved = send(version=1, title="A title", body="A text.")
    other = send(version=1)

    assert (saved.status_code, other.status_code) == (302, 302)
    assert read() == (*FORM.values(), 2)


def test_edit_of_what_somebody_changed(change, send, read):
    """Nothing is stored, and the page has both texts, markup as typed."""
    change(**THEIRS)
    response = send(version=1)

    assert response.status_code == 409
    assert 'role="alert"' in response.text
    assert 'name="stored_title" rows="2" cols="40" readonly>\nTheirs' in response.text
    assert "Their &lt;/textarea&gt;text." in response.text
    assert "My &lt;b&gt;text&lt;/b&gt;." in response.text
    assert read() == (*THEIRS.values(), 2)


def test_conflict_is_sent_again(change, send, read):
    """The form that came back knows the newer version."""
    change(**THEIRS)
    page = send(version=1).text
    response = send(version=2)

    assert 'value="2"' in page
    assert response.status_code == 302
    assert read() == (*FORM.values(), 3)


def test_conflict_sent_again_too_late(change, send, read):
    """Who is asked twice is asked twice."""
    change(**THEIRS)
    send(version=1)
    change(title="Theirs again")
    response = send(version=2)

    assert response.status_code == 409
    assert read()[0] == "Theirs again"


def test_same_edit_twice(send, read):
    """It is accepted twice, and changes the post once."""
    responses = [send(version=1) for _ in range(2)]

    assert [response.status_code for response in responses] == [302, 302]
    assert read() == (*FORM.values(), 2)


def test_edit_to_what_somebody_else_typed(change, send, read):
    """Two who mean the same are in no conflict."""
    change(**FORM)
    response = send(version=1)

    assert response.status_code == 302
    assert read() == (*FORM.values(), 2)


@pytest.mark.parametrize("version", ["", "01", "-1", "9" * 5000])
def test_edit_with_a_made_up_version(send, read, version):
    """What no form of this site carries is a conflict, and never an error."""
    response = send(version=version)

    assert response.status_code == 409
    assert read() == ("A title", "A text.", 1)


def test_edit_without_a_version(send, read):
    """So is a form that lacks it."""
    response = send()

    assert response.status_code == 409
    assert read() == ("A title", "A text.", 1)


def test_file_is_no_version(send, read):
    """A file where the version should be is as good as nothing."""
    response = send(version=(BytesIO(b"1"), "1.txt"))

    assert response.status_code == 409
    assert read() == ("A title", "A text.", 1)


def test_wrong_form_keeps_its_version(change, send):
    """Who has to mend a field is not taken for somebody who saw the newer text."""
    change(**THEIRS)
    response = send(version=1, title="")

    assert response.status_code == 400
    assert 'value="1"' in response.text


def test_change_between_loading_and_saving(change, meanwhile, send, read):
    """The database has the last word."""
    meanwhile(lambda: change(**THEIRS))
    response = send(version=1)

    assert response.status_code == 409
    assert "Their &lt;/textarea&gt;text." in response.text
    assert read() == (*THEIRS.values(), 2)


def test_same_change_between_loading_and_saving(change, meanwhile, send, read):
    """The same edit sent twice at once is no conflict either."""
    meanwhile(lambda: change(**FORM))
    response = send(version=1)

    assert response.status_code == 302
    assert read() == (*FORM.values(), 2)


def test_deleted_before_loading(erase, send):
    """There is nothing to change any more."""
    erase()

    assert send(version=1).status_code == 404


def test_deleted_between_loading_and_saving(app, erase, meanwhile, send):
    """There is nothing to change, and the post does not come back."""
    meanwhile(erase)
    response = send(version=1)

    assert response.status_code == 404
    with app.app_context():
        assert database.session.scalar(Post.newest()) is None


def test_deleted_after_saving(erase, monkeypatch, send):
    """The answer needs nothing that is gone."""
    monkeypatch.setattr(views, "flash", lambda *args: erase())

    assert send(version=1).status_code == 302


def test_delete_of_what_somebody_changed(app, change, client, meanwhile, post_id):
    """The author wants it gone, and it goes with its comments."""
    with app.app_context():
        make_comment(database.session.get(Post, post_id))
    meanwhile(lambda: change(**THEIRS))
    responses = [client.post(f"/posts/{post_id}/delete/") for _ in range(2)]

    # SQLAlchemy minds the version here too, and so the author is asked again.
    assert [response.status_code for response in responses] == [409, 302]
    with app.app_context():
        assert database.session.scalar(Post.newest()) is None


def test_delete_of_what_somebody_deleted(client, erase, meanwhile, post_id):
    """Of two clicks on the button the second finds nothing, or nothing to do."""
    meanwhile(erase)

    assert client.post(f"/posts/{post_id}/delete/").status_code == 404


def test_delete_of_what_somebody_replies_to(app, client, post_id):
    """Nothing of it is deleted, and the author is asked again."""

    def reply(session, *args):
        post = database.session.get(Post, post_id)
        with app.app_context():
            make_comment(post)

    event.listen(database.session, "before_flush", reply, once=True)
    response = client.post(f"/posts/{post_id}/delete/")

    assert response.status_code == 409
    assert client.get(f"/posts/{post_id}/").text.count("Well said.") == 1
    assert client.post(f"/posts/{post_id}/delete/").status_code == 302
