"""The surveys of the demonstration: two closed rounds of the staff with a trend between them, and an open one of residents.

They are made, answered and closed by the operations that people use; the answers come in as from paper: nobody is made to answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from uuid import UUID, uuid5

from accounts.actors import Resident, System
from adoption.models import Rollout
from config.demo.reading import Strict, Words, read
from services.choices import QuestionKind, SurveyKind
from services.models import County, Question, Service, Survey
from services.operations import (
    add_question,
    answer_survey,
    bring_in_answers,
    change_survey,
    close_survey,
    make_survey,
    note_rollout,
    publish_survey,
    repeat_survey,
)
from services.surveys import heads_of

KEYS = UUID("7d1a3c52-5a1e-4a3e-9a70-2f6f5a0b9c11")
Shares = Mapping[str, list[int]]


class Lines(Strict, frozen=True):
    """The choices of a question, in all three languages."""

    fi: list[str]
    sv: list[str]
    en: list[str]


class QuestionRow(Strict, frozen=True):
    """A question by the name under which its answers are told."""

    key: str
    kind: str
    text: Words
    options: Lines | None = None


class RoundRow(Strict, frozen=True):
    """One round: how many of each unit answered, which share chose each choice, and what some wrote."""

    opened: int
    closed: int
    people: list[int]
    shares: dict[str, list[int]]
    words: list[str]


class StaffRow(Strict, frozen=True):
    """The survey of a service's staff."""

    service: str
    title: Words
    intro: Words
    units: list[str]
    questions: list[QuestionRow]
    rounds: list[RoundRow]


class ResidentsRow(Strict, frozen=True):
    """The survey of residents."""

    title: Words
    intro: Words
    opened: int
    open_for: int
    people: int
    questions: list[QuestionRow]
    shares: dict[str, list[int]]


class SurveysFile(Strict, frozen=True):
    """Both."""

    staff: StaffRow
    residents: ResidentsRow


def write_surveys(*, by: System, county: County, now: datetime) -> int:
    """The demonstration's surveys; none when the county has any. Gives how many were made."""
    if Survey.objects.filter(county=county).exists():
        return 0
    content = read("surveys", SurveysFile)
    _staff(by, county, content.staff, now)
    _residents(by, county, content.residents, now)
    return Survey.objects.filter(county=county).count()


def _staff(by: System, county: County, content: StaffRow, now: datetime) -> None:
    service = Service.objects.get(county=county, key=content.service)
    survey: Survey | None = None
    for row in content.rounds:
        opened, closed = now - timedelta(days=row.opened), now - timedelta(days=row.closed)
        if survey is None:
            texts = {**content.title.columns("title"), **content.intro.columns("intro")}
            fresh = Survey(
                county=county,
                service=service,
                kind=SurveyKind.STAFF,
                units=content.units,
                held_elsewhere=True,
                opens_on=opened.date(),
                created_at=opened,
                **texts,
            )
            survey = make_survey(by=by, survey=fresh)
            _ask(by, survey, content.questions, opened)
        else:
            survey = repeat_survey(by=by, survey=survey, now=opened)
        if (rollout := Rollout.objects.filter(service=service).order_by("pk").first()) is not None:
            survey = note_rollout(by=by, survey=survey, rollout=rollout.public_id)
        survey = change_survey(by=by, survey=survey, values={"closes_on": closed.date()}, now=opened)
        survey = publish_survey(by=by, survey=survey, now=opened)
        questions = list(survey.questions.all())
        bring_in_answers(
            by=by,
            survey=survey,
            heads=heads_of(questions, content.units, "fi"),
            rows=_rows(content, row),
            digest=f"{row.opened:064d}",
            language="fi",
            dry_run=False,
            now=closed,
        )
        survey = close_survey(by=by, survey=survey, now=closed)


def _rows(content: StaffRow, row: RoundRow) -> list[list[str]]:
    """A line of the table for each person who answered; the shares are met as nearly as so few people can."""
    units = [unit for unit, n in zip(content.units, row.people, strict=True) for _each in range(n)]
    chance = Random(row.opened)
    told = {one.key: _spread(one.kind, row.shares.get(one.key, []), len(units), chance) for one in content.questions}
    for one in content.questions:
        if one.kind == QuestionKind.WORDS:
            told[one.key] = [*row.words, *[""] * len(units)][: len(units)]
    return [[unit, *(told[one.key][number] for one in content.questions)] for number, unit in enumerate(units)]


def _spread(kind: str, shares: Sequence[int], people: int, chance: Random) -> list[str]:
    if kind == QuestionKind.MANY:
        liked = str(shares.index(max(shares)) + 1)
        chosen = [
            ";".join(str(number) for number, share in enumerate(shares, start=1) if chance.randrange(100) < share)
            for _person in range(people)
        ]
        return [each or liked for each in chosen]
    whole = [number for number, share in enumerate(shares, start=1) for _each in range(round(share * people / 100))]
    short = people - len(whole)
    spread = (
        [str(number) for number in (*whole, *chance.choices(range(1, len(shares) + 1), shares, k=max(0, short)))] if shares else []
    )
    chance.shuffle(spread)
    return spread[:people]


def _residents(by: System, county: County, content: ResidentsRow, now: datetime) -> None:
    opened = now - timedelta(days=content.opened)
    survey = make_survey(
        by=by,
        survey=Survey(
            county=county,
            kind=SurveyKind.PUBLIC,
            opens_on=opened.date(),
            closes_on=(opened + timedelta(days=content.open_for)).date(),
            created_at=opened,
            **content.title.columns("title"),
            **content.intro.columns("intro"),
        ),
    )
    _ask(by, survey, content.questions, opened)
    survey = publish_survey(by=by, survey=survey, now=opened)
    questions = list(survey.questions.all())
    chance = Random(content.people)
    told = {one.key: _spread(one.kind, content.shares[one.key], content.people, chance) for one in content.questions}
    for number in range(content.people):
        answers = {
            row.public_id: tuple(int(each) for each in told[one.key][number].split(";"))
            for row, one in zip(questions, content.questions, strict=True)
            if told[one.key][number]
        }
        if answers:
            resident = Resident(key=uuid5(KEYS, f"{survey.public_id}:{number}"))
            answer_survey(by=resident, survey=survey, answers=answers, language="fi", now=opened + timedelta(hours=number))


def _ask(by: System, survey: Survey, questions: Sequence[QuestionRow], now: datetime) -> None:
    for one in questions:
        options = {f"options_{code}": "\n".join(getattr(one.options, code)) for code in ("fi", "sv", "en")} if one.options else {}
        add_question(by=by, question=Question(survey=survey, kind=one.kind, **one.text.columns("text"), **options), now=now)
