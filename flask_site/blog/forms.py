"""The forms of the blog."""

from flask_wtf import FlaskForm
from sqlalchemy.orm.exc import StaleDataError
from wtforms.validators import DataRequired, Email, Length, Regexp

from flask_site.forms import EmailField, StampField, TextAreaField, TextField

from . import text
from .submissions import new_submission

PLAIN_TEXT = Regexp(text.PLAIN_TEXT, message="Control characters are not allowed.")


class PostForm(FlaskForm):
    """What a post is made of."""

    title = TextField("Title", [DataRequired(), Length(max=200), PLAIN_TEXT])
    body = TextAreaField(
        "Text",
        [DataRequired(), Length(max=50_000), PLAIN_TEXT],
        description="Markdown is welcome.",
        render_kw={"rows": 16, "cols": 40},
    )


class NewPostForm(PostForm):
    """Write a post."""

    submission = StampField(default=new_submission)


class EditPostForm(PostForm):
    """Change the post that the form was made of, and no newer one."""

    version = StampField()

    def populate_obj(self, obj):
        """Fill in the post; raise StaleDataError where somebody changed it since."""
        if self.version.data != str(obj.version):
            raise StaleDataError("The form was made of another version.")
        super().populate_obj(obj)

    def is_same(self, post):
        """Return whether the post is as it was typed."""
        return (self.title.data, self.body.data) == (post.title, post.body)


class CommentForm(FlaskForm):
    """Reply under a name."""

    submission = StampField(default=new_submission)
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

    submission = CommentForm.submission
    body = CommentForm.body
