"""Tells both sites the same made-up stories, and compares every answer."""
