"""Answers gathered elsewhere are brought in whole or not at all, tell of nobody, and count as results (S002-31, S001-52)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import tablib
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given as for_any
from hypothesis import strategies as st

from accounts.choices import AuditAction
from accounts.models import AuditEntry
from services.choices import QuestionKind
from services.models import County, Question, Service, Survey, SurveyAnswer, SurveyResponse
from services.operations import (
    answer_survey,
    bring_in_answers,
    change_survey,
    close_due_surveys,
    close_survey,
    publish_survey,
    repeat_survey,
    take_out_import,
)
from services.resources.files import read_file, write_file
from services.surveys import heads_of, shown_questions
from services.surveys.sheet import columns_of, row_of
from tests.conftest import acting
from tests.services.surveys.cast import BY, MANY, NOW, ONE, SCALE, WORDS, draft, published, question

ALL = (ONE, MANY, {**SCALE, "is_required": True}, WORDS)
HEADS = ("1. Missä palvelussa?", "milloin?", "3", "4. Kerro omin sanoin")
GOOD = ("1", "Neuvola; hemvård", "5", "Hyvin")


def of_paper(county: County, *questions: Any, **fields: Any) -> Survey:
    return published(county, *(questions or ALL), held_elsewhere=True, **fields)


def bring(survey: Survey, *rows: Any, by: Any = BY, heads: Any = HEADS, digest: str = "d" * 64, dry_run: bool = False) -> Any:
    return bring_in_answers(by=by, survey=survey, heads=heads, rows=rows, digest=digest, language="fi", dry_run=dry_run, now=NOW)


def codes(error: pytest.ExceptionInfo[ValidationError]) -> list[str | None]:
    return [each.code for each in error.value.error_list]


@pytest.mark.django_db
@pytest.mark.postgres
class TestBringingIn:
    def test_rows_become_answers_that_tell_of_nobody(self, county: County) -> None:
        survey = of_paper(county)
        assert bring(survey, *[GOOD] * 6).n == 6
        close_survey(by=BY, survey=survey, now=NOW)
        survey.refresh_from_db()
        assert survey.results["n"] == 6
        shown = {each.question.kind: each for each in shown_questions(survey, "fi")}
        assert [bar.count for bar in shown[QuestionKind.ONE].bars] == [6, 0, 0]
        assert [bar.count for bar in shown[QuestionKind.MANY].bars] == [6, 6, 0]
        assert (shown[QuestionKind.SCALE].mean, shown[QuestionKind.WORDS].n) == (Decimal(5), 6)
        assert set(SurveyResponse.objects.values_list("session", flat=True)) == {""}
        assert not survey.participations.exists()

    def test_a_dry_run_changes_nothing(self, county: County) -> None:
        survey = of_paper(county)
        before = AuditEntry.objects.count()
        assert bring(survey, GOOD, GOOD, dry_run=True).n == 2
        assert not SurveyResponse.objects.exists()
        survey.refresh_from_db()
        assert survey.imports == []
        assert AuditEntry.objects.count() == before

    def test_units_of_the_staff_are_told_apart(self, service: Service) -> None:
        survey = of_paper(service.county, SCALE, service=service, kind="staff", units=["Pohjoinen", "Etelä"])
        rows = [("Pohjoinen", "4")] * 5 + [("2", "2")] * 5 + [("", "3")] * 5
        assert bring(survey, *rows, heads=("Yksikkö", "1")).problems == ()
        close_survey(by=BY, survey=survey, now=NOW)
        survey.refresh_from_db()
        (shown,) = shown_questions(survey, "fi")
        assert [(unit.name, unit.n, unit.mean) for unit in shown.units] == [
            ("Pohjoinen", 5, Decimal(4)),
            ("Etelä", 5, Decimal(2)),
            ("", 5, Decimal(3)),
        ]

    def test_identity_codes_in_own_words_are_masked(self, county: County) -> None:
        survey = of_paper(county, WORDS)
        bring(survey, ("Tunnus 131052-308T kiitos",), heads=("1",))
        assert "131052-308T" not in SurveyAnswer.objects.get().words

    def test_the_same_file_comes_in_once_and_can_be_taken_out(self, county: County) -> None:
        survey = of_paper(county)
        bring(survey, GOOD, GOOD)
        bring(survey, GOOD, digest="e" * 64)
        with pytest.raises(ValidationError) as told:
            bring(survey, GOOD)
        assert codes(told) == ["twice"]
        assert take_out_import(by=BY, survey=survey, digest="d" * 64, now=NOW) == 2
        survey.refresh_from_db()
        assert [each["n"] for each in survey.imports] == [1]
        assert SurveyResponse.objects.count() == 1
        with pytest.raises(ValidationError) as told:
            take_out_import(by=BY, survey=survey, digest="d" * 64, now=NOW)
        assert codes(told) == ["gone"]
        assert bring(survey, GOOD).n == 1

    def test_paper_comes_in_beside_answers_given_here(self, county: County) -> None:
        from accounts.actors import Resident

        survey = published(county, ONE)
        answer_survey(by=Resident(key=uuid4()), survey=survey, answers={question(survey).public_id: (1,)}, language="fi", now=NOW)
        bring(survey, ("2",), ("3",), heads=("1",))
        take_out_import(by=BY, survey=survey, digest="d" * 64, now=NOW)
        assert SurveyResponse.objects.count() == 1

    def test_each_bringing_and_taking_is_audited(self, county: County, main_user: Any) -> None:
        survey = of_paper(county)
        bring(survey, GOOD, by=acting(main_user))
        take_out_import(by=acting(main_user), survey=survey, digest="d" * 64, now=NOW)
        rows = AuditEntry.objects.filter(object_id=str(survey.public_id), actor_name=str(main_user)).order_by("pk")
        assert {row.action for row in rows} == {AuditAction.CHANGE}
        assert [set(row.after or ()) - {"digest"} for row in rows] == [{"brought_in"}, {"taken_out"}]

    def test_only_while_it_is_published_and_not_closed(self, county: County) -> None:
        survey = draft(county, *ALL, held_elsewhere=True)
        with pytest.raises(ValidationError) as told:
            bring(survey, GOOD)
        assert codes(told) == ["draft"]
        publish_survey(by=BY, survey=survey, now=NOW)
        bring(survey, GOOD)
        close_survey(by=BY, survey=survey, now=NOW)
        for change in (
            lambda: bring(survey, GOOD, digest="f" * 64),
            lambda: take_out_import(by=BY, survey=survey, digest="d" * 64, now=NOW),
        ):
            with pytest.raises(ValidationError) as told:
                change()
            assert codes(told) == ["closed"]

    @pytest.mark.parametrize("who", ["supervisor", "manager", "reader", "responder", "outsider", "former"])
    def test_nobody_else_brings_in(self, request: Any, county: County, who: str) -> None:
        survey = of_paper(county)
        bring(survey, GOOD)
        by = acting(request.getfixturevalue(who))
        with pytest.raises(PermissionDenied):
            bring(survey, GOOD, by=by, digest="f" * 64)
        with pytest.raises(PermissionDenied):
            take_out_import(by=by, survey=survey, digest="d" * 64, now=NOW)
        assert SurveyResponse.objects.count() == 1

    def test_a_thousand_rows_ask_few_queries(self, county: County, django_assert_max_num_queries: Any) -> None:
        survey = of_paper(county, ONE, SCALE)
        with django_assert_max_num_queries(24):
            bring(survey, *[("1", "4")] * 1000, heads=("1", "2"))
        assert SurveyAnswer.objects.count() == 2000


@pytest.mark.django_db
class TestElsewhere:
    def test_nobody_answers_it_here_and_the_night_leaves_it_open(self, county: County, responder: Any) -> None:
        from accounts.actors import Resident

        survey = of_paper(county, ONE, closes_on=NOW.date())
        assert not survey.is_open(NOW.date())
        assert not Survey.objects.open_on(NOW.date()).exists()
        with pytest.raises(ValidationError) as told:
            answer_survey(
                by=Resident(key=uuid4()), survey=survey, answers={question(survey).public_id: (1,)}, language="fi", now=NOW
            )
        assert codes(told) == ["closed"]
        from datetime import timedelta

        assert close_due_surveys(by=BY, now=NOW + timedelta(days=3)) == 0
        assert bring_in_answers(
            by=BY,
            survey=survey,
            heads=("1",),
            rows=[("1",)],
            digest="a" * 64,
            language="fi",
            dry_run=False,
            now=NOW + timedelta(days=3),
        ).n

    def test_a_round_held_elsewhere_is_followed_by_one(self, county: County) -> None:
        survey = of_paper(county)
        close_survey(by=BY, survey=survey, now=NOW)
        assert repeat_survey(by=BY, survey=survey, now=NOW).held_elsewhere

    def test_where_it_is_held_stays_when_there_are_answers(self, county: County) -> None:
        survey = of_paper(county)
        bring(survey, GOOD)
        with pytest.raises(ValidationError) as told:
            change_survey(by=BY, survey=survey, values={"held_elsewhere": False}, now=NOW)
        assert codes(told) == ["answered"]


BROKEN: dict[str, tuple[tuple[str, ...], list[tuple[str, ...]], list[tuple[int | None, str]]]] = {
    "a heading of nothing": (("1", "Väri", "3"), [("1", "sininen", "5")], [(None, "Väri")]),
    "a heading twice": (("1", "1. Missä palvelussa?", "3"), [("1", "1", "5")], [(None, "1. Missä palvelussa?")]),
    "a number past the questions": (("9", "3"), [("1", "5")], [(None, "9")]),
    "number nought": (("0", "3"), [("1", "5")], [(None, "0")]),
    "no column that must be": (("1",), [("1",)], [(None, "Työni on mielekästä")]),
    "no heading at all": (("", ""), [("1", "5")], [(None, "Työni on mielekästä")]),
    "a unit that is not asked": (("Yksikkö", "3"), [("1", "5")], [(None, "Yksikkö")]),
    "a choice that is none": (HEADS, [("Sairaala", "", "5", "")], [(2, "Missä palvelussa?")]),
    "choice nought": (HEADS, [("0", "", "5", "")], [(2, "Missä palvelussa?")]),
    "choice four of three": (HEADS, [("4", "", "5", "")], [(2, "Missä palvelussa?")]),
    "a choice below nought": (HEADS, [("-1", "", "5", "")], [(2, "Missä palvelussa?")]),
    "half a choice": (HEADS, [("1,5", "", "5", "")], [(2, "Missä palvelussa?")]),
    "two where one is asked": (HEADS, [("1;2", "", "5", "")], [(2, "Missä palvelussa?")]),
    "one good and one bad of many": (HEADS, [("", "1;9", "5", "")], [(2, "Milloin?")]),
    "a scale of six": (HEADS, [("1", "", "6", "")], [(2, "Työni on mielekästä")]),
    "a scale in words": (HEADS, [("1", "", "hyvä", "")], [(2, "Työni on mielekästä")]),
    "what must be answered is empty": (HEADS, [("1", "1", "", "")], [(2, "Työni on mielekästä")]),
    "too many words": (HEADS, [("1", "", "5", "x" * 2001)], [(2, "Kerro omin sanoin")]),
    "hidden characters": (HEADS, [("1", "", "5", "a\u202eb")], [(2, "Kerro omin sanoin")]),
    "the third row of three": (HEADS, [GOOD, GOOD, ("1", "", "7", "")], [(4, "Työni on mielekästä")]),
    "two rows": (HEADS, [("7", "", "5", ""), GOOD, ("1", "", "", "")], [(2, "Missä palvelussa?"), (4, "Työni on mielekästä")]),
    "two cells of a row": (HEADS, [("7", "8", "5", "")], [(2, "Missä palvelussa?"), (2, "Milloin?")]),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_named_row_by_row_and_changes_nothing(name: str, county: County) -> None:
    heads, rows, wrong = BROKEN[name]
    survey = of_paper(county)
    found = bring(survey, *rows, heads=heads)
    assert [(each.row, each.column) for each in found.problems] == wrong
    assert all(each.words for each in found.problems)
    survey.refresh_from_db()
    assert survey.imports == []
    assert not SurveyResponse.objects.exists()


@pytest.mark.django_db
def test_a_row_without_any_answer_is_named(county: County) -> None:
    survey = of_paper(county, ONE)
    assert [(each.row, each.column) for each in bring(survey, ("",), heads=("1",)).problems] == [(2, "")]


def _asked() -> list[Question]:
    return [Question(**each) for each in ALL]


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_empty_table_is_read_back_in_every_language(language: str, kind: str) -> None:
    questions = _asked()
    sheet = tablib.Dataset(headers=heads_of(questions, ["Pohjoinen"], language))
    sheet.append(["Pohjoinen", "Home care", "1; 3", "4", "=summa"])
    table = read_file(write_file(sheet, kind))
    columns, problems = columns_of(table.headers, questions, ["Pohjoinen"])
    assert problems == []
    row, problems = row_of(2, table[0], columns, ["Pohjoinen"])
    assert problems == []
    assert row.unit == 0
    assert [row.answers[one.public_id] for one in questions] == [(2,), (1, 3), (4,), "=summa"]


@for_any(st.lists(st.text(max_size=30), min_size=5, max_size=5), st.lists(st.text(max_size=20), min_size=5, max_size=5))
def test_any_table_is_read_or_refused_in_words(heads: list[str], cells: list[str]) -> None:
    questions = _asked()
    columns, problems = columns_of(heads, questions, ["A"])
    row, more = row_of(2, cells, columns, ["A"])
    assert all(each.words for each in [*problems, *more])
    for one in questions:
        value = row.answers.get(one.public_id)
        assert value is None or isinstance(value, str) or set(value) <= set(one.choices)


@pytest.mark.django_db
class TestPage:
    def at(self, survey: Survey, name: str = "import", *more: str) -> str:
        return reverse(f"surveys:{name}", args=[survey.public_id, *more])

    def send(self, client: Any, survey: Survey, *rows: str) -> Any:
        file = SimpleUploadedFile("a.csv", ("﻿" + "\n".join(rows)).encode())
        return client.post(self.at(survey), {"file": file})

    def test_looked_through_and_then_brought_in(self, county: County, main_user: Any, signed_in: Any) -> None:
        survey, client = of_paper(county, ONE, SCALE), signed_in(main_user)
        assert self.at(survey) in client.get(self.at(survey, "survey")).content.decode()
        page = self.send(client, survey, "1;2", "Neuvola;5", "2;4")
        assert page.status_code == 200
        assert "2 ihmisen vastaukset" in page.content.decode()
        assert not SurveyResponse.objects.exists()
        answer = client.post(self.at(survey), {"checked": page.context["confirm"].initial["checked"]})
        assert answer["Location"] == self.at(survey, "survey")
        assert SurveyResponse.objects.count() == 2
        survey.refresh_from_db()
        shown = client.get(self.at(survey, "survey")).content.decode()
        assert survey.imports[0]["digest"] in shown
        client.post(self.at(survey, "import_out"), {"digest": survey.imports[0]["digest"]})
        assert not SurveyResponse.objects.exists()

    def test_what_is_wrong_is_told_by_row(self, county: County, main_user: Any, signed_in: Any) -> None:
        survey, client = of_paper(county, ONE, SCALE), signed_in(main_user)
        page = self.send(client, survey, "1;2", "Sairaala;5", "1;6")
        assert page.status_code == 422
        assert [each.row for each in page.context["problems"]] == [2, 3]
        assert page.context["confirm"] is None

    @pytest.mark.parametrize("content", [b"", b"1;2", b"\xff\xfe\x00", b"PK\x03\x04rikki", b'1;2\n"a;5'])
    def test_a_file_that_is_no_table_is_refused_in_words(
        self, content: bytes, county: County, main_user: Any, signed_in: Any
    ) -> None:
        page = signed_in(main_user).post(self.at(of_paper(county)), {"file": SimpleUploadedFile("a.csv", content)})
        assert page.status_code == 422
        assert page.context["form"].errors["file"]

    def test_another_persons_or_a_changed_check_is_not_taken(
        self, county: County, main_user: Any, coordinator: Any, signed_in: Any
    ) -> None:
        survey, client = of_paper(county, ONE), signed_in(main_user)
        checked = self.send(client, survey, "1", "1").context["confirm"].initial["checked"]
        for who, value in ((coordinator, checked), (main_user, checked[:-2] + "xx"), (main_user, "")):
            signed_in(who).post(self.at(survey), {"checked": value})
        assert not SurveyResponse.objects.exists()

    @pytest.mark.parametrize("kind", ["csv", "xlsx"])
    def test_the_empty_table_is_a_download(self, kind: str, county: County, main_user: Any, signed_in: Any) -> None:
        page = signed_in(main_user).get(self.at(of_paper(county), "import_sheet", kind))
        assert page.status_code == 200
        assert page["Content-Disposition"].startswith("attachment")

    @pytest.mark.parametrize("who", ["supervisor", "manager", "responder", "outsider"])
    def test_others_are_refused(self, request: Any, who: str, county: County, signed_in: Any) -> None:
        survey = of_paper(county, ONE)
        client = signed_in(request.getfixturevalue(who))
        assert client.get(self.at(survey)).status_code in (403, 404)
        assert self.send(client, survey, "1", "1").status_code in (403, 404)
        assert client.get(self.at(survey, "import_sheet", "csv")).status_code in (403, 404)
        assert client.post(self.at(survey, "import_out"), {"digest": "x"}).status_code in (403, 404)
        assert not SurveyResponse.objects.exists()
