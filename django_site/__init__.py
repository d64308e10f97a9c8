"""The blog, the Django way: settings, apps, and a request that is handed on."""
