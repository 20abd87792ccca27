"""The quality sample: drawn once and reproducibly, gone through by who did not answer, told by item and never by person (M35)."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from openpyxl import load_workbook

from accounts.actors import System
from accounts.choices import AuditAction, Role
from accounts.models import AuditEntry, User
from chat.choices import AudienceChoice, EndedBy, EventKind, State, Status
from chat.models import Conversation, Event, Leg
from reports.choices import QualityItem
from reports.metrics import Figure, Scope, figures_of
from reports.models import MonthlyReport, QualityCheck, QualitySample
from reports.months import Month
from reports.operations import check_conversation, draw_sample, freeze_month, open_sampled, replace_erased
from reports.quality import drawn, in_order, result_from, result_of
from reports.summary import sentences
from reports.trend import trend_of
from services.models import Queue, Service
from tests.conftest import acting

NOVEMBER = Month(2026, 11)
TODAY = datetime(2026, 12, 10, 9, tzinfo=UTC)
START = datetime(2026, 11, 2, 8, tzinfo=UTC)
YES = dict.fromkeys(QualityItem.values, "yes")


class TestDraw:
    def test_three_of_each_and_at_least_ten(self) -> None:
        many = [(uuid4(), n % 5) for n in range(100)]
        found = drawn(many, "siemen")
        assert sorted(who for _key, who in found) == sorted([0, 1, 2, 3, 4] * 3)  # type: ignore[type-var]
        few = [(uuid4(), n % 2) for n in range(30)]
        assert len(drawn(few, "siemen")) == 10
        assert len(drawn(few[:7], "siemen")) == 7
        assert drawn([], "siemen") == []

    def test_the_same_seed_draws_the_same_whatever_the_order_of_the_rows_and_another_draws_others(self) -> None:
        rows = [(uuid4(), n % 3) for n in range(60)]
        assert drawn(rows, "a") == drawn(list(reversed(rows)), "a")
        assert {key for key, _who in drawn(rows, "a")} != {key for key, _who in drawn(rows, "b")}
        assert in_order(rows, "a") != in_order(rows, "b")


class TestResult:
    def test_the_table_of_the_document(self) -> None:
        """Items of 18/2/0 and 9/1/10 are 90,0 %; one of 3/0/17 is hidden; all items together 30/3 are 90,9 %."""
        columns = {
            "greeting": ["yes"] * 18 + ["no"] * 2,
            "privacy": ["yes"] * 9 + ["no"] + ["not"] * 10,
            "next": ["yes"] * 3 + ["not"] * 17,
        }
        marks = [{code: found[n] for code, found in columns.items()} for n in range(20)]
        result = result_from(marks, size=20)
        items = {each.code: each for each in result.items}
        assert items["greeting"].value == items["privacy"].value == 90
        assert items["next"].is_hidden and items["next"].value is None
        assert items["need"].words == "–"
        assert result.total.value == Fraction(3000, 33) and not result.shows_counts

    def test_five_are_enough(self) -> None:
        items = result_from([{"need": "no"}] * 5, size=5).items
        assert next(each for each in items if each.code == "need").value == 0


@pytest.fixture(autouse=True)
def _december(monkeypatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: TODAY)


def answered(queue: Queue, user: User, n: int, **fields: object) -> list[Conversation]:
    """So many conversations that she answered in November."""
    rows = []
    for each in range(n):
        at = START + timedelta(hours=each)
        row = Conversation.objects.create(
            **{
                "county": queue.service.county, "service": queue.service, "first_queue": queue, "queue": queue,
                "resident_key": uuid4(), "start_token": uuid4(), "state": State.ENDED, "status": Status.ANSWERED,
                "ended_by": EndedBy.RESPONDER, "queued_at": at, "line_at": at, "accepted_at": at + timedelta(minutes=1),
                "first_reply_at": at + timedelta(minutes=2), "closed_at": at + timedelta(minutes=20), "responder": user, **fields,
            }
        )  # fmt: skip
        Leg.objects.create(conversation=row, queue=queue, queued_at=at, accepted_at=at, responder=user)
        rows.append(row)
    return rows


@pytest.fixture
def frozen(queue: Queue, responder: User, colleague: User) -> Service:
    """Eight of each of two; November is frozen."""
    Service.objects.update(opened_at=datetime(2026, 10, 1, tzinfo=UTC))
    answered(queue, responder, 8)
    answered(queue, colleague, 8)
    service = Service.objects.select_related("county").get(pk=queue.service_id)
    freeze_month(by=System("test"), county=service.county, service=service, month=NOVEMBER, now=TODAY)
    return service


def draw(service: Service, by: User, **given: Any) -> QualitySample:
    return draw_sample(by=acting(by), county=service.county, service=service, month=NOVEMBER, now=TODAY, **given)


def check(row: QualityCheck, by: User, marks: dict[str, str] = YES, remarks: str = "") -> QualityCheck:
    return check_conversation(by=acting(by), check=row, marks=marks, remarks=remarks, version=row.version, now=TODAY)


@pytest.mark.django_db
@pytest.mark.postgres
class TestDrawing:
    def test_once_with_who_and_when_and_the_seed(self, frozen, supervisor, person, grant) -> None:
        row = draw(frozen, supervisor)
        other = person("toinen")
        grant(other, Role.SUPERVISOR, county=frozen.county)
        assert draw(frozen, other) == row and QualitySample.objects.count() == 1
        assert (row.drawn_by, row.drawn_at, row.population) == (supervisor, TODAY, 16)
        keys = list(row.checks.values_list("conversation__public_id", flat=True))
        rows = list(Conversation.objects.values_list("public_id", "responder"))
        assert len(keys) == 10 and keys == [key for key, _who in drawn(rows, row.seed)]
        assert AuditEntry.objects.filter(object_type="reports.qualitysample", action=AuditAction.CREATE).count() == 1

    def test_what_does_not_belong_is_not_drawn(self, frozen, queue, second_queue, responder, supervisor) -> None:
        answered(queue, responder, 3, is_test=True)
        answered(queue, responder, 3, erased_at=TODAY)
        answered(queue, responder, 3, queued_at=datetime(2026, 12, 1, 8, tzinfo=UTC), accepted_at=None)
        answered(queue, responder, 3, status=Status.ABANDONED, first_reply_at=None)
        answered(queue, responder, 3, service=second_queue.service)
        answered(second_queue, responder, 3)
        assert draw(frozen, supervisor).population == 16

    def test_not_before_the_month_is_frozen(self, frozen, supervisor) -> None:
        MonthlyReport.objects.all().delete()
        with pytest.raises(ValidationError) as refused:
            draw(frozen, supervisor)
        assert refused.value.code == "not_frozen"

    @pytest.mark.parametrize("who", ["manager", "main_user", "responder", "coordinator", "reader", "outsider", "former"])
    def test_others_do_not_draw_open_or_check(self, request, frozen, supervisor, who: str) -> None:
        other = request.getfixturevalue(who)
        with pytest.raises(PermissionDenied):
            draw(frozen, other)
        row = draw(frozen, supervisor).checks.get(number=1)
        with pytest.raises(PermissionDenied):
            open_sampled(by=acting(other), check=row)
        with pytest.raises(PermissionDenied):
            check(row, other)
        with pytest.raises(PermissionDenied):
            replace_erased(by=acting(other), sample=row.sample)

    def test_what_is_erased_gives_its_place_to_the_next_in_the_draw(self, frozen, supervisor) -> None:
        row = draw(frozen, supervisor)
        first = row.checks.get(number=1)
        rows = list(Conversation.objects.values_list("public_id", "responder"))
        used = set(row.checks.values_list("conversation__public_id", flat=True))
        following = next(key for key, _who in in_order(rows, row.seed) if key not in used)
        Conversation.objects.filter(pk=first.conversation_id).update(erased_at=TODAY)
        assert replace_erased(by=acting(supervisor), sample=row) == 1
        assert replace_erased(by=acting(supervisor), sample=row) == 0
        standing = row.checks.standing()
        assert standing.count() == 10 and standing.last().conversation.public_id == following
        assert first.pk not in standing.values_list("pk", flat=True)

    def test_what_was_gone_through_stays_when_it_is_erased(self, frozen, supervisor) -> None:
        first = draw(frozen, supervisor).checks.get(number=1)
        check(first, supervisor)
        Conversation.objects.filter(pk=first.conversation_id).update(erased_at=TODAY)
        assert replace_erased(by=acting(supervisor), sample=first.sample) == 0
        assert result_of(first.sample).checked == 1


@pytest.mark.django_db
@pytest.mark.postgres
class TestChecking:
    def test_every_opening_is_written_down(self, frozen, supervisor) -> None:
        row = draw(frozen, supervisor).checks.get(number=1)
        for _n in range(2):
            open_sampled(by=acting(supervisor), check=row)
        entries = AuditEntry.objects.filter(object_id=str(row.conversation.public_id), action=AuditAction.READ)
        assert [entry.purpose for entry in entries] == ["laadunseuranta"] * 2

    def test_nobody_goes_through_her_own(self, frozen, queue, supervisor) -> None:
        row = draw(frozen, supervisor).checks.get(number=1)
        Leg.objects.filter(conversation=row.conversation).update(responder=supervisor)
        for act in (lambda: open_sampled(by=acting(supervisor), check=row), lambda: check(row, supervisor)):
            with pytest.raises(ValidationError) as refused:
                act()
            assert refused.value.code == "own"
        assert not AuditEntry.objects.filter(object_id=str(row.conversation.public_id), action=AuditAction.READ).exists()

    def test_each_item_is_answered_and_a_stale_save_is_refused(self, frozen, supervisor) -> None:
        row = draw(frozen, supervisor).checks.get(number=1)
        for marks in ({**YES, "need": ""}, {**YES, "need": "ehkä"}, {}):
            with pytest.raises(ValidationError) as refused:
                check(row, supervisor, marks)
            assert refused.value.code == "marks_missing"
        check(row, supervisor, remarks="Hyvä.")
        with pytest.raises(ValidationError) as refused:
            check(row, supervisor)
        assert refused.value.code == "stale"
        row.refresh_from_db()
        assert (row.remarks, row.checked_by, row.marks) == ("Hyvä.", supervisor, YES)
        row = check(row, supervisor, remarks="Tunnus 010280-952L jäi näkyviin.")
        assert row.remarks == "Tunnus [henkilötunnus poistettu] jäi näkyviin."


def address(service: Service, *more: object, name: str = "quality") -> str:
    return reverse(f"reports:{name}", args=[service.key, "2026-11", *more])


@pytest.mark.django_db
class TestPages:
    def test_drawn_opened_filled_and_told(self, frozen, supervisor, signed_in) -> None:
        client = signed_in(supervisor)
        assert "Arvo otos" in client.get(address(frozen)).content.decode()
        assert client.post(address(frozen)).status_code == 302
        row = QualitySample.objects.get()
        first = row.checks.get(number=1)
        Event.objects.create(
            conversation=first.conversation, audience=AudienceChoice.ALL, seq=1, kind=EventKind.MESSAGE, body="Tarvitsen apua."
        )
        Event.objects.create(
            conversation=first.conversation, audience=AudienceChoice.STAFF, seq=1, kind=EventKind.MESSAGE, body="Vain väelle."
        )
        door = address(frozen, first.conversation.public_id, name="quality_check")
        shown = client.get(door).content.decode()
        assert "Tarvitsen apua." in shown and "Vain väelle." not in shown
        assert client.post(door, {"version": first.version}).status_code == 422
        filled = {**YES, "need": "no", "remarks": "Kysy tarve ensin.", "version": first.version}
        assert client.post(door, filled).status_code == 302
        shown = client.get(address(frozen)).content.decode()
        assert "yhden henkilön" in shown  # one conversation is one person's
        assert client.get(address(frozen, "csv", name="quality_file")).status_code == 404

    def test_results_stand_in_the_report_and_the_review_and_never_a_name(
        self, frozen, supervisor, manager, responder, colleague, signed_in
    ) -> None:
        for row in draw(frozen, supervisor).checks.all():
            check(row, supervisor, {**YES, "privacy": "not" if row.number > 3 else "yes"}, remarks="Salainen huomio")
        for user in (supervisor, manager):
            client = signed_in(user)
            pages = (
                f"{reverse('reports:month')}?palvelu={frozen.key}&kuukausi=2026-11",
                reverse("reports:review", args=[frozen.key, "2026-11"]),
                address(frozen),
            )
            for page in pages:
                shown = client.get(page).content.decode()
                assert "100,0\xa0%" in shown and "alle 5" in shown
                assert "Salainen huomio" not in shown
                for each in (responder, colleague):
                    assert each.get_full_name() not in shown.split("<main")[1].split("<select")[0]
            response = client.get(address(frozen, "csv", name="quality_file"))
            rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))
            assert len(rows) == 8 and rows[5][1:4] == ["alle 5"] * 3 and rows[7][1:4] == ["–"] * 3
            book = load_workbook(io.BytesIO(client.get(address(frozen, "xlsx", name="quality_file")).content))
            cells = [str(cell.value) for sheet in book for row in sheet for cell in row if cell.value is not None]
            assert not [cell for cell in cells if str(responder) in cell or "Salainen" in cell]
        assert AuditEntry.objects.filter(action=AuditAction.EXPORT, object_type="reports.qualitysample").count() == 4

    def test_a_responder_sees_her_own_only(self, frozen, supervisor, responder, colleague, second_responder, signed_in) -> None:
        for row in draw(frozen, supervisor).checks.all():
            words = "Sinulle A" if row.responder_id == responder.pk else "Sinulle B"
            if row.number != 1:
                check(row, supervisor, remarks=words)
        door = reverse("reports:quality_own")
        shown = signed_in(responder).get(door).content.decode()
        assert "Sinulle A" in shown and "Sinulle B" not in shown
        assert "Sinulle" not in signed_in(second_responder).get(door).content.decode()
        assert QualityCheck.objects.readable_by(acting(responder)).exclude(responder=responder).count() == 0

    @pytest.mark.parametrize("who", ["main_user", "responder", "coordinator", "reader", "outsider", "former"])
    def test_others_are_refused(self, request, frozen, supervisor, signed_in, who: str) -> None:
        first = draw(frozen, supervisor).checks.get(number=1)
        client = signed_in(request.getfixturevalue(who))
        one = address(frozen, first.conversation.public_id, name="quality_check")
        doors = (address(frozen), one, address(frozen, "csv", name="quality_file"))
        for door in doors:
            assert client.get(door).status_code in (403, 404)
        assert client.post(address(frozen)).status_code in (403, 404)
        assert not AuditEntry.objects.filter(action=AuditAction.READ, purpose="laadunseuranta").exists()

    def test_a_manager_sees_the_results_and_opens_no_conversation(self, frozen, supervisor, manager, signed_in) -> None:
        first = draw(frozen, supervisor).checks.get(number=1)
        client = signed_in(manager)
        shown = client.get(address(frozen)).content.decode()
        assert client.get(address(frozen, first.conversation.public_id, name="quality_check")).status_code == 403
        assert "Keskustelu 1" not in shown

    def test_what_was_not_drawn_is_not_opened(self, frozen, supervisor, signed_in) -> None:
        drawn_keys = draw(frozen, supervisor).checks.values_list("conversation__public_id", flat=True)
        other = Conversation.objects.exclude(public_id__in=list(drawn_keys)).first()
        assert other is not None
        assert signed_in(supervisor).get(address(frozen, other.public_id, name="quality_check")).status_code == 404

    def test_another_service_and_another_county_are_not_there(self, frozen, second_queue, supervisor, outsider, signed_in) -> None:
        client = signed_in(supervisor)
        assert client.get(address(second_queue.service)).status_code == 404
        draw(frozen, supervisor)
        assert signed_in(outsider, host="toinen.test").get(reverse("reports:quality_own")).status_code == 200
        assert not QualitySample.objects.readable_by(acting(outsider)).exists()
        assert not QualityCheck.objects.readable_by(acting(outsider)).exists()

    @pytest.mark.parametrize("language", ["sv", "en"])
    def test_the_pages_open_in_every_language(self, frozen, supervisor, responder, signed_in, language: str) -> None:
        first = draw(frozen, supervisor).checks.get(number=1)
        client = signed_in(supervisor)
        one = address(frozen, first.conversation.public_id, name="quality_check")
        for door in (address(frozen), one, reverse("reports:quality_own")):
            assert client.get(door.replace("/fi/", f"/{language}/")).status_code == 200


class TestMetric:
    """M35 beside the other figures: of a service, of all of them, in the months, in words and in files."""

    @staticmethod
    def filled(service: Service, by: User, *, privacy: int, no: int = 0) -> None:
        """The whole sample gone through: so many answers to the item of privacy, so many “no” to the need."""
        for row in draw(service, by).checks.all():
            marks = {**YES, "privacy": "yes" if row.number <= privacy else "not", "need": "no" if row.number <= no else "yes"}
            check(row, by, marks)

    def test_without_a_sample_there_is_no_data_and_with_one_it_is_told(self, frozen, supervisor, manager, signed_in) -> None:
        scope = Scope.of([frozen])
        assert not figures_of(scope, NOVEMBER.period, codes=["M35"]).total["M35"].known
        row = draw(frozen, supervisor)
        figure = figures_of(scope, NOVEMBER.period, codes=["M35"]).total["M35"]
        assert figure.known and figure.value is None and dict(figure.parts) == {"quality_size": 10, "quality_checked": 0}
        self.filled(frozen, supervisor, privacy=3, no=2)
        figure = figures_of(scope, NOVEMBER.period, codes=["M35"]).total["M35"]
        assert figure.value == Fraction(100 * 51, 53) and figure.n == 10
        assert figure.beside["quality_need"] == 80 and figure.beside["quality_privacy"] is None
        assert figure.notes == ["quality_few"]
        assert figures_of(scope, Month(2026, 10).period, codes=["M35"]).total["M35"].known is False
        assert row.checks.count() == 10
        client = signed_in(manager)
        query = {"palvelu": frozen.key, "kuukausi": "2026-11"}
        shown = client.get(reverse("reports:month"), query).content.decode()
        assert "Laatuotoksessa 96,2\xa0% tarkistuslistan vastauksista oli kyllä." in shown
        assert 'id="M35"' in shown and "Mikään luku ei ole muuttunut." in shown
        table = client.get(reverse("reports:table"), query).content.decode("utf-8-sig")
        rows = [each for each in csv.reader(io.StringIO(table), delimiter=";") if each[5] == "M35"]
        assert [each[8] for each in rows if each[7] == "Tarve selvitetty"] == ["80"]
        trend = trend_of(frozen.county, frozen, [NOVEMBER], today=TODAY.date(), codes=("M01", "M35"))
        assert trend.points[0].figure("M35") == figure

    def test_one_persons_result_is_not_told(self, frozen, supervisor, responder) -> None:
        for row in draw(frozen, supervisor).checks.filter(responder=responder):
            check(row, supervisor)
        figure = figures_of(Scope.of([frozen]), NOVEMBER.period, codes=["M35"]).total["M35"]
        assert figure.value is None and not figure.beside and figure.notes == ["quality_of_one"]

    def test_what_one_service_hides_is_not_the_countys_less_the_others(
        self, frozen, second_queue, second_responder, person, grant, county, supervisor
    ) -> None:
        other = second_queue.service
        Service.objects.filter(pk=other.pk).update(opened_at=datetime(2026, 10, 1, tzinfo=UTC))
        answered(second_queue, second_responder, 6)
        answered(second_queue, person("sijainen"), 6)
        other.refresh_from_db()
        freeze_month(by=System("test"), county=county, service=other, month=NOVEMBER, now=TODAY)
        grant(supervisor, Role.SUPERVISOR, county=county, service=other)
        self.filled(frozen, supervisor, privacy=3)
        self.filled(other, supervisor, privacy=10, no=5)
        whole = figures_of(Scope.whole(county), NOVEMBER.period, codes=["M35"]).total["M35"]
        alone = figures_of(Scope.of([other]), NOVEMBER.period, codes=["M35"]).total["M35"]
        assert whole.beside["quality_privacy"] == alone.beside["quality_privacy"] == 100
        assert whole.beside["quality_need"] == 75 and alone.beside["quality_need"] == 50


def test_the_guide_and_help_forms_are_told_in_words() -> None:
    guide = Figure("M22", Fraction(40), "%", 25)
    forms = Figure("M23", Fraction(200, 3), "%", 3, [("requests", 4)])
    figures = {"M01": Figure("M01", Fraction(0), "n", 0), "M22": guide, "M23": forms}
    told = sentences(NOVEMBER, figures)
    assert told[1:] == [
        "Automaattista neuvojaa käytettiin 25 kertaa; 40,0\xa0% kerroista se auttoi yksin.",
        "Pyydä apua -lomakkeella tuli 4 kysymystä."
        " Niistä, joiden määräaika on tullut tai joihin on vastattu, 66,7\xa0% sai vastauksen kolmen arkipäivän kuluessa.",
    ]
    assert len(sentences(NOVEMBER, {"M01": figures["M01"], "M22": Figure("M22", None, "%", 0, known=False)})) == 1
