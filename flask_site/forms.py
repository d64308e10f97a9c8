"""Fields of text that treat what comes in as Django's CharField does."""

from wtforms import PasswordField as BasePasswordField
from wtforms import StringField
from wtforms.validators import StopValidation
from wtforms.widgets import EmailInput, TextArea


class NulMixin:
    """Refuses NUL, which PostgreSQL cannot store."""

    data: str | None

    def pre_validate(self, form):
        """Stop at the first NUL."""
        if "\0" in (self.data or ""):
            raise StopValidation("Null characters are not allowed.")


class TextField(NulMixin, StringField):
    """One line of text, without white space at its ends."""

    def process_formdata(self, valuelist):
        """Drop white space at the ends."""
        super().process_formdata([value.strip() for value in valuelist])


class EmailField(TextField):
    """An e-mail address."""

    widget = EmailInput()


class TextAreaField(TextField):
    """Text of many lines."""

    widget = TextArea()


class PasswordField(NulMixin, BasePasswordField):
    """A password: every character counts, and none is ever sent back."""
