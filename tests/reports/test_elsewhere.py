"""M20, M21, M24 and M30 by the figures that people enter: the documents' own values; without figures “no data”, never 0."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.urls import reverse
from django.utils import translation

from chat.choices import Medium
from chat.models import Conversation, LaterContact
from reports.channels import ChannelMonth, crossed, side_by_side
from reports.exports import as_csv, as_json
from reports.metrics import Figure, Scope, figures_of
from reports.models import ExternalFigure
from reports.months import Month, Period
from reports.report import Report, report_of
from reports.targets import Standing, distance
from reports.trend import last_months, trend_of
from services.models import County, Queue, Service, Target
from tests.conftest import acting
from tests.reports.d1 import NOVEMBER, Row, made, make_d1

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
NOW = datetime(2026, 12, 4, 9, tzinfo=UTC)
LETTERS = (("3", "3 08:30:00"), ("4", None), ("5", "5 08:30:00"), ("6", "6 08:30:00"))


@pytest.fixture
def d1(queue: Queue) -> Service:
    Service.objects.update(opened_at=datetime(2026, 1, 1, tzinfo=UTC))
    make_d1(queue)
    return Service.objects.get(pk=queue.service_id)


def put(place: Service | County, month: Month = NOVEMBER, *, words: str = "", **values: object) -> None:
    county, service = (place, None) if isinstance(place, County) else (place.county, place)
    for kind, value in values.items():
        rows = ExternalFigure.objects.of_scope(county=county, service=service).filter(kind=kind, month=month.first)
        ExternalFigure.objects.create(
            county=county, service=service, month=month.first, kind=kind, value=Decimal(str(value)), source="Raportti",
            words=words, revision=rows.count() + 1,
        )  # fmt: skip


def found(place: Service | County, period: Period = NOVEMBER.period, *codes: str) -> dict[str, Figure]:
    scope = Scope.whole(place) if isinstance(place, County) else Scope.of([place])
    return figures_of(scope, period, codes=codes or ("M20", "M21", "M24", "M25", "M30"), now=NOW).total


class TestFigures:
    def test_without_figures_there_is_no_data(self, d1) -> None:
        figures = found(d1)
        for code in ("M20", "M21", "M24", "M30"):
            assert figures[code].value is None and not figures[code].known

    def test_mails_and_calls_are_told_with_what_stands_beside(self, d1) -> None:
        put(d1, mails=40, mails_answered=38, mail_days="1.5", calls=0, calls_median=250, calls_within="81.5")
        figures = found(d1)
        assert figures["M20"].value == 40 and dict(figures["M20"].parts) == {"mails": 40, "mails_answered": 38}
        assert figures["M20"].beside["mail_days"] == Fraction(3, 2)
        assert figures["M21"].value == 0 and figures["M21"].known  # entered as none: a real zero
        assert figures["M21"].beside == {"calls_median": 250, "calls_within": Fraction(163, 2)}

    def test_a_correction_is_what_counts_and_one_taken_away_does_not(self, d1) -> None:
        put(d1, calls=400)
        put(d1, calls=410)
        assert found(d1)["M21"].value == 410
        ExternalFigure.objects.create(
            county=d1.county, service=d1, month=NOVEMBER.first, kind="calls", value=None, source="x", revision=3
        )
        assert not found(d1)["M21"].known

    def test_the_countys_own_figure_stands_else_the_services_are_added(self, d1, second_service, county) -> None:
        put(d1, calls=400, calls_median=100)
        put(second_service, calls=50, calls_median=300)
        whole = found(county)["M21"]
        assert whole.value == 450 and "calls_median" not in whole.beside
        put(county, calls=999, calls_median=200)
        whole = found(county)["M21"]
        assert whole.value == 999 and whole.beside["calls_median"] == 200
        assert found(d1)["M21"].value == 400

    def test_a_period_names_the_months_that_are_missing(self, d1) -> None:
        put(d1, Month(2026, 9), mails=10)
        put(d1, mails=5)
        figure = found(d1, Period(date(2026, 9, 1), date(2026, 11, 30)))["M20"]
        assert figure.value == 15 and figure.notes == ["months_missing", "2026-10"]
        assert not found(d1, Period(date(2026, 9, 2), date(2026, 9, 29)))["M20"].known

    def test_the_share_of_digital_doctor_visits_of_the_document(self, d1, county) -> None:
        """D2: 5 481 of 20 300 is 27,0 %; 3,0 points below 30 %, of which 90,0 % is reached."""
        put(county, visits=20300, doctor_visits=5481, words="Kaikki käynnit")
        figure = found(county)["M24"]
        assert figure.value == 27 and figure.notes == ["Kaikki käynnit"]
        target = Target(metric="M24", direction="gte", value=Decimal(30), unit="%")
        with translation.override("fi"):
            assert distance(figure, target) == "−3,0 prosenttiyksikköä tavoitteesta; toteuma 90,0\u00a0% tavoitteesta"

    def test_the_numerator_is_the_chats_in_the_months_and_services_that_have_visits(self, d1, second_service, county) -> None:
        put(d1, visits=4)
        assert found(d1)["M24"].value == 25 == found(county)["M24"].value  # C06 ended in the doctor's queue
        other = ExternalFigure.objects.get()
        ExternalFigure.objects.filter(pk=other.pk).update(service=second_service)
        assert found(county)["M24"].value == 0
        assert not found(d1)["M24"].known

    def test_more_than_all_is_an_error_of_the_data_and_not_shown(self, d1, county) -> None:
        put(county, visits=10, doctor_visits=11)
        figure = found(county)["M24"]
        assert figure.value is None and figure.notes[0] == "more_than_all"

    def test_released_hours_never_stand_without_the_savings(self, d1) -> None:
        """12 nurses × 5 h, 22 h now: 38 hours released, 76 appointments of 30 minutes."""
        put(d1, nurses=12, hours_before=5, hours_now=22, appointment=30)
        figure = found(d1)["M30"]
        assert figure.value == 38 and figure.beside["hours_before"] == 60 and figure.beside["appointments"] == 76
        assert figure.notes == ["savings_not_assessed"]
        put(d1, savings_reached=0, words="Puhelin säilyy niille, jotka eivät voi asioida digitaalisesti.")
        put(d1, saved_euros="0")
        figure = found(d1)["M30"]
        assert figure.notes == ["savings_not_reached", "Puhelin säilyy niille, jotka eivät voi asioida digitaalisesti."]
        assert figure.beside["saved_euros"] == 0

    def test_savings_alone_are_told_without_hours(self, d1) -> None:
        put(d1, savings_reached=1, words="Vuokra päättyi.")
        figure = found(d1)["M30"]
        assert not figure.known and figure.notes == ["savings_reached", "Vuokra päättyi."]

    def test_residents_are_entered_where_the_directory_has_none(self, d1, county) -> None:
        County.objects.update(population=None)
        assert not found(d1)["M25"].known
        put(d1, Month(2026, 3), population=5000)
        figure = found(d1)["M25"]
        assert dict(figure.parts)["population"] == 5000 and figure.value == Fraction(1000 * figure.n, 5000)

    def test_the_number_of_queries_does_not_follow_the_months(self, d1, django_assert_max_num_queries) -> None:
        for n in range(12):
            put(d1, NOVEMBER.shifted(-n), calls=5, visits=9)
        with django_assert_max_num_queries(9):
            found(d1, Period(date(2026, 1, 1), date(2026, 11, 30)), "M20", "M21", "M24", "M30")


def test_the_trend_has_them_and_a_month_without_is_a_gap(d1, county) -> None:
    put(d1, calls=410, visits=4)
    put(d1, Month(2026, 9), calls=300)
    trend = trend_of(county, d1, last_months(NOVEMBER, 3), today=NOW.date())
    values = {code: [point.figures[code].value for point in trend.points] for code in ("M20", "M21", "M24")}
    assert values == {"M20": [None, None, None], "M21": [300, None, 410], "M24": [None, None, 25]}
    alone = found(d1)
    assert all(trend.points[-1].figures[code] == alone[code] for code in values)


def aim(service: Service, metric: str, channel: str, value: object, unit: str, direction: str = "lte") -> Target:
    return Target.objects.create(
        county=service.county, service=service, metric=metric, channel=channel, aim="client", direction=direction,
        value=Decimal(str(value)), unit=unit, starts_on=date(2023, 1, 1),
    )  # fmt: skip


class TestChannels:
    def test_the_month_in_which_the_order_changed_is_told(self) -> None:
        """At the start the phone missed its target and the chat kept its own; in October 2023 the reverse (S004-14)."""
        met, missed = Standing.MET, Standing.MISSED
        standings = [(met, missed), (met, met), (None, met), (missed, met), (missed, met)]
        rows = [ChannelMonth(Month(2023, 7 + n), "1", "1", chat, phone) for n, (chat, phone) in enumerate(standings)]
        changed = [str(row.month) for row in crossed(rows) if row.crossing]
        assert changed == ["2023-10"]

    def test_each_channel_has_its_own_target(self, d1, county) -> None:
        targets = [aim(d1, "M07", "chat", 2, "min"), aim(d1, "M07", "phone", 5, "min")]
        put(d1, calls=410, calls_median=301)
        trend = trend_of(county, d1, last_months(NOVEMBER, 2), today=NOW.date())
        (channel,) = side_by_side(trend.points, targets, codes=("M07", "M08", "M21"))
        before, now = channel.rows
        assert channel.code == "M07" and (before.phone, before.phone_standing) == ("–", None)
        assert (now.phone_standing, now.chat_standing) == (Standing.MISSED, Standing.MISSED)
        assert side_by_side(trend.points, targets, codes=("M07",)) == []

    def test_a_target_of_the_phone_is_compared_in_the_table_of_targets(self, d1, county, manager) -> None:
        aim(d1, "M08", "phone", 80, "%", "gte")
        put(d1, calls=410, calls_within="81.5")
        pairs = [target for _aim, rows in told(manager, d1).aims for _figure, target in rows]
        assert [(each.is_phone, each.standing) for each in pairs] == [(True, Standing.MET)] and "81" in pairs[0].now


def told(manager: Any, service: Service) -> Report:
    return report_of(acting(manager), service.county, service, NOVEMBER.period, now=NOW)


class TestShown:
    def test_they_are_in_the_files_with_the_word_of_the_savings(self, d1, manager) -> None:
        put(d1, nurses=12, hours_before=5, hours_now=22, appointment=30, calls=410, calls_median=100)
        put(d1, savings_reached=0, words="Puhelin säilyy.")
        with translation.override("fi"):
            report = told(manager, d1)
            table, data = as_csv(report).decode(), as_json(report).decode()
            assert "Soittoaikaa vapautui 38 tuntia viikossa, eli 76 vastaanottoaikaa." in report.sentences
            assert report.sentences[-1] == "Toivottua säästöä ei saavutettu. ”Puhelin säilyy.”"
        for content in (table, data):
            assert "Toivottua säästöä ei saavutettu." in content and "Puhelin säilyy." in content
        assert '"chat_and_phone"' in data and "410" in table

    def test_the_page_leads_to_the_entered_figures(self, d1, manager, signed_in, monkeypatch) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
        put(d1, calls=410, calls_median=100)
        address = reverse("reports:month") + f"?palvelu={d1.key}&kuukausi=2026-11"
        shown = signed_in(manager).get(address).content.decode()
        assert "mittari=M21&amp;kuukausi=2026-11" in shown and "Chat ja puhelin" in shown and "ei tietoa" in shown


class TestOwnMailboxes:
    """M20: a letter to the portal’s own mailbox counts beside what is entered, told apart (S001-9)."""

    @pytest.fixture
    def letters(self, d1: Service, queue: Queue) -> list[Conversation]:
        rows = [made(queue, Row(f"{day} 08:00:00", None, answered, f"{day} 09:00:00")) for day, answered in LETTERS]
        Conversation.objects.filter(pk__in=[row.pk for row in rows]).update(medium=Medium.MAIL)
        LaterContact.objects.create(conversation=rows[2], kind="follow_up", due_on=date(2026, 11, 5))
        Conversation.objects.filter(pk=rows[3].pk).update(is_test=True)
        return rows

    def test_they_are_told_apart_from_what_is_entered(self, d1: Service, letters) -> None:
        figure = found(d1)["M20"]
        assert figure.known and figure.value == 2
        assert dict(figure.parts) == {"own_mails": 2, "own_mails_answered": 1}
        put(d1, mails=40, mails_answered=38, mail_days="1.5")
        figure = found(d1)["M20"]
        assert figure.value == 42 and figure.beside["mail_days"] == Fraction(3, 2)
        assert dict(figure.parts) == {"own_mails": 2, "own_mails_answered": 1, "mails": 40, "mails_answered": 38}

    def test_before_the_first_letter_there_is_no_data_and_after_it_a_real_zero(self, d1: Service, letters, county) -> None:
        trend = trend_of(county, d1, last_months(Month(2026, 12), 3), today=date(2026, 12, 30))
        assert [point.figures["M20"].value for point in trend.points] == [None, 2, 0]
        assert not found(d1, Month(2026, 10).period)["M20"].known and found(d1, Month(2026, 12).period)["M20"].value == 0

    def test_letters_of_another_service_are_not_its_own(self, letters, second_service: Service) -> None:
        assert not found(second_service)["M20"].known
