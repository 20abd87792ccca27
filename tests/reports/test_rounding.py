"""Rounding half up, numbers of each language, small numbers, and targets against the unrounded value (metrics 1.4, 1.8, 5)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from reports.metrics import Figures, Scope
from reports.metrics.figure import Figure, ratio
from reports.rounding import duration, euros, few, number, percent, persons, rounded
from reports.shown import ShownFigure, ShownTarget, sections_of
from reports.targets import Standing, standing_of, value_in_words
from services.models import Target
from tests.reports.d1 import NOVEMBER


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [
        ("2.25", 1, "2.3"),
        ("-12.5", 0, "-13"),
        ("12.5", 0, "13"),
        ("41.6", 0, "42"),
        ("-2.25", 1, "-2.3"),
        ("0", 1, "0.0"),
        ("53.125", 2, "53.13"),
    ],
)
def test_half_up_and_away_from_zero(value: str, places: int, shown: str) -> None:
    assert str(rounded(Fraction(value), places)) == shown


@given(st.fractions(), st.integers(0, 4))
def test_rounding_is_symmetric_and_near(value: Fraction, places: int) -> None:
    shown = rounded(value, places)
    assert rounded(-value, places) == shown.copy_negate()  # a plain minus would round to the context
    assert abs(Fraction(shown) - value) <= Fraction(1, 2 * 10**places)


@pytest.mark.parametrize(
    ("language", "whole", "share", "mean"),
    [("fi", "50\xa0748", "63,6\xa0%", "3,8"), ("sv", "50\xa0748", "63,6\xa0%", "3,8"), ("en", "50,748", "63.6\xa0%", "3.8")],
)
def test_numbers_of_each_language(language: str, whole: str, share: str, mean: str) -> None:
    with translation.override(language):
        assert number(50748) == whole
        assert percent(Fraction(100 * 32269, 50748)) == share
        assert number(Fraction(23, 6), 1) == mean


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        ("258.75", "4\xa0min 19\xa0s"),
        ("302.5", "5\xa0min 3\xa0s"),
        ("0", "0\xa0min 0\xa0s"),
        ("3600", "60\xa0min 0\xa0s"),
        ("3661", "1\xa0h 1\xa0min"),
        ("7199", "2\xa0h 0\xa0min"),
    ],
)
def test_durations(seconds: str, shown: str) -> None:
    assert duration(Fraction(seconds)) == shown


def test_nothing_is_a_dash() -> None:
    assert {number(None), percent(None), duration(None), euros(None)} == {"–"}
    assert euros(Fraction(425, 8)) == "53,13\xa0€"


@pytest.mark.parametrize(
    ("promoters", "passives", "detractors", "exact", "shown", "meets"),
    [
        (160, 60, 30, "52", "52", True),
        (150, 70, 30, "48", "48", False),
        (60, 30, 10, "50", "50", False),
        (151, 52, 47, "41.6", "42", False),
        (3, 3, 2, "12.5", "13", False),
        (1, 5, 2, "-12.5", "−13", False),
        (0, 0, 1, "-100", "−100", False),
        (0, 0, 0, None, "–", None),
    ],
)
def test_the_table_of_nps(promoters, passives, detractors, exact, shown, meets) -> None:
    n = promoters + passives + detractors
    figure = Figure("M15", ratio(promoters - detractors, n), "nps", n)
    assert figure.value == (None if exact is None else Fraction(exact))
    assert value_in_words(figure) == shown
    standing = standing_of(figure, direction="gt", value=Decimal(50), unit="")
    assert standing == {True: Standing.MET, False: Standing.MISSED, None: Standing.NO_DATA}[meets]


@pytest.mark.parametrize(
    ("part", "whole", "words", "standing"),
    [
        (6996, 10_000, "69,96\xa0%", "missed"),
        (35_524, 50_748, "70,00\xa0%", "met"),
        (35_523, 50_748, "70,00\xa0%", "missed"),
        (7, 10, "70,0\xa0%", "met"),
    ],
)
def test_a_target_is_compared_with_the_unrounded_value(part: int, whole: int, words: str, standing: str) -> None:
    figure = Figure("M11", ratio(part, whole), "%", whole)
    assert standing_of(figure, direction="gte", value=Decimal(70), unit="%") == standing
    assert value_in_words(figure, unit="%", target=Decimal(70)) == words


@pytest.mark.parametrize(
    ("value", "direction", "target", "standing"),
    [
        ("50", "gte", "80", "missed"),
        ("75", "gte", "70", "met"),
        ("12.5", "lte", "15", "met"),
        ("50", "gt", "50", "missed"),
        ("50", "lt", "50", "missed"),
    ],
)
def test_targets_of_d1(value: str, direction: str, target: str, standing: str) -> None:
    figure = Figure("M08", Fraction(value), "%", 10)
    assert standing_of(figure, direction=direction, value=Decimal(target), unit="%") == standing


def test_an_unknown_figure_says_so_and_is_no_zero() -> None:
    figure = Figure("M26", None, "n/h", 0, known=False)
    assert value_in_words(figure) == "ei tietoa"
    assert standing_of(figure, direction="lte", value=Decimal(20), unit="") == Standing.NO_DATA


class TestSmallNumbers:
    def test_one_to_four_persons_are_not_told(self) -> None:
        assert persons({"a": 0, "b": 5, "c": 40}) == {"a": 0, "b": 5, "c": 40}
        assert persons({"a": 3, "b": 4}) == {"a": None, "b": None}
        assert few() == "alle 5"

    def test_a_second_cell_is_hidden_when_the_first_could_be_worked_out(self) -> None:
        assert persons({"a": 3, "b": 20, "c": 9}) == {"a": None, "b": 20, "c": None}

    @given(st.dictionaries(st.integers(0, 8), st.integers(0, 30), min_size=2))
    def test_no_hidden_cell_follows_from_the_total(self, counts: dict[int, int]) -> None:
        shown = persons(counts)
        hidden = [key for key, count in shown.items() if count is None]
        assert all(shown[key] is None for key, count in counts.items() if 0 < count < 5)
        alone = len(hidden) == 1 and any(count >= 5 for count in counts.values())
        assert not alone or counts[hidden[0]] >= 5


@pytest.mark.parametrize(
    ("figure", "value", "standing", "now"),
    [
        (Figure("M14", Fraction(23, 6), "1–5", 6, beside={"share": Fraction(200, 3)}), "60", Standing.MET, "66,7\xa0%"),
        (Figure("M14", Fraction(23, 6), "1–5", 6, beside={"share": Fraction(6996, 100)}), "70", Standing.MISSED, "69,96\xa0%"),
        (Figure("M02", Fraction(6), "n", 6, beside={"share_of_contacts": Fraction(60)}), "60", Standing.MET, "60,0\xa0%"),
        (Figure("M02", Fraction(6), "n", 6, beside={"share_of_contacts": Fraction(60)}), "61", Standing.MISSED, "60,0\xa0%"),
    ],
)
def test_beside_a_target_of_a_share_stands_the_share(figure: Figure, value: str, standing: Standing, now: str) -> None:
    """What is judged is what is shown as being now: not the mean of satisfaction, not the number of the identified (M14, M02)."""
    aim = {"aim": "client", "channel": "chat", "direction": "gte"}
    target = Target(metric=figure.metric, value=Decimal(value), unit="%", **aim)
    total = {figure.metric: figure}
    shown = sections_of(Figures(Scope(1, ()), NOVEMBER.period, total), [target])[0][1][0]
    assert [(each.standing, each.now) for each in shown.targets] == [(standing, now)]
    assert shown.words in ("3,8", "6"), "the figure itself stays as it is"


def test_an_unknown_share_is_told_once() -> None:
    """Where identification is not in use there are no data, in the figure and beside its target."""
    figure = Figure("M02", None, "n", 0, known=False)
    target = Target(metric="M02", value=Decimal(60), unit="%", aim="client", channel="chat", direction="gte")
    shown = sections_of(Figures(Scope(1, ()), NOVEMBER.period, {"M02": figure}), [target])[0][1][0]
    assert [(each.standing, each.now) for each in shown.targets] == [(Standing.NO_DATA, "")] and shown.words == "ei tietoa"


def test_time_at_the_most_is_what_a_target_in_percent_asks_of_the_load() -> None:
    """The share stands beside its target, and not the answered contacts for each hour (M26)."""
    figure = Figure("M26", Fraction(15, 4), "n/h", 15, beside={"at_most": Fraction(25)})
    assert standing_of(figure, direction="lte", value=Decimal(20), unit="%") == Standing.MISSED
    assert value_in_words(figure, unit="%", target=Decimal(20)) == "25,0\xa0%"
    assert value_in_words(figure) == "3,8"
    unknown = Figure("M26", Fraction(15, 4), "n/h", 15)
    assert value_in_words(unknown, unit="%", target=Decimal(20)) == "–"
    target = Target(metric="M26", value=Decimal(20), unit="%")
    assert ShownFigure(figure, [ShownTarget("≤ 20 %", Standing.MISSED, "client", False, target)]).words == "3,8"
