"""Whether a page is for everybody: axe finds nothing to complain of, and nothing goes over the edge of the screen.

axe is a large script, and what it tells of every element that is in order is larger still: it is put into a page once, and asked
for what is wrong only.
"""

from __future__ import annotations

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Page

WHOLE = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
# Of those rules, the ones that look at colours: for a page that was examined whole and has only changed from light to dark.
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}, "resultTypes": ["violations"]}
RUN = "([within, options]) => axe.run(within || document, options).then(found => ({violations: found.violations}))"


def examine(page: Page, within: str | None = None, *, only_colours: bool = False) -> AxeResults:
    """What axe says of the page as it is now, or of the part of it that the selector names."""
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(AXE_SCRIPT)
    return AxeResults(page.evaluate(RUN, [within, COLOURS if only_colours else WHOLE]))


def is_clean(page: Page) -> None:
    """Fails with axe's report, or when the page is wider than the screen."""
    found = examine(page)
    assert not found.violations_count, f"{page.url}\n{found.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), f"wider than the screen: {page.url}"
