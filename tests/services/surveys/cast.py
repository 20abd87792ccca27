"""Surveys with their questions, and answers to them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from accounts.actors import Resident, System
from accounts.choices import Role
from accounts.models import User
from services.models import County, Question, Service, Survey
from services.operations import add_question, answer_survey, make_survey, publish_survey
from tests.conftest import acting, make_grant, make_person

NOW = datetime(2026, 9, 10, 9, 0, tzinfo=UTC)
BY = System("test")
TITLES = {"title_fi": "Missä toivot chattia?", "title_sv": "Var önskar du chatt?", "title_en": "Where would you want a chat?"}
ONE = {
    "kind": "one",
    "text_fi": "Missä palvelussa?",
    "text_sv": "I vilken tjänst?",
    "text_en": "In which service?",
    "options_fi": "Neuvola\nKotihoito\nMielenterveys",
    "options_sv": "Rådgivning\nHemvård\nMental hälsa",
    "options_en": "Clinic\nHome care\nMental health",
}
MANY = {**ONE, "kind": "many", "text_fi": "Milloin?", "text_sv": "När?", "text_en": "When?"}
SCALE = {
    "kind": "scale",
    "text_fi": "Työni on mielekästä",
    "text_sv": "Mitt arbete är meningsfullt",
    "text_en": "My work is meaningful",
}
WORDS = {"kind": "words", "text_fi": "Kerro omin sanoin", "text_sv": "Berätta med egna ord", "text_en": "In your own words"}


def draft(county: County, *questions: dict[str, Any], **fields: Any) -> Survey:
    """A survey that has not been published."""
    row = Survey(county=county, **{"opens_on": NOW.date(), **TITLES, **fields})
    made = make_survey(by=BY, survey=row)
    for each in questions:
        add_question(by=BY, question=Question(survey=made, **each), now=NOW)
    return made


def published(county: County, *questions: dict[str, Any], **fields: Any) -> Survey:
    """A survey that is open."""
    return publish_survey(by=BY, survey=draft(county, *(questions or (ONE,)), **fields), now=NOW)


def question(survey: Survey, number: int = 0) -> Question:
    """One of its questions."""
    return list(survey.questions.all())[number]


def by_residents(survey: Survey, *values: Any) -> None:
    """One resident for each value answers the first question; a tuple answers each question in turn."""
    for value in values:
        answer_survey(by=Resident(key=uuid4()), survey=survey, answers=given(survey, value), language="fi", now=NOW)


def given(survey: Survey, value: Any) -> dict[Any, Any]:
    """Answers by the questions' ids: numbers and words in the order of the questions."""
    told: Iterable[Any] = value if isinstance(value, list) else [value]
    rows = list(survey.questions.all())
    return {row.public_id: (one,) if isinstance(one, int) else one for row, one in zip(rows, told, strict=False) if one is not None}


def by_staff(survey: Survey, *answers: tuple[int | None, Any]) -> list[User]:
    """A new member of the staff for each pair of a unit and an answer."""
    people = []
    for unit, value in answers:
        user = make_person(f"vastaaja{uuid4().hex[:8]}")
        make_grant(user, Role.RESPONDER, county=survey.county, service=survey.service)
        answer_survey(by=acting(user), survey=survey, answers=given(survey, value), unit=unit, language="fi", now=NOW)
        people.append(user)
    return people


def staff_survey(service: Service, *questions: dict[str, Any], **fields: Any) -> Survey:
    """An open survey of the service's staff."""
    titles = {"title_fi": "Miten työ sujuu?", "title_sv": "Hur går arbetet?", "title_en": "How does the work go?"}
    return published(service.county, *(questions or (SCALE,)), service=service, kind="staff", **{**titles, **fields})
