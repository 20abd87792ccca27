"""The text for the client record, a person's earlier conversations, and a responder's own day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actors import Resident
from accounts.models import AuditEntry, User
from chat.models import Conversation, Participant
from chat.operations import (
    claim_conversation,
    earlier_conversations,
    end_conversation,
    export_record,
    leave_conversation,
    post_message,
    start_conversation,
)
from chat.record_text import Facts, Said, record_text, without_codes
from chat.views.console_contexts import record_of
from chat.workday import workday
from services.models import Queue, Service
from tests.conftest import acting

pytestmark = pytest.mark.django_db
JSON = {"accept": "application/json"}
Make = Callable[..., Conversation]
SignedIn = Callable[..., Client]
CODE = "131052-308T"


@pytest.fixture
def active(conversation_of: Make, resident: Resident, responder: User) -> Conversation:
    return conversation_of(resident, responder, body=f"Tunnukseni on {CODE}.")


def path(conversation: Conversation, act: str = "") -> str:
    return f"/fi/vastaaja/{conversation.public_id}/{act + '/' if act else ''}"


# --- the record ---


def facts(**given: object) -> Facts:
    known = {
        "date": "2.3.2026", "began": "9.05", "ended": "9.20", "service": "Neuvola", "contactor": "", "topic": "Uni",
        "outcome": "Hoidettu chatissa", "reason": "", "guided_to": "", "responder": "Maija", **given,
    }  # fmt: skip
    return Facts(**known)  # type: ignore[arg-type]


def test_the_text_has_what_is_known_and_no_more() -> None:
    assert record_text(facts()).splitlines() == [
        "Yhteydenotto chatissa 2.3.2026 klo 9.05–9.20",
        "Palvelu: Neuvola",
        "Aihe: Uni",
        "Lopputulos: Hoidettu chatissa",
        "Mitä sovittiin: ",
        "Vastaaja: Maija",
    ]


@pytest.mark.parametrize("code", [CODE, "131052 – 308T", "010203A123b", "010203+1234", "131052-308 T"])
def test_an_identity_code_is_never_in_it(code: str) -> None:
    text = record_text(facts(log=[Said("9.06", "Asukas", f"Olen {code}, hei")]))
    assert "[henkilötunnus poistettu], hei" in text
    assert code not in text


@pytest.mark.parametrize("words", ["Numero 0401234567", "1310523-08T", "klo 12.30", "laskutettu 131052-3080000"])
def test_other_numbers_stay(words: str) -> None:
    assert without_codes(words) == words


def test_each_taking_is_audited_first(active: Conversation, responder: User, signed_in: SignedIn) -> None:
    client = signed_in(responder)
    told = client.post(path(active, "kirjaus"), headers=JSON).json()
    assert "Palvelu: Ikääntyneiden palvelujen chat" in told["text"]
    assert "Tunnukseni" not in told["text"]
    whole = client.post(path(active, "kirjaus"), {"whole": "1"}, headers=JSON).json()["text"]
    assert "Tunnukseni on [henkilötunnus poistettu]." in whole
    rows = AuditEntry.objects.filter(action="export", object_id=str(active.public_id)).order_by("pk")
    assert [row.purpose for row in rows] == ["client record", "client record with the log"]
    assert all(CODE not in str(row.after) for row in rows)


def test_without_a_script_the_text_stands_in_a_field(active: Conversation, responder: User, signed_in: SignedIn) -> None:
    page = signed_in(responder).post(path(active, "kirjaus"), {"whole": "1"}).content.decode()
    assert 'data-slot="record-text"' in page
    assert '<template data-slot="record-template">' not in page
    assert "Tunnukseni on [henkilötunnus poistettu]." in page


def test_notes_and_whispers_are_not_in_the_record(active: Conversation, responder: User) -> None:
    post_message(
        by=acting(responder),
        conversation=active.public_id,
        client_id=uuid4(),
        body="Vain meille",
        audience="staff",
        now=timezone.now(),
    )
    post_message(by=acting(responder), conversation=active.public_id, client_id=uuid4(), body="Hei!", now=timezone.now())
    text = record_of(export_record(by=acting(responder), conversation=active.public_id, whole=True), whole=True)
    assert "Hei!" in text
    assert "Vain meille" not in text


@pytest.mark.parametrize("name", ["outsider", "second_responder", "former", "main_user", "reader"])
@pytest.mark.parametrize("act", ["kirjaus", "merkinta", "kuiskaa", "neuvo"])
def test_the_doors_are_closed_to_others(
    name: str, act: str, active: Conversation, request: pytest.FixtureRequest, signed_in: SignedIn
) -> None:
    client = signed_in(request.getfixturevalue(name))
    before = AuditEntry.objects.filter(action="export").count()
    answer = client.post(path(active, act), {"flag": "abusive", "wanted": "1"}, headers=JSON)
    assert answer.status_code == (404 if name == "second_responder" else 403)
    assert "Tunnukseni" not in answer.content.decode()
    assert AuditEntry.objects.filter(action="export").count() == before
    active.refresh_from_db()
    assert (active.flag, active.help_wanted_at) == ("", None)
    assert client.get(path(active, act)).status_code in (403, 405)


@pytest.mark.parametrize("act", ["kirjaus", "merkinta", "kuiskaa", "neuvo"])
def test_who_has_not_signed_in_is_told(act: str, active: Conversation) -> None:
    assert Client().post(path(active, act), headers=JSON).status_code == 401


def test_a_resident_takes_no_record(active: Conversation, resident: Resident) -> None:
    with pytest.raises(Conversation.DoesNotExist):
        export_record(by=resident, conversation=active.public_id)


# --- earlier conversations ---


@pytest.fixture
def of_one_person(
    active: Conversation, service: Service, second_service: Service, second_queue: Queue, responder: User, second_responder: User
) -> tuple[Conversation, Conversation, Conversation]:
    """The open one, an earlier one of the same service, and one of a service that the responder does not serve."""
    now = timezone.now() - timedelta(days=3)
    earlier = start_conversation(by=Resident(uuid4()), service=service, token=uuid4(), now=now, body="Aiempi asia")
    elsewhere = start_conversation(by=Resident(uuid4()), service=second_service, token=uuid4(), now=now, body="Muualla")
    Conversation.objects.filter(pk__in=[active.pk, earlier.pk, elsewhere.pk]).update(person="x" * 64)
    claim_conversation(by=acting(responder), conversation=earlier.public_id, now=now)
    end_conversation(by=acting(responder), conversation=earlier.public_id, outcome="R2", topic="neuvonta", now=now)
    active.refresh_from_db()
    return active, earlier, elsewhere


def test_earlier_ones_within_her_grants_and_nothing_of_the_rest(
    of_one_person: tuple[Conversation, ...], responder: User, second_responder: User, signed_in: SignedIn
) -> None:
    row, earlier, elsewhere = of_one_person
    page = signed_in(responder).get(path(row)).content.decode()
    assert "Saman henkilön aiemmat keskustelut" in page
    assert f"{path(earlier)}?syy=aiemmat" in page
    assert "Ohjattu itsehoitoon" in page
    assert str(elsewhere.public_id) not in page
    found = earlier_conversations(by=acting(responder), conversation=row.public_id, now=timezone.now())
    assert found == [earlier]
    with pytest.raises(Conversation.DoesNotExist):
        earlier_conversations(by=acting(second_responder), conversation=row.public_id, now=timezone.now())


def test_the_list_and_each_opening_are_audited(
    of_one_person: tuple[Conversation, ...], responder: User, signed_in: SignedIn
) -> None:
    row, earlier, _ = of_one_person
    client = signed_in(responder)
    for _ in range(2):
        client.get(path(row, "osa/earlier"))
    listed = AuditEntry.objects.filter(action="search", object_id=str(row.public_id))
    assert [(entry.purpose, entry.count) for entry in listed] == [("earlier", 1)]
    client.get(f"{path(earlier)}?syy=aiemmat")
    opened = AuditEntry.objects.get(action="read", object_id=str(earlier.public_id))
    assert opened.purpose == "earlier"


def test_who_is_not_identified_has_none(active: Conversation, service: Service, responder: User, signed_in: SignedIn) -> None:
    start_conversation(by=Resident(uuid4()), service=service, token=uuid4(), now=timezone.now())
    assert "Saman henkilön aiemmat" not in signed_in(responder).get(path(active)).content.decode()
    assert not AuditEntry.objects.filter(action="search").exists()


def test_a_resident_has_no_list(of_one_person: tuple[Conversation, ...], resident: Resident) -> None:
    assert earlier_conversations(by=resident, conversation=of_one_person[0].public_id, now=timezone.now()) == []


# --- her own day ---


def test_the_day_counts_her_own_work(
    conversation_of: Make, resident: Resident, stranger: Resident, relative: Resident, responder: User, colleague: User
) -> None:
    noon = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
    rows = []
    for number, person in enumerate((resident, stranger)):
        row = conversation_of(person, now=noon)
        claim_conversation(by=acting(responder), conversation=row.public_id, now=noon + timedelta(seconds=60 + 120 * number))
        post_message(
            by=acting(responder), conversation=row.public_id, client_id=uuid4(), body="Hei", now=noon + timedelta(minutes=4)
        )
        rows.append(row)
    by, ends = acting(responder), noon + timedelta(minutes=11)
    end_conversation(by=by, conversation=rows[0].public_id, outcome="R1", topic="neuvonta", now=ends)
    leave_conversation(by=stranger, conversation=rows[1].public_id, now=ends)
    conversation_of(relative, colleague, now=noon)
    day = workday(responder.pk, now=noon + timedelta(hours=1))
    assert (day.taken, day.ended, day.coded, day.messages) == (2, 2, 1, 2)
    assert [row.pk for row in day.uncoded] == [rows[1].pk]
    assert day.wait_seconds == 120  # 60 and 180
    assert day.handling_seconds == 540  # 600 and 480
    assert workday(colleague.pk, now=noon).taken == 1
    assert workday(responder.pk, now=noon + timedelta(days=1)).taken == 0


def test_tests_are_not_work(conversation_of: Make, resident: Resident, responder: User) -> None:
    row = conversation_of(resident, responder)
    Conversation.objects.filter(pk=row.pk).update(is_test=True)
    assert workday(responder.pk, now=timezone.now()).taken == 0


def test_the_page_links_what_lacks_its_outcome_and_costs_the_same(
    active: Conversation, resident: Resident, responder: User, service: Service, signed_in: SignedIn
) -> None:
    client = signed_in(responder)
    post_message(by=acting(responder), conversation=active.public_id, client_id=uuid4(), body="Hei", now=timezone.now())
    leave_conversation(by=resident, conversation=active.public_id, now=timezone.now())
    page = client.get("/fi/vastaaja/omat-luvut/").content.decode()
    assert f'href="{path(active)}"' in page
    few = _queries(responder)
    for _ in range(3):
        person = Resident(uuid4())
        row = start_conversation(by=person, service=service, token=uuid4(), now=timezone.now())
        claim_conversation(by=acting(responder), conversation=row.public_id, now=timezone.now())
        post_message(by=acting(responder), conversation=row.public_id, client_id=uuid4(), body="Hei", now=timezone.now())
        leave_conversation(by=person, conversation=row.public_id, now=timezone.now())
    assert _queries(responder) == few == 4
    assert Participant.objects.filter(user=responder).count() == 4


def _queries(responder: User) -> int:
    with CaptureQueriesContext(connection) as captured:
        for row in workday(responder.pk, now=timezone.now()).uncoded:
            assert row.service.name_fi
            assert row.topic is None
    return len(captured)
