"""The page of a month and its table: who may see what, what is hidden, and that it opens in every language."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.actors import System
from accounts.choices import Role
from accounts.models import User
from chat.models import Conversation, Feedback
from reports.exports.paper import TEMPLATE, context_of
from reports.months import Month
from reports.operations import freeze_month
from services.choices import AimClass
from services.models import County, Queue, Service, Target, Topic
from services.resources.files import DANGEROUS
from tests.reports.d1 import make_d1

pytestmark = pytest.mark.django_db
TODAY = datetime(2026, 12, 10, 9, tzinfo=UTC)
NOVEMBER = {"kuukausi": "2026-11"}


@pytest.fixture(autouse=True)
def _december(monkeypatch) -> None:
    """The page is looked at on the 10th of December 2026, whatever the day is."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: TODAY)


@pytest.fixture
def d1(queue: Queue) -> dict[str, Conversation]:
    return make_d1(queue)


def page(client, **query: str) -> str:
    response = client.get(reverse("reports:month"), {**NOVEMBER, **query})
    assert response.status_code == 200
    return response.content.decode()


class TestWhoMaySee:
    @pytest.mark.parametrize("who", ["responder", "coordinator", "reader", "path_author", "privacy_officer", "outsider", "former"])
    def test_others_are_refused(self, request, d1, signed_in, who: str) -> None:
        client = signed_in(request.getfixturevalue(who))
        for door in ("reports:month", "reports:table"):
            assert client.get(reverse(door), NOVEMBER).status_code == 403

    def test_an_outsider_does_not_see_it_from_her_own_county_either(self, d1, outsider, other_queue, signed_in) -> None:
        client = signed_in(outsider, host="toinen.test")
        shown = client.get(reverse("reports:month"), {}).content.decode()
        assert "Ikääntyneiden palvelujen chat" not in shown and "ei ollut yhteydenottoja" in shown

    def test_a_stranger_is_asked_to_sign_in(self, d1, client) -> None:
        assert client.get(reverse("reports:month")).status_code == 302

    def test_a_supervisor_of_one_service_sees_that_one_only(self, d1, supervisor, signed_in, second_queue) -> None:
        client = signed_in(supervisor)
        shown = page(client)
        assert "Ikääntyneiden palvelujen chat: marraskuu 2026" in shown and "Neuvolan chat" not in shown
        for door in ("reports:month", "reports:table"):
            assert client.get(reverse(door), {"palvelu": "neuvola", **NOVEMBER}).status_code == 404
            assert client.get(reverse(door), {"palvelu": "kaikki", **NOVEMBER}).status_code == 403

    @pytest.mark.parametrize("who", ["manager", "main_user"])
    def test_who_has_the_county_sees_all(self, request, d1, signed_in, who: str) -> None:
        assert "Kaikki palvelut: marraskuu 2026" in page(signed_in(request.getfixturevalue(who)))

    def test_a_manager_of_one_service(self, d1, county, service, person, grant, signed_in) -> None:
        user: User = person("esa")
        grant(user, Role.MANAGER, county=county, service=service)
        assert "Ikääntyneiden palvelujen chat: marraskuu 2026" in page(signed_in(user))

    def test_the_menu_leads_there(self, d1, manager, coordinator, signed_in) -> None:
        address = reverse("reports:month")
        assert f'href="{address}"' in signed_in(manager).get(reverse("account")).content.decode()
        assert f'href="{address}"' not in signed_in(coordinator).get(reverse("account")).content.decode()


def test_the_month_in_sentences_and_figures(d1, manager, service, county: County, signed_in) -> None:
    Target.objects.create(
        county=county, metric="M08", aim=AimClass.CLIENT, direction="gte", value=80, unit="%", starts_on="2026-01-01"
    )
    shown = page(signed_in(manager))
    for words in (
        "Marraskuussa 2026 oli 10 yhteydenottoa.",
        "Niistä 80,0\xa0% sai vastauksen.",
        "3\xa0min 45\xa0s",
        "Vasteaika oli tavoitteessa: 50,0\xa0% yhteydenotoista.",
        "Tyytyväisyyden keskiarvo oli 3,8",
        "ei toteutunut",
        "Vähän vastauksia.",
        "ei tietoa",
        "1 testikeskustelu on jätetty pois.",
        "Tälle ei ole asetettu tavoitteita.",
    ):
        assert words in shown, words
    assert "keskeneräinen" not in shown


def test_the_running_month_is_unfinished(d1, manager, signed_in) -> None:
    shown = page(signed_in(manager), kuukausi="2026-12")
    assert "keskeneräinen" in shown and "Joulukuussa 2026 oli 1 yhteydenotto." in shown


def test_a_month_before_the_service_opened_is_no_zero(d1, manager, service: Service, signed_in) -> None:
    Service.objects.filter(pk=service.pk).update(opened_at=datetime(2026, 11, 20, 6, tzinfo=UTC))
    late = datetime(2026, 11, 30, 20, tzinfo=UTC)
    Conversation.objects.filter(first_queue__service=service).update(queued_at=late, accepted_at=late)
    old = Conversation.objects.exclude(first_queue__service=service).first()
    Conversation.objects.filter(pk=old.pk).update(queued_at=datetime(2026, 10, 20, 8, tzinfo=UTC))
    shown = page(signed_in(manager), palvelu=service.key, kuukausi="2026-10")
    assert "ei ole tietoa" in shown and "yhteydenottoja" not in shown
    assert "Vajaa kuukausi: palvelu avattiin 20.11.2026." in page(signed_in(manager), palvelu=service.key)


def test_the_frozen_report_is_told_of_and_what_has_changed_since(d1, manager, county: County, signed_in) -> None:
    freeze_month(by=System("test"), county=county, service=None, month=Month(2026, 11), now=TODAY)
    shown = page(signed_in(manager))
    assert "Jäädytetty raportti on revisio 1, tehty 10.12.2026." in shown and "Mikään luku ei ole muuttunut." in shown
    Conversation.objects.filter(pk=d1["C14"].pk).update(outcome="R1")
    shown = page(signed_in(manager))
    assert "3 lukua on muuttunut sen jälkeen." in shown and "87,5\xa0%" in shown


def test_small_numbers_of_residents_are_hidden(d1, manager, signed_in) -> None:
    Conversation.objects.filter(pk__in=[d1["C01"].pk, d1["C02"].pk]).update(language="sv")
    shown = page(signed_in(manager))
    assert "alle 5" in shown and "Alle viiden henkilön lukua ei näytetä" in shown
    rows = table_rows(signed_in(manager))
    by_language = {row["cell"]: row["shown"] for row in rows if row["breakdown"] == "Kielittäin" and row["metric"] == "M01"}
    assert by_language == {"suomi": "ei näytetä", "ruotsi": "alle 5"}


@pytest.mark.parametrize(
    "query", [{"kuukausi": "2027-01"}, {"kuukausi": "2026-13"}, {"kuukausi": "x"}, {"palvelu": "ei-ole"}, {"kuukausi": "1999-01"}]
)
def test_what_there_is_not(d1, manager, signed_in, query: dict[str, str]) -> None:
    client = signed_in(manager)
    for door in ("reports:month", "reports:table"):
        assert client.get(reverse(door), query).status_code == 404


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_it_opens_in_each_language(d1, manager, signed_in, language: str) -> None:
    client = signed_in(manager)
    for door in ("reports:month", "reports:table"):
        address = reverse(door).replace("/fi/", f"/{language}/", 1)
        assert client.get(address, NOVEMBER).status_code == 200


def table_rows(client, **query: str) -> list[dict[str, str]]:
    content = client.get(reverse("reports:table"), {**NOVEMBER, **query}).content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content), delimiter=";"))


def test_the_table_has_raw_values_beside_the_words(d1, manager, signed_in) -> None:
    rows = table_rows(signed_in(manager))
    first = {row["metric"]: row for row in rows if not row["item"] and not row["breakdown"]}
    assert (first["M07"]["raw"], first["M07"]["unit"], first["M07"]["shown"], first["M07"]["n"]) == (
        "225",
        "s",
        "3\xa0min 45\xa0s",
        "8",
    )
    assert first["M13"]["raw"] == "12.5"
    assert first["M08b"]["raw"] == "" and first["M08b"]["shown"] == "–"
    assert {row["period_start"] for row in rows} == {"2026-10-31T22:00:00+00:00"}


def test_a_number_below_zero_is_a_number_and_no_formula(d1, manager, signed_in) -> None:
    Feedback.objects.update(recommend=0)
    rows = table_rows(signed_in(manager))
    assert next(row for row in rows if row["metric"] == "M15" and not row["item"])["raw"] == "-100"


def test_no_cell_is_a_formula(d1, manager, signed_in) -> None:
    for start in DANGEROUS:
        Topic.objects.filter(key="kotihoito").update(name_fi=f"{start}HYPERLINK(1)")
        cells = [row["cell"] for row in table_rows(signed_in(manager))]
        assert any("HYPERLINK" in cell for cell in cells)
        assert not any(cell.startswith(DANGEROUS) for cell in cells)


def test_the_number_of_queries_does_not_follow_the_rows(d1, manager, signed_in, django_assert_max_num_queries) -> None:
    client = signed_in(manager)
    page(client)
    with django_assert_max_num_queries(97):
        page(client)


def test_the_page_is_short_and_everything_is_behind_it(d1, manager, signed_in) -> None:
    """What is behind a figure opens by a press; the groups, the tables and most charts are closed to begin with."""
    shown = page(signed_in(manager))
    assert shown.count('<details class="nlr-group"') == 13 and "<details open" not in shown
    for code in ("M01", "M08", "M34"):
        assert f'id="{code}"' in shown
    assert shown.count('<svg class="nlr-drawing"') == 17
    assert 'aria-label="Asiointimäärä, marraskuu 2025 – marraskuu 2026. Viimeisin: 10 (marraskuu 2026).' in shown


def test_hours_of_tries_and_of_the_target(d1, manager, signed_in) -> None:
    """M05 and M08 by weekday and hour: C08 on Wednesday at seven; of Monday’s four at eight two were answered in time."""
    shown = page(signed_in(manager))
    tries = shown[shown.index("Yritykset aukioloajan ulkopuolella viikonpäivän ja tunnin mukaan</h3>") :]
    assert '<th scope="row" class="nl-nums">7</th>' in tries[: tries.index("</table>")]
    assert tries[: tries.index("</table>")].count('data-shade="5">1</td>') == 1
    kept = shown[shown.index("Vastattu tavoiteajassa viikonpäivän ja tunnin mukaan, %</h3>") :]
    row = kept[kept.index('<th scope="row" class="nl-nums">8</th>') :]
    assert row[: row.index("</tr>")].count('data-shade="3">50</td>') == 1


def test_the_week_is_shaded_with_its_numbers(d1, manager, signed_in) -> None:
    assert '<td class="nl-nums" data-shade="5">4</td>' in page(signed_in(manager))


def test_under_each_drawing_stands_the_same_as_a_table(d1, manager, signed_in) -> None:
    """The bars too, which otherwise have their numbers for those only who see them; on paper the numbers stand at the bars."""
    response = signed_in(manager).get(reverse("reports:month"), NOVEMBER)
    shown, report = response.content.decode(), response.context["report"]
    figures = re.findall('<figure class="nl-panel nlr-chart">(.*?)</figure>', shown, flags=re.DOTALL)
    assert len(figures) == len(report.charts) + len(report.bars) and {"M06", "M11", "M14", "M15"} <= set(report.bars)
    assert all(figure.count("<svg") == figure.count("<table") == figure.count("<details>") == 1 for figure in figures)
    titles = [bars.title for bars in report.bars.values()] + [chart.title for chart in report.charts]
    assert len(set(titles)) == len(titles), "each is found by its name"
    for bars in report.bars.values():
        (figure,) = (each for each in figures if f"<h3>{bars.title}</h3>" in each)
        told = re.findall('<tr><th scope="row">([^<]*)</th><td class="nl-nums">([^<]*)</td></tr>', figure.partition("<table")[2])
        assert told == [(bar.words, bar.number) for bar in bars.bars] and told
        assert f'role="region" tabindex="0" aria-label="{bars.title}: taulukkona"' in figure
    assert "taulukkona" not in render_to_string(TEMPLATE, context_of(report))
