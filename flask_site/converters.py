"""What the variable parts of addresses match; anything else is 404."""

from werkzeug.routing import BaseConverter, IntegerConverter


class KeyConverter(IntegerConverter):
    """A number that fits into a key column; a longer one would end in an error."""

    regex = r"[0-9]{1,18}"


class UsernameConverter(BaseConverter):
    """A user name; a NUL in it would end in an error on PostgreSQL."""

    regex = r"[\w.@+-]+"
