"""The two sides compared, and one made like the other: pure, so for any definition and any service (S000-40)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from adoption.definition import Definition, Path, QueueRow, TargetRow, compare, from_stored, side_of, still_missing, to_stored
from adoption.definition.differences import merged, point_of
from adoption.definition.paths import is_empty, plain
from adoption.definition.shape import POINTS, decimal_text, text_columns
from adoption.definition.taking import take
from adoption.definition.weekly import in_words, join, parse_day, split
from adoption.definition.words import Names, path_words, value_words
from services.intervals import parse
from tests.adoption.definition.conftest import GENERAL, WHOLE, changed, row

SLOTS = ("a", "b", "c")
WORDS = st.text(alphabet="aäö 5\n", max_size=6)
HOURS = st.sampled_from(["", "mon 08:00-16:00", "mon 08:00-12:00; fri 22:00-06:00", "sun 00:00-00:00"])
SECONDS = st.one_of(st.none(), st.integers(1, 86400))


@st.composite
def queues(draw: st.DrawFn, slot: str) -> QueueRow:
    goes_to = draw(st.sampled_from(["", *(each for each in SLOTS if each != slot)]))
    return QueueRow(
        slot=slot,
        names={code: draw(WORDS) for code in ("fi", "sv", "en")},
        languages=tuple(code for code in ("fi", "sv", "en") if draw(st.booleans())),
        groups=tuple(sorted(draw(st.sets(st.sampled_from(["g1", "g2"]))))),
        new_group=draw(st.sampled_from(["", "Uusi"])),
        new_profession="hoitaja",
        hours=draw(HOURS),
        no_transfers=draw(st.booleans()),
        transfers=tuple(sorted(draw(st.sets(st.sampled_from([*SLOTS, "muu/jono"]))))),
        overflow_to=goes_to,
        overflow_after=draw(st.integers(1, 86400)) if goes_to else None,
        supervisor_after=draw(SECONDS),
        alternatives_after=draw(SECONDS),
    )


@st.composite
def definitions(draw: st.DrawFn) -> Definition:
    texts = draw(st.dictionaries(st.sampled_from(text_columns()), WORDS.filter(bool), max_size=5))
    metrics = draw(st.lists(st.sampled_from(["M01", "M06", "M14"]), unique=True, max_size=3))
    return Definition(
        texts=texts,
        settings=draw(st.fixed_dictionaries({}, optional={"identification": st.sampled_from(["never", "start"])})),
        plans=draw(st.dictionaries(st.sampled_from(["measures", "goals"]), WORDS.filter(bool))),
        queues=tuple(draw(queues(slot)) for slot in SLOTS if draw(st.booleans())),
        targets=tuple(
            TargetRow(f"t{metric.lower()}", metric, "client", "gte", draw(st.sampled_from(["", "1", "2.5"])), "s")
            for metric in metrics
        ),
        recipients=tuple(draw(st.lists(st.sampled_from(["Sirpa", "Jaana"]), unique=True))),
    )


class TestForAny:
    @given(definitions())
    def test_a_definition_differs_in_nothing_from_itself(self, one: Definition) -> None:
        assert compare(side_of(one), side_of(one)) == []

    @given(definitions())
    def test_what_is_stored_comes_back_and_is_plain_data(self, one: Definition) -> None:
        assert side_of(from_stored(json.loads(json.dumps(to_stored(one))))) == side_of(one)

    @given(definitions(), definitions())
    def test_a_difference_is_one_from_either_side(self, one: Definition, other: Definition) -> None:
        there, back = compare(side_of(one), side_of(other)), compare(side_of(other), side_of(one))
        of_both = [each for each in there if each.path.kind != "report"]
        assert {each.path for each in of_both} == {each.path for each in back if each.path.kind != "report"}
        assert all(plain(each.said) != plain(each.live) for each in of_both)

    @given(definitions(), definitions())
    def test_nothing_that_differs_is_left_out(self, one: Definition, other: Definition) -> None:
        said, live = side_of(one), side_of(other)
        told = {each.path for each in compare(said, live)}
        for path in {*said, *live}:
            alike = plain(said.get(path)) == plain(live.get(path))
            assert path.kind == "report" or path.is_row or alike or path in told or path.row in told

    @given(definitions(), definitions())
    def test_taking_a_difference_settles_it(self, one: Definition, other: Definition) -> None:
        live = side_of(other)
        for difference in compare(side_of(one), live):
            if difference.may_take:
                taken = side_of(take(one, difference, live))
                left = compare(taken, live)
                of_report = difference.path.kind == "report"
                assert difference.path not in {each.path for each in left} or of_report
                others = {each.path for each in left if each.path.kind != "report"}
                assert others < {each.path for each in compare(side_of(one), live)} or of_report or not others

    @given(definitions(), definitions())
    def test_taking_all_makes_the_two_alike(self, one: Definition, other: Definition) -> None:
        live = side_of(other)
        for _round in range(200):
            found = [each for each in compare(side_of(one), live) if each.may_take and each.path.kind != "report"]
            if not found:
                break
            one = take(one, found[0], live)
        assert [each for each in compare(side_of(one), live) if each.path.kind != "report"] == []

    @given(definitions(), definitions())
    def test_only_what_lacks_is_planned(self, one: Definition, other: Definition) -> None:
        planned = still_missing(compare(side_of(one), side_of(other)))
        assert all(not is_empty(each.said) for each in planned)
        assert all(is_empty(each.live) for each in planned if each.path.kind != "report")

    @pytest.mark.parametrize("language", ["fi", "sv", "en"])
    @given(one=definitions(), other=definitions())
    def test_every_difference_has_words(self, one: Definition, other: Definition, language: str) -> None:
        with translation.override(language):
            for each in compare(side_of(one), side_of(other)):
                assert each.point in POINTS
                assert path_words(each.path, Names())
                assert value_words(each.path, each.said, Names())
                assert Path.parse(str(each.path)) == each.path


LIVE = side_of(WHOLE)


@pytest.mark.parametrize(
    ("definition", "path", "said", "live"),
    [
        (changed(WHOLE, name_fi="Toinen"), "service..name_fi", "Toinen", "Neuvolan chat"),
        (changed(WHOLE, promise_sv=""), "service..promise_sv", None, "Vi svarar inom fem minuter."),
        (
            replace(WHOLE, settings={"identification": "start", "response_target_seconds": "240"}),
            "service..identification",
            "start",
            "midway",
        ),
        (row(WHOLE, "yleinen", hours="mon 08:00-16:00"), "queue.yleinen.hours", "mon 08:00-16:00", GENERAL.hours),
        (row(WHOLE, "yleinen", languages=("sv",)), "queue.yleinen.languages", ("sv",), ("fi", "sv")),
        (row(WHOLE, "imetys", no_transfers=False), "queue.imetys.no_transfers", None, True),
        (row(WHOLE, "yleinen", supervisor_after=None), "queue.yleinen.supervisor_after", None, 300),
        (replace(WHOLE, queues=(GENERAL,)), "queue.imetys.", None, "Imetys"),
        (replace(WHOLE, targets=(replace(WHOLE.targets[0], value="300"), WHOLE.targets[1])), "target.vaste.value", "300", "240"),
        (replace(WHOLE, targets=(replace(WHOLE.targets[0], value=""), WHOLE.targets[1])), "target.vaste.", None, "M06 ≤ 240 s"),
    ],
)
def test_what_is_told_of_a_difference(definition: Definition, path: str, said: Any, live: Any) -> None:
    found = [each for each in compare(side_of(definition), LIVE) if each.path.kind != "report"]
    assert [(str(each.path), each.said, each.live) for each in found] == [(path, said, live)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (changed(WHOLE, handles_fi="Raskaus\r\nVauvan hoito "), WHOLE),
        (changed(WHOLE, name_en="  "), WHOLE),
        (row(WHOLE, "yleinen", languages=("sv", "fi")), WHOLE),
        (row(WHOLE, "imetys", no_transfers=True, overflow_after=None), WHOLE),
    ],
)
def test_how_it_is_typed_is_no_difference(one: Definition, other: Definition) -> None:
    assert compare(side_of(one), side_of(other)) == []


def test_a_queue_that_goes_takes_what_led_to_it() -> None:
    alone = replace(GENERAL, transfers=(), overflow_to="", overflow_after=None)
    gone = side_of(replace(WHOLE, queues=(alone,)))
    (difference,) = [each for each in compare(LIVE, gone) if each.path.is_row]
    taken = take(WHOLE, difference, gone)
    assert [(each.slot, each.transfers, each.overflow_to, each.overflow_after) for each in taken.queues] == [
        ("yleinen", (), "", None)
    ]


def test_the_point_of_each_path() -> None:
    points = {str(path): point_of(path) for path in LIVE}
    assert points["service..who_answers_fi"] == "producers"
    assert points["service..identification_text_sv"] == "use"
    assert points["queue.yleinen.groups"] == "producers"
    assert points["queue.yleinen.overflow_to"] == "overflow"
    assert points["queue.yleinen."] == "queues"
    assert points["target.vaste.value"] == points["report..metrics"] == "goals"


def test_lines_of_the_same_metric_give_way_and_others_stay() -> None:
    assert merged(["M06 ≤ 240 s"], ["M06 ≤ 300 s", "M01 –", "900 yhteydenottoa"]) == ("M01 –", "900 yhteydenottoa", "M06 ≤ 240 s")
    assert merged(["Sirpa"], ["Sirpa", "Jaana"]) == ("Jaana", "Sirpa")


@pytest.mark.parametrize("text", ["service.x", "county..name", "queue.A.hours", "queue.../etc", "service..name_fi\n", ""])
def test_what_is_no_path(text: str) -> None:
    assert Path.parse(text) is None


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("8–16", "mon 08:00-16:00"),
        ("8-12, 13–15.30", "mon 08:00-12:00; mon 13:00-15:30"),
        ("08:00 – 16:00; 17-18", "mon 08:00-16:00; mon 17:00-18:00"),
        ("22–6", "mon 22:00-06:00"),
        ("0–24", "mon 00:00-00:00"),
        ("", ""),
        (" – ", ""),
    ],
)
def test_hours_as_people_write_them(text: str, stored: str) -> None:
    assert join([parse_day(text, 0)]) == stored


@pytest.mark.parametrize("text", ["kahdeksasta", "8", "8–25", "8–16 17–18", "8.75–9", "24.30–1"])
def test_hours_that_cannot_be_read(text: str) -> None:
    with pytest.raises(ValidationError):
        parse_day(text, 0)


def test_seasons_are_kept_apart_and_come_back() -> None:
    stored = "mon 08:00-16:00; tue 08:00-16:00; sat 10:00-14:00 [2026-06-01..2026-08-31]"
    days, seasons = split(stored)
    assert days[:2] == ["8–16", "8–16"]
    assert join([parse_day(text, day) for day, text in enumerate(days)], seasons) == stored
    assert in_words(stored).startswith("ma–ti 8–16; ")
    with translation.override("en"):
        assert in_words("wed 08:30-00:00") == "wed 8:30–24"


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 23), st.integers(0, 59)), max_size=4, unique_by=lambda each: each[0]))
def test_any_hours_survive_the_page(spans: list[tuple[int, int, int]]) -> None:
    stored = "; ".join(f"{('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun')[d]} {h:02}:{m:02}-23:59" for d, h, m in sorted(spans))
    days, seasons = split(stored)
    assert parse(join([parse_day(text, day) for day, text in enumerate(days)], seasons)) == parse(stored)


@pytest.mark.parametrize(
    ("text", "told"), [("4,50", "4.5"), ("1 000", "1000"), ("0", "0"), ("x", ""), ("NaN", ""), ("", ""), ("1e3", "1000")]
)
def test_numbers_are_written_once(text: str, told: str) -> None:
    assert decimal_text(text) == told
