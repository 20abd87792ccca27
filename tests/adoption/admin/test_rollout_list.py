"""The list of rollouts in the admin: what it tells, how it is narrowed, what it asks of the database, what is done with many."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import AuditEntry, OutgoingMail, User
from adoption.choices import ItemState
from adoption.models import GateVerdict, Rollout, RolloutItem, VerdictCondition
from adoption.operations import change_card, give_verdict, start_rollout
from services.models import County
from tests.adoption.admin.conftest import shapes, url
from tests.adoption.conftest import NOW, gate_of, item_of
from tests.conftest import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def client(signed_in, coordinator: User) -> Client:
    return signed_in(coordinator)


@pytest.fixture
def second(version, county: County, coordinator: User) -> Rollout:
    card: dict[str, Any] = {"programme": "RRP", "investment": "I4", "tags": ["Etäpalvelut"], "stage": "in_use"}
    return start_rollout(by=acting(coordinator), county=county, name={"fi": "Neuvolan chat"}, now=NOW, **card)


def late(rollout: Rollout, code: str, owner: User | None = None) -> RolloutItem:
    item = item_of(rollout, code)
    RolloutItem.objects.filter(pk=item.pk).update(due_on=timezone.localdate() - timedelta(days=3), owner=owner)
    return item


def listed(client: Client, query: str = "") -> list[str]:
    return [str(row) for row in client.get(url("changelist") + query).context["cl"].result_list]


def test_it_tells_progress_gate_and_what_is_late(client: Client, rollout: Rollout, second: Rollout, manager: User) -> None:
    RolloutItem.objects.filter(rollout=rollout, model_item__code="1.4").update(state=ItemState.DONE, done_at=NOW)
    give_verdict(by=acting(manager), rollout=rollout, gate=gate_of(rollout, "G1"), verdict="go", role="manager", now=NOW)
    late(rollout, "2.1")
    RolloutItem.objects.filter(pk=item_of(rollout, "2.2").pk).update(state=ItemState.BLOCKED, reason="Odotetaan")
    page = client.get(url("changelist"))
    row = page.content.decode().partition("Chat ikääntyneille")[2].partition("Neuvolan chat")[0]
    assert "G2" in row
    assert "1 Selvitys" in row
    assert "1 myöhässä" in row
    assert "1 estynyt" in row
    assert "16,7 %" in row, "one of six in the first phase"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?programme=rrp", ["Neuvolan chat"]),
        ("?investment=I4", ["Neuvolan chat"]),
        ("?tag=et%C3%A4palvelut", ["Neuvolan chat"]),
        ("?stage__exact=in_use", ["Neuvolan chat"]),
        ("?pressing=late", ["Chat ikääntyneille"]),
        ("?pressing=blocked", ["Neuvolan chat"]),
        ("?pressing=waiting", []),
        ("?pressing=conditions", ["Chat ikääntyneille"]),
        ("?q=neuvola", ["Neuvolan chat"]),
        ("?q=RRP", ["Neuvolan chat"]),
        ("?q=ei-ole", []),
    ],
)
def test_it_is_narrowed(client: Client, rollout: Rollout, second: Rollout, manager: User, query: str, found: list[str]) -> None:
    late(rollout, "2.1")
    RolloutItem.objects.filter(pk=item_of(second, "2.2").pk).update(state=ItemState.BLOCKED, reason="Odotetaan")
    verdict = GateVerdict.objects.create(
        rollout=rollout, gate=gate_of(rollout, "G2"), verdict="postponed", by=manager, role="manager"
    )
    VerdictCondition.objects.create(verdict=verdict, text="Koulutus", due_on=timezone.localdate() - timedelta(days=1))
    assert listed(client, query) == found


def test_the_choices_are_of_the_own_rollouts(client: Client, signed_in: Any, outsider: User, second: Rollout) -> None:
    assert "RRP" in client.get(url("changelist")).content.decode()
    assert "RRP" not in signed_in(outsider).get(url("changelist")).content.decode()


def test_two_counties_are_told_apart(client: Client, coordinator: User, rollout: Rollout, other_county: County, grant: Any) -> None:
    from tests.adoption.model import make_version

    make_version(other_county)
    grant(coordinator, "coordinator", county=other_county)
    start_rollout(by=acting(coordinator), county=other_county, name={"fi": "Muualla"}, now=NOW)
    assert listed(client) == ["Chat ikääntyneille", "Muualla"]
    assert listed(client, f"?county__id__exact={other_county.pk}") == ["Muualla"]


def test_more_rollouts_ask_no_more_of_the_database(client: Client, county: County, coordinator: User, rollout: Rollout) -> None:
    def counted() -> Counter[str]:
        client.get(url("changelist"))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url("changelist")).status_code == 200
        return shapes(queries)

    late(rollout, "1.2", coordinator)
    Rollout.objects.filter(pk=rollout.pk).update(programme="RRP")
    one = counted()
    for number in range(4):
        row = start_rollout(by=acting(coordinator), county=county, name={"fi": f"Chat {number}"}, now=NOW, programme="RRP")
        late(row, "1.1", coordinator)
    assert counted() - one == Counter()
    assert one.total() < 45


class TestReminders:
    def test_letters_are_shown_first_and_sent_when_she_says_so(
        self, client: Client, rollout: Rollout, second: Rollout, coordinator: User
    ) -> None:
        items = [late(rollout, "1.1", coordinator), late(second, "1.2", coordinator)]
        late(rollout, "1.3")
        chosen = {"action": "remind", "_selected_action": [str(rollout.pk), str(second.pk)]}
        page = client.post(url("changelist"), chosen)
        assert page.status_code == 200
        assert [letter.owner for letter, _words in page.context["letters"]] == [coordinator]
        assert {item.pk for item in page.context["items"]} == {item.pk for item in items}
        assert not OutgoingMail.objects.exists()
        response = client.post(url("remind"), {"item": [str(item.public_id) for item in items], "send": "yes"}, follow=True)
        assert OutgoingMail.objects.get().to == coordinator.email
        assert "1 muistutus" in " ".join(str(each) for each in response.context["messages"])
        client.post(url("remind"), {"item": [str(item.public_id) for item in items], "send": "yes"})
        assert OutgoingMail.objects.count() == 1

    def test_when_nothing_presses_she_is_told(self, client: Client, rollout: Rollout) -> None:
        response = client.post(url("changelist"), {"action": "remind", "_selected_action": [str(rollout.pk)]}, follow=True)
        assert len(response.context["messages"]) == 1
        assert not OutgoingMail.objects.exists()

    def test_an_auditor_reminds_nobody(self, signed_in: Any, privacy_officer: User, coordinator: User, rollout: Rollout) -> None:
        item = late(rollout, "1.1", coordinator)
        client = signed_in(privacy_officer)
        assert "remind" not in dict(client.get(url("changelist")).context["action_form"].fields["action"].choices)
        assert client.post(url("remind"), {"item": [str(item.public_id)]}).status_code == 403
        assert not OutgoingMail.objects.exists()


def test_the_chosen_ones_go_along_as_a_workbook_and_the_audit_keeps_it(client: Client, rollout: Rollout, second: Rollout) -> None:
    chosen = {"action": "take_along", "_selected_action": [str(second.pk)]}
    response = client.post(url("changelist"), chosen)
    sheet = load_workbook(BytesIO(response.content)).worksheets[0]
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == ["Neuvolan chat"]
    entry = AuditEntry.objects.get(action="export")
    assert (entry.object_type, entry.count, entry.county) == ("adoption.rollout", 1, second.county.code)


def test_the_chosen_ones_are_checked(client: Client, rollout: Rollout, second: Rollout) -> None:
    chosen = {"action": "look_now", "_selected_action": [str(rollout.pk), str(second.pk)]}
    response = client.post(url("changelist"), chosen, follow=True)
    assert "Tarkistettu" in " ".join(str(each) for each in response.context["messages"])


def test_the_name_is_in_the_language_of_the_page(client: Client, rollout: Rollout, coordinator: User) -> None:
    change_card(by=acting(coordinator), rollout=rollout, values={"name_sv": "Chatt för äldre"}, now=NOW)
    assert "Chatt för äldre" in client.get(url("changelist", language="sv")).content.decode()
