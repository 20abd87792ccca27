"""The console's page and doors: who gets in, what each door tells, and that nothing written is lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actors import Resident
from accounts.choices import AuditAction
from accounts.models import AuditEntry, User
from chat.choices import LegExit, State
from chat.models import Conversation, Event, Participant
from chat.operations import (
    claim_conversation,
    end_conversation,
    leave_conversation,
    post_message,
    requeue_conversation,
    start_conversation,
)
from services.choices import Audience
from services.models import ContactPoint, Membership, Municipality, Queue, ResponderGroup, Service, Topic
from tests.conftest import acting

JSON = {"accept": "application/json"}
CONSOLE = "/fi/vastaaja/"
SignedIn = Callable[..., Client]


def url(conversation: Conversation | UUID, act: str = "", language: str = "fi") -> str:
    key = conversation.public_id if isinstance(conversation, Conversation) else conversation
    return f"/{language}/vastaaja/{key}/{act + '/' if act else ''}"


@pytest.fixture
def waiting(queue: Queue, service: Service, responder: User, resident: Resident) -> Conversation:
    return start_conversation(
        by=resident, service=service, token=uuid4(), now=timezone.now(), body="Äitini unohtelee.", contactor="relative"
    )


@pytest.fixture
def active(waiting: Conversation, responder: User) -> Conversation:
    return claim_conversation(by=acting(responder), conversation=waiting.public_id, now=timezone.now())


def message(**fields: object) -> dict[str, object]:
    return {"client_id": str(uuid4()), "audience": "all", "body": "Hei, miten voin auttaa?", **fields}


ENDING = {"outcome": "R1", "topic": "neuvonta"}


# --- who gets in ---


def test_anonymous_is_asked_to_sign_in_and_comes_back(client: Client, county: object) -> None:
    answer = client.get(CONSOLE)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/fi/tili/")
    assert answer["Location"].endswith("?next=/fi/vastaaja/")


@pytest.mark.parametrize("name", ["responder", "colleague", "supervisor", "second_responder"])
def test_responders_and_supervisors_get_in(name: str, request: pytest.FixtureRequest, queue: Queue, signed_in: SignedIn) -> None:
    assert signed_in(request.getfixturevalue(name)).get(CONSOLE).status_code == 200


@pytest.mark.parametrize(
    "name",
    ["main_user", "coordinator", "manager", "path_author", "area_professional", "privacy_officer", "reader", "outsider", "former"],
)
def test_others_are_told_what_to_do(name: str, request: pytest.FixtureRequest, queue: Queue, signed_in: SignedIn) -> None:
    person = request.getfixturevalue(name)
    answer = signed_in(person).get(CONSOLE)
    assert answer.status_code == 403
    assert "pääkäyttäjä" in answer.content.decode()
    assert AuditEntry.objects.filter(action=AuditAction.REFUSED, actor_id=str(person.public_id)).count() == 1


# Who may do what with a conversation that `responder` has (one that waits, for taking it). 200: done, 404: as if there were
# none, 409: she may see it and is told why not, 403: no console at all, 401: not signed in.
DOORS = ("read", "take", "post", "end", "code")
TABLE: dict[str, tuple[int, int, int, int, int]] = {
    "responder": (200, 200, 200, 200, 200),
    "colleague": (200, 200, 404, 409, 409),
    "supervisor": (200, 200, 404, 409, 409),
    "second_responder": (404, 404, 404, 404, 404),
    "outsider": (403, 403, 403, 403, 403),
    "outsider at home": (404, 404, 404, 404, 404),
    "reader": (403, 403, 403, 403, 403),
    "main_user": (403, 403, 403, 403, 403),
    "privacy_officer": (403, 403, 403, 403, 403),
    "manager": (403, 403, 403, 403, 403),
    "former": (403, 403, 403, 403, 403),
    "nobody": (401, 401, 401, 401, 401),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("name", TABLE)
def test_every_door_asks_who(
    name: str, door: str, request: pytest.FixtureRequest, waiting: Conversation, responder: User, signed_in: SignedIn
) -> None:
    if name == "nobody":
        client = Client()
    elif name == "outsider at home":
        client = signed_in(request.getfixturevalue("outsider"), host="toinen.test")
        request.getfixturevalue("other_queue")
    else:
        client = signed_in(request.getfixturevalue(name))
    if door != "take":
        claim_conversation(by=acting(responder), conversation=waiting.public_id, now=timezone.now())
    if door == "code":
        end_conversation(by=acting(responder), conversation=waiting.public_id, outcome="R2", topic="neuvonta", now=timezone.now())
    before = (Event.objects.count(), Conversation.objects.values_list("outcome", "state").get())
    if door == "read":
        answer = client.get(url(waiting), headers=JSON)
    else:
        act = {"take": "ota", "post": "viesti", "end": "lopeta", "code": "luokittele"}[door]
        answer = client.post(url(waiting, act), {**message(), **ENDING}, headers=JSON)
    assert answer.status_code == TABLE[name][DOORS.index(door)], answer.content
    if answer.status_code != 200:
        assert (Event.objects.count(), Conversation.objects.values_list("outcome", "state").get()) == before
        assert "unohtelee" not in answer.content.decode()


@pytest.mark.parametrize("name", ["second_responder", "supervisor", "outsider"])
def test_the_next_one_comes_from_her_own_queues_only(
    name: str, request: pytest.FixtureRequest, waiting: Conversation, second_queue: Queue, other_queue: Queue, signed_in: SignedIn
) -> None:
    host = "toinen.test" if name == "outsider" else "testserver"
    answer = signed_in(request.getfixturevalue(name), host=host).post(f"{CONSOLE}seuraava/", headers=JSON)
    if name == "supervisor":
        assert answer.json() == {"conversation": str(waiting.public_id)}
    else:
        assert (answer.status_code, answer.json()["code"]) == (409, "nobody_waiting")
        waiting.refresh_from_db()
        assert waiting.state == State.WAITING


# --- opening ---


def test_opening_leaves_one_audit_row(active: Conversation, responder: User, signed_in: SignedIn) -> None:
    client = signed_in(responder)
    for _ in range(3):
        client.get(url(active))
    client.get(f"{url(active)}?osa=1")
    rows = AuditEntry.objects.filter(action=AuditAction.READ, object_id=str(active.public_id))
    assert [(row.actor_id, row.purpose, row.county) for row in rows] == [(str(responder.public_id), "responding", "koe")]


def test_whom_to_call_when_the_technique_fails_stands_beside_the_conversation(
    active: Conversation, responder: User, signed_in: SignedIn
) -> None:
    assert "Tekninen tuki" not in signed_in(responder).get(url(active)).content.decode()
    support = ContactPoint.objects.create(
        county=active.county, key="tekninen", name_fi="Tekninen tuki", value="015 000 400", audience=Audience.INTERNAL
    )
    Service.objects.filter(pk=active.service_id).update(responder_support=support)
    page = signed_in(responder).get(url(active)).content.decode()
    assert 'Tekninen tuki</span> <a href="tel:015000400">015 000 400</a>' in page


def test_who_opens_the_page_has_read_it_but_not_the_part_that_a_script_asks_for(
    active: Conversation, responder: User, supervisor: User, signed_in: SignedIn
) -> None:
    """Without a script the count of unread falls, and the resident is told that she was read (S001-2)."""
    hers = Participant.objects.filter(conversation=active, user=responder)

    def unread() -> tuple[int, int]:
        active.refresh_from_db()
        me = hers.get()
        return active.head_all - me.seen_all, active.head_staff - me.seen_staff

    assert unread()[0] > 0
    client = signed_in(responder)
    client.get(f"{url(active)}?osa=1")
    signed_in(supervisor).get(url(active))
    assert unread()[0] > 0, "neither the part nor a colleague's reading counts"
    page = client.get(url(active)).content.decode()
    assert unread() == (0, 0)
    mine = page.split("<console-mine")[1].split("<template>")[0]
    assert 'data-slot="unread" hidden' in mine
    assert mine.count('data-slot="test"') == 1


def test_the_list_itself_reads_nobodys_words(waiting: Conversation, responder: User, signed_in: SignedIn) -> None:
    page = signed_in(responder).get(CONSOLE).content.decode()
    assert "Läheinen" in page
    assert "unohtelee" not in page
    assert not AuditEntry.objects.filter(action=AuditAction.READ).exists()


def test_who_came_today_is_told_by_the_clock_alone(waiting: Conversation, responder: User, signed_in: SignedIn) -> None:
    page = " ".join(re.sub(r"<[^>]+>", " ", signed_in(responder).get(CONSOLE).content.decode()).split())
    assert re.search(r"Tuli klo \d+\.\d\d(?! \()", page)
    assert not re.search(r"Tuli klo \d+\.\d\d \(", page)


def test_two_who_gave_no_topic_are_told_apart(
    queue: Queue, service: Service, responder: User, resident: Resident, stranger: Resident, signed_in: SignedIn
) -> None:
    place = Municipality.objects.create(county=service.county, code="046", name_fi="Enonkoski", name_sv="Enonkoski")
    first = start_conversation(by=resident, service=service, token=uuid4(), now=timezone.now(), body="a", municipality=place)
    second = start_conversation(by=stranger, service=service, token=uuid4(), now=timezone.now(), body="b")
    at = timezone.make_aware(datetime(2026, 11, 23, 8, 5))
    Conversation.objects.filter(pk=first.pk).update(queued_at=at)
    Conversation.objects.filter(pk=second.pk).update(queued_at=at + timedelta(minutes=37))
    page = signed_in(responder).get(CONSOLE).content.decode().split("<template>")
    rows = next(part for part in page if "<console-waiting" in part).split("<console-waiting")[1]
    shown = [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows.split("<li ")[1:]]
    assert "Tuli klo 8.05 (23.11." in shown[0], "with the day, since it was an earlier one"
    assert "Enonkoski" in shown[0]
    assert "Tuli klo 8.42" in shown[1]
    assert "Enonkoski" not in shown[1]
    marks = [re.findall(r"tunnus (\d{3})\b", row) for row in shown]
    assert marks[0] != marks[1]
    assert re.search(rf"Ota : Asukas, ei aihetta, tunnus {marks[0][0]}\W+Enonkoski\W+Tuli klo 8\.05", shown[0]), (
        "the button says the same to those who listen"
    )


def test_who_waits_keeps_her_words_until_she_is_taken(waiting: Conversation, responder: User, signed_in: SignedIn) -> None:
    page = signed_in(responder).get(url(waiting)).content.decode()
    assert "unohtelee" not in page
    assert f'action="{url(waiting, "ota")}"' in page


def test_a_colleague_reads_but_has_no_composer(active: Conversation, colleague: User, signed_in: SignedIn) -> None:
    page = signed_in(colleague).get(url(active)).content.decode()
    assert "Äitini unohtelee." in page
    assert "Maija" in page
    assert "<textarea" not in page
    assert 'name="outcome"' not in page


def test_the_part_alone_has_no_page_around_it(active: Conversation, responder: User, signed_in: SignedIn) -> None:
    part = signed_in(responder).get(f"{url(active)}?osa=1").content.decode()
    assert part.lstrip().startswith("<console-conversation")
    assert "<html" not in part


# --- the walk of plain forms ---


def test_plain_forms_take_answer_and_end(waiting: Conversation, responder: User, signed_in: SignedIn) -> None:
    client = signed_in(responder)
    taken = client.post(f"{CONSOLE}seuraava/")
    assert (taken.status_code, taken["Location"]) == (302, url(waiting))
    page = client.get(url(waiting)).content.decode()
    assert "Äitini unohtelee." in page
    given = re.search(r'name="client_id" value="([^"]+)"', page)
    assert given
    form = message(client_id=given[1])
    for _ in range(2):  # a double press sends once
        assert client.post(url(waiting, "viesti"), form)["Location"] == url(waiting)
    page = client.get(url(waiting)).content.decode()
    assert page.count("Hei, miten voin auttaa?") == 1
    ended = client.post(url(waiting, "lopeta"), ENDING)
    assert ended["Location"] == CONSOLE
    waiting.refresh_from_db()
    assert (waiting.state, waiting.outcome, waiting.topic and waiting.topic.key) == ("ended", "R1", "neuvonta")
    assert str(waiting.public_id) not in client.get(CONSOLE).content.decode()


def test_a_refused_message_is_shown_again(active: Conversation, responder: User, resident: Resident, signed_in: SignedIn) -> None:
    client = signed_in(responder)
    leave_conversation(by=resident, conversation=active.public_id, now=timezone.now())
    answer = client.post(url(active, "viesti"), message(body="Tämän kirjoitin juuri"))
    assert answer.status_code == 409
    assert "Tämän kirjoitin juuri</textarea>" in answer.content.decode()


def test_what_she_wrote_while_the_conversation_went_back_to_the_line_is_there_to_copy(
    active: Conversation, responder: User, signed_in: SignedIn
) -> None:
    client = signed_in(responder)
    requeue_conversation(by=acting(responder), conversation=active.public_id, exit=LegExit.LOST, front=True, now=timezone.now())
    answer = client.post(url(active, "viesti"), message(body="Tätä kirjoitin kauan"))
    assert answer.status_code == 409
    assert "readonly" in answer.content.decode()
    assert "Tätä kirjoitin kauan</textarea>" in answer.content.decode()
    assert not Event.objects.filter(body="Tätä kirjoitin kauan").exists()


def test_what_she_wrote_in_a_conversation_that_has_left_her_service_is_there_to_copy(
    active: Conversation, responder: User, second_queue: Queue, signed_in: SignedIn
) -> None:
    client = signed_in(responder)
    Conversation.objects.filter(pk=active.pk).update(
        queue=second_queue, service=second_queue.service, state="waiting", responder=None
    )
    answer = client.post(url(active, "viesti"), message(body="Tätä kirjoitin kauan"))
    page = answer.content.decode()
    assert answer.status_code == 404
    assert "Tätä kirjoitin kauan</textarea>" in page
    assert "Äitini unohtelee." not in page


def test_who_has_no_script_is_told_how_often_to_give_a_sign(queue: Queue, responder: User, signed_in: SignedIn) -> None:
    page = signed_in(responder).get(CONSOLE).content.decode()
    assert "vähintään 5 minuutin välein" in page


def test_a_refused_ending_keeps_what_was_chosen(active: Conversation, responder: User, signed_in: SignedIn) -> None:
    answer = signed_in(responder).post(url(active, "lopeta"), {"outcome": "R3", "topic": ""})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert re.search(r'value="R3" required checked', page)
    assert '<details class="nlc-ending" open' in page
    active.refresh_from_db()
    assert active.state == State.ACTIVE


def test_the_loser_of_a_claim_is_told_who_won(active: Conversation, colleague: User, signed_in: SignedIn) -> None:
    client = signed_in(colleague)
    answer = client.post(url(active, "ota"), headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (409, "taken")
    assert "Maija, asiakasohjaaja" in answer.json()["text"]
    page = client.post(url(active, "ota"), follow=True).content.decode()
    assert "Maija, asiakasohjaaja" in page


def test_at_the_limit_she_is_told_the_limit(
    active: Conversation, queue: Queue, service: Service, responder: User, signed_in: SignedIn
) -> None:
    Queue.objects.update(max_parallel=1)
    start_conversation(by=Resident(uuid4()), service=service, token=uuid4(), now=timezone.now())
    answer = signed_in(responder).post(f"{CONSOLE}seuraava/", headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (409, "at_limit")
    assert "1" in answer.json()["text"]


def test_a_note_is_for_staff(active: Conversation, responder: User, signed_in: SignedIn) -> None:
    answer = signed_in(responder).post(url(active, "viesti"), message(audience="staff", body="Soita omaiselle"), headers=JSON)
    assert answer.json()["audience"] == "staff"
    assert Event.objects.get(body="Soita omaiselle").audience == "staff"


def test_she_whom_the_resident_left_stays_until_coded(
    active: Conversation, responder: User, resident: Resident, signed_in: SignedIn
) -> None:
    client = signed_in(responder)
    post_message(by=acting(responder), conversation=active.public_id, client_id=uuid4(), body="Hei", now=timezone.now())
    leave_conversation(by=resident, conversation=active.public_id, now=timezone.now())
    assert str(active.public_id) in client.get(CONSOLE).content.decode()
    assert url(active, "luokittele") in client.get(url(active)).content.decode()
    client.post(url(active, "luokittele"), {**ENDING, "outcome": "R9"})
    assert str(active.public_id) not in client.get(CONSOLE).content.decode()


def test_wrong_service_keeps_where_she_was_guided(
    active: Conversation, responder: User, second_service: Service, other_service: Service, signed_in: SignedIn
) -> None:
    client = signed_in(responder)
    page = client.get(url(active)).content.decode()
    assert str(second_service.public_id) in page
    assert str(other_service.public_id) not in page
    stranger = client.post(url(active, "lopeta"), {**ENDING, "outcome": "R7", "target": str(other_service.public_id)}, headers=JSON)
    assert stranger.json()["code"] == "invalid"
    client.post(url(active, "lopeta"), {**ENDING, "outcome": "R7", "target": str(second_service.public_id)}, headers=JSON)
    active.refresh_from_db()
    assert (active.outcome, active.wrong_service, active.wrong_service_target) == ("R7", True, second_service)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"body": ""}, "empty"),
        ({"body": " \u200b\n"}, "empty"),
        ({"body": "a" * 4001}, "too_long"),
        ({"client_id": "not-a-uuid"}, "invalid"),
        ({"client_id": ""}, "invalid"),
        ({"audience": "everyone"}, "invalid"),
    ],
)
def test_bad_messages_are_told_why(
    fields: dict[str, str], code: str, active: Conversation, responder: User, signed_in: SignedIn
) -> None:
    answer = signed_in(responder).post(url(active, "viesti"), message(**fields), headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.json()["text"]
    assert answer.json()["retry_ms"] is None


def test_the_same_id_with_other_words_is_a_conflict(active: Conversation, responder: User, signed_in: SignedIn) -> None:
    client, first = signed_in(responder), message()
    assert client.post(url(active, "viesti"), first, headers=JSON).json()["duplicate"] is False
    assert client.post(url(active, "viesti"), first, headers=JSON).json()["duplicate"] is True
    answer = client.post(url(active, "viesti"), {**first, "body": "muuta"}, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


@pytest.mark.parametrize("act", ["ota", "viesti", "lopeta", "luokittele"])
def test_what_does_not_exist_is_not_found(act: str, queue: Queue, responder: User, signed_in: SignedIn) -> None:
    client = signed_in(responder)
    assert client.post(url(uuid4(), act), {**message(), **ENDING}, headers=JSON).json()["code"] == "not_found"
    assert client.post(url(uuid4(), act), {**message(), **ENDING}).status_code == 404


@pytest.mark.parametrize("act", ["", "viesti", "lopeta", "luokittele", "ota", "seuraava"])
def test_doors_take_only_their_own_method(act: str, active: Conversation, responder: User, signed_in: SignedIn) -> None:
    client = signed_in(responder)
    path = f"{CONSOLE}seuraava/" if act == "seuraava" else url(active, act)
    assert (client.post(path) if act == "" else client.get(path)).status_code == 405


def test_a_form_without_its_token_is_refused(active: Conversation, responder: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(responder, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.post(url(active, "viesti"), message(), headers=JSON).status_code == 403
    assert not Event.objects.filter(kind="message", participant__user=responder).exists()


# --- what the list shows ---


def test_longest_wait_first_across_queues(
    queue: Queue, service: Service, second_queue: Queue, second_service: Service, responder: User, group: ResponderGroup,
    second_group: ResponderGroup, supervisor: User, grant: Callable[..., object], county: object, signed_in: SignedIn,
) -> None:  # fmt: skip
    Membership.objects.create(group=second_group, user=responder)
    grant(responder, "responder", county=county, service=second_service)
    now = timezone.now()
    rows = [
        start_conversation(by=Resident(uuid4()), service=each, token=uuid4(), now=now - timedelta(minutes=minutes))
        for each, minutes in ((service, 2), (second_service, 9), (service, 5))
    ]
    Membership.objects.create(group=second_group, user=supervisor)
    page = signed_in(responder).get(CONSOLE).content.decode()
    places = [page.index(f'data-conversation="{row.public_id}"') for row in (rows[1], rows[2], rows[0])]
    assert places == sorted(places)


def test_names_fall_back_and_say_so(waiting: Conversation, service: Service, responder: User, signed_in: SignedIn) -> None:
    Topic.objects.filter(service=service).update(name_sv="")
    Service.objects.filter(pk=service.pk).update(name_sv="")
    page = signed_in(responder).get("/sv/vastaaja/").content.decode()
    assert 'lang="fi">Ikääntyneiden palvelujen chat' in page


def test_a_supervisor_without_queues_is_told(
    county: object, grant: Callable[..., object], person: Callable[..., User], signed_in: SignedIn
) -> None:
    user = person("uusi")
    grant(user, "responder", county=county)
    page = signed_in(user).get(CONSOLE)
    assert page.status_code == 200
    assert "pääkäyttäjä" in page.content.decode()


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_page_speaks_its_language(language: str, active: Conversation, responder: User, signed_in: SignedIn) -> None:
    page = signed_in(responder).get(url(active, language=language)).content.decode()
    assert f'<html lang="{language}"' in page
    expected = {"fi": "Hoidettu chatissa", "sv": "Skött i chatten", "en": "Handled in chat"}[language]
    assert expected in page


def test_words_of_a_resident_are_never_markup(
    active: Conversation, resident: Resident, responder: User, signed_in: SignedIn
) -> None:
    post_message(
        by=resident, conversation=active.public_id, client_id=uuid4(), body="<script>alert(1)</script>", now=timezone.now()
    )
    page = signed_in(responder).get(url(active)).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


# --- cost ---


def queries_of(client: Client, path: str) -> int:
    """What the page costs while the process remembers what it may for a second or two; on a busy machine it may forget between."""
    costs = []
    for _ in range(4):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        costs.append(len(captured))
    return min(costs)


def test_the_list_costs_the_same_whoever_waits(queue: Queue, service: Service, responder: User, signed_in: SignedIn) -> None:
    client = signed_in(responder)
    now = timezone.now()
    start_conversation(by=Resident(uuid4()), service=service, token=uuid4(), now=now)
    few = queries_of(client, CONSOLE)
    for number in range(200):
        start_conversation(by=Resident(uuid4()), service=service, token=uuid4(), now=now - timedelta(seconds=number))
    many = queries_of(client, CONSOLE)
    assert few == many
    assert many <= 35


def test_an_open_conversation_costs_the_same_however_long(
    active: Conversation, resident: Resident, responder: User, signed_in: SignedIn
) -> None:
    client = signed_in(responder)
    few = queries_of(client, url(active))
    for number in range(60):
        by = resident if number % 2 else acting(responder)
        post_message(by=by, conversation=active.public_id, client_id=uuid4(), body=f"viesti {number}", now=timezone.now())
    assert queries_of(client, url(active)) == few
