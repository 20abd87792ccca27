"""A colleague's whisper: the responder sees it at once, the resident never sees any of it, wherever she looks."""

from __future__ import annotations

import json
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone

from accounts.actors import Resident
from accounts.models import AuditEntry, User
from chat.boards import mine_boards
from chat.hub import Follower, Hub
from chat.models import Conversation, Event, Participant
from chat.operations import (
    ask_for_help,
    claim_conversation,
    end_conversation,
    join_as_colleague,
    open_conversation,
    post_message,
)
from chat.residents import cookie_value
from tests.conftest import acting

pytestmark = pytest.mark.django_db
JSON = {"accept": "application/json"}
WORDS = "Kysy lääkityksestä ensin"
Make = Callable[..., Conversation]
SignedIn = Callable[..., Client]


@pytest.fixture
def active(conversation_of: Make, resident: Resident, responder: User) -> Conversation:
    return conversation_of(resident, responder, body="Äitini unohtelee.")


def whisper(active: Conversation, colleague: User) -> Participant:
    """The colleague joins and whispers."""
    participant = join_as_colleague(by=acting(colleague), conversation=active.public_id, now=timezone.now())
    post_message(
        by=acting(colleague), conversation=active.public_id, client_id=uuid4(), body=WORDS, audience="staff", now=timezone.now()
    )
    active.refresh_from_db()
    return participant


def test_joining_is_for_staff_eyes_audited_and_once(active: Conversation, colleague: User) -> None:
    head = active.head_all
    first = join_as_colleague(by=acting(colleague), conversation=active.public_id, now=timezone.now())
    again = join_as_colleague(by=acting(colleague), conversation=active.public_id, now=timezone.now())
    assert first == again
    assert first.kind == "colleague"
    event = Event.objects.get(conversation=active, participant=first)
    assert (event.kind, event.audience, event.payload) == ("joined", "staff", {"role": "colleague", "name": first.name})
    active.refresh_from_db()
    assert active.head_all == head
    assert AuditEntry.objects.filter(purpose="whisper", object_id=str(active.public_id)).count() == 1


@pytest.mark.parametrize("name", ["outsider", "second_responder", "former", "main_user", "reader"])
def test_only_where_a_grant_reaches(name: str, active: Conversation, request: pytest.FixtureRequest) -> None:
    user = request.getfixturevalue(name)
    with pytest.raises(Conversation.DoesNotExist):
        join_as_colleague(by=acting(user), conversation=active.public_id, now=timezone.now())
    with pytest.raises(Conversation.DoesNotExist):
        ask_for_help(by=acting(user), conversation=active.public_id, wanted=True, now=timezone.now())
    assert not Participant.objects.filter(conversation=active, user=user).exists()


def test_a_resident_is_no_colleague(active: Conversation, resident: Resident) -> None:
    with pytest.raises(PermissionDenied):
        join_as_colleague(by=resident, conversation=active.public_id, now=timezone.now())
    with pytest.raises(PermissionDenied):
        ask_for_help(by=resident, conversation=active.public_id, wanted=True, now=timezone.now())


def test_nobody_joins_who_waits_or_what_has_ended(
    conversation_of: Make, active: Conversation, stranger: Resident, responder: User, colleague: User
) -> None:
    waiting = conversation_of(stranger)
    with pytest.raises(ValidationError) as refused:
        join_as_colleague(by=acting(colleague), conversation=waiting.public_id, now=timezone.now())
    assert refused.value.code == "invalid"
    end_conversation(by=acting(responder), conversation=active.public_id, outcome="R1", topic="neuvonta", now=timezone.now())
    with pytest.raises(ValidationError) as refused:
        join_as_colleague(by=acting(colleague), conversation=active.public_id, now=timezone.now())
    assert refused.value.code == "ended"


def test_a_colleague_writes_to_staff_only(active: Conversation, colleague: User) -> None:
    whisper(active, colleague)
    with pytest.raises(ValidationError) as refused:
        post_message(by=acting(colleague), conversation=active.public_id, client_id=uuid4(), body="Hei", now=timezone.now())
    assert refused.value.code == "not_yours"


def test_the_responder_sees_the_whisper_with_its_name(
    active: Conversation, responder: User, colleague: User, signed_in: SignedIn
) -> None:
    unread = mine_boards([responder.pk])[responder.pk].conversations[0].unread
    whisper(active, colleague)
    assert mine_boards([responder.pk])[responder.pk].conversations[0].unread == unread + 2
    page = signed_in(responder).get(f"/fi/vastaaja/{active.public_id}/").content.decode()
    assert WORDS in page
    assert "Kuiskaus: vain henkilöstö näkee" in page
    assert "Kaisa, asiakasohjaaja tuli kuiskaamaan" in page


def test_the_door_and_the_colleagues_own_page(active: Conversation, colleague: User, signed_in: SignedIn) -> None:
    client, path = signed_in(colleague), f"/fi/vastaaja/{active.public_id}/"
    before = client.get(path).content.decode()
    assert f"{path}kuiskaa/" in before
    assert "<textarea" not in before
    assert client.post(f"{path}kuiskaa/").status_code == 302
    page = client.get(path).content.decode()
    assert "Kuiskaa vastaajalle" in page
    assert f"{path}kuiskaa/" not in page
    form = {"client_id": str(uuid4()), "audience": "staff", "body": WORDS}
    assert client.post(f"{path}viesti/", form, headers=JSON).json()["audience"] == "staff"


def as_resident(resident: Resident) -> Client:
    client = Client()
    client.cookies[settings.RESIDENT_COOKIE_NAME] = cookie_value(resident)
    return client


def test_the_resident_finds_no_trace_in_page_transcript_or_print(
    active: Conversation, responder: User, colleague: User, resident: Resident
) -> None:
    participant = whisper(active, colleague)
    post_message(by=acting(responder), conversation=active.public_id, client_id=uuid4(), body="Hei!", now=timezone.now())
    client = as_resident(resident)
    for act in ("", "tallenne.txt", "tuloste/"):
        answer = client.get(f"/fi/keskustelu/{active.public_id}/{act}")
        assert answer.status_code == 200
        told = answer.content.decode()
        assert "Hei!" in told
        for trace in (WORDS, "Kaisa", "kuiska", str(participant.public_id)):
            assert trace not in told, (act, trace)


def test_that_a_colleague_has_read_is_not_told_as_seen(active: Conversation, colleague: User, resident: Resident) -> None:
    whisper(active, colleague)
    Participant.objects.filter(conversation=active, user=colleague).update(seen_all=active.head_all + 7_654_321)
    page = as_resident(resident).get(f"/fi/keskustelu/{active.public_id}/").content.decode()
    assert str(active.head_all + 7_654_321) not in page


def test_the_log_of_everyone_has_no_hole(active: Conversation, responder: User, colleague: User) -> None:
    whisper(active, colleague)
    ask_for_help(by=acting(responder), conversation=active.public_id, wanted=True, now=timezone.now())
    post_message(by=acting(responder), conversation=active.public_id, client_id=uuid4(), body="Hei!", now=timezone.now())
    numbers = list(Event.objects.filter(conversation=active, audience="all").order_by("seq").values_list("seq", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    told = json.dumps(list(Event.objects.filter(conversation=active, audience="all").values_list("payload", "body")))
    assert "Kaisa" not in told


def test_opened_by_a_resident_it_is_without_the_staff(active: Conversation, colleague: User, resident: Resident) -> None:
    whisper(active, colleague)
    assert not open_conversation(by=resident, conversation=active.public_id, now=timezone.now()).staff
    line = follower(staff=False)
    line.head = [9, 9]
    line.catching = True
    assert [wanted.audience for wanted in line.wanted()] == ["all"]


class _Socket:
    def push(self, text: str) -> None:
        raise AssertionError(text)


def follower(*, staff: bool, whispers: bool = False, conversation: UUID | None = None) -> Follower:
    return Follower(
        _Socket(),  # type: ignore[arg-type]
        conversation=conversation or uuid4(),
        key=1,
        participant=uuid4(),
        staff=staff,
        queue=1,
        place=("koe", uuid4()),
        sent=(0, 0),
        whispers=whispers,
    )


def test_her_typing_and_reading_reach_staff_only() -> None:
    key = uuid4()
    resident, responder, colleague = (
        follower(staff=False, conversation=key),
        follower(staff=True, conversation=key),
        follower(staff=True, whispers=True, conversation=key),
    )
    hub = Hub.__new__(Hub)
    hub.followers = {key: {resident, responder, colleague}}
    assert set(hub.others(colleague)) == {responder}
    assert set(hub.others(responder)) == {resident, colleague}
    assert set(hub.others(resident)) == {responder, colleague}


def test_who_whispered_and_then_takes_it_answers_under_her_name(
    active: Conversation, colleague: User, resident: Resident, conversation_of: Make
) -> None:
    whisper(active, colleague)
    Conversation.objects.filter(pk=active.pk).update(state="waiting", responder=None)
    claim_conversation(by=acting(colleague), conversation=active.public_id, now=timezone.now())
    assert Participant.objects.get(conversation=active, user=colleague).kind == "responder"
    assert "Kaisa" in as_resident(resident).get(f"/fi/keskustelu/{active.public_id}/").content.decode()


# --- asking ---


def test_colleagues_see_that_advice_is_asked_until_one_comes(
    active: Conversation, responder: User, colleague: User, second_responder: User, signed_in: SignedIn
) -> None:
    client = signed_in(responder)
    path = f"/fi/vastaaja/{active.public_id}/"
    assert client.post(f"{path}neuvo/", {"wanted": "1"}, headers=JSON).json()["wanted"] is True
    people = [responder.pk, colleague.pk, second_responder.pk]
    assert [mine_boards(people)[key].calls for key in people] == [0, 1, 0]
    assert "Pyytää neuvoa" in signed_in(colleague).get("/fi/vastaaja/").content.decode()
    assert f'id="call-{active.public_id}"' not in signed_in(second_responder).get("/fi/vastaaja/").content.decode()
    join_as_colleague(by=acting(colleague), conversation=active.public_id, now=timezone.now())
    active.refresh_from_db()
    assert active.help_wanted_at is None
    assert mine_boards(people)[colleague.pk].calls == 0


def test_only_her_own_and_only_while_it_lasts(active: Conversation, responder: User, colleague: User) -> None:
    with pytest.raises(ValidationError) as refused:
        ask_for_help(by=acting(colleague), conversation=active.public_id, wanted=True, now=timezone.now())
    assert refused.value.code == "not_yours"
    now = timezone.now()
    ask_for_help(by=acting(responder), conversation=active.public_id, wanted=True, now=now)
    ask_for_help(by=acting(responder), conversation=active.public_id, wanted=False, now=now)
    assert [event.payload["state"] for event in Event.objects.filter(conversation=active, kind="help")] == ["wanted", "settled"]
    ask_for_help(by=acting(responder), conversation=active.public_id, wanted=True, now=now)
    end_conversation(by=acting(responder), conversation=active.public_id, outcome="R1", topic="neuvonta", now=now)
    active.refresh_from_db()
    assert active.help_wanted_at is None
    with pytest.raises(ValidationError) as refused:
        ask_for_help(by=acting(responder), conversation=active.public_id, wanted=True, now=now)
    assert refused.value.code == "ended"
