"""What `make run` shows of a log."""

import json

import pytest

from .running import readable


def test_a_request_is_one_short_line():
    line = {"message": "GET / 200", "request_id": "0123456789", "milliseconds": 8}

    assert readable(json.dumps(line).encode()) == "GET / 200  8 ms  01234567"


def test_a_traceback_is_shown_as_it_is():
    line = {"message": "It failed.", "request_id": None, "exc_info": "Traceback\n  x"}

    assert readable(json.dumps(line)) == "It failed.\nTraceback\n  x"


@pytest.mark.parametrize(
    "text", ["Listening", "{", "[1]", "7", '{"level": "INFO"}', ""]
)
def test_what_is_no_line_of_a_log_stays(text):
    assert readable(text) == text
