"""What the variable parts of addresses match; anything else is 404."""

from django.urls.converters import StringConverter


class UsernameConverter(StringConverter):
    """A user name; a NUL in it would end in an error on PostgreSQL."""

    regex = r"[\w.@+-]+"
