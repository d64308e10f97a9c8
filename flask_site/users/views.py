"""The pages of accounts: what Django brings as views are functions here."""

from flask import (
    Blueprint,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_login import (
    current_user,
    login_remembered,
    login_required,
    login_user,
    logout_user,
)
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from flask_site.extensions import db

from .forms import (
    USERNAME_TAKEN,
    AccountForm,
    LoginForm,
    PasswordChangeForm,
    RegisterForm,
)
from .models import User
from .passwords import make_password, needs_rehash

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
        user = db.session.scalar(select(User).filter_by(username=form.username.data))
        if user is None:
            make_password(form.password.data)  # as slow as for a name that exists
        elif user.check_password(form.password.data):
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


def start_session(user, remember=False):
    """Sign a user in; whoever knew this browser's CSRF token knows it no longer."""
    session.pop("csrf_token", None)
    logout_user()  # what an earlier log-in asked to remember is forgotten
    login_user(user, remember=remember)


@bp.post("/logout/")
def logout():
    """Sign out, and forget all that the session held."""
    session.clear()  # first: Flask-Login leaves a note there about its cookie
    logout_user()
    return redirect(url_for("blog.site_home"))


@bp.route("/account/", methods=["GET", "POST"])
@login_required
def account():
    """Show the account to its owner, who can change the e-mail address."""
    form = AccountForm(obj=current_user)
    if form.validate_on_submit():
        current_user.email = form.email.data
        db.session.commit()
        flash("Your e-mail address is changed.", "success")
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
        login_user(user, remember=login_remembered())
        flash("Your password is changed.", "success")
        return redirect(url_for("users.account"))
    status = 400 if form.errors else 200
    return render_template("users/password_change.html", form=form), status
