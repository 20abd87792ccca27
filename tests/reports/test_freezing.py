"""A month is frozen once, never changes, and gets a new revision only when a person asks for it (metrics 1.5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from hypothesis import given
from hypothesis import strategies as st

from accounts.actors import Resident, System
from accounts.models import AuditEntry
from chat.models import Conversation, Feedback
from reports.frozen import differences, digest_of, figures_from, kept
from reports.metrics import FORMULAS, Figure, Scope, figures_of
from reports.models import MonthlyReport
from reports.operations import freeze_due_months, freeze_month, revise_month
from reports.tasks import freeze_months
from services.models import County, Queue, Service
from tests.conftest import acting
from tests.reports.d1 import NOVEMBER, make_d1

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
BY = System("test")
THIRD = datetime(2026, 12, 3, 4, tzinfo=UTC)
"""Six o'clock in Finland on the third working day."""


@pytest.fixture
def d1(queue: Queue) -> dict[str, Conversation]:
    Service.objects.update(opened_at=datetime(2026, 11, 1, tzinfo=UTC))
    return make_d1(queue)


def froze(county: County, service: Service | None = None, **fields) -> MonthlyReport:
    return freeze_month(**{"by": BY, "county": county, "service": service, "month": NOVEMBER, "now": THIRD, **fields})


def test_it_is_made_at_six_on_the_third_working_day_and_not_before(d1, county: County) -> None:
    with pytest.raises(ValidationError) as refused:
        froze(county, now=THIRD - timedelta(seconds=1))
    assert refused.value.code == "too_early"
    report = froze(county)
    assert (report.revision, report.formulas, report.month) == (1, FORMULAS, NOVEMBER.first)
    assert report.figures["M01"]["value"] == "10"


def test_the_same_one_comes_back_and_late_feedback_does_not_change_it(d1, county: County) -> None:
    first = froze(county)
    Feedback.objects.filter(satisfaction=5).update(satisfaction=1)
    again = froze(county, now=THIRD + timedelta(days=40))
    assert (again.pk, again.digest, again.figures) == (first.pk, first.digest, first.figures)
    assert MonthlyReport.objects.count() == 1


def test_what_was_frozen_reads_as_it_was(d1, county: County) -> None:
    live = figures_of(Scope.whole(county), NOVEMBER.period, now=THIRD).total
    report = MonthlyReport.objects.get(pk=froze(county).pk)
    assert kept(figures_from(report.figures)) == kept(live) == report.figures
    assert report.digest == digest_of(report.figures, formulas=FORMULAS)


class TestRevision:
    def test_it_is_made_when_a_person_asks_and_lists_what_differs(self, d1, county: County, manager) -> None:
        first = froze(county)
        Conversation.objects.filter(pk=d1["C14"].pk).update(outcome="R1")
        second = revise_month(
            by=acting(manager), county=county, service=None, month=NOVEMBER, reason="Luokitus korjattu", now=THIRD
        )
        assert (second.revision, second.made_by_id) == (2, manager.pk)
        assert [each["metric"] for each in second.differences] == ["M10", "M11", "M12"]
        assert (second.differences[1]["before"]["value"], second.differences[1]["after"]["value"]) == ("75", "175/2")
        first.refresh_from_db()
        assert first.figures["M11"]["value"] == "75"
        assert AuditEntry.objects.get(object_type="reports.monthlyreport").after["revision"] == 2

    def test_without_a_change_or_a_reason_there_is_none(self, d1, county: County, manager) -> None:
        froze(county)
        for reason, code in (("Varmuuden vuoksi", "unchanged"), (" ", "reason_missing")):
            with pytest.raises(ValidationError) as refused:
                revise_month(by=acting(manager), county=county, service=None, month=NOVEMBER, reason=reason, now=THIRD)
            assert refused.value.code == code

    def test_what_is_not_frozen_is_not_revised(self, d1, county: County, manager) -> None:
        with pytest.raises(MonthlyReport.DoesNotExist):
            revise_month(by=acting(manager), county=county, service=None, month=NOVEMBER, reason="x", now=THIRD)

    def test_the_portal_itself_makes_none(self, d1, county: County) -> None:
        froze(county)
        with pytest.raises(PermissionDenied):
            revise_month(by=BY, county=county, service=None, month=NOVEMBER, reason="x", now=THIRD)


@pytest.mark.parametrize("who", ["responder", "coordinator", "outsider", "former", "second_responder"])
def test_who_does_not_read_the_figures_freezes_none(request, d1, county: County, service: Service, who: str) -> None:
    actor = acting(request.getfixturevalue(who))
    froze(county), froze(county, service)
    for one in (None, service):
        with pytest.raises(PermissionDenied):
            froze(county, one, by=actor)
        with pytest.raises(PermissionDenied):
            revise_month(by=actor, county=county, service=one, month=NOVEMBER, reason="x", now=THIRD)
    assert not MonthlyReport.objects.readable_by(actor).exists()
    assert not MonthlyReport.objects.readable_by(Resident(key=uuid4())).exists()


def test_a_supervisor_of_one_service_reads_its_report_and_not_the_countys(d1, county: County, service: Service, supervisor) -> None:
    froze(county)
    own = froze(county, service)
    assert list(MonthlyReport.objects.readable_by(acting(supervisor))) == [own]
    with pytest.raises(PermissionDenied):
        froze(county, by=acting(supervisor))


class TestByItself:
    def test_every_scope_gets_its_own_once(self, d1, county: County, other_queue: Queue) -> None:
        Service.objects.filter(pk=other_queue.service_id).update(opened_at=THIRD)
        assert freeze_due_months(by=BY, now=THIRD - timedelta(minutes=1)) == 0
        assert freeze_due_months(by=BY, now=THIRD) == 3  # the county and its two services; nothing of the one that had not opened
        assert freeze_due_months(by=BY, now=THIRD) == 0
        assert set(MonthlyReport.objects.values_list("service__key", flat=True)) == {None, "ikaantyneet", "paivystys"}

    def test_missed_months_are_made_later_and_gaps_are_not(self, d1, county: County) -> None:
        freeze_due_months(by=BY, now=datetime(2027, 1, 10, tzinfo=UTC))
        assert {str(each) for each in MonthlyReport.objects.values_list("month", flat=True)} == {"2026-11-01", "2026-12-01"}

    def test_the_job_calls_it(self, d1, county: County, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: THIRD)
        assert freeze_months() == 3
        assert MonthlyReport.objects.filter(month=NOVEMBER.first, made_at=THIRD, made_by__isnull=True).count() == 3
        assert freeze_months() == 0


def test_a_test_service_has_none(queue: Queue, county: County) -> None:
    Service.objects.filter(pk=queue.service_id).update(is_test=True)
    with pytest.raises(PermissionDenied):
        froze(county, queue.service)


@given(st.dictionaries(st.sampled_from(["M01", "M07", "M15"]), st.none() | st.fractions()))
def test_a_figure_survives_its_writing(values) -> None:
    figures = {code: Figure(code, value, "s", 3, [("a", 1)], {"mean": value}) for code, value in values.items()}
    written = kept(figures)
    assert kept(figures_from(written)) == written
    assert differences(written, kept(figures_from(written))) == []
