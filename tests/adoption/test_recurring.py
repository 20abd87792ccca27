"""Items that come back: 4.2 every month, 4.3 and 4.4 every quarter (S000-53…55)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.models import User
from adoption.choices import ItemState
from adoption.models import Rollout, RolloutItem
from adoption.operations import add_member, missing_parts, move_item, renew_recurring, save_form
from adoption.progress import progress
from adoption.tasks import check_rollouts
from tests.adoption.conftest import NOW, Refused, item_of, tell, whole
from tests.conftest import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def at(month: int, day: int, year: int = 2026) -> datetime:
    return datetime(year, month, day, 6, 0, tzinfo=UTC)


def done(rollout: Rollout, *codes: str) -> None:
    RolloutItem.objects.filter(rollout=rollout, model_item__code__in=codes).update(state=ItemState.DONE, done_at=NOW)


@pytest.fixture
def reported(rollout: Rollout, coordinator: User, supervisor: User) -> Rollout:
    add_member(by=acting(coordinator), rollout=rollout, user=supervisor, role="supervisor", now=NOW)
    done(rollout, "3.2", "3.7", "4.1")
    return rollout


def test_they_come_alive_when_what_they_rest_on_is_done(rollout: Rollout) -> None:
    assert renew_recurring(now=at(11, 5)) == []
    done(rollout, "3.7")
    assert [item.model_item.code for item in renew_recurring(now=at(11, 5))] == ["4.2"]
    item = item_of(rollout, "4.2")
    assert (item.state, item.period, item.due_on) == (ItemState.NOT_STARTED, date(2026, 10, 1), date(2026, 11, 13))


def test_4_2_october_is_due_on_13_november_three_topics_are_not_enough_and_december_asks_again(
    reported: Rollout, supervisor: User, refused: Refused
) -> None:
    renew_recurring(now=at(11, 4))
    item, by = item_of(reported, "4.2"), acting(supervisor)
    assert (item.period, item.due_on) == (date(2026, 10, 1), date(2026, 11, 13))

    values = whole("report_review")
    three = {**values, "free_feedback": ""}
    save_form(by=by, rollout=reported, form="report_review", values=three, now=at(11, 5))
    with refused("parts_missing"):
        move_item(by=by, item=item, to="done", now=at(11, 5))
    save_form(by=by, rollout=reported, form="report_review", values=values, now=at(11, 5))
    move_item(by=by, item=item, to="done", now=at(11, 5))

    assert [one for one in renew_recurring(now=at(12, 2)) if one.model_item.code == "4.2"] == []
    renewed = [one.model_item.code for one in renew_recurring(now=at(12, 3))]
    assert renewed == ["4.2"]
    item = item_of(reported, "4.2")
    assert (item.state, item.period, item.due_on) == (ItemState.IN_PROGRESS, date(2026, 11, 1), date(2026, 12, 14))
    assert (item.done_at, item.reopened_at, item.reason) == (None, None, "")
    assert [part.name for part in missing_parts(item)] == ["form:report_review"], "October's review fills October only"
    assert reported.form_answers.get().period == date(2026, 10, 1)
    assert item.history.last().reason == "→ 11/2026"


def test_the_quarterly_ones_are_due_on_the_last_working_day_and_again_next_quarter(reported: Rollout, coordinator: User) -> None:
    renew_recurring(now=at(11, 5))
    tell(reported, coordinator, "4.3")
    move_item(by=acting(coordinator), item=item_of(reported, "4.3"), to="done", now=at(11, 5))
    assert item_of(reported, "4.3").due_on == date(2026, 12, 31)
    before = progress(reported.items.all()).done
    renew_recurring(now=at(12, 31))
    assert item_of(reported, "4.3").state == ItemState.DONE
    renew_recurring(now=at(1, 1, 2027))
    assert (item_of(reported, "4.3").state, item_of(reported, "4.3").due_on) == (ItemState.IN_PROGRESS, date(2027, 3, 31))
    assert progress(reported.items.all()).done == before - 1, "it counts while its present period is done"


def test_running_twice_changes_nothing(reported: Rollout) -> None:
    assert len(renew_recurring(now=at(11, 5))) == 3
    versions = list(reported.items.values_list("version", flat=True))
    assert renew_recurring(now=at(11, 5)) == []
    assert renew_recurring(now=at(11, 6)) == []
    assert list(reported.items.values_list("version", flat=True)) == versions


def test_a_blocked_one_stays_blocked_and_the_passed_month_is_in_the_history(reported: Rollout, coordinator: User) -> None:
    renew_recurring(now=at(11, 5))
    move_item(by=acting(coordinator), item=item_of(reported, "4.2"), to="blocked", reason="Raportti puuttuu", now=at(11, 6))
    renew_recurring(now=at(12, 3))
    item = item_of(reported, "4.2")
    assert (item.state, item.reason, item.period) == (ItemState.BLOCKED, "Raportti puuttuu", date(2026, 11, 1))
    last = item.history.last()
    assert (last.was, last.became, last.by_system) == ("blocked", "blocked", True)


def test_after_rooting_only_the_monthly_one_goes_on(reported: Rollout) -> None:
    renew_recurring(now=at(11, 5))
    reported.rooting_until = date(2026, 11, 30)
    reported.save()
    assert [item.model_item.code for item in renew_recurring(now=at(1, 8, 2027))] == ["4.2"]


def test_they_go_on_in_maintenance_and_end_with_the_rollout(reported: Rollout) -> None:
    renew_recurring(now=at(11, 5))
    Rollout.objects.filter(pk=reported.pk).update(status="maintenance")
    assert len(renew_recurring(now=at(1, 8, 2027))) == 3
    Rollout.objects.filter(pk=reported.pk).update(status="not_launched")
    assert renew_recurring(now=at(4, 8, 2027)) == []


def test_whoever_begins_one_early_begins_the_present_month(rollout: Rollout, coordinator: User) -> None:
    item = move_item(by=acting(coordinator), item=item_of(rollout, "4.2"), to="in_progress", now=NOW)
    assert (item.period, item.due_on) == (date(2026, 10, 1), date(2026, 11, 13))
    assert move_item(by=acting(coordinator), item=item_of(rollout, "2.1"), to="in_progress", now=NOW).period is None
    assert renew_recurring(now=NOW + timedelta(days=1)) == []


def test_the_nightly_job_makes_them_due(reported: Rollout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adoption.tasks.timezone.now", lambda: at(11, 5))
    check_rollouts()
    due = reported.items.filter(due_on__isnull=False).values_list("model_item__code", flat=True)
    assert sorted(due) == ["4.2", "4.3", "4.4"]
