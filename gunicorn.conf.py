"""What gunicorn does for either site; it reads this file by itself.

The name of the site and its address stand in the Procfile.
"""

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
