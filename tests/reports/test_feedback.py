"""The inbox of residents' own words: masked, audited, given tone and themes by a person, made into improvements (M17)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.actors import Resident, System
from accounts.models import AuditEntry, User
from chat.models import Conversation, Feedback
from reports.feedback import NEW, Wanted, not_gone_through
from reports.masking import hidden
from reports.metrics import Scope, figures_of
from reports.models import FeedbackMark
from reports.operations import improve_from_feedback, mark_feedback, open_feedback
from services.models import County, Improvement, Queue, Service
from tests.conftest import acting
from tests.reports.d1 import NOVEMBER, make_d1

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
NOW = datetime(2026, 12, 4, 9, tzinfo=UTC)
WORDS = {"C01": "Kiitos, neuvo oli selkeä.", "C02": "Soittakaa 040 123 4567 tai matti@posti.fi", "C09": "Jouduin väärään chattiin."}


@pytest.fixture
def d1(queue: Queue) -> dict[str, Conversation]:
    rows = make_d1(queue)
    for code, words in WORDS.items():
        Feedback.objects.filter(conversation=rows[code]).update(words=words, answered_at=NOW)
    return rows


def mark(county: County, by: User, row: Conversation, tone: str = "positive", *themes: str) -> FeedbackMark:
    return mark_feedback(by=acting(by), county=county, conversation=row.public_id, tone=tone, themes=themes, now=NOW)


def read(county: County, by: User, **wanted) -> list[str]:
    return [each.words for each in open_feedback(by=acting(by), county=county, wanted=Wanted(**wanted), first=0, most=50)]


class TestReading:
    def test_who_read_which_texts_is_written_down_before_they_are_shown(self, d1, county, supervisor) -> None:
        assert sorted(read(county, supervisor)) == sorted(WORDS.values())
        entry = AuditEntry.objects.get(object_type="chat.feedback")
        assert (entry.action, entry.count, entry.county) == ("read", 3, county.code)
        assert set(entry.after["conversations"]) == {str(d1[code].public_id) for code in WORDS}
        assert not any(words in str(entry.after) for words in WORDS.values())

    def test_filters(self, d1, county, supervisor, service) -> None:
        mark(county, supervisor, d1["C01"], "positive", "clarity")
        mark(county, supervisor, d1["C09"], "negative", "wrong_chat", "health")
        assert read(county, supervisor, tone=NEW) == [WORDS["C02"]]
        assert read(county, supervisor, tone="negative") == [WORDS["C09"]]
        assert read(county, supervisor, theme="clarity") == [WORDS["C01"]]
        assert read(county, supervisor, tone="positive", theme="health") == []
        assert len(read(county, supervisor, service=service)) == 3
        assert not_gone_through(acting(supervisor), county) == 1

    def test_tests_consultations_and_erased_words_are_not_there(self, d1, county, supervisor) -> None:
        Conversation.objects.filter(pk=d1["C01"].pk).update(is_test=True)
        Conversation.objects.filter(pk=d1["C02"].pk).update(erased_at=NOW)
        Conversation.objects.filter(pk=d1["C09"].pk).update(contactor="professional", client_present=False)
        assert read(county, supervisor) == []
        assert not AuditEntry.objects.filter(object_type="chat.feedback").exists()

    @pytest.mark.parametrize("who", ["responder", "main_user", "coordinator", "reader", "outsider", "former", "second_responder"])
    def test_others_see_and_mark_nothing(self, request, d1, county, who: str) -> None:
        other = request.getfixturevalue(who)
        assert read(county, other) == []
        with pytest.raises(Feedback.DoesNotExist):
            mark(county, other, d1["C01"])
        with pytest.raises(Feedback.DoesNotExist):
            improve_from_feedback(by=acting(other), county=county, conversation=d1["C01"].public_id, title="x", now=NOW)

    def test_a_resident_and_the_portal_itself_read_none(self, d1, county, resident: Resident) -> None:
        for by in (resident, System("test")):
            with pytest.raises(PermissionDenied):
                open_feedback(by=by, county=county, wanted=Wanted(), first=0, most=5)


class TestMarking:
    def test_a_person_gives_the_tone_and_themes_and_the_change_is_kept(self, d1, county, supervisor, manager) -> None:
        mark(county, supervisor, d1["C01"], "neutral")
        found = mark(county, manager, d1["C01"], "positive", "skill", "clarity")
        assert (found.tone, found.themes, found.marked_by_id) == ("positive", ["skill", "clarity"], manager.pk)
        entry = AuditEntry.objects.filter(object_type="reports.feedbackmark").latest("at")
        assert (entry.before["tone"], entry.after["tone"]) == ("neutral", "positive")

    def test_only_what_is_in_the_lists(self, d1, county, supervisor) -> None:
        for tone, themes, code in (("", (), "tone_missing"), ("great", (), "tone_missing"), ("positive", ("x",), "unknown")):
            with pytest.raises(ValidationError) as refused:
                mark(county, supervisor, d1["C01"], tone, *themes)
            assert refused.value.code == code
        assert not FeedbackMark.objects.exists()

    def test_words_written_anew_are_gone_through_anew(self, d1, county, supervisor) -> None:
        mark(county, supervisor, d1["C01"], "positive", "skill")
        Feedback.objects.filter(conversation=d1["C01"]).update(words="Ei auttanutkaan.", answered_at=NOW + timedelta(hours=1))
        assert "Ei auttanutkaan." in read(county, supervisor, tone=NEW)
        improve_from_feedback(by=acting(supervisor), county=county, conversation=d1["C01"].public_id, title="Selvitys", now=NOW)
        assert FeedbackMark.objects.get().tone == "", "what was said of the earlier words does not hold of these"


class TestImproving:
    def test_it_becomes_an_improvement_of_the_service_once(self, d1, county, supervisor, service) -> None:
        given = {"by": acting(supervisor), "county": county, "conversation": d1["C09"].public_id, "now": NOW}
        made = improve_from_feedback(title="Ohjaus etusivulla", description="Selkeämpi valinta", **given)
        assert (made.service, made.state, FeedbackMark.objects.get().improvement) == (service, "open", made)
        assert "11/2026" in made.source and WORDS["C09"] not in f"{made.title}{made.description}{made.source}"
        with pytest.raises(ValidationError) as refused:
            improve_from_feedback(title="Toinen", **given)
        assert refused.value.code == "made" and Improvement.objects.count() == 1


def test_why_they_chose_the_chat_stands_beside_how_many_answered(d1, county) -> None:
    """S001-45: a breakdown of those who told; nobody told, and there is nothing beside."""

    def told() -> dict[str, int]:
        parts = figures_of(Scope.whole(county), NOVEMBER.period, codes=["M16"], now=NOW).total["M16"].parts
        return {code: n for code, n in parts if code.startswith("why_")}

    assert told() == {}
    for code, why in (("C01", "easy"), ("C02", "easy"), ("C09", "no_answer"), ("C10", "fast")):
        Feedback.objects.filter(conversation=d1[code]).update(why_chat=why, answered_at=NOW)
    assert told() == {"why_easy": 2, "why_no_answer": 1}, "a test is not counted"


class TestFigure:
    def figure(self, county: County):
        return figures_of(Scope.whole(county), NOVEMBER.period, now=NOW).total["M17"]

    def test_m17_counts_texts_tones_and_themes_and_shares_are_of_those_gone_through(self, d1, county, supervisor) -> None:
        figure = self.figure(county)
        assert (figure.n, dict(figure.parts)["not_gone_through"], figure.beside["positive_share"]) == (3, 3, None)
        mark(county, supervisor, d1["C01"], "positive", "clarity", "skill")
        mark(county, supervisor, d1["C09"], "negative", "wrong_chat")
        figure = self.figure(county)
        parts = dict(figure.parts)
        assert (parts["texts"], parts["positive"], parts["negative"], parts["not_gone_through"]) == (3, 1, 1, 1)
        assert (parts["theme_clarity"], parts["theme_wrong_chat"], parts.get("theme_health")) == (1, 1, None)
        assert (figure.beside["positive_share"], figure.beside["neutral_share"]) == (50, 0)

    def test_what_was_gone_through_counts_after_its_words_are_erased(self, d1, county, supervisor) -> None:
        mark(county, supervisor, d1["C01"], "positive")
        Conversation.objects.update(erased_at=NOW)
        Feedback.objects.update(words="")
        parts = dict(self.figure(county).parts)
        assert (parts["texts"], parts["positive"], parts["not_gone_through"]) == (1, 1, 0)

    def test_words_that_were_taken_back_do_not_count(self, d1, county, supervisor) -> None:
        mark(county, supervisor, d1["C01"], "positive")
        Feedback.objects.filter(conversation=d1["C01"]).update(words="", answered_at=NOW + timedelta(hours=1))
        assert dict(self.figure(county).parts)["texts"] == 2


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("Soittakaa 040 123 4567.", "Soittakaa [puhelinnumero piilotettu]."),
        ("+358401234567", "[puhelinnumero piilotettu]"),
        ("(09) 310 1691 tai matti.meikalainen@posti.fi!", None),
        ("Odotin 45 minuuttia, 12.11.2026 kello 10.30", "Odotin 45 minuuttia, 12.11.2026 kello 10.30"),
        ("Arvosana 10/10", "Arvosana 10/10"),
    ],
)
def test_what_tells_who_somebody_is_is_hidden(words: str, shown: str | None) -> None:
    found = hidden(words, "fi")
    if shown is None:
        assert not any(secret in found for secret in ("310", "1691", "meikalainen", "@"))
    else:
        assert found == shown


@given(st.text(max_size=60), st.from_regex(r"0(40|50) ?[0-9]{3} ?[0-9]{4}", fullmatch=True))
def test_a_phone_number_is_never_shown_and_hiding_again_changes_nothing(words: str, number: str) -> None:
    found = hidden(f"{words} {number}", "fi")
    assert number not in found.rsplit(" ", 1)[-1] and hidden(found, "fi") == found


def post(client, name: str, row: Conversation, **fields):
    return client.post(reverse(f"reports:{name}", args=[row.public_id]), fields)


class TestPage:
    def test_the_texts_are_shown_masked_and_marked(self, d1, supervisor, signed_in) -> None:
        client = signed_in(supervisor)
        shown = client.get(reverse("reports:feedback")).content.decode()
        assert WORDS["C01"] in shown and "040 123" not in shown and "matti@" not in shown and "3 palautetta odottaa" in shown
        assert post(client, "feedback_mark", d1["C01"], tone="positive", themes=["skill"], savy=NEW).status_code == 302
        shown = client.get(reverse("reports:feedback"), {"savy": NEW}).content.decode()
        assert WORDS["C01"] not in shown and "2 palautetta odottaa" in shown

    def test_what_is_refused_stays_written(self, d1, supervisor, signed_in) -> None:
        response = post(signed_in(supervisor), "feedback_improve", d1["C09"], title="", description="Pitkä selitys")
        assert response.status_code == 422 and "Pitkä selitys" in response.content.decode()
        assert post(signed_in(supervisor), "feedback_mark", d1["C09"]).status_code == 422

    def test_the_report_leads_there_with_the_number_that_waits(self, d1, supervisor, main_user, signed_in, monkeypatch) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
        address = f'href="{reverse("reports:feedback")}'
        shown = signed_in(supervisor).get(reverse("reports:month")).content.decode()
        assert address in shown and "3 käsiteltävänä" in shown
        assert address not in signed_in(main_user).get(reverse("reports:month")).content.decode()

    @pytest.mark.parametrize("who", ["responder", "main_user", "coordinator", "reader", "former", "outsider"])
    def test_others_are_refused(self, request, d1, signed_in, who: str) -> None:
        client = signed_in(request.getfixturevalue(who))
        assert client.get(reverse("reports:feedback")).status_code == 403
        assert post(client, "feedback_mark", d1["C01"], tone="positive").status_code in (403, 404)
        assert not FeedbackMark.objects.exists()

    def test_another_services_supervisor_finds_nothing(self, d1, county, second_service: Service, person, grant, signed_in) -> None:
        user = person("satu")
        grant(user, "supervisor", county=county, service=second_service)
        client = signed_in(user)
        assert WORDS["C01"] not in client.get(reverse("reports:feedback")).content.decode()
        assert post(client, "feedback_mark", d1["C01"], tone="positive").status_code == 404
        assert post(client, "feedback_improve", d1["C01"], title="x").status_code == 404
        assert client.get(reverse("reports:feedback"), {"palvelu": "ikaantyneet"}).status_code == 404

    @pytest.mark.parametrize("query", [{"savy": "x"}, {"teema": "x"}, {"sivu": "0"}, {"sivu": "x"}])
    def test_what_there_is_not(self, d1, supervisor, signed_in, query: dict[str, str]) -> None:
        assert signed_in(supervisor).get(reverse("reports:feedback"), query).status_code == 404

    @pytest.mark.parametrize("language", ["fi", "sv", "en"])
    def test_it_opens_in_each_language(self, d1, supervisor, signed_in, language: str) -> None:
        address = reverse("reports:feedback").replace("/fi/", f"/{language}/", 1)
        assert signed_in(supervisor).get(address).status_code == 200

    def test_the_number_of_queries_does_not_follow_the_texts(
        self, d1, supervisor, signed_in, django_assert_max_num_queries
    ) -> None:
        for code in ("C06", "C11", "C13"):
            Feedback.objects.filter(conversation=d1[code]).update(words="Sanoja", answered_at=timezone.now())
        client = signed_in(supervisor)
        client.get(reverse("reports:feedback"))
        with django_assert_max_num_queries(30):
            client.get(reverse("reports:feedback"))
