"""Thirteen months: gaps are gaps, changed areas are marked, frozen months stay as they were; and where each thing is drawn."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from accounts.actors import Staff, System
from accounts.models import User
from chat.models import Conversation
from reports.charts import bars_of, bars_of_parts, charts_of, draw, tables_by_month
from reports.charts.drawing import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH
from reports.charts.trends import Row
from reports.gaps import Fullness
from reports.heats import shaded
from reports.metrics import DEFINITIONS, Figure, Scope, figures_of
from reports.metrics.series import read_series
from reports.models import MonthNote
from reports.months import Month
from reports.operations import freeze_month
from reports.report import report_of
from reports.templatetags.report_words import hyphenated
from reports.trend import KEPT, KEYS, PAPER, last_months, trend_of
from services.choices import Identification
from services.models import County, Queue, Service, ServiceArea
from tests.reports.d1 import make_d1

NOVEMBER = Month(2026, 11)
TODAY = date(2026, 12, 10)
NOW = datetime(2026, 12, 10, 9, tzinfo=UTC)
database = [pytest.mark.django_db, pytest.mark.postgres]
values = st.lists(st.none() | st.fractions(min_value=-100, max_value=100_000), min_size=1, max_size=24)


@pytest.fixture
def d1(queue: Queue) -> dict[str, Conversation]:
    rows = make_d1(queue)
    moved = Conversation.objects.filter(pk=rows["C02"].pk)
    moved.update(**{name: getattr(rows["C02"], name) - timedelta(days=365) for name in ("queued_at", "accepted_at", "closed_at")})
    return rows


class TestSeries:
    pytestmark = database

    def test_each_month_is_as_if_it_were_read_alone(self, d1, county: County) -> None:
        scope = Scope.whole(county)
        months = [Month(2025, 11), Month(2026, 10), NOVEMBER, Month(2026, 12)]
        series = read_series(scope, months, {code: DEFINITIONS[code] for code in KEYS if code not in KEPT})
        for month in months:
            alone = figures_of(scope, month.period, codes=KEYS).total
            for code in set(KEYS) - KEPT - {"M32", "M35"}:  # read by the trend itself
                assert (series[month][code].value, series[month][code].n) == (alone[code].value, alone[code].n), (month, code)

    def test_identification_is_of_each_month(self, d1, county: County, settings) -> None:
        Service.objects.update(identification=Identification.NEVER)
        series = read_series(Scope.whole(county), [Month(2025, 11), NOVEMBER], {"M02": DEFINITIONS["M02"]})
        assert not series[Month(2025, 11)]["M02"].known
        assert series[NOVEMBER]["M02"].value == 6

    def test_the_number_of_queries_does_not_follow_the_months(self, d1, county: County, django_assert_max_num_queries) -> None:
        for length in (2, 26):
            with django_assert_max_num_queries(16):
                trend_of(county, None, last_months(NOVEMBER, length), today=TODAY)


class TestTrend:
    pytestmark = database

    def test_open_services_and_their_hours_over_time(self, d1, county: County, service: Service) -> None:
        """Of a service that opened in August the months before have neither it nor its hours (M32, S000-56, S004-20)."""
        Service.objects.update(opened_at=datetime(2025, 1, 1, tzinfo=UTC))
        Service.objects.filter(pk=service.pk).update(opened_at=datetime(2026, 8, 20, 6, tzinfo=UTC))
        trend = trend_of(county, None, last_months(NOVEMBER), today=TODAY, codes=("M01", "M32"))
        of = {point.month: point.figures["M32"] for point in trend.points}
        before, after = of[Month(2026, 7)], of[Month(2026, 8)]
        assert after.value is not None and before.value is not None and after.value == before.value + 1
        assert after.beside["weekly_hours"] == (before.beside["weekly_hours"] or 0) + 168
        live = figures_of(Scope.whole(county), NOVEMBER.period, codes=["M32"]).total["M32"]
        assert (of[NOVEMBER].value, of[NOVEMBER].beside["weekly_hours"]) == (live.value, live.beside["weekly_hours"])
        charts = charts_of(trend, targets={}, codes=("M32",))
        assert [chart.title for chart in charts][1] == "Aukiolotunnit viikossa" and not charts[1].is_empty

    def test_professions_over_time(self, d1, county: County, responder, service: Service) -> None:
        """M32, S004-20: how many professions answered in each month; beside the live figure the same."""
        Service.objects.update(opened_at=datetime(2025, 1, 1, tzinfo=UTC))
        Conversation.objects.filter(pk__in=[d1["C01"].pk, d1["C02"].pk]).update(responder=responder)
        trend = trend_of(county, None, last_months(NOVEMBER), today=TODAY, codes=("M01", "M32"))
        of = {point.month: dict(point.figures["M32"].parts)["professions"] for point in trend.points}
        assert of[NOVEMBER] == 1 and of[Month(2026, 10)] == 0
        live = figures_of(Scope.whole(county), NOVEMBER.period, codes=["M32"]).total["M32"]
        assert dict(live.parts)["professions"] == of[NOVEMBER]
        chart = charts_of(trend, targets={}, codes=("M32",))[2]
        assert chart.title == "Vastanneet ammattiryhmät" and chart.rows[-1].now == "1" and not chart.is_empty

    def test_on_paper_charts_stand_side_by_side(self, d1, county: County) -> None:
        charts = charts_of(trend_of(county, None, last_months(NOVEMBER), today=TODAY), targets={})
        tables = tables_by_month(charts)
        assert [len(table.titles) for table in tables] == [5] * (len(charts) // 5) + [len(charts) % 5] * (len(charts) % 5 > 0)
        assert [title for table in tables for title in table.titles] == [chart.title for chart in charts]
        assert all(len(table.rows) == 13 for table in tables)
        last = charts[0].rows[-1]
        assert tables[0].rows[-1][2][0] == f"{last.now} ({last.before})" == "9 (1)"
        told = [("81 %", "187", "79 %", "81 % (79 %), n\u00a0187"), ("7", "7", "–", "7"), ("–", "–", "3", "– (3)")]
        rows = [Row("marraskuu 2026", now, n, before, "kesken") for now, n, before, _words in told]
        [table] = tables_by_month([replace(charts[0], rows=[row]) for row in rows])
        assert table.rows == [("marraskuu 2026", "kesken", [words for *_row, words in told])]

    def test_a_month_before_the_opening_is_a_gap_and_an_empty_one_is_zero(self, d1, county: County, service: Service) -> None:
        Service.objects.filter(pk=service.pk).update(opened_at=datetime(2026, 8, 20, 6, tzinfo=UTC))
        service.refresh_from_db()
        trend = trend_of(county, service, last_months(NOVEMBER), today=TODAY)
        of = {point.month: point for point in trend.points}
        assert of[Month(2026, 7)].fullness == Fullness.GAP and of[Month(2026, 7)].figure("M01") is None
        assert of[Month(2026, 8)].extent.began == date(2026, 8, 20)
        assert of[Month(2026, 9)].figure("M01").value == 0
        assert Month(2026, 7) in trend.gaps and Month(2026, 9) not in trend.gaps
        chart = charts_of(trend, targets={})[0]
        rows = {row.month: row for row in chart.rows}
        assert (rows["heinäkuu 2026"].now, rows["heinäkuu 2026"].mark) == ("–", "ei tietoa (ei vielä avattu)")
        assert rows["elokuu 2026"].mark == "vajaa kuukausi (20.8. alkaen)" and rows["syyskuu 2026"].now == "0"
        assert rows["marraskuu 2026"].now == "8"

    def test_a_frozen_month_is_as_it_was_frozen(self, d1, county: County) -> None:
        Service.objects.update(opened_at=datetime(2026, 1, 1, tzinfo=UTC))
        freeze_month(by=System("test"), county=county, service=None, month=NOVEMBER, now=NOW)
        Conversation.objects.filter(pk=d1["C14"].pk).update(outcome="R1")
        trend = trend_of(county, None, last_months(Month(2026, 12)), today=TODAY)
        assert trend.points[-2].figure("M11").value == Fraction(500, 7)

    def test_an_area_that_changes_is_marked(self, d1, county: County, service: Service) -> None:
        """S004-17…19: the former area to the end of the year, the whole county from the first of January."""
        ServiceArea.objects.create(service=service, name_fi="Entinen", starts_on=date(2025, 1, 1), ends_on=date(2026, 6, 30))
        ServiceArea.objects.create(service=service, name_fi="Koko alue", starts_on=date(2026, 7, 1))
        trend = trend_of(county, service, last_months(NOVEMBER), today=TODAY)
        assert [(change.month, change.name) for change in trend.changes] == [(Month(2026, 7), "Koko alue")]
        assert [point.month for point in trend.points if not point.compares] == [Month(2026, 7)]
        chart = charts_of(trend, targets={})[0]
        assert len(chart.drawing.edges) == 1
        assert "ei vertailukelpoinen: heinäkuu 2026" in chart.alternative

    def test_notes_are_numbered_at_their_month(self, d1, county: County) -> None:
        notes = [MonthNote(month=month.first, text_fi="x") for month in (Month(2026, 4), NOVEMBER, NOVEMBER, Month(2020, 1))]
        chart = charts_of(trend_of(county, None, last_months(NOVEMBER), today=TODAY), targets={}, notes=notes)[0]
        assert [each.words for each in chart.notes] == ["1", "2,3"]

    def test_the_longest_waits_stand_beside_the_median(self, d1, county: County) -> None:
        """M06: median and nine of ten, each as a time; the axis of M04 ends where its small values do."""
        charts = charts_of(trend_of(county, None, last_months(NOVEMBER), today=TODAY), targets={})
        found = {(chart.code, chart.part): chart for chart in charts}
        assert [found["M06", part].rows[-1].now for part in ("", "p90")] == ["2\xa0min 0\xa0s", "15\xa0min 0\xa0s"]
        assert found["M06", "p90"].title == "Jonotusaika: yhdeksän kymmenestä enintään"
        assert [tick.words for tick in found["M04", ""].ticks][-1] == "15 %" != [tick.words for tick in found["M03", ""].ticks][-1]

    def test_what_is_not_read_for_each_month_is_drawn_of_frozen_months(self, d1, county: County, manager: User) -> None:
        """M19 of November alone is no line; with October frozen it is one. Paper has only what it had."""
        actor = Staff(manager.pk)
        Service.objects.update(opened_at=datetime(2026, 1, 1, tzinfo=UTC))
        codes = [chart.code for chart in report_of(actor, county, None, NOVEMBER.period, now=NOW).charts]
        assert {"M03", "M04", "M06", "M16"} <= set(codes) and not KEPT & set(codes)
        Conversation.objects.filter(pk=d1["C09"].pk).update(queued_at=datetime(2026, 10, 5, 8, tzinfo=UTC))
        freeze_month(by=System("test"), county=county, service=None, month=Month(2026, 10), now=NOW)
        report = report_of(actor, county, None, NOVEMBER.period, now=NOW)
        [drawn] = [chart for chart in report.charts if chart.code == "M19"]
        assert [row.now for row in drawn.rows[-2:]] == ["0,0\xa0%", "12,5\xa0%"]
        assert {chart.code for chart in report.charts if chart.note} == {"M19"} and "jäädytetty" in drawn.note
        assert {chart.code for chart in report.paper_charts} <= set(PAPER)

    def test_parts_of_a_figure_are_bars(self, d1, county: County) -> None:
        """R3 and R5 of M12; of M18 C09 came to the wrong service and C05 came again; what has no parts has no bars."""
        total = figures_of(Scope.whole(county), NOVEMBER.period, codes=["M12", "M18", "M33"]).total
        found = bars_of_parts(total)
        assert set(found) == {"M12", "M18"}
        assert [bar.number for bar in found["M12"].bars] == ["1", "0", "1"]
        assert [bar.number for bar in found["M18"].bars] == ["1", "1", "0", "0", "0"] and found["M18"].note

    def test_bars_of_the_help_form_are_apart(self) -> None:
        parts = [("within_two", 3), ("within_three", 5), ("answered_late", 1)]
        [bars] = bars_of_parts({"M23": Figure("M23", Fraction(80), "%", 6, parts)}).values()
        assert [bar.number for bar in bars.bars] == ["3", "2", "1", "0"]

    def test_a_target_is_a_line_with_words(self, d1, county: County) -> None:
        charts = charts_of(trend_of(county, None, last_months(NOVEMBER), today=TODAY), targets={"M08": Fraction(80)})
        found = {chart.code: chart for chart in charts}
        assert found["M08"].target == "80,0\xa0%" and found["M08"].drawing.target_y is not None
        assert found["M07"].drawing.target_y is None
        assert "Tavoite: 80,0\xa0%." in found["M08"].alternative


class TestDrawing:
    def test_a_gap_is_never_bridged(self) -> None:
        drawing = draw([Fraction(1), Fraction(2), None, Fraction(4), None, Fraction(5), Fraction(6)], [])
        assert [len(piece.split()) for piece in drawing.now.pieces] == [2, 2]
        assert [dot.number for dot in drawing.now.dots] == [0, 1, 3, 5, 6]

    @given(values, values, st.none() | st.fractions(min_value=0, max_value=1000), st.booleans())
    def test_everything_is_inside(self, now, before, target, of_seconds: bool) -> None:
        drawing = draw(now, before[: len(now)], target=target, of_seconds=of_seconds, as_columns=of_seconds)
        dots = [*drawing.now.dots, *drawing.before.dots]
        assert all(LEFT <= dot.x <= WIDTH - RIGHT and TOP - 0.1 <= dot.y <= HEIGHT - BOTTOM + 0.1 for dot in dots)
        assert all(column.height >= 0 and column.y >= TOP - 0.1 for column in drawing.columns)
        assert 2 <= len(drawing.ticks) <= 7
        assert target is None or TOP - 0.1 <= drawing.target_y <= HEIGHT - BOTTOM + 0.1
        heights = [tick.y for tick in drawing.ticks]
        assert heights == sorted(heights, reverse=True) and len(set(heights)) == len(heights)

    def test_more_is_higher(self) -> None:
        low, high = draw([Fraction(10), Fraction(90)], [], limits=(0, 100)).now.dots
        assert low.y > high.y

    def test_durations_have_steps_of_a_clock(self) -> None:
        assert [tick.value for tick in draw([Fraction(500)], [], of_seconds=True).ticks] == [0, 300, 600]

    def test_bars_keep_their_proportions(self) -> None:
        bars = bars_of("Otsikko", [("a", 100, "100"), ("b", 50, "50"), ("c", 0, "0")])
        assert bars.bars[0].width == 2 * bars.bars[1].width and bars.bars[2].width == 0
        assert bars.alternative == "Otsikko. a: 100; b: 50; c: 0."
        assert bars_of("Tyhjä", []).height == 0

    def test_long_words_of_a_bar_take_the_lines_they_need(self) -> None:
        long = "Suun terveydenhuollon chat: Määrittely- ja suunnittelu"
        first, second = bars_of("Otsikko", [(long, 1, "1"), ("b", 1, "1")]).bars
        assert [line for _y, line in first.lines] == ["Suun terveydenhuollon chat: Määrittely-", "ja suunnittelu"]
        assert first.bar_y > first.lines[-1][0] and second.lines[0][0] > first.bar_y + 16
        alone = bars_of("Otsikko", [("b", 1, "1")])
        assert alone.height == alone.bars[0].foot == 42

    def test_what_is_left_out_is_told_with_the_drawing(self) -> None:
        assert (
            bars_of("Otsikko", [("a", 1, "1")], note="Muut on jätetty pois.").alternative == "Otsikko. a: 1. Muut on jätetty pois."
        )

    def test_where_long_finnish_words_may_be_broken(self) -> None:
        with override("fi"):
            told = hyphenated("Vastatut ja vastausprosentti, asiakastyytyväisyys").replace("\xad", "-")
        assert told == "Vas-ta-tut ja vas-taus-pro-sentti, asia-kas-tyy-ty-väi-syys"
        with override("sv"):
            assert hyphenated("Sammanställningarna") == "Sammanställningarna"

    def test_shades(self) -> None:
        assert [[cell.shade for cell in row] for row in shaded([[0, 1], [50, 100]])] == [[0, 1], [3, 5]]
        assert shaded([[0]])[0][0].shade == 0 and shaded([]) == []
