"""One list of requests, in groups, that every site is asked in the same state."""

from . import addresses, forms, methods, sessions
from .telling import GROUPS, MATTERS, POSTS_PER_PAGE, play

__all__ = [
    "GROUPS",
    "MATTERS",
    "POSTS_PER_PAGE",
    "addresses",
    "forms",
    "methods",
    "play",
    "sessions",
]
