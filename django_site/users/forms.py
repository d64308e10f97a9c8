"""The forms of accounts."""

from functools import partial

from django import forms
from django.contrib.auth import forms as auth_forms
from django.db import transaction

from django_site.mail.models import Message
from django_site.mail.tasks import send_soon

from .limits import TOO_MANY_TRIES, count_attempt
from .models import User

PASSWORD_HELP = (
    "At least 8 characters, not like your user name, not a common password. "
    "A long sentence is welcome."
)


class RegisterForm(auth_forms.UserCreationForm):
    """Make an account."""

    password1, password2 = auth_forms.SetPasswordMixin.create_password_fields(
        label2="Password again"
    )
    password1.help_text = PASSWORD_HELP
    password2.help_text = ""

    class Meta(auth_forms.UserCreationForm.Meta):
        model = User
        fields = ("username", "email")


class AccountForm(forms.ModelForm):
    """Change the e-mail address, and which mails come there."""

    class Meta:
        model = User
        fields = ["email", "comment_mail"]


class LoginForm(auth_forms.AuthenticationForm):
    """Sign in."""

    error_messages = auth_forms.AuthenticationForm.error_messages | {
        "invalid_login": (
            "Please enter a correct user name and password. Mind capital letters."
        )
    }
    remember = forms.BooleanField(label="Remember me for 30 days", required=False)
    seconds_to_wait = 0

    def clean(self):
        """Look at the password only where there were not too many tries."""
        username = self.cleaned_data.get("username")
        if username and self.cleaned_data.get("password"):
            self.seconds_to_wait = count_attempt(self.request, username)
        if self.seconds_to_wait:
            raise forms.ValidationError(TOO_MANY_TRIES)
        return super().clean()


class PasswordChangeForm(auth_forms.PasswordChangeForm):
    """Change the password."""

    new_password1, new_password2 = auth_forms.SetPasswordMixin.create_password_fields(
        label1="New password", label2="New password again"
    )
    new_password1.help_text = PASSWORD_HELP
    new_password2.help_text = ""


class PasswordResetForm(auth_forms.PasswordResetForm):
    """Ask for a link to a new password."""

    email = forms.EmailField(
        label="E-mail",
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "email"}),
    )

    def get_users(self, email):
        """Return who has this address and can sign in with a password."""
        users = User.objects.filter(email__iexact=email)
        return [user for user in users if user.has_usable_password()]

    def save(self, *args, **kwargs):
        """Owe the mails, where Django would send them here and now."""
        request_id = kwargs["request"].request_id
        # An address that nobody has costs a row too, and so the same time.
        users = self.get_users(self.cleaned_data["email"])
        ids = [user.pk for user in users] or [0]
        messages = [Message(kind="password_reset", object_id=id) for id in ids]
        with transaction.atomic():
            Message.objects.bulk_create(messages)
            for message in messages:
                transaction.on_commit(partial(send_soon, message.pk, request_id))


class SetPasswordForm(auth_forms.SetPasswordForm):
    """Set a new password without the old one."""

    new_password1, new_password2 = auth_forms.SetPasswordMixin.create_password_fields(
        label1="New password", label2="New password again"
    )
    new_password1.help_text = PASSWORD_HELP
    new_password2.help_text = ""
