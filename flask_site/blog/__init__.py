"""Posts and comments."""

from . import commands, feeds  # noqa: F401 - they register themselves on the blueprint
from .views import bp

__all__ = ["bp"]
