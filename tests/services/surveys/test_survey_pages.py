"""The pages of surveys: each door refuses who may not, and everybody else comes as far as her part reaches."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, User
from config.views.surveys import COOKIE
from services.choices import ServiceStatus
from services.models import County, Question, Service, Survey, SurveyAnswer, SurveyParticipation, SurveyResponse
from services.operations import change_question, close_survey, publish_survey, repeat_survey
from tests.services.surveys.cast import (
    BY,
    MANY,
    NOW,
    ONE,
    SCALE,
    TITLES,
    WORDS,
    by_residents,
    by_staff,
    draft,
    published,
    question,
    staff_survey,
)

pytestmark = pytest.mark.django_db
TODAY = {"opens_on": date(2026, 1, 1)}
LANGUAGES = ("fi", "sv", "en")


@pytest.fixture
def survey(service: Service) -> Survey:
    """An open staff survey of the service."""
    return staff_survey(service, SCALE, MANY, WORDS, units=["Pori", "Rauma"], **TODAY)


@pytest.fixture
def closed(service: Service) -> Survey:
    """The same, answered and closed."""
    row = staff_survey(service, SCALE, ONE, WORDS, units=["Pori", "Rauma"], **TODAY)
    by_staff(row, *[(0, [4, 1, "Hyvä"])] * 6, *[(1, [2, 2, "Huono"])] * 5)
    return close_survey(by=BY, survey=row, now=NOW)


def at(name: str, *args: object) -> str:
    return reverse(f"surveys:{name}", args=args)


def doors(survey: Survey) -> dict[str, str]:
    """Every door of one survey, by whom it is for."""
    one = question(survey).public_id
    return {
        **{f"read {name}": at(name, survey.public_id) for name in ("survey",)},
        **{f"make {name}": at(name, survey.public_id) for name in ("change", "close", "delete", "question_new")},
        "make question": at("question", survey.public_id, one),
        **{f"post {name}": at(name, survey.public_id) for name in ("publish", "repeat")},
        "post question_ease": at("question_ease", survey.public_id),
        "post question_place": at("question_place", survey.public_id, one),
    }


@pytest.mark.parametrize("who", ["outsider", "former", "second_responder", "responder"])
def test_who_neither_makes_nor_reads_it_is_refused(request, signed_in, survey: Survey, closed: Survey, who: str) -> None:
    before = list(Survey.objects.order_by("pk").values_list())
    for host in ("testserver", "toinen.test"):
        client = signed_in(request.getfixturevalue(who), host=host)
        for row in (survey, closed):
            files = [at("table", row.public_id, "csv"), at("own_words", row.public_id)]
            for address in (*doors(row).values(), *files):
                for response in (client.get(address), client.post(address, {"sure": "1", "do": "delete", **TITLES})):
                    assert response.status_code in {403, 404, 405}, f"{address} {response.status_code}"
    assert signed_in(request.getfixturevalue(who)).post(at("new"), {**TITLES, "kind": "public"}).status_code == 403
    assert list(Survey.objects.order_by("pk").values_list()) == before
    assert Question.objects.count() == 6


def test_who_has_not_signed_in_is_asked_to(client: Client, survey: Survey) -> None:
    for address in (*doors(survey).values(), at("surveys"), at("new"), at("answer", survey.public_id)):
        response = client.get(address)
        response = client.post(address) if response.status_code == 405 else response
        assert response.status_code == 302 and "kirjaudu" in response["Location"], address


@pytest.mark.parametrize(
    ("who", "reads", "makes", "words"),
    [
        ("main_user", True, True, True),
        ("coordinator", True, True, True),
        ("supervisor", True, False, True),
        ("manager", True, False, False),
        ("reader", True, False, False),
    ],
)
def test_each_comes_as_far_as_her_part_reaches(request, signed_in, survey, closed, who, reads, makes, words) -> None:
    client = signed_in(request.getfixturevalue(who))
    for name, address in doors(survey).items():
        if name.startswith("post"):
            continue
        may = reads if name.startswith("read") else makes
        assert client.get(address).status_code == (200 if may else 403), name
    assert client.get(at("new")).status_code == (200 if makes else 403)
    assert client.get(at("table", closed.public_id, "xlsx")).status_code == 200
    assert client.get(at("own_words", closed.public_id)).status_code == (200 if words else 403)
    page = client.get(at("survey", closed.public_id)).content.decode()
    assert (at("own_words", closed.public_id) in page) == words
    assert (at("repeat", closed.public_id) in page) == makes


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_opens_in_each_language(signed_in, main_user, responder, survey, closed, county, language) -> None:
    client = signed_in(main_user)
    fresh = draft(county, ONE)
    addresses = [at("surveys"), at("new"), at("own_words", closed.public_id), at("answer", survey.public_id)]
    for row in (survey, closed, fresh):
        addresses += [address for name, address in doors(row).items() if not name.startswith("post")]
    for address in addresses:
        response = client.get(address.replace("/fi/", f"/{language}/", 1))
        assert response.status_code == 200, address


def test_a_survey_is_made_published_answered_and_closed(signed_in, client, main_user: User, county: County) -> None:
    maker = signed_in(main_user)
    form = {**TITLES, "kind": "public", "opens_on": "2026-01-01", "units": ""}
    maker.post(at("new"), form)
    row = Survey.objects.get()
    assert maker.post(at("question_new", row.public_id), ONE).status_code == 302
    assert maker.post(at("question_new", row.public_id), WORDS).status_code == 302
    address = reverse("public_survey", args=[row.public_id])
    assert client.get(address).status_code == 404, "a draft is seen by nobody else"
    maker.post(at("publish", row.public_id))
    assert client.get(address).status_code == 200
    one, words = row.questions.all()
    for number in range(5):
        browser = Client()
        browser.get(address)
        sent = browser.post(address, {f"q_{one.public_id}": "2", f"q_{words.public_id}": f"Iltaisin {number}"}, follow=True)
        assert "Kiitos" in sent.content.decode()
        assert "Kiitos" in browser.get(address).content.decode(), "once in a session"
    assert maker.get(at("close", row.public_id)).status_code == 200
    maker.post(at("close", row.public_id))
    assert Survey.objects.get().closed_at is None, "closing asks first"
    maker.post(at("close", row.public_id), {"sure": "1"})
    page = maker.get(at("survey", row.public_id)).content.decode()
    assert "Kotihoito" in page and "100,0 %" in page and 'width="100.0%"' in page
    assert "ohi" in client.get(address).content.decode()
    words_page = maker.get(at("own_words", row.public_id)).content.decode()
    assert words_page.index("Iltaisin 0") < words_page.index("Iltaisin 4")
    sheet = maker.get(at("table", row.public_id, "csv"))
    assert "Kotihoito;5;100.0" in sheet.content.decode() and "Iltaisin" not in sheet.content.decode()
    assert AuditEntry.objects.filter(action="export", object_type="services.survey").count() == 1
    assert AuditEntry.objects.filter(action="read", object_type="services.survey").count() == 1


class TestTheFormKeepsWhatWasWritten:
    def test_a_refused_survey(self, signed_in, main_user, county: County) -> None:
        form = {**TITLES, "kind": "public", "opens_on": "2026-05-01", "closes_on": "2026-04-01"}
        response = signed_in(main_user).post(at("new"), form)
        assert response.status_code == 422
        assert "Missä toivot chattia?" in response.content.decode()

    def test_a_refused_question(self, signed_in, main_user, county: County) -> None:
        row = draft(county)
        response = signed_in(main_user).post(at("question_new", row.public_id), {**ONE, "options_fi": "Yksi"})
        assert response.status_code == 422 and "Missä palvelussa?" in response.content.decode()

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_the_ready_question_on_ease_is_asked_once_and_in_every_round(
        self, signed_in, main_user, service: Service, language: str
    ) -> None:
        """S001-25: one press, three languages; a scale of a service's residents, kept in the next round while it is a scale."""
        client, row = signed_in(main_user), draft(service.county, ONE, service=service)
        page, door = (at(name, row.public_id).replace("/fi/", f"/{language}/") for name in ("survey", "question_ease"))
        assert door in client.get(page).content.decode()
        for _press in range(2):
            assert client.post(door).status_code == 302
        asked = Question.objects.get(survey=row, measures="ease")
        assert (asked.kind, asked.text_fi) == ("scale", "Chattia oli helppo käyttää.")
        assert (asked.text_sv, asked.text_en) == ("Chatten var lätt att använda.", "The chat was easy to use.")
        shown = client.get(page).content.decode()
        assert getattr(asked, f"text_{language}") in shown and door not in shown
        publish_survey(by=BY, survey=row, now=NOW)
        after = repeat_survey(by=BY, survey=close_survey(by=BY, survey=row, now=NOW), now=NOW)
        again = after.questions.get(measures="ease")
        assert again.key == asked.key
        change_question(by=BY, question=again, values={"kind": "words"}, now=NOW)
        assert not after.questions.exclude(measures="").exists(), "own words have no mean"
        for other in (draft(service.county), staff_survey(service)):
            client.post(at("question_ease", other.public_id))
            assert not other.questions.filter(measures="ease").exists()
            assert at("question_ease", other.public_id) not in client.get(at("survey", other.public_id)).content.decode()

    def test_a_stale_save_shows_both(self, signed_in, main_user, county: County) -> None:
        row = draft(county)
        client, form = signed_in(main_user), {**TITLES, "kind": "public", "opens_on": "2026-05-01", "version": 1}
        assert client.post(at("change", row.public_id), {**form, "title_fi": "Uusi"}).status_code == 302
        response = client.post(at("change", row.public_id), {**form, "title_fi": "Kolmas"})
        assert response.status_code == 422 and "Uusi" in response.content.decode()

    def test_a_needed_answer(self, client, county: County) -> None:
        row = published(county, {**ONE, "is_required": True}, WORDS, **TODAY)
        address = reverse("public_survey", args=[row.public_id])
        response = client.post(address, {f"q_{question(row, 1).public_id}": "Illalla kiitos"})
        assert response.status_code == 422 and "Illalla kiitos" in response.content.decode()
        assert not SurveyResponse.objects.exists()


class TestPublicDoor:
    def test_a_double_click_is_one_answer(self, client, county: County) -> None:
        row = published(county, ONE, **TODAY)
        address, given = reverse("public_survey", args=[row.public_id]), {f"q_{question(row).public_id}": "1"}
        client.get(address)
        assert [client.post(address, given).status_code for _ in range(2)] == [302, 200]
        assert SurveyResponse.objects.count() == 1

    def test_its_cookie_is_its_own_and_ends_with_the_session(self, client, county: County, settings) -> None:
        row = published(county, ONE, **TODAY)
        cookie = client.get(reverse("public_survey", args=[row.public_id])).cookies[COOKIE]
        assert cookie["httponly"] and not cookie["max-age"] and not cookie["expires"]
        assert settings.RESIDENT_COOKIE_NAME not in client.cookies
        client.cookies[COOKIE] = "väärennetty"
        assert client.get(reverse("public_survey", args=[row.public_id])).status_code == 200

    def test_an_identity_code_in_own_words_is_masked(self, client, county: County) -> None:
        row = published(county, WORDS, **TODAY)
        client.post(reverse("public_survey", args=[row.public_id]), {f"q_{question(row).public_id}": "Olen 010280-952L"})
        assert SurveyAnswer.objects.get().words == "Olen [henkilötunnus poistettu]"

    @pytest.mark.parametrize("fields", [{"kind": "staff"}, {"opens_on": date(2126, 1, 1)}])
    def test_what_is_not_for_residents_yet_is_not_there(self, client, county: County, fields) -> None:
        row = published(county, SCALE, **{**TODAY, **fields})
        assert client.get(reverse("public_survey", args=[row.public_id])).status_code == 404

    def test_another_countys_address_does_not_show_it(self, county: County, other_county: County) -> None:
        row = published(county, ONE, **TODAY)
        other = Client(headers={"host": "toinen.test"})
        address = reverse("public_survey", args=[row.public_id])
        for response in (other.get(address), other.post(address, {f"q_{question(row).public_id}": "1"})):
            assert response.status_code == 404
        assert not SurveyResponse.objects.exists()

    def test_a_test_service_asks_nobody(self, client, service: Service) -> None:
        row = published(service.county, ONE, service=service, **TODAY)
        Service.objects.update(is_test=True)
        assert client.get(reverse("public_survey", args=[row.public_id])).status_code == 404

    def test_one_network_sends_so_many_in_an_hour(self, client, county: County, settings) -> None:
        settings.CHAT_STARTS_PER_HOUR = 1
        cache.clear()  # what the tests before sent from the same address
        row = published(county, WORDS, **TODAY)
        address, given = reverse("public_survey", args=[row.public_id]), {f"q_{question(row).public_id}": "Ensin"}
        assert client.post(address, given).status_code == 302
        refused = Client().post(address, {f"q_{question(row).public_id}": "Sitten"})
        assert refused.status_code == 422 and "Sitten" in refused.content.decode()
        assert SurveyResponse.objects.count() == 1


class TestLinks:
    def test_the_front_page_leads_to_what_concerns_no_one_service(self, client, county: County, service: Service) -> None:
        row = published(county, ONE, **TODAY)
        of_service = published(county, ONE, service=service, **TODAY)
        front, page = (
            client.get(reverse("home")).content.decode(),
            client.get(reverse("service", args=[service.key])).content.decode(),
        )
        assert str(row.public_id) in front and str(row.public_id) not in page
        assert str(of_service.public_id) in page and str(of_service.public_id) not in front

    def test_a_service_without_a_page_is_asked_of_on_the_front_page(self, client, service: Service) -> None:
        row = published(service.county, ONE, service=service, **TODAY)
        Service.objects.update(status=ServiceStatus.DRAFT)
        assert str(row.public_id) in client.get(reverse("home")).content.decode()
        assert client.get(reverse("public_survey", args=[row.public_id])).status_code == 200

    @pytest.mark.parametrize("state", ["draft", "closed", "over", "later", "staff"])
    def test_what_cannot_be_answered_is_not_led_to(self, client, county: County, state: str) -> None:
        days = {"over": {"closes_on": date(2026, 1, 2)}, "later": {"opens_on": date(2126, 1, 1)}}.get(state, {})
        row = draft(county, ONE, **{**TODAY, **days, "kind": "staff" if state == "staff" else "public"})
        if state != "draft":
            Survey.objects.update(published_at=NOW, closed_at=NOW if state == "closed" else None)
        assert str(row.public_id) not in client.get(reverse("home")).content.decode()

    def test_the_menu_leads_there_who_has_something_there(self, signed_in, responder, second_responder, manager, service) -> None:
        link = f'href="{at("surveys")}"'
        home = reverse("account")
        assert link in signed_in(manager).get(home).content.decode()
        assert link not in signed_in(responder).get(home).content.decode()
        staff_survey(service, **TODAY)
        assert link in signed_in(responder).get(home).content.decode()
        assert link not in signed_in(second_responder).get(home).content.decode()


class TestStaffAnswer:
    def test_she_answers_once(self, signed_in, responder, survey: Survey) -> None:
        client, address = signed_in(responder), at("answer", survey.public_id)
        assert address in client.get(at("surveys")).content.decode()
        given = {"unit": "1", f"q_{question(survey).public_id}": "4", f"q_{question(survey, 1).public_id}": ["1", "3"]}
        thanks = client.post(address, given, follow=True)
        assert "Kiitos" in thanks.content.decode()
        assert SurveyResponse.objects.get().unit == 1
        client.post(address, given)
        assert SurveyResponse.objects.count() == 1 and SurveyParticipation.objects.count() == 1
        assert address not in client.get(at("surveys")).content.decode()

    @pytest.mark.parametrize("who", ["outsider", "former", "second_responder"])
    def test_another_services_responder_does_not(self, request, signed_in, survey: Survey, who: str) -> None:
        client = signed_in(request.getfixturevalue(who))
        for response in (client.get(at("answer", survey.public_id)), client.post(at("answer", survey.public_id), {})):
            assert response.status_code in {403, 404}
        assert not SurveyResponse.objects.exists()


class TestResults:
    def test_few_answers_are_shown_to_nobody(self, signed_in, main_user, service: Service) -> None:
        row = staff_survey(service, SCALE, WORDS, **TODAY)
        by_staff(row, *[(None, [5, "Salaisuus"])] * 4)
        close_survey(by=BY, survey=row, now=NOW)
        client = signed_in(main_user)
        for address in (at("survey", row.public_id), at("own_words", row.public_id), at("table", row.public_id, "csv")):
            page = client.get(address).content.decode()
            assert "Salaisuus" not in page and "5.0" not in page and "100" not in page

    def test_no_results_while_it_is_open(self, signed_in, main_user, county: County) -> None:
        row = published(county, ONE, **TODAY)
        by_residents(row, *[1] * 9)
        client = signed_in(main_user)
        assert "100,0" not in client.get(at("survey", row.public_id)).content.decode()
        for address in (at("table", row.public_id, "csv"), at("own_words", row.public_id)):
            assert client.get(address).status_code == 404

    def test_a_list_asks_as_often_however_long_it_is(
        self, signed_in, main_user, county: County, django_assert_max_num_queries
    ) -> None:
        for _ in range(12):
            draft(county, ONE)
        client = signed_in(main_user)
        client.get(at("surveys"))
        with django_assert_max_num_queries(20):
            assert client.get(at("surveys")).status_code == 200

    def test_a_row_of_another_survey_is_not_reached_through_this_one(self, signed_in, main_user, survey, county) -> None:
        foreign = question(draft(county, ONE))
        client = signed_in(main_user)
        assert client.get(at("question", survey.public_id, foreign.public_id)).status_code == 404
        assert client.post(at("question_place", survey.public_id, foreign.public_id), {"do": "delete"}).status_code == 404
        assert client.get(at("survey", uuid4())).status_code == 404


def test_a_survey_that_is_over_waits_for_the_night(signed_in, main_user, county: County, client) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    row = published(county, ONE, **TODAY, closes_on=date(2026, 9, 30))
    Survey.objects.update(closes_on=yesterday)
    page = signed_in(main_user).get(at("survey", row.public_id)).content.decode()
    assert at("close", row.public_id) in page
    assert client.get(reverse("public_survey", args=[row.public_id])).status_code == 200
