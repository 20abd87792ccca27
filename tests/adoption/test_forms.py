"""The forms of the model are saved, and fill their parts when whole."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import User
from adoption.choices import ItemState
from adoption.models import Filling, FormAnswer, Rollout
from adoption.operations import add_member, change_card, missing_parts, move_item, save_form
from tests.adoption.conftest import NOW, Refused, item_of, whole
from tests.conftest import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def lacking(rollout: Rollout, code: str) -> list[str]:
    return [part.name for part in missing_parts(item_of(rollout, code))]


def test_a_form_is_saved_as_far_as_it_is_known_and_fills_when_whole(rollout: Rollout, coordinator: User) -> None:
    values = whole("need_mapping")
    half = save_form(by=acting(coordinator), rollout=rollout, form="need_mapping", values={"current_state": "Puhelin"}, now=NOW)
    assert (half.version, half.saved_by) == (1, coordinator)
    assert lacking(rollout, "1.2") == ["form:need_mapping"]
    assert item_of(rollout, "1.2").state == ItemState.IN_PROGRESS
    full = save_form(by=acting(coordinator), rollout=rollout, form="need_mapping", values=values, now=NOW)
    assert (full.pk, full.version) == (half.pk, 2)
    assert lacking(rollout, "1.2") == []
    again = save_form(by=acting(coordinator), rollout=rollout, form="need_mapping", values=values, now=NOW)
    assert again.version == 2
    assert Filling.objects.count() == 1


def test_what_is_emptied_does_not_count_any_more(rollout: Rollout, coordinator: User) -> None:
    values = whole("need_mapping")
    save_form(by=acting(coordinator), rollout=rollout, form="need_mapping", values=values, now=NOW)
    save_form(by=acting(coordinator), rollout=rollout, form="need_mapping", values={**values, "stakeholders": []}, now=NOW)
    assert lacking(rollout, "1.2") == ["form:need_mapping"]
    assert Filling.objects.get().withdrawn_by == coordinator


def test_under_a_done_item_a_form_is_corrected_but_not_emptied(rollout: Rollout, coordinator: User, refused: Refused) -> None:
    values = whole("need_mapping")
    save_form(by=acting(coordinator), rollout=rollout, form="need_mapping", values=values, now=NOW)
    move_item(by=acting(coordinator), item=item_of(rollout, "1.2"), to="done", now=NOW)
    corrected = {**values, "current_state": "Puhelin ja sähköposti"}
    save_form(by=acting(coordinator), rollout=rollout, form="need_mapping", values=corrected, now=NOW)
    with refused("done"):
        save_form(by=acting(coordinator), rollout=rollout, form="need_mapping", values={}, now=NOW)
    assert FormAnswer.objects.get().values["current_state"] == "Puhelin ja sähköposti"


def test_a_save_over_a_newer_one_shows_both_texts(rollout: Rollout, coordinator: User, main_user: User) -> None:
    values = whole("need_mapping")
    seen = save_form(by=acting(coordinator), rollout=rollout, form="need_mapping", values=values, now=NOW).version
    theirs, mine = {**values, "current_state": "Puhelin"}, {**values, "current_state": "Sähköposti"}
    save_form(by=acting(main_user), rollout=rollout, form="need_mapping", values=theirs, version=seen, now=NOW)
    with pytest.raises(ValidationError) as told:
        save_form(by=acting(coordinator), rollout=rollout, form="need_mapping", values=mine, version=seen, now=NOW)
    (message,) = told.value.message_dict["current_state"]
    assert "Puhelin" in message
    assert "Sähköposti" in message
    assert set(told.value.message_dict) == {"current_state"}


def test_what_stands_in_the_live_system_is_not_proven_by_writing(rollout: Rollout, coordinator: User) -> None:
    """2.3: nine points filled, and yet neither form is: the service and its queues show it."""
    for form in ("service_definition", "queue_structure"):
        save_form(by=acting(coordinator), rollout=rollout, form=form, values=whole(form), now=NOW)
    assert lacking(rollout, "2.3") == ["form:service_definition", "form:queue_structure"]


def test_the_systems_are_kept_on_their_own_list(rollout: Rollout, coordinator: User, refused: Refused) -> None:
    with refused("table"):
        save_form(by=acting(coordinator), rollout=rollout, form="systems_inventory", values={"system": ["x"]}, now=NOW)


def test_unknown_forms_and_fields_are_named(rollout: Rollout, coordinator: User, refused: Refused) -> None:
    with refused("unknown_form"):
        save_form(by=acting(coordinator), rollout=rollout, form="nothing", values={}, now=NOW)
    with refused("unknown_field"):
        save_form(by=acting(coordinator), rollout=rollout, form="handover", values={"bonus": "1"}, now=NOW)


def test_the_report_is_reviewed_by_the_supervisor_or_management(
    rollout: Rollout, coordinator: User, supervisor: User, refused: Refused
) -> None:
    with refused("role"):
        save_form(by=acting(coordinator), rollout=rollout, form="report_review", values={}, now=NOW)
    with pytest.raises(PermissionDenied):
        save_form(by=acting(supervisor), rollout=rollout, form="report_review", values={}, now=NOW)
    add_member(by=acting(coordinator), rollout=rollout, user=supervisor, role="supervisor", now=NOW)
    answer = save_form(by=acting(supervisor), rollout=rollout, form="report_review", values=whole("report_review"), now=NOW)
    assert answer.period == date(2026, 10, 1)
    assert lacking(rollout, "4.2") == []


def test_the_end_of_rooting_in_the_handover_is_the_rollouts_own_until_it_is_moved(rollout: Rollout, coordinator: User) -> None:
    by, handover = acting(coordinator), whole("handover", date="2026-11-20", rooting_until="2027-05-31")
    save_form(by=by, rollout=rollout, form="handover", values=handover, now=NOW)
    rollout.refresh_from_db()
    assert rollout.rooting_until == date(2027, 5, 31)
    moved = change_card(by=by, rollout=rollout, values={"rooting_until": date(2027, 8, 31)}, version=rollout.version, now=NOW)
    save_form(by=by, rollout=rollout, form="handover", values={**handover, "scope": "Palvelu"}, now=NOW)
    moved.refresh_from_db()
    assert moved.rooting_until == date(2027, 8, 31), "what was moved on the card stays"
    save_form(by=by, rollout=rollout, form="handover", values={**handover, "rooting_until": "2027-06-30"}, now=NOW)
    moved.refresh_from_db()
    assert moved.rooting_until == date(2027, 6, 30)
