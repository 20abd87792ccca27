"""Flagging as abusive or dangerous: who may, who sees it, how it ends; a resident never does."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone

from accounts.actors import Resident
from accounts.models import User
from chat.boards import mine_boards
from chat.models import Conversation, Event
from chat.operations import flag_conversation, handle_flag, withdraw_flag
from tests.conftest import acting

pytestmark = pytest.mark.django_db
JSON = {"accept": "application/json"}
Make = Callable[..., Conversation]
SignedIn = Callable[..., Client]


@pytest.fixture
def active(conversation_of: Make, resident: Resident, responder: User) -> Conversation:
    return conversation_of(resident, responder, body="Uhkaan teitä.")


def flags(conversation: Conversation) -> list[tuple[str, str]]:
    events = Event.objects.filter(conversation=conversation, kind="flagged").order_by("seq")
    assert {event.audience for event in events} <= {"staff"}
    return [(event.payload["state"], event.payload["flag"]) for event in events]


def test_the_flag_and_its_stamps(active: Conversation, responder: User) -> None:
    now = timezone.now()
    head = active.head_all
    for _ in range(2):  # twice is harmless
        flag_conversation(by=acting(responder), conversation=active.public_id, flag="dangerous", now=now)
    active.refresh_from_db()
    assert (active.flag, active.flagged_at, active.flagged_by, active.flag_handled_at) == ("dangerous", now, responder, None)
    assert flags(active) == [("set", "dangerous")]
    assert active.head_all == head  # the resident's numbers have no hole and no news
    flag_conversation(by=acting(responder), conversation=active.public_id, flag="abusive", now=now)
    assert flags(active) == [("set", "dangerous"), ("set", "abusive")]


def test_an_unknown_flag_is_refused(active: Conversation, responder: User) -> None:
    with pytest.raises(ValidationError):
        flag_conversation(by=acting(responder), conversation=active.public_id, flag="rude", now=timezone.now())


def test_only_who_flagged_takes_it_back_and_only_until_it_is_handled(
    active: Conversation, responder: User, colleague: User, supervisor: User
) -> None:
    now = timezone.now()
    flag_conversation(by=acting(responder), conversation=active.public_id, flag="abusive", now=now)
    with pytest.raises(ValidationError):
        withdraw_flag(by=acting(colleague), conversation=active.public_id, now=now)
    withdraw_flag(by=acting(responder), conversation=active.public_id, now=now)
    active.refresh_from_db()
    assert (active.flag, active.flagged_at, active.flagged_by) == ("", None, None)
    flag_conversation(by=acting(responder), conversation=active.public_id, flag="abusive", now=now)
    handle_flag(by=acting(supervisor), conversation=active.public_id, now=now)
    with pytest.raises(ValidationError):
        withdraw_flag(by=acting(responder), conversation=active.public_id, now=now)
    active.refresh_from_db()
    assert (active.flag, active.flag_handled_at) == ("abusive", now)


def test_only_a_supervisor_of_the_service_handles_it(active: Conversation, responder: User, colleague: User) -> None:
    flag_conversation(by=acting(responder), conversation=active.public_id, flag="abusive", now=timezone.now())
    with pytest.raises(PermissionDenied):
        handle_flag(by=acting(colleague), conversation=active.public_id, now=timezone.now())


@pytest.mark.parametrize("name", ["outsider", "second_responder", "former", "main_user", "reader"])
def test_whoever_may_not_read_it_may_not_flag_it(name: str, active: Conversation, request: pytest.FixtureRequest) -> None:
    user = request.getfixturevalue(name)
    for act in (
        lambda: flag_conversation(by=acting(user), conversation=active.public_id, flag="abusive", now=timezone.now()),
        lambda: withdraw_flag(by=acting(user), conversation=active.public_id, now=timezone.now()),
        lambda: handle_flag(by=acting(user), conversation=active.public_id, now=timezone.now()),
    ):
        with pytest.raises(Conversation.DoesNotExist):
            act()


def test_a_resident_flags_nothing(active: Conversation, resident: Resident) -> None:
    with pytest.raises(PermissionDenied):
        flag_conversation(by=resident, conversation=active.public_id, flag="abusive", now=timezone.now())


def test_the_supervisor_sees_it_at_once_and_others_do_not(
    active: Conversation, responder: User, colleague: User, supervisor: User, outsider: User, signed_in: SignedIn
) -> None:
    people = [responder.pk, colleague.pk, supervisor.pk, outsider.pk]
    before = mine_boards(people)
    flag_conversation(by=acting(responder), conversation=active.public_id, flag="dangerous", now=timezone.now())
    after = mine_boards(people)
    assert [after[key].calls for key in people] == [0, 0, 1, 0]
    assert [after[key].desk != before[key].desk for key in people] == [False, False, True, False]
    assert after[responder.pk].conversations[0].flag == "dangerous"
    page = signed_in(supervisor).get("/fi/vastaaja/").content.decode()
    assert "Vaara jollekulle" in page
    assert f'id="call-{active.public_id}"' in page
    assert f'id="call-{active.public_id}"' not in signed_in(colleague).get("/fi/vastaaja/").content.decode()
    handle_flag(by=acting(supervisor), conversation=active.public_id, now=timezone.now())
    assert mine_boards(people)[supervisor.pk].calls == 0


def test_the_part_says_what_to_do_and_who_may_end_it(
    active: Conversation, responder: User, supervisor: User, signed_in: SignedIn
) -> None:
    path = f"/fi/vastaaja/{active.public_id}/"
    client = signed_in(responder)
    assert "112" in client.get(f"{path}osa/flag/").content.decode()
    assert client.post(f"{path}merkinta/", {"flag": "abusive"}, headers=JSON).json()["flag"] == "abusive"
    part = client.get(f"{path}osa/flag/").content.decode()
    assert "jatkuu" in part
    assert 'value="withdraw"' in part
    assert 'value="handle"' not in part
    theirs = signed_in(supervisor)
    assert 'value="handle"' in theirs.get(f"{path}osa/flag/").content.decode()
    assert theirs.post(f"{path}merkinta/", {"act": "handle"}).status_code == 302
    active.refresh_from_db()
    assert active.flag_handled_at is not None
    assert client.post(f"{path}merkinta/", {"act": "handle"}, headers=JSON).status_code == 403
    assert client.post(f"{path}merkinta/", {"flag": "nonsense"}).status_code == 302
    assert client.post(f"{path}merkinta/", {"flag": "nonsense"}, headers=JSON).json()["code"] == "invalid"
