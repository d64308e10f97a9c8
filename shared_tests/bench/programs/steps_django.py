"""The home page of a blog on Django, step by step.

A step is a class made from the step before it, changed in one thing. STEP names the
one that this process serves, on the database of the site.
"""
# ruff: noqa: D102 - a step says what all of its methods are for

import os
from datetime import UTC
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.paginator import Page, Paginator
from django.core.wsgi import get_wsgi_application
from django.db import connection, models
from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.views.decorators.http import conditional_page
from jinja2 import DictLoader, Environment

from .in_front import keep_in_front
from .step_templates import DJANGO, FLASK, fill

DATABASE: dict[str, Any] = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": os.environ["DATABASE_URL"].removeprefix("sqlite:///"),
}
of_django: dict[str, str] = {}
of_jinja: dict[str, str] = {}
settings.configure(
    SECRET_KEY=os.environ["SECRET_KEY"],
    ALLOWED_HOSTS=["localhost"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=[
        __name__,
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "django.contrib.staticfiles",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ],
                "loaders": [
                    (
                        "django.template.loaders.cached.Loader",
                        [("django.template.loaders.locmem.Loader", of_django)],
                    )
                ],
            },
        },
        {
            "BACKEND": "django.template.backends.jinja2.Jinja2",
            "NAME": "jinja",
            "OPTIONS": {
                "environment": f"{__name__}.make_environment",
                "loader": DictLoader(of_jinja),
                "context_processors": [
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ],
            },
        },
    ],
    DATABASES={"default": DATABASE},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    STATIC_URL="static/",
    USE_TZ=True,
    TIME_ZONE="UTC",
)
application = get_wsgi_application()


class User(models.Model):
    """Somebody who writes."""

    username = models.CharField(max_length=30)
    email = models.EmailField()
    date_joined = models.DateTimeField()

    objects: models.Manager["User"] = models.Manager()

    class Meta:
        db_table = "users_user"

    def __str__(self):
        return self.username


class Post(models.Model):
    """A text with a title."""

    author = models.ForeignKey(User, models.CASCADE)
    title = models.CharField(max_length=200)
    body = models.TextField()
    body_html = models.TextField()
    summary = models.CharField(max_length=200)
    date_posted = models.DateTimeField()

    objects: models.Manager["Post"] = models.Manager()

    class Meta:
        db_table = "blog_post"

    def __str__(self):
        return self.title


class Comment(models.Model):
    """A reply to a post."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="comments")

    objects: models.Manager["Comment"] = models.Manager()

    class Meta:
        db_table = "blog_comment"

    def __str__(self):
        return str(self.pk)


class Tutorial:
    """A statement for each author, and one for each number of comments."""

    engine = "django"
    author = "post.author.username"
    comments = "post.comments.count"
    before = ""
    post_url = "{% url 'post' post_id=post.id %}"
    author_url = "{% url 'posts_of' username=AUTHOR %}"
    visitor = "user.is_authenticated"
    messages = "messages"

    def posts(self):
        return Post.objects.order_by("-date_posted", "-id")

    def paginator(self):
        return Paginator(self.posts(), 5)

    def view(self, request):
        page_obj = self.paginator().page(request.GET.get("page", 1))
        numbers = page_obj.paginator.get_elided_page_range(page_obj.number)
        context = {
            "page_obj": page_obj,
            "numbers": [number for number in numbers if number != Paginator.ELLIPSIS],
        }
        return render(request, "home.html", context, using=self.engine)

    def serve(self, application):
        return application


class Eager(Tutorial):
    """The authors come with their posts."""

    def posts(self):
        return super().posts().select_related("author")


class Counted(Eager):
    """A subquery counts the comments of the five posts in the same statement."""

    comments = "post.comment_count"

    def posts(self):
        comments = Comment.objects.filter(post=OuterRef("pk")).order_by()
        count = comments.values("post").annotate(count=Count("pk")).values("count")
        return super().posts().annotate(comment_count=Coalesce(Subquery(count), 0))


SHOWN = "id", "title", "summary", "date_posted", "comment_count"


class Columns(Counted):
    """Only what the list shows is read, and no objects are made of it."""

    author = "post.username"

    def posts(self):
        return super().posts().values(*SHOWN, username=F("author__username"))


class Grouped(Columns):
    """A join and a group for each post count the comments."""

    def posts(self):
        posts = Post.objects.annotate(comment_count=Count("comments"))
        headlines = posts.values(*SHOWN, username=F("author__username"))
        return headlines.order_by("-date_posted", "-id")


HEADLINES = Columns().posts()


class BuiltOnce(Columns):
    """The statement is built when the program starts, and taken by every page."""

    def posts(self):
        return HEADLINES


COUNT = "SELECT max(rank) FROM blog_bookmark WHERE author_id = 0"


def ask(query, **parameters):
    """Return the rows of a query."""
    with connection.cursor() as cursor:
        return cursor.execute(query, parameters).fetchall()


class CountedPaginator(Paginator):
    """Reads the number of posts."""

    @cached_property
    def count(self):
        return ask(COUNT)[0][0]


class Counter(BuiltOnce):
    """The number of posts is kept, where every page counted them."""

    def paginator(self):
        return CountedPaginator(self.posts(), 5)


IDS = """
SELECT id FROM blog_post ORDER BY date_posted DESC, id DESC
LIMIT %(per_page)s OFFSET %(skipped)s
"""


class IdsPaginator(CountedPaginator):
    """Finds the ids of a page, then its posts."""

    query = IDS

    def page(self, number):
        number = self.validate_number(number)
        skipped = (number - 1) * self.per_page
        rows = ask(self.query, skipped=skipped, per_page=self.per_page)
        ids = [id for (id,) in rows]
        return Page(self.object_list.filter(pk__in=ids), number, self)


class IdsFirst(Counter):
    """OFFSET skips ids in the index; only the five posts of the page are read."""

    def paginator(self):
        return IdsPaginator(self.posts(), 5)


IDS_FROM_BOOKMARK = """
WITH page AS (
  SELECT max(rank) - %(skipped)s AS first FROM blog_bookmark WHERE author_id = 0
), nearest AS (
  SELECT date_posted, post_id, rank - (SELECT first FROM page) AS newer
  FROM blog_bookmark WHERE author_id = 0 AND rank >= (SELECT first FROM page)
  ORDER BY rank LIMIT 1
)
SELECT id FROM blog_post
WHERE (date_posted, id) <=
  ((SELECT date_posted FROM nearest), (SELECT post_id FROM nearest))
ORDER BY date_posted DESC, id DESC
LIMIT %(per_page)s OFFSET (SELECT newer FROM nearest)
"""


class BookmarkPaginator(IdsPaginator):
    """Finds the ids from the nearest bookmark above them."""

    query = IDS_FROM_BOOKMARK


class Bookmarks(IdsFirst):
    """A place every few hundred posts is kept, and the page found from the nearest."""

    def paginator(self):
        return BookmarkPaginator(self.posts(), 5)


class Persistent(Bookmarks):
    """The connection to the database stays open from one request to the next."""

    database = {"CONN_MAX_AGE": None}


class Untranslated(Persistent):
    """Nothing looks for translations."""

    settings = {"USE_I18N": False}


class Addresses(Untranslated):
    """An address that stands twice in a post is made once."""

    before = "{% url 'post' post_id=post.id as post_url %}"
    post_url = "{{ post_url }}"


class ByHand(Addresses):
    """No address of a post or of an author is made by the framework."""

    before = ""
    post_url = "/post/{{ post.id }}"
    author_url = "/user/{{ AUTHOR }}"


class Nobody(Addresses):
    """Nobody is signed in, and no message waits: no session is looked at."""

    visitor = "False"
    messages = "nothing"


PAGE = """
SELECT post.id, title, summary, date_posted, username,
  (SELECT count(*) FROM blog_comment WHERE post_id = post.id)
FROM blog_post AS post JOIN users_user ON users_user.id = author_id
WHERE post.id IN (IDS) ORDER BY date_posted DESC, post.id DESC
""".replace("IDS", IDS_FROM_BOOKMARK)
NAMES = "id", "title", "summary", "date_posted", "username", "comment_count"


class RowPaginator(CountedPaginator):
    """Asks for a page by SQL, and reads what comes by hand."""

    def page(self, number):
        number = self.validate_number(number)
        skipped = (number - 1) * self.per_page
        rows = ask(PAGE, skipped=skipped, per_page=self.per_page)
        posts = [dict(zip(NAMES, row, strict=True)) for row in rows]
        for post in posts:
            post["date_posted"] = post["date_posted"].replace(tzinfo=UTC)
        return Page(posts, number, self)


class WithoutORM(Addresses):
    """The page comes without the ORM."""

    def paginator(self):
        return RowPaginator([], 5)


class Jinja(Addresses):
    """Jinja fills in the template."""

    engine = "jinja"


class Kept(Addresses):
    """The page is kept until somebody writes, for visitors without a cookie."""

    @method_decorator(conditional_page)
    def view(self, request):
        if request.COOKIES:
            return super().view(request)
        ((edition,),) = ask("SELECT token FROM blog_edition")
        key = f"{edition} {request.get_full_path()}"
        if (response := cache.get(key)) is None:
            response = super().view(request)
            cache.set(key, response)
        return response


class InFront(Kept):
    """The same in front of the framework, which hears of no request."""

    def serve(self, application):
        return keep_in_front(application, DATABASE["NAME"])


def make_environment(**options):
    """Make what Jinja needs for the templates that Flask has, too."""
    environment = Environment(**options)  # noqa: S701 - Django turns it on
    environment.globals["url_for"] = url_for
    return environment


def url_for(view, **values):
    """Make an address as Flask does."""
    if view == "static":
        return static(values["filename"])
    return reverse(view, kwargs=values)


def page(request, **named):
    """Stand for the pages that home links to."""


step = globals()[os.environ["STEP"]]()
for cls in reversed(type(step).__mro__):
    DATABASE |= vars(cls).get("database", {})
    for name, value in vars(cls).get("settings", {}).items():
        setattr(settings, name, value)
words = {
    "BEFORE": step.before,
    "POST_URL": step.post_url,
    "AUTHOR_URL": step.author_url,
    "AUTHOR": step.author,
    "COMMENTS": step.comments,
    "VISITOR": step.visitor,
    "MESSAGES": step.messages,
    "NUMBERS": "numbers",
    "CURRENT": "page_obj.number",
}
of_django |= fill(DJANGO, words)
jinja_words = {
    "BEFORE": "{% set post_url = url_for('post', post_id=post.id) %}",
    "AUTHOR_URL": "{{ url_for('posts_of', username=post.username) }}",
}
of_jinja |= fill(FLASK, words | jinja_words)
urlpatterns = [
    path("", step.view, name="home"),
    path("post/<int:post_id>", page, name="post"),
    path("user/<str:username>", page, name="posts_of"),
    path("<str:name>", page, name="page"),
]
app = step.serve(application)
