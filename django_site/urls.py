"""Which address leads to which view, and who answers when something goes wrong."""

from django.urls import include, path

from .health import healthz

handler400 = "django_site.errors.bad_request"
handler500 = "django_site.errors.server_error"
urlpatterns = [
    path("", include("django_site.blog.urls")),
    path("", include("django_site.users.urls")),
    path("healthz", healthz, name="healthz"),
]
