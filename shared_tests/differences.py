"""The ledger: where the sites differ by design, what each answers, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

Harm = Literal["surprise", "lost work", "security"]


@dataclass(frozen=True)
class Change:
    """A part of an answer and what each site says there."""

    part: str
    first: str
    second: str


@dataclass(frozen=True)
class Case:
    """Requests, and what of their answers differs.

    A request without a star must differ in all of it, one with a star somewhere.
    A star in a pinned answer stands for what the request brought.
    """

    requests: tuple[str, ...]
    changes: tuple[Change, ...]

    def claims(self, request: str, change: Change) -> bool:
        """Whether this is one of the differences of the case."""
        return any(matches(request, name) for name in self.requests) and any(
            covers(pinned, change) for pinned in self.changes
        )


@dataclass(frozen=True)
class Difference:
    """Something that the sites do differently, and that shall stay so."""

    id: str
    title: str
    area: str
    harm: Harm
    reason: str
    source: str
    cases: tuple[Case, ...]


def covers(pinned: Change, change: Change) -> bool:
    """Whether a difference is as it is pinned."""
    return (
        change.part == pinned.part
        and matches(change.first, pinned.first)
        and matches(change.second, pinned.second)
    )


def matches(text: str, pattern: str) -> bool:
    """Whether a text is the pattern, in which a star stands for anything."""
    if "*" not in pattern:
        return text == pattern
    return fnmatchcase(text, pattern.replace("[", "[[]").replace("?", "[?]"))


def unexplained(request: str, changes: Iterable[Change]) -> list[Change]:
    """Select the differences of a request that no entry of the ledger explains."""
    return [
        change
        for change in changes
        if not any(
            case.claims(request, change) for entry in LEDGER for case in entry.cases
        )
    ]


def case(requests: str, *changes: tuple[str, str, str]) -> Case:
    """Write a case down: requests line by line; part, Flask's answer, Django's."""
    names = tuple(line.strip() for line in requests.strip().splitlines())
    return Case(names, tuple(Change(*change) for change in changes))


# Answers that come up again and again.
BRIEF = "until the browser closes; httponly; path=/; samesite=Lax"
MONTH = "30 days; httponly; path=/; samesite=Lax"
METHOD_PAGE = "page: 405 Method Not Allowed"
CSRF_PAGE = "page: This form is not ours any more · Diptych blog"
UNREADABLE_PAGE = "page: We could not read that · Diptych blog"
NOT_FOUND_PAGE = "page: There is nothing here · Diptych blog"
TOO_LONG_PAGE = "page: That is too long · Diptych blog"

LEDGER: tuple[Difference, ...] = (
    # Addresses.
    Difference(
        id="DIFF-SLASH",
        title="The slash that is missing at the end",
        area="Addresses",
        harm="lost work",
        reason=(
            "Both redirect to the address with the slash. Flask says 308, after "
            "which a browser sends a form again; Django says 301, after which it "
            "asks for the page and the form is lost. Each code is fixed inside the "
            "framework."
        ),
        source="Werkzeug: URL routing, strict_slashes; Django: settings, APPEND_SLASH",
        cases=(
            case("slashes: *", ("status", "308", "301")),
            case("hosts: * /home (*", ("status", "308", "301")),
            case(
                """
                slashes: * GET /logout
                slashes: * GET /posts/*/comments
                slashes: * GET /comments/*/delete
                """,
                ("status", "404", "301"),
                ("Location", "", "/*/"),
                ("body", NOT_FOUND_PAGE, "nothing"),
            ),
        ),
    ),
    Difference(
        id="DIFF-SLASH-MESSAGE",
        title="A message that waits, and an address without its slash",
        area="Addresses",
        harm="surprise",
        reason=(
            "Django makes the page of a 404 before its middleware turns it into a "
            "redirect, and the message that waits for the next page is shown on the "
            "one that nobody sees. Flask finds out in the routing, before any page is "
            "made. No link of the sites leaves the slash out."
        ),
        source="Django: CommonMiddleware.process_response; Werkzeug: URL routing",
        cases=(
            case(
                "slashes: * GET /home/ (with a message)",
                (
                    "body",
                    "<p *>\nYour comment is published.\n</p>",
                    "",
                ),
            ),
        ),
    ),
    Difference(
        id="DIFF-SLASHES",
        title="Two slashes where one belongs",
        area="Addresses",
        harm="surprise",
        reason=(
            "Werkzeug merges slashes and serves the page, or redirects to its "
            "address; Django compares the path as it came and finds nothing. To "
            "switch the merging off changes other addresses too."
        ),
        source="Werkzeug: URL routing, merge_slashes",
        cases=(
            case(
                """
                slashes: * GET //
                slashes: * GET //home/
                """,
                ("status", "200", "404"),
                ("body", "page: Home · Diptych blog", NOT_FOUND_PAGE),
            ),
            case(
                "slashes: * GET //posts/1/",
                ("status", "200", "404"),
                ("Set-Cookie", BRIEF, ""),
                ("body", 'page: "Quotes" *', NOT_FOUND_PAGE),
            ),
            case(
                """
                slashes: * GET /posts//1/
                slashes: * GET /posts/1//
                slashes: * GET /posts//1//
                """,
                ("status", "308", "404"),
                ("Location", "/posts/1/", ""),
                ("body", "nothing", NOT_FOUND_PAGE),
            ),
            case(
                "slashes: * POST //login/",
                ("status", "400", "404"),
                ("Cache-Control", "no-store", ""),
                ("body", "page: Log in · Diptych blog", NOT_FOUND_PAGE),
            ),
            case(
                "slashes: * GET //static/style.css",
                ("status", "200", "404"),
                ("Accept-Ranges", "bytes", ""),
                ("Cache-Control", "no-cache", ""),
                ("Content-Disposition", "inline; filename=style.css", ""),
                ("Content-Type", "text/css; charset=utf-8", "text/html; charset=utf-8"),
                ("Etag", "present", ""),
                ("Last-Modified", "present", ""),
                ("Vary", "", "Cookie"),
                ("body", "/* Diptych*", NOT_FOUND_PAGE),
            ),
            case(
                "slashes: * GET /static//style.css",
                ("status", "308", "404"),
                ("Location", "/static/style.css", ""),
                ("body", "nothing", NOT_FOUND_PAGE),
            ),
        ),
    ),
    Difference(
        id="DIFF-HOST-SPELLING",
        title="The host in capitals, or with a dot at its end",
        area="Addresses",
        harm="surprise",
        reason=(
            "Django puts the host in small letters and drops a dot at its end "
            "before it looks for it in ALLOWED_HOSTS; Flask compares TRUSTED_HOSTS "
            "with the host as it came. Browsers send small letters."
        ),
        source="Werkzeug: utilities, host_is_trusted; Django: settings, ALLOWED_HOSTS",
        cases=(
            case(
                """
                hosts: * GET / (LOCALHOST)
                hosts: * GET / (localhost with a dot)
                """,
                ("status", "400", "200"),
                ("Etag", "", "present"),
                ("body", UNREADABLE_PAGE, "page: Home · Diptych blog"),
            ),
            case(
                """
                hosts: * GET /home (LOCALHOST)
                hosts: * GET /home (localhost with a dot)
                """,
                ("status", "400", "301"),
                ("Location", "", "/home/"),
                ("body", UNREADABLE_PAGE, "nothing"),
            ),
        ),
    ),
    # Page numbers.
    Difference(
        id="DIFF-LAST-PAGE",
        title="The page that is called last, and the page without a number",
        area="Page numbers",
        harm="surprise",
        reason=(
            "Django's ListView knows `?page=last` and takes an empty number for "
            "page 1; the paginators of both home pages, and Flask-SQLAlchemy's "
            "everywhere, know numbers only."
        ),
        source="Django: multiple object mixins, paginate_queryset",
        cases=(
            case(
                """
                page_numbers: * GET /authors/*/?page=
                page_numbers: * GET /authors/*/?page
                page_numbers: * GET /authors/*/?page=last
                """,
                ("status", "404", "200"),
                ("Etag", "", "present"),
                ("body", NOT_FOUND_PAGE, "page: * · Diptych blog"),
            ),
        ),
    ),
    Difference(
        id="DIFF-ELISION",
        title="Where page links leave a single page out",
        area="Page numbers",
        harm="surprise",
        reason=(
            "iter_pages() writes … wherever it leaves something out, be it one "
            "page; get_elided_page_range() does so from two pages on."
        ),
        source="Flask-SQLAlchemy: Pagination.iter_pages; Django: Paginator",
        cases=(
            case(
                """
                pages: * GET /*?page=*
                """,
                ("body", '<span class="gap">', '<a href="?page=*">'),
                ("body", "…", "*"),
                ("body", "</span>", "</a>"),
            ),
        ),
    ),
    Difference(
        id="DIFF-TWO-VALUES",
        title="Two values under one name",
        area="Forms",
        harm="surprise",
        reason=(
            "Of two values of one name Werkzeug's MultiDict gives the first, "
            "Django's QueryDict the last. Nobody types that; a proxy or a filter "
            "in front that reads the other one can be led astray."
        ),
        source="Werkzeug: data structures, MultiDict; Django: QueryDict",
        cases=(
            case(
                """
                page_numbers: * GET /*?page=1&page=99
                page_numbers: * GET /*?page=1&page=
                """,
                ("status", "200", "404"),
                ("Etag", "present", ""),
                ("body", "page: * · Diptych blog", NOT_FOUND_PAGE),
            ),
            case(
                """
                page_numbers: * GET /*?page=99&page=1
                page_numbers: * GET /*?page=&page=1
                """,
                ("status", "404", "200"),
                ("Etag", "", "present"),
                ("body", NOT_FOUND_PAGE, "page: * · Diptych blog"),
            ),
            case(
                "tokens: ada POST /posts/new/ (the wrong one first)",
                ("status", "403", "400"),
                ("body", CSRF_PAGE, "page: Write a post · Diptych blog"),
            ),
            case(
                """
                fields: ada POST /posts/new/ (empty and a)
                fields: ada POST /posts/5/edit/ (empty and a)
                """,
                ("status", "400", "302"),
                ("Location", "", "/posts/*/"),
                ("body", "page: * · Diptych blog", "nothing"),
            ),
            case(
                """
                fields: ada POST /posts/new/ (a and empty)
                fields: ada POST /posts/5/edit/ (a and empty)
                """,
                ("status", "302", "400"),
                ("Location", "/posts/*/", ""),
                ("body", "nothing", "page: * · Diptych blog"),
            ),
            case(
                "fields: * POST /posts/12/comments/ (empty and a)",
                ("body", "*This field is required.*", "*a*"),
                ("body", "<input *>", '<input * value="a">'),
            ),
            case(
                "fields: * POST /posts/12/comments/ (a and empty)",
                ("body", "*a*", "*This field is required.*"),
                ("body", '<input * value="a">', "<input *>"),
            ),
        ),
    ),
    Difference(
        id="DIFF-EMPTY-FORM",
        title="A form that comes without any field",
        area="Forms",
        harm="surprise",
        reason=(
            "Flask-WTF takes a request without fields for a form that nobody has "
            "filled in, and gives it what a new one has; Django's form is bound to "
            "what came, and so empty. Here it shows in the hidden id that tells one "
            "form sent twice from two; no browser sends such a request."
        ),
        source="Flask-WTF: FlaskForm.Meta.wrap_formdata; Django: bound forms",
        cases=(
            case(
                """
                tokens: ada POST /posts/new/ (in a header)
                encodings: anybody POST /posts/12/comments/ (*, header)
                """,
                ("body", "<input token>", '<input name="submission" type="hidden">'),
            ),
        ),
    ),
    # Methods.
    Difference(
        id="DIFF-OPTIONS",
        title="OPTIONS",
        area="Methods",
        harm="surprise",
        reason=(
            "Flask answers OPTIONS for every address and names it in Allow; in "
            "Django only class-based views do, and a function answers 405 like to "
            "any method that its decorator does not name."
        ),
        source="Flask: Application.make_default_options_response; Django: View.options",
        cases=(
            case("methods of *: * OPTIONS *", ("status", "200", "405")),
            case(
                "methods of *",
                ("Allow", "GET, HEAD, OPTIONS", "GET, HEAD"),
                ("Allow", "GET, HEAD, OPTIONS, POST", "GET, HEAD, POST"),
                ("Allow", "OPTIONS, POST", "POST"),
            ),
            case(
                "methods of /account/password/: * OPTIONS /account/password/",
                ("status", "200", "302"),
                ("Allow", "GET, HEAD, OPTIONS, POST", ""),
                ("Location", "", "/login/?next=/account/password/"),
            ),
        ),
    ),
    Difference(
        id="DIFF-405-PAGE",
        title="The page of a method that is not allowed",
        area="Methods",
        harm="surprise",
        reason=(
            "Werkzeug writes a short page for 405, Django sends an empty body and "
            "has no handler404 for it. Browsers send no such request by "
            "themselves."
        ),
        source="Werkzeug: HTTP exceptions; Django: HttpResponseNotAllowed",
        cases=(case("methods of *", ("body", METHOD_PAGE, "nothing")),),
    ),
    Difference(
        id="DIFF-CSRF-FIRST",
        title="A method that is not allowed, without a token",
        area="Methods",
        harm="surprise",
        reason=(
            "Django's CSRF middleware looks at every unsafe method before the view "
            "says 405. Flask finds no route for the method first, and Flask-WTF "
            "looks only where there is one."
        ),
        source="Django: CsrfViewMiddleware.process_view; Flask-WTF: CSRFProtect",
        cases=(
            case(
                "methods of *",
                ("status", "405", "403"),
                ("Allow", "*", ""),
                ("body", METHOD_PAGE, CSRF_PAGE),
            ),
        ),
    ),
    Difference(
        id="DIFF-FORM-PUT",
        title="PUT to a form",
        area="Methods",
        harm="surprise",
        reason=(
            "Django's FormView, and with it the log-in and password views, treats "
            "PUT like POST. A function beside it says what it takes."
        ),
        source="Django: editing mixins, ProcessFormView.put",
        cases=(
            case(
                """
                methods of /login/: *
                methods of /account/password/: *
                methods of /reset/: *
                """,
                (
                    "Allow",
                    "GET, HEAD, OPTIONS, POST",
                    "GET, HEAD, OPTIONS, POST, PUT",
                ),
            ),
            case(
                """
                methods of /login/: * PUT /login/ (with a token)
                """,
                ("status", "405", "400"),
                ("Allow", "GET, HEAD, OPTIONS, POST", ""),
                ("body", METHOD_PAGE, "page: Log in · Diptych blog"),
            ),
            case(
                """
                methods of /reset/: * PUT /reset/ (with a token)
                """,
                ("status", "405", "400"),
                ("Allow", "GET, HEAD, OPTIONS, POST", ""),
                ("body", METHOD_PAGE, "page: Forgotten password · Diptych blog"),
            ),
            case(
                "methods of /account/password/: * PUT /account/password/"
                " (with a token)",
                ("status", "405", "400"),
                ("Allow", "GET, HEAD, OPTIONS, POST", ""),
                ("body", METHOD_PAGE, "page: Change your password · Diptych blog"),
            ),
        ),
    ),
    Difference(
        id="DIFF-LOG-IN-FIRST",
        title="A method that the password page does not take, asked anonymously",
        area="Methods",
        harm="surprise",
        reason=(
            "Django's PasswordChangeView brings its own login_required, around all "
            "methods; Flask looks for a route first and finds none."
        ),
        source="Django: authentication views, PasswordChangeView",
        cases=(
            case(
                """
                methods of /account/password/: * /account/password/*
                """,
                ("status", "405", "302"),
                ("Allow", "GET, HEAD, OPTIONS, POST", ""),
                ("Location", "", "/login/?next=/account/password/"),
                ("body", METHOD_PAGE, "nothing"),
            ),
        ),
    ),
    # What may be stored, and by whom.
    Difference(
        id="DIFF-NO-STORE",
        title="Refused requests to pages that must not be stored",
        area="Caching",
        harm="surprise",
        reason=(
            "Flask says no-store in a hook of the blueprint, so also where a form "
            "comes without its token, and not where the method has no route; "
            "Django says it in a decorator of the view, which a middleware's 403 "
            "never reaches, and Django's own log-out view has it. What is refused "
            "holds nothing personal."
        ),
        source="Flask: Blueprint.after_request; Django: decorators, never_cache",
        cases=(
            case(
                """
                methods of /register/: * OPTIONS /register/
                methods of /register/: * POST /register/
                methods of /login/: * POST /login/
                methods of /account/: * OPTIONS /account/
                methods of /account/: * POST /account/
                methods of /account/password/: * POST /account/password/
                methods of /logout/: * POST /logout/
                methods of /reset/: * POST /reset/
                methods of /session/: * OPTIONS /session/
                methods of /session/: * POST /session/
                forgetting: reader POST /session/ (without a token)
                slashes: * GET /home (with a message)
                broken_cookies: anybody POST /login/ *
                """,
                ("Cache-Control", "no-store", ""),
            ),
            case(
                """
                methods of /login/: *
                methods of /logout/: *
                methods of /account/password/: *
                methods of /reset/: *
                """,
                ("Cache-Control", "", "no-store"),
            ),
        ),
    ),
    Difference(
        id="DIFF-HEAD-TAG",
        title="The tag of a page that is asked for by HEAD",
        area="Caching",
        harm="surprise",
        reason=(
            "Django's ConditionalGetMiddleware makes a tag from the body of the "
            "answer to GET, and none for HEAD. Werkzeug makes it for both, for the "
            "body of HEAD is cut off later."
        ),
        source="Django: ConditionalGetMiddleware; Werkzeug: Response.add_etag",
        cases=(
            case(
                """
                methods of /: anybody HEAD /
                methods of /home/: anybody HEAD /home/
                methods of /authors/ada/: anybody HEAD /authors/ada/
                methods of /feed.atom: anybody HEAD /feed.atom
                """,
                ("Etag", "present", ""),
            ),
        ),
    ),
    Difference(
        id="DIFF-COOKIES-LEFT",
        title="Whose pages come from the cache again after log-out",
        area="Caching",
        harm="surprise",
        reason=(
            "Pages are kept for visitors without a cookie, and carry a tag for "
            "them. Flask's log-out takes the last cookie back; Django leaves that "
            "of the CSRF token, and its pages are made anew for this browser."
        ),
        source="Flask: sessions; Django: CSRF_COOKIE_NAME",
        cases=(
            case(
                """
                copies: visitor GET / (signed out, the marks are gone)
                forgetting: reader GET /authors/grace/ (forgotten)
                """,
                ("Etag", "present", ""),
            ),
        ),
    ),
    Difference(
        id="DIFF-STATIC-CACHE",
        title="How long a browser keeps a static file",
        area="Caching",
        harm="surprise",
        reason=(
            "At an address that names its content our Flask site lets a file be kept "
            "for a year, WhiteNoise for ten; no browser keeps one that long. At any "
            "other Flask lets the browser ask each time whether the file is still "
            "the same; WhiteNoise lets it keep the file for a minute."
        ),
        source="Flask: SEND_FILE_MAX_AGE_DEFAULT; WhiteNoise: WHITENOISE_MAX_AGE",
        cases=(
            case(
                """
                methods of /static/style.css: *
                negotiation: * GET /static/*
                """,
                ("Cache-Control", "no-cache", "max-age=60, public"),
            ),
            case(
                "negotiation: * GET the linked style sheet*",
                (
                    "Cache-Control",
                    "immutable, max-age=31536000, public",
                    "immutable, max-age=315360000, public",
                ),
            ),
        ),
    ),
    Difference(
        id="DIFF-STATIC-NAME",
        title="Where an address names the content of a file",
        area="Caching",
        harm="surprise",
        reason=(
            "Django's collectstatic copies each file to a name made from its content, "
            "and writes the new names into style sheets too; an older file stays "
            "until somebody clears the folder. Flask has one file, and our site names "
            "its content in the query: what a style sheet itself asks for has none, "
            "and an older address shows the file of today."
        ),
        source="Django: ManifestStaticFilesStorage; Flask: url_defaults",
        cases=(
            case(
                "negotiation: * GET the linked style sheet*",
                ("body", '*url("icon.svg")*', '*url("icon.*.svg")*'),
            ),
        ),
    ),
    Difference(
        id="DIFF-STATIC-GZIP",
        title="Static files, compressed",
        area="Caching",
        harm="surprise",
        reason=(
            "WhiteNoise makes a compressed copy of each file once, where that is "
            "smaller, and sends it to whoever takes gzip. Flask sends files as they "
            "are and leaves that to the server in front."
        ),
        source="WhiteNoise: django; Werkzeug: utilities, send_file",
        cases=(
            case(
                """
                methods of /static/style.css: *
                negotiation: * GET /static/*
                negotiation: * GET the linked style sheet*
                """,
                ("Content-Encoding", "", "gzip"),
                ("Vary", "", "Accept-Encoding"),
            ),
        ),
    ),
    Difference(
        id="DIFF-STATIC",
        title="Headers of static files",
        area="Caching",
        harm="surprise",
        reason=(
            "Flask serves its own files through a view, with a name to save them "
            "under, ranges and a page for errors; Django leaves that to "
            "WhiteNoise, which writes fewer headers and no page, and looks at "
            "other conditions."
        ),
        source="Werkzeug: utilities, send_file; WhiteNoise: Django",
        cases=(
            case(
                """
                methods of /static/style.css: *
                negotiation: * GET /static/*
                negotiation: * GET the linked style sheet*
                """,
                ("Accept-Ranges", "bytes", ""),
                ("Content-Disposition", "inline; filename=*", ""),
                ("Content-Type", "text/html; charset=utf-8", ""),
                ("Content-Type", "image/svg+xml; charset=utf-8", "image/svg+xml"),
            ),
            case(
                "negotiation: anybody GET /static/style.css (any match)",
                ("status", "304", "200"),
                ("Content-Type", "", "text/css; charset=utf-8"),
                ("Last-Modified", "", "present"),
                ("body", "", "/* Diptych*"),
            ),
            case(
                "negotiation: anybody GET /static/style.css (impossible range)",
                ("body", "page: 416 Requested Range Not Satisfiable", "nothing"),
            ),
        ),
    ),
    Difference(
        id="DIFF-VARY",
        title="Vary where nobody needed to know the visitor",
        area="Caching",
        harm="surprise",
        reason=(
            "Flask opens the session in a hook before every view, also for hosts and "
            "bodies that are refused and for a static file that cannot be sent, and "
            "then says Vary: Cookie. In Django these are answered by a middleware "
            "that stands before the session's."
        ),
        source="Flask: sessions, SessionInterface; Django: middleware ordering",
        cases=(
            case(
                """
                methods of /static/style.css: *
                negotiation: * GET /static/*
                hosts: *
                bodies: * (*over 1 MiB*)
                bodies: anybody POST /posts/12/comments/ (3 MB)
                bodies: anybody POST /posts/12/comments/ (a file of 1048577)
                """,
                ("Vary", "Cookie", ""),
            ),
            case(
                "methods of /static/style.css: ada * /static/style.css*",
                ("Cache-Control", "no-store", ""),
            ),
        ),
    ),
    # Sessions and cookies.
    Difference(
        id="DIFF-SESSION-COOKIE",
        title="The session is the cookie, or the cookie is its key",
        area="Sessions",
        harm="security",
        reason=(
            "Flask's session lives in a signed cookie: whatever changes in it, "
            "read marks, messages or tokens, is sent to the browser again, and "
            "anybody who holds the cookie can read it. Django keeps the session in "
            "the database and sends the key once."
        ),
        source="Flask: quickstart, sessions; Django: how to use sessions",
        cases=(
            case("*", ("Set-Cookie", BRIEF, ""), ("Set-Cookie", MONTH, "")),
            case(
                """
                methods of /logout/: anybody POST /logout/ (with a token)
                methods of /session/: anybody POST /session/ (with a token)
                copies: * POST /* (nobody signed in)
                """,
                ("Set-Cookie", "deleted", ""),
            ),
            case(
                """
                methods of /session/: ada GET /session/
                forgetting: * GET /session/*
                """,
                (
                    "body",
                    "In your browser, in a signed cookie of * bytes.*",
                    "It is kept on the server.*",
                ),
                ("body", "<pre>\n{*}\n</pre>", ""),
            ),
        ),
    ),
    Difference(
        id="DIFF-LOG-OUT-EVERYWHERE",
        title="Log-out in one browser, and the user in another",
        area="Sessions",
        harm="surprise",
        reason=(
            "Nobody can delete a cookie that lies in another browser, nor a copy of "
            "it. So that log-out ends the session for good, the Flask site makes all "
            "cookies of the user worthless. Django deletes the one session; others of "
            "the same user go on."
        ),
        source="Flask: quickstart, sessions; Django: when sessions are cleared",
        cases=(
            case(
                "copies: elsewhere GET /account/ (after log-out in another browser)",
                ("status", "302", "200"),
                ("Location", "/login/?next=/account/", ""),
                ("Set-Cookie", "deleted", ""),
                ("body", "nothing", "page: Your account · Diptych blog"),
            ),
            case(
                """
                methods of /session/: ada GET /session/
                forgetting: * GET /session/*
                """,
                (
                    "body",
                    "*logs you out in every browser, *.",
                    "*logs you out.",
                ),
            ),
        ),
    ),
    Difference(
        id="DIFF-REPLAYED-MARKS",
        title="A copied cookie of a reader without an account",
        area="Sessions",
        harm="security",
        reason=(
            "What an anonymous reader has read comes back with a copy of the cookie, "
            "also after “Forget me”: there is no user by whom the Flask site could "
            "know that this cookie is over. On Django its session is deleted."
        ),
        source="Flask: quickstart, sessions; Django: when sessions are cleared",
        cases=(
            case(
                "forgetting: copied GET /authors/grace/ (from before)",
                ("Set-Cookie", "", "deleted"),
                ("body", "·\n<span *>\nRead\n</span>", ""),
            ),
            case(
                "forgetting: copied GET /session/ (from before)",
                ("body", "<ul>\n<li>\n1 post read.*", ""),
                (
                    "body",
                    "In your browser, in a signed cookie *",
                    "This site remembers nothing about you.",
                ),
                ("body", "<pre>\n{*", ""),
            ),
        ),
    ),
    Difference(
        id="DIFF-LOST-MARKS",
        title="Two tabs that open a post at the same time",
        area="Sessions",
        harm="lost work",
        reason=(
            "Each answer brings the whole session as that request knew it, and the "
            "browser keeps the cookie that comes last: the mark of the other tab is "
            "gone. Django reads the session from its table with each request, so marks "
            "are lost only where both are under way in the same instant."
        ),
        source="Flask: quickstart, sessions; Django: how to use sessions",
        cases=(
            case(
                "tabs: second tab GET /authors/grace/ (which was answered last)",
                ("body", "", "·\n<span *>\nRead\n</span>"),
            ),
        ),
    ),
    Difference(
        id="DIFF-TOKEN-COOKIE",
        title="The token has a cookie of its own, or none",
        area="Sessions",
        harm="surprise",
        reason=(
            "Flask-WTF keeps the secret of its tokens in the session, Django in a "
            "second cookie, which goes with the window also where the session is "
            "remembered. The next page with a form sets it again."
        ),
        source="Flask-WTF: CSRF protection; Django: CSRF_COOKIE_AGE",
        cases=(
            case(
                "remembering: * POST /login/ (remember=on)",
                ("Set-Cookie", MONTH, f"{MONTH} | {BRIEF}"),
            ),
            case(
                "forgetting: * GET /session/*",
                (
                    "body",
                    "<ul>\n<li>\n0 posts read.\n</li>\n</ul>\n*",
                    "",
                ),
                (
                    "body",
                    "In your browser, in a signed cookie of * bytes.*",
                    "This site remembers nothing about you.",
                ),
                (
                    "body",
                    '<pre>\n{*\n  "csrf_token": "*"\n}\n</pre>\n<form *</form>',
                    "",
                ),
            ),
            case(
                """
                remembering: visitor 1on GET /account/ (after the window was closed)
                copies: changer GET /account/ (remembered as before)
                """,
                ("Set-Cookie", "", BRIEF),
            ),
        ),
    ),
    Difference(
        id="DIFF-BAD-COOKIE",
        title="A cookie that means nothing",
        area="Sessions",
        harm="surprise",
        reason=(
            "Django deletes the cookie of a session that it does not know, and "
            "replaces a token that cannot be one; Flask reads what is not signed "
            "as an empty session and leaves the cookie where it is."
        ),
        source="Django: SessionMiddleware; Flask: SecureCookieSessionInterface",
        cases=(
            case(
                "broken_cookies: *",
                ("Set-Cookie", "", "deleted"),
                ("Set-Cookie", "", f"deleted | {BRIEF}"),
            ),
            case(
                "remembering: mallory GET /account/"
                " (in a session that a user has taken over)",
                ("Set-Cookie", "", "deleted"),
            ),
        ),
    ),
    # Forged requests.
    Difference(
        id="DIFF-ORIGIN",
        title="A valid token from a page of another site",
        area="Forged requests",
        harm="security",
        reason=(
            "Django compares the Origin header with the host, over plain http too; "
            "Flask-WTF asks for the token alone and looks at the Referer over TLS "
            "only. Who holds the token of another browser has its cookies already."
        ),
        source="Django: how CSRF protection works; Flask-WTF: WTF_CSRF_SSL_STRICT",
        cases=(
            case(
                """
                origins: * POST /posts/12/comments/ (foreign Origin)
                origins: ada POST /posts/12/comments/ (foreign)
                origins: * POST /posts/12/comments/ (null Origin)
                origins: * POST /posts/12/comments/ (broken Origin)
                origins: * POST /posts/12/comments/ (foreign Origin and Referer)
                origins: * POST /posts/12/comments/ (Origin of another port)
                origins: * POST /posts/12/comments/ (Origin over TLS)
                origins: * POST /posts/12/comments/ (TLS, foreign Origin)
                """,
                ("status", "400", "403"),
                ("body", "page: * · Diptych blog", CSRF_PAGE),
            ),
        ),
    ),
    Difference(
        id="DIFF-TOKEN-LIFE",
        title="A token after log-out, or after a new password",
        area="Forged requests",
        harm="surprise",
        reason=(
            "Flask-WTF keeps its secret in the session, which log-out empties and a "
            "new password begins anew; Django keeps it in a cookie of its own, which "
            "both leave. A form that was open before is refused on Flask only."
        ),
        source="Flask-WTF: CSRF protection; Django: CSRF_USE_SESSIONS",
        cases=(
            case(
                "tokens: newcomer POST /posts/12/comments/ (after log-out)",
                ("status", "403", "400"),
                ("body", CSRF_PAGE, "page: Post 12 · Diptych blog"),
            ),
            case(
                "copies: changer POST /account/ (with the old token)",
                ("status", "403", "400"),
                ("body", CSRF_PAGE, "page: Your account · Diptych blog"),
            ),
        ),
    ),
    # Forms.
    Difference(
        id="DIFF-MISSING-KEY",
        title="A form to change something, sent without a field",
        area="Forms",
        harm="surprise",
        reason=(
            "A WTForms form that is made from an object keeps the object's value "
            "where the request has no such field, and finds nothing wrong; a "
            "Django form takes a missing field for an empty one. Browsers send "
            "every field."
        ),
        source="WTForms: Form.process; Django: ModelForm, selecting the fields to use",
        cases=(
            case(
                """
                methods of /posts/2/edit/: ada POST /posts/2/edit/ (with a token)
                fields: * POST /posts/5/edit/ (nothing)
                """,
                ("status", "302", "400"),
                ("Location", "/posts/*/", ""),
                ("Set-Cookie", BRIEF, ""),
                ("body", "nothing", "page: Edit your post · Diptych blog"),
            ),
            case(
                """
                methods of /account/: ada POST /account/ (with a token)
                fields: * POST /account/ (nothing)
                """,
                ("status", "302", "400"),
                ("Location", "/account/", ""),
                ("Set-Cookie", BRIEF, ""),
                ("body", "nothing", "page: Your account · Diptych blog"),
            ),
        ),
    ),
    Difference(
        id="DIFF-TYPED",
        title="White space in a refused form",
        area="Forms",
        harm="surprise",
        reason=(
            "A WTForms field strips what comes in and shows the stripped text "
            "again; a Django field strips what it hands on and shows what was "
            "typed."
        ),
        source="WTForms: Field.process_formdata; Django: CharField.strip",
        cases=(
            case(
                """
                fields: * (blank)
                fields: * (padded)
                fields: * (vertical tab around)
                fields: * (no-break space)
                """,
                ("body", "<input *>", '<input * value="*">'),
                ("body", "", " \t\n "),
                ("body", "", "\xa0"),
                ("body", "a", "\x0ba\x0b"),
                ("body", "Padded.", " \t Padded. \n"),
                ("body", '<input *"Padded.">', '<input *" \t Padded. \n">'),
            ),
            case(
                """
                lengths: ada POST /posts/new/ (spaces and 201)
                accounts: anybody POST /login/ (name with spaces)
                """,
                ("body", '<input * value="*">', '<input * value=" *">'),
            ),
        ),
    ),
    Difference(
        id="DIFF-CHECKBOX",
        title="What a ticked box sends",
        area="Forms",
        harm="surprise",
        reason=(
            "WTForms gives a check box the value y, or what came in; Django gives "
            "it none, and browsers then send on. Either reads the other's."
        ),
        source="WTForms: BooleanField; Django: CheckboxInput",
        cases=(
            case(
                "*",
                (
                    "body",
                    '<input* id="@*" name="*" type="checkbox" value="*">',
                    '<input* id="@*" name="*" type="checkbox">',
                ),
            ),
        ),
    ),
    Difference(
        id="DIFF-LENGTH-MESSAGE",
        title="What a form says about a long text",
        area="Forms",
        harm="surprise",
        reason=(
            "Each library words it in its own way; Django's message counts the "
            "characters, WTForms has no place for the count. Where more is wrong, "
            "WTForms says all of it; Django's model looks at nothing that its form has "
            "refused."
        ),
        source="WTForms: validators.Length; Django: MaxLengthValidator",
        cases=(
            case(
                """
                lengths: *
                bodies: *
                """,
                (
                    "body",
                    "Field cannot be longer than * characters.",
                    "Ensure this value has at most * characters (it has *).",
                ),
                (
                    "body",
                    "Field cannot be longer than * characters.\n</li>\n<li>\n*",
                    "Ensure this value has at most * characters (it has *).",
                ),
            ),
        ),
    ),
    Difference(
        id="DIFF-NUL-MESSAGE",
        title="How many messages a NUL in an e-mail address brings",
        area="Forms",
        harm="surprise",
        reason=(
            "A WTForms chain ends with StopValidation; Django runs every validator "
            "of a field and shows all that they say."
        ),
        source="WTForms: validators; Django: Field.run_validators",
        cases=(
            case(
                """
                fields: * (NUL)
                fields: * (NUL alone)
                """,
                ("body", "", "*Enter a valid email address.*"),
            ),
        ),
    ),
    Difference(
        id="DIFF-NFKC",
        title="User names in full-width letters",
        area="Forms",
        harm="surprise",
        reason=(
            "Django's UsernameField folds letters that look alike into one (NFKC) "
            "before anything else looks at them, so that nobody poses as somebody; the "
            "Flask site has no such step and refuses what is not ASCII."
        ),
        source="Django: authentication forms, UsernameField",
        cases=(
            case(
                "accounts: anybody POST /register/ (named 'ａｄａ')",
                (
                    "body",
                    "Enter letters, digits and @/./+/-/_ only, and begin with *",
                    "A user with that user name already exists.",
                ),
            ),
        ),
    ),
    Difference(
        id="DIFF-ONE-PASSWORD",
        title="A new password that is typed only the second time",
        area="Forms",
        harm="surprise",
        reason=(
            "WTForms compares the two in any case; Django compares them where the "
            "first can be read, and else looks at the second alone: whether it is easy "
            "to guess."
        ),
        source="WTForms: validators.EqualTo; Django: SetPasswordMixin",
        cases=(
            case(
                "accounts: * (*no good first password)",
                (
                    "body",
                    "<ul *>\n<li>\nThe two password fields didn’t match.\n*",
                    '<input autocomplete="new-password" *>',
                ),
                (
                    "body",
                    "The two password fields didn’t match.",
                    "This password is too *",
                ),
                (
                    "body",
                    "The two password fields didn’t match.",
                    "The password is too similar to the *",
                ),
            ),
        ),
    ),
    Difference(
        id="DIFF-LIKE-A-WRONG-FIELD",
        title="A password like a name or an address that is refused itself",
        area="Forms",
        harm="surprise",
        reason=(
            "Django compares the password with the fields that are in order, the "
            "Flask site with what was typed. The form is refused either way, and the "
            "password is compared again when the field is in order."
        ),
        source="Django: UserCreationForm, _post_clean; WTForms: inline validators",
        cases=(
            case(
                "accounts: * (*like a field that is wrong)",
                (
                    "body",
                    "The password is too similar to the *.\n</li>\n<li>",
                    "",
                ),
                (
                    "body",
                    "<ul *>\n<li>\nThe password is too similar to the *.\n*",
                    '<input autocomplete="new-password" *>',
                ),
            ),
        ),
    ),
    Difference(
        id="DIFF-EMAIL",
        title="Which e-mail addresses are valid",
        area="Forms",
        harm="surprise",
        reason=(
            "WTForms asks the package email-validator, which knows international "
            "addresses and refuses names that no mail can reach; Django has a "
            "pattern of its own, which lets localhost and numbers in brackets pass "
            "and wants ASCII before the @."
        ),
        source="WTForms: validators.Email; Django: EmailValidator",
        cases=(
            case(
                """
                emails: ada POST /account/ (é@example.org)
                emails: ada POST /account/ (a@example.o)
                """,
                ("status", "302", "400"),
                ("Location", "/account/", ""),
                ("Set-Cookie", BRIEF, ""),
                ("body", "nothing", "page: Your account · Diptych blog"),
            ),
            case(
                """
                emails: ada POST /account/ (a@localhost)
                emails: ada POST /account/ (a@[127.0.0.1])
                emails: ada POST /account/ (a@example.test)
                emails: ada POST /account/ (a@example.invalid)
                emails: ada POST /account/ (a@blog.local)
                """,
                ("status", "400", "302"),
                ("Location", "", "/account/"),
                ("body", "page: Your account · Diptych blog", "nothing"),
            ),
        ),
    ),
    # Bodies.
    Difference(
        id="DIFF-MANY-FIELDS",
        title="More than a thousand fields, or a hundred files",
        area="Bodies",
        harm="surprise",
        reason=(
            "Django refuses them with 400; Flask counts the parts of a multipart "
            "body only, and says 413. The limit of 1 MiB holds for both."
        ),
        source="Django: DATA_UPLOAD_MAX_NUMBER_FIELDS; Flask: MAX_FORM_PARTS",
        cases=(
            case(
                """
                bodies: * POST /posts/12/comments/ (1001 fields)
                bodies: anybody POST /posts/12/comments/ (101 files)
                """,
                ("body", "page: * · Diptych blog", UNREADABLE_PAGE),
            ),
            case(
                "bodies: anybody POST /posts/12/comments/ (multipart, 1001 fields)",
                ("status", "413", "400"),
                ("body", TOO_LONG_PAGE, UNREADABLE_PAGE),
            ),
        ),
    ),
    Difference(
        id="DIFF-UNREAD-BODY",
        title="A long body that nothing reads",
        area="Bodies",
        harm="surprise",
        reason=(
            "Flask counts a body when something reads it; with Django a middleware "
            "of this site looks at its length first, for Django itself limits "
            "fields alone."
        ),
        source="Flask: MAX_CONTENT_LENGTH; Django: DATA_UPLOAD_MAX_MEMORY_SIZE",
        cases=(
            case(
                "bodies: anybody GET / (over 1 MiB)",
                ("status", "200", "413"),
                ("body", "page: Home · Diptych blog", TOO_LONG_PAGE),
            ),
            case(
                "bodies: anybody PUT / (over 1 MiB)",
                ("status", "405", "413"),
                ("Allow", "GET, HEAD, OPTIONS", ""),
                ("body", METHOD_PAGE, TOO_LONG_PAGE),
            ),
            case(
                "bodies: anybody POST /nothing/ (over 1 MiB)",
                ("status", "404", "413"),
                ("body", NOT_FOUND_PAGE, TOO_LONG_PAGE),
            ),
        ),
    ),
    Difference(
        id="DIFF-CHARSET",
        title="A form that says it is not in UTF-8",
        area="Bodies",
        harm="surprise",
        reason=(
            "Django refuses such a form with 400, and a middleware of ours does so "
            "for multipart too; Werkzeug takes every form for UTF-8, whatever it says "
            "of itself."
        ),
        source="Django: HttpRequest.POST; Werkzeug: request data",
        cases=(
            case(
                """
                encodings: * POST /posts/12/comments/ (latin-1)
                encodings: * POST /posts/12/comments/ (latin-1, header)
                encodings: * POST /posts/12/comments/ (ISO-8859-1, *
                encodings: * POST /posts/12/comments/ (UTF-16)
                encodings: * POST /posts/12/comments/ (UTF-16, header)
                """,
                ("Vary", "Cookie", ""),
                ("body", "page: * · Diptych blog", UNREADABLE_PAGE),
            ),
            case(
                "encodings: * POST /posts/12/comments/ (ISO-8859-1)",
                ("status", "403", "400"),
                ("Vary", "Cookie", ""),
                ("body", CSRF_PAGE, UNREADABLE_PAGE),
            ),
        ),
    ),
    Difference(
        id="DIFF-UTF8",
        title="Bytes that are not UTF-8",
        area="Bodies",
        harm="surprise",
        reason=(
            "Where bytes cannot be decoded, Werkzeug keeps their percent signs, "
            "Django puts replacement characters; raw bytes make Werkzeug drop the "
            "whole form."
        ),
        source="Werkzeug: request data; Django: QueryDict",
        cases=(
            case(
                """
                encodings: * POST /posts/12/comments/ (invalid UTF-8)
                encodings: * POST /posts/12/comments/ (invalid UTF-8, *
                """,
                ("body", '<input * value="%FF%FE">', '<input * value="��">'),
            ),
            case(
                "encodings: * POST /posts/12/comments/ (raw bytes)",
                ("status", "403", "400"),
                ("body", CSRF_PAGE, "page: Post 12 · Diptych blog"),
            ),
            case(
                "encodings: * POST /posts/12/comments/ (raw bytes, header)",
                (
                    "body",
                    "<ul *>\n<li>\nThis field is required.*",
                    '<input * value="ÿþ">',
                ),
            ),
        ),
    ),
    Difference(
        id="DIFF-MULTIPART",
        title="A multipart body without a boundary",
        area="Bodies",
        harm="surprise",
        reason=(
            "Django refuses a multipart body that it cannot read; Werkzeug takes "
            "it for an empty form, in which then the token is missing."
        ),
        source="Django: MultiPartParserError; Werkzeug: FormDataParser.silent",
        cases=(
            case(
                "encodings: * POST /posts/12/comments/ (multipart without boundary)",
                ("status", "403", "400"),
                ("body", CSRF_PAGE, UNREADABLE_PAGE),
            ),
            case(
                "encodings: * POST /posts/12/comments/"
                " (multipart without boundary, header)",
                ("body", "page: * · Diptych blog", UNREADABLE_PAGE),
            ),
        ),
    ),
    Difference(
        id="DIFF-JSON",
        title="A form sent as JSON",
        area="Bodies",
        harm="surprise",
        reason=(
            "Flask-WTF fills a form from a JSON body as from any other; Django "
            "fills request.POST from forms only. The token is asked for either "
            "way."
        ),
        source="Flask-WTF: FlaskForm, wrap_formdata; Django: HttpRequest.POST",
        cases=(
            case(
                "encodings: * POST /posts/12/comments/ (JSON, header)",
                (
                    "body",
                    '<input * value="Kim">',
                    "<ul *>\n<li>\nThis field is required.*",
                ),
            ),
        ),
    ),
    Difference(
        id="DIFF-CHUNKED",
        title="A form in chunks, without its length",
        area="Bodies",
        harm="lost work",
        reason=(
            "Django reads as much of a body as Content-Length says, so nothing of one "
            "that comes in chunks, and misses the token. Werkzeug reads on to the end, "
            "but no further than MAX_CONTENT_LENGTH: the rest is dropped without a "
            "word. No browser sends a form so; a proxy may."
        ),
        source="Django: WSGIRequest; Werkzeug: wsgi.input_terminated",
        cases=(
            case(
                "bodies: anybody POST /posts/12/comments/ (chunked, *",
                ("status", "400", "403"),
                ("body", "page: Post 12 · Diptych blog", CSRF_PAGE),
            ),
        ),
    ),
    # A new password.
    Difference(
        id="DIFF-RESET-LINK",
        title="The address of a link to a new password",
        area="Log-in",
        harm="surprise",
        reason=(
            "Django puts the user and the token into two parts of the address, and the "
            "token goes into the session on the first visit. The Flask site signs both "
            "into one part. Of what is no such address there is no page at all."
        ),
        source="Django: PasswordResetConfirmView; ItsDangerous: URL safe serialization",
        cases=(
            case(
                "resets: * GET /reset/*/",
                ("status", "400", "404"),
                ("Cache-Control", "no-store", ""),
                ("body", "page: New password · Diptych blog", NOT_FOUND_PAGE),
            ),
            case(
                """
                resets: anybody GET /reset/MQ/abc-def/
                resets: anybody GET /reset/MQ/set-password/
                """,
                ("status", "404", "400"),
                ("Cache-Control", "", "no-store"),
                ("body", NOT_FOUND_PAGE, "page: New password · Diptych blog"),
            ),
        ),
    ),
    # Where log-in leads.
    Difference(
        id="DIFF-NEXT",
        title="Addresses to go on to that no page of the sites would name",
        area="Log-in",
        harm="surprise",
        reason=(
            "Django's log-in view follows every address that stays on the host: "
            "full ones, relative ones, which then count from /login/, and any with "
            "spaces or control characters, which it encodes. The Flask site takes "
            "only what begins with one slash and holds neither."
        ),
        source="Django: url_has_allowed_host_and_scheme",
        cases=(
            case(
                """
                next_addresses: * POST /login/ ('account/', field)
                next_addresses: * POST /login/ ('?page=2', field)
                next_addresses: * POST /login/ ('#top', field)
                next_addresses: * POST /login/ ('SAME/account/', field)
                next_addresses: * POST /login/ ('same-https/account/', field)
                """,
                ("Location", "/", "*"),
            ),
            case(
                r"""
                next_addresses: * POST /login/ ('/a b', field)
                next_addresses: * POST /login/ (' /home/', field)
                next_addresses: * POST /login/ ('/home/ ', field)
                next_addresses: * POST /login/ ('/home/\r\nX-Evil: 1', field)
                next_addresses: * POST /login/ ('/home/\x00', field)
                next_addresses: * POST /login/ ('/home/\x7f', field)
                """,
                ("Location", "/", "*%*"),
            ),
            case(
                """
                pages: * GET /login/?next=*
                fields: * POST /login/ (NUL)
                fields: anybody POST /login/ (a line break)
                fields: anybody POST /login/ (padded)
                fields: anybody POST /login/ (vertical tab around)
                """,
                ("body", "", '<p class="lead">\nLog in, and you go on to *'),
                (
                    "body",
                    '<input name="next" type="hidden">',
                    '<input name="next" type="hidden" value="*">',
                ),
            ),
        ),
    ),
)
