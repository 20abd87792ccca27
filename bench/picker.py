"""The picker's first list as a responder sees it: `python -m bench.picker` reads {port, conversation, cookie} and prints JSON.

From the key “/” to the list on the screen, in Chromium on the load's core: read ahead, as it is when she has been in the field, and
cold, when the list has to be asked for first. CHROMIUM names the browser.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path

from playwright.sync_api import Page, Route, sync_playwright

from bench.places import LOAD_CORE

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
PAGES, SLASHES = 20, 5
# From the key's own time stamp to the frame after the one in which the list has its options.
WATCH = """field => {
  const box = document.querySelector('.nlc-picker'), list = box.querySelector('[role=listbox]');
  let began = 0;
  globalThis.shown = [];
  field.addEventListener('keydown', (event) => { if (event.key === '/') began = event.timeStamp; }, true);
  new MutationObserver(() => {
    if (!began || box.hidden || !list.children.length) return;
    const since = began;
    began = 0;
    requestAnimationFrame(() => setTimeout(() => shown.push(performance.now() - since)));
  }).observe(box, {childList: true, subtree: true, attributes: true});
}"""


def first_lists(page: Page, address: str, conversation: str) -> tuple[float, list[float]]:
    """Milliseconds of the cold list, and of those read ahead."""

    def refuse(route: Route) -> None:
        route.abort()

    lists = "**/pikavastaukset/?q=*"
    page.route(lists, refuse)  # the reading ahead fails, so that the first one is cold
    page.goto(address)
    page.wait_for_selector('[data-slot=connection][data-state="online"]', state="attached")
    field = page.locator(f"#m-{conversation}")
    field.focus()
    page.wait_for_timeout(300)
    page.unroute(lists, refuse)
    field.evaluate(WATCH)
    for number in range(1 + SLASHES):
        page.keyboard.press("/")
        page.wait_for_function("count => shown.length === count", arg=number + 1)
        page.keyboard.press("Backspace")
        page.wait_for_timeout(50)
    times: list[float] = page.evaluate("shown")
    return times[0], times[1:]


def p95(times: list[float]) -> float:
    """The time that one in twenty is slower than."""
    return sorted(times)[min(int(len(times) * 0.95), len(times) - 1)]


def main() -> None:
    """Open the console again and again; nothing is printed where there is no browser."""
    given = json.loads(sys.stdin.read())
    if not Path(CHROMIUM).is_file():
        sys.stdout.write("{}")
        return
    with contextlib.suppress(OSError):
        os.sched_setaffinity(0, {LOAD_CORE})
    cold: list[float] = []
    ahead: list[float] = []
    base = f"http://127.0.0.1:{given['port']}"
    name, _, value = given["cookie"].partition("=")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
        context.set_default_timeout(90_000)  # a busy machine is slow, and tells so by its figures
        context.add_cookies([{"name": name, "value": value, "url": base}])
        for number in range(PAGES + 1):
            page = context.new_page()
            first, more = first_lists(page, f"{base}/fi/vastaaja/{given['conversation']}/", given["conversation"])
            page.close()
            if number:  # the first page warms the browser
                cold.append(first)
                ahead += more
        browser.close()
    sys.stdout.write(json.dumps({"picker_cold_p95": p95(cold), "picker_p95": p95(ahead)}))


if __name__ == "__main__":
    main()
