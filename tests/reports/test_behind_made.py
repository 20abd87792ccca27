"""The lists whose rows are put together: hours, costs, services, topics, rollouts, samples; and the verified line of M10."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import AuditEntry, User
from chat.models import Conversation, Feedback
from reports.behind import LISTED, is_listed, rows_behind
from reports.behind.found import AGAIN, VERIFIED, Part
from reports.external import OF_METRIC
from reports.metrics import DEFINITIONS, Scope, figures_of
from reports.metrics.figure import Figure
from reports.metrics.hours import HourCount
from reports.metrics.load_hours import LEAST_RESPONDERS, LoadHour, by_hour_of_day, told_of
from reports.models import QualityCheck, QualitySample, RolloutMonth
from reports.rounding import number
from services.choices import CostKind, CostSplit, Identification, ServiceStatus
from services.models import CostRow, County, Queue, Service, SharedCost
from tests.reports.d1 import NOVEMBER, Row, at, available, made, make_d1

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
TODAY = datetime(2026, 12, 10, 9, tzinfo=UTC)
NEW = ("M17", "M25", "M26", "M28", "M29", "M31", "M32", "M34", "M35")
Client = Callable[[User], Any]


@pytest.fixture(autouse=True)
def _december(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: TODAY)


def cost(service: Service, euros: int, source: str = "kirjanpito", month: int = 11) -> CostRow:
    return CostRow.objects.create(service=service, month=date(2026, month, 1), kind=CostKind.STAFF, euros=euros, source=source)


def shared(county: County, euros: int, *services: Service) -> SharedCost:
    row = SharedCost.objects.create(
        county=county, month=date(2026, 11, 1), kind=CostKind.SYSTEM, euros=euros, source="järjestelmälasku"
    )
    row.services.set(services)
    return row


def rollout(service: Service, name: str = "Ikääntyneiden chat") -> RolloutMonth:
    return RolloutMonth.objects.create(
        county=service.county,
        service=service,
        rollout="6f5c2c9e-6a3c-4a37-9d6c-2f1b1b8e0a01",
        name=name,
        month=date(2026, 11, 1),
        done=6,
        applicable=24,
        risks=3,
        noted_at=TODAY,
    )


@pytest.fixture
def month(queue: Queue, county: County, responder: User, colleague: User) -> dict[str, Any]:
    """D1, two who answered it, a cost, an open service, topics that grow, a rollout and a sample."""
    d1 = make_d1(queue)
    Service.objects.filter(pk=queue.service_id).update(
        status=ServiceStatus.OPEN, opened_at=datetime(2026, 10, 1, tzinfo=UTC), identification=Identification.MIDWAY
    )
    service = Service.objects.get(pk=queue.service_id)
    available(responder, county, "2 08:00:00", "2 10:30:00")
    available(colleague, county, "3 08:00:00", "3 10:00:00")
    minutes = [f"{n:02d}" for n in range(12)]
    growing = [made(queue, Row(f"9 09:{n}:00", f"9 09:{n}:10", f"9 09:{n}:20", f"9 10:{n}:00", topic="flunssa")) for n in minutes]
    Feedback.objects.filter(conversation=d1["C01"]).update(words="Kiitos, tämä auttoi.")
    cost(service, 425)
    rollout(service)
    return {"d1": d1, "service": service, "growing": growing}


def figures(county: County, *codes: str, now: datetime = TODAY) -> dict[str, Figure]:
    return figures_of(Scope.whole(county), NOVEMBER.period, codes=codes, now=now).total


def behind(county: County, code: str, now: datetime = TODAY) -> Any:
    return rows_behind(Scope.whole(county), NOVEMBER.period, code, now=now)


def shown(client: Any, code: str, **query: Any) -> str:
    asked = {"palvelu": "kaikki", "kuukausi": "2026-11", **query}
    response = client.get(reverse("reports:rows", args=[code.lower()]), asked)
    assert response.status_code == 200
    return str(response.content.decode())


def part(found: Any, key: str) -> Part:
    return next(each for each in found.parts if each.key == key)


def test_every_metric_of_the_report_has_rows_or_entered_figures() -> None:
    assert set(DEFINITIONS) - set(LISTED) - set(OF_METRIC) == set()


class TestWhatIsCounted:
    def test_contacts_behind_growth_residents_and_words(self, month: dict[str, Any], county: County) -> None:
        County.objects.filter(pk=county.pk).update(population=248000)
        found = figures(county, "M01", "M17", "M25", "M28")
        for code in ("M25", "M28"):
            rows = behind(county, code)
            assert rows.n == found[code].n == found["M01"].n == len(rows.counted[:100]) and rows.others is None
        assert behind(county, "M17").n == found["M17"].n == 1
        assert [row.pk for row in behind(county, "M17").counted[:9]] == [month["d1"]["C01"].pk]

    def test_of_a_running_month_growth_counts_the_days_that_are_over(self, month: dict[str, Any], county: County) -> None:
        now = at("4 12:00:00")
        assert behind(county, "M28", now).n == figures(county, "M28", now=now)["M28"].n == 6
        assert behind(county, "M28", at("1 12:00:00")).n == 0

    def test_the_hours_add_up_to_the_figure(self, month: dict[str, Any], county: County) -> None:
        """Responder 8–10.30 on the 2nd, colleague 8–10 on the 3rd: 10–11 is of one alone, and 8–9 is left out with it, for both
        together are the work of two.
        """
        figure, found = figures(county, "M26")["M26"], behind(county, "M26")
        hours = {row.hour: row for row in found.counted}
        assert not {8, 10} & set(hours) and found.left_out >= 2
        assert (hours[9].minutes, len(hours[9].people), hours[9].answered) == (120, 2, 14)
        parts = dict(figure.parts)
        assert sum(row.minutes for row in found.counted) < parts["available_minutes"] == 270
        assert sum(row.answered for row in found.counted) <= parts["answered"]

    def test_a_single_responder_is_no_list(self, queue: Queue, county: County, responder: User) -> None:
        make_d1(queue)
        available(responder, county, "2 08:00:00", "2 12:00:00")
        assert figures(county, "M26")["M26"].known
        found = behind(county, "M26")
        assert found.is_hidden and not found.counted

    def test_costs_with_what_is_counted_of_them(
        self, month: dict[str, Any], county: County, service: Service, second_service: Service
    ) -> None:
        shared(county, 100, service, second_service)
        cost(second_service, 50, month=10)
        whole = behind(county, "M31")
        assert [line.counted for line in whole.counted] == [425, 100] and whole.others is None
        assert figures(county, "M31")["M31"].beside["euros"] == sum(line.counted for line in whole.counted)
        one = rows_behind(Scope.of([service]), NOVEMBER.period, "M31", now=TODAY)
        assert (one.n, one.left_out) == (1, 1), "shared costs are not split here"
        County.objects.filter(pk=county.pk).update(cost_split=CostSplit.ANSWERED)
        split = rows_behind(Scope.of([service]), NOVEMBER.period, "M31", now=TODAY)
        figure = figures_of(Scope.of([service]), NOVEMBER.period, codes=["M31"], now=TODAY).total["M31"]
        assert sum((line.counted for line in split.counted), Fraction()) == figure.beside["euros"] and split.n == 2

    def test_open_services_with_their_hours(self, month: dict[str, Any], county: County) -> None:
        figure, found = figures(county, "M32")["M32"], behind(county, "M32")
        assert found.n == figure.n >= 1
        assert sum((row.weekly for row in found.counted), Fraction()) == figure.beside["weekly_hours"]
        assert sum((row.really for row in found.counted), Fraction()) == figure.beside["really_open"]

    def test_topics_that_grow_and_the_others(self, month: dict[str, Any], county: County) -> None:
        figure, found = figures(county, "M34")["M34"], behind(county, "M34")
        if figure.value is None:  # the month before is a gap
            assert (found.n, found.left_out) == (0, 0)
        Conversation.objects.filter(pk=month["d1"]["C02"].pk).update(queued_at=at("2 08:00:00") - timedelta(days=20))
        figure, found = figures(county, "M34")["M34"], behind(county, "M34")
        assert found.n == figure.n == 1 and found.counted[0].now >= 12 and found.left_out >= 3
        assert not any(row.now >= 10 and row.before * 3 < row.now * 2 for row in found.others)

    def test_rollouts_and_samples(self, month: dict[str, Any], county: County, supervisor: User) -> None:
        assert [row.done for row in behind(county, "M29").counted] == [6]
        assert behind(county, "M35").n == 0
        service = month["service"]
        sample = QualitySample.objects.create(
            county=county, service=service, month=date(2026, 11, 1), seed="1", population=2, drawn_at=TODAY
        )
        for n, row in enumerate(month["growing"][:2], 1):
            QualityCheck.objects.create(sample=sample, number=n, conversation=row, responder=supervisor)
        row = behind(county, "M35").counted[0]
        figure = figures(county, "M35")["M35"]
        assert (row.size, row.checked, row.told) == (2, 0, 0) and is_listed(figure)

    @pytest.mark.parametrize("code", NEW)
    def test_another_county_has_none_of_them(self, month: dict[str, Any], other_county: County, code: str) -> None:
        found = rows_behind(Scope.whole(other_county), NOVEMBER.period, code, now=TODAY)
        assert (found.n, found.left_out) == (0, 0) and not list(found.counted[:9])


class TestVerified:
    @pytest.fixture
    def again(self, month: dict[str, Any], queue: Queue) -> list[Conversation]:
        """Four persons more who asked of the same again two days later."""
        asked = []
        for n in range(4):
            told: dict[str, Any] = {"person": f"Q{n}", "topic": "kotihoito", "outcome": "R1"}
            row = made(queue, Row(f"16 08:{n:02d}:00", f"16 08:{n:02d}:20", f"16 08:{n:02d}:40", f"16 08:{n + 9:02d}:00", **told))
            made(queue, Row(f"18 08:{n:02d}:00", f"18 08:{n:02d}:20", f"18 08:{n:02d}:40", f"18 08:{n + 9:02d}:00", **told))
            asked.append(row)
        Conversation.objects.exclude(person="").update(identified_at=at("2 08:00:30"))
        return asked

    def test_who_asked_again_is_a_list_of_its_own(self, month: dict[str, Any], again: list[Conversation], county: County) -> None:
        figure, found = figures(county, "M10")["M10"], behind(county, "M10")
        assert part(found, VERIFIED).n == dict(figure.parts)["verified"] == len(part(found, VERIFIED).rows[:100])
        assert {row.pk for row in part(found, AGAIN).rows} == {each.pk for each in (month["d1"]["C01"], *again)}
        assert part(found, VERIFIED).n + part(found, AGAIN).n == found.n and not part(found, AGAIN).is_hidden

    def test_one_to_four_of_them_are_not_told_of(
        self, month: dict[str, Any], again: list[Conversation], county: County, manager: User, signed_in: Client
    ) -> None:
        Conversation.objects.filter(pk=again[0].pk).update(outcome="R3")
        found = behind(county, "M10")
        assert part(found, AGAIN).n == 4 and part(found, AGAIN).is_hidden and part(found, VERIFIED).is_hidden
        for key in (AGAIN, VERIFIED):
            page = shown(signed_in(manager), "M10", osa=key)
            assert "alle viidestä" in page and str(again[1].public_id) not in page
        assert str(again[1].public_id) in shown(signed_in(manager), "M10")

    def test_without_identification_there_is_no_such_list(self, queue: Queue, county: County) -> None:
        make_d1(queue)
        Conversation.objects.update(person="", identified_at=None)
        Service.objects.update(identification=Identification.NEVER)
        assert [each.key for each in behind(county, "M10").parts] == ["", "muut"]


class TestPage:
    @pytest.mark.parametrize(
        ("code", "kind", "words"),
        [
            ("M17", "chat.conversation", "R1 Hoidettu chatissa"),
            ("M25", "chat.conversation", "R1 Hoidettu chatissa"),
            ("M26", "chat.presence", "9–10"),
            ("M28", "chat.conversation", "R1 Hoidettu chatissa"),
            ("M29", "reports.rolloutmonth", "Ikääntyneiden chat"),
            ("M31", "services.cost", "425,00"),
            ("M32", "services.service", "168,0"),
        ],
    )
    def test_it_tells_its_rows_and_is_written_down(
        self, month: dict[str, Any], manager: User, county: County, signed_in: Client, code: str, kind: str, words: str
    ) -> None:
        page = shown(signed_in(manager), code)
        assert words in page and "Kiitos, tämä auttoi" not in page
        entry = AuditEntry.objects.get(action="read", purpose=f"report rows {code} 2026-11-01 2026-11-30")
        assert (entry.object_type, entry.count, entry.actor_id) == (kind, behind(county, code).n, str(manager.public_id))

    def test_nobody_is_named(self, month: dict[str, Any], manager: User, responder: User, signed_in: Client) -> None:
        User.objects.filter(pk=responder.pk).update(display_name="Maijaliisa")
        pages = "".join(shown(signed_in(manager), code) for code in NEW)
        assert "Maijaliisa" not in pages and responder.email not in pages

    @pytest.mark.parametrize("language", ["fi", "sv", "en"])
    def test_in_each_language(self, month: dict[str, Any], manager: User, signed_in: Client, language: str) -> None:
        client = signed_in(manager)
        for code in NEW:
            address = reverse("reports:rows", args=[code]).replace("/fi/", f"/{language}/", 1)
            assert client.get(address, {"kuukausi": "2026-11"}).status_code == 200

    def test_those_who_do_not_read_the_figures(
        self, month: dict[str, Any], outsider: User, responder: User, supervisor: User, second_service: Service, signed_in: Client
    ) -> None:
        for code in NEW:
            address = reverse("reports:rows", args=[code])
            for who in (outsider, responder):
                assert signed_in(who).get(address, {"kuukausi": "2026-11"}).status_code == 403
            hers = signed_in(supervisor)
            assert hers.get(address, {"kuukausi": "2026-11"}).status_code == 200
            assert hers.get(address, {"kuukausi": "2026-11", "palvelu": second_service.key}).status_code == 404

    def test_the_figures_lead_to_them_and_the_hours_are_drawn(
        self, month: dict[str, Any], manager: User, county: County, signed_in: Client
    ) -> None:
        County.objects.filter(pk=county.pk).update(population=248000)
        page = signed_in(manager).get(reverse("reports:month"), {"palvelu": "kaikki", "kuukausi": "2026-11"}).content.decode()
        for code in ("M17", "M25", "M26", "M28", "M29", "M31", "M32"):
            assert f'{reverse("reports:rows", args=[code])}?palvelu=kaikki&amp;kuukausi=2026-11"' in page, code
        assert "vastaajan tuntia kohden vuorokauden tunneittain" in page
        nine = next(row for row in behind(county, "M26").counted if row.hour == 9)
        assert f"9–10: {number(nine.value, 1)}" in page


EIGHT = datetime(2026, 10, 24, 20, tzinfo=UTC)
stretch = st.tuples(st.integers(0, 600), st.integers(1, 200))


class TestHoursOfTheDay:
    @given(st.dictionaries(st.integers(1, 4), st.lists(stretch, max_size=4), max_size=4))
    def test_it_agrees_with_counting_each_minute(self, told: dict[int, list[tuple[int, int]]]) -> None:
        """Over the night in which the clock is moved, too."""
        of_users = {
            user: [(EIGHT + timedelta(minutes=a), EIGHT + timedelta(minutes=a + n)) for a, n in each] for user, each in told.items()
        }
        counted: dict[int, dict[int, int]] = {}
        for user, each in told.items():
            for a, n in each:
                for minute in range(a, a + n):
                    # Summer time ends at 1.00 UTC on the 25th, which is 300 minutes after the beginning.
                    hour = (20 + (3 if minute < 300 else 2) + minute // 60) % 24
                    counted.setdefault(hour, {}).setdefault(user, 0)
                    counted[hour][user] += 60_000_000
        assert by_hour_of_day(of_users) == counted

    @given(st.lists(st.tuples(st.frozensets(st.integers(1, 4), max_size=3), st.integers(0, 50), st.integers(0, 9)), max_size=8))
    def test_what_is_left_out_is_of_two_at_least(self, rows: list[tuple[frozenset[int], int, int]]) -> None:
        hours = [LoadHour(n, micros if people else 0, people, answered) for n, (people, micros, answered) in enumerate(rows)]
        told = told_of(hours)
        left_out = [each for each in hours if each not in told]
        assert all(len(each.people) >= LEAST_RESPONDERS for each in told)
        assert told == sorted(told, key=lambda each: each.hour)
        if told and left_out:
            assert len(frozenset().union(*(each.people for each in left_out))) >= LEAST_RESPONDERS

    def test_an_answered_contact_without_anybody_available_is_in_the_sums(self) -> None:
        assert HourCount(EIGHT, 1, 1, 0, 1).answered == 1
        assert LoadHour(3, 0, frozenset(), 2).value is None
