#!/usr/bin/env python
"""The Django site's commands, as the `flask` command has the Flask site's."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from dotenv import find_dotenv, load_dotenv
from environs import EnvError


def main():
    """Run a command; wrong settings end it with one sentence."""
    load_dotenv(find_dotenv(usecwd=True))  # as the `flask` command does
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "django_site.settings")
    try:
        execute_from_command_line(sys.argv)
    except (EnvError, ImproperlyConfigured) as error:
        sys.exit(f"Error: {error}")


if __name__ == "__main__":
    main()
