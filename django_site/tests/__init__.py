"""The site from inside: what its answers over HTTP do not show."""
