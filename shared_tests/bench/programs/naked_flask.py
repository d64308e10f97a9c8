"""Flask with nothing in it: no extension, no hook, no session."""

import os
from pathlib import Path

from flask import Flask

BODY = Path(os.environ["HELLO"]).read_bytes()
app = Flask(__name__)


@app.get("/")
def hello() -> bytes:
    """Send the same bytes every time."""
    return BODY
