"""How it went: asked after every contact, answered by the same session for seven days, every question free to skip."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Resident, Staff, System
from accounts.models import User
from chat.choices import EndedBy, State, Status
from chat.models import Conversation, Feedback
from chat.models.feedback import FEEDBACK_TIME
from chat.operations import (
    Answers,
    answer_feedback,
    ask_feedback,
    close_lines,
    end_conversation,
    erase_expired,
    leave_conversation,
    post_message,
    run_due,
)
from chat.protocol import TEXT_LIMIT
from chat.residents import cookie_value
from services.choices import OverrideKind
from services.models import Override, Queue
from tests.conftest import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
Make = Callable[..., Conversation]
SignIn = Callable[..., Client]


@pytest.fixture
def ended(conversation_of: Make, resident: Resident, responder: User) -> Conversation:
    row = conversation_of(resident, responder)
    post_message(by=acting(responder), conversation=row.public_id, client_id=uuid4(), body="Hei", now=timezone.now())
    return end_conversation(by=acting(responder), conversation=row.public_id, outcome="R1", topic="neuvonta", now=timezone.now())


def answer(by: Resident, row: Conversation, *, after: timedelta = timedelta(0), **answers: Any) -> Feedback:
    now = timezone.now() + after
    return answer_feedback(by=by, conversation=row.public_id, answers=Answers(**answers), now=now)


class TestAsking:
    def test_the_first_time_is_stamped_and_stays(self, ended: Conversation, resident: Resident) -> None:
        now = timezone.now()
        for moment in (now, now + timedelta(hours=1)):
            found = ask_feedback(by=resident, conversation=ended.public_id, now=moment)
            assert found is not None
            assert (found.asked_at, found.answered_at) == (now, None)
        assert Feedback.objects.count() == 1

    def test_not_while_it_goes_on(self, conversation_of: Make, resident: Resident, responder: User) -> None:
        row = conversation_of(resident, responder)
        assert ask_feedback(by=resident, conversation=row.public_id, now=timezone.now()) is None
        assert not Feedback.objects.exists()

    def test_not_after_seven_days_and_not_of_erased_words(self, ended: Conversation, resident: Resident) -> None:
        assert ended.closed_at is not None
        late = ended.closed_at + FEEDBACK_TIME + timedelta(seconds=1)
        assert ask_feedback(by=resident, conversation=ended.public_id, now=late) is None
        Conversation.objects.update(retain_until=timezone.now())
        erase_expired(by=System(), now=timezone.now())
        assert ask_feedback(by=resident, conversation=ended.public_id, now=timezone.now()) is None

    def test_whoever_else_asks_is_refused(self, ended: Conversation, stranger: Resident, responder: User) -> None:
        with pytest.raises(Conversation.DoesNotExist):
            ask_feedback(by=stranger, conversation=ended.public_id, now=timezone.now())
        with pytest.raises(PermissionDenied):
            ask_feedback(by=Staff(responder.pk), conversation=ended.public_id, now=timezone.now())


class TestAnswering:
    def test_two_taps(self, ended: Conversation, resident: Resident) -> None:
        ask_feedback(by=resident, conversation=ended.public_id, now=timezone.now() - timedelta(minutes=1))
        first = answer(resident, ended, satisfaction=4)
        second = answer(resident, ended, recommend=9)
        assert (second.pk, second.satisfaction, second.recommend) == (first.pk, 4, 9)
        assert second.answered_at is not None
        assert first.answered_at is not None
        assert second.asked_at < first.answered_at <= second.answered_at

    def test_everything_and_changed(self, ended: Conversation, resident: Resident) -> None:
        answer(resident, ended, satisfaction=2, recommend=0, settled="partly", why_chat="quiet", words="Hyvä.")
        found = answer(resident, ended, after=timedelta(days=6), satisfaction=5, settled="yes", words="")
        found.refresh_from_db()
        assert (found.satisfaction, found.recommend, found.settled, found.why_chat, found.words) == (5, 0, "yes", "quiet", "")

    def test_answered_without_having_been_asked(self, ended: Conversation, resident: Resident) -> None:
        found = answer(resident, ended, satisfaction=1)
        assert found.asked_at == found.answered_at

    def test_nothing_answered_is_no_answer(self, ended: Conversation, resident: Resident) -> None:
        assert answer(resident, ended, settled="", words="").answered_at is None

    def test_until_seven_days_after_the_end(self, ended: Conversation, resident: Resident) -> None:
        assert answer(resident, ended, after=FEEDBACK_TIME - timedelta(minutes=1), satisfaction=3).satisfaction == 3
        with pytest.raises(ValidationError) as refused:
            answer(resident, ended, after=FEEDBACK_TIME + timedelta(minutes=1), satisfaction=1)
        assert refused.value.code == "feedback_over"
        assert Feedback.objects.get().satisfaction == 3

    @pytest.mark.parametrize(
        "answers",
        [{"satisfaction": 0}, {"satisfaction": 6}, {"recommend": -1}, {"recommend": 11}, {"settled": "x"}, {"why_chat": "x"}],
    )
    def test_what_is_no_answer(self, ended: Conversation, resident: Resident, answers: dict[str, Any]) -> None:
        with pytest.raises(ValidationError) as refused:
            answer(resident, ended, **answers)
        assert refused.value.code == "invalid"
        assert not Feedback.objects.exists()

    def test_by_the_same_session_only(self, ended: Conversation, stranger: Resident, responder: User) -> None:
        with pytest.raises(Conversation.DoesNotExist):
            answer(stranger, ended, satisfaction=1)
        for actor in (Staff(responder.pk), System()):
            with pytest.raises(PermissionDenied):
                answer_feedback(by=actor, conversation=ended.public_id, answers=Answers(satisfaction=1), now=timezone.now())
        assert not Feedback.objects.exists()

    def test_not_while_it_goes_on(self, conversation_of: Make, resident: Resident, responder: User) -> None:
        row = conversation_of(resident, responder)
        with pytest.raises(ValidationError):
            answer(resident, row, satisfaction=1)

    def test_identity_codes_are_masked(self, ended: Conversation, resident: Resident) -> None:
        assert answer(resident, ended, words="Olen 010280-952L").words == "Olen [henkilötunnus poistettu]"

    def test_her_words_are_erased_with_the_conversation_and_the_figures_stay(self, ended: Conversation, resident: Resident) -> None:
        answer(resident, ended, satisfaction=4, words="Kiitos Liisalle")
        Conversation.objects.update(retain_until=timezone.now())
        erase_expired(by=System(), now=timezone.now())
        found = Feedback.objects.get()
        assert (found.words, found.satisfaction) == ("", 4)

    def test_who_may_read_the_conversation_may_read_it(
        self, ended: Conversation, resident: Resident, responder: User, outsider: User, stranger: Resident
    ) -> None:
        answer(resident, ended, satisfaction=4)
        seen = [Feedback.objects.readable_by(actor).count() for actor in (resident, acting(responder), acting(outsider), stranger)]
        assert seen == [1, 1, 0, 0]


class TestEveryContact:
    """Who left, lost her place or met a closed door is asked too (S001-22)."""

    @pytest.fixture
    def waiting(self, conversation_of: Make, resident: Resident, responder: User) -> Conversation:
        return conversation_of(resident)

    def test_who_left_the_line(self, waiting: Conversation, resident: Resident) -> None:
        row = leave_conversation(by=resident, conversation=waiting.public_id, now=timezone.now() + timedelta(minutes=1))
        assert row.status == Status.ABANDONED
        assert answer(resident, row, after=timedelta(minutes=2), satisfaction=1).answered_at

    def test_who_lost_her_place(self, waiting: Conversation, resident: Resident) -> None:
        for minutes in (3, 30):
            run_due(by=System(), now=timezone.now() + timedelta(minutes=minutes))
        row = Conversation.objects.get()
        assert (row.state, row.ended_by) == (State.ENDED, EndedBy.SYSTEM)
        assert answer(resident, row, after=timedelta(hours=1), satisfaction=1).answered_at

    def test_who_met_a_closing_service(self, waiting: Conversation, resident: Resident, queue: Queue) -> None:
        now = timezone.now()
        Override.objects.create(
            county=queue.service.county, queue=queue, kind=OverrideKind.CLOSE, reason_fi="Loppui", starts_at=now
        )
        assert close_lines(by=System(), now=now + timedelta(hours=2)) == 1
        assert answer(resident, Conversation.objects.get(), after=timedelta(hours=3), recommend=0).answered_at


# --- the doors ---


@pytest.fixture
def browser(client: Client, resident: Resident) -> Client:
    client.cookies[settings.RESIDENT_COOKIE_NAME] = cookie_value(resident)
    return client


def page_of(row: Conversation) -> str:
    return reverse("chat:conversation", args=[row.public_id])


def door(row: Conversation) -> str:
    return reverse("chat:feedback", args=[row.public_id])


def test_the_ended_page_asks_and_stamps(browser: Client, ended: Conversation) -> None:
    page = browser.get(page_of(ended)).content.decode()
    assert "Kuinka tyytyväinen olet saamaasi palveluun?" in page
    assert "Kuinka todennäköisesti suosittelisit palvelua läheisellesi?" in page
    asked = Feedback.objects.get().asked_at
    browser.get(page_of(ended))
    assert Feedback.objects.get().asked_at == asked


def test_the_part_that_is_read_at_the_end_stamps(browser: Client, ended: Conversation) -> None:
    assert not Feedback.objects.exists()
    page = browser.get(reverse("chat:part", args=[ended.public_id, "feedback"])).content.decode()
    assert "<feedback-form" in page
    assert Feedback.objects.get().answered_at is None


def test_an_open_conversation_asks_nothing(browser: Client, conversation_of: Make, resident: Resident, responder: User) -> None:
    row = conversation_of(resident, responder)
    assert "<feedback-form" not in browser.get(page_of(row)).content.decode()
    assert not Feedback.objects.exists()


def test_a_plain_form(browser: Client, ended: Conversation) -> None:
    answered = {"satisfaction": "5", "recommend": "10", "settled": "yes", "why_chat": "easy", "words": " Kiitos!\r\n"}
    response = browser.post(door(ended), answered)
    assert (response.status_code, response["Location"]) == (302, f"{page_of(ended)}#palaute")
    found = Feedback.objects.get()
    assert (found.satisfaction, found.recommend, found.settled, found.why_chat, found.words) == (5, 10, "yes", "easy", "Kiitos!")
    page = browser.get(page_of(ended)).content.decode()
    assert "Kiitos palautteestasi!" in page
    assert "Kiitos!</textarea>" in page


def test_a_tap_leaves_the_rest_as_it_is(browser: Client, ended: Conversation) -> None:
    headers = {"Accept": "application/json"}
    assert browser.post(door(ended), {"satisfaction": "4", "words": "Ensin"}, headers=headers).json() == {"saved": True}
    browser.post(door(ended), {"recommend": "8", "why_chat": ""}, headers=headers)
    found = Feedback.objects.get()
    assert (found.satisfaction, found.recommend, found.words) == (4, 8, "Ensin")


@pytest.mark.parametrize(
    ("values", "code"),
    [({"satisfaction": "9"}, "invalid"), ({"settled": "ehkä"}, "invalid"), ({"words": "x" * (TEXT_LIMIT + 1)}, "too_long")],
)
def test_refusals_keep_her_words(browser: Client, ended: Conversation, values: dict[str, str], code: str) -> None:
    told = browser.post(door(ended), values, headers={"Accept": "application/json"})
    assert (told.status_code, told.json()["code"]) == (400, code)
    page = browser.post(door(ended), {"words": "Minun sanani", **values})
    assert page.status_code == 400
    assert values.get("words", "Minun sanani") in page.content.decode()
    assert not Feedback.objects.exclude(answered_at=None).exists()


def test_the_days_in_which_it_can_be_read_are_counted_down(browser: Client, ended: Conversation) -> None:
    assert "Voit lukea keskustelun tällä sivulla 7 päivän ajan" in browser.get(page_of(ended)).content.decode()
    Conversation.objects.update(closed_at=timezone.now() - timedelta(days=4, hours=1))
    assert "Voit lukea keskustelun tällä sivulla 3 päivän ajan" in browser.get(page_of(ended)).content.decode()


def test_after_seven_days_it_says_so(browser: Client, ended: Conversation) -> None:
    old = timezone.now() - FEEDBACK_TIME - timedelta(hours=1)
    Conversation.objects.update(queued_at=old, accepted_at=old, closed_at=old)
    page = browser.get(page_of(ended)).content.decode()
    assert "<feedback-form" not in page
    assert "Voit lukea keskustelun" not in page, "the days have passed"
    refused = browser.post(door(ended), {"satisfaction": "4", "words": "Minun sanani"})
    assert refused.status_code == 400
    assert "Minun sanani" in refused.content.decode()
    assert "seitsemän päivän ajan" in refused.content.decode()


def test_strangers_find_nothing(
    client: Client, ended: Conversation, stranger: Resident, responder: User, outsider: User, signed_in: SignIn
) -> None:
    client.cookies[settings.RESIDENT_COOKIE_NAME] = cookie_value(stranger)
    for visitor in (client, Client(), signed_in(responder), signed_in(outsider)):
        assert visitor.post(door(ended), {"satisfaction": "1"}).status_code == 404
    assert not Feedback.objects.exists()
