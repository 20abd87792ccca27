"""The history of a rollout: who did what and when, from its own rows and the audit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from accounts.models import User
from adoption.history import deeds_of
from adoption.models import FormAnswer, ItemHistory, Rollout, VerdictCondition
from adoption.operations import (
    add_member,
    answer_question,
    assign_item,
    change_card,
    comment_item,
    end_rollout,
    give_verdict,
    meet_condition,
    move_item,
    remove_comment,
    remove_member,
    save_form,
    withdraw_filling,
)
from tests.adoption.admin.conftest import url
from tests.adoption.conftest import NOW, TODAY, decide, gate_of, item_of, tell
from tests.conftest import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def told(rollout: Rollout) -> list[tuple[str, str]]:
    """Who and what, in English."""
    with translation.override("en"):
        return [(deed.who, deed.what) for deed in deeds_of(rollout)]


def test_everything_that_was_done_is_told_with_who_did_it(
    rollout: Rollout, coordinator: User, manager: User, supervisor: User
) -> None:
    by, item = acting(coordinator), item_of(rollout, "2.1")
    member = add_member(by=by, rollout=rollout, user=supervisor, role="supervisor", now=NOW)
    change_card(by=by, rollout=rollout, values={"place": "Kuopio"}, now=NOW)
    answer_question(by=by, rollout=rollout, question="new_technology", answer="no", now=NOW)
    assign_item(by=by, item=item, owner=supervisor, due_on=TODAY, now=NOW)
    move_item(by=acting(supervisor), item=item, to="blocked", reason="Odotetaan", now=NOW)
    filling = tell(rollout, coordinator, "2.4")
    withdraw_filling(by=by, filling=filling, now=NOW + timedelta(hours=1))
    decide(rollout, manager)
    remove_comment(by=by, comment=comment_item(by=by, item=item, text="Salainen sana", now=NOW), now=NOW)
    save_form(by=by, rollout=rollout, form="need_mapping", values={}, now=NOW)
    conditions = [("Koulutus", TODAY)]
    move_item(by=by, item=item_of(rollout, "1.4"), to="done", now=NOW)
    give_verdict(by=acting(manager), rollout=rollout, gate=gate_of(rollout, "G1"), verdict="go", role="manager", now=NOW)
    give_verdict(
        by=acting(manager), rollout=rollout, gate=gate_of(rollout, "G2"), verdict="conditions", role="manager", text="x",
        conditions=conditions, now=NOW,
    )  # fmt: skip
    meet_condition(by=by, condition=VerdictCondition.objects.get(), now=NOW)
    remove_member(by=by, member=member, now=NOW)
    end_rollout(by=by, rollout=rollout, reason="Rahoitus loppui", now=NOW)
    petri, jaana, sirpa = str(coordinator), str(manager), str(supervisor)
    found = told(rollout)
    for who, what in [
        (petri, "The rollout was started"),
        (petri, "Added"),
        (petri, "The card was changed"),
        (petri, "A question was answered"),
        (petri, "Person and due date"),
        (sirpa, "Not started → Blocked"),
        (petri, "Filled: What was done"),
        (petri, "Taken back: What was done"),
        (jaana, "Filled: Decision"),
        (petri, "Commented"),
        (petri, "Took the comment back"),
        (petri, "Saved the form, the last time"),
        (petri, "In progress → Done"),
        (jaana, "Verdict: Go"),
        (jaana, "Verdict: Go, with conditions"),
        (petri, "A condition was met"),
        (petri, "Taken away"),
        (petri, "The rollout was ended"),
    ]:
        assert (who, what) in found, what
    deeds = deeds_of(rollout)
    assert [deed.at for deed in deeds] == sorted((deed.at for deed in deeds), reverse=True)
    with translation.override("en"):
        details = {deed.what: (deed.detail, deed.about) for deed in deeds_of(rollout)}
    assert str(supervisor) in details["Person and due date"][0]
    assert details["The rollout was ended"][0] == "Rahoitus loppui"
    assert "place" in details["The card was changed"][0]
    assert str(supervisor) in details["Taken away"][0], "who was taken away is known though the row is gone"
    assert not any("Salainen" in f"{deed}" for deed in deeds)


def test_nothing_of_another_rollout_is_told(rollout: Rollout, coordinator: User, county: Any) -> None:
    from adoption.operations import start_rollout

    other = start_rollout(by=acting(coordinator), county=county, name={"fi": "Toinen"}, now=NOW)
    before = told(other)
    move_item(by=acting(coordinator), item=item_of(rollout, "2.1"), to="in_progress", now=NOW)
    add_member(by=acting(coordinator), rollout=rollout, user=coordinator, role="ict", now=NOW)
    assert told(other) == before == [(str(coordinator), "The rollout was started")]


def test_what_the_portal_did_is_told_as_its_own(rollout: Rollout) -> None:
    ItemHistory.objects.create(item=item_of(rollout, "1.1"), by_system=True, was="not_started", became="in_progress")
    assert ("", "Not started → In progress") in told(rollout)


def test_a_long_history_is_leafed_through_in_the_same_number_of_queries(
    signed_in: Any, coordinator: User, rollout: Rollout
) -> None:
    client = signed_in(coordinator)
    client.get(url("history", rollout.pk))

    def counted(query: str = "") -> int:
        with CaptureQueriesContext(connection) as queries:
            response = client.get(url("history", rollout.pk) + query)
        assert response.status_code == 200
        return len(queries)

    few = counted()
    item = item_of(rollout, "1.1")
    ItemHistory.objects.bulk_create(
        ItemHistory(item=item, at=NOW + timedelta(minutes=n), by=coordinator, was="blocked", became="in_progress")
        for n in range(70)
    )
    FormAnswer.objects.create(rollout=rollout, form="need_mapping", saved_by=coordinator)
    assert counted() == few
    page = client.get(url("history", rollout.pk) + "?p=2")
    assert page.context["page"].number == 2
    assert "Uudemmat" in page.content.decode()
