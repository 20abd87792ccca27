"""The daily counter (S001-9): a press or a number, undone and mended, summed to M20 by month and never counted twice."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from accounts.choices import Role
from accounts.models import AuditEntry, User
from chat.choices import Medium
from chat.models import Conversation
from reports.metrics import Figure, Scope, figures_of
from reports.models import DayCount
from reports.months import Month
from reports.operations import add_count, set_count, undo_count
from reports.trend import last_months, trend_of
from services.models import County, Mailbox, Queue, Service
from tests.conftest import acting, make_grant
from tests.reports.d1 import Row, made
from tests.reports.test_elsewhere import put

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
TODAY, NOVEMBER = date(2026, 11, 26), Month(2026, 11)


@pytest.fixture(autouse=True)
def _november(monkeypatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def add(by: User, service: Service, change: int = 1, *, day: date = TODAY, kind: str = "mails", token: UUID | None = None) -> int:
    return add_count(by=acting(by), service=service, day=day, kind=kind, change=change, token=token or uuid4(), now=NOW)


def write(by: User, service: Service, number: int, seen: int, *, day: date = TODAY) -> int:
    return set_count(by=acting(by), service=service, day=day, kind="mails", number=number, seen=seen, token=uuid4(), now=NOW)


def undo(by: User, service: Service, *, day: date = TODAY) -> int:
    return undo_count(by=acting(by), service=service, day=day, kind="mails", now=NOW)


def m20(place: Service | County, month: Month = NOVEMBER, code: str = "M20") -> Figure:
    scope = Scope.whole(place) if isinstance(place, County) else Scope.of([place])
    return figures_of(scope, month.period, codes=[code], now=NOW).total[code]


class TestRules:
    def test_presses_of_all_are_one_number_and_each_undoes_her_own(self, service, responder, colleague, supervisor) -> None:
        assert [add(responder, service), add(colleague, service), add(supervisor, service)] == [1, 2, 3]
        assert undo(colleague, service) == 2
        with pytest.raises(ValidationError) as refused:
            undo(colleague, service)
        assert refused.value.code == "nothing"
        assert undo(responder, service) == 1

    def test_a_form_sent_twice_counts_once(self, service, responder) -> None:
        token = uuid4()
        assert add(responder, service, token=token) == add(responder, service, token=token) == 1

    def test_a_written_number_needs_to_have_seen_the_one_that_stands(self, service, responder, colleague) -> None:
        assert write(responder, service, 12, 0) == 12
        add(colleague, service)
        with pytest.raises(ValidationError) as refused:
            write(responder, service, 14, 12)
        assert refused.value.code == "changed" and refused.value.params == {"n": 13}
        assert write(responder, service, 14, 13) == 14 and undo(responder, service) == 13

    def test_never_below_zero(self, service, responder, colleague) -> None:
        with pytest.raises(ValidationError):
            add(responder, service, -1)
        write(responder, service, 5, 0)
        write(colleague, service, 2, 5)
        with pytest.raises(ValidationError) as refused:
            undo(responder, service)
        assert refused.value.code == "range" and DayCount.objects.standing().count() == 2

    def test_another_day_is_the_supervisors_of_this_month_and_the_one_before(self, service, responder, supervisor) -> None:
        with pytest.raises(PermissionDenied):
            add(responder, service, day=date(2026, 11, 25))
        assert write(supervisor, service, 7, 0, day=date(2026, 10, 1)) == 7
        entry = AuditEntry.objects.get(object_type="reports.daycount")
        assert (entry.object_id, entry.before, entry.after) == (f"{service.key}/2026-10-01/mails", {"number": 0}, {"number": 7})
        for day, code in ((date(2026, 9, 30), "closed"), (date(2026, 11, 27), "future")):
            with pytest.raises(ValidationError) as refused:
                write(supervisor, service, 7, 0, day=day)
            assert refused.value.code == code

    @pytest.mark.parametrize("who", ["manager", "main_user", "coordinator", "outsider", "former"])
    def test_only_who_answers_or_supervises_counts(self, request, service, who: str) -> None:
        with pytest.raises(PermissionDenied):
            add(request.getfixturevalue(who), service)

    def test_a_responder_of_another_service_does_not(self, service, second_service) -> None:
        other = User.objects.create(username="muu", email="muu@alue.test")
        make_grant(other, Role.RESPONDER, county=service.county, service=second_service)
        with pytest.raises(PermissionDenied):
            add(other, service)
        assert add(other, second_service) == 1


class TestFigure:
    def test_the_month_is_the_sum_of_its_days(self, service, supervisor, county) -> None:
        for day, n in ((date(2026, 11, 1), 3), (TODAY, 4), (date(2026, 10, 31), 9)):
            write(supervisor, service, n, 0, day=day)
        figure = m20(service)
        assert figure.value == 7 and dict(figure.parts) == {"mails": 7, "mails_answered": 7}
        assert figure.notes == ["by_day_mails"] and m20(county).value == 7 and m20(service, Month(2026, 10)).value == 9
        trend = trend_of(county, service, last_months(NOVEMBER, 3), today=TODAY)
        assert [point.figures["M20"].value for point in trend.points] == [None, 9, 7]

    def test_what_was_undone_is_not_counted_and_a_written_zero_is_a_real_zero(self, service, responder) -> None:
        add(responder, service)
        undo(responder, service)
        assert not m20(service).known
        write(responder, service, 0, 0)
        assert m20(service).known and m20(service).value == 0

    def test_a_number_of_the_month_stands_and_it_is_told(self, service, responder, county) -> None:
        add(responder, service, 5)
        put(service, NOVEMBER, mails=40)
        for figure in (m20(service), m20(county)):
            assert figure.value == 40 and dict(figure.parts) == {"mails": 40}
            assert figure.notes == ["month_stands_mails"]

    def test_the_countys_own_number_stands_over_the_counters(self, service, responder, county) -> None:
        add(responder, service, 5)
        put(county, NOVEMBER, mails=99)
        assert m20(county).value == 99 and m20(county).notes == ["month_stands_mails"]
        assert m20(service).value == 5

    def test_services_may_differ_in_how_they_enter(self, service, second_service, responder, county) -> None:
        add(responder, service, 5)
        put(second_service, NOVEMBER, mails=40)
        assert m20(county).value == 45 and m20(county).notes == ["by_day_mails"]

    def test_letters_to_the_own_mailbox_stand_beside_and_are_counted_once(self, queue: Queue, responder) -> None:
        row = made(queue, Row("3 08:00:00", None, "3 08:30:00", "3 09:00:00"))
        Conversation.objects.filter(pk=row.pk).update(medium=Medium.MAIL)
        add(responder, queue.service, 5)
        figure = m20(queue.service)
        assert figure.value == 6
        assert dict(figure.parts) == {"own_mails": 1, "own_mails_answered": 1, "mails": 5, "mails_answered": 5}

    def test_of_calls_only_the_answered_are_known(self, service, responder) -> None:
        add(responder, service, 5, kind="calls")
        figure = m20(service, code="M21")
        assert figure.known and figure.value is None and dict(figure.parts) == {"calls_answered": 5}
        assert figure.notes == ["by_day_calls"] and not m20(service).known


class TestPage:
    def address(self, service: Service, rest: str = "") -> str:
        return reverse("reports:counter", args=[service.key]) + rest

    def sent(self, what: str, **more: object) -> dict[str, object]:
        return {"kind": "mails", "what": what, "token": uuid4(), **more}

    def test_a_press_a_number_and_an_undo_without_scripts(self, service, responder, signed_in) -> None:
        client, page = signed_in(responder), self.address(service)
        assert client.get(reverse("reports:counters")).url == page
        assert client.post(page, self.sent("more")).url == f"{page}#mails"
        assert "Peru viimeinen muutokseni" in client.get(page).content.decode()
        client.post(page, self.sent("set", number=9, seen=1))
        client.post(page, self.sent("less"))
        client.post(page, self.sent("undo"))
        assert m20(service).value == 9

    def test_what_is_refused_is_told_beside_what_was_written(self, service, responder, colleague, signed_in) -> None:
        add(colleague, service, 2)
        client, page = signed_in(responder), self.address(service)
        answer = client.post(page, self.sent("set", number=9, seen=1))
        assert answer.status_code == 422 and 'value="9"' in answer.content.decode()
        for wrong in ({"number": ""}, {"number": "x"}, {"number": -1}, {"number": 10**9}, {"number": 4, "token": "x"}):
            assert client.post(page, {**self.sent("set", seen=2), **wrong}).status_code == 422
        assert m20(service).value == 2

    def test_a_responder_sees_no_earlier_days_and_a_supervisor_mends_them(self, service, responder, supervisor, signed_in) -> None:
        earlier = self.address(service, "?paiva=2026-11-02")
        client = signed_in(responder)
        assert client.get(earlier).status_code == client.post(earlier, self.sent("more")).status_code == 403
        assert "paiva=" not in client.get(self.address(service)).content.decode()
        client = signed_in(supervisor)
        assert "paiva=2026-10-01" in client.get(self.address(service)).content.decode()
        assert client.post(earlier, self.sent("set", number=3, seen=0)).status_code == 302
        assert client.get(self.address(service, "?paiva=2026-09-30")).status_code == 404
        assert DayCount.objects.get().day == date(2026, 11, 2)

    @pytest.mark.parametrize("who", ["manager", "main_user", "coordinator", "outsider"])
    def test_it_is_closed_to_others(self, request, service, signed_in, who: str) -> None:
        client = signed_in(request.getfixturevalue(who))
        assert client.get(reverse("reports:counters")).status_code == 403
        for answer in (client.get(self.address(service)), client.post(self.address(service), self.sent("more"))):
            assert answer.status_code == 403
        assert not DayCount.objects.exists()

    def test_another_countys_service_is_none(self, other_queue, responder, supervisor, signed_in) -> None:
        Service.objects.filter(pk=other_queue.service_id).update(key="muualla")
        page = reverse("reports:counter", args=["muualla"])
        for who in (responder, supervisor):
            client = signed_in(who)
            assert client.get(page).status_code == client.post(page, self.sent("more")).status_code == 404
        assert not DayCount.objects.exists()

    def test_it_says_what_is_counted_already(self, queue, responder, signed_in) -> None:
        Mailbox.objects.create(queue=queue, is_on=True, address="chat@alue.test", imap_host="imap.test", smtp_host="smtp.test")
        put(queue.service, NOVEMBER, mails=40)
        page = signed_in(responder).get(self.address(queue.service)).content.decode()
        assert "chat@alue.test" in page and "Koko kuukaudelle on kirjattu yksi luku" in page
