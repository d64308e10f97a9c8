"""The forms in which a text may hide in a page."""

import base64
import codecs
import hashlib
from html import escape
from urllib.parse import quote


def disguises(text: str) -> set[str]:
    """Write a text in every encoding in which pages have leaked addresses."""
    raw = text.encode()
    name, _, domain = text.partition("@")
    return {
        text,
        name,
        domain or name,
        text[::-1],
        escape(text),
        quote(text, safe=""),
        "".join(f"%{byte:02x}" for byte in raw),
        "".join(f"&#{ord(letter)};" for letter in text),
        "".join(f"&#x{ord(letter):x};" for letter in text),
        codecs.encode(text, "rot13"),
        raw.hex(),
        base64.b64encode(raw).decode().rstrip("="),
        base64.urlsafe_b64encode(raw).decode().rstrip("="),
        *(
            hashlib.new(kind, raw, usedforsecurity=False).hexdigest()
            for kind in ("md5", "sha1", "sha256")
        ),
    }
