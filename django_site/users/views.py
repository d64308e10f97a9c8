"""The pages of accounts: what Django brings is configured, not written again."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, views
from django.contrib.messages.views import SuccessMessageMixin
from django.db import IntegrityError, transaction
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from django.views.generic.edit import FormMixin

from .cookies import read_cookie
from .decorators import login_required
from .forms import (
    AccountForm,
    LoginForm,
    PasswordChangeForm,
    PasswordResetForm,
    RegisterForm,
    SetPasswordForm,
)
from .limits import forget_attempts
from .models import User


class RefusedFormMixin(FormMixin):
    """Sends a wrong form back with status 400, where Django says 200."""

    def form_invalid(self, form):
        """Show the form again, and say in the status line that it was refused."""
        response = super().form_invalid(form)
        response.status_code = 400
        return response


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password1", "password2")
@never_cache
def register(request):
    """Make an account and sign in."""
    form = RegisterForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            with transaction.atomic():
                user = form.save()
        except IntegrityError:  # somebody took the name a moment ago
            form.add_error(
                "username", form.instance.unique_error_message(User, ["username"])
            )
        else:
            login(request, user)
            messages.success(request, "Your account is made. Welcome!")
            return redirect("blog:site_home")
    status = 400 if form.errors else 200
    return render(request, "users/register.html", {"form": form}, status=status)


class LoginView(RefusedFormMixin, views.LoginView):
    """Sign in, and go on to the page that was wanted."""

    authentication_form = LoginForm
    template_name = "users/login.html"

    def form_valid(self, form):
        """Let the session outlive the browser where the visitor asked for it."""
        forget_attempts(self.request, form.get_user().get_username())
        response = super().form_valid(form)
        remember = form.cleaned_data["remember"]
        self.request.session.set_expiry(
            settings.SESSION_COOKIE_AGE if remember else None
        )
        return response

    def form_invalid(self, form):
        """Say how long to wait where it was tried too often."""
        response = super().form_invalid(form)
        if form.seconds_to_wait:
            response.status_code = 429
            response["Retry-After"] = form.seconds_to_wait
        return response


class LogoutView(views.LogoutView):
    """Sign out, and forget all that the session held."""

    def post(self, request, *args, **kwargs):
        """End the session here, then let Django do what it does after that."""
        end_session(request)
        return super().post(request, *args, **kwargs)


def end_session(request):
    """Empty the session, and make copies of its cookie worthless."""
    if settings.SESSION_STORE == "cookie" and request.user.is_authenticated:
        request.user.end_sessions()
    logout(request)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def session_page(request):
    """Show visitors what the site remembers about them, and forget it when asked."""
    if request.method == "POST":
        end_session(request)
        return redirect("users:session_page")
    cookie = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    is_empty = not request.session.keys()
    context = {
        "is_empty": is_empty,
        "read_posts": request.read_posts,
        "store": settings.SESSION_STORE,
        "cookie": cookie,
    }
    if settings.SESSION_STORE == "cookie" and not is_empty:
        context["content"] = read_cookie(cookie)
    return render(request, "users/session.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def account(request):
    """Show the account to its owner, who can change the e-mail address and mails."""
    form = AccountForm(
        request.POST if request.method == "POST" else None, instance=request.user
    )
    if form.is_valid():
        form.save()
        messages.success(request, "Your account is changed.")
        return redirect("users:account")
    status = 400 if form.errors else 200
    return render(request, "users/account.html", {"form": form}, status=status)


@method_decorator([never_cache, login_required], name="dispatch")
class PasswordChangeView(
    RefusedFormMixin, SuccessMessageMixin, views.PasswordChangeView
):
    """Change the password, which signs every other browser out."""

    form_class = PasswordChangeForm
    template_name = "users/password_change.html"
    success_url = reverse_lazy("users:account")
    success_message = "Your password is changed."


@method_decorator(never_cache, name="dispatch")
class PasswordResetView(RefusedFormMixin, SuccessMessageMixin, views.PasswordResetView):
    """Mail a link to a new password, and tell nobody whether the address is known."""

    form_class = PasswordResetForm
    template_name = "users/password_reset.html"
    success_url = reverse_lazy("users:login")
    success_message = (
        "If an account has this address, a mail with a link is on its way."
    )


class PasswordResetConfirmView(
    RefusedFormMixin, SuccessMessageMixin, views.PasswordResetConfirmView
):
    """Set a new password; the link that leads here works once."""

    form_class = SetPasswordForm
    template_name = "users/password_reset_confirm.html"
    success_url = reverse_lazy("users:login")
    success_message = "Your password is set. Please log in."

    def form_valid(self, form):
        """End this browser's own session, or it would take the message along."""
        response = super().form_valid(form)
        if self.request.user == self.user:
            logout(self.request)
        return response

    def render_to_response(self, context, **response_kwargs):
        """Say in the status line that a link is dead, where Django says 200."""
        if not self.validlink:
            response_kwargs["status"] = 400
        return super().render_to_response(context, **response_kwargs)
