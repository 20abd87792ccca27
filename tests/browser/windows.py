"""Windows of the staff, signed in without the form (which tests.browser.test_sign_in goes through)."""

from __future__ import annotations

from playwright.sync_api import Browser, BrowserContext

from accounts.models import User
from tests.serve.portal import Serve, staff_cookie


def staff_window(chromium: Browser, portal: Serve, user: User, **choices: object) -> BrowserContext:
    """A window in which this person has signed in; closed after the test at the latest."""
    context = chromium.new_context(base_url=portal.url, **{"reduced_motion": "reduce", **choices})  # type: ignore[arg-type]
    name, value = staff_cookie(user).split("=", 1)
    context.add_cookies([{"name": name, "value": value, "url": portal.url}])
    return context
