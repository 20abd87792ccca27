"""How far a rollout was at the end of a month: from the history of its items, noted once for the reports (M29)."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.actors import System
from adoption.choices import ItemState
from adoption.models import ItemHistory, Rollout, RolloutItem
from adoption.operations.months import note_months, standing_of
from reports.metrics import Scope, figures_of
from reports.metrics.words import ROLLOUT
from reports.models import RolloutMonth
from reports.months import Month
from services.models import County, Service
from tests.conftest import acting

pytestmark = pytest.mark.django_db
OCTOBER, NOVEMBER = Month(2026, 10), Month(2026, 11)
BY = System("test")


def at(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 6, tzinfo=UTC)


@pytest.fixture
def going(rollout: Rollout) -> Rollout:
    """Begun in October: five done in October, one more in November, and one that does not apply."""
    Rollout.objects.update(created_at=at(10, 2))
    ItemHistory.objects.all().delete()
    items = list(RolloutItem.objects.filter(rollout=rollout).order_by("model_item__phase__order", "model_item__order"))
    for number, item in enumerate(items[:7]):
        became = ItemState.NOT_APPLICABLE if number == 6 else ItemState.DONE
        when = at(11, 10) if number == 5 else at(10, 20)
        ItemHistory.objects.create(item=item, at=when, was=ItemState.NOT_STARTED, became=became, by_system=number == 0)
    return Rollout.objects.get(pk=rollout.pk)


def test_it_is_as_it_was_and_not_as_it_is(going: Rollout) -> None:
    total = RolloutItem.objects.filter(rollout=going).count()
    october = standing_of(going, OCTOBER, now=at(12, 1))
    november = standing_of(going, NOVEMBER, now=at(12, 1))
    assert october is not None and november is not None
    assert (october.done, october.applicable, october.proven) == (5, total - 1, 1)
    assert (november.done, november.applicable) == (6, total - 1)
    assert sum(phase["done"] for phase in october.phases) == 5
    assert standing_of(going, Month(2026, 9), now=at(12, 1)) is None


def test_the_running_month_follows_and_a_month_that_is_over_stays(going: Rollout, manager) -> None:
    assert note_months(by=BY, now=at(11, 5)) == 2
    assert RolloutMonth.objects.get(month=NOVEMBER.first).done == 5
    assert note_months(by=BY, now=at(11, 15)) == 1
    assert RolloutMonth.objects.get(month=NOVEMBER.first).done == 6
    assert note_months(by=BY, now=at(12, 1)) == 2
    ItemHistory.objects.all().delete()
    assert note_months(by=BY, now=at(12, 2)) == 1
    assert RolloutMonth.objects.get(month=NOVEMBER.first).done == 6
    with pytest.raises(PermissionDenied):
        note_months(by=acting(manager), now=at(12, 2))


def test_the_report_tells_each_and_never_an_average(going: Rollout, county: County, manager, signed_in, monkeypatch) -> None:
    note_months(by=BY, now=at(12, 1))
    total = RolloutItem.objects.filter(rollout=going).count()
    scope = Scope.whole(county)
    figure = figures_of(scope, NOVEMBER.period, codes=["M29"]).total["M29"]
    assert figure.value == Fraction(600, total - 1) and figure.beside[f"{ROLLOUT}{going.name}"] == figure.value
    RolloutMonth.objects.create(
        county=county, rollout=uuid4(), name="Toinen", month=NOVEMBER.first, done=0, applicable=0, noted_at=at(12, 1)
    )
    figure = figures_of(scope, NOVEMBER.period, codes=["M29"]).total["M29"]
    assert figure.value is None and figure.known and figure.beside[f"{ROLLOUT}Toinen"] is None
    assert not figures_of(scope, Month(2026, 8).period, codes=["M29"]).total["M29"].known
    monkeypatch.setattr("django.utils.timezone.now", lambda: at(11, 28))
    Service.objects.update(opened_at=at(11, 2))
    shown = signed_in(manager).get(reverse("reports:month")).content.decode()
    assert f"{going.name}: Selvitys" in shown and "Toinen" in shown
