"""Messages: where they wait, and what spends them."""

from secrets import token_hex

import pytest
from django.contrib import messages
from django.contrib.messages.middleware import MessageMiddleware
from django.http import HttpResponse

middleware = MessageMiddleware(lambda request: HttpResponse())


@pytest.fixture
def request_(rf):
    """Make a request with a session, as it comes out of the middleware."""
    request = rf.get("/")
    request.session = {}
    middleware.process_request(request)
    return request


def test_reading_some_messages_spends_all(request_):
    """The next page shows none, not even those that this one passed over."""
    messages.error(request_, "It failed.")
    messages.success(request_, "It worked.")
    shown = next(iter(messages.get_messages(request_)))
    middleware.process_response(request_, HttpResponse())

    assert str(shown) == "It failed."
    assert len(messages.get_messages(request_)) == 2
    assert "_messages" not in request_.session


def test_message_too_long_for_a_cookie(request_):
    """It is as safe as the place where it waits."""
    messages.info(request_, token_hex(4000))
    response = middleware.process_response(request_, HttpResponse())

    assert not response.cookies
    assert len(request_.session["_messages"]) > 8000
