"""The public pages in a real browser: axe in three languages, light and dark, narrow and wide, and by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from services.choices import OverrideKind
from services.models import County, Disruption, Override, Queue, ResponderGroup, Schedule, Service
from tests.browser.axe import examine
from tests.config.conftest import answered, fill_page, portal, weekdays
from tests.conftest import make_queue
from tests.serve.portal import Serve

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SETTLED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))))"
PAGES = [
    "",
    "haku/?q=neuvola",
    "haku/?q=xyzzyq",
    "palvelu/ikaantyneet/",
    "palvelu/ikaantyneet/?selko=1",
    "palvelu/neuvola/",
    "palvelu/ikaantyneet/tulosta/",
    "yksikot/",
    "saavutettavuus/",
    "tietosuoja/",
    "ei-ole/",
]
OF_THE_HOUR = ["", "haku/?q=chat", "palvelu/ikaantyneet/", "palvelu/ikaantyneet/?selko=1", "palvelu/ikaantyneet/tulosta/"]
"""Pages that look different when the office is open."""

__all__ = ["portal", "weekdays"]


@pytest.fixture
def site(
    portal: County,
    service: Service,
    second_queue: Queue,
    weekdays: Schedule,
    group: ResponderGroup,
    make_portal: Callable[..., Serve],
) -> str:
    """The portal with a full service page, a second service that nobody answers, and a notice in force."""
    fill_page(service)
    answered(make_queue(service, weekdays, group))
    Disruption.objects.create(county=portal, text_fi="Puhelimissa on ruuhkaa.", text_sv="Det är rusning i telefonen.")
    County.objects.update(is_demo=True)
    return make_portal().url


def keep(service: Service, kind: OverrideKind) -> None:
    """The office is open or closed, whatever the clock says."""
    now = timezone.now()
    Override.objects.all().delete()
    Override.objects.create(
        county=service.county, kind=kind, reason_fi="Koe", starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=1)
    )


def pages_of(page: Page, site: str, service: Service, language: str = "fi") -> Iterator[str]:
    """The rest of each page's address: all when it is closed, and when it is open those that tell of it."""
    keep(service, OverrideKind.CLOSE)
    yield from PAGES
    keep(service, OverrideKind.OPEN)
    page.goto(f"{site}/{language}/palvelu/ikaantyneet/")
    page.wait_for_selector(".nl-status-open", timeout=15_000)
    yield from OF_THE_HOUR


def open_context(chromium: Browser, **choices: object) -> BrowserContext:
    """A fresh visitor."""
    return chromium.new_context(reduced_motion="reduce", **choices)  # type: ignore[arg-type]


def listen(page: Page) -> list[str]:
    """What the browser complains of, but for the pages that are missing on purpose."""
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    return heard


BROKEN_WORDS = """() => {
  const found = new Set();
  for (const part of document.querySelectorAll("h1, h2, h3, .nl-card-name a")) {
    if (!part.checkVisibility() || part.closest(".nl-hidden")) continue;
    const texts = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) for (const word of texts.currentNode.data.matchAll(/[\\p{L}\\p{N}]+/gu)) {
      const range = document.createRange();
      range.setStart(texts.currentNode, word.index);
      range.setEnd(texts.currentNode, word.index + word[0].length);
      if (new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size > 1) found.add(word[0]);
    }
  }
  return [...found];
}"""


TOO_WIDE = """() => [...document.querySelectorAll("body *")]
  .filter((part) => part.checkVisibility() && !part.closest(".nl-hidden") && part.getBoundingClientRect().right > innerWidth + 1)
  .map((part) => `${part.tagName}.${part.className}: ${part.textContent.trim().slice(0, 40)}`)"""


@pytest.mark.parametrize("kind", [OverrideKind.OPEN, OverrideKind.CLOSE])
@pytest.mark.parametrize("language", ["fi", "sv"])
def test_long_compounds_have_room_or_a_hyphen_on_a_phone(
    chromium: Browser, site: str, service: Service, language: str, kind: OverrideKind
) -> None:
    keep(service, kind)
    Service.objects.filter(pk=service.pk).update(name_fi="Asiakasohjauksen chat", name_sv="Klienthandledningens chatt")
    context = open_context(chromium, viewport={"width": 360, "height": 740})
    page = context.new_page()
    faults = []
    for path in ("", "palvelu/ikaantyneet/", "palvelu/ikaantyneet/chat/"):
        page.goto(f"{site}/{language}/{path}")
        assert page.evaluate("document.documentElement.lang") == language
        for part, wanted in (("h1", "auto"), ("p", "auto"), (".nl-brand", "manual")):
            assert page.locator(f"main {part}, header {part}").first.evaluate("e => getComputedStyle(e).hyphens") == wanted
        faults += [f"{path}: {word}" for word in page.evaluate(BROKEN_WORDS)]
        assert page.locator(".nl-languages li").nth(1).evaluate("e => getComputedStyle(e, '::before').content") == "none"
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        if page.evaluate("document.documentElement.scrollWidth") > 360:
            faults.append(f"{path}: wider than the screen in twice as large text: {page.evaluate(TOO_WIDE)}")
    assert faults == []
    context.close()


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_every_page_is_clean_in_axe_and_fits(chromium: Browser, site: str, service: Service, language: str) -> None:
    context = open_context(chromium)
    page = context.new_page()
    heard = listen(page)
    faults = []
    for path in pages_of(page, site, service, language):
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(f"{site}/{language}/{path}")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.evaluate(SETTLED)
            report = examine(page, only_colours=scheme == "dark")
            faults += [
                f"{path} {scheme}: {fault['id']} {fault['nodes'][0]['html'][:160]}" for fault in report.response["violations"]
            ]
        for width in (360, 320):
            page.set_viewport_size({"width": width, "height": 800})
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                faults.append(f"{path}: {wide} px wide at {width}")
    context.close()
    assert faults == []
    assert [words for words in heard if "404" not in words] == []


def test_large_text_fits_a_narrow_window_and_targets_are_generous(chromium: Browser, site: str, service: Service) -> None:
    """Links of the header, buttons and fields are at least 44 px high (running text is excepted)."""
    context = open_context(chromium, viewport={"width": 360, "height": 800})
    page = context.new_page()
    for path in pages_of(page, site, service):
        page.goto(f"{site}/fi/{path}{'&' if '?' in path else '?'}teksti=iso")
        assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "24px"
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
    for path in ("", "haku/?q=neuvola", "palvelu/ikaantyneet/"):
        page.goto(f"{site}/fi/{path}{'&' if '?' in path else '?'}teksti=normaali")
        small = page.eval_on_selector_all(
            ".btn, input, .nl-languages a, .nl-text-size, .nl-brand, .nl-crumbs a, .nl-footer-links a, .nl-switches a",
            "all => all.filter(one => one.getBoundingClientRect().height < 43.5).map(one => one.outerHTML.slice(0, 100))",
        )
        assert small == [], path
    context.close()


def test_the_keyboard_skips_to_the_content_and_every_stop_is_seen(chromium: Browser, site: str) -> None:
    context = open_context(chromium)
    page = context.new_page()
    page.goto(f"{site}/fi/")
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    assert skip.inner_text() == "Siirry sisältöön"
    assert skip.bounding_box() is not None
    box = skip.bounding_box()
    assert box is not None
    assert box["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "q", "the search box is the first stop of the content"
    page.keyboard.type("vauva")
    page.keyboard.press("Enter")
    page.wait_for_url("**/fi/haku/?q=vauva")
    page.goto(f"{site}/fi/palvelu/ikaantyneet/")
    unseen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        mark = page.evaluate(
            """() => { const one = document.activeElement; if (one === document.body) return null;
            const look = getComputedStyle(one); return [one.outerHTML.slice(0, 80), look.outlineStyle, look.outlineWidth]; }"""
        )
        if mark is None:
            break
        if mark[1] == "none" or mark[2] == "0px":
            unseen.append(mark[0])
    context.close()
    assert unseen == []


def test_without_javascript_the_whole_way_works(chromium: Browser, site: str) -> None:
    context = open_context(chromium, java_script_enabled=False, locale="sv-FI")
    page = context.new_page()
    page.goto(f"{site}/")
    assert page.url == f"{site}/sv/"
    page.get_by_label("Vad behöver du hjälp med?").fill("äldre")
    page.get_by_role("button", name="Sök").click()
    page.get_by_role("link", name="Chatt för äldreservice").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Chatt för äldreservice"
    page.get_by_role("link", name="Suomi").click()
    assert page.url == f"{site}/fi/palvelu/ikaantyneet/"
    context.close()


def test_open_pages_follow_what_opens_and_closes_without_a_word_to_a_screen_reader(
    chromium: Browser, site: str, portal: County, service: Service
) -> None:
    context = open_context(chromium)
    front, page = context.new_page(), context.new_page()
    heard = [listen(front), listen(page)]
    queue = service.queues.get()
    by_hand = {"county": portal, "queue": queue, "reason_fi": "Koulutus", "starts_at": timezone.now() - timedelta(minutes=1)}
    Override.objects.create(kind=OverrideKind.CLOSE, **by_hand)
    front.goto(f"{site}/fi/")
    page.goto(f"{site}/fi/palvelu/ikaantyneet/")
    card = front.locator('[data-now="ikaantyneet"] .nl-status')
    start = page.locator(".nl-start-button a")
    expect(card).not_to_have_class(re.compile("nl-status-open"))
    expect(start).to_have_text("Mitä voin tehdä nyt?")
    notice = page.locator(".nl-notice").element_handle()
    start.focus()
    Override.objects.all().delete()
    Override.objects.create(kind=OverrideKind.OPEN, **by_hand)
    for shown in (front, page):
        shown.bring_to_front()
        shown.wait_for_selector(".nl-status-open", timeout=15_000)
    expect(start).to_have_text("Aloita chat")
    expect(start).to_be_focused()
    expect(front.locator(".nl-services-count")).to_contain_text("avoinna")
    assert notice is not None
    assert notice.is_visible(), "what is announced is not put there again"
    quiet = (
        "() => document.querySelectorAll('[aria-live] [data-now], [role=status] [data-now], [role=alert] [data-now]').length === 0"
    )
    for shown in (front, page):
        assert shown.evaluate(quiet)
    Override.objects.all().update(kind=OverrideKind.CLOSE)
    expect(start).to_have_text("Mitä voin tehdä nyt?", timeout=15_000)
    context.close()
    assert heard == [[], []]
