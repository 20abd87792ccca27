"""What a rollout’s service aims at, in words and numbers, and the figures of the last whole month beside them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from adoption.models import FormAnswer, Rollout
from adoption.periods import first_of_month
from reports.metrics import Figure, read_figures
from reports.months import Period
from reports.targets import STANDINGS, Standing, standing_of, target_in_words, targets_in_force, value_in_words
from services.choices import AimClass
from services.metric_names import METRICS, aim_to_read
from services.models import Service, Target

# The forms of the model in which goals are written, and the fields that hold them.
TEXTS = (("service_definition", "goals"), ("metric_selection", "targets"), ("targets_costs_resources", "targets"))
CHOSEN = ("metric_selection", "metrics")
PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Goal:
    """A metric that is aimed at or followed: its target if it has one, and how it stands."""

    metric: str
    target: Target | None
    figure: Figure | None
    standing: Standing

    @property
    def name(self) -> str:
        """What the metric is called."""
        return str(METRICS.get(self.metric, self.metric))

    @property
    def words(self) -> str:
        """The figure as it is shown."""
        if self.figure is None:
            return ""
        if self.target is None:
            return value_in_words(self.figure)
        return value_in_words(self.figure, unit=self.target.unit, target=self.target.value)

    @property
    def target_words(self) -> str:
        """The target as it is read: ≥ 80 %, < 3,5 min."""
        if self.target is None:
            return ""
        return target_in_words(self.target)

    @property
    def standing_words(self) -> str:
        """How it stands, in words; a metric without a target only has its figure."""
        if self.target is None and self.standing != Standing.UNAVAILABLE:
            return ""
        return str(STANDINGS[self.standing])


@dataclass(frozen=True, slots=True)
class GoalText:
    """A goal written in a form of the rollout."""

    form: str
    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Goals:
    """Everything that the page of goals tells."""

    period: Period
    classes: Sequence[tuple[str, Sequence[Goal]]]
    followed: Sequence[Goal]
    texts: Sequence[GoalText]
    beside: Mapping[str, Goal]
    """What somebody else asked for in the same reading, by its code."""

    @property
    def with_target(self) -> list[Goal]:
        """Every goal that has a target."""
        return [goal for _name, goals in self.classes for goal in goals]


def month_before(today: date) -> Period:
    """The last whole month."""
    this = first_of_month(today)
    return Period(first_of_month(this, -1), this - timedelta(days=1))


def goals_of(rollout: Rollout, *, today: date, beside: Collection[str] = ()) -> Goals:
    """Targets by aim class (a class without targets is there too), the metrics chosen to be followed, and goals in words.

    `beside` are metrics that the page tells elsewhere: their figures are read with the others.
    """
    period = month_before(today)
    targets = targets_in_force(rollout.service.county_id, rollout.service, today) if rollout.service else []
    answers = {row.form: row.values for row in FormAnswer.objects.filter(rollout=rollout, period__isnull=True)}
    chosen = [str(each).strip() for each in answers.get(CHOSEN[0], {}).get(CHOSEN[1], []) if str(each).strip()]
    asked = {target.metric for target in targets} | set(chosen) | set(beside)
    figures = read_figures([rollout.service], period, codes=asked) if rollout.service and asked else {}
    goals = [(target, _goal(target.metric, target, figures)) for target in targets]
    has_target = {target.metric for target in targets}
    return Goals(
        period=period,
        classes=[(str(label), [goal for target, goal in goals if target.aim == aim]) for aim, label in AimClass.choices],
        followed=[_goal(metric, None, figures) for metric in dict.fromkeys(chosen) if metric not in has_target],
        texts=[GoalText(form, lines) for form, name in TEXTS if (lines := _lines(answers.get(form, {}).get(name)))],
        beside=_by_code(beside, targets, figures),
    )


def figures_now(rollout: Rollout, codes: Collection[str], *, today: date) -> Mapping[str, Goal]:
    """The figures of the last whole month of the rollout’s service, by their codes; without a service there are none (S001-58)."""
    if rollout.service is None or not codes:
        return {}
    return figures_of(rollout.service, codes, month_before(today), day=today)


def figures_of(service: Service, codes: Collection[str], period: Period, *, day: date) -> Mapping[str, Goal]:
    """The figures of the period, each beside the target that is in force on the day, where it has one."""
    return _by_code(codes, targets_in_force(service.county_id, service, day), read_figures([service], period, codes=set(codes)))


def _by_code(codes: Collection[str], targets: Sequence[Target], figures: dict[str, Figure]) -> dict[str, Goal]:
    aimed = {target.metric: target for target in reversed(targets) if target.channel != PHONE}
    return {code: _goal(code, aimed.get(code), figures) for code in codes}


def _goal(metric: str, target: Target | None, figures: dict[str, Figure]) -> Goal:
    figure = figures.get(metric)
    if figure is None or (target is not None and target.channel == PHONE):
        return Goal(metric, target, None, Standing.UNAVAILABLE)
    if target is None:
        return Goal(metric, None, figure, Standing.NO_DATA if figure.value is None else Standing.MET)
    standing = standing_of(figure, direction=target.direction, value=target.value, unit=target.unit)
    return Goal(metric, target, figure, standing)


def _lines(value: object) -> list[str]:
    if isinstance(value, str):
        return [line.strip() for line in value.splitlines() if line.strip()]
    return [aim_to_read(str(each).strip()) for each in value if str(each).strip()] if isinstance(value, list) else []
