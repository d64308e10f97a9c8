"""What anybody can read in a signed cookie."""

import json
import zlib
from base64 import urlsafe_b64decode


def read_cookie(cookie):
    """Return what a session cookie holds; it takes no key to read, only to write."""
    content, _time, _signature = cookie.rsplit(".", 2)
    octets = urlsafe_b64decode(content.lstrip(".") + "==")
    if content.startswith("."):
        octets = zlib.decompress(octets)
    return json.dumps(json.loads(octets), indent=2)
