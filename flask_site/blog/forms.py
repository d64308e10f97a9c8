"""The forms of the blog."""

from flask_wtf import FlaskForm
from wtforms.validators import DataRequired, Email, Length, Regexp

from flask_site.forms import EmailField, TextAreaField, TextField

from . import text

PLAIN_TEXT = Regexp(text.PLAIN_TEXT, message="Control characters are not allowed.")


class PostForm(FlaskForm):
    """Write a post."""

    title = TextField("Title", [DataRequired(), Length(max=200), PLAIN_TEXT])
    body = TextAreaField(
        "Text",
        [DataRequired(), Length(max=50_000), PLAIN_TEXT],
        description="Markdown is welcome.",
        render_kw={"rows": 16, "cols": 40},
    )


class CommentForm(FlaskForm):
    """Reply under a name."""

    name = TextField("Name", [DataRequired(), Length(max=80)])
    email = EmailField(
        "E-mail",
        [DataRequired(), Email("Enter a valid email address."), Length(max=254)],
        description="Never shown to anybody.",
    )
    body = TextAreaField(
        "Text", [DataRequired(), Length(max=5000)], render_kw={"rows": 6, "cols": 40}
    )


class UserCommentForm(FlaskForm):
    """Reply as a signed-in user."""

    body = CommentForm.body
