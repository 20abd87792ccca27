"""The professionals' entrance (S001-57): who may come in, which line she joins, and whose it is."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from accounts.actors import Actor, Resident
from accounts.choices import Role
from accounts.models import Grant, User
from chat.boards import line_boards, mine_boards
from chat.choices import AudienceChoice, Contactor, EventKind, State
from chat.consumers.professionals import asker_of
from chat.models import Conversation, Event, Participant
from chat.operations import (
    claim_conversation,
    claim_next,
    leave_conversation,
    post_message,
    start_consultation,
    start_conversation,
)
from chat.residents import asking, cookie_value
from services.choices import ServiceStatus
from services.models import Queue, ResponderGroup, Schedule, Service
from tests.conftest import SIGN_IN_BACKEND, acting, make_grant, make_person

ENTRANCE = "/fi/ammattilainen/"
JSON = {"accept": "application/json"}
SignedIn = Callable[..., Client]
ANYONE = [
    "responder",
    "second_responder",
    "supervisor",
    "main_user",
    "coordinator",
    "manager",
    "path_author",
    "area_professional",
    "privacy_officer",
    "reader",
]


@pytest.fixture
def line(service: Service, always_open: Schedule, group: ResponderGroup) -> Queue:
    """The professionals' own line of the service."""
    queue = Queue.objects.create(
        service=service,
        key="ammattilaiset",
        name_fi="Ammattilaiset",
        languages=["fi"],
        schedule=always_open,
        is_entry=False,
        for_professionals=True,
        order=20,
    )
    queue.groups.add(group)
    return queue


@pytest.fixture
def nurse(area_professional: User) -> User:
    area_professional.display_name = "Aino, muistihoitaja"
    area_professional.save()
    return area_professional


def ask(nurse: User, service: Service, **fields: object) -> Conversation:
    given = {"token": uuid4(), "client_present": True, "now": timezone.now(), "body": "Kuka arvioi kotihoidon tarpeen?", **fields}
    return start_consultation(by=acting(nurse), service=service, **given)  # type: ignore[arg-type]


def code_of(error: pytest.ExceptionInfo[ValidationError]) -> str:
    return str(error.value.code)


class TestStarting:
    def test_it_goes_to_the_professionals_own_line(self, queue: Queue, line: Queue, nurse: User, responder: User) -> None:
        row = ask(nurse, line.service)
        row.refresh_from_db()
        assert (row.queue, row.first_queue, row.priority) == (line, line, 0)
        assert (row.contactor, row.professional, row.client_present) == (Contactor.PROFESSIONAL, nurse, True)
        assert row.person == "" and row.identified_at is None, "a work sign-in is no identification of a resident (M02)"
        assert Participant.objects.get(conversation=row).name == "Aino, muistihoitaja"
        joined = Event.objects.get(conversation=row, kind=EventKind.JOINED)
        assert joined.payload == {"role": "resident", "name": "Aino, muistihoitaja"}

    def test_in_a_shared_line_she_goes_before_residents(
        self, queue: Queue, nurse: User, responder: User, resident: Resident
    ) -> None:
        Queue.objects.update(for_professionals=True)
        waiting = start_conversation(by=resident, service=queue.service, token=uuid4(), now=timezone.now())
        hers = ask(nurse, queue.service)
        assert hers.queue == queue and hers.priority == 1
        board = line_boards(Queue.objects.for_board())[queue.pk]
        assert [row.conversation for row in board.waiting] == [hers.public_id, waiting.public_id]
        assert claim_next(by=acting(responder), now=timezone.now()) == hers

    def test_a_service_that_takes_none_refuses(self, queue: Queue, nurse: User, responder: User) -> None:
        with pytest.raises(ValidationError) as error:
            ask(nurse, queue.service)
        assert code_of(error) == "closed"
        assert not Conversation.objects.exists()

    @pytest.mark.parametrize(
        "change", [{"status": ServiceStatus.PAUSED}, {"status": ServiceStatus.CLOSED}, {"is_test": True}], ids=str
    )
    def test_a_service_that_is_not_open_refuses(self, change: dict[str, object], line: Queue, nurse: User, responder: User) -> None:
        Service.objects.filter(pk=line.service_id).update(**change)
        line.service.refresh_from_db()
        with pytest.raises(ValidationError):
            ask(nurse, line.service)

    @pytest.mark.parametrize(
        ("change", "code"), [({"schedule": None}, "closed"), ({"max_waiting": 0}, "full"), ({"is_active": False}, "closed")]
    )
    def test_a_line_that_takes_nobody_refuses(
        self, change: dict[str, object], code: str, line: Queue, nurse: User, responder: User
    ) -> None:
        Queue.objects.filter(pk=line.pk).update(**change)
        with pytest.raises(ValidationError) as error:
            ask(nurse, line.service)
        assert code_of(error) == code

    def test_without_a_responder_in_the_group_it_is_unstaffed(self, line: Queue, nurse: User) -> None:
        with pytest.raises(ValidationError) as error:
            ask(nurse, line.service)
        assert code_of(error) == "unstaffed"

    @pytest.mark.parametrize("name", ["outsider", "former"])
    def test_who_has_no_role_in_the_county_may_not(
        self, name: str, line: Queue, responder: User, request: pytest.FixtureRequest
    ) -> None:
        with pytest.raises(PermissionDenied):
            ask(request.getfixturevalue(name), line.service)

    def test_a_resident_may_not(self, line: Queue, resident: Resident) -> None:
        with pytest.raises(PermissionDenied):
            start_consultation(
                by=resident, service=line.service, token=uuid4(), client_present=False, now=timezone.now(), body="Hei"
            )

    def test_sending_the_form_twice_starts_once(self, line: Queue, nurse: User, responder: User) -> None:
        token = uuid4()
        assert ask(nurse, line.service, token=token) == ask(nurse, line.service, token=token)
        assert Event.objects.filter(kind=EventKind.MESSAGE).count() == 1

    def test_another_question_goes_to_the_one_that_is_open(self, line: Queue, nurse: User, responder: User) -> None:
        row = ask(nurse, line.service)
        assert ask(nurse, line.service, body="Ja kuinka nopeasti?") == row
        assert list(Event.objects.filter(kind=EventKind.MESSAGE).order_by("seq").values_list("body", flat=True)) == [
            "Kuka arvioi kotihoidon tarpeen?",
            "Ja kuinka nopeasti?",
        ]

    def test_the_database_lets_one_open_question_through(self, line: Queue, nurse: User, responder: User) -> None:
        row = ask(nurse, line.service)
        row.pk, row.public_id, row.start_token = None, uuid4(), uuid4()
        with pytest.raises(IntegrityError):
            row.save()


class TestWhose:
    def test_it_is_hers_and_no_other_residents(
        self, line: Queue, nurse: User, responder: User, colleague: User, resident: Resident
    ) -> None:
        row = ask(nurse, line.service)
        asker: Actor
        for asker, sees in ((asking(acting(nurse)), 1), (asking(acting(colleague)), 0), (resident, 0)):
            assert Conversation.objects.readable_by(asker).filter(pk=row.pk).count() == sees
        with pytest.raises(Conversation.DoesNotExist):
            leave_conversation(by=asking(acting(colleague)), conversation=row.public_id, now=timezone.now())

    def test_she_does_not_answer_her_own_question(
        self, line: Queue, responder: User, colleague: User, resident: Resident, queue: Queue
    ) -> None:
        own = ask(responder, line.service)
        with pytest.raises(ValidationError) as error:
            claim_conversation(by=acting(responder), conversation=own.public_id, now=timezone.now())
        assert code_of(error) == "own_question"
        with pytest.raises(ValidationError) as error:
            claim_next(by=acting(responder), now=timezone.now())
        assert code_of(error) == "nobody_waiting"
        assert claim_next(by=acting(colleague), now=timezone.now()) == own
        assert not Conversation.objects.readable_by(acting(responder)).filter(pk=own.pk).exists(), "nor the notes about it"

    def test_notes_of_the_staff_are_not_hers(self, line: Queue, nurse: User, responder: User, signed_in: SignedIn) -> None:
        row = ask(nurse, line.service)
        claim_conversation(by=acting(responder), conversation=row.public_id, now=timezone.now())
        post_message(
            by=acting(responder),
            conversation=row.public_id,
            client_id=uuid4(),
            body="Salainen muistiinpano",
            audience=AudienceChoice.STAFF,
            now=timezone.now(),
        )
        page = signed_in(nurse).get(f"/fi/keskustelu/{row.public_id}/").content.decode()
        assert "Kuka arvioi" in page and "Salainen" not in page

    def test_counted_apart(self, line: Queue, queue: Queue, nurse: User, responder: User, resident: Resident) -> None:
        told = start_conversation(
            by=resident, service=queue.service, token=uuid4(), now=timezone.now(), contactor=Contactor.PROFESSIONAL
        )
        row = ask(nurse, line.service)
        assert list(Conversation.objects.counted().consultations()) == [row]
        assert list(Conversation.objects.counted().of_residents()) == [told], "who only says so has not signed in"
        nurse.delete()
        assert list(Conversation.objects.consultations()) == [row], "the count outlives the account"


DOORS = ["", "viesti/", "lopeta/", "jono/", "tallenne.txt", "tuloste/", "osa/wait/"]


def knock(client: Client, row: Conversation, door: str) -> int:
    url = f"/fi/keskustelu/{row.public_id}/{door}"
    if door == "viesti/":
        return client.post(url, {"client_id": str(uuid4()), "body": "Vielä yksi asia"}, headers=JSON).status_code
    return client.get(url).status_code


class TestDoors:
    @pytest.mark.parametrize("name", ANYONE)
    def test_everyone_of_the_county_gets_in(
        self, name: str, line: Queue, request: pytest.FixtureRequest, signed_in: SignedIn
    ) -> None:
        assert signed_in(request.getfixturevalue(name)).get(ENTRANCE).status_code == 200

    @pytest.mark.parametrize("name", ["outsider", "former"])
    def test_others_do_not(self, name: str, line: Queue, request: pytest.FixtureRequest, signed_in: SignedIn) -> None:
        assert signed_in(request.getfixturevalue(name)).get(ENTRANCE).status_code == 403

    def test_who_has_not_signed_in_is_asked_to_and_comes_back(self, client: Client, line: Queue) -> None:
        answer = client.get(ENTRANCE)
        assert answer.status_code == 302
        assert answer["Location"].endswith(f"?next={ENTRANCE}")
        assert client.post(ENTRANCE, headers=JSON).status_code == 401

    def test_the_page_says_what_may_not_be_told(self, line: Queue, nurse: User, responder: User, signed_in: SignedIn) -> None:
        page = signed_in(nurse).get(ENTRANCE).content.decode()
        for words in ("Ei asiakkaan tunnisteita.", "Auki nyt", "kukaan ei odota", "ammattilaisten oma jono", "samassa huoneessa"):
            assert words in page

    def test_one_press_and_she_is_in_the_line(self, line: Queue, nurse: User, responder: User, signed_in: SignedIn) -> None:
        client = signed_in(nurse)
        told = {"token": str(uuid4()), "service": line.service.key, "present": "yes", "body": "Yli 80-vuotias asuu yksin."}
        answer = client.post(ENTRANCE, told)
        row = Conversation.objects.get()
        assert answer["Location"] == f"/fi/keskustelu/{row.public_id}/"
        assert settings.RESIDENT_COOKIE_NAME not in client.cookies, "nothing stays on the machine"
        page = client.get(answer["Location"]).content.decode()
        assert "Yli 80-vuotias" in page and "Suuri teksti" in page
        assert "Avoimet kysymyksesi" in client.get(ENTRANCE).content.decode()

    @pytest.mark.parametrize(
        ("change", "status"),
        [
            ({"present": ""}, 422),
            ({"service": ""}, 422),
            ({"service": "ei-ole"}, 409),
            ({"body": "x" * 5000}, 422),
            ({"token": "x"}, 422),
        ],
    )
    def test_what_is_refused_stays_on_the_page(
        self, change: dict[str, str], status: int, line: Queue, nurse: User, responder: User, signed_in: SignedIn
    ) -> None:
        told = {"token": str(uuid4()), "service": line.service.key, "present": "no", "body": "Oma kysymys", **change}
        answer = signed_in(nurse).post(ENTRANCE, told)
        assert answer.status_code == status
        assert told["body"] in answer.content.decode()
        assert not Conversation.objects.exists()

    def test_a_county_without_such_lines_says_so(self, queue: Queue, nurse: User, signed_in: SignedIn) -> None:
        assert "Mikään palvelu ei vielä" in signed_in(nurse).get(ENTRANCE).content.decode()

    @pytest.mark.parametrize("door", DOORS)
    def test_it_opens_to_her_alone_and_only_while_she_is_signed_in(
        self, door: str, line: Queue, nurse: User, responder: User, outsider: User, resident: Resident, signed_in: SignedIn
    ) -> None:
        row = ask(nurse, line.service)
        hers = signed_in(nurse)
        assert knock(hers, row, door) == 200
        hers.logout()
        assert knock(hers, row, door) == 404, "the next one at the same machine"
        for other in (responder, outsider):
            assert knock(signed_in(other), row, door) == 404
        with_cookie = Client()
        with_cookie.cookies[settings.RESIDENT_COOKIE_NAME] = cookie_value(resident)
        assert knock(with_cookie, row, door) == 404
        with_cookie.force_login(responder, backend=SIGN_IN_BACKEND)
        assert knock(with_cookie, row, door) == 404

    def test_a_lost_role_closes_it(self, line: Queue, nurse: User, responder: User, signed_in: SignedIn) -> None:
        row = ask(nurse, line.service)
        client = signed_in(nurse)
        Grant.objects.filter(user=nurse).update(valid_until=timezone.now())
        assert knock(client, row, "") == 404

    def test_a_residents_own_conversation_opens_in_the_same_browser(
        self, line: Queue, queue: Queue, nurse: User, responder: User, resident: Resident, signed_in: SignedIn
    ) -> None:
        own = start_conversation(by=resident, service=queue.service, token=uuid4(), now=timezone.now())
        asked = ask(nurse, line.service)
        client = signed_in(nurse)
        client.cookies[settings.RESIDENT_COOKIE_NAME] = cookie_value(resident)
        assert knock(client, own, "") == knock(client, asked, "") == 200
        client.logout()
        client.cookies[settings.RESIDENT_COOKIE_NAME] = cookie_value(resident)
        assert (knock(client, own, ""), knock(client, asked, "")) == (200, 404)

    def test_at_another_countys_address_it_is_not_there(
        self, line: Queue, nurse: User, responder: User, other_queue: Queue, signed_in: SignedIn
    ) -> None:
        row = ask(nurse, line.service)
        make_grant(nurse, Role.READER, county=other_queue.service.county)
        assert knock(signed_in(nurse, host="toinen.test"), row, "") == 404


class TestSocketDoor:
    def test_by_her_session_and_nothing_else(
        self, line: Queue, nurse: User, responder: User, colleague: User, signed_in: SignedIn
    ) -> None:
        row = ask(nurse, line.service)
        client = signed_in(nurse)
        session = client.session.session_key
        found = asker_of(session, row.public_id)
        assert found is not None and found.resident == asking(acting(nurse)) and found.county == "koe"
        assert asker_of(session, uuid4()) is None
        assert asker_of(signed_in(colleague).session.session_key, row.public_id) is None
        client.logout()
        assert asker_of(session, row.public_id) is None

    def test_not_without_a_role(self, line: Queue, nurse: User, responder: User, signed_in: SignedIn) -> None:
        row = ask(nurse, line.service)
        session = signed_in(nurse).session.session_key
        Grant.objects.filter(user=nurse).update(revoked_at=timezone.now())
        assert asker_of(session, row.public_id) is None


class TestConsole:
    def test_the_responder_sees_who_asks(
        self, line: Queue, nurse: User, responder: User, resident: Resident, queue: Queue, signed_in: SignedIn
    ) -> None:
        row = ask(nurse, line.service)
        client = signed_in(responder)
        assert "Ammattilainen: Aino, muistihoitaja" in client.get("/fi/vastaaja/").content.decode()
        claim_conversation(by=acting(responder), conversation=row.public_id, now=timezone.now())
        assert mine_boards([responder.pk])[responder.pk].conversations[0].who == {"fi": "Aino, muistihoitaja"}
        page = client.get(f"/fi/vastaaja/{row.public_id}/").content.decode()
        for words in ("Ammattilainen: Aino, muistihoitaja", "Asiakas paikalla", "Aino, muistihoitaja kysyy ammattilaisena"):
            assert words in page

    def test_who_only_says_to_be_one_has_no_name(self, queue: Queue, responder: User, resident: Resident) -> None:
        start_conversation(by=resident, service=queue.service, token=uuid4(), now=timezone.now(), contactor="professional")
        row = line_boards(Queue.objects.for_board())[queue.pk].waiting[0]
        assert (row.contactor, row.who) == ("professional", {})

    def test_the_list_shows_no_more_than_the_shown_name(self, line: Queue, responder: User, county: object) -> None:
        shy = make_person("ujo", first_name="Ujo", last_name="Sukunimi", display_name="")
        make_grant(shy, Role.READER, county=line.service.county)
        ask(shy, line.service)
        assert line_boards(Queue.objects.for_board())[line.pk].waiting[0].who == {"fi": "Ujo"}

    def test_it_ends_as_any_other(self, line: Queue, nurse: User, responder: User) -> None:
        row = ask(nurse, line.service)
        left = leave_conversation(by=asking(acting(nurse)), conversation=row.public_id, now=timezone.now())
        assert left.state == State.ENDED
