"""The settings of the site, as its own tests want them."""

import os
from unittest.mock import patch

# The settings read the environment once, here; nothing else shall see this one.
TEST_ENVIRONMENT = {
    "DEMO": "1",
    "CHEAP_PASSWORDS": "1",
    "SECRET_KEY": "x" * 50,
    "MAIL_URL": "smtp://nowhere.example",
}
with patch.dict(os.environ, TEST_ENVIRONMENT, clear=True):
    from django_site.settings import *  # noqa: F403 - a settings module is all names

# Tests that are about collected files collect them; the others do without.
STORAGES = {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
