"""Disruptions: one switch, who wait are told once, responders see what to do, and what came of it is known afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone

from accounts.actors import Resident, System
from accounts.choices import AuditAction, Role
from accounts.models import AuditEntry, User
from chat.aftermath import aftermath_of
from chat.boards import line_boards, line_of
from chat.choices import EventKind
from chat.desk import desk_marks
from chat.models import Conversation, Event, ToldDisruption
from chat.operations import (
    change_disruption,
    claim_conversation,
    end_disruption,
    leave_conversation,
    start_conversation,
    start_disruption,
    tell_disruptions,
)
from services import hosts
from services.models import County, Disruption, DisruptionText, Queue, Service
from services.operations import start_disruption as start_in_the_directory
from tests.conftest import acting, make_grant

Make = Callable[..., Conversation]
SignedIn = Callable[..., Client]
TEXT = {"fi": "Chat katkeilee.", "sv": "Chatten bryts.", "en": "The chat breaks off."}
PORTAL = System("test")
SWITCH = "/fi/vastaaja/hairio/"


def told(row: Conversation) -> list[str]:
    return list(Event.objects.filter(conversation=row, kind=EventKind.NOTICE).order_by("seq").values_list("body", flat=True))


@pytest.mark.django_db
@pytest.mark.postgres
class TestTelling:
    def test_who_waits_is_told_in_her_language_once(
        self, conversation_of: Make, service: Service, county: County, responder: User, supervisor: User
    ) -> None:
        first, second, served = (conversation_of(Resident(uuid4())) for _ in range(3))
        Conversation.objects.filter(pk=second.pk).update(language="sv")
        claim_conversation(by=acting(responder), conversation=served.public_id, now=timezone.now())
        row = start_disruption(by=acting(supervisor), county=county, service=service, text=TEXT, now=timezone.now())
        assert told(first) == ["Häiriö: Chat katkeilee. Paikkasi jonossa säilyy."]
        assert told(second) == ["Störning: Chatten bryts. Du behåller din plats i kön."]
        assert told(served) == []
        assert tell_disruptions(by=PORTAL, now=timezone.now()) == 0
        event = Event.objects.get(conversation=first, kind=EventKind.NOTICE)
        assert event.payload == {"disruption": str(row.public_id), "phase": "started", "version": 1}
        first.refresh_from_db()
        assert first.head_all == event.seq

    def test_a_new_text_and_the_end_are_told_too(
        self, conversation_of: Make, service: Service, county: County, resident: Resident, responder: User, supervisor: User
    ) -> None:
        waiting = conversation_of(resident)
        by, now = acting(supervisor), timezone.now()
        row = start_disruption(by=by, county=county, service=service, text=TEXT, now=now)
        same = {"staff_text": {}, "stops_intake": False, "disruption": row, "by": by}
        row = change_disruption(text=TEXT, ends_at=now + timedelta(hours=1), now=now, **same)  # type: ignore[arg-type]
        assert len(told(waiting)) == 1, "only its end was changed: nothing new to read"
        change_disruption(text={"fi": "Yhä poikki.", "sv": "Ännu av."}, ends_at=None, now=now, **same)  # type: ignore[arg-type]
        end_disruption(by=by, disruption=row, now=now + timedelta(minutes=9))
        assert told(waiting)[1:] == [
            "Häiriö: Yhä poikki. Paikkasi jonossa säilyy.",
            "Häiriö on ohi. Paikkasi jonossa säilyy.",
        ]
        assert list(ToldDisruption.objects.values_list("phase", flat=True)) == ["started", "changed", "ended"]

    def test_one_who_comes_later_is_told_and_the_clock_ends_it(
        self, conversation_of: Make, county: County, responder: User, main_user: User, queue: Queue
    ) -> None:
        now = timezone.now()
        # By the administration's door: the beat tells.
        start_in_the_directory(by=acting(main_user), county=county, text=TEXT, now=now, ends_at=now + timedelta(minutes=10))
        later = conversation_of(Resident(uuid4()))
        assert told(later) == []
        assert tell_disruptions(by=PORTAL, now=now + timedelta(seconds=3)) == 1
        assert tell_disruptions(by=PORTAL, now=now + timedelta(minutes=10)) == 1
        assert told(later)[-1] == "Häiriö on ohi. Paikkasi jonossa säilyy."
        newcomer = conversation_of(Resident(uuid4()))
        assert tell_disruptions(by=PORTAL, now=now + timedelta(minutes=11)) == 0
        assert told(newcomer) == []

    def test_only_its_reach_is_told(
        self, conversation_of: Make, county: County, queue: Queue, second_service: Service, responder: User, main_user: User
    ) -> None:
        here = conversation_of(Resident(uuid4()))
        start_disruption(by=acting(main_user), county=county, service=second_service, text=TEXT, now=timezone.now())
        assert told(here) == []
        start_disruption(by=acting(main_user), county=county, queue=queue, text=TEXT, now=timezone.now())
        assert len(told(here)) == 1

    def test_in_bounded_batches(self, conversation_of: Make, county: County, responder: User, main_user: User) -> None:
        for _ in range(5):
            conversation_of(Resident(uuid4()))
        start_in_the_directory(by=acting(main_user), county=county, text=TEXT, now=timezone.now())
        assert [tell_disruptions(by=PORTAL, now=timezone.now(), limit=2) for _ in range(4)] == [2, 2, 1, 0]

    def test_only_the_portal_sweeps(self, supervisor: User, resident: Resident) -> None:
        for actor in (acting(supervisor), resident):
            with pytest.raises(PermissionDenied):
                tell_disruptions(by=actor, now=timezone.now())

    def test_the_same_form_starts_once(self, service: Service, county: County, supervisor: User, outsider: User) -> None:
        token, by, now = uuid4(), acting(supervisor), timezone.now()
        rows = {start_disruption(by=by, county=county, service=service, text=TEXT, token=token, now=now).pk for _ in range(2)}
        assert len(rows) == 1
        with pytest.raises(PermissionDenied):
            start_disruption(by=acting(outsider), county=county, service=service, text=TEXT, token=token, now=now)

    @pytest.mark.parametrize("who", ["outsider", "responder", "second_responder", "former", "reader", "coordinator"])
    def test_others_may_not(self, request: pytest.FixtureRequest, who: str, service: Service, county: County) -> None:
        with pytest.raises(PermissionDenied):
            start_disruption(by=acting(request.getfixturevalue(who)), county=county, service=service, text=TEXT, now=timezone.now())
        assert not Disruption.objects.exists()

    def test_what_ended_is_a_record(self, service: Service, county: County, supervisor: User) -> None:
        by, now = acting(supervisor), timezone.now()
        row = start_disruption(by=by, county=county, service=service, text=TEXT, now=now)
        row = end_disruption(by=by, disruption=row, now=now + timedelta(minutes=1))
        with pytest.raises(ValidationError):
            change_disruption(
                by=by, disruption=row, text=TEXT, staff_text={}, stops_intake=False, ends_at=None, now=now + timedelta(minutes=2)
            )


@pytest.mark.django_db
class TestShown:
    def test_intake_stops_and_starts_again(
        self, service: Service, queue: Queue, county: County, resident: Resident, responder: User, supervisor: User
    ) -> None:
        by, now = acting(supervisor), timezone.now()
        row = start_disruption(by=by, county=county, service=service, text=TEXT, stops_intake=True, now=now)
        with pytest.raises(ValidationError) as refused:
            start_conversation(by=resident, service=service, token=uuid4(), now=now)
        assert refused.value.code == "disrupted"
        end_disruption(by=by, disruption=row, now=now + timedelta(seconds=1))
        start_conversation(by=resident, service=service, token=uuid4(), now=now + timedelta(seconds=2))

    def test_the_marks_of_lines_and_desks_move(
        self, conversation_of: Make, queue: Queue, county: County, responder: User, resident: Resident, supervisor: User
    ) -> None:
        row = conversation_of(resident)

        def marks() -> tuple[str, str]:
            line = line_of(line_boards(Queue.objects.filter(pk=queue.pk).for_board())[queue.pk].frame(), row.public_id)
            assert line is not None
            return line.mark, desk_marks([responder.pk])[responder.pk]

        before = marks()
        start_disruption(by=acting(supervisor), county=county, queue=queue, text=TEXT, now=timezone.now())
        assert all(new != old for new, old in zip(marks(), before, strict=True))

    def test_the_desk_shows_the_instruction(
        self, signed_in: SignedIn, queue: Queue, county: County, responder: User, second_responder: User, supervisor: User
    ) -> None:
        start_disruption(
            by=acting(supervisor), county=county, queue=queue, text=TEXT, staff_text={"fi": "Sovi soitosta."}, now=timezone.now()
        )
        page = signed_in(responder).get("/fi/vastaaja/osa/notices/").content.decode()
        assert "Sovi soitosta." in page
        assert "Chat katkeilee." in page
        assert "lopeta" not in page
        assert "Sovi soitosta." not in signed_in(second_responder).get("/fi/vastaaja/osa/notices/").content.decode()
        assert SWITCH in signed_in(supervisor).get("/fi/vastaaja/").content.decode()
        assert SWITCH not in signed_in(responder).get("/fi/vastaaja/").content.decode()

    def test_open_pages_are_told_by_the_notices_alone(
        self, client: Client, service: Service, second_service: Service, county: County, supervisor: User, main_user: User
    ) -> None:
        url = f"/fi/tiedotteet/?palvelu={service.key}"
        empty = client.get(url)
        assert empty.status_code == 200
        assert client.get(f"{url}&tila={empty['X-Notices']}").status_code == 204
        start_disruption(by=acting(supervisor), county=county, service=service, text=TEXT, stops_intake=True, now=timezone.now())
        hosts.forget()  # a page's memory of two seconds
        answer = client.get(f"{url}&tila={empty['X-Notices']}")
        assert "Chat katkeilee." in answer.content.decode()
        assert "Uusia keskusteluja ei oteta nyt vastaan." in answer.content.decode()
        assert "Chat katkeilee." in client.get("/fi/tiedotteet/?palvelu=*").content.decode()
        assert "Chat katkeilee." not in client.get(f"/fi/tiedotteet/?palvelu={second_service.key}").content.decode()
        told = client.get(f"/api/status/{county.slug}.json").json()["disruptions"]
        assert [(one["service"], one["text"]["sv"], one["stops_intake"]) for one in told] == [(service.key, "Chatten bryts.", True)]


@pytest.mark.django_db
class TestSwitch:
    def fields(self, **more: str) -> dict[str, str]:
        return {"text_fi": "Poikki.", "text_sv": "Av.", "token": str(uuid4()), **more}

    def test_look_and_start(
        self, signed_in: SignedIn, conversation_of: Make, resident: Resident, service: Service, responder: User, supervisor: User
    ) -> None:
        waiting = conversation_of(resident)
        client = signed_in(supervisor)
        data = self.fields(scope=f"service:{service.public_id}", stops_intake="on")
        preview = client.post(SWITCH, {**data, "step": "preview"})
        assert preview.status_code == 200
        assert "Poikki." in preview.content.decode()
        assert not Disruption.objects.exists(), "looking starts nothing"
        for _ in range(2):
            assert client.post(SWITCH, {**data, "step": "start"}).status_code == 302
        row = Disruption.objects.get()
        assert (row.service, row.stops_intake, row.made_by) == (service, True, supervisor)
        assert len(told(waiting)) == 1

    def test_a_prepared_text_is_enough(self, signed_in: SignedIn, county: County, service: Service, supervisor: User) -> None:
        DisruptionText.objects.create(
            county=county, key="poikki", title_fi="Poikki", text_fi="Valmis.", text_sv="Färdig.", stops_intake=True
        )
        data = {"scope": f"service:{service.public_id}", "prepared": "poikki", "token": str(uuid4())}
        filled = signed_in(supervisor).post(SWITCH, {**data, "step": "fill"}).content.decode()
        assert "Färdig." in filled
        assert "Färdig." in signed_in(supervisor).post(SWITCH, {**data, "step": "preview"}).content.decode()

    def test_swedish_must_be_there(self, signed_in: SignedIn, service: Service, supervisor: User) -> None:
        data = self.fields(scope=f"service:{service.public_id}", text_sv="", step="start")
        answer = signed_in(supervisor).post(SWITCH, data)
        assert answer.status_code == 422
        assert "Poikki." in answer.content.decode(), "what was written is kept"
        assert not Disruption.objects.exists()

    def test_the_scopes_are_those_that_her_rights_reach(
        self, signed_in: SignedIn, service: Service, second_service: Service, supervisor: User, main_user: User
    ) -> None:
        hers = signed_in(supervisor).get(SWITCH).context["form"].fields["scope"].choices
        assert [value for value, _name in hers] == [f"service:{service.public_id}"]
        every = signed_in(main_user).get(SWITCH).context["form"].fields["scope"].choices
        assert [value for value, _name in every][:1] == ["county"]
        assert len(every) == 3
        data = self.fields(scope=f"service:{second_service.public_id}", step="start")
        assert signed_in(supervisor).post(SWITCH, data).status_code == 422

    def test_change_and_end(self, signed_in: SignedIn, service: Service, county: County, supervisor: User) -> None:
        row = start_disruption(by=acting(supervisor), county=county, service=service, text=TEXT, now=timezone.now())
        client, url = signed_in(supervisor), f"{SWITCH}{row.public_id}/"
        assert "Chat katkeilee." in client.get(f"{url}muuta/").content.decode()
        stale = client.post(f"{url}muuta/", self.fields(version="7", step="save"))
        assert stale.status_code == 422
        assert client.post(f"{url}muuta/", self.fields(version="1", step="save")).status_code == 302
        row.refresh_from_db()
        assert row.text_fi == "Poikki."
        assert client.post(f"{url}lopeta/").status_code == 200, "asked first"
        assert client.post(f"{url}lopeta/", {"sure": "1"}).status_code == 302
        row.refresh_from_db()
        assert row.ends_at is not None

    @pytest.mark.parametrize("who", ["outsider", "responder", "second_responder", "former", "reader", "coordinator"])
    def test_others_are_refused_at_every_door(
        self, request: pytest.FixtureRequest, who: str, signed_in: SignedIn, service: Service, county: County, supervisor: User
    ) -> None:
        row = start_disruption(by=acting(supervisor), county=county, service=service, text=TEXT, now=timezone.now())
        client = signed_in(request.getfixturevalue(who))
        for path in (
            "",
            f"{row.public_id}/",
            f"{row.public_id}/muuta/",
            f"{row.public_id}/lopeta/",
            f"{row.public_id}/raportti.csv",
        ):
            assert client.get(SWITCH + path).status_code in (403, 404), path
            assert client.post(SWITCH + path, {"sure": "1", "step": "start"}).status_code in (403, 404, 405), path
        row.refresh_from_db()
        assert row.ends_at is None

    def test_a_supervisor_of_another_service_sees_nothing_of_it(
        self,
        signed_in: SignedIn,
        person: Callable[..., User],
        county: County,
        service: Service,
        second_service: Service,
        supervisor: User,
    ) -> None:
        other = person("toinen-esihenkilo")
        make_grant(other, Role.SUPERVISOR, county=county, service=second_service)
        row = start_disruption(by=acting(supervisor), county=county, service=service, text=TEXT, now=timezone.now())
        client = signed_in(other)
        assert client.get(SWITCH).status_code == 200
        assert "Chat katkeilee." not in client.get(SWITCH).content.decode()
        for path in ("", "muuta/", "lopeta/", "raportti.csv"):
            assert client.get(f"{SWITCH}{row.public_id}/{path}").status_code == 404

    def test_a_stranger_is_asked_to_sign_in(self, client: Client, county: County) -> None:
        assert "/tili/" in client.get(SWITCH)["Location"]


@pytest.mark.django_db
class TestReport:
    def test_who_waited_and_what_was_told(
        self,
        signed_in: SignedIn,
        conversation_of: Make,
        service: Service,
        county: County,
        responder: User,
        supervisor: User,
    ) -> None:
        now, by = timezone.now(), acting(supervisor)
        before = conversation_of(Resident(uuid4()), responder, now=now - timedelta(minutes=30))
        left, taken, waits = (Resident(uuid4()) for _ in range(3))
        rows = [conversation_of(who, now=now - timedelta(minutes=2)) for who in (left, taken, waits)]
        row = start_disruption(by=by, county=county, service=service, text=TEXT, now=now)
        leave_conversation(by=left, conversation=rows[0].public_id, now=now + timedelta(minutes=1))
        claim_conversation(by=acting(responder), conversation=rows[1].public_id, now=now + timedelta(minutes=3))
        change_disruption(
            by=by, disruption=row, text={"fi": "Yhä."}, staff_text={"fi": "Ohje"}, stops_intake=True, ends_at=None, now=now
        )
        row = end_disruption(by=by, disruption=row, now=now + timedelta(minutes=10))
        conversation_of(Resident(uuid4()), now=now + timedelta(minutes=11))
        found = aftermath_of(row, now=now + timedelta(minutes=12))
        assert [(each.came_of, each.waited_seconds) for each in found.waiters] == [("left", 180), ("taken", 300), ("waiting", 840)]
        assert [[one.phase for one in each.told] for each in found.waiters][2] == ["started", "changed", "ended"]
        assert (found.told, found.minutes, found.is_running) == (3, 10, False)
        assert [version.text["fi"] for version in found.versions] == ["Chat katkeilee.", "Yhä."]
        assert before.public_id not in [each.number for each in found.waiters]
        page = signed_in(supervisor).get(f"{SWITCH}{row.public_id}/").content.decode()
        assert "Yhä." in page
        assert str(rows[0].public_id) not in page
        table = signed_in(supervisor).get(f"{SWITCH}{row.public_id}/raportti.csv").content.decode("utf-8-sig").splitlines()
        assert len(table) == 4
        assert table[1].split(";")[3] == "left"
        audited = AuditEntry.objects.filter(object_type="chat.disruption_report").values_list("action", "count")
        assert sorted(audited) == [(AuditAction.EXPORT, 3), (AuditAction.READ, 3)]

    def test_who_came_in_vain_is_counted(
        self, service: Service, queue: Queue, county: County, responder: User, supervisor: User
    ) -> None:
        row = start_disruption(
            by=acting(supervisor), county=county, service=service, text=TEXT, stops_intake=True, now=timezone.now()
        )
        for _ in range(2):
            page = Client(headers={"user-agent": "Mozilla/5.0"}).get("/fi/palvelu/ikaantyneet/chat/")
            assert "Chat katkeilee." in page.content.decode()
        assert aftermath_of(row, now=timezone.now()).turned_away == 2
