"""A rollout's goals beside the figures of the last whole month, and what each figure was made of."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from adoption.goals import goals_of, month_before
from adoption.models import FormAnswer, Rollout
from reports.metrics import AVAILABLE, DEFINITIONS, Figure
from reports.rounding import duration
from reports.targets import Standing, standing_of, value_in_words
from services.choices import AimClass
from services.metric_names import METRICS
from services.models import Queue, Service, Target
from services.models.service import METRIC
from tests.adoption.work.conftest import make_rollout
from tests.reports.d1 import D1, made

pytestmark = pytest.mark.django_db
DECEMBER = date(2026, 12, 10)


@pytest.fixture
def rollout(county, service: Service) -> Rollout:
    return make_rollout(county, service)


@pytest.fixture
def november(queue: Queue) -> Queue:
    for row in D1.values():
        made(queue, row)
    return queue


def target(service: Service | None, metric: str, direction: str, value: str, unit: str, **fields: object) -> Target:
    given = {"aim": AimClass.CLIENT, "starts_on": date(2026, 1, 1), **fields}
    county = fields.pop("county", None) or service.county
    return Target.objects.create(
        **{**given, "county": county, "service": service, "metric": metric, "direction": direction, "value": value, "unit": unit}
    )


@pytest.mark.parametrize(
    ("metric", "direction", "value", "unit", "standing", "words"),
    [
        ("M08", "gte", "80", "%", "missed", "50,0\xa0%"),
        ("M11", "gte", "70", "%", "met", "75,0\xa0%"),
        ("M07", "lte", "4", "min", "met", "3\xa0min 45\xa0s"),
        ("M06", "lt", "180", "s", "missed", "3\xa0min 0\xa0s"),
        ("M14", "gte", "4", "", "missed", "3,8"),
        ("M14", "gte", "60", "%", "met", "66,7\xa0%"),
        ("M15", "gt", "25", "", "missed", "25"),
        ("M01", "gte", "10", "kpl", "met", "10"),
        ("M06", "lte", "5", "%", "other_unit", "3\xa0min 0\xa0s"),
        ("M24", "gte", "30", "%", "no_data", "ei tietoa"),
        ("M22", "gte", "30", "%", "no_data", "ei tietoa"),
    ],
)
def test_each_target_stands_by_its_figure(rollout, november, service, metric, direction, value, unit, standing, words) -> None:
    target(service, metric, direction, value, unit)
    (goal,) = goals_of(rollout, today=DECEMBER).with_target
    assert (goal.standing, goal.words) == (standing, words)


def test_every_aim_class_is_there_and_the_countys_own_where_the_service_has_none(rollout, november, service, county) -> None:
    target(service, "M08", "gte", "80", "%", due_on=date(2026, 12, 31))
    target(None, "M08", "gte", "90", "%", county=county)
    target(None, "M11", "gte", "70", "%", county=county, aim=AimClass.ORGANISATION)
    target(service, "M12", "lte", "30", "%", ends_on=date(2026, 11, 30))
    target(service, "M10", "lte", "30", "%", starts_on=date(2027, 1, 1))
    found = goals_of(rollout, today=DECEMBER)
    assert [[goal.metric for goal in goals] for _name, goals in found.classes] == [["M08"], ["M11"], []]
    assert [goal.target_words for goal in found.with_target] == ["≥ 80 %", "≥ 70 %"]


def test_a_target_of_the_phone_is_not_compared_with_the_chat(rollout, november, service) -> None:
    target(service, "M07", "lte", "300", "s", channel="phone")
    (goal,) = goals_of(rollout, today=DECEMBER).with_target
    assert (goal.standing, goal.figure) == (Standing.UNAVAILABLE, None)


def test_no_data_is_no_standing(rollout, queue, service) -> None:
    target(service, "M08", "gte", "80", "%")
    (goal,) = goals_of(rollout, today=DECEMBER).with_target
    assert (goal.standing, goal.words) == (Standing.NO_DATA, "–")


def test_goals_in_words_and_metrics_that_are_followed(rollout, november, service) -> None:
    target(service, "M01", "gte", "10", "kpl")
    FormAnswer.objects.create(
        rollout=rollout, form="metric_selection", values={"metrics": ["M01", "M06", "M29"], "targets": ["10 kuukaudessa", "3 min"]}
    )
    FormAnswer.objects.create(rollout=rollout, form="service_definition", values={"goals": "Neuvo illalla\n\nilman soittoa"})
    found = goals_of(rollout, today=DECEMBER)
    assert [(goal.metric, goal.standing) for goal in found.followed] == [("M06", "met"), ("M29", "no_data")]
    assert [goal.standing_words for goal in found.followed] == ["", ""]
    assert [(text.form, list(text.lines)) for text in found.texts] == [
        ("service_definition", ["Neuvo illalla", "ilman soittoa"]),
        ("metric_selection", ["10 kuukaudessa", "3 min"]),
    ]


def test_a_share_that_misses_by_less_than_the_rounding_shows_it() -> None:
    figure = Figure("M11", Fraction(6996, 100), "%", 10_000)
    assert value_in_words(figure, unit="%", target=Decimal("70")) == "69,96\xa0%"
    assert standing_of(figure, direction="gte", value=Decimal(70), unit="%") == Standing.MISSED
    assert value_in_words(Figure("M11", Fraction(70), "%", 10), unit="%", target=Decimal("70")) == "70,0\xa0%"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [("258.75", "4\xa0min 19\xa0s"), ("302.5", "5\xa0min 3\xa0s"), ("60", "1\xa0min 0\xa0s"), ("3661", "1\xa0h 1\xa0min")],
)
def test_durations_are_rounded_half_up(seconds: str, words: str) -> None:
    assert duration(Fraction(seconds)) == words


@pytest.mark.parametrize(("value", "words"), [("-12.5", "−13"), ("41.6", "42"), ("50748", "50\xa0748")])
def test_whole_numbers(value: str, words: str) -> None:
    assert value_in_words(Figure("M15", Fraction(value), "nps", 9)) == words


def test_the_last_whole_month() -> None:
    assert month_before(date(2026, 1, 31)) == month_before(date(2026, 1, 1))
    assert (month_before(DECEMBER).first, month_before(DECEMBER).last) == (date(2026, 11, 1), date(2026, 11, 30))
    assert month_before(date(2027, 1, 1)).last == date(2026, 12, 31)


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_every_metric_has_a_name_and_what_is_available_tells_what_it_is_made_of(language: str) -> None:
    assert len(METRICS) == 36
    assert all(METRIC.fullmatch(metric) for metric in METRICS)
    assert set(DEFINITIONS) == set(AVAILABLE) <= set(METRICS)
    with translation.override(language):
        assert all(str(name) for name in METRICS.values())


class TestPages:
    def test_each_figure_leads_to_what_it_was_made_of(self, rollout, queue, service, signed_in, coordinator) -> None:
        target(service, "M01", "gte", "1", "kpl", source="Johdon päätös", due_on=date(2126, 12, 31))
        row = made(queue, D1["C01"])
        last = month_before(timezone.localdate()).interval[0]
        type(row).objects.update(queued_at=last, accepted_at=last, first_reply_at=last)
        client = signed_in(coordinator)
        address = reverse("adoption:figure", args=[rollout.public_id, "M01"])
        for page in ("adoption:goals", "adoption:rollout"):
            shown = client.get(reverse(page, args=[rollout.public_id])).content.decode()
            assert address in shown and "31.12.2126" in shown and "toteutui" in shown, page
        made_of = client.get(address).content.decode()
        assert "Vastattu" in made_of and "keskeneräinen" in made_of and "Päivittäin" in made_of

    @pytest.mark.parametrize("language", ["fi", "sv", "en"])
    def test_every_figure_opens_in_each_language(self, rollout, queue, signed_in, coordinator, language) -> None:
        client = signed_in(coordinator)
        pages = [reverse("adoption:goals", args=[rollout.public_id])]
        pages += [reverse("adoption:figure", args=[rollout.public_id, metric]) for metric in AVAILABLE]
        for address in pages:
            assert client.get(address.replace("/fi/", f"/{language}/", 1)).status_code == 200, address

    def test_what_is_not_available_has_no_page(self, rollout, queue, signed_in, coordinator) -> None:
        client = signed_in(coordinator)
        for metric in ("M27", "M99"):
            assert client.get(reverse("adoption:figure", args=[rollout.public_id, metric])).status_code == 404

    @pytest.mark.parametrize("who", ["outsider", "former", "responder", "second_responder"])
    def test_who_does_not_read_the_rollout_reads_no_goal(self, request, rollout, queue, signed_in, who) -> None:
        client = signed_in(request.getfixturevalue(who))
        for address in (
            reverse("adoption:goals", args=[rollout.public_id]),
            reverse("adoption:figure", args=[rollout.public_id, "M01"]),
        ):
            assert client.get(address).status_code in {403, 404}

    def test_a_rollout_without_a_service(self, county, signed_in, coordinator) -> None:
        bare = make_rollout(county, None)
        client = signed_in(coordinator)
        assert client.get(reverse("adoption:goals", args=[bare.public_id])).status_code == 200
        assert client.get(reverse("adoption:figure", args=[bare.public_id, "M01"])).status_code == 404
