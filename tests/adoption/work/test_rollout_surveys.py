"""The surveys of a rollout: begun for it, tied to it, written as what was done for X1, and proving X7 (S001-52, S002-31)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from accounts.models import User
from adoption.choices import ItemState
from adoption.models import Filling, Rollout
from adoption.operations import adopt_items, check_rollout
from adoption.operations.surveys import begin_survey, tie_survey, write_survey_evidence
from adoption.signals import Signal
from services.models import County, Queue, Service, Survey
from services.operations import close_survey
from tests.adoption.proving import NOW, answer_of, begin, item_of
from tests.conftest import acting
from tests.services.surveys.cast import BY, ONE, SCALE, WORDS, by_residents, by_staff, draft, published, staff_survey

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(coordinator: User, county: County, service: Service, queue: Queue) -> Rollout:
    """A rollout with the items of both surveys."""
    row = begin(coordinator, county, service, now=NOW - timedelta(days=100))
    adopt_items(by=acting(coordinator), rollout=row, codes=["X1", "X7"], now=NOW - timedelta(days=99))
    return row


def says(rollout: Rollout) -> Signal:
    answer = answer_of(rollout, "staff_survey_reported", code="X7")
    assert isinstance(answer, Signal)
    return answer


class TestStaffSurveyReported:
    """The data's rule: closed, its number of answers and results by question stored, units with fewer than 5 answers hidden."""

    def test_staff_survey_reported_true(self, asked: Rollout, service: Service) -> None:
        row = staff_survey(service, SCALE, WORDS, units=["Pori", "Rauma"])
        by_staff(row, *[(0, [4, "Hyvä"])] * 6, *[(1, [3, None])] * 3)
        close_survey(by=BY, survey=row, now=NOW - timedelta(hours=1))
        answer = says(asked)
        assert answer.holds
        assert answer.at == NOW - timedelta(hours=1)
        assert answer.rows == (f"survey:{row.public_id}",)
        assert (answer.value["answers"], answer.value["questions"]) == (9, 2)

    def test_staff_survey_reported_false_while_it_is_open(self, asked: Rollout, service: Service) -> None:
        by_staff(staff_survey(service), *[(None, 4)] * 9)
        assert says(asked).value == {"surveys": 0, "answers": 0, "questions": 0, "lacks": ["survey"]}

    def test_staff_survey_reported_false_of_no_survey_and_of_another_services(
        self, asked: Rollout, second_service: Service, county: County
    ) -> None:
        for row in (staff_survey(second_service), published(county, SCALE, kind="staff"), published(county, SCALE)):
            close_survey(by=BY, survey=row, now=NOW)
        assert not says(asked).holds

    def test_staff_survey_reported_false_of_a_survey_of_residents(self, asked: Rollout, service: Service) -> None:
        row = published(service.county, ONE, service=service)
        by_residents(row, *[1] * 9)
        close_survey(by=BY, survey=row, now=NOW)
        assert not says(asked).holds

    @pytest.mark.parametrize("n", [0, 4])
    def test_staff_survey_reported_false_of_few_answers(self, asked: Rollout, service: Service, n: int) -> None:
        row = staff_survey(service)
        by_staff(row, *[(None, 4)] * n)
        close_survey(by=BY, survey=row, now=NOW)
        answer = says(asked)
        assert not answer.holds and answer.value["lacks"] == ["survey_answers"]

    def test_staff_survey_reported_false_when_a_result_is_not_stored_or_tells_of_few(
        self, asked: Rollout, service: Service
    ) -> None:
        row = staff_survey(service, SCALE, WORDS)
        by_staff(row, *[(None, [4, "Hyvä"])] * 9)
        stored = close_survey(by=BY, survey=row, now=NOW).results
        assert says(asked).holds
        Survey.objects.update(results={**stored, "questions": stored["questions"][:1]})
        assert not says(asked).holds
        Survey.objects.update(results={**stored, "units": [{"unit": 0, "n": 3}]})
        assert not says(asked).holds

    def test_it_is_no_proof_in_a_test_service(self, asked: Rollout, service: Service) -> None:
        row = staff_survey(service)
        by_staff(row, *[(None, 4)] * 9)
        close_survey(by=BY, survey=row, now=NOW)
        Service.objects.update(is_test=True)
        assert not says(asked).holds

    def test_the_system_sets_the_item_to_done(self, asked: Rollout, service: Service) -> None:
        row = staff_survey(service)
        by_staff(row, *[(None, 4)] * 9)
        close_survey(by=BY, survey=row, now=NOW)
        assert check_rollout(rollout=asked, by=BY, now=NOW + timedelta(hours=1)).done == ["X7"]
        item = item_of(asked, "X7")
        assert (item.state, item.done_at, item.done_by_system) == (ItemState.DONE, NOW, True)


class TestBeginAndTie:
    def test_who_drives_the_rollout_begins_one_for_it(self, asked: Rollout, coordinator: User, service: Service) -> None:
        row = begin_survey(by=acting(coordinator), rollout=asked, kind="public", title={"fi": "Missä?"}, now=NOW)
        assert (row.rollout_id, row.service, row.published_at) == (asked.public_id, service, None)

    @pytest.mark.parametrize("who", ["manager", "supervisor", "reader", "responder", "outsider", "former"])
    def test_nobody_else_begins_ties_or_writes(self, request, asked: Rollout, service: Service, who: str) -> None:
        by = acting(request.getfixturevalue(who))
        row = close_survey(by=BY, survey=published(service.county, ONE, service=service, rollout_id=asked.public_id), now=NOW)
        for act in (
            lambda: begin_survey(by=by, rollout=asked, kind="public", title={"fi": "Missä?"}, now=NOW),
            lambda: tie_survey(by=by, rollout=asked, survey=row, tied=False, now=NOW),
            lambda: write_survey_evidence(by=by, rollout=asked, survey=row, link="https://alue.test/", now=NOW),
        ):
            with pytest.raises(PermissionDenied):
                act()
        assert Survey.objects.get().rollout_id == asked.public_id
        assert not Filling.objects.exists()

    def test_a_survey_of_another_county_or_rollout_is_not_tied(
        self, asked: Rollout, coordinator: User, county: County, other_county: County
    ) -> None:
        foreign = draft(other_county, ONE)
        taken = draft(county, ONE, rollout_id=foreign.public_id)
        for row in (foreign, taken):
            with pytest.raises(PermissionDenied):
                tie_survey(by=acting(coordinator), rollout=asked, survey=row, tied=True, now=NOW)

    def test_the_result_is_written_to_x1(self, asked: Rollout, coordinator: User, county: County) -> None:
        row, by = published(county, ONE), acting(coordinator)
        by_residents(row, *[1] * 7)
        with pytest.raises(PermissionDenied):
            write_survey_evidence(by=by, rollout=asked, survey=row, link="https://alue.test/k", now=NOW)
        tie_survey(by=by, rollout=asked, survey=row, tied=True, now=NOW)
        row.refresh_from_db()
        with pytest.raises(ValidationError) as error:
            write_survey_evidence(by=by, rollout=asked, survey=row, link="https://alue.test/k", now=NOW)
        assert error.value.code == "open"
        closed = close_survey(by=BY, survey=row, now=NOW)
        filling = write_survey_evidence(by=by, rollout=asked, survey=closed, link="https://alue.test/k", now=NOW)
        assert (filling.part.item.model_item.code, filling.link) == ("X1", "https://alue.test/k")
        assert "7 vastausta" in filling.text and "Missä toivot chattia?" in filling.text


class TestPage:
    def address(self, rollout: Rollout) -> str:
        return reverse("adoption:surveys", args=[rollout.public_id])

    def test_from_the_rollout_to_the_survey_and_its_result(self, asked, signed_in, coordinator, county) -> None:
        client = signed_in(coordinator, host="alue.test")
        made = client.post(self.address(asked), {"kind": "public", "title": "Missä toivot chattia?"})
        row = Survey.objects.get()
        assert made["Location"] == reverse("surveys:survey", args=[row.public_id])
        other = published(county, ONE, service=asked.service, opens_on=date(2026, 1, 1))
        by_residents(other, *[1] * 5)
        close_survey(by=BY, survey=other, now=NOW)
        tie = reverse("adoption:survey_tie", args=[asked.public_id, other.public_id])
        assert 'value="evidence"' not in client.get(self.address(asked)).content.decode()
        client.post(tie, {"do": "tie"})
        assert 'value="evidence"' in client.get(self.address(asked)).content.decode()
        client.post(tie, {"do": "evidence"})
        assert Filling.objects.get().link.endswith(reverse("surveys:survey", args=[other.public_id]))
        assert 'value="evidence"' not in client.get(self.address(asked)).content.decode()
        client.post(tie, {"do": "untie"})
        assert Survey.objects.get(pk=other.pk).rollout_id is None

    @pytest.mark.parametrize(
        ("who", "sees", "drives"),
        [
            ("main_user", True, True),
            ("manager", True, False),
            ("reader", True, False),
            ("responder", False, False),
            ("outsider", False, False),
        ],
    )
    def test_who_sees_and_who_drives(self, request, asked, signed_in, service, who, sees, drives) -> None:
        row = draft(service.county, ONE, service=service)
        client = signed_in(request.getfixturevalue(who))
        page = client.get(self.address(asked))
        assert (page.status_code == 200) == sees
        posted = client.post(self.address(asked), {"kind": "public", "title": "Uusi"})
        tied = client.post(reverse("adoption:survey_tie", args=[asked.public_id, row.public_id]), {"do": "tie"})
        if drives:
            assert posted.status_code == tied.status_code == 302
        else:
            assert posted.status_code in {403, 404} and tied.status_code in {403, 404}
        assert Survey.objects.count() == (2 if drives else 1)
        assert (Survey.objects.get(pk=row.pk).rollout_id == asked.public_id) == drives
        if sees:
            assert ("<form" in page.content.decode().partition("<main")[2]) == drives

    @pytest.mark.parametrize("language", ["fi", "sv", "en"])
    def test_it_opens_in_each_language(self, asked, signed_in, manager, language) -> None:
        assert signed_in(manager).get(self.address(asked).replace("/fi/", f"/{language}/", 1)).status_code == 200
