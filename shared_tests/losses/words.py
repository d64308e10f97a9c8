"""What is said of each scenario, in the terminal and in the guide."""

from typing import Any

# What goes wrong, and how that is told, in the order of the tables.
SCENARIOS = {
    "site killed": "all processes of the site are killed, and started again",
    "database killed": "all processes of the database are killed, the site runs on",
    "told to end": "the server is told to end (SIGTERM) with requests under way",
    "reloaded": "the server is reloaded (SIGHUP) under load",
    "lock held": "somebody holds the write lock, others wait for it",
    "16 write": "16 write at once",
    "one name": "eight register one name at once",
    "locked": "the write lock is held for longer than the site waits",
    "full": "the disk is full",
    "away": "the database is stopped, and started again",
    "large body": "a form of over a mebibyte is sent",
}
TOLD = {
    "site killed": "{kills} kills: {comments_promised_and_lost} lost"
    " of {comments_promised}, {comments_stored_twice} twice,"
    " {answers_in_error} errors",
    "told to end": "failed: {requests_not_answered} of {requests}",
    "reloaded": "failed: {requests_failed_on_new_connections}"
    " of {requests_on_new_connections} on new connections,"
    " {requests_failed_on_kept_connections}"
    " of {requests_on_kept_connections} on kept",
    "lock held": "failed: {pages_failed} of {pages} pages; {slowest} ms at most",
    "16 write": "failed: {answers_in_error} of {comments};"
    " p50 {milliseconds[p50]:.0f} ms, p99 {milliseconds[p99]:.0f} ms",
    "one name": "{answers[registered]} registered,"
    " {answers[taken]} told that it is taken",
    "locked": "failed: {forms_not_handed_back} of {forms} forms,"
    " {pages_failed} of {pages} pages; afterwards"
    " {forms_failed_afterwards} and {pages_failed_afterwards}",
    "away": "failed: {forms_not_handed_back} of {forms} forms; pages are 503;"
    " afterwards {forms_failed_afterwards} and {pages_failed_afterwards}",
    "large body": "{bodies_not_refused} of {bodies} not refused,"
    " {bodies_stored} stored",
}
TOLD["database killed"] = TOLD["site killed"]
TOLD["full"] = TOLD["locked"]

# What must never happen.
MUST_BE_ZERO = [
    "comments_promised_and_lost",
    "comments_stored_twice",
    "damages_of_the_file",
    "answers_in_error",
    "pages_failed",
    "pages_failed_afterwards",
    "writers_failed",
    "rounds_gone_wrong",
    "bodies_not_refused",
    "bodies_stored",
    "requests_not_answered",
    "requests_failed_on_new_connections",
    "requests_failed_on_kept_connections",
    "forms_not_stored",
    "forms_not_handed_back",
    "forms_failed_afterwards",
    "exit_code",
]


def tell(run: dict[str, Any]) -> str:
    """Write what came of a run."""
    return TOLD[run["scenario"]].format_map(run)


def wrong(run: dict[str, Any]) -> dict[str, int]:
    """Pick the figures of a run that should be 0, and are not."""
    return {key: run[key] for key in MUST_BE_ZERO if run.get(key)}
