"""Sessions in a cookie or on the server: what each costs, on either site.

test_stores.py asks both sites each question, with each store, and holds them to it.
"""

from dataclasses import dataclass

# The site and the value of SESSION_STORE behind each answer, and the words for both.
COLUMNS = {
    ("flask", "cookie"): "Flask, cookie",
    ("flask", "server"): "Flask, server",
    ("django", "cookie"): "Django, cookie",
    ("django", "server"): "Django, server",
}


@dataclass(frozen=True)
class Question:
    """A question, its answer for each site and store, and why it is so."""

    id: str
    text: str
    flask_cookie: str
    flask_server: str
    django_cookie: str
    django_server: str
    reason: str

    def answer(self, site: str, store: str) -> str:
        """Find the answer of one site with one store."""
        return str(getattr(self, f"{site}_{store}"))


QUESTIONS: tuple[Question, ...] = (
    Question(
        id="default",
        text="Is this the store where nothing is set?",
        flask_cookie="yes",
        flask_server="no",
        django_cookie="no",
        django_server="yes",
        reason=(
            "Each framework brings one store as its own. Flask needs an extension for "
            "the other, Django a setting."
        ),
    ),
    # What others see.
    Question(
        id="readable",
        text="Can who holds the cookie read the session without the key of the site?",
        flask_cookie="yes",
        flask_server="no",
        django_cookie="yes",
        django_server="no",
        reason=(
            "A signature keeps others from changing a cookie, not from reading it. "
            "Where the session is on the server, the cookie is a random word."
        ),
    ),
    Question(
        id="log-out-elsewhere",
        text="Does log-out in one browser sign the user out in every other?",
        flask_cookie="yes",
        flask_server="no",
        django_cookie="yes",
        django_server="no",
        reason=(
            "No server can take a cookie back. So log-out makes all cookies of the "
            "user worthless at once: they hold a number that no longer is the one in "
            "the table of users. A session on the server is deleted by itself."
        ),
    ),
    Question(
        id="copy-log-out",
        text="Does a cookie that was copied before log-out open anything afterwards?",
        flask_cookie="no",
        flask_server="no",
        django_cookie="no",
        django_server="no",
        reason="The number of the user has changed, or the session is deleted.",
    ),
    Question(
        id="copy-password-change",
        text="And one that was copied before the password was changed?",
        flask_cookie="no",
        flask_server="no",
        django_cookie="no",
        django_server="no",
        reason="What a session holds of its user is made from the password too.",
    ),
    Question(
        id="copy-forget-me",
        text="And one that was copied before a signed-in user pressed “Forget me”?",
        flask_cookie="no",
        flask_server="no",
        django_cookie="no",
        django_server="no",
        reason="It is a log-out that forgets the read marks too.",
    ),
    Question(
        id="copy-anonymous",
        text=(
            "Does the cookie of an anonymous reader, copied before “Forget me”, bring "
            "the read marks back?"
        ),
        flask_cookie="yes",
        flask_server="no",
        django_cookie="yes",
        django_server="no",
        reason=(
            "Nobody is signed in, so there is no user in whose row a number could "
            "change. Such a cookie is good until it is too old."
        ),
    ),
    # What it weighs.
    Question(
        id="bytes-3",
        text="How long is the session cookie of a user who has read 3 posts?",
        flask_cookie="about 350 bytes",
        flask_server="43 bytes",
        django_cookie="about 250 bytes",
        django_server="32 bytes",
        reason=(
            "The cookie with the session holds the user, the token of the forms on "
            "Flask, the marks and a signature. It goes with every request."
        ),
    ),
    Question(
        id="bytes-200",
        text="And of one who has read 200 posts?",
        flask_cookie="about 820 bytes",
        flask_server="43 bytes",
        django_cookie="about 720 bytes",
        django_server="32 bytes",
        reason=(
            "Both frameworks pack what is long. Browsers need keep no more than 4,096 "
            "bytes, so the sites remember 200 posts and no more."
        ),
    ),
    # Who writes what, and when.
    Question(
        id="reading-writes",
        text="Does a page that is only read write to the database?",
        flask_cookie="no",
        flask_server="no",
        django_cookie="no",
        django_server="no",
        reason=(
            "The sites save a session when it has changed, and at no other time. "
            "Flask would do so each time, were it not for a setting "
            "(SESSION_REFRESH_EACH_REQUEST)."
        ),
    ),
    Question(
        id="marking-writes",
        text="Does the first look at a post, which adds a read mark, write to it?",
        flask_cookie="no",
        flask_server="yes",
        django_cookie="no",
        django_server="yes",
        reason=(
            "The mark is in the session, and the session in a table. With REDIS_URL "
            "the database is left alone."
        ),
    ),
    Question(
        id="at-once",
        text="One browser opens 40 posts at once. How many read marks are kept?",
        flask_cookie="one",
        flask_server="some",
        django_cookie="one",
        django_server="some",
        reason=(
            "Each request saves the whole session as it knows it. Of cookies the last "
            "one wins; of what is saved on the server each wins over those that began "
            "before it was saved. With four threads about a dozen marks are left."
        ),
    ),
    Question(
        id="log-out-meanwhile",
        text="A comment is on its way when another tab logs out. Does log-out hold?",
        flask_cookie="yes",
        flask_server="no: the browser is signed in again",
        django_cookie="yes",
        django_server="yes: the comment is published, but its answer is an error",
        reason=(
            "The request read its session before log-out and saves it afterwards. "
            "Flask-Session then makes the row anew. Django sees that it is gone and "
            "answers 400, although the comment is stored. A cookie that comes so late "
            "holds a number that is no longer the user's."
        ),
    ),
    # Keys, and the end.
    Question(
        id="key-log-in",
        text="Does log-in change the key of the session?",
        flask_cookie="there is no key",
        flask_server="yes",
        django_cookie="there is no key",
        django_server="yes",
        reason=(
            "Who has slipped a key to somebody must not be signed in with them. Django "
            "takes care of it; with Flask-Session the site has to call regenerate()."
        ),
    ),
    Question(
        id="key-second-log-in",
        text="And when the same user logs in again in the same browser?",
        flask_cookie="there is no key",
        flask_server="yes",
        django_cookie="there is no key",
        django_server="no",
        reason=(
            "Django keeps the key of a session that is that user's already; the Flask "
            "site makes a new one each time."
        ),
    ),
    Question(
        id="who-deletes",
        text="Who deletes sessions that are over?",
        flask_cookie="the browser",
        flask_server="`flask session_cleanup`",
        django_cookie="the browser",
        django_server="`manage.py clearsessions`",
        reason=(
            "Rows stay until somebody calls the command. With REDIS_URL they go by "
            "themselves."
        ),
    ),
    Question(
        id="new-secret-key",
        text="What does another SECRET_KEY do to the sessions?",
        flask_cookie="they are lost",
        flask_server="users are signed out, anonymous readers keep their marks",
        django_cookie="they are lost",
        django_server="they are lost",
        reason=(
            "Cookies are signed with it, and so is what Django keeps in its table. "
            "Flask-Session signs nothing; there the users are signed out because what "
            "this site keeps of them is made with the key."
        ),
    ),
)
