"""Beside a link on a foreign page stands whether the chat is open, if the county has listed that site; the link works always."""

from __future__ import annotations

import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect

from accounts.models import User
from chat.operations import end_disruption, start_disruption
from services.models import County, Service
from tests.conftest import acting
from tests.serve.portal import Serve

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STATES = {"fi": "Avoinna nyt, ympäri vuorokauden", "sv": "Öppet nu, dygnet runt", "en": "Open now, around the clock"}


@pytest.fixture
def site(serve: Serve) -> Iterator[str]:
    """Another site of the county, with a strict policy of its own: at a host name that is not the portal's."""
    portal = serve.url
    links = "".join(f'<p><a href="{portal}/{code}/p/" data-neuvoluukku="ikaantyneet">{code}</a></p>' for code in STATES)
    body = f'<!doctype html><html lang="fi"><title>Alue</title>{links}<script src="{portal}/upota.js" async></script></html>'

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", f"default-src 'none'; script-src {portal}; connect-src {portal}")
            self.end_headers()
            self.wfile.write(body.replace("/p/", "/palvelu/ikaantyneet/?channel=web").encode())

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()
    server.server_close()


NOTICE = {"fi": "Chat katkeilee juuri nyt.", "sv": "Chatten bryts just nu.", "en": "The chat breaks off just now."}


def test_on_a_listed_site_and_on_another(site: str, chromium: Browser, serve: Serve) -> None:
    with chromium.new_context() as context:
        page = context.new_page()
        with page.expect_event("requestfailed", lambda request: request.url.endswith("/en/upota/ikaantyneet.json")):
            page.goto(site)  # refused by the portal: the browser gives the page nothing of the answer
        for words in STATES.values():
            expect(page.get_by_text(words)).to_have_count(0)
        County.objects.update(embed_hosts=["localhost"])
        for _ in range(10):  # the portal knows the county for a few seconds
            page.wait_for_timeout(1500)
            page.reload()
            page.wait_for_load_state("networkidle")
            if page.get_by_text(STATES["en"]).count():
                break
        for words in STATES.values():
            expect(page.get_by_text(words)).to_be_visible()
        assert context.cookies() == []
        page.get_by_role("link", name="sv").click()
        expect(page.get_by_role("heading", name="Chatt för äldreservice", level=1)).to_be_visible()


def test_an_open_page_tells_of_a_disruption_within_ten_seconds(
    site: str, chromium: Browser, serve: Serve, county: County, service: Service, supervisor: User
) -> None:
    """S001-31, on a foreign page that is open already; when it is over, the notice goes as soon."""
    County.objects.update(embed_hosts=["localhost"])
    with chromium.new_context() as context:
        page = context.new_page()
        page.goto(site)
        expect(page.get_by_text(STATES["sv"])).to_be_visible(timeout=75_000)  # a site listed just now is asked again in a minute
        time.sleep(3)  # nothing that is remembered for two seconds helps
        notice = start_disruption(
            by=acting(supervisor), county=county, service=service, text=NOTICE, now=timezone.now(), stops_intake=True
        )
        began = time.monotonic()
        for words in NOTICE.values():
            expect(page.get_by_role("status").get_by_text(words)).to_be_visible(timeout=15_000)
        assert time.monotonic() - began <= 10
        expect(page.get_by_text(STATES["fi"])).to_have_count(0)
        end_disruption(by=acting(supervisor), disruption=notice, now=timezone.now())
        began = time.monotonic()
        for words in NOTICE.values():
            expect(page.get_by_text(words)).to_have_count(0, timeout=15_000)
        assert time.monotonic() - began <= 10
