"""Appointments of identified residents (S002-37, S004-21)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.actors import Resident, System
from accounts.models import AuditEntry, User
from chat.choices import AppointmentKind
from chat.models import Appointment, Conversation, Event
from chat.operations import (
    book_appointment,
    cancel_appointment,
    claim_conversation,
    end_conversation,
    erase_expired,
    start_conversation,
)
from chat.views.console_panel import likely_outcome
from services.models import Queue, Service, Topic
from tests.conftest import acting

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 12, 3, 10, 0, tzinfo=UTC)
AT = datetime(2026, 12, 9, 8, 30, tzinfo=UTC)
LINK = "https://video.esimerkki.invalid/huone/abc"


@pytest.fixture
def talk(service: Service, queue: Queue, responder: User, resident: Resident) -> Conversation:
    """A chat that the responder has with a resident who has identified herself."""
    row = start_conversation(by=resident, service=service, token=uuid4(), body="Hei", now=NOW)
    claim_conversation(by=acting(responder), conversation=row.public_id, now=NOW)
    Conversation.objects.filter(pk=row.pk).update(identified_at=NOW, person="a" * 64)
    row.refresh_from_db()
    return row


def book(row: Conversation, by: User, **given: object) -> Appointment:
    """An appointment as the form sends it."""
    facts = {"kind": AppointmentKind.VISIT, "unit": "Kokeilukosken terveysasema", "at": AT, "token": uuid4(), "now": NOW, **given}
    return book_appointment(by=acting(by), conversation=row.public_id, **facts)  # type: ignore[arg-type]


def test_the_resident_is_told_unit_time_and_kind(talk: Conversation, responder: User) -> None:
    token = uuid4()
    assert book(talk, responder, token=token).pk == book(talk, responder, token=token).pk
    words = Event.objects.filter(conversation=talk, kind="message").order_by("seq").last()
    assert words is not None
    assert "Kokeilukosken terveysasema, keskiviikko 9.12.2026 klo 10.30" in words.body
    assert AuditEntry.objects.filter(object_type="chat.appointment", object_id=str(talk.public_id)).count() == 1
    assert likely_outcome(talk) == "R3"


def test_not_for_one_who_is_not_identified(talk: Conversation, responder: User) -> None:
    Conversation.objects.update(identified_at=None, person="")
    with pytest.raises(ValidationError) as refused:
        book(talk, responder)
    assert refused.value.code == "not_identified"
    assert not Appointment.objects.exists()


def test_a_link_is_of_a_remote_one_and_safe(talk: Conversation, responder: User) -> None:
    for kind, link in (("visit", LINK), ("remote", "http://video.invalid/a"), ("remote", "https://a:b@video.invalid/")):
        with pytest.raises(ValidationError):
            book(talk, responder, kind=kind, link=link)
    made = book(talk, responder, kind="remote", link=LINK)
    last = Event.objects.filter(conversation=talk, kind="message").order_by("seq").last()
    assert last is not None
    assert made.link in last.body
    assert AuditEntry.objects.get(object_type="chat.appointment").purpose == "remote:link"


@pytest.mark.parametrize("given", [{"at": NOW}, {"at": NOW + timedelta(days=800)}, {"unit": "  "}, {"kind": "dance"}])
def test_what_cannot_be_is_refused(talk: Conversation, responder: User, given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        book(talk, responder, **given)


def test_only_by_whoever_has_the_conversation(
    talk: Conversation, responder: User, colleague: User, outsider: User, resident: Resident
) -> None:
    with pytest.raises(ValidationError):
        book(talk, colleague)
    with pytest.raises(Conversation.DoesNotExist):
        book(talk, outsider)
    with pytest.raises(PermissionDenied):
        book_appointment(by=resident, conversation=talk.public_id, kind="visit", unit="Asema", at=AT, token=uuid4(), now=NOW)


def test_taken_back_and_erased_with_the_words(talk: Conversation, responder: User) -> None:
    made = book(talk, responder)
    for _ in "ab":
        cancel_appointment(by=acting(responder), conversation=talk.public_id, appointment=made.public_id, now=NOW)
    assert Event.objects.filter(conversation=talk, kind="message", body__contains="peruttu").count() == 1
    assert likely_outcome(talk) == ""
    topic = Topic.objects.filter(service=talk.service).first()
    end_conversation(by=acting(responder), conversation=talk.public_id, outcome="R1", topic=topic.key if topic else None, now=NOW)
    erase_expired(by=System(), now=NOW + timedelta(days=800))
    assert Appointment.objects.get().unit == ""
