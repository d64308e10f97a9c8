"""What the page `/session/` says of a visitor."""

import re
from http.cookiejar import Cookie

from .visitor import Visitor

NOTHING = "This site remembers nothing about you."


def knows_nothing(visitor: Visitor) -> bool:
    """Whether the site remembers nothing about this visitor."""
    return NOTHING in visitor.get("/session/").main.get_text()


def marks_told(visitor: Visitor) -> int:
    """How many posts this visitor has read; 0 where the page does not say."""
    found = re.search(r"(\d+) posts? read", visitor.get("/session/").words)
    return int(found[1]) if found else 0


def session_cookie(visitor: Visitor) -> Cookie:
    """Find the cookie by which alone the site knows this visitor."""
    for cookie in visitor.cookies:
        stranger = visitor.twin()
        stranger.cookies.clear()
        stranger.cookies.set_cookie(cookie)
        if not knows_nothing(stranger):
            return cookie
    raise LookupError("the site does not know this visitor by any one cookie")


def session_value(visitor: Visitor) -> str:
    """Find the value of that cookie."""
    return str(session_cookie(visitor).value)
