"""Every address asks who is there, unless it is listed here as public."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from django.contrib import admin
from django.contrib.admindocs.views import simplify_regex
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import User
from services.models import County, Service

pytestmark = pytest.mark.django_db

# Addresses for everybody, and why.
PUBLIC = {
    "healthz": "a probe",
    "readyz": "a probe",
    "metrics": "a probe with its own guard (tests/config/test_health.py)",
    "robots": "what search engines may read",
    "favicon": "the portal's mark",
    "brand": "the county's colours",
    "public_status": "open data: what is open now",
    "embed_script": "the script that the county's other sites take (tests/config/test_embed.py)",
    "embed_state": "the same as public_status of one service, to sites that the county has listed",
    "notices": "the notices that every page shows",
    "short_link": "leads to the service page",
    "qr_code": "a picture of the short link",
    "home": "the front page",
    "search": "the front page's search",
    "units": "which unit gives which service",
    "guidance:search": "the search of the guide",
    "guidance:suggest": "the same while typing",
    "service": "a service's page",
    "service_print": "the same, to print",
    "guide": "how to chat, for residents",
    "guide_picture": "pictures of a published guide",
    "public_survey": "a survey of residents; who answers is known by a cookie of that survey only",
    "guidance:paths": "the automatic guide; its state stands in the address (tests/guidance/test_views.py)",
    "guidance:symptom_checks": "links to symptom checks, as the paths have them",
    "guidance:path": "the same",
    "guidance:step": "the same",
    "guidance:answer": "the same",
    "guidance:human": "the same",
    "guidance:chat": "the start form of a chat, from the guide",
    "guidance:feedback": "what residents say of a path; who says it is not known",
    "paths:preview": "the signed token in the address is the proof (tests/guidance/desk/test_page.py)",
    "paths:preview_answer": "the same",
    "paths:preview_human": "the same",
    "paths:preview_end": "the same; it changes nothing",
    "accessibility": "the accessibility statement",
    "privacy": "the privacy notice",
    "calendar_feed": "the signed token in the address is the proof (tests/adoption/work/test_calendar.py)",
    "text_size": "sets a cookie of the visitor's own",
    "javascript-catalog": "texts",
    "account_login": "the sign-in itself",
    "account_logout": "a signed-out person is led away",
    "admin:logout": "a signed-out person is led away",
    "account_inactive": "tells that an account is closed",
    "account_signup": "says that accounts are opened by a main user",
    "account_reset_password": "for who can't sign in",
    "account_reset_password_done": "for who can't sign in",
    "account_reset_password_from_key": "the key in the letter is the proof",
    "account_reset_password_from_key_done": "for who can't sign in",
    "mfa_authenticate": "the second step of signing in; without the first it leads back",
}
# Doors of residents: each asks for the resident's own cookie, and tests/chat shows that a stranger is refused.
RESIDENTS = re.compile(r"^chat:")
SAMPLES = {"uuid": "5f1c8a52-6a43-4f6e-9d2a-0c5a1f0f9b11", "int": "1", "slug": "ikaantyneet", "str": "x", "path": "x"}


@dataclass(frozen=True)
class Door:
    """One address."""

    path: str
    name: str


def doors(resolver: Any = None, before: str = "", space: str = "") -> Iterator[Door]:
    """Every address of the portal, with a sample in the place of each variable part."""
    for pattern in (resolver or get_resolver()).url_patterns:
        written = str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from doors(pattern, before + written, inner)
        elif isinstance(pattern, URLPattern):
            route = before + written
            if "(?P" in route or "^" in route:
                start, _, regex = route.partition("^")
                route = start + simplify_regex(regex).lstrip("/").replace("<", "<str:")
            path = "/" + re.sub(r"<(?:(\w+):)?\w+>", lambda match: SAMPLES.get(match.group(1) or "str", "x"), route)
            yield Door(path, space + (pattern.name or pattern.lookup_str))


def all_doors() -> list[Door]:
    return sorted(set(doors()), key=lambda door: (door.name, door.path))


def of_strangers() -> list[Door]:
    """Doors that must be closed to strangers."""
    return [door for door in all_doors() if door.name not in PUBLIC and not RESIDENTS.match(door.name)]


def refused(response: Any) -> bool:
    """Led to the sign-in, or refused outright; a 404 would not show that anybody was asked."""
    if response.status_code in {301, 302, 303}:
        return urlsplit(response["Location"]).path in {reverse("account_login"), reverse("admin:login")}
    return response.status_code in {401, 403}


def test_the_walk_finds_the_doors() -> None:
    names = {door.name for door in all_doors()}
    assert {"home", "service", "account_login"} <= names
    assert any(name.startswith("admin:") for name in names)
    assert len(of_strangers()) > 20


def test_the_list_of_public_doors_has_nothing_stale() -> None:
    stale = set(PUBLIC) - {door.name for door in all_doors()} - {"healthz", "readyz", "metrics", "javascript-catalog"}
    assert not stale


@pytest.mark.parametrize("door", of_strangers(), ids=lambda door: door.name)
def test_a_stranger_is_not_let_in(client: Client, county: County, service: Service, door: Door) -> None:
    response = client.get(door.path)
    if response.status_code == 405:
        response = client.post(door.path)
    assert refused(response), f"{door.path}: {response.status_code} {response.headers.get('Location', '')}"


@pytest.mark.parametrize("door", of_strangers(), ids=lambda door: door.name)
def test_a_stranger_posts_in_vain(client: Client, county: County, service: Service, door: Door) -> None:
    response = client.post(door.path)
    assert refused(response) or response.status_code == 405, f"{door.path}: {response.status_code}"


def test_a_door_of_residents_refuses_who_has_no_cookie(client: Client, county: County) -> None:
    for door in all_doors():
        if RESIDENTS.match(door.name) and SAMPLES["uuid"] in door.path:
            response = client.get(door.path)
            if response.status_code == 405:
                response = client.post(door.path)
            assert response.status_code in {302, 303, 401, 403, 404}, f"{door.path}: {response.status_code}"


def test_the_admin_is_behind_the_same_door(
    client: Client, signed_in: Any, county: County, responder: User, main_user: User
) -> None:
    admin_home = reverse("admin:index")
    answer = client.get(admin_home, follow=True)
    assert answer.redirect_chain
    assert urlsplit(answer.redirect_chain[-1][0]).path == reverse("account_login")
    assert signed_in(responder).get(admin_home).status_code in {302, 403}
    assert signed_in(main_user).get(admin_home).status_code == 200


def test_no_primary_key_stands_in_an_address_of_residents() -> None:
    numbers = [str(pattern.pattern) for pattern in _patterns() if "<int:" in str(pattern.pattern)]
    own = [number for number in numbers if not number.startswith(("istunnot/", "keys/"))]
    assert not own, own
    assert UUID(SAMPLES["uuid"]).version == 4


def _patterns(resolver: Any = None) -> Iterator[URLPattern]:
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            if pattern.app_name != "admin":
                yield from _patterns(pattern)
        else:
            yield pattern


def test_the_admin_has_no_model_of_libraries() -> None:
    """Groups, sites and sessions are not set by hand: rights are grants."""
    ours = {"accounts", "services", "chat", "handbook", "guidance", "reports", "adoption"}
    assert {model._meta.app_label for model in admin.site._registry} <= ours
