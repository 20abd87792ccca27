"""What a list says of items, on values alone: what is late, what holds one up, what is next, who is missing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from adoption.checklist import changed, is_overdue, is_shown_already, lines_of, next_steps, pressing, standing, unfinished_roles
from adoption.choices import ItemState, MemberRole
from adoption.success import Standing, conditions_now

TODAY = date(2026, 11, 26)
S = ItemState


def item(code: str, state: str = S.NOT_STARTED, *, rests: tuple[str, ...] = (), due: date | None = None, **more: Any) -> Any:
    model_item = SimpleNamespace(code=code, depends_on=list(rests), responsible=more.pop("role", MemberRole.ICT))
    return SimpleNamespace(pk=code, state=state, due_on=due, period=None, model_item=model_item, **more)


def codes(lines: Any) -> list[str]:
    return [line.item.model_item.code for line in lines]


@pytest.mark.parametrize(
    ("state", "due", "late"),
    [
        (S.IN_PROGRESS, date(2026, 11, 25), True),
        (S.IN_PROGRESS, TODAY, False),
        (S.BLOCKED, date(2026, 11, 1), True),
        (S.DONE, date(2026, 11, 1), False),
        (S.NOT_APPLICABLE, date(2026, 11, 1), False),
        (S.NOT_STARTED, None, False),
    ],
)
def test_late_is_what_is_open_after_its_day(state: str, due: date | None, late: bool) -> None:
    assert is_overdue(item("1.1", state, due=due), TODAY) is late


def test_the_latest_come_first_and_then_the_blocked() -> None:
    rows = [
        item("1.1", S.BLOCKED),
        item("1.2", due=date(2026, 11, 20)),
        item("1.3", due=date(2026, 11, 2)),
        item("1.4", S.DONE, due=date(2026, 11, 1)),
    ]
    assert codes(pressing(lines_of(rows, today=TODAY))) == ["1.3", "1.2", "1.1"]


def test_next_is_what_is_under_way_and_then_what_nothing_holds_up() -> None:
    rows = [
        item("1.1", S.DONE),
        item("1.2", rests=("1.1",)),
        item("1.3", rests=("1.2",)),
        item("1.4", S.WAITING_DECISION, rests=("1.3",)),
        item("1.5", S.NOT_APPLICABLE),
        item("1.6", rests=("1.5", "9.9")),
        item("2.1", S.BLOCKED),
    ]
    lines = lines_of(rows, today=TODAY)
    assert codes(next_steps(lines)) == ["1.4", "1.2", "1.6"]
    assert codes(next_steps(lines, most=1)) == ["1.4"]
    assert [each.model_item.code for each in lines[2].waits_for] == ["1.2"]


def test_roles_that_nobody_holds_in_the_order_in_which_they_are_needed() -> None:
    rows = [
        item("1.1", S.DONE, role=MemberRole.MANAGER),
        item("1.2", role=MemberRole.SUPERVISOR),
        item("1.3", role=MemberRole.ICT),
        item("1.4", role=MemberRole.SUPERVISOR),
    ]
    assert unfinished_roles(lines_of(rows, today=TODAY), {MemberRole.ICT: ["Ilkka"]}) == [MemberRole.SUPERVISOR]


def test_proofs_speak_of_the_present_period_only() -> None:
    row = item("4.2", S.BLOCKED)
    row.period = date(2026, 10, 1)
    now: Any = SimpleNamespace(holds=True, has_changed=True, period=row.period)
    before: Any = SimpleNamespace(holds=True, has_changed=True, period=date(2026, 9, 1))
    assert changed(row, [now]) and is_shown_already(row, [now])
    assert not changed(row, [before]) and not is_shown_already(row, [before])
    once: Any = SimpleNamespace(holds=True, period=None)
    assert not is_shown_already(item("4.2", S.IN_PROGRESS), [once])


def test_what_stands_is_of_the_period_and_not_withdrawn_the_newest_first() -> None:
    def filling(pk: int, **more: Any) -> Any:
        return SimpleNamespace(pk=pk, **{"at": datetime(2026, 11, pk, tzinfo=UTC), "withdrawn_at": None, "period": None, **more})

    rows = [filling(1), filling(3), filling(2, withdrawn_at=datetime(2026, 11, 9, tzinfo=UTC)), filling(4, period=TODAY)]
    assert [each.pk for each in standing(rows, None)] == [3, 1]
    assert [each.pk for each in standing(rows, TODAY)] == [4]


@pytest.mark.parametrize(
    ("sponsor", "state", "wanted"),
    [(None, S.NOT_STARTED, Standing.NOT_YET), (None, S.DONE, Standing.PARTLY), (7, S.DONE, Standing.HOLDS)],
)
def test_the_support_of_management_needs_the_decision_and_a_sponsor(sponsor: int | None, state: str, wanted: Standing) -> None:
    rollout: Any = SimpleNamespace(sponsor_id=sponsor)
    conditions: Any = [SimpleNamespace(key="management_support"), SimpleNamespace(key="easy_to_use")]
    support, ease = conditions_now(rollout, conditions, [item("1.4", state)])
    assert (support.standing, support.lacks_sponsor) == (wanted, sponsor is None)
    assert ease.standing == Standing.UNKNOWN


def test_a_condition_whose_item_does_not_apply_rests_on_the_others() -> None:
    rollout: Any = SimpleNamespace(sponsor_id=1)
    condition: Any = [SimpleNamespace(key="staff_resources")]
    rows = [item("1.5", S.NOT_APPLICABLE), item("3.5", S.DONE)]
    assert conditions_now(rollout, condition, rows)[0].standing == Standing.HOLDS
