"""Fields of text that treat what comes in as Django's CharField does."""

from wtforms import StringField
from wtforms.validators import StopValidation
from wtforms.widgets import EmailInput, HiddenInput, PasswordInput, TextArea


class TextField(StringField):
    """One line of text; neither a file nor a NUL, which PostgreSQL cannot store."""

    strip = True

    def process_formdata(self, valuelist):
        """Leave files out, and drop white space at the ends."""
        values = [value for value in valuelist if isinstance(value, str)]
        if self.strip:
            values = [value.strip() for value in values]
        super().process_formdata(values)

    def pre_validate(self, form):
        """Stop at the first NUL."""
        if "\0" in (self.data or ""):
            raise StopValidation("Null characters are not allowed.")


class HiddenField(TextField):
    """What a form carries along, and nobody sees."""

    widget = HiddenInput()
    strip = False


class StampField(HiddenField):
    """What a form was marked with when it was made; one that comes without has none."""

    def process_formdata(self, valuelist):
        """Never fill in what a new form would have."""
        self.data = ""
        super().process_formdata(valuelist)

    def populate_obj(self, obj, name):
        """Stay with the form."""


class EmailField(TextField):
    """An e-mail address."""

    widget = EmailInput()


class TextAreaField(TextField):
    """Text of many lines."""

    widget = TextArea()


class PasswordField(TextField):
    """A password: every character counts, and none is ever sent back."""

    widget = PasswordInput()
    strip = False
