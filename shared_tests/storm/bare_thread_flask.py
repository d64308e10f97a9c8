"""Comments that a bare thread mails, as the tutorials of Flask show it.

An experiment, not an example: `make storm` counts what it loses.
"""

import os
import smtplib
from email.message import EmailMessage
from threading import Thread
from urllib.parse import urlsplit

from flask import Flask, redirect, render_template_string, request
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from werkzeug.wrappers import Response

AUTHOR = "pen@example.org"
PAGE = """\
<!doctype html>
<title>A post</title>
{% for comment in comments %}<p>{{ comment.name }}: {{ comment.body }}</p>{% endfor %}
<form method="post" action="/posts/{{ post_id }}/comments/">
  <input type="hidden" name="csrf_token" value="{{ csrf_token() }}">
  <input name="name"> <input name="email"> <textarea name="body"></textarea>
  <button>Send</button>
</form>
"""


class Base(DeclarativeBase):
    """The base of the models."""


app = Flask(__name__)
app.config["SECRET_KEY"] = os.environ["SECRET_KEY"]
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE_URL"]
db = SQLAlchemy(app, model_class=Base)
CSRFProtect(app)


class Comment(Base):
    """A comment under a post."""

    __tablename__ = "comment"

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int]
    name: Mapped[str]
    email: Mapped[str]
    body: Mapped[str]


def send(name: str, body: str) -> None:
    """Mail a comment to the author of the post."""
    message = EmailMessage()
    message["Subject"] = f"{name} replied"
    message["From"] = "noreply@example.org"
    message["To"] = AUTHOR
    message.set_content(body)
    server = urlsplit(os.environ["MAIL_URL"])
    with smtplib.SMTP(server.hostname or "", server.port or 25) as smtp:
        smtp.send_message(message)


@app.get("/healthz")
def healthz() -> str:
    """Say that the site is there."""
    return "ok"


@app.get("/posts/<int:post_id>/")
def post(post_id: int) -> str:
    """Show the comments of a post, and the form."""
    comments = db.session.scalars(select(Comment).filter_by(post_id=post_id))
    return render_template_string(PAGE, comments=comments, post_id=post_id)


@app.post("/posts/<int:post_id>/comments/")
def add_comment(post_id: int) -> Response:
    """Store a comment and mail it."""
    name, body = request.form["name"], request.form["body"]
    email = request.form["email"]
    db.session.add(Comment(post_id=post_id, name=name, email=email, body=body))
    db.session.commit()
    Thread(target=send, args=(name, body)).start()
    return redirect(f"/posts/{post_id}/", 303)


if __name__ == "__main__":
    with app.app_context():
        db.create_all()
