"""What the board tells of each rollout, in which order, narrowed by what, and in how many queries."""

from __future__ import annotations

from datetime import date, timedelta
from time import perf_counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.choices import Role
from accounts.models import User
from adoption.board import EVERY_COUNTY, Board, GateShape, Wanted, board_of, gate_words, shape_of
from adoption.choices import ItemState, RolloutStatus, Verdict
from adoption.gate_rules import GateStatus, Unmet
from adoption.models import GateVerdict, Rollout, RolloutItem, VerdictCondition
from services.models import County
from tests.adoption.board.conftest import MakeRollout, blocked, done, join, late
from tests.adoption.conftest import gate_of, item_of
from tests.conftest import acting, make_grant

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
MOST_QUERIES = 12


def shown(user: User, here: County, /, **wanted: str) -> Board:
    return board_of(acting(user), county=here, wanted=Wanted(**wanted), today=timezone.localdate())


def names(board: Board) -> list[str]:
    return [str(row.rollout) for row in board.rows]


def judged(rollout: Rollout, key: str, verdict: str, by: User) -> GateVerdict:
    return GateVerdict.objects.create(
        rollout=rollout, gate=gate_of(rollout, key), verdict=verdict, by=by, role="manager", digest="0" * 64
    )


class TestRows:
    def test_progress_is_by_the_rule_of_the_data_for_the_rollout_and_for_each_phase(
        self, make_rollout: MakeRollout, coordinator: User, county: County
    ) -> None:
        rollout = make_rollout("Neuvola")
        done(rollout, "1.1", "1.2", "1.3", "1.4", "1.5")
        RolloutItem.objects.filter(pk=item_of(rollout, "1.6").pk).update(state=ItemState.NOT_APPLICABLE, reason="Ei")
        row = shown(coordinator, county).rows[0]
        assert (row.progress.done, row.progress.applicable, row.progress.tenths) == (5, 23, 217)
        assert [cell.progress.tenths for cell in row.phases] == [1000, 0, 0, 0]
        assert [cell.is_current for cell in row.phases] == [True, False, False, False]

    def test_a_phase_in_which_nothing_applies_has_no_share(
        self, make_rollout: MakeRollout, coordinator: User, county: County
    ) -> None:
        rollout = make_rollout("Neuvola")
        RolloutItem.objects.filter(rollout=rollout).update(state=ItemState.NOT_APPLICABLE, reason="Ei")
        row = shown(coordinator, county).rows[0]
        assert row.progress.tenths is None
        assert {cell.progress.tenths for cell in row.phases} == {None}

    def test_each_gate_stands_under_its_phase_with_a_shape_of_its_own(
        self, make_rollout: MakeRollout, coordinator: User, manager: User, county: County
    ) -> None:
        rollout = make_rollout("Neuvola")
        done(rollout, "1.4")
        cells = [gate for cell in shown(coordinator, county).rows[0].phases for gate in cell.gates]
        assert [(gate.gate.key, gate.gate.hard, gate.shape) for gate in cells] == [
            ("G1", True, GateShape.READY),
            ("G2", False, GateShape.WAITING),
            ("G3", False, GateShape.WAITING),
            ("G4", True, GateShape.WAITING),
        ]
        assert gate_words(cells[1]) == "3 asiaa on kesken"
        judged(rollout, "G1", Verdict.NO_GO, manager)
        judged(rollout, "G1", Verdict.CONDITIONS, manager)
        judged(rollout, "G2", Verdict.POSTPONED, manager)
        cells = [gate for cell in shown(coordinator, county).rows[0].phases for gate in cell.gates]
        assert [gate.shape for gate in cells[:2]] == [GateShape.CONDITIONS, GateShape.POSTPONED]

    @pytest.mark.parametrize(
        ("verdict", "is_open", "shape"),
        [
            (None, True, GateShape.READY),
            (None, False, GateShape.WAITING),
            ("go", False, GateShape.PASSED),
            ("conditions", True, GateShape.CONDITIONS),
            ("no_go", True, GateShape.NO_GO),
            ("postponed", True, GateShape.POSTPONED),
        ],
    )
    def test_the_shape_follows_the_newest_verdict(self, verdict: str | None, is_open: bool, shape: GateShape) -> None:
        assert shape_of(verdict, GateStatus(is_open, () if is_open else (Unmet("1.4", "Päätös"),))) == shape

    def test_a_condition_of_a_gate_that_is_late_counts(
        self, make_rollout: MakeRollout, coordinator: User, manager: User, county: County, today: date
    ) -> None:
        rollout = make_rollout("Neuvola")
        verdict = judged(rollout, "G1", Verdict.CONDITIONS, manager)
        for days, met in ((-1, None), (-1, timezone.now()), (1, None)):
            VerdictCondition.objects.create(verdict=verdict, text="Sopimus", due_on=today + timedelta(days=days), met_at=met)
        row = shown(coordinator, county).rows[0]
        assert (row.conditions_late, row.is_pressing) == (1, True)


class TestOrder:
    def test_late_come_first_then_blocked_then_the_rest_by_name_and_the_ended_last(
        self, make_rollout: MakeRollout, coordinator: User, county: County
    ) -> None:
        for name in ("Öinen", "Avoin", "Estynyt", "Vähän myöhässä", "Paljon myöhässä", "Päättynyt"):
            make_rollout(name)
        of = {str(row): row for row in Rollout.objects.all()}
        blocked(of["Estynyt"], "2.5")
        late(of["Vähän myöhässä"], "1.1")
        late(of["Paljon myöhässä"], "1.1")
        late(of["Paljon myöhässä"], "1.2")
        late(of["Päättynyt"], "1.1")
        Rollout.objects.filter(pk=of["Päättynyt"].pk).update(status=RolloutStatus.NOT_STARTED, end_reason="Ei")
        assert names(shown(coordinator, county)) == [
            "Paljon myöhässä",
            "Vähän myöhässä",
            "Estynyt",
            "Avoin",
            "Öinen",
            "Päättynyt",
        ]

    def test_what_is_done_or_due_today_is_not_late(
        self, make_rollout: MakeRollout, coordinator: User, county: County, today: date
    ) -> None:
        rollout = make_rollout("Neuvola")
        late(rollout, "1.1")
        done(rollout, "1.1")
        late(rollout, "1.2", days=0)
        row = shown(coordinator, county).rows[0]
        assert (row.late, row.blocked, row.pressing) == (0, 0, [])


class TestFilters:
    @pytest.fixture
    def three(self, make_rollout: MakeRollout, responder: User) -> list[Rollout]:
        return [
            make_rollout("Neuvola", programme="RRP", investment="I4", stage="developing", tags=["Digitaaliset palvelut"]),
            make_rollout("Mielenterveys", programme="rrp", investment="I1", stage="in_use", tags=["mielenterveys"]),
            make_rollout("Ikääntyneet", stage="idea", tags=["digitaaliset palvelut", "Ikääntyminen"]),
        ]

    @pytest.mark.parametrize(
        ("wanted", "found"),
        [
            ({}, {"Neuvola", "Mielenterveys", "Ikääntyneet"}),
            ({"programme": "RRP"}, {"Neuvola", "Mielenterveys"}),
            ({"investment": "I4"}, {"Neuvola"}),
            ({"programme": "RRP", "investment": "I1"}, {"Mielenterveys"}),
            ({"stage": "idea"}, {"Ikääntyneet"}),
            ({"tag": "digitaaliset palvelut"}, {"Neuvola", "Ikääntyneet"}),
            ({"programme": "EAKR"}, set()),
            ({"person": "ei-kukaan"}, set()),
        ],
    )
    def test_they_narrow_by_what_the_card_says(
        self, three: list[Rollout], coordinator: User, county: County, wanted: dict[str, str], found: set[str]
    ) -> None:
        assert set(names(shown(coordinator, county, **wanted))) == found

    def test_a_person_is_found_as_member_owner_and_sponsor(
        self, three: list[Rollout], coordinator: User, responder: User, county: County
    ) -> None:
        join(three[0], responder)
        late(three[1], "1.1", owner=responder)
        assert set(names(shown(coordinator, county, person=str(responder.public_id)))) == {"Neuvola", "Mielenterveys"}
        Rollout.objects.filter(pk=three[2].pk).update(sponsor=responder)
        assert len(shown(coordinator, county, person=str(responder.public_id)).rows) == 3

    def test_only_what_some_rollout_has_is_offered_and_each_once(
        self, three: list[Rollout], coordinator: User, responder: User, county: County
    ) -> None:
        join(three[0], responder)
        options = shown(coordinator, county).options
        assert (list(options.programmes), list(options.investments)) == (["RRP"], ["I1", "I4"])
        assert list(options.stages) == ["idea", "developing", "in_use"]
        assert [tag.casefold() for tag in options.tags] == ["digitaaliset palvelut", "ikääntyminen", "mielenterveys"]
        assert list(options.people) == [responder]
        assert [row.code for row in options.counties] == [county.code]

    def test_a_person_of_two_counties_sees_the_pages_county_unless_she_asks_for_more(
        self, three: list[Rollout], coordinator: User, county: County, other_county: County
    ) -> None:
        elsewhere = make_elsewhere(other_county, three[0])
        assert str(elsewhere) not in names(shown(coordinator, county, county=EVERY_COUNTY))
        make_grant(coordinator, Role.COORDINATOR, county=other_county)
        assert str(elsewhere) not in names(shown(coordinator, county))
        assert names(shown(coordinator, county, county=other_county.code)) == ["Muualla"]
        assert len(shown(coordinator, county, county=EVERY_COUNTY).rows) == 4
        assert {row.code for row in shown(coordinator, county).options.counties} == {county.code, other_county.code}


def make_elsewhere(other_county: County, like: Rollout) -> Rollout:
    return Rollout.objects.create(county=other_county, name_fi="Muualla", model_version=like.model_version, phase=like.phase)


class TestWhoSeesWhat:
    def test_a_member_sees_her_own_and_may_remind_nobody(
        self, make_rollout: MakeRollout, area_professional: User, county: County
    ) -> None:
        mine, _other = make_rollout("Neuvola"), make_rollout("Mielenterveys")
        join(mine, area_professional)
        board = shown(area_professional, county)
        assert (names(board), board.steered) == (["Neuvola"], frozenset())

    @pytest.mark.parametrize(("who", "steers"), [("coordinator", True), ("main_user", True), ("manager", True), ("reader", False)])
    def test_who_drives_or_decides_may_remind(
        self, who: str, steers: bool, request: pytest.FixtureRequest, make_rollout: MakeRollout, county: County
    ) -> None:
        rollout = make_rollout("Neuvola")
        board = shown(request.getfixturevalue(who), county)
        assert names(board) == ["Neuvola"]
        assert board.steered == (frozenset({rollout.pk}) if steers else frozenset())

    def test_an_outsider_sees_nothing(self, make_rollout: MakeRollout, outsider: User, county: County) -> None:
        make_rollout("Neuvola")
        board = shown(outsider, county)
        assert (names(board), board.all, list(board.options.people)) == ([], 0, [])


class TestQueries:
    def test_forty_rollouts_of_24_items_take_no_more_queries_than_one_and_at_most_12(
        self, make_rollout: MakeRollout, coordinator: User, responder: User, manager: User, county: County
    ) -> None:
        def counted() -> int:
            with CaptureQueriesContext(connection) as queries:
                shown(coordinator, county, person=str(responder.public_id))
                board = shown(coordinator, county)
            assert all(str(line.item.owner or "") or line.item.model_item for row in board.rows for line in row.lines)
            return len(queries) // 2

        first = make_rollout("Chat 0")
        join(first, responder)
        late(first, "1.1", owner=responder)
        done(first, "1.4")
        judged(first, "G1", Verdict.GO, manager)
        one = counted()
        for number in range(1, 40):
            row = make_rollout(f"Chat {number}")
            join(row, responder)
            late(row, "1.1", owner=responder)
            judged(row, "G1", Verdict.GO, manager)
        assert RolloutItem.objects.count() == 40 * 24
        assert counted() == one <= MOST_QUERIES
        began = perf_counter()
        assert len(shown(coordinator, county).rows) == 40
        assert perf_counter() - began < 3  # `make bench` measures it; this only notices a disaster
