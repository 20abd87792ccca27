"""Hiding words by hand: who may, what is left of them (nothing), and who sees it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Resident, Staff, System
from accounts.choices import Role
from accounts.models import AuditEntry, User
from chat.choices import EventKind
from chat.models import Conversation, Event
from chat.operations import Posted, PostMessage, erase_expired, post_message, post_messages, redact_message
from chat.refusals import Refusal
from services.models import County, Service
from tests.conftest import acting, make_grant

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
Make = Callable[..., Conversation]
SignIn = Callable[..., Client]
WORDS = "Olen Aino Virtanen, asun Testikadulla."


@pytest.fixture
def said(conversation_of: Make, resident: Resident, responder: User) -> Posted:
    row = conversation_of(resident, responder)
    return post_message(by=resident, conversation=row.public_id, client_id=uuid4(), body=WORDS, now=timezone.now())


def hide(person: User, said: Posted, words: str = "", *, audience: str = "all", seq: int | None = None) -> Event:
    return redact_message(
        by=acting(person),
        conversation=said.conversation,
        audience=audience,
        seq=said.seq if seq is None else seq,
        words=words,
        now=timezone.now(),
    )


def body_of(said: Posted) -> str:
    return Event.objects.get(conversation__public_id=said.conversation, audience=said.audience, seq=said.seq).body


class TestHiding:
    def test_the_whole_message(self, said: Posted, responder: User) -> None:
        hide(responder, said)
        assert body_of(said) == "[peitetty]"
        row = Conversation.objects.get(public_id=said.conversation)
        news = Event.objects.get(conversation=row, kind=EventKind.REDACTED)
        assert (news.audience, news.seq, news.seq) == ("all", said.seq + 1, row.head_all)
        assert news.payload == {"audience": "all", "seq": said.seq}
        assert news.body == "[peitetty]"

    def test_some_words_wherever_they_stand(self, said: Posted, responder: User) -> None:
        hide(responder, said, "Virtanen")
        assert body_of(said) == "Olen Aino [peitetty], asun Testikadulla."

    def test_what_was_hidden_is_nowhere(self, said: Posted, responder: User) -> None:
        hide(responder, said, "Virtanen")
        hide(responder, said, "Testikadulla")
        rows = Event.objects.filter(conversation__public_id=said.conversation)
        assert [event.body for event in rows.filter(kind=EventKind.REDACTED)] == ["Olen Aino [peitetty], asun [peitetty]."] * 2
        for secret in ("Virtanen", "Testikadulla"):
            assert not rows.filter(body__contains=secret).exists()
            assert not any(secret in str(event.payload) for event in rows)
            assert not any(secret in str(vars(entry)) for entry in AuditEntry.objects.all())

    @pytest.mark.parametrize(("language", "hidden"), [("sv", "[dolt]"), ("en", "[hidden]")])
    def test_in_the_conversations_language(self, said: Posted, responder: User, language: str, hidden: str) -> None:
        Conversation.objects.filter(public_id=said.conversation).update(language=language)
        hide(responder, said)
        assert body_of(said) == hidden

    def test_twice_is_harmless(self, said: Posted, responder: User) -> None:
        hide(responder, said)
        hide(responder, said)
        assert Event.objects.filter(kind=EventKind.REDACTED).count() == 1

    def test_it_is_audited(self, said: Posted, responder: User) -> None:
        hide(responder, said, "Virtanen")
        entry = AuditEntry.objects.get(purpose="redaction")
        assert entry.object_id == f"{said.conversation}/all/{said.seq}"
        assert (entry.object_type, entry.action, entry.county) == ("chat.event", "change", "koe")

    def test_a_note_is_hidden_among_the_staff_only(self, said: Posted, responder: User) -> None:
        note = post_message(
            by=acting(responder),
            conversation=said.conversation,
            client_id=uuid4(),
            body="Nimi on Aino",
            audience="staff",
            now=timezone.now(),
        )
        head = Conversation.objects.get(public_id=said.conversation).head_all
        hide(responder, said, audience="staff", seq=note.seq)
        row = Conversation.objects.get(public_id=said.conversation)
        assert (row.head_all, row.head_staff) == (head, note.seq + 1)
        assert Event.objects.get(conversation=row, audience="staff", seq=note.seq).body == "[peitetty]"

    def test_a_retry_of_what_was_hidden_is_still_the_same_message(
        self, conversation_of: Make, resident: Resident, responder: User
    ) -> None:
        row = conversation_of(resident, responder)
        command = PostMessage(resident, row.public_id, uuid4(), WORDS)
        (said,) = post_messages(commands=[command], now=timezone.now())
        assert isinstance(said, Posted)
        hide(responder, said)
        (again,) = post_messages(commands=[command], now=timezone.now())
        assert isinstance(again, Posted)
        assert (again.duplicate, again.seq) == (True, said.seq)
        assert body_of(said) == "[peitetty]"

    def test_erasing_takes_what_is_left(self, said: Posted, responder: User) -> None:
        hide(responder, said, "Virtanen")
        Conversation.objects.update(retain_until=timezone.now())
        erase_expired(by=System(), now=timezone.now())
        assert not Event.objects.exclude(body="").exists()
        hide(responder, said)
        assert body_of(said) == ""


class TestWhoMay:
    def test_a_supervisor_of_the_service(self, said: Posted, supervisor: User) -> None:
        hide(supervisor, said)
        assert body_of(said) == "[peitetty]"

    def test_a_supervisor_of_the_county(self, said: Posted, county: County, colleague: User) -> None:
        make_grant(colleague, Role.SUPERVISOR, county=county)
        hide(colleague, said)
        assert body_of(said) == "[peitetty]"

    def test_a_supervisor_of_another_service_who_may_read(
        self, said: Posted, county: County, second_service: Service, colleague: User
    ) -> None:
        make_grant(colleague, Role.SUPERVISOR, county=county, service=second_service)
        with pytest.raises(ValidationError) as refused:
            hide(colleague, said)
        assert refused.value.code == Refusal.NOT_YOURS

    def test_another_responder_of_the_service(self, said: Posted, colleague: User) -> None:
        with pytest.raises(ValidationError) as refused:
            hide(colleague, said)
        assert refused.value.code == Refusal.NOT_YOURS
        assert body_of(said) == WORDS

    @pytest.mark.parametrize("who", ["second_responder", "outsider", "former", "main_user", "reader"])
    def test_to_everybody_else_there_is_no_such_conversation(self, who: str, said: Posted, request: pytest.FixtureRequest) -> None:
        with pytest.raises(Conversation.DoesNotExist):
            hide(request.getfixturevalue(who), said)
        assert body_of(said) == WORDS

    def test_not_a_resident(self, said: Posted, resident: Resident) -> None:
        with pytest.raises(PermissionDenied):
            redact_message(by=resident, conversation=said.conversation, audience="all", seq=said.seq, now=timezone.now())

    @pytest.mark.parametrize(
        ("seq", "words", "code"), [(1, "", "not_found"), (99, "", "not_found"), (None, "Liisa", "not_in_message")]
    )
    def test_only_messages_and_words_that_are_there(
        self, said: Posted, responder: User, seq: int | None, words: str, code: str
    ) -> None:
        with pytest.raises(ValidationError) as refused:
            hide(responder, said, words, seq=seq)
        assert refused.value.code == code
        assert not Event.objects.filter(kind=EventKind.REDACTED).exists()


# --- the door ---


def door(said: Posted) -> str:
    return reverse("chat:console_hide", args=[said.conversation])


def test_the_console_asks_and_hides(said: Posted, responder: User, signed_in: SignIn) -> None:
    client = signed_in(responder)
    page = client.get(reverse("chat:console_conversation", args=[said.conversation])).content.decode()
    assert f"{door(said)}?audience=all&amp;seq={said.seq}" in page
    asked = client.get(door(said), {"audience": "all", "seq": str(said.seq)}).content.decode()
    assert "Virtanen" in asked
    answer = client.post(door(said), {"audience": "all", "seq": said.seq, "how": "some", "words": " Virtanen "})
    assert answer.status_code == 302
    assert body_of(said) == "Olen Aino [peitetty], asun Testikadulla."
    client.post(door(said), {"audience": "all", "seq": said.seq, "how": "whole", "words": "Aino"})
    assert body_of(said) == "[peitetty]"


def test_the_script_is_told(said: Posted, responder: User, signed_in: SignIn) -> None:
    client = signed_in(responder)
    headers = {"Accept": "application/json"}
    refused = client.post(door(said), {"audience": "all", "seq": said.seq, "how": "some", "words": "Liisa"}, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (400, "not_in_message")
    empty = client.post(door(said), {"audience": "all", "seq": said.seq, "how": "some", "words": " "}, headers=headers)
    assert (empty.status_code, empty.json()["code"]) == (400, "empty")
    assert body_of(said) == WORDS
    told = client.post(door(said), {"audience": "all", "seq": said.seq, "how": "whole"}, headers=headers)
    assert told.json() == {"conversation": str(said.conversation), "audience": "all", "seq": said.seq}


@pytest.mark.parametrize("values", [{}, {"audience": "all"}, {"audience": "both", "seq": "2"}, {"audience": "all", "seq": "x"}])
def test_what_makes_no_sense_is_refused(said: Posted, responder: User, signed_in: SignIn, values: dict[str, str]) -> None:
    client = signed_in(responder)
    assert client.get(door(said), values).status_code == 404
    assert client.post(door(said), values, headers={"Accept": "application/json"}).status_code == 400


@pytest.mark.parametrize("who", ["second_responder", "outsider"])
def test_strangers_find_nothing(said: Posted, who: str, signed_in: SignIn, request: pytest.FixtureRequest) -> None:
    client = signed_in(request.getfixturevalue(who))
    values: dict[str, str] = {"audience": "all", "seq": str(said.seq)}
    assert client.get(door(said), values).status_code in (403, 404)
    assert client.post(door(said), {**values, "how": "whole"}).status_code in (403, 404)
    assert body_of(said) == WORDS


def test_a_colleague_is_offered_nothing(said: Posted, colleague: User, signed_in: SignIn) -> None:
    client = signed_in(colleague)
    assert door(said) not in client.get(reverse("chat:console_conversation", args=[said.conversation])).content.decode()
    assert client.get(door(said), {"audience": "all", "seq": str(said.seq)}).status_code == 404
    answer = client.post(door(said), {"audience": "all", "seq": said.seq, "how": "whole"}, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_yours")
    assert Staff(colleague.pk) == acting(colleague)
