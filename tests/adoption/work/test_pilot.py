"""Management evaluates a pilot beside its figures: it goes on, is changed or stops (S001-39, S001-40, X3)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from adoption.choices import ItemState, Outcome, PilotVerdict
from adoption.models import Filling, Rollout
from adoption.operations import adopt_items
from adoption.operations.pilots import OUTCOMES, evaluate_pilot
from services.models import County, Queue, Service
from tests.adoption.proving import begin, item_of
from tests.conftest import acting
from tests.reports.d1 import D1, made

pytestmark = pytest.mark.django_db


@pytest.fixture
def pilot(coordinator: User, county: County, service: Service, queue: Queue) -> Rollout:
    """A rollout that is a pilot, with item X3; it began thirty days ago."""
    now = timezone.now()
    days = {
        "is_pilot": True,
        "starts_on": timezone.localdate() - timedelta(days=30),
        "ends_on": timezone.localdate() + timedelta(days=9),
    }
    row = begin(coordinator, county, service, now=now - timedelta(days=31), **days)
    adopt_items(by=acting(coordinator), rollout=row, codes=["X3"], now=now - timedelta(days=30))
    return row


def address(rollout: Rollout) -> str:
    return reverse("adoption:pilot", args=[rollout.public_id])


@pytest.mark.parametrize("verdict", PilotVerdict.values)
def test_each_verdict_is_kept_with_its_grounds_and_fills_the_part(pilot: Rollout, manager: User, verdict: str) -> None:
    today, now = timezone.localdate(), timezone.now()
    row = evaluate_pilot(by=acting(manager), rollout=pilot, verdict=verdict, on=today, text="Asukkaat vastasivat hyvin.", now=now)
    assert (row.outcome, row.text, row.on, row.by, row.counts) == (
        OUTCOMES[verdict],
        "Asukkaat vastasivat hyvin.",
        today,
        manager,
        True,
    )
    assert item_of(pilot, "X3").state == ItemState.IN_PROGRESS


def test_who_is_no_manager_is_told_whose_it_is_and_strangers_are_refused(
    pilot: Rollout, coordinator: User, outsider: User, former: User, second_responder: User
) -> None:

    def decide(user: User) -> None:
        now = timezone.now()
        evaluate_pilot(by=acting(user), rollout=pilot, verdict="go_on", on=timezone.localdate(now), text="Jatkuu", now=now)

    with pytest.raises(ValidationError) as error:
        decide(coordinator)
    assert error.value.code == "role"
    for stranger in (outsider, former, second_responder):
        with pytest.raises(PermissionDenied):
            decide(stranger)
    assert not Filling.objects.exists()


@pytest.mark.parametrize(
    ("fields", "verdict", "code"), [({"is_pilot": False}, "go_on", "no_pilot"), ({}, "maybe", "outcome"), ({}, "", "outcome")]
)
def test_what_is_no_evaluation_is_refused(pilot: Rollout, manager: User, fields, verdict, code) -> None:
    Rollout.objects.update(**fields)
    with pytest.raises(ValidationError) as error:
        evaluate_pilot(
            by=acting(manager),
            rollout=Rollout.objects.get(),
            verdict=verdict,
            on=timezone.localdate(),
            text="Jatkuu",
            now=timezone.now(),
        )
    found = error.value
    assert code in (
        {one.code for each in found.error_dict.values() for one in each} if hasattr(found, "error_dict") else {found.code}
    )


class TestPage:
    def test_the_figures_of_the_pilots_days_stand_beside_the_decision(self, pilot, queue, signed_in, manager) -> None:
        for age in (2, 20, 40):
            row = made(queue, D1["C01"])
            at = timezone.now() - timedelta(days=age)
            type(row).objects.filter(pk=row.pk).update(queued_at=at, accepted_at=at, first_reply_at=at)
        client = signed_in(manager)
        page = client.get(address(pilot))
        figures = {metric: words for metric, _name, words, _figure in page.context["figures"]}
        assert (figures["M01"], figures["M03"], figures["M14"]) == ("2", "100,0\xa0%", "5,0")
        form = {"verdict": "change", "on": timezone.localdate().isoformat(), "text": "Aukioloa pidennetään."}
        done = client.post(address(pilot), form, follow=True).content.decode()
        assert "Jatkuu muutettuna" in done and "Aukioloa pidennetään." in done
        assert Filling.objects.get().outcome == Outcome.APPROVED_WITH_CONDITIONS

    def test_what_was_written_stays_when_it_is_refused(self, pilot, signed_in, manager) -> None:
        tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
        response = signed_in(manager).post(address(pilot), {"verdict": "stop", "on": tomorrow, "text": "Ei riittänyt väkeä"})
        assert response.status_code == 422 and "Ei riittänyt väkeä" in response.content.decode()

    @pytest.mark.parametrize(
        ("who", "sees", "decides"),
        [
            ("manager", True, True),
            ("coordinator", True, False),
            ("reader", True, False),
            ("outsider", False, False),
            ("former", False, False),
            ("responder", False, False),
        ],
    )
    def test_who_sees_and_who_decides(self, request, pilot, signed_in, who, sees, decides) -> None:
        client = signed_in(request.getfixturevalue(who))
        page = client.get(address(pilot))
        assert (page.status_code == 200) == sees
        posted = client.post(address(pilot), {"verdict": "go_on", "on": timezone.localdate().isoformat(), "text": "Jatkuu"})
        assert posted.status_code == (302 if decides else 403 if sees else posted.status_code)
        assert Filling.objects.exists() == decides
        if sees:
            assert ('name="verdict"' in page.content.decode()) == decides

    def test_the_item_can_be_taken_from_the_page(self, coordinator, county, service, signed_in) -> None:
        bare = begin(coordinator, county, service, now=timezone.now() - timedelta(days=1), is_pilot=True)
        page = signed_in(coordinator).get(address(bare)).content.decode()
        assert 'name="codes" value="X3"' in page
        assert 'name="verdict"' not in page

    def test_the_rollouts_page_leads_there_while_it_is_a_pilot(self, pilot, signed_in, coordinator) -> None:
        client, home = signed_in(coordinator), reverse("adoption:rollout", args=[pilot.public_id])
        assert address(pilot) in client.get(home).content.decode()
        Rollout.objects.update(is_pilot=False)
        assert address(pilot) not in client.get(home).content.decode()

    @pytest.mark.parametrize("language", ["fi", "sv", "en"])
    def test_it_opens_in_each_language(self, pilot, signed_in, manager, language) -> None:
        assert signed_in(manager).get(address(pilot).replace("/fi/", f"/{language}/", 1)).status_code == 200
