"""Health. What it says without a database is in test_errors.py."""

from .contract import row


@row("HEALTH-1")
def test_a_healthy_site_says_ok(browser):
    page = browser.get("/healthz")

    assert page.status == 200
    assert page.text.strip() == "ok"
    assert page.headers["Content-Type"].startswith("text/plain")


@row("HEALTH-3")
def test_health_sets_no_cookie(browser, stranger):
    for visitor in (browser, stranger):
        assert "Set-Cookie" not in visitor.get("/healthz").headers
