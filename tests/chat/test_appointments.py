"""Appointments of identified residents (S002-37, S004-21)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone

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
from services.operations import change_row
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


SYSTEM = "https://ajat.alue.test/varaa?palvelu=1&takaisin={return}"


@pytest.mark.parametrize(
    ("field", "address", "code"),
    [
        ("booking_address", "http://ajat.alue.test/", "domain_not_allowed"),
        ("booking_address", "https://ajat.muualla.test/", "domain_not_allowed"),
        ("booking_address", "https://alue.test@paha.test/", "domain_not_allowed"),
        ("booking_address", "https://{return}.alue.test/", "domain_not_allowed"),
        ("booking_address", "https://ajat.alue.test/{asukas}", "place_unknown"),
        ("booking_address", "https://ajat.alue.test/{return", "place_unknown"),
        ("room_address", "https://video.alue.test/huone", "place_missing"),
        ("room_address", "https://video.alue.test/{return}", "place_unknown"),
    ],
)
def test_an_address_of_the_countys_own_systems_is_a_safe_one(
    field: str, address: str, code: str, service: Service, main_user: User
) -> None:
    with pytest.raises(ValidationError) as refused:
        change_row(by=acting(main_user), row=service, values={field: address})
    assert [each.code for each in refused.value.error_dict[field]] == [code]


def test_a_room_is_made_by_the_services_own_address(talk: Conversation, responder: User, main_user: User) -> None:
    """S004-21: a new room for each appointment, with a name that nobody guesses; a pasted link goes before it."""
    change_row(by=acting(main_user), row=talk.service, values={"room_address": "https://video.alue.test/h/{room}?alku=1"})
    first, second = (book(talk, responder, kind="remote", at=AT + timedelta(hours=n)) for n in (0, 1))
    rooms = [re.fullmatch(r"https://video\.alue\.test/h/([0-9a-f]{32})\?alku=1", made.link) for made in (first, second)]
    assert all(rooms) and rooms[0][1] != rooms[1][1]  # type: ignore[index]
    words = Event.objects.filter(conversation=talk, kind="message").order_by("seq").last()
    assert words is not None and second.link in words.body
    assert set(AuditEntry.objects.filter(object_type="chat.appointment").values_list("purpose", flat=True)) == {"remote:link"}
    assert book(talk, responder, kind="remote", link=LINK).link == LINK
    assert book(talk, responder, kind="visit").link == ""
    Conversation.objects.update(identified_at=None, person="")
    with pytest.raises(ValidationError):
        book(talk, responder, kind="remote")


class TestBookingSystem:
    """S002-37, the point of integration: the system is opened from the chat and leads back with the time."""

    @pytest.fixture
    def real(self, talk: Conversation, main_user: User) -> Conversation:
        """The conversation of a service that names its booking system."""
        change_row(by=acting(main_user), row=talk.service, values={"booking_address": SYSTEM})
        return talk

    def test_there_and_back(self, real: Conversation, responder: User, signed_in: Callable[..., Client]) -> None:
        client = signed_in(responder)
        console = client.get(f"/fi/vastaaja/{real.public_id}/").content.decode()
        there = urlsplit(unescape(re.search(r'href="(https://ajat\.[^"]+)"', console)[1]))  # type: ignore[index]
        told = parse_qs(there.query)
        assert told["palvelu"] == ["1"] and set(told) == {"palvelu", "takaisin"}, "nothing of the resident goes out"
        back = urlsplit(told["takaisin"][0]).path
        day = timezone.localdate() + timedelta(days=9)
        brought = {"kind": "phone", "unit": "Kokeilukosken <neuvola>", "at": f"{day}T10:30"}
        page = client.get(f"{back}?{urlencode(brought)}").content.decode()
        assert "Kokeilukosken &lt;neuvola&gt;" in page and '<option value="phone" selected>' in page
        assert not Appointment.objects.exists(), "nothing is recorded before she presses the button"
        names = ("token", "unit", "at_0", "at_1", "link")
        sent = {name: unescape(re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)[1]) for name in names}  # type: ignore[index]
        assert (sent["at_0"], sent["at_1"]) == (str(day), "10:30")
        for _press in range(2):
            assert client.post(f"/fi/vastaaja/{real.public_id}/aika/", {**sent, "kind": "phone"}).status_code == 302
        made = Appointment.objects.get()
        assert (made.kind, made.unit, timezone.localtime(made.at).strftime("%H:%M")) == (
            "phone",
            "Kokeilukosken <neuvola>",
            "10:30",
        )
        assert Event.objects.filter(conversation=real, kind="message", body__contains="Kokeilukosken <neuvola>").count() == 1
        again = client.get(f"{back}?{urlencode(brought)}").content.decode()
        assert "on jo kirjattu" in again and "<form" not in again.partition("<main")[2].partition("</main>")[0]

    @pytest.mark.parametrize(
        ("at", "day", "time"),
        [
            ("2026-12-09T08:30:00Z", "2026-12-09", "10:30"),
            ("2026-12-09T10:30+02:00", "2026-12-09", "10:30"),
            ("2026-13-40T99:99", "", ""),
            ("0001-01-01T00:00+14:00", "", ""),
            ("huomenna\0", "", ""),
        ],
    )
    def test_what_it_tells_wrongly_is_left_empty(
        self, at: str, day: str, time: str, real: Conversation, responder: User, signed_in: Callable[..., Client]
    ) -> None:
        query = urlencode({"at": at, "kind": "dance", "unit": "x" * 400})
        page = signed_in(responder).get(f"/fi/vastaaja/{real.public_id}/aika/varattu/?{query}").content.decode()
        assert re.search(rf'name="at_0"[^>]*value="{day}"', page) and re.search(rf'name="at_1"[^>]*value="{time}"', page)
        assert (
            "x" * 121 not in page.partition("<main")[2]
            and "selected" not in page.partition('name="kind"')[2].partition("</select>")[0]
        )

    def test_not_before_she_has_identified_herself(
        self, real: Conversation, responder: User, colleague: User, outsider: User, signed_in: Callable[..., Client]
    ) -> None:
        Conversation.objects.update(identified_at=None, person="")
        client, door = signed_in(responder), f"/fi/vastaaja/{real.public_id}/aika/varattu/"
        page = client.get(door).content.decode()
        assert "tunnistautunut" in page and 'name="unit"' not in page
        assert "ajat.alue.test" not in client.get(f"/fi/vastaaja/{real.public_id}/").content.decode()
        assert signed_in(colleague).get(door).status_code == 404
        assert signed_in(outsider).get(door).status_code in (403, 404)

    def test_a_service_without_one_says_where_the_time_is_booked(
        self, talk: Conversation, responder: User, signed_in: Callable[..., Client]
    ) -> None:
        page = signed_in(responder).get(f"/fi/vastaaja/{talk.public_id}/").content.decode()
        assert "Avaa ajanvarausjärjestelmä" not in page and "Varaa aika ensin" in page
