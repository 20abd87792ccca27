"""The nightly check of links: only domains that the county allows, never an address inside somebody's network."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from urllib.parse import urljoin, urlsplit

from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor, System
from services.models import County, Link

TIMEOUT = 10.0
MOST_REDIRECTS = 5
AGENT = "Neuvoluukku link check"
MOVED = {301, 302, 303, 307, 308}
# Some servers refuse HEAD, or answer it in their own way: then the page itself is asked for.
ASK_AGAIN = {400, 403, 404, 405, 501, 503}

AddressPolicy = Callable[[str], bool]
"""May the check connect to this address?"""


class CheckResult(StrEnum):
    """What became of the check of one address; `http_NNN` stands for any other answer."""

    OK = "ok"
    DOMAIN = "domain_not_allowed"
    PRIVATE = "private_address"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    CERTIFICATE = "certificate"
    REDIRECTS = "too_many_redirects"
    BROKEN = "broken_answer"


RESULT_LABELS = {
    CheckResult.OK: _("works"),
    CheckResult.DOMAIN: _("leads to a domain that the county does not allow"),
    CheckResult.PRIVATE: _("leads into an internal network"),
    CheckResult.UNREACHABLE: _("the server does not answer"),
    CheckResult.TIMEOUT: _("the server is too slow"),
    CheckResult.CERTIFICATE: _("the server's certificate is not valid"),
    CheckResult.REDIRECTS: _("leads round and round"),
    CheckResult.BROKEN: _("the server's answer makes no sense"),
}


class RefusedError(Exception):
    """The address was not asked, or gave no answer that helps."""

    def __init__(self, result: CheckResult) -> None:
        super().__init__(result)
        self.result = result


def is_public(address: str) -> bool:
    """An address of the open internet: nothing private, local, reserved or of the machine itself."""
    parsed = ipaddress.ip_address(address)
    mapped = getattr(parsed, "ipv4_mapped", None)
    return (mapped or parsed).is_global and not parsed.is_multicast


def check_links(*, by: Actor, now: datetime, policy: AddressPolicy = is_public, timeout: float = TIMEOUT) -> int:
    """Each link of the active counties is tried once a night; gives how many did not work.

    Nothing is asked inside a transaction. A result is not an edit: the row keeps its version.
    """
    if not isinstance(by, System):
        raise PermissionDenied
    broken = 0
    for link in Link.objects.filter(county__is_active=True).select_related("county").order_by("pk"):
        urls = sorted({url for language in ("fi", "sv", "en") if (url := getattr(link, f"url_{language}") or "")})
        results = [check_address(url, county=link.county, policy=policy, timeout=timeout) for url in urls]
        result = next((each for each in results if each != CheckResult.OK), str(CheckResult.OK))
        failed = result != CheckResult.OK
        broken += failed
        Link.objects.filter(pk=link.pk).update(checked_at=now, check_result=result, fails=F("fails") + 1 if failed else 0)
    return broken


def check_address(url: str, *, county: County, policy: AddressPolicy = is_public, timeout: float = TIMEOUT) -> str:
    """Ask one address as a browser would, following its redirects; each step must be allowed."""
    try:
        for _step in range(MOST_REDIRECTS + 1):
            if not county.allows(url):
                return CheckResult.DOMAIN
            status, location = _ask(url, "HEAD", policy, timeout)
            if status in ASK_AGAIN:
                status, location = _ask(url, "GET", policy, timeout)
            if status in MOVED and location:
                url = urljoin(url, location)
                continue
            return CheckResult.OK if status < 400 else f"http_{status}"
        return CheckResult.REDIRECTS
    except RefusedError as refused:
        return refused.result
    except TimeoutError:
        return CheckResult.TIMEOUT
    except ssl.SSLError:
        return CheckResult.CERTIFICATE
    except OSError:
        return CheckResult.UNREACHABLE
    except (http.client.HTTPException, ValueError):
        return CheckResult.BROKEN


def _ask(url: str, method: str, policy: AddressPolicy, timeout: float) -> tuple[int, str]:
    parts = urlsplit(url)
    host = (parts.hostname or "").encode("idna").decode("ascii")
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    # The name is resolved once, and the connection goes to that very address: a second answer can't lead inside.
    address = _allowed_address(host, port, policy)
    connection = http.client.HTTPConnection(host, port, timeout=timeout)
    connection.sock = socket.create_connection((address, port), timeout=timeout)
    try:
        if secure:
            connection.sock = ssl.create_default_context().wrap_socket(connection.sock, server_hostname=host)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, _quoted(target), headers={"User-Agent": AGENT, "Accept": "*/*", "Connection": "close"})
        answer = connection.getresponse()
        return answer.status, answer.headers.get("Location", "")
    finally:
        connection.close()


def _quoted(target: str) -> str:
    return "".join(ch if 32 < ord(ch) < 127 else "".join(f"%{byte:02X}" for byte in ch.encode()) for ch in target)


def _allowed_address(host: str, port: int, policy: AddressPolicy) -> str:
    found = [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not found or not all(policy(address.partition("%")[0]) for address in found):
        raise RefusedError(CheckResult.PRIVATE)
    return found[0]


def result_label(result: str) -> str:
    """A stored result in the person's language."""
    if result.startswith("http_"):
        return _("the server answers %(status)s") % {"status": result.removeprefix("http_")}
    return str(RESULT_LABELS[CheckResult(result)]) if result else ""
