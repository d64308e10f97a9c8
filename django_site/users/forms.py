"""The forms of accounts."""

from django import forms
from django.contrib.auth import forms as auth_forms

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
    """Change the e-mail address."""

    class Meta:
        model = User
        fields = ["email"]


class LoginForm(auth_forms.AuthenticationForm):
    """Sign in."""

    error_messages = auth_forms.AuthenticationForm.error_messages | {
        "invalid_login": (
            "Please enter a correct user name and password. Mind capital letters."
        )
    }
    remember = forms.BooleanField(label="Remember me for 30 days", required=False)


class PasswordChangeForm(auth_forms.PasswordChangeForm):
    """Change the password."""

    new_password1, new_password2 = auth_forms.SetPasswordMixin.create_password_fields(
        label1="New password", label2="New password again"
    )
    new_password1.help_text = PASSWORD_HELP
    new_password2.help_text = ""
