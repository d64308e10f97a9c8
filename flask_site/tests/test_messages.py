"""Messages: where they wait, and what spends them."""

from secrets import token_hex

import pytest
from flask import flash, get_flashed_messages, session


def test_reading_some_messages_spends_all(app):
    """The next page shows none, not even those that this one passed over."""
    with app.test_request_context("/"):
        flash("It failed.", "error")
        flash("It worked.", "success")
        shown = get_flashed_messages(category_filter=["error"])

        assert shown == ["It failed."]
        assert get_flashed_messages() == ["It failed.", "It worked."]
        assert "_flashes" not in session


def test_message_too_long_for_a_cookie(app, client):
    """It is as safe as the place where it waits."""
    app.add_url_rule("/say/", view_func=lambda: flash(token_hex(4000)) or "")

    with pytest.warns(UserWarning, match="cookie is too large"):
        client.get("/say/")
