"""People's own words in surveys are kept for the county's time and no longer; the figures stay (P-7)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.actors import System
from accounts.choices import AuditAction
from accounts.models import AuditEntry
from services.models import County, Survey, SurveyAnswer
from services.operations import close_survey, erase_survey_words
from services.operations.survey_words import _months_before
from services.tasks import erase_survey_words as nightly
from tests.conftest import acting
from tests.services.surveys.cast import BY, NOW, SCALE, WORDS, by_residents, published

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
YEAR = datetime(2027, 9, 10, 0, 40, tzinfo=UTC)


@pytest.fixture
def survey(county: County) -> Survey:
    row = published(county, WORDS, SCALE)
    by_residents(row, *[[f"Sana {number}", 4] for number in range(5)])
    close_survey(by=BY, survey=row, now=NOW)
    row.refresh_from_db()
    return row


def words() -> list[str]:
    return sorted(SurveyAnswer.objects.exclude(words="").values_list("words", flat=True))


def test_they_stay_until_the_day_and_then_go_once(survey: Survey) -> None:
    results = survey.results
    assert erase_survey_words(by=BY, now=YEAR - timedelta(days=1)) == 0
    assert len(words()) == 5
    assert erase_survey_words(by=BY, now=YEAR) == 5
    assert words() == []
    assert erase_survey_words(by=BY, now=YEAR) == 0
    survey.refresh_from_db()
    assert survey.words_erased_at == YEAR
    assert survey.results == results
    assert SurveyAnswer.objects.count() == 10
    (entry,) = AuditEntry.objects.filter(action=AuditAction.DELETE, object_type="services.surveyanswer")
    assert (entry.object_id, entry.county, entry.count) == (str(survey.public_id), survey.county.code, 5)


def test_the_county_says_how_long(survey: Survey) -> None:
    survey.county.survey_words_months = 2
    survey.county.save()
    assert erase_survey_words(by=BY, now=NOW + timedelta(days=60)) == 0
    assert erase_survey_words(by=BY, now=NOW + timedelta(days=62)) == 5


def test_an_open_survey_keeps_its_words(county: County) -> None:
    row = published(county, WORDS)
    by_residents(row, "Avoin")
    assert erase_survey_words(by=BY, now=YEAR + timedelta(days=999)) == 0
    assert words() == ["Avoin"]


def test_only_the_clock_erases(survey: Survey, main_user: Any) -> None:
    with pytest.raises(PermissionDenied):
        erase_survey_words(by=acting(main_user), now=YEAR)
    assert len(words()) == 5


def test_the_job_calls_it(survey: Survey) -> None:
    Survey.objects.update(closed_at=datetime(2020, 1, 1, tzinfo=UTC))
    assert nightly() == 5


@pytest.mark.parametrize(
    ("day", "months", "found"),
    [
        ("2026-03-31", 1, "2026-02-28"),
        ("2024-03-31", 1, "2024-02-29"),
        ("2026-01-15", 1, "2025-12-15"),
        ("2026-12-31", 12, "2025-12-31"),
    ],
)
def test_a_month_ends_where_it_ends(day: str, months: int, found: str) -> None:
    from datetime import date

    assert _months_before(date.fromisoformat(day), months) == date.fromisoformat(found)


def test_the_page_tells_until_when_and_that_they_are_gone(survey: Survey, main_user: Any, signed_in: Any) -> None:
    client, page = signed_in(main_user), reverse("surveys:own_words", args=[survey.public_id])
    shown = client.get(page).content.decode()
    assert "Sana 1" in shown
    assert "12 kuukauden" in shown
    erase_survey_words(by=System("test"), now=YEAR)
    shown = client.get(page).content.decode()
    assert "Sana 1" not in shown
    assert "10.9.2027" in shown
