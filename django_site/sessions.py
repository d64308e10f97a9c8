"""Sessions in Redis."""

from django.contrib.sessions.backends import cache
from django.core.cache import cache as redis


class SessionStore(cache.SessionStore):
    """Tells a Redis that is away from a session that is over."""

    def load(self):
        """Load the session; Django's own signs everybody out while Redis is away."""
        session_data = redis.get(self.cache_key)
        if session_data is None:
            self._session_key = None
            return {}
        return session_data
