"""The metrics by name, in three languages."""

from __future__ import annotations

import pytest
from django.utils import translation

from services.metric_names import METRICS, metric_choices, metric_words
from services.models.service import METRIC


def test_every_code_that_a_target_may_have_has_a_name() -> None:
    codes = [*(f"M{number:02}" for number in range(1, 36)), "M08b"]
    assert set(METRICS) == set(codes)
    assert all(METRIC.fullmatch(code) for code in METRICS)


@pytest.mark.parametrize(("language", "name"), [("fi", "M06 Jonotusaika"), ("sv", "M06 Kötid"), ("en", "M06 Queue time")])
def test_a_metric_is_chosen_by_its_name(language: str, name: str) -> None:
    with translation.override(language):
        assert dict(metric_choices())["M06"] == metric_words("M06") == name
        assert metric_words("M06 ≤ 240 s") == f"{name} ≤ 240 s"


@pytest.mark.parametrize("text", ["", "M99 ≥ 1", "M061", "300 kuukaudessa", "xM06"])
def test_other_words_stay_as_they_are(text: str) -> None:
    assert metric_words(text) == text


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_names_are_in_the_language_in_use(language: str) -> None:
    with translation.override("en"):
        english = {code: str(name) for code, name in METRICS.items()}
    with translation.override(language):
        same = {code for code, name in METRICS.items() if str(name) == english[code]}
    assert same == set()
