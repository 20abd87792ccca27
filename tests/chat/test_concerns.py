"""The checklist of a concern: gone through step by step, never seen by the resident, and no conversation ends around it (P-9)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone, translation

from accounts.actors import Actor, Resident, System
from accounts.models import User
from chat import hub
from chat.choices import CONCERNS, ConcernEnd, Flag, State
from chat.concerns import NOTICE, checklist, kind_of, step_keys, steps_of
from chat.models import Concern, ConcernStep, Conversation, Event
from chat.operations import (
    accept_transfer,
    code_conversation,
    do_concern_step,
    end_conversation,
    flag_conversation,
    handle_flag,
    leave_conversation,
    open_conversation,
    run_due,
    undo_concern_step,
    withdraw_concern,
    withdraw_flag,
)
from chat.residents import cookie_value
from handbook.replies.placeholders import names_in
from services.models import ContactPoint, Queue
from services.operations import load_directory
from tests.chat.moving import offer
from tests.conftest import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
JSON = {"accept": "application/json"}
Make = Callable[..., Conversation]
SignedIn = Callable[..., Client]
SECRET = "Naapurin lapsi itkee yöt."


@pytest.fixture
def row(conversation_of: Make, resident: Resident, responder: User) -> Conversation:
    return conversation_of(resident, responder, body=SECRET)


def flag(row: Conversation, by: User, kind: str = "child") -> Concern:
    flag_conversation(by=acting(by), conversation=row.public_id, flag=kind, now=timezone.now())
    return Concern.objects.open().get(conversation=row)


def do(row: Conversation, by: User, *steps: str, notice: str = "made") -> None:
    for step in steps:
        given = notice if step == NOTICE else ""
        do_concern_step(by=acting(by), conversation=row.public_id, step=step, notice=given, now=timezone.now())


def end(row: Conversation, by: User) -> Conversation:
    return end_conversation(by=acting(by), conversation=row.public_id, outcome="R1", topic="neuvonta", now=timezone.now())


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(ValidationError) as error:
        act()
    return str(error.value.code)


# --- the content ---


def test_every_kind_has_its_steps_and_all_three_languages() -> None:
    assert {kind.key for kind in checklist().kinds} == set(CONCERNS)
    for kind in CONCERNS:
        assert step_keys(kind) == ["danger", "facts", "told", "notice", "supervisor", "aftercare"]
        assert kind_of(kind).duty and kind_of(kind).contacts
    shown = {part for step in checklist().steps for part in step.shows}
    assert shown == {"urgent", "say", "duty", "contacts", "outcome", "chapter"}


def test_every_number_is_one_that_the_portal_ships(county: Any) -> None:
    load_directory(by=System("test"), today=timezone.localdate(), counties=[county.code])
    keys = set(ContactPoint.objects.filter(county=county).values_list("key", flat=True))
    named = set(checklist().urgent)
    for kind in checklist().kinds:
        named |= set(kind.contacts)
        texts = [kind.say, kind.say_unknown]
        named |= {
            name.removeprefix("phone:") for each in texts for code in ("fi", "sv", "en") for name in names_in(each.said(code))
        }
    assert named <= keys, named - keys


# --- the life of a concern ---


def test_each_step_is_told_to_the_supervisors_board_at_once(
    row: Conversation, responder: User, supervisor: User, monkeypatch: Any, django_capture_on_commit_callbacks: Any
) -> None:
    flag(row, responder)
    told: list[str] = []
    monkeypatch.setattr(hub, "current", lambda: SimpleNamespace(mark=told.extend, publish=lambda frames: None))
    for act in (
        lambda: do(row, responder, "danger"),
        lambda: undo_concern_step(by=acting(responder), conversation=row.public_id, step="danger", now=timezone.now()),
        lambda: withdraw_concern(by=acting(responder), conversation=row.public_id, reason="mistake", now=timezone.now()),
    ):
        told.clear()
        with django_capture_on_commit_callbacks(execute=True):
            act()
        assert f"queue:{row.queue_id}" in told, "the board is read anew when a line of it changes"
        assert f"mine:{supervisor.pk}" in told


def test_the_steps_close_it_and_then_the_conversation_ends(row: Conversation, responder: User) -> None:
    concern = flag(row, responder)
    assert refused(lambda: end(row, responder)) == "concern_open"
    do(row, responder, *step_keys("child")[:-1])
    assert refused(lambda: end(row, responder)) == "concern_open"
    do(row, responder, "aftercare", "aftercare")  # twice is harmless, also when it was the last
    concern.refresh_from_db()
    assert (concern.closing, concern.notice, concern.closed_by) == ("done", "made", responder)
    assert all(step.done_by == responder and step.done_at for step in concern.steps.all())
    assert end(row, responder).state == State.ENDED


@pytest.mark.parametrize("kind", CONCERNS)
def test_every_kind_holds_the_ending(kind: str, row: Conversation, responder: User) -> None:
    flag(row, responder, kind)
    assert refused(lambda: end(row, responder)) == "concern_open"
    row.refresh_from_db()
    assert row.state == State.ACTIVE


def test_abuse_is_no_concern(row: Conversation, responder: User) -> None:
    flag_conversation(by=acting(responder), conversation=row.public_id, flag="abusive", now=timezone.now())
    assert not Concern.objects.exists()
    assert end(row, responder).state == State.ENDED


def test_the_notice_needs_what_came_of_it(row: Conversation, responder: User) -> None:
    flag(row, responder)
    assert refused(lambda: do(row, responder, NOTICE, notice="")) == "notice_missing"
    assert refused(lambda: do(row, responder, NOTICE, notice="x")) == "notice_missing"
    assert refused(lambda: do(row, responder, "x")) == "invalid"
    assert not ConcernStep.objects.exists()


def test_a_step_is_taken_back(row: Conversation, responder: User) -> None:
    concern = flag(row, responder)
    do(row, responder, "danger", NOTICE)
    undo_concern_step(by=acting(responder), conversation=row.public_id, step=NOTICE, now=timezone.now())
    concern.refresh_from_db()
    assert concern.notice == ""
    assert list(concern.steps.values_list("key", flat=True)) == ["danger"]
    undo_concern_step(by=acting(responder), conversation=row.public_id, step=NOTICE, now=timezone.now())  # nothing to take back
    told = Event.objects.filter(conversation=row, kind="concern").order_by("seq")
    assert [event.payload["state"] for event in told] == ["step", "step", "undone"]


def test_taken_back_with_a_reason(row: Conversation, responder: User) -> None:
    concern = flag(row, responder)
    assert refused(lambda: withdraw_flag(by=acting(responder), conversation=row.public_id, now=timezone.now())) == "concern_reason"
    for reason in ("", "muu syy"):
        with pytest.raises(ValidationError) as error:
            withdraw_concern(by=acting(responder), conversation=row.public_id, reason=reason, now=timezone.now())
        assert error.value.code == "concern_reason"
    withdraw_concern(by=acting(responder), conversation=row.public_id, reason="no_concern", now=timezone.now())
    concern.refresh_from_db()
    row.refresh_from_db()
    assert (concern.closing, concern.reason, row.flag, row.flagged_at) == ("withdrawn", "no_concern", "", None)
    assert refused(lambda: do(row, responder, "danger")) == "concern_over"
    assert end(row, responder).state == State.ENDED


def test_another_kind_keeps_what_was_done(row: Conversation, responder: User) -> None:
    concern = flag(row, responder, "older")
    do(row, responder, "danger")
    assert flag(row, responder, "dangerous").pk == concern.pk
    concern.refresh_from_db()
    assert (concern.kind, concern.steps.count()) == ("dangerous", 1)


def test_a_flag_of_abuse_hides_no_concern(row: Conversation, responder: User, supervisor: User) -> None:
    flag(row, responder, "child")
    flag_conversation(by=acting(responder), conversation=row.public_id, flag="abusive", now=timezone.now())
    assert refused(lambda: end(row, responder)) == "concern_open"
    withdraw_flag(by=acting(responder), conversation=row.public_id, now=timezone.now())
    row.refresh_from_db()
    assert row.flag == Flag.CHILD
    assert refused(lambda: end(row, responder)) == "concern_open"
    handle_flag(by=acting(supervisor), conversation=row.public_id, now=timezone.now())  # she has seen it: the list stays
    assert refused(lambda: end(row, responder)) == "concern_open"


def test_it_goes_with_the_conversation(row: Conversation, responder: User, colleague: User, queue: Queue) -> None:
    flag(row, responder)
    made = offer(row, responder, queue, colleague, now=timezone.now())
    accept_transfer(by=acting(colleague), transfer=made.public_id, now=timezone.now())
    assert refused(lambda: end(row, colleague)) == "concern_open"
    do(row, colleague, "danger")


def test_the_resident_and_the_portal_may_end_and_the_task_stays(
    row: Conversation, resident: Resident, responder: User, supervisor: User, signed_in: SignedIn
) -> None:
    concern = flag(row, responder)
    do(row, responder, "danger")
    leave_conversation(by=resident, conversation=row.public_id, now=timezone.now())
    assert concern in Concern.objects.open().supervised_by(acting(supervisor))
    board = signed_in(supervisor).get("/fi/vastaaja/tilanne/").content.decode()
    assert "Avoimia huolia: 1" in board and "Huoli lapsesta" in board and "1/6 vaihetta" in board
    assert "Keskustelu on päättynyt" in board and str(row.public_id) in board
    code_conversation(by=acting(responder), conversation=row.public_id, outcome="R1", topic="neuvonta", now=timezone.now())
    do(row, responder, *step_keys("child"))
    assert "Avoimia huolia: 0" in signed_in(supervisor).get("/fi/vastaaja/tilanne/osa/").content.decode()


def test_silence_ends_it_and_the_task_stays(row: Conversation, responder: User) -> None:
    flag(row, responder)
    for hours in (1, 2, 3):
        run_due(by=System("test"), now=timezone.now() + timedelta(hours=hours))
    row.refresh_from_db()
    assert (row.state, row.ended_by) == (State.ENDED, "system")
    assert Concern.objects.open().filter(conversation=row).exists()


# --- who ---


def test_who_goes_through_the_list(row: Conversation, responder: User, colleague: User, supervisor: User) -> None:
    flag(row, responder)
    assert refused(lambda: do(row, colleague, "danger")) == "not_yours"
    do(row, supervisor, "danger")
    step = ConcernStep.objects.get()
    assert (step.key, step.done_by) == ("danger", supervisor)


@pytest.mark.parametrize("name", ["outsider", "second_responder", "former", "main_user", "reader"])
def test_whoever_may_not_read_it_may_do_nothing(
    name: str, row: Conversation, responder: User, request: pytest.FixtureRequest
) -> None:
    flag(row, responder)
    by, now = acting(request.getfixturevalue(name)), timezone.now()
    for act in (
        lambda: do_concern_step(by=by, conversation=row.public_id, step="danger", now=now),
        lambda: undo_concern_step(by=by, conversation=row.public_id, step="danger", now=now),
        lambda: withdraw_concern(by=by, conversation=row.public_id, reason="mistake", now=now),
    ):
        with pytest.raises(Conversation.DoesNotExist):
            act()
    assert not Concern.objects.readable_by(by).exists()
    assert not Concern.objects.supervised_by(by).exists()


@pytest.mark.parametrize("by", [Resident(uuid4()), System("test")])
def test_nobody_but_staff(by: Actor, row: Conversation, responder: User) -> None:
    flag(row, responder)
    with pytest.raises(PermissionDenied):
        do_concern_step(by=by, conversation=row.public_id, step="danger", now=timezone.now())


# --- the resident sees nothing, and nobody's words are kept ---


def test_the_resident_sees_nothing_of_it(row: Conversation, resident: Resident, responder: User) -> None:
    before = open_conversation(by=resident, conversation=row.public_id, now=timezone.now(), source="socket", whole=True)
    head = before.conversation.head_all
    flag(row, responder)
    do(row, responder, *step_keys("child"))
    row.refresh_from_db()
    assert row.head_all == head  # no hole, and no news, in her numbers
    told = Event.objects.filter(conversation=row, kind__in=["flagged", "concern"])
    assert {event.audience for event in told} == {"staff"}
    end(row, responder)
    client = Client()
    client.cookies[settings.RESIDENT_COOKIE_NAME] = cookie_value(resident)
    talk = f"/fi/keskustelu/{row.public_id}/"
    for path in (
        talk,
        f"{talk}tallenne.txt",
        f"{talk}tuloste/",
        f"{talk}jono/",
        f"/api/keskustelu/{row.public_id}/tapahtumat/?all=0",
    ):
        page = client.get(path).content.decode()
        assert "uoli" not in page and "concern" not in page, path


def test_payloads_hold_codes_and_the_name_of_the_one_who_did_it(row: Conversation, responder: User) -> None:
    flag(row, responder)
    do(row, responder, *step_keys("child"))
    for event in Event.objects.filter(conversation=row, kind="concern"):
        assert event.body == ""
        assert set(event.payload) <= {"concern", "state", "name", "step", "notice"}
        assert event.payload["name"] == responder.shown_name
        assert SECRET not in json.dumps(event.payload)


def test_what_the_database_never_holds(row: Conversation, responder: User) -> None:
    now = timezone.now()
    good: dict[str, Any] = {"conversation": row, "kind": "child", "opened_at": now}
    for wrong in (
        {"kind": "abusive"},
        {"closing": ConcernEnd.DONE, "notice": "made"},
        {"closing": ConcernEnd.DONE, "closed_at": now},
        {"closing": ConcernEnd.WITHDRAWN, "closed_at": now},
        {"reason": "mistake"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Concern.objects.create(**{**good, **wrong})
    Concern.objects.create(**good)
    with pytest.raises(IntegrityError), transaction.atomic():
        Concern.objects.create(**good)


def test_counts_are_rows_without_words_and_practice_counts_nothing(
    row: Conversation, responder: User, django_assert_num_queries: Any
) -> None:
    flag(row, responder)
    do(row, responder, *step_keys("child"), notice="advised")
    flag(row, responder, "older")
    with django_assert_num_queries(1):
        assert Concern.objects.counted().tally() == [("child", "done", "advised", 1), ("older", "", "", 1)]
    Conversation.objects.filter(pk=row.pk).update(is_test=True)
    assert Concern.objects.counted().tally() == []


# --- the doors ---


def test_the_panel_from_flag_to_end(row: Conversation, responder: User, signed_in: SignedIn) -> None:
    load_directory(by=System("test"), today=timezone.localdate(), counties=[row.county.code])
    ContactPoint.objects.filter(key="child_protection_phone").update(value="000 100 1004")
    client, path = signed_in(responder), f"/fi/vastaaja/{row.public_id}/"
    assert "Huoli lapsesta" in client.get(f"{path}osa/concern/").content.decode()
    assert client.post(f"{path}huoli/", {"act": "set", "flag": "child"}, headers=JSON).status_code == 200
    part = client.get(f"{path}osa/concern/").content.decode()
    assert "0/6 vaihetta" in part and "000 100 1004" in part and "112" in part and "lastensuojeluilmoitus" in part
    ended = client.post(f"{path}lopeta/", {"outcome": "R1", "topic": "neuvonta"})
    assert ended.status_code == 409 and "Käy ensin huolen tarkistuslista läpi" in ended.content.decode()
    answer = client.post(f"{path}lopeta/", {"outcome": "R1", "topic": "neuvonta"}, headers=JSON).json()
    assert answer["code"] == "concern_open" and "tarkistuslista" in answer["text"]
    for step in step_keys("child"):
        assert client.post(f"{path}huoli/", {"act": "step", "step": step, "notice": "made"}).status_code == 302
    part = client.get(f"{path}osa/concern/").content.decode()
    assert "kävi tarkistuslistan läpi" in part
    assert client.post(f"{path}lopeta/", {"outcome": "R1", "topic": "neuvonta"}).status_code == 302


@pytest.mark.parametrize(
    ("language", "words"), [("fi", "Kysy, onko joku vaarassa"), ("sv", "Fråga om någon"), ("en", "Ask whether anyone")]
)
def test_the_panel_in_three_languages(language: str, words: str, row: Conversation, responder: User, signed_in: SignedIn) -> None:
    flag(row, responder)
    page = signed_in(responder).get(f"/{language}/vastaaja/{row.public_id}/osa/concern/").content.decode()
    assert words in page
    with translation.override(language):
        assert str(Flag.CHILD.label) in page


def test_the_ready_words_are_in_the_language_of_the_conversation(row: Conversation, responder: User, signed_in: SignedIn) -> None:
    Conversation.objects.filter(pk=row.pk).update(language="sv")
    flag(row, responder, "older")
    page = signed_in(responder).get(f"/fi/vastaaja/{row.public_id}/osa/concern/").content.decode()
    assert kind_of("older").say.sv in page.replace("&#x27;", "'")
    assert 'lang="sv"' in page


def test_no_query_without_a_flag_and_few_with_one(
    row: Conversation, responder: User, signed_in: SignedIn, django_assert_max_num_queries: Any
) -> None:
    client, path = signed_in(responder), f"/fi/vastaaja/{row.public_id}/osa/concern/"
    client.get(path)
    with django_assert_max_num_queries(13) as plain:
        client.get(path)
    assert not any("chat_concern" in query["sql"] for query in plain.captured_queries)
    flag(row, responder)
    do(row, responder, *step_keys("child")[:3])
    with django_assert_max_num_queries(len(plain.captured_queries) + 3):
        client.get(path)


def test_steps_of_a_kind_are_in_the_order_of_the_file() -> None:
    assert [step.key for step in steps_of("child")] == step_keys("child")
