"""The pages of the blog: the request and the settings are globals."""

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.views import View
from flask_login import current_user, login_required
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from flask_site.extensions import db
from flask_site.mail.models import Message
from flask_site.mail.tasks import send_soon
from flask_site.users.models import User

from .forms import CommentForm, EditPostForm, NewPostForm, UserCommentForm
from .kept import keep
from .models import Comment, Post
from .pagination import PostPagination
from .submissions import make_key

READ_POSTS_KEPT = 200
PAGED_VIEWS = {"blog.site_home", "blog.author_posts"}
MAX_PAGE = 10**12  # times the posts on a page, this is still a 64-bit number

bp = Blueprint("blog", __name__, cli_group=None)


@bp.before_request
def refuse_impossible_page():
    """Answer 404 to a page so far past the end that no database can count to it."""
    if (
        request.endpoint in PAGED_VIEWS
        and request.args.get("page", 1, type=int) > MAX_PAGE
    ):
        abort(404)


@bp.get("/home/")
@bp.get("/")  # the innermost is the one that url_for() gives
@keep
def site_home():
    """Show a page of all posts, newest first."""
    page_obj = PostPagination(per_page=current_app.config["POSTS_PER_PAGE"])
    return render_template("blog/home.html", page_obj=page_obj, read_posts=g.read_posts)


class AuthorPosts(View):
    """Show a page of the posts of one author, newest first."""

    decorators = [keep]

    def __init__(self, template_name):
        self.template_name = template_name

    def dispatch_request(self, username):
        """Find the author, then the page; `g` is as near here as anywhere."""
        author = db.one_or_404(select(User).filter_by(username=username))
        page_obj = PostPagination(
            author_id=author.id, per_page=current_app.config["POSTS_PER_PAGE"]
        )
        return render_template(
            self.template_name,
            author=author,
            page_obj=page_obj,
            read_posts=g.read_posts,
        )


bp.add_url_rule(
    "/authors/<username:username>/",
    view_func=AuthorPosts.as_view("author_posts", "blog/author_posts.html"),
)


@bp.get("/posts/<int:post_id>/")
def show_post(post_id):
    """Show a post with its comments, and remember that it was read."""
    post = db.get_or_404(Post, post_id)
    if post.id not in g.read_posts:
        session["read_posts"] = [*g.read_posts, post.id][-READ_POSTS_KEPT:]
    return render_post(post, get_comment_form())


def get_comment_form():
    """Return the form for a reply: who is signed in is not asked who they are."""
    return UserCommentForm() if current_user.is_authenticated else CommentForm()


def render_post(post, form):
    """Render the page of a post with a form for a reply."""
    return render_template(
        "blog/post.html", post=post, comments=post.comments, form=form
    )


@bp.route("/posts/new/", methods=["GET", "POST"])
@login_required
def new_post():
    """Write a post."""
    form = NewPostForm()
    if form.validate_on_submit():
        post = Post(author_id=current_user.id)
        form.populate_obj(post)
        key = make_key(form.submission.data, current_user.id, post.title, post.body)
        post.submission = key
        db.session.add(post)
        try:
            db.session.commit()
        except IntegrityError:  # the same form, sent twice
            db.session.rollback()
            post = db.one_or_404(select(Post).filter_by(submission=key))
        flash("Your post is published.", "success")
        return redirect(url_for("blog.show_post", post_id=post.id))
    status = 400 if form.errors else 200
    return render_template("blog/edit_post.html", form=form), status


@bp.route("/posts/<int:post_id>/edit/", methods=["GET", "POST"])
@login_required
def edit_post(post_id):
    """Change a post; only its author may."""
    post = get_own_post_or_403(post_id)
    form = EditPostForm(obj=post)
    if form.validate_on_submit():
        try:
            form.populate_obj(post)
            db.session.commit()
        except StaleDataError:
            db.session.rollback()
            post = get_own_post_or_403(post_id)
            if not form.is_same(post):
                return render_conflict(form, post)
        flash("Your post is changed.", "success")
        return redirect(url_for("blog.show_post", post_id=post_id))
    status = 400 if form.errors else 200
    return render_template("blog/edit_post.html", form=form, post=post), status


def render_conflict(form, post):
    """Show what was typed beside what somebody else saved; it can be sent again."""
    typed = {"title": form.title.data, "body": form.body.data}
    form = EditPostForm(None, data=typed | {"version": post.version})
    context = {"form": form, "post": post, "is_conflict": True}
    return render_template("blog/edit_post.html", **context), 409


@bp.route("/posts/<int:post_id>/delete/", methods=["GET", "POST"])
@login_required
def delete_post(post_id):
    """Ask whether to delete a post, then delete it; only its author may."""
    post = get_own_post_or_403(post_id)
    if request.method == "POST":
        db.session.delete(post)
        try:
            db.session.commit()
        except (IntegrityError, StaleDataError):  # somebody replied or changed it
            db.session.rollback()
            post = get_own_post_or_403(post_id)
            context = {"post": post, "is_conflict": True}
            return render_template("blog/delete_post.html", **context), 409
        flash("Your post is deleted.", "success")
        return redirect(url_for("blog.site_home"))
    return render_template("blog/delete_post.html", post=post)


def get_own_post_or_403(post_id):
    """Return a post of the signed-in user; one of somebody else is forbidden."""
    post = db.get_or_404(Post, post_id)
    if current_user != post.author:
        abort(403)
    return post


@bp.post("/posts/<int:post_id>/comments/")
def add_comment(post_id):
    """Add a comment to a post."""
    post = db.get_or_404(Post, post_id)
    form = get_comment_form()
    if not form.validate_on_submit():
        return render_post(post, form), 400
    comment = Comment(post_id=post.id)
    if current_user.is_authenticated:
        comment.author_id = current_user.id
    form.populate_obj(comment)
    typed = [comment.name, comment.email, comment.body]
    key = make_key(form.submission.data, post.id, *typed)
    comment.submission = key
    db.session.add(comment)
    try:
        db.session.flush()  # gives the comment its id
        message = Message(kind="comment", object_id=comment.id)
        db.session.add(message)
        db.session.commit()  # comment and mail, both or neither
    except IntegrityError:
        db.session.rollback()
        # The same form, sent twice; or else the post was deleted a moment ago.
        db.one_or_404(select(Comment).filter_by(submission=key))
    else:
        send_soon(message.id)
    flash("Your comment is published.", "success")
    return redirect(url_for("blog.show_post", post_id=post_id))


@bp.post("/comments/<int:comment_id>/delete/")
@login_required
def delete_comment(comment_id):
    """Delete a comment; its writer and the author of the post may."""
    comment = db.get_or_404(Comment, comment_id)
    if current_user not in (comment.author, comment.post.author):
        abort(403)
    post_id = comment.post_id
    db.session.delete(comment)
    db.session.commit()
    flash("The comment is deleted.", "success")
    return redirect(url_for("blog.show_post", post_id=post_id))
