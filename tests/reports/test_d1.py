"""The worked data D1 comes out exactly, by every definition (metrics 4); what is a test proves and counts nothing."""

from __future__ import annotations

from fractions import Fraction
from typing import Any
from uuid import uuid4

import pytest
from django.utils import translation

from chat.choices import EndedBy, FailureDemand, OutcomeReason, Status
from chat.models import Conversation
from reports.metrics import AVAILABLE, DEFINITIONS, Scope, figures_of, read_figures
from reports.metrics.definition import Source
from reports.metrics.words import part_words
from reports.naming import names_of
from reports.shown import BREAKDOWNS, tables_of
from reports.targets import beside_in_words
from services.choices import Identification, TopicKind
from services.models import County, Queue, Service, Topic
from services.texts import text
from tests.reports.d1 import DECEMBER, NOVEMBER, Row, at, made, make_d1

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def d1(queue: Queue) -> dict[str, Conversation]:
    return make_d1(queue)


def november(county: County):
    return figures_of(Scope.whole(county), NOVEMBER.period).total


@pytest.mark.parametrize(
    ("metric", "value", "n"),
    [
        ("M01", 10, 10),
        ("M02", 6, 6),
        ("M03", 80, 10),
        ("M04", 10, 10),
        ("M05", 1, 1),
        ("M06", 180, 8),
        ("M07", 225, 8),
        ("M08", 50, 10),
        ("M08b", None, 0),
        ("M09", 1170, 8),
        ("M10", 50, 8),
        ("M11", 75, 8),
        ("M12", 25, 8),
        ("M13", Fraction(25, 2), 8),
        ("M14", Fraction(23, 6), 6),
        ("M15", 25, 8),
        ("M16", 100, 8),
        ("M18", 20, 10),
        ("M19", 10, 10),
    ],
)
def test_d1(d1, county: County, metric: str, value: Fraction | None, n: int) -> None:
    figure = november(county)[metric]
    assert (figure.value, figure.n) == (value, n)


def test_traditional_services_are_told_by_the_reason(d1, county: County) -> None:
    """Who truly needs them is known: the reason given at the end, each as often as it was; one without a reason too (S004-4)."""
    Conversation.objects.filter(pk=d1["C05"].pk).update(outcome_reason=OutcomeReason.EXAMINATION)
    figure = november(county)["M12"]
    reasons = {name: n for name, n in figure.parts if name.startswith("reason_")}
    assert reasons == {"reason_examination": 1, "reason_": 1}
    assert sum(reasons.values()) == sum(n for name, n in figure.parts if name in ("R3", "R4", "R5"))
    with translation.override("fi"):
        assert [part_words(name) for name in reasons] == ["Tarvitsee tutkimuksen tai mittauksen", "Syytä ei kirjattu"]


def test_what_ended_for_silence_is_a_class_of_its_own(d1, county: County) -> None:
    """The portal ends a talk whose resident has long been silent: it stays answered, and is told apart beside M09."""
    assert dict(november(county)["M09"].parts)["ended_for_silence"] == 0
    Conversation.objects.filter(pk=d1["C05"].pk).update(ended_by=EndedBy.SYSTEM)
    Conversation.objects.filter(pk__in=[d1["C03"].pk, d1["C04"].pk]).update(ended_by=EndedBy.SYSTEM)  # nobody had answered these
    found = november(county)
    parts = dict(found["M09"].parts)
    assert (parts["answered"], parts["ended_for_silence"]) == (8, 1)
    assert found["M03"].value == 80


def test_what_stands_beside(d1, county: County) -> None:
    found = november(county)
    assert dict(found["M01"].parts) == {"answered": 8, "abandoned": 1, "service_closed": 1, "short_abandon": 1}
    assert dict(found["M02"].parts)["persons"] == 4
    assert found["M02"].beside == {"share_of_contacts": 60}
    assert found["M04"].beside == {"left_after": 720}
    assert dict(found["M05"].parts) == {"form": 1}
    wait = found["M06"].beside
    assert [wait[name] for name in ("mean", "p90", "longest", "transfer_mean")] == [Fraction(207000, 800), 900, 900, 600]
    bands = {code: n for code, n in found["M06"].parts if code.startswith("band")}
    assert bands == {"band_0": 1, "band_60": 3, "band_180": 1, "band_300": 2, "band_600": 0, "band_900": 1, "band_1800": 0}
    response = found["M07"].beside
    assert [response[name] for name in ("mean", "p90")] == [Fraction(605, 2), 960]
    assert found["M09"].beside["mean"] == Fraction(126375, 100)
    lengths = {code: n for code, n in found["M09"].parts if code.startswith("length_") and n}
    assert lengths == {
        "length_600": 1,
        "length_900": 3,
        "length_1200": 3,
        "length_1800": 1,
    }  # ten and fifteen are above
    assert found["M10"].beside["verified"] == Fraction(75, 2)
    assert dict(found["M10"].parts)["nameless"] == 2
    moved = dict(found["M13"].parts)
    assert (moved["moves"], moved["quick_moves"], moved["transferred"]) == (1, 0, 1)
    assert found["M14"].beside["share"] == Fraction(200, 3)
    assert dict(found["M15"].parts) == {"promoters": 4, "passives": 2, "detractors": 2}
    assert (dict(found["M18"].parts)["wrong_service"], dict(found["M18"].parts)["repeats"]) == (1, 1)
    assert dict(found["M24"].parts) == {"doctor": 1} and not found["M24"].known
    assert figures_of(Scope.whole(county), NOVEMBER.period).facts["tests"] == 1


def test_who_left_at_once_has_not_asked_again(d1, queue: Queue, county: County) -> None:
    """A mis-click is no contact, so it spoils no verified first contact; leaving after ten seconds does (M10, metrics 1.1)."""
    again = made(queue, Row("4 10:00:00", None, None, "4 10:00:06", "short_abandon", person="P3", topic="muisti"))
    assert november(county)["M10"].beside["verified"] == Fraction(75, 2)
    left = {"status": Status.ABANDONED, "left_at": at("4 10:00:10"), "closed_at": at("4 10:00:10")}
    Conversation.objects.filter(pk=again.pk).update(**left)
    assert november(county)["M10"].beside["verified"] == 25


def test_december_gets_c12_only(d1, county: County) -> None:
    found = figures_of(Scope.whole(county), DECEMBER.period).total
    assert [found[metric].value for metric in ("M01", "M06", "M15")] == [1, 60, 100]


def test_c10_counted_by_mistake_would_show(d1, county: County) -> None:
    """The mark of a test is what keeps it out: without it M01 is 11 and NPS 33."""
    Conversation.objects.filter(pk=d1["C10"].pk).update(is_test=False)
    found = november(county)
    assert found["M01"].value == 11
    assert found["M15"].value == Fraction(300, 9)


def test_one_of_its_two_services(d1, service: Service) -> None:
    """A transferred contact counts in the service of its first queue, and so does everything that comes of it."""
    found = read_figures([service], NOVEMBER.period)
    assert [found[metric].value for metric in ("M01", "M06", "M13")] == [9, 120, Fraction(100, 7)]


def test_every_cell_of_a_breakdown_adds_up(d1, county: County) -> None:
    ways = tuple(BREAKDOWNS)
    found = figures_of(Scope.whole(county), NOVEMBER.period, breakdowns=ways)
    assert set(found.cells) == set(ways)
    for name, cells in found.cells.items():
        assert sum(cell["M01"].n for cell in cells.values()) == 10, name
        for metric in ("M03", "M13", "M18", "M19"):
            parts = sum((cell[metric].value * cell[metric].n / 100 for cell in cells.values() if cell[metric].n), Fraction())
            assert parts == found.total[metric].value * found.total[metric].n / 100, (name, metric)
    assert found.cells["identified"][True]["M01"].n == 6
    assert found.cells["group"]["asiakasohjaajat"]["M01"].n == 9


def test_where_needless_contacts_come_from(d1, county: County) -> None:
    """Failure demand by the page and the channel of entry: two of the ten, both from one page, whatever the language (M18)."""
    Conversation.objects.filter(pk__in=[d1["C05"].pk, d1["C09"].pk, d1["C01"].pk]).update(entry_page="/fi/yhteys/")
    Conversation.objects.filter(pk=d1["C01"].pk).update(entry_page="/sv/yhteys/", language="sv")
    found = figures_of(Scope.whole(county), NOVEMBER.period, breakdowns=("entry_page", "entry_channel"))
    of_page = found.cells["entry_page"]["/yhteys/"]
    assert (of_page["M01"].n, of_page["M18"].value) == (3, Fraction(200, 3))
    tables = {table.key: table for table in tables_of(found, names_of(found, lambda row, field: text(row, field, "fi")))}
    rows = {row.name: row.values for row in tables["entry_page"].rows}
    assert tables["entry_page"].columns[1] == "M18" and rows["/yhteys/"][1] == "66,7\xa0%"
    assert {values[1] for name, values in rows.items() if name != "/yhteys/"} == {"0,0\xa0%"}


def test_only_the_pages_with_most_are_told(d1, county: County) -> None:
    for n, row in enumerate(Conversation.objects.order_by("pk")):
        Conversation.objects.filter(pk=row.pk).update(entry_page=f"/{n}/")
    queue: Any = Conversation.objects.get(pk=d1["C02"].pk)
    for n in range(30):
        left_out = {"id", "public_id", "start_token", "resident_key", "entry_page"}
        fields = {each.attname: getattr(queue, each.attname) for each in queue._meta.concrete_fields if each.name not in left_out}
        Conversation.objects.create(**fields, resident_key=uuid4(), start_token=uuid4(), entry_page=f"/lisaa/{n}/")
    cells = figures_of(Scope.whole(county), NOVEMBER.period, breakdowns=("entry_page",)).cells["entry_page"]
    assert len([cell for cell in cells.values() if cell["M01"].n]) == 20


def test_topics_of_digital_guidance_are_counted(d1, county: County, queue: Queue) -> None:
    """How often people were helped to deal digitally stands beside the other topics of the month (S001-66, S001-67)."""
    topic = Topic.objects.create(service=queue.service, key="digituki", name_fi="Digituki", kind=TopicKind.DIGITAL)
    helped = Conversation.objects.filter(topic__key="kotihoito")
    assert helped.update(topic=topic) == 3
    found = figures_of(Scope.whole(county), NOVEMBER.period, breakdowns=("topic",))
    assert found.cells["topic"][topic.pk]["M01"].n == 3
    assert dict(found.total["M01"].parts)["kind_digital"] == 3


def test_the_share_of_prevention_is_told_where_topics_are_marked(d1, county: County, queue: Queue) -> None:
    """S000-27, S002-20: of the ten contacts of the month one was of a topic that is prevention; without marks nothing is said."""
    without = figures_of(Scope.whole(county), NOVEMBER.period, codes=["M01"]).total["M01"]
    assert without.beside == {} and not [name for name, _n in without.parts if name.startswith("kind_")]
    Topic.objects.filter(key__in=["muisti", "omaishoito"]).update(kind=TopicKind.PREVENTION)
    figure = figures_of(Scope.whole(county), NOVEMBER.period, codes=["M01"]).total["M01"]
    assert dict(figure.parts)["kind_prevention"] == 1 and figure.beside["kind_prevention_share"] == 10
    assert beside_in_words(figure, "kind_prevention_share") == "10,0\xa0%"


def test_the_number_of_queries_does_not_follow_the_rows(d1, county: County, queue: Queue, django_assert_max_num_queries) -> None:
    ways = tuple(BREAKDOWNS)
    scope = Scope.whole(county)
    with django_assert_max_num_queries(62) as seen:
        figures_of(scope, NOVEMBER.period, breakdowns=ways)
    sql = " ".join(each["sql"] for each in seen.captured_queries)
    assert "chat_event" not in sql and "chat_participant" not in sql
    make_more(queue)
    with django_assert_max_num_queries(len(seen.captured_queries)):
        figures_of(scope, NOVEMBER.period, breakdowns=ways)


def make_more(queue: Queue) -> None:
    row: Any = Conversation.objects.filter(person="").first()
    for _ in range(20):
        left_out = {"id", "public_id", "start_token", "resident_key"}
        fields = {each.attname: getattr(row, each.attname) for each in row._meta.concrete_fields if each.name not in left_out}
        Conversation.objects.create(**fields, resident_key=uuid4(), start_token=uuid4())


class TestNoData:
    """Where identification is not in use there is no data, never 0 and never 100 % (metrics 1.7)."""

    def test_nowhere(self, d1, county: County, settings) -> None:
        settings.IDENTITY_PROVIDER = ""
        Conversation.objects.update(identified_at=None, person="")
        found = november(county)
        assert not found["M02"].known and found["M02"].value is None
        assert "verified" not in found["M10"].beside
        assert found["M19"].notes == ["session_only"] and found["M19"].known

    def test_in_use_but_nobody_is_a_real_zero(self, d1, county: County) -> None:
        Conversation.objects.update(identified_at=None, person="")
        assert (november(county)["M02"].value, november(county)["M02"].known) == (0, True)

    def test_a_total_is_of_the_services_that_have_it_with_their_share(self, d1, county: County, second_queue: Queue) -> None:
        Service.objects.exclude(key="ikaantyneet").update(identification=Identification.NEVER)
        found = november(county)["M02"]
        assert (found.value, found.beside["share_of_contacts"], found.based_on) == (6, Fraction(600, 9), (9, 10))

    def test_a_service_that_gave_it_up_since_had_it(self, d1, county: County) -> None:
        Service.objects.update(identification=Identification.NEVER)
        assert november(county)["M02"].value == 6


def test_a_reason_of_failure_demand_counts_once(d1, county: County) -> None:
    Conversation.objects.filter(pk__in=[d1["C05"].pk, d1["C14"].pk]).update(failure_demand=FailureDemand.STATUS_ENQUIRY)
    assert november(county)["M18"].value == 30


def test_nothing_is_a_dash_and_not_zero_percent(queue: Queue, county: County) -> None:
    found = november(county)
    shares = {code for code, each in found.items() if each.value is None and each.known}
    assert {"M03", "M04", "M06", "M07", "M08", "M09", "M10", "M11", "M12", "M13", "M14", "M15", "M16", "M18", "M19"} <= shares
    assert found["M01"].value == found["M05"].value == 0


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_every_definition_has_a_name_and_words(language: str) -> None:
    with translation.override(language):
        assert all(each.name and str(each.words) for each in DEFINITIONS.values())
        assert len({str(each.words) for each in DEFINITIONS.values()}) == len(AVAILABLE)
    assert all(each.sources <= set(Source) for each in DEFINITIONS.values())
