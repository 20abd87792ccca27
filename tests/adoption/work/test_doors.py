"""At every door of the work around a rollout the outsider is refused; each of the people comes as far as her part reaches."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from adoption.models import CommunicationAction, DiaryEntry, Meeting, Member, Risk, SystemDependency
from adoption.operations.attachments import attach_file, put_cover
from services.models import Improvement
from tests.accounts.test_files import PDF_FILE, png
from tests.conftest import acting

pytestmark = pytest.mark.django_db
READ = ["meetings", "meeting", "communication", "risks", "diary", "systems", "members", "improvements", "calendar"]
READ += ["attachment", "attachments", "cover_image"]
TEAM = ["meeting_new", "meeting_change", "communication_new", "communication_row", "risks_new", "risks_row"]
TEAM += ["systems_new", "systems_row"]
DRIVER = ["diary_new", "diary_row", "members_new", "members_row", "cover", "improvement"]
POSTED = ["improvement_vote"]


@pytest.fixture
def addresses(rollout, item, coordinator, member):
    """Every door, with a row behind it."""
    today = timezone.localdate()
    by = acting(coordinator)
    risk = Risk.objects.create(rollout=rollout, text="Vastaajia on liian vähän")
    rows = {
        "meeting": Meeting.objects.create(rollout=rollout, title="Työpaja", on=today).public_id,
        "communication_row": CommunicationAction.objects.create(
            rollout=rollout, audience="residents", what="Juttu", medium="Lehti"
        ).public_id,
        "risks_row": risk.public_id,
        "diary_row": DiaryEntry.objects.create(rollout=rollout, text="Muistiinpano").public_id,
        "systems_row": SystemDependency.objects.create(rollout=rollout, system="Järjestelmä").public_id,
        "members_row": Member.objects.get(rollout=rollout).public_id,
        "improvement": Improvement.objects.create(county=rollout.county, service=rollout.service, title="Parempi").public_id,
        "attachments": item.public_id,
        "attachment": attach_file(by=by, item=item, name="x.pdf", content=PDF_FILE, now=timezone.now()).public_id,
    }
    rows |= {"meeting_change": rows["meeting"], "improvement_vote": rows["improvement"]}
    put_cover(by=by, rollout=rollout, alt={"fi": "Kuva", "sv": "Bild"}, name="k.png", content=png(), now=timezone.now())
    return {
        name: reverse(f"adoption:{name}", args=[rollout.public_id, *([rows[name]] if name in rows else [])])
        for name in [*READ, *TEAM, *DRIVER, *POSTED]
    }


def test_the_outsider_is_refused_at_every_door(addresses, signed_in, outsider, former, second_responder, responder) -> None:
    """Another county, an ended right, and responders who are none of the rollout's people."""
    for who in (outsider, former, second_responder, responder):
        for host in ("testserver", "toinen.test"):
            client = signed_in(who, host=host)
            for name, address in addresses.items():
                for response in (client.get(address), client.post(address, {"do": "delete", "title": "x", "text": "x"})):
                    assert response.status_code in {403, 404, 405}, f"{who} {name} {response.status_code}"
    assert Meeting.objects.count() == Risk.objects.count() == DiaryEntry.objects.count() == Improvement.objects.count() == 1


def test_who_has_not_signed_in_is_asked_to(addresses, client) -> None:
    for name, address in addresses.items():
        response = client.post(address) if name in POSTED else client.get(address)
        assert response.status_code == 302, name
        assert "kirjaudu" in response["Location"]


@pytest.mark.parametrize(
    ("who", "reads", "team", "driver"),
    [
        ("coordinator", True, True, True),
        ("main_user", True, True, True),
        ("member", True, True, False),
        ("manager", True, False, False),
        ("supervisor", True, False, False),
        ("reader", True, False, False),
    ],
)
def test_each_comes_as_far_as_her_part_reaches(addresses, signed_in, request, who, reads, team, driver) -> None:
    client = signed_in(request.getfixturevalue(who))
    supervised = {"improvement"} if who == "supervisor" else set()  # a supervisor decides on the ideas of her services
    for names, may in ((READ, reads), (TEAM, team), (DRIVER, driver)):
        for name in names:
            wanted = 200 if may or name in supervised else 403
            assert client.get(addresses[name]).status_code == wanted, f"{who} {name}"


def test_a_row_of_another_rollout_is_not_reached_through_this_one(
    addresses, rollout, other_rollout, signed_in, coordinator
) -> None:
    risk = Risk.objects.create(rollout=other_rollout, text="Vieras")
    meeting = Meeting.objects.create(rollout=other_rollout, title="Vieras", on=timezone.localdate())
    client = signed_in(coordinator)
    for name, row in (("risks_row", risk), ("meeting", meeting), ("meeting_change", meeting)):
        assert client.get(reverse(f"adoption:{name}", args=[rollout.public_id, row.public_id])).status_code == 404
        assert client.post(reverse(f"adoption:{name}", args=[other_rollout.public_id, row.public_id])).status_code in {404, 405}


def test_buttons_are_shown_to_those_who_may_use_them(addresses, signed_in, coordinator, reader) -> None:
    for name in ("meetings", "communication", "risks", "diary", "systems", "members"):
        assert "btn-primary" in signed_in(coordinator).get(addresses[name]).content.decode(), name
        assert "btn-primary" not in signed_in(reader).get(addresses[name]).content.decode(), name


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_every_page_opens_in_each_language(addresses, signed_in, coordinator, language) -> None:
    client = signed_in(coordinator)
    for name in [*READ, *TEAM, *DRIVER]:
        response = client.get(addresses[name].replace("/fi/", f"/{language}/", 1))
        assert response.status_code == 200, name


@pytest.mark.parametrize(
    ("name", "at_most"),
    [("meetings", 22), ("communication", 20), ("risks", 20), ("members", 20), ("improvements", 22), ("attachments", 24)],
)
def test_a_list_asks_as_often_however_long_it_is(
    addresses, rollout, item, signed_in, coordinator, django_assert_max_num_queries, name, at_most
) -> None:
    today, by = timezone.localdate(), acting(coordinator)
    for number in range(12):
        Meeting.objects.create(rollout=rollout, title=f"{number}", on=today).participants.create(user=coordinator, role="manager")
        Risk.objects.create(rollout=rollout, text=f"{number}", owner=coordinator)
        CommunicationAction.objects.create(rollout=rollout, audience="residents", what="x", medium="x", made_by=coordinator)
        Improvement.objects.create(county=rollout.county, service=rollout.service, title=f"{number}", owner=coordinator)
        attach_file(by=by, item=item, name="x.pdf", content=PDF_FILE, now=timezone.now())
    client = signed_in(coordinator)
    client.get(addresses[name])
    with django_assert_max_num_queries(at_most):
        assert client.get(addresses[name]).status_code == 200
