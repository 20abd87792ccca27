"""The timeline: what happened when, and where it stands in the drawing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from adoption.board import Wanted, board_of
from adoption.choices import RolloutStatus, Verdict
from adoption.models import GateVerdict, ModelPhase, Rollout
from adoption.timeline import Lane, Mark, MarkKind, Span, draw, lanes_of
from adoption.timeline.drawing import MOST_TICKS, SIDE, WIDTH
from services.models import County, Service
from tests.adoption.board.conftest import MakeRollout, late
from tests.adoption.conftest import gate_of
from tests.conftest import acting

TODAY = date(2026, 11, 26)
DAYS = st.dates(date(2020, 1, 1), date(2032, 12, 31))


def coordinator_of(rollout: Rollout) -> User:
    """Who started it."""
    assert rollout.created_by is not None
    return rollout.created_by


def lane(*spans: Span, marks: tuple[Mark, ...] = ()) -> Lane:
    return Lane("a", "Neuvola", spans, marks)


class TestDrawing:
    def test_time_runs_from_left_to_right_and_everything_is_inside(self) -> None:
        first = Span(1, "Selvitys", date(2026, 1, 10), date(2026, 4, 1))
        second = Span(2, "Määrittely", date(2026, 4, 1), TODAY, is_open=True)
        drawing = draw([lane(first, second, marks=(Mark(MarkKind.GATE, date(2026, 4, 1), "G1"),))], today=TODAY)
        one, two = drawing.lanes[0].bars
        assert one.x < two.x
        assert one.x + one.width == pytest.approx(two.x, abs=0.2)
        assert drawing.lanes[0].points[0].x == two.x
        assert two.x + two.width == pytest.approx(drawing.today_x, abs=0.2)
        assert drawing.ticks[0].on == date(2026, 1, 1)

    def test_lanes_stand_below_each_other_without_touching(self) -> None:
        drawing = draw([lane(Span(1, "a", TODAY, TODAY)) for _ in range(3)], today=TODAY)
        edges = [(each.y, each.bar_y + drawing.bar_height) for each in drawing.lanes]
        assert all(lower[0] >= upper[1] for upper, lower in pairwise(edges))
        assert drawing.height > edges[-1][1]

    def test_nothing_to_draw_is_a_scale_with_today(self) -> None:
        drawing = draw([], today=TODAY)
        assert (list(drawing.lanes), SIDE <= drawing.today_x <= WIDTH) == ([], True)

    @settings(deadline=None, suppress_health_check=list(HealthCheck))
    @given(days=st.lists(DAYS, min_size=1, max_size=8), today=DAYS)
    def test_whatever_the_days_everything_is_on_the_sheet(self, days: list[date], today: date) -> None:
        spans = [Span(n, "x", day, day + timedelta(days=40)) for n, day in enumerate(days)]
        drawing = draw([lane(*spans, marks=tuple(Mark(MarkKind.LATE, day, "x") for day in days))], today=today)
        xs = [bar.x for bar in drawing.lanes[0].bars] + [point.x for point in drawing.lanes[0].points] + [drawing.today_x]
        assert all(SIDE <= x <= WIDTH - SIDE for x in xs)
        assert all(bar.width >= 3 and bar.x + bar.width <= WIDTH for bar in drawing.lanes[0].bars)
        assert 0 < len(drawing.ticks) <= MOST_TICKS
        assert [tick.x for tick in drawing.ticks] == sorted(tick.x for tick in drawing.ticks)


@pytest.mark.django_db
class TestLanes:
    @pytest.fixture
    def rollout(self, make_rollout: MakeRollout) -> Rollout:
        rollout = make_rollout("Neuvola", starts_on=date(2026, 1, 10), ends_on=date(2027, 3, 1))
        GateVerdict.objects.create(
            rollout=rollout, gate=gate_of(rollout, "G1"), verdict=Verdict.NO_GO, by=coordinator_of(rollout), role="manager",
            at=datetime(2026, 3, 1, 9, tzinfo=UTC), digest="0" * 64,
        )  # fmt: skip
        return rollout

    def passes(self, rollout: Rollout, key: str, month: int, phase: int) -> None:
        GateVerdict.objects.create(
            rollout=rollout, gate=gate_of(rollout, key), verdict=Verdict.GO, by=coordinator_of(rollout), role="manager",
            at=datetime(2026, month, 1, 9, tzinfo=UTC), digest="0" * 64,
        )  # fmt: skip
        now_in = ModelPhase.objects.get(model_version=rollout.model_version, order=phase)
        Rollout.objects.filter(pk=rollout.pk).update(phase=now_in)

    def lane(self, user: User, county: County) -> Lane:
        board = board_of(acting(user), county=county, wanted=Wanted(), today=max(TODAY, timezone.localdate()))
        return lanes_of(board.rows, today=TODAY)[0]

    def test_a_phase_lasts_from_gate_to_gate_and_the_current_one_until_today(
        self, rollout: Rollout, coordinator: User, county: County
    ) -> None:
        self.passes(rollout, "G1", 4, 2)
        spans = self.lane(coordinator, county).spans
        assert [(span.number, span.starts, span.ends, span.is_open, span.is_planned) for span in spans] == [
            (1, date(2026, 1, 10), date(2026, 4, 1), False, False),
            (2, date(2026, 4, 1), TODAY, True, False),
            (0, TODAY, date(2027, 3, 1), False, True),
        ]

    def test_a_gate_that_was_passed_by_is_passed_with_the_next(self, rollout: Rollout, coordinator: User, county: County) -> None:
        self.passes(rollout, "G1", 4, 2)
        self.passes(rollout, "G3", 9, 4)
        spans = self.lane(coordinator, county).spans
        assert [(span.number, span.ends) for span in spans[:3]] == [
            (1, date(2026, 4, 1)), (2, date(2026, 9, 1)), (3, date(2026, 9, 1)),
        ]  # fmt: skip

    def test_a_refusing_verdict_is_no_passing(self, rollout: Rollout, coordinator: User, county: County) -> None:
        found = self.lane(coordinator, county)
        assert [(span.number, span.is_open) for span in found.spans][:1] == [(1, True)]
        assert not [mark for mark in found.marks if mark.kind in (MarkKind.GATE, MarkKind.HARD_GATE)]

    def test_marks_tell_of_gates_the_opening_what_is_late_and_the_rooting(
        self, rollout: Rollout, coordinator: User, county: County, service: Service
    ) -> None:
        self.passes(rollout, "G1", 4, 2)
        late(rollout, "2.1", days=9)
        late(rollout, "2.2", days=2)
        service.opened_at = datetime(2026, 9, 1, 9, tzinfo=UTC)
        service.save()
        Rollout.objects.filter(pk=rollout.pk).update(service=service, rooting_until=date(2027, 11, 30))
        kinds = {mark.kind: mark.on for mark in self.lane(coordinator, county).marks}
        assert kinds[MarkKind.HARD_GATE] == date(2026, 4, 1)
        assert kinds[MarkKind.OPENED] == date(2026, 9, 1)
        assert kinds[MarkKind.ROOTED] == date(2027, 11, 30)
        assert kinds[MarkKind.LATE] == timezone.localdate() - timedelta(days=9)

    def test_one_that_was_handed_over_has_nothing_open(self, rollout: Rollout, coordinator: User, county: County) -> None:
        for key, month, phase in (("G1", 4, 2), ("G2", 5, 3), ("G3", 8, 4), ("G4", 10, 4)):
            self.passes(rollout, key, month, phase)
        Rollout.objects.filter(pk=rollout.pk).update(status=RolloutStatus.MAINTENANCE)
        spans = self.lane(coordinator, county).spans
        assert [(span.number, span.is_open, span.is_planned) for span in spans] == [(n, False, False) for n in (1, 2, 3, 4)]
        assert spans[-1].ends == date(2026, 10, 1)
