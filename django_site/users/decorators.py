"""What stands in front of views that need an account."""

from functools import wraps

from django.contrib.auth.decorators import login_required as lead_to_login
from django.shortcuts import render


def login_required(view):
    """Lead a visitor to the log-in page; hand back what a form held."""
    view_of_users = lead_to_login(view)

    @wraps(view)
    def wrapper(request, *args, **kwargs):
        if request.method == "POST" and request.user.is_anonymous:
            return render(request, "403_signed_out.html", status=403)
        return view_of_users(request, *args, **kwargs)

    return wrapper
