"""What a responder says came of a conversation: reasons, failure demand, the right service; corrected later, never lost."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from accounts.actors import Resident
from accounts.models import User
from chat.choices import State
from chat.models import Conversation, Event
from chat.operations import code_conversation, end_conversation, leave_conversation, post_message
from services.models import Queue, Service
from tests.conftest import acting

pytestmark = pytest.mark.django_db
JSON = {"accept": "application/json"}
Make = Callable[..., Conversation]


@pytest.fixture
def active(conversation_of: Make, resident: Resident, responder: User) -> Conversation:
    return conversation_of(resident, responder, body="Äitini unohtelee.")


def ended(active: Conversation, responder: User, **given: object) -> Conversation:
    given = {"outcome": "R1", "topic": "neuvonta", **given}
    end_conversation(by=acting(responder), conversation=active.public_id, now=timezone.now(), **given)  # type: ignore[arg-type]
    active.refresh_from_db()
    return active


@pytest.mark.parametrize("outcome", ["R3", "R4", "R5"])
def test_what_goes_on_to_a_traditional_service_needs_its_reason(
    outcome: str, active: Conversation, responder: User, resident: Resident
) -> None:
    for reason in ("", "bad"):
        with pytest.raises(ValidationError) as refused:
            ended(active, responder, outcome=outcome, outcome_reason=reason)
        assert refused.value.code == "reason_missing"
    active.refresh_from_db()
    assert (active.state, active.outcome) == (State.ACTIVE, "")
    row = ended(active, responder, outcome=outcome, outcome_reason="examination")
    assert (row.outcome, row.outcome_reason) == (outcome, "examination")


@pytest.mark.parametrize("outcome", ["R1", "R2", "R6", "R7", "R8", "R9"])
def test_other_outcomes_keep_no_reason(outcome: str, active: Conversation, responder: User) -> None:
    assert ended(active, responder, outcome=outcome, outcome_reason="wish").outcome_reason == ""


def test_failure_demand_is_of_the_list_or_none(active: Conversation, responder: User) -> None:
    with pytest.raises(ValidationError) as refused:
        ended(active, responder, failure_demand="because")
    assert refused.value.code == "invalid"
    assert ended(active, responder, failure_demand="status_enquiry").failure_demand == "status_enquiry"


def test_the_wrong_service_has_its_target_within_the_county(
    active: Conversation, responder: User, second_service: Service, other_service: Service
) -> None:
    for target in (other_service, active.service):
        with pytest.raises(ValidationError) as refused:
            ended(active, responder, outcome="R7", wrong_service_target=target)
        assert refused.value.code == "invalid"
    row = ended(active, responder, outcome="R7", wrong_service_target=second_service)
    assert (row.wrong_service, row.wrong_service_target) == (True, second_service)


def test_a_correction_takes_away_what_no_longer_holds(active: Conversation, responder: User, second_service: Service) -> None:
    row = ended(active, responder, outcome="R7", wrong_service_target=second_service, failure_demand="unreachable")
    by, now = acting(responder), timezone.now()
    code_conversation(by=by, conversation=row.public_id, outcome="R4", topic="neuvonta", outcome_reason="own_worker", now=now)
    row.refresh_from_db()
    assert (row.wrong_service, row.wrong_service_target, row.failure_demand) == (False, None, "")
    assert (row.outcome, row.outcome_reason) == ("R4", "own_worker")
    code_conversation(by=by, conversation=row.public_id, outcome="R1", topic="neuvonta", now=now)
    row.refresh_from_db()
    assert (row.outcome, row.outcome_reason) == ("R1", "")


def test_the_log_has_codes_and_no_words_and_residents_do_not_see_them(active: Conversation, responder: User) -> None:
    ended(active, responder, outcome="R3", outcome_reason="treatment", failure_demand="wrong_advice")
    event = Event.objects.get(conversation=active, kind="coded")
    assert event.audience == "staff"
    assert event.payload == {"outcome": "R3", "topic": "neuvonta", "reason": "treatment", "failure_demand": "wrong_advice"}


def test_whom_the_resident_left_stays_for_wrap_up_and_after_a_reload(
    active: Conversation, responder: User, resident: Resident, signed_in: Callable[..., Client]
) -> None:
    post_message(by=acting(responder), conversation=active.public_id, client_id=uuid4(), body="Hei", now=timezone.now())
    leave_conversation(by=resident, conversation=active.public_id, now=timezone.now())
    client = signed_in(responder)
    for _ in range(2):
        page = client.get("/fi/vastaaja/").content.decode()
        assert f'data-conversation="{active.public_id}"' in page
    part = client.get(f"/fi/vastaaja/{active.public_id}/").content.decode()
    assert "Äitini unohtelee." in part
    assert "data-needs-code" in part
    form = {"outcome": "R5", "topic": "neuvonta", "reason": "wish", "failure_demand": "unreachable"}
    answer = client.post(f"/fi/vastaaja/{active.public_id}/luokittele/", form, headers=JSON)
    assert answer.status_code == 200
    active.refresh_from_db()
    assert (active.outcome, active.outcome_reason, active.failure_demand) == ("R5", "wish", "unreachable")
    assert str(active.public_id) not in client.get("/fi/vastaaja/").content.decode()


def test_a_plain_form_without_the_reason_is_told_and_keeps_its_choices(
    active: Conversation, responder: User, second_service: Service, signed_in: Callable[..., Client]
) -> None:
    form = {"outcome": "R3", "topic": "neuvonta", "failure_demand": "wrong_advice"}
    answer = signed_in(responder).post(f"/fi/vastaaja/{active.public_id}/lopeta/", form)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Valitse, miksi asia" in page
    assert '<option value="wrong_advice" selected>' in page
    assert 'value="R3" required checked' in page


def test_ended_conversations_keep_the_chosen_target(
    active: Conversation, responder: User, second_service: Service, queue: Queue, signed_in: Callable[..., Client]
) -> None:
    ended(active, responder, outcome="R7", wrong_service_target=second_service)
    page = signed_in(responder).get(f"/fi/vastaaja/{active.public_id}/").content.decode()
    assert f'<option value="{second_service.public_id}" selected' in page
