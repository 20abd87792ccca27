"""A rollout of another county than the page's: the admin shows it, and no link of the page ends at nothing."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from adoption.models import Rollout
from adoption.operations import give_verdict, link_meeting
from adoption.operations.attachments import attach_file
from tests.adoption.admin.conftest import change, url
from tests.adoption.conftest import NOW, gate_of, item_of, meeting_of, part_of
from tests.conftest import acting

pytestmark = pytest.mark.django_db
LINK = re.compile(r'(?:href|action)="([^"#]+)')


@pytest.fixture
def full(rollout: Rollout, coordinator: User, manager: User) -> Rollout:
    """With everything to which a page of the admin links: a meeting, files, a verdict."""
    by = acting(coordinator)
    meeting = meeting_of(rollout, (manager, "manager"), (coordinator, "project_coordinator"))
    link_meeting(by=by, part=part_of(rollout, "1.3", "participants"), meeting=meeting, now=NOW)
    attach_file(by=by, item=item_of(rollout, "2.4"), name="muistio.txt", content=b"Muistio", now=NOW)
    give_verdict(
        by=acting(manager),
        rollout=rollout,
        gate=gate_of(rollout, "G2"),
        verdict="postponed",
        role="manager",
        text="Ei vielä",
        now=NOW,
    )
    return rollout


def pages(rollout: Rollout) -> list[str]:
    codes = ("1.1", "1.3", "2.2", "2.3", "2.4", "2.5", "4.1")
    items = [url("item", rollout.pk, item_of(rollout, code).public_id) for code in codes]
    rest = [url(name, rollout.pk) for name in ("definition", "history", "adopt", "end")]
    return [change(rollout), *items, *rest, url("gate", rollout.pk, "G2"), url("form", rollout.pk, "need_mapping")]


@pytest.mark.parametrize("host", ["testserver", "toinen.test"])
def test_every_link_of_the_admin_leads_somewhere(
    host: str, full: Rollout, coordinator: User, other_county: Any, grant: Any, signed_in: Any
) -> None:
    grant(coordinator, "coordinator", county=other_county)
    client: Client = signed_in(coordinator)
    tried: set[str] = set()
    for page in pages(full):
        answer = client.get(page, headers={"host": host})
        assert answer.status_code == 200, page
        for link in LINK.findall(answer.content.decode()):
            if "kayttoonotto" not in link or link in tried:
                continue
            tried.add(link)
            there, path = re.fullmatch(r"(?:http://([^/]+))?(/.*)", link).groups()
            assert there == (None if host == "testserver" else "testserver"), (page, link)
            answer = client.get(path.replace("&amp;", "&"), headers={"host": there or host})
            assert answer.status_code in (200, 405), (page, link, answer.status_code)
    assert len(tried) > 6


def test_a_county_without_a_host_name_is_not_linked_to(
    full: Rollout, coordinator: User, other_county: Any, grant: Any, signed_in: Any
) -> None:
    grant(coordinator, "coordinator", county=other_county)
    full.county.hosts = []
    full.county.save()
    client: Client = signed_in(coordinator)
    for page in pages(full):
        answer = client.get(page, headers={"host": "toinen.test"})
        links = [link for link in LINK.findall(answer.content.decode()) if str(full.public_id) in link]
        assert links == [], page


def test_the_address_keeps_the_port(full: Rollout, coordinator: User, other_county: Any, grant: Any, signed_in: Any) -> None:
    grant(coordinator, "coordinator", county=other_county)
    page = signed_in(coordinator).get(change(full), headers={"host": "toinen.test:8023"})
    assert f"http://testserver:8023/fi/kayttoonotto/{full.public_id}/" in page.content.decode()
