"""Posts and comments by the million, made up: a number always makes the same post."""

from datetime import UTC, datetime, timedelta
from itertools import product

MOST = 10_000_000  # at one load
BATCH = 2_000  # one transaction: nobody who writes waits long
WRITERS = ("writer-1", "writer-2", "writer-3", "writer-4", "writer-5")

# A post a minute; all of them are older than the demo content.
START = datetime(2000, 1, 1, tzinfo=UTC)
END = datetime(2026, 1, 1, tzinfo=UTC)
STEP = timedelta(minutes=1)

OPENINGS = (
    "This post was **made up**, like its neighbors.",
    "A long list needs *something* to stand in it.",
    "Nobody wrote this; a loop did, and went on.",
    "Here could be a story of some length.",
    "The same few sentences, in yet another order:",
)
MIDDLES = (
    "Page 2 and the page in the middle differ by what stands on them, not by the time.",
    "Who counts all rows to show five of them waits.\nA `bookmark` opens the book.",
    "The number is in the title. If one is missing, the list was cut in a wrong place.",
)
ENDINGS = (
    "> Turn the page.",
    "- one page back\n- one page on",
    "And so on, to the [first page](/).",
)
BODIES = ["\n\n".join(parts) for parts in product(OPENINGS, MIDDLES, ENDINGS)]
REPLIES = ("Well said.", "I have read this *before*.", "On to the next one!")
REPLIES_TO = (0, 1, 0, 0, 0, 0, 2, 0, 0, 0)  # by the last digit of the minute


def next_numbers(newest, count):
    """Return the numbers of the posts to make, from where the last load has ended."""
    first = max((newest - START) // STEP, 0) + 1 if newest else 1
    return range(first, first + count)


def make_posts(numbers, author_ids, texts):
    """Return the fields of the posts; every other one is by the first author."""
    first, *others = author_ids
    return [
        {
            "author_id": first if number % 2 else others[number // 2 % len(others)],
            "title": f"Made-up post {number}",
            "date_posted": START + number * STEP,
            **texts[number % len(texts)],
        }
        for number in numbers
    ]


def make_comments(posts, author_ids):
    """Return the fields of the comments on posts, which are given by id and date."""
    return [
        {
            "post_id": post_id,
            "author_id": author_ids[(date_posted.minute + reply) % len(author_ids)],
            "body": REPLIES[reply],
            "date_posted": date_posted + (reply + 1) * STEP,
        }
        for post_id, date_posted in posts
        for reply in range(REPLIES_TO[date_posted.minute % 10])
    ]
