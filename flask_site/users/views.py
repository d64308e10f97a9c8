"""The pages of accounts: what Django brings as views are functions here."""

from flask import (
    Blueprint,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_login import (
    current_user,
    login_required,
    login_url,
    login_user,
    logout_user,
)
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from flask_site.extensions import db, login_manager
from flask_site.mail.models import Message
from flask_site.mail.tasks import send_soon

from .cookies import read_cookie
from .forms import (
    USERNAME_TAKEN,
    AccountForm,
    LoginForm,
    PasswordChangeForm,
    PasswordResetForm,
    RegisterForm,
    SetPasswordForm,
)
from .limits import TOO_MANY_TRIES, count_attempt, forget_attempts
from .models import User
from .passwords import make_password, needs_rehash
from .tokens import get_user

RESET_SENT = "If an account has this address, a mail with a link is on its way."

bp = Blueprint("users", __name__)


@bp.after_request
def never_cache(response):
    """Keep pages that are for one person out of every cache."""
    response.cache_control.no_store = True
    return response


@bp.route("/register/", methods=["GET", "POST"])
def register():
    """Make an account and sign in."""
    form = RegisterForm()
    if form.validate_on_submit():
        user = User(username=form.username.data, email=form.email.data)
        user.set_password(form.password1.data)
        db.session.add(user)
        try:
            db.session.commit()
        except IntegrityError:  # somebody took the name a moment ago
            db.session.rollback()
            form.username.errors.append(USERNAME_TAKEN)
        else:
            start_session(user)
            flash("Your account is made. Welcome!", "success")
            return redirect(url_for("blog.site_home"))
    return render_template(
        "users/register.html", form=form
    ), 400 if form.errors else 200


@bp.route("/login/", methods=["GET", "POST"])
def login():
    """Sign in, and go on to the page that was wanted."""
    form = LoginForm(next=request.args.get("next"))
    if form.validate_on_submit():
        if seconds := count_attempt(form.username.data):
            form.form_errors.append(TOO_MANY_TRIES)
            page = render_template("users/login.html", form=form)
            return page, 429, {"Retry-After": seconds}
        user = db.session.scalar(select(User).filter_by(username=form.username.data))
        if user is None:
            make_password(form.password.data)  # as slow as for a name that exists
        elif user.check_password(form.password.data):
            forget_attempts(user.username)
            if needs_rehash(user.password):
                user.set_password(form.password.data)
                db.session.commit()
            start_session(user, remember=form.remember.data)
            return redirect(form.next.data or url_for("blog.site_home"))
        form.form_errors.append(
            "Please enter a correct user name and password. Mind capital letters."
        )
    status = 400 if form.errors else 200
    return render_template("users/login.html", form=form), status


@login_manager.unauthorized_handler
def ask_for_login():
    """Lead a visitor to the log-in page; hand back what a form held."""
    if request.method == "POST":
        return render_template("403_signed_out.html"), 403
    return redirect(login_url(login_manager.login_view, request.url))


def start_session(user, remember=False):
    """Sign a user in, with another CSRF token and, on the server, another key."""
    if current_user.is_authenticated and current_user != user:
        session.clear()  # it is somebody else's
    session.pop("csrf_token", None)
    session.permanent = remember
    login_user(user)
    if current_app.config["SESSION_STORE"] == "server":
        current_app.session_interface.regenerate(session)


@bp.post("/logout/")
def logout():
    """Sign out, and forget all that the session held."""
    end_session()
    return redirect(url_for("blog.site_home"))


def end_session():
    """Empty the session, and make copies of its cookie worthless."""
    if (
        current_app.config["SESSION_STORE"] == "cookie"
        and current_user.is_authenticated
    ):
        current_user.end_sessions()
        db.session.commit()
    session.clear()
    logout_user()


@bp.route("/session/", methods=["GET", "POST"])
def session_page():
    """Show visitors what the site remembers about them, and forget it when asked."""
    if request.method == "POST":
        end_session()
        return redirect(url_for("users.session_page"))
    cookie = request.cookies.get(current_app.config["SESSION_COOKIE_NAME"], "")
    store = current_app.config["SESSION_STORE"]
    return render_template(
        "users/session.html",
        is_empty=not session,
        read_posts=g.read_posts,
        store=store,
        cookie=cookie,
        content=read_cookie(cookie) if session and store == "cookie" else None,
    )


@bp.route("/account/", methods=["GET", "POST"])
@login_required
def account():
    """Show the account to its owner, who can change the e-mail address and mails."""
    form = AccountForm(obj=current_user)
    if form.validate_on_submit():
        form.populate_obj(current_user)
        db.session.commit()
        flash("Your account is changed.", "success")
        return redirect(url_for("users.account"))
    status = 400 if form.errors else 200
    return render_template("users/account.html", form=form), status


@bp.route("/account/password/", methods=["GET", "POST"])
@login_required
def password_change():
    """Change the password, which signs every other browser out."""
    form = PasswordChangeForm()
    if form.validate_on_submit():
        current_user.set_password(form.new_password1.data)
        db.session.commit()
        # The session names the old password; this browser gets a new one.
        user = current_user._get_current_object()
        start_session(user, remember=session.permanent)
        flash("Your password is changed.", "success")
        return redirect(url_for("users.account"))
    status = 400 if form.errors else 200
    return render_template("users/password_change.html", form=form), status


@bp.route("/reset/", methods=["GET", "POST"])
def password_reset():
    """Mail a link to a new password, and tell nobody whether the address is known."""
    form = PasswordResetForm()
    if form.validate_on_submit():
        # An address that nobody has costs a row too, and so the same time.
        ids = [user.id for user in form.get_users()] or [0]
        messages = [Message(kind="password_reset", object_id=id) for id in ids]
        db.session.add_all(messages)
        db.session.commit()
        for message in messages:
            send_soon(message.id)
        flash(RESET_SENT, "success")
        return redirect(url_for("users.login"))
    status = 400 if form.errors else 200
    return render_template("users/password_reset.html", form=form), status


@bp.route("/reset/<token>/", methods=["GET", "POST"])
def password_reset_confirm(token):
    """Set a new password; the link that leads here works once."""
    user = get_user(token)
    if user is None:
        return render_template("users/password_reset_confirm.html"), 400
    form = SetPasswordForm(user)
    if form.validate_on_submit():
        if current_user == user:
            end_session()  # it would end by itself, and take the message along
        user.set_password(form.new_password1.data)
        db.session.commit()
        flash("Your password is set. Please log in.", "success")
        return redirect(url_for("users.login"))
    status = 400 if form.errors else 200
    return render_template("users/password_reset_confirm.html", form=form), status
