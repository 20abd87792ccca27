"""The nightly check of links against a real server: what works, what is broken, and where it never goes."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.actors import System
from services import tasks
from services.models import Link
from services.operations import check_links
from services.operations.links import check_address, is_public, result_label
from tests.conftest import acting


class Site(BaseHTTPRequestHandler):
    """Answers by what the path says."""

    asked: list[tuple[str, str]] = []

    def do_HEAD(self) -> None:
        self.asked.append((self.command, self.path))
        first = self.path.strip("/").split("/")[0]
        if first == "hang":
            self.server.stop.wait(3)
            return
        if first == "nonsense":
            self.wfile.write(b"this is no answer\r\n\r\n")
            return
        status = {"ok": 200, "gone": 404, "broken": 500, "around": 302, "away": 301, "inside": 302, "nohead": 405}.get(first, 200)
        if first == "nohead" and self.command == "GET":
            status = 200
        self.send_response(status)
        targets = {"around": "/around", "away": "http://muualla.test/", "inside": f"http://127.0.0.1:{self.server.server_port}/ok"}
        if first in targets:
            self.send_header("Location", targets[first])
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_HEAD  # noqa: N815 (the name that http.server calls)

    def log_message(self, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def site():
    Site.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.daemon_threads = True
    server.stop = threading.Event()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.stop.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def own_county(county):
    county.allowed_domains = ["localhost"]
    county.save()
    return county


def anywhere(address: str) -> bool:
    """The policy of these tests: the server is on this machine."""
    return True


@pytest.mark.parametrize(
    ("path", "result"),
    [
        ("/ok", "ok"),
        ("/ok/välilyönti ja ääkkönen?q=a", "ok"),
        ("/nohead", "ok"),
        ("/gone", "http_404"),
        ("/broken", "http_500"),
        ("/around", "too_many_redirects"),
        ("/away", "domain_not_allowed"),
        ("/inside", "domain_not_allowed"),
        ("/hang", "timeout"),
        ("/nonsense", "broken_answer"),
    ],
)
def test_what_the_check_finds(path, result, site, own_county):
    assert check_address(site + path, county=own_county, policy=anywhere, timeout=1.0) == result
    assert result_label(result)


def test_a_server_that_is_not_there(own_county):
    assert check_address("http://localhost:9/", county=own_county, policy=anywhere, timeout=1.0) == "unreachable"
    assert check_address("https://localhost:9/", county=own_county, policy=anywhere, timeout=1.0) == "unreachable"


def test_a_certificate_that_is_none(site, own_county):
    secure = site.replace("http:", "https:")
    assert check_address(secure, county=own_county, policy=anywhere, timeout=1.0) in ("certificate", "unreachable", "timeout")


def test_an_address_inside_is_never_asked(site, own_county):
    assert check_address(site + "/ok", county=own_county) == "private_address"
    assert Site.asked == []


INNER = (
    "127.0.0.1 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 0.0.0.0 100.64.0.1 224.0.0.1 "
    "::1 fe80::1 fd00::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1"
)


@pytest.mark.parametrize("address", INNER.split())
def test_inner_addresses_are_not_public(address):
    assert not is_public(address)


def test_public_addresses_are():
    assert is_public("193.229.0.40")
    assert is_public("2001:14b8::1")


@pytest.mark.parametrize(
    "url", ["ftp://localhost/", "file:///etc/passwd", "http://[", "http://localhost.muualla.test/", "//localhost/", ""]
)
def test_only_allowed_web_addresses(url, own_county):
    assert not own_county.allows(url)
    assert check_address(url, county=own_county, policy=anywhere) == "domain_not_allowed"


def test_results_are_written_without_touching_the_text(site, own_county, other_county, main_user):
    now = timezone.now()
    good = Link.objects.create(county=own_county, key="hyva", name_fi="Hyvä", url_fi=f"{site}/ok", url_sv=f"{site}/ok")
    bad = Link.objects.create(county=own_county, key="huono", name_fi="Huono", url_fi=f"{site}/ok", url_sv=f"{site}/gone")
    foreign = Link.objects.create(county=own_county, key="vieras", name_fi="Vieras", url_fi="https://muualla.test/")
    for nights in (1, 2):
        assert check_links(by=System("test"), now=now, policy=anywhere, timeout=2.0) == 2
        bad.refresh_from_db()
        assert (bad.check_result, bad.fails, bad.version) == ("http_404", nights, 1)
    foreign.refresh_from_db()
    good.refresh_from_db()
    assert foreign.check_result == "domain_not_allowed"
    assert (good.check_result, good.fails, good.checked_at) == ("ok", 0, now)
    Link.objects.filter(pk=bad.pk).update(url_sv=f"{site}/ok")
    check_links(by=System("test"), now=now, policy=anywhere, timeout=2.0)
    bad.refresh_from_db()
    assert (bad.check_result, bad.fails) == ("ok", 0)
    with pytest.raises(PermissionDenied):
        check_links(by=acting(main_user), now=now)


def test_the_nightly_jobs_call_their_operations(own_county, main_user):
    Link.objects.create(county=own_county, key="vieras", name_fi="Vieras", url_fi="https://muualla.test/")
    assert tasks.check_links() == 1
    assert tasks.remind_of_pilots() == 0
    assert (tasks.check_links.name, tasks.remind_of_pilots.name) == (
        "services.tasks.check_links",
        "services.tasks.remind_of_pilots",
    )
