"""What visitors change in the blog: what is stored, said, and shown after it."""

import re

import pytest
from sqlalchemy import select

from flask_site.blog.models import Comment, Post
from flask_site.extensions import db as database
from flask_site.users.models import User

from .factories import PASSWORD, make_comment, make_post, make_user

REPLY = {"name": "Kim", "email": "kim@example.org", "body": "Well said."}


def told(text):
    """Return how a page says what has happened."""
    return f'<p class="message success" role="status">{text}</p>'


def leads_to(response):
    """Return where an answer leads, if it does."""
    return response.status_code, response.headers.get("Location")


@pytest.fixture
def sign_in(app, client):
    """Sign the browser in, under a name that may be new."""

    def sign_in(username):
        with app.app_context():
            named = select(User).filter_by(username=username)
            user = database.session.scalar(named) or make_user(username)
        client.post("/login/", data={"username": username, "password": PASSWORD})
        return user.id

    return sign_in


@pytest.fixture(autouse=True)
def post_id(app, user):
    """Store a post of ann's."""
    with app.app_context():
        return make_post(user).id


@pytest.fixture
def write_comment(app, post_id):
    """Store a comment on that post, of a user or of somebody with a name."""

    def write_comment(author_id=None):
        with app.app_context():
            post = database.session.get(Post, post_id)
            return make_comment(post, author_id=author_id).id

    return write_comment


@pytest.fixture
def rows(app):
    """Read from the database all rows of a model."""

    def rows(model):
        with app.app_context():
            return database.session.scalars(select(model).order_by(model.id)).all()

    return rows


@pytest.mark.parametrize(
    ("address", "heading"),
    [
        ("/posts/new/", "Write a post"),
        ("/posts/1/edit/", "Edit your post"),
        ("/posts/1/delete/", "Delete “A title”?"),
    ],
)
def test_page_for_the_author(client, rows, sign_in, address, heading):
    """It asks, and changes nothing."""
    sign_in("ann")
    page = client.get(address)

    assert page.status_code == 200
    assert f"<h1>{heading}</h1>" in page.text
    assert len(rows(Post)) == 1


@pytest.mark.parametrize("address", ["/posts/1/edit/", "/posts/1/delete/"])
def test_page_for_nobody_else(client, rows, sign_in, address):
    """Another user reads that it is not theirs to do."""
    sign_in("zoe")
    pages = [client.get(address), client.post(address)]

    assert [page.status_code for page in pages] == [403, 403]
    assert "That is not yours to do" in pages[0].text
    assert len(rows(Post)) == 1


def test_new_post(client, rows, sign_in):
    """It is its author's, stands there as typed, and the page says so."""
    zoe = sign_in("zoe")
    response = client.post("/posts/new/", data={"title": " T ", "body": "*B*"})
    _, post = rows(Post)

    assert leads_to(response) == (302, "/posts/2/")
    assert told("Your post is published.") in client.get("/posts/2/").text
    assert (post.author_id, post.title, post.body) == (zoe, "T", "*B*")
    assert post.submission


@pytest.mark.parametrize("address", ["/posts/new/", "/posts/1/edit/"])
def test_refused_post(client, rows, sign_in, address):
    """Nothing is stored, and what was typed comes back."""
    sign_in("ann")
    response = client.post(address, data={"title": "x" * 201, "body": "Typed."})

    assert response.status_code == 400
    assert "Typed." in response.text
    assert [post.title for post in rows(Post)] == ["A title"]


def test_deleted_post(client, rows, sign_in):
    """It is gone, and home says so."""
    sign_in("ann")
    response = client.post("/posts/1/delete/")

    assert leads_to(response) == (302, "/")
    assert told("Your post is deleted.") in client.get("/").text
    assert rows(Post) == []


def test_reply(client, rows):
    """It stands below its post, and has what was typed and no more."""
    response = client.post("/posts/1/comments/", data=REPLY)
    (comment,) = rows(Comment)

    assert leads_to(response) == (302, "/posts/1/")
    assert told("Your comment is published.") in client.get("/posts/1/").text
    assert (comment.post_id, comment.author_id) == (1, None)
    assert (comment.name, comment.email) == ("Kim", "kim@example.org")
    assert comment.body == "Well said."


def test_reply_of_a_user(client, rows, sign_in):
    """It is the user's, whatever name came with it."""
    zoe = sign_in("zoe")
    client.post("/posts/1/comments/", data=REPLY)
    (comment,) = rows(Comment)
    page = client.get("/posts/1/").text

    assert (comment.author_id, comment.name, comment.email) == (zoe, "", "")
    assert '<a class="p-author h-card" href="/authors/zoe/">zoe</a>' in page
    assert 'name="email"' not in page


def test_refused_reply(client, rows):
    """Nothing is stored, and the page of the post hands back what was typed."""
    response = client.post("/posts/1/comments/", data=REPLY | {"email": "kim"})

    assert response.status_code == 400
    assert "Well said." in response.text
    assert "A title" in response.text
    assert rows(Comment) == []


@pytest.mark.parametrize("username", ["ann", "zoe"])
def test_deleted_comment(client, rows, sign_in, write_comment, username):
    """The author of the post may, and so may the writer of the comment."""
    user_id = sign_in(username)
    own = write_comment(user_id if username == "zoe" else None)
    other = write_comment()
    response = client.post(f"/comments/{own}/delete/")

    assert leads_to(response) == (302, "/posts/1/")
    assert told("The comment is deleted.") in client.get("/posts/1/").text
    assert [comment.id for comment in rows(Comment)] == [other]


def test_comment_of_somebody_else(client, rows, sign_in, write_comment):
    """Who wrote neither comment nor post may not delete it."""
    sign_in("zoe")
    response = client.post(f"/comments/{write_comment()}/delete/")

    assert response.status_code == 403
    assert len(rows(Comment)) == 1


def test_nothing_to_change(client, sign_in):
    """What is not there is not found."""
    sign_in("zoe")
    missing = ["/posts/9/edit/", "/posts/9/delete/", "/posts/9/comments/"]
    missing.append("/comments/9/delete/")

    assert [client.post(address).status_code for address in missing] == [404] * 4


def test_read_marks(client):
    """A post is noted once, at the end, and the last 200 count."""
    with client.session_transaction() as session:
        session["read_posts"] = [*range(1000, 1200)]
    client.get("/posts/1/")
    client.get("/posts/1/")

    with client.session_transaction() as session:
        assert session["read_posts"] == [*range(1001, 1200), 1]


@pytest.mark.parametrize(
    ("address", "titles"),
    [("/", ["By Zoe", "Second", "A title"]), ("/authors/ann/", ["Second", "A title"])],
)
def test_pages_of_a_list(app, client, user, address, titles):
    """The newest post comes first, and the setting says how many a page has."""
    app.config["POSTS_PER_PAGE"] = 1
    with app.app_context():
        make_post(user, title="Second")
        make_post(make_user("zoe"), title="By Zoe")
    client.get("/posts/2/")
    pages = [
        client.get(f"{address}?page={number}").text
        for number in range(1, len(titles) + 1)
    ]

    assert [re.findall(r'/posts/\d+/">([^<]*)</a></h2>', page) for page in pages] == [
        [title] for title in titles
    ]
    assert [">Read<" in page for page in pages] == [t == "Second" for t in titles]


@pytest.mark.parametrize("page", ["0", "-1", "x", "9", str(10**12), str(10**12 + 1)])
@pytest.mark.parametrize("address", ["/", "/authors/ann/"])
def test_no_such_page(client, address, page):
    """A list ends where its posts end."""
    assert client.get(f"{address}?page={page}").status_code == 404
