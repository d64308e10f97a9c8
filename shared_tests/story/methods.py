"""Every view with every method."""

from .telling import AUTHOR, STRANGER, Group, Headers, Story, group

VIEWS = (
    "/",
    "/home/",
    "/authors/ada/",
    "/posts/2/",
    "/posts/new/",
    "/posts/2/edit/",
    "/posts/2/delete/",
    "/posts/3/comments/",
    "/comments/3/delete/",
    "/register/",
    "/login/",
    "/account/",
    "/account/password/",
    "/reset/",
    "/session/",
    "/feed.atom",
    "/healthz",
    "/static/style.css",
    "/nothing/",
    "/logout/",
)
OF_AN_OWNER = ("/posts/2/", "/posts/2/edit/", "/posts/2/delete/", "/comments/3/delete/")
OF_THE_END = ("/logout/", "/session/")
METHODS = ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW", "POST")


def every_method(view: str) -> Group:
    """Make the group that asks one view with every method."""

    def ask(story: Story) -> None:
        for who in (
            ("anybody", STRANGER, AUTHOR)
            if view in OF_AN_OWNER
            else ("anybody", AUTHOR)
        ):
            for method in METHODS:
                story.ask(method, view, who)
            story.ask(
                "PUT", view, who, note="with a token", headers=token_header(story, who)
            )
            story.post(view, who=who, note="with a token", follow=True)
        if view in OF_THE_END:
            story.end_sessions()

    return ask


def token_header(story: Story, who: str) -> Headers:
    """Put the token where scripts put it."""
    return {"X-CSRFToken": next(iter(story.token(who).values()))}


for view in VIEWS:
    group(
        "HEAD",
        "function view, any verb",
        "OPTIONS",
        "405 body",
        "`Allow` order",
        "security headers",
        "CSRF failure",
        "CSRF before 405",
        "PUT, unknown method",
        "POST without token on a view without a form",
        "Vary: Cookie",
        "personal pages",
        name=f"methods of {view}",
    )(every_method(view))
