"""What gunicorn does for either site; it reads this file by itself.

The name of the site and its address stand in the Procfile.
"""

import socket
from contextlib import suppress

# Four threads, so that a slow reader does not hold up the others,
# and two processes, so that state kept in one of them shows as the mistake it is.
worker_class = "gthread"
workers = 2
threads = 4

# Long addresses reach the sites, which answer them with a page of their own.
limit_request_line = 8190

# The sites write a line for each request; the server's own start and stop have none.
loglevel = "error"

# Both sites start from one folder and would share the control socket.
control_socket_disable = True


def post_request(worker, request, environ, response):
    """Read what a site has left unread of a form: a proxy loses answers otherwise."""
    left = 16 * 1024 * 1024
    with suppress(OSError):  # who has the answer may be gone
        while left > 0 and (read := request.body.read(64 * 1024)):
            left -= len(read)


def when_ready(server):
    """Take in only who has something to say: browsers connect before they need to."""
    if hasattr(socket, "TCP_DEFER_ACCEPT"):  # Linux; elsewhere a thread waits for them
        for listener in server.LISTENERS:
            if listener.sock.family != socket.AF_UNIX:
                listener.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 5)
