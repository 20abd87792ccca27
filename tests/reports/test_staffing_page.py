"""The staffing of a week: the forecast from the service's own history, what if, who may look, and what the files hold."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from uuid import uuid4

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from accounts.choices import Role
from accounts.models import User
from chat.choices import EndedBy, State, Status
from chat.models import Attempt, Conversation
from reports.staffing import Question, plan_of
from reports.staffing.plan import History
from services.calendars import HELSINKI
from services.models import Holiday, Queue, Schedule, Service, WeeklyInterval

TODAY = datetime(2026, 11, 26, 9, tzinfo=UTC)
MONDAY = date(2026, 11, 30)
DOOR, CSV = "reports:staffing", "csv"


def mondays(n: int) -> list[date]:
    """The last so many Mondays before the 26th of November, the oldest first."""
    return [date(2026, 11, 23) - timedelta(weeks=each) for each in reversed(range(n))]


def history(counts: list[int], *, attempts: list[int] = (), length: int = 1200, lengths: int = 50) -> History:  # type: ignore[assignment]
    """Mondays at nine, open from eight to fifteen; tries at seven."""
    days = mondays(len(counts))
    return History(
        first=days[0],
        today=date(2026, 11, 26),
        contacts={(day, 9): n for day, n in zip(days, counts, strict=True)},
        attempts={(day, 7): n for day, n in zip(days, attempts, strict=False)},
        opened=dict.fromkeys(days, frozenset(range(8, 15))),
        lengths=lengths,
        mean_length=Fraction(length),
    )


class TestPlan:
    WEEK = {MONDAY: frozenset({9})}

    def test_the_last_eight_without_the_extremes_and_the_table_of_erlang(self) -> None:
        found = plan_of(history([99, 3, 3, 3, 0, 3, 3, 50, 3]), self.WEEK, Question()).hours[0]
        # The oldest is the ninth one; of the eight, 0 and 50 are left out.
        assert (found.weeks, found.seen, found.expected) == (8, 68, Fraction(3))
        assert found.need is not None and (found.need.responders, found.need.scheduled) == (3, 5)

    def test_three_weeks_are_too_few_and_four_are_enough(self) -> None:
        few = plan_of(history([3, 3, 3]), self.WEEK, Question())
        assert few.hours[0].expected is None and few.unknown == 1 and few.person_hours is None
        assert plan_of(history([3, 3, 3, 3]), self.WEEK, Question()).hours[0].is_known

    def test_without_lengths_nobody_is_asked_for(self) -> None:
        found = plan_of(history([3] * 8, lengths=9), self.WEEK, Question()).hours[0]
        assert found.expected == 3 and found.need is None

    def test_a_week_in_which_the_hour_was_closed_is_left_out(self) -> None:
        known = history([0, 4, 4, 4, 4, 4])
        closed = {**known.opened, mondays(6)[0]: frozenset()}
        rows = {key: n for key, n in known.contacts.items() if n}
        found = plan_of(History(known.first, known.today, rows, {}, closed, 50, Fraction(1200)), self.WEEK, Question()).hours[0]
        assert (found.weeks, found.expected) == (5, Fraction(4))

    def test_nobody_comes_and_one_is_there(self) -> None:
        need = plan_of(history([0] * 8), self.WEEK, Question()).hours[0].need
        assert need is not None and (need.responders, need.service_level) == (1, 1.0)

    def test_more_contacts_and_other_hours(self) -> None:
        week = {MONDAY: frozenset(range(8, 15)), MONDAY + timedelta(days=1): frozenset()}
        known = history([20] * 8, attempts=[2] * 8)
        found = plan_of(known, week, Question(more_percent=10, opens=7, closes=18))
        assert [each.hour for each in found.hours] == list(range(7, 18))
        assert {each.day for each in found.hours} == {MONDAY}
        nine, seven = found.at(MONDAY, 9), found.at(MONDAY, 7)
        assert nine is not None and nine.expected == 22 and not nine.is_new
        assert seven is not None and seven.is_new and seven.expected == Fraction(22, 10)

    def test_conversations_at_once_need_fewer(self) -> None:
        known = history([60] * 8, length=1320)
        needs = [plan_of(known, self.WEEK, Question(at_once=n)).hours[0].need for n in (1, 2, 3)]
        assert [need.responders for need in needs if need] == [26, 16, 11]


@pytest.fixture(autouse=True)
def _november(monkeypatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: TODAY)


@pytest.fixture
def office(queue: Queue) -> Queue:
    """Open on weekdays from eight to fifteen, since the spring."""
    schedule = Schedule.objects.create(county=queue.service.county, key="arki", name="Arkisin")
    WeeklyInterval.objects.bulk_create(
        WeeklyInterval(schedule=schedule, weekday=day, opens=time(8), closes=time(15)) for day in range(5)
    )
    Queue.objects.filter(pk=queue.pk).update(schedule=schedule, max_parallel=1)
    Service.objects.filter(pk=queue.service_id).update(opened_at=datetime(2026, 4, 1, tzinfo=UTC))
    queue.refresh_from_db()
    return queue


def come(queue: Queue, day: date, hour: int, n: int, **fields: object) -> None:
    """So many contacts in the hour, each answered at once for twenty minutes."""
    start = datetime.combine(day, time(hour), tzinfo=HELSINKI)
    Conversation.objects.bulk_create(
        Conversation(
            **{
                "county": queue.service.county, "service": queue.service, "first_queue": queue, "queue": queue,
                "resident_key": uuid4(), "start_token": uuid4(), "state": State.ENDED, "status": Status.ANSWERED,
                "ended_by": EndedBy.RESPONDER, "queued_at": start + timedelta(seconds=each), "line_at": start,
                "accepted_at": start + timedelta(minutes=1), "first_reply_at": start + timedelta(minutes=2),
                "closed_at": start + timedelta(minutes=21), "wait_seconds": 60, "response_seconds": 120, **fields,
            }
        )
        for each in range(n)
    )  # fmt: skip


@pytest.fixture
def busy(office: Queue) -> Queue:
    """Three at nine on each of the last eight Mondays, and as many tests, which count nothing."""
    for day in mondays(8):
        come(office, day, 9, 3)
        come(office, day, 9, 3, is_test=True)
        Attempt.objects.create(
            county=office.service.county, service=office.service, at=datetime.combine(day, time(7, 30), tzinfo=HELSINKI),
            language="fi", visit=f"t{day}",
        )  # fmt: skip
    return office


def table(client, **asked: str) -> list[dict[str, str]]:
    response = client.get(reverse("reports:staffing_file", args=[CSV]), asked)
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))


@pytest.mark.django_db
@pytest.mark.postgres
class TestPage:
    def test_next_week_by_the_hour(self, busy, supervisor, responder, signed_in) -> None:
        client = signed_in(supervisor)
        shown = client.get(reverse(DOOR)).content.decode()
        assert "Viikko 49, 30.11.–6.12.2026" in shown and "21\xa0min 0\xa0s" not in shown
        assert "20\xa0min 0\xa0s keskimäärin, 24 vastatusta keskustelusta" in shown
        rows = {(row["Päivä"], row["Tunti"]): row for row in table(client)}
        assert len(rows) == 35  # five days of seven hours
        nine = rows["2026-11-30", "9"]
        told = ("Viikkoja (n)", "Yhteydenottoja niissä", "Odotettavissa", "Vastaajia tarvitaan", "Vuorolistalla")
        assert [nine[name] for name in told] == ["8", "24", "3.0", "3", "5"]
        assert rows["2026-11-30", "10"]["Vastaajia tarvitaan"] == "1"
        assert "34 tuntina riittää yksi vastaaja kerrallaan. Jos kukaan ei tuuraa häntä" in shown and "on yksin" not in shown

    def test_a_holiday_of_the_week_is_closed(self, busy, supervisor, signed_in, county) -> None:
        Holiday.objects.create(county=county, date=date(2026, 12, 3), name_fi="Koepyhä")
        days = {row["Päivä"] for row in table(signed_in(supervisor))}
        assert "2026-12-03" not in days and len(days) == 4

    def test_what_if_it_opened_from_seven_to_eighteen_with_ten_percent_more(self, busy, supervisor, signed_in) -> None:
        client, asked = signed_in(supervisor), {"avataan": "7", "suljetaan": "18", "muutos": "10"}
        shown = client.get(reverse(DOOR), asked).content.decode()
        assert "Entä jos" in shown and "<td>35</td><td>55</td>" in shown
        rows = {(row["Päivä"], row["Tunti"]): row for row in table(client, **asked)}
        assert rows["2026-11-30", "9"]["Odotettavissa"] == "3.3"
        assert rows["2026-11-30", "7"]["Odotettavissa"] == "1.1" and "suljetulla" in rows["2026-11-30", "7"]["Ennusteen lähde"]

    def test_the_settings_of_the_service_count_everywhere(self, busy, supervisor, signed_in) -> None:
        """At least two, and of 20 minutes each f(2) = 1.25 makes 16: 3 an hour are 0.8 erlangs (metrics 6)."""
        Service.objects.filter(pk=busy.service_id).update(least_responders=2, side_by_side="1,25 1,5 2 2 2,5 3")
        client = signed_in(supervisor)
        for asked in ({"rinnan": "2"}, {"rinnan": "2", "muutos": "10"}, {"rinnan": "7", "avataan": "8"}):
            told = table(client, **asked)
            assert {int(row["Vastaajia tarvitaan"]) for row in told if row["Vastaajia tarvitaan"].isdigit()} == {2}
            assert {row["Vastaajia vähintään"] for row in told} == {"2"}
        rows = {(row["Päivä"], row["Tunti"]): row for row in table(client, rinnan="2")}
        nine = rows["2026-11-30", "9"]
        assert [nine[name] for name in ("Kuorma (erlang)", "Keskusteluja yhtä aikaa", "Vastaavat yksittäisiä")] == [
            "0.8",
            "2",
            "1.25",
        ]
        shown = client.get(reverse(DOOR), {"rinnan": "2"}).content.decode()
        assert "2 yhtä aikaa vastaa 1,25 peräkkäistä keskustelua. Luku on palvelun oma." in shown
        assert "oltava vähintään 2." in shown
        Service.objects.filter(pk=busy.service_id).update(least_responders=1, side_by_side="")
        usual = client.get(reverse(DOOR), {"rinnan": "2"}).content.decode()
        assert "2 yhtä aikaa vastaa 1,7 peräkkäistä keskustelua. Luku on portaalin tavallinen." in usual

    def test_little_history_is_no_data_and_never_a_zero(self, office, supervisor, signed_in) -> None:
        Service.objects.filter(pk=office.service_id).update(opened_at=datetime(2026, 11, 10, tzinfo=UTC))
        come(office, date(2026, 11, 16), 9, 20)
        client = signed_in(supervisor)
        shown = client.get(reverse(DOOR)).content.decode()
        assert shown.count("ei tietoa") > 35
        assert {row["Vastaajia tarvitaan"] for row in table(client)} == {"ei tietoa"}

    def test_who_may_answer_on_a_day_by_grant_and_group(
        self, busy, supervisor, responder, colleague, second_responder, signed_in
    ) -> None:
        shown = signed_in(supervisor).get(reverse(DOOR))
        assert {each.people for each in shown.context["days"]} == {2}
        assert shown.context["days"][0].is_short
        assert "liian vähän" in shown.content.decode()
        colleague.grants.update(valid_until=datetime(2026, 12, 1, 22, tzinfo=UTC))
        people = [each.people for each in signed_in(supervisor).get(reverse(DOOR)).context["days"]]
        assert people[:3] == [2, 2, 1]

    @pytest.mark.parametrize(
        "asked",
        [
            {"suljetaan": "7", "avataan": "9"},
            {"muutos": "1000"},
            {"tavoite": "100"},
            {"viikko": "2020-01-06"},
            {"rinnan": "9"},
            {"muutos": "x"},
        ],
    )
    def test_what_makes_no_sense_is_explained_and_the_hours_stay(self, busy, supervisor, signed_in, asked) -> None:
        response = signed_in(supervisor).get(reverse(DOOR), asked)
        assert response.status_code == 422 and "Tulos koskee nykyisiä" in response.content.decode()

    def test_the_workbook_has_numbers_and_no_formula(self, busy, supervisor, signed_in) -> None:
        Service.objects.filter(pk=busy.service_id).update(name_fi="=1+1")
        response = signed_in(supervisor).get(reverse("reports:staffing_file", args=["xlsx"]))
        book = load_workbook(io.BytesIO(response.content))
        cells = [cell for sheet in book for row in sheet for cell in row if cell.value is not None]
        assert not [cell for cell in cells if cell.data_type == "f"] and any(cell.value == "=1+1" for cell in cells)
        assert book.worksheets[0]["H3"].value == 3

    def test_the_number_of_queries_does_not_follow_the_rows(
        self, busy, supervisor, signed_in, django_assert_max_num_queries
    ) -> None:
        client = signed_in(supervisor)
        client.get(reverse(DOOR))
        for day in mondays(8):
            come(busy, day, 11, 30)
        with django_assert_max_num_queries(40):
            client.get(reverse(DOOR))

    @pytest.mark.parametrize("language", ["fi", "sv", "en"])
    def test_it_opens_in_each_language(self, busy, supervisor, signed_in, language: str) -> None:
        address = reverse(DOOR).replace("/fi/", f"/{language}/")
        assert signed_in(supervisor).get(address).status_code == 200


@pytest.mark.django_db
class TestWho:
    @pytest.mark.parametrize("who", ["responder", "main_user", "coordinator", "reader", "path_author", "outsider", "former"])
    def test_others_are_refused(self, request, busy, signed_in, who: str) -> None:
        client = signed_in(request.getfixturevalue(who))
        for door in (reverse(DOOR), reverse("reports:staffing_file", args=[CSV])):
            assert client.get(door).status_code == 403

    def test_a_supervisor_of_one_service_looks_at_that_one_only(self, busy, second_queue, supervisor, signed_in) -> None:
        client = signed_in(supervisor)
        assert client.get(reverse(DOOR), {"palvelu": "neuvola"}).status_code == 404
        assert client.get(reverse("reports:staffing_file", args=[CSV]), {"palvelu": "neuvola"}).status_code == 404
        assert "Neuvolan chat" not in client.get(reverse(DOOR)).content.decode()

    def test_a_manager_of_another_county_sees_hers_only(self, busy, other_queue, other_county, person, grant, signed_in) -> None:
        user: User = person("toinen")
        grant(user, Role.MANAGER, county=other_county)
        assert signed_in(user).get(reverse(DOOR)).status_code == 403
        client = signed_in(user, host="toinen.test")
        assert client.get(reverse(DOOR), {"palvelu": busy.service.key + "x"}).status_code == 404
        assert "Ikääntyneiden palvelujen chat" not in client.get(reverse(DOOR)).content.decode()

    def test_a_stranger_is_asked_to_sign_in(self, busy, client) -> None:
        assert client.get(reverse(DOOR)).status_code == 302

    def test_the_report_leads_there_for_those_whose_it_is(self, busy, manager, main_user, signed_in) -> None:
        link = f'href="{reverse(DOOR)}'
        assert link in signed_in(manager).get(reverse("reports:month")).content.decode()
        assert link not in signed_in(main_user).get(reverse("reports:month")).content.decode()
