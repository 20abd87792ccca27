"""What the live system tells beside a rollout's own rows: conditions of success, figures beside risks, a targeted message that is
called for, a review that begins with its figures, and the ways to the handbook and the settings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from accounts.actors import System
from accounts.models import User
from adoption.choices import ItemState
from adoption.forms_of_model import form_spec
from adoption.goals import NEEDLESS, figures_now, figures_of, needless_now
from adoption.goals.lines import Goal
from adoption.models import Member, Risk, Rollout
from adoption.operations import check_rollout
from adoption.proposals import asks_messages, prefilled
from adoption.success import Live, conditions_now
from handbook.models import Chapter, ChapterVersion
from reports.metrics import Figure
from reports.months import Period
from reports.targets import Standing
from services.choices import AimClass
from services.models import County, Disruption, Queue, Service, Survey, Target
from services.operations import add_ease_question, close_survey, publish_survey
from services.surveys import Ease
from tests.adoption.conftest import NOW, item_of, service_of
from tests.conftest import acting
from tests.reports.d1 import D1, made
from tests.services.surveys.cast import BY, by_residents, draft

SignedIn = Callable[..., Client]
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))
DECEMBER, JANUARY = date(2026, 12, 10), date(2027, 1, 10)


def ease(mean: str | None, n: int = 12, *, target: object = None, standing: Standing = Standing.MET) -> Goal:
    figure = Figure("M14", Fraction(mean) if mean else None, "1–5", n)
    return Goal("M14", target, figure, standing)  # type: ignore[arg-type]


def said(live: Live, key: str, *, states: dict[str, str] | None = None) -> Any:
    given = {"2.7": ItemState.DONE, "3.3": ItemState.DONE, "3.6": ItemState.DONE, **(states or {})}
    items: Any = [SimpleNamespace(state=state, model_item=SimpleNamespace(code=code)) for code, state in given.items()]
    rollout: Any = SimpleNamespace(sponsor_id=1)
    conditions: Any = [SimpleNamespace(key=key)]
    return conditions_now(rollout, conditions, items, live=live)[0]


class TestConditions:
    @pytest.mark.parametrize(
        ("goal", "standing"),
        [
            (None, "unknown"),
            (ease(None, 0), "unknown"),
            (ease("5", 4), "unknown"),
            (ease("4"), "holds"),
            (ease("3.9"), "partly"),
            (ease("2.9"), "not_yet"),
            (ease("3.9", target=object()), "holds"),
            (ease("4.1", target=object(), standing=Standing.MISSED), "not_yet"),
        ],
    )
    def test_easy_to_use_is_told_by_how_content_residents_are(self, goal: Goal | None, standing: str) -> None:
        assert said(Live(ease=goal), "easy_to_use").standing == standing

    @pytest.mark.parametrize(("mean", "standing"), [("4.0", "holds"), ("3.9", "partly"), ("3.0", "partly"), ("2.9", "not_yet")])
    def test_what_residents_were_asked_goes_before_how_content_they_are(self, mean: str, standing: str) -> None:
        survey: Any = SimpleNamespace()
        found = said(Live(asked=Ease(survey, Decimal(mean), 7), ease=ease("4.4" if mean < "3" else "2")), "easy_to_use")
        assert (found.standing, found.goal, found.asked.n) == (standing, None, 7)

    @pytest.mark.django_db
    def test_the_survey_of_residents_tells_it_on_the_rollout(
        self, rollout: Rollout, coordinator: User, signed_in: SignedIn
    ) -> None:
        """S001-25: asked by a ready question, shown once five have answered and the survey has closed; newest first."""
        service, client = service_of(rollout), signed_in(coordinator)
        page = reverse("adoption:rollout", args=[rollout.public_id])

        def shown() -> str:
            found = client.get(page)
            each = next(each for each in found.context["success"] if each.condition.key == "easy_to_use")
            return f"{each.standing} {each.asked.mean} {each.asked.n}" if each.asked else str(each.standing)

        def round_of(*answers: int, closed: datetime) -> None:
            survey = draft(service.county, service=service)
            add_ease_question(by=acting(coordinator), survey=survey, now=NOW)
            by_residents(publish_survey(by=BY, survey=survey, now=NOW), *answers)
            close_survey(by=BY, survey=survey, now=closed)

        now = timezone.now()
        assert shown() == "unknown"
        round_of(5, 5, 5, 5, closed=now - timedelta(days=3))
        assert shown() == "unknown", "four are too few to be told of"
        round_of(5, 4, 4, 4, 3, closed=now - timedelta(days=20))
        assert shown() == "holds 4.0 5"
        with translation.override("fi"):
            assert "5 asukasta vastasi kyselyyn" in client.get(page).content.decode()
        round_of(2, 2, 2, 3, 3, 3, closed=now - timedelta(days=2))
        assert shown() == "not_yet 2.5 6"
        report = client.get(reverse("adoption:report", args=[rollout.public_id])).content.decode()
        assert "6 asukasta vastasi kyselyyn" in report and "keskiarvo 2,5 / 5" in report
        Survey.objects.update(closed_at=now - timedelta(days=366))
        assert shown() == "unknown", "a year old"

    def test_a_disruption_or_a_changed_proof_takes_from_what_is_done(self) -> None:
        assert said(Live(), "technically_works").standing == "holds"
        now = said(Live(is_disrupted=True), "technically_works")
        assert (now.standing, now.is_disrupted) == ("partly", True)
        changed = said(Live(changed=frozenset({"2.7"})), "responder_competence")
        assert (changed.standing, len(changed.changed)) == ("not_yet", 1)

    @pytest.mark.django_db
    def test_the_page_tells_of_a_disruption_of_the_service_only(
        self, rollout: Rollout, coordinator: User, county: County, second_service: Service, signed_in: SignedIn
    ) -> None:
        def disrupted() -> bool:
            page = signed_in(coordinator).get(reverse("adoption:rollout", args=[rollout.public_id]))
            return bool(next(each for each in page.context["success"] if each.condition.key == "technically_works").is_disrupted)

        since = timezone.now() - timedelta(hours=1)
        Service.objects.filter(pk=service_of(rollout).pk).update(opened_at=since)
        Disruption.objects.create(county=county, service=second_service, text_fi="Muualla", starts_at=since)
        assert not disrupted()
        Disruption.objects.create(county=county, text_fi="Kaikkialla", starts_at=since)
        assert disrupted()


@pytest.fixture
def november(queue: Queue) -> Service:
    for row in D1.values():
        made(queue, row)
    return queue.service


def limit(service: Service, value: str) -> Target:
    return Target.objects.create(
        county=service.county,
        service=service,
        metric=NEEDLESS,
        aim=AimClass.ORGANISATION,
        direction="lte",
        value=value,
        unit="%",
        starts_on=date(2026, 1, 1),
    )


@pytest.mark.django_db
class TestFigures:
    def test_two_months_over_the_limit_call_for_a_targeted_message(self, rollout: Rollout, november: Service) -> None:
        rollout.service = november
        assert needless_now(rollout, today=DECEMBER) is None, "without a limit nothing is over it"
        target = limit(november, "5")
        assert needless_now(rollout, today=DECEMBER) is None, "one month is not two"
        last = figures_of(november, [NEEDLESS], NOVEMBER, day=DECEMBER)[NEEDLESS]
        assert last.standing == Standing.MISSED
        found = needless_now(rollout, today=JANUARY, last=last)
        assert found is not None
        assert (found.months[0].first, found.before.standing) == (NOVEMBER.first, Standing.MISSED)
        Target.objects.filter(pk=target.pk).update(value="50")
        held = figures_of(november, [NEEDLESS], NOVEMBER, day=DECEMBER)[NEEDLESS]
        assert needless_now(rollout, today=JANUARY, last=held) is None
        assert [code for code in ("3.2", "4.2", "4.3", "4.4") if asks_messages(item_of(rollout, code))] == ["4.3"]

    def test_a_risk_stands_beside_the_figure_by_which_it_is_followed(
        self, rollout: Rollout, november: Service, coordinator: User, signed_in: SignedIn
    ) -> None:
        rollout.service = november
        assert figures_now(rollout, {NEEDLESS}, today=DECEMBER)[NEEDLESS].words.endswith("%")
        assert figures_now(Rollout(), {NEEDLESS}, today=DECEMBER) == {}
        Risk.objects.create(rollout=rollout, text="Asukas ei löydä palvelua", metric=NEEDLESS)
        Risk.objects.create(rollout=rollout, text="Kiire")
        page = signed_in(coordinator).get(reverse("adoption:risks", args=[rollout.public_id]))
        assert [(row.text, goal and goal.metric) for row, goal in page.context["open_rows"]] == [
            ("Asukas ei löydä palvelua", NEEDLESS),
            ("Kiire", None),
        ]

    def test_a_review_begins_with_the_figures_of_its_month(self, rollout: Rollout, november: Service) -> None:
        rollout.service = november
        spec = form_spec(rollout.model_version.forms, "report_review")
        assert spec is not None
        with translation.override("fi"):
            told = prefilled(rollout, spec, NOVEMBER.first, today=DECEMBER)
        assert told["contacts"] == "Asiointimäärä (M01): 10."
        assert told["satisfaction"].splitlines() == ["Asiakastyytyväisyys (M14): 3,8.", "NPS (M15): 25."]
        assert "actions" not in told, "what was agreed is a person's to write"
        assert prefilled(rollout, spec, None, today=DECEMBER) == {}


@pytest.mark.django_db
class TestWays:
    def test_a_review_is_shown_to_read_to_those_whose_it_is_not(
        self, rollout: Rollout, coordinator: User, supervisor: User, signed_in: SignedIn
    ) -> None:
        address = reverse("adoption:form", args=[rollout.public_id, "report_review"])
        page = signed_in(coordinator).get(address)
        assert not page.context["may_fill"]
        assert "Tämän kirjoittaa: Esihenkilö, Johto" in page.content.decode()
        Member.objects.create(rollout=rollout, user=supervisor, role="supervisor")
        assert signed_in(supervisor).get(address).context["may_fill"]

    def test_every_item_leads_to_the_handbook_once_its_chapter_is_published(
        self, rollout: Rollout, coordinator: User, county: County, signed_in: SignedIn
    ) -> None:
        def leads(code: str) -> bool:
            page = signed_in(coordinator).get(reverse("adoption:item", args=[rollout.public_id, item_of(rollout, code).public_id]))
            return reverse("handbook:chapter", args=["taking_into_use"]) in page.content.decode()

        assert not leads("1.1")
        chapter = Chapter.objects.create(county=county, key="taking_into_use")
        words = {"fi": "Chatin käyttöönottaminen"}
        ChapterVersion.objects.create(
            chapter=chapter, title=words, body=words, number=1, state="published", published_at=timezone.now()
        )
        assert leads("1.1")
        assert leads("4.4")

    def test_the_way_to_the_settings_is_for_those_to_whom_they_open(
        self, rollout: Rollout, coordinator: User, main_user: User, signed_in: SignedIn
    ) -> None:
        address = reverse("adoption:definition", args=[rollout.public_id])
        settings = reverse("admin:services_service_change", args=[service_of(rollout).pk])
        assert settings not in signed_in(coordinator).get(address).content.decode()
        assert settings in signed_in(main_user).get(address).content.decode()

    def test_3_5_leads_to_the_staffing_calculator(
        self, rollout: Rollout, coordinator: User, manager: User, signed_in: SignedIn
    ) -> None:
        check_rollout(rollout=rollout, by=System("test"), now=NOW)

        def leads(who: User) -> bool:
            page = signed_in(who).get(reverse("adoption:item", args=[rollout.public_id, item_of(rollout, "3.5").public_id]))
            return reverse("reports:staffing") in page.content.decode()

        assert leads(manager)
        assert not leads(coordinator), "who reads no figures is not led to them"
