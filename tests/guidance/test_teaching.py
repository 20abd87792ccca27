"""What use teaches (M22): counts, the to-do list of authors, searches that found nothing, and words that go in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.actors import Resident, System
from accounts.models import AuditEntry, User
from chat.models import Conversation
from guidance import usage
from guidance.models import MissedSearch, PathFeedback, PathSession, PathStep, PathVersion
from guidance.operations import erase_words, note_missed_search, settle_searches
from guidance.tasks import erase_words as nightly
from guidance.teaching import Lesson, searches_of, todos_of
from reports.metrics import Scope, figures_of
from reports.months import Month
from services.models import County, Queue, Service
from tests.conftest import acting
from tests.guidance.conftest import Publish
from tests.guidance.making import small
from tests.reports.d1 import Row, made

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
BEGAN = NOW - timedelta(days=2)
PAGE = "/fi/ohjauspolut/opit/"


def walk(version: PathVersion, node: str, outcome: str = "", **changes: Any) -> PathSession:
    """A walk that began two days ago and stands in the node."""
    facts = {"county": version.path.county, "first": version, "version": version, "node": node, "outcome": outcome}
    facts |= {"began_at": BEGAN, "last_at": BEGAN, "outcome_at": BEGAN if outcome else None}
    return PathSession.objects.create(**{**facts, **changes})


def november(scope: Scope) -> Any:
    return figures_of(scope, Month(2026, 11).period, codes=["M22"], now=NOW).total["M22"]


class TestFigures:
    @pytest.fixture
    def month(self, version: PathVersion, queue: Queue, county: County) -> PathVersion:
        """Ten walks: five served alone; one of those came to a chat too late to matter; two handed over, one of them answered."""
        for _n in range(3):
            walk(version, "o_self", "self_care")
        walk(version, "o_link", "service_link")
        late = made(queue, Row("24 15:01:00", None, None, "24 15:10:00", "abandoned"))
        walk(version, "o_self", "self_care", conversation=late, handed_over_at=BEGAN + timedelta(minutes=61))
        soon = made(queue, Row("24 14:03:10", "24 14:04:00", "24 14:05:00", "24 14:20:00"))
        walk(version, "o_self", "self_care", conversation=soon, handed_over_at=BEGAN + timedelta(minutes=3))
        walk(version, "o_112", "call_112")
        walk(version, "q2")
        walk(version, "o_on", "path_link")
        walk(version, "q2", last_at=NOW - timedelta(minutes=10))  # she may be reading still
        test = made(queue, Row("24 14:03:10", "24 14:04:00", "24 14:05:00", "24 14:20:00"))
        Conversation.objects.filter(pk=test.pk).update(is_test=True)
        walk(version, "o_chat", "chat_handover", conversation=test, handed_over_at=BEGAN)
        walk(version, "q1", began_at=NOW - timedelta(days=40))
        route = {"version": version, "node": "o_self", "created_at": BEGAN}
        for helped in ("yes", "yes", "partly", "no"):
            PathFeedback.objects.create(helped=helped, token=uuid4(), **route)
        MissedSearch.objects.create(county=county, words="vaippa", made_at=BEGAN)
        return version

    def test_each_count_by_hand(self, month: PathVersion, county: County) -> None:
        figure = november(Scope.whole(county))
        parts = {name.removeprefix("guide_"): n for name, n in figure.parts}
        assert (figure.value, figure.n) == (50, 10)
        assert {name: parts[name] for name in ("sessions", "completed", "self_served", "midway")} == {
            "sessions": 10,
            "completed": 7,
            "self_served": 5,
            "midway": 2,
        }
        assert (parts["handed_over"], parts["handed_answered"]) == (2, 1)
        assert (parts["self_care"], parts["service_link"], parts["call_112"], parts["phone"]) == (5, 1, 1, 0)
        assert (parts["said"], parts["helped"], parts["missed"], parts["published"], parts["overdue"]) == (4, 2, 1, 1, 0)
        assert figure.beside == {"guide_helped_share": 50, "guide_human_wait": 120}

    def test_the_number_of_queries_does_not_follow_the_walks(
        self, month: PathVersion, county: County, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        scope = Scope.whole(county)
        for _n in range(20):
            walk(month, "q2")
        with django_assert_max_num_queries(8):
            november(scope)

    def test_a_part_of_the_services_and_a_county_without_a_guide_have_no_data(
        self, month: PathVersion, service: Service, other_county: County
    ) -> None:
        assert not november(Scope.of([service])).known
        assert not november(Scope.whole(other_county)).known


class TestTodos:
    def test_what_stands_out_and_nothing_of_few(self, version: PathVersion, county: County) -> None:
        for _n in range(4):
            walk(version, "q2")
        assert todos_of(county, now=NOW) == []
        walk(version, "q2")
        session = walk(version, "o_self", "self_care")
        PathStep.objects.create(session=session, version=version, node="q2", answer="lyhyt", created_at=BEGAN)
        [todo] = todos_of(county, now=NOW)
        assert (todo.lesson, todo.node, todo.n, todo.of) == (Lesson.DROP_OFF, "q2", 5, 6)

    def test_most_go_on_and_it_is_no_drop_off(self, version: PathVersion, county: County) -> None:
        for _n in range(5):
            walk(version, "q2")
        for _n in range(21):
            session = walk(version, "o_self", "self_care")
            PathStep.objects.create(session=session, version=version, node="q2", answer="lyhyt", created_at=BEGAN)
        assert todos_of(county, now=NOW) == []

    def test_circles_and_advice_that_did_not_help(self, version: PathVersion, county: County) -> None:
        for _n in range(5):
            session = walk(version, "o_self", "self_care")
            for _round in range(usage.LOOPS_AT):
                PathStep.objects.create(session=session, version=version, node="q1", answer="ei", created_at=BEGAN)
            PathFeedback.objects.create(version=version, node="o_self", helped="no", token=uuid4(), created_at=BEGAN)
        found = {(row.lesson, row.node, row.n, row.of) for row in todos_of(county, now=NOW)}
        assert found == {(Lesson.LOOP, "q1", 5, 5), (Lesson.NO_HELP, "o_self", 5, 5)}

    def test_another_countys_walks_teach_nothing_here(
        self, version: PathVersion, other_county: County, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        for _n in range(9):
            walk(version, "q2")
        with django_assert_max_num_queries(6):
            assert todos_of(other_county, now=NOW) == []


class TestSearches:
    def note(self, county: County, words: str, now: datetime = NOW) -> MissedSearch:
        return note_missed_search(by=Resident(uuid4()), county=county, words=words, language="fi", now=now)

    def test_the_same_words_are_one_line_and_are_done_together(
        self, county: County, other_county: County, path_author: User
    ) -> None:
        for words in ("Äitiysvaippa", "äitiysvaippa", "rollaattori"):
            self.note(county, words)
        self.note(other_county, "äitiysvaippa")
        assert [(row.words.casefold(), row.n) for row in searches_of(county)] == [("äitiysvaippa", 2), ("rollaattori", 1)]
        assert settle_searches(by=acting(path_author), county=county, words="ÄITIYSVAIPPA", now=NOW) == 2
        assert [row.words for row in searches_of(county)] == ["rollaattori"]
        assert [row.n for row in searches_of(other_county)] == [1]
        entry = AuditEntry.objects.latest("pk")
        assert (entry.object_type, entry.count) == ("guidance.missedsearch", 2)
        assert "vaippa" not in f"{entry.before}{entry.after}{entry.purpose}"
        self.note(county, "äitiysvaippa")  # it was still not found
        assert [row.n for row in searches_of(county)] == [1, 1]

    @pytest.mark.parametrize("who", ["responder", "supervisor", "outsider"])
    def test_only_those_who_write_settle(self, county: County, request: pytest.FixtureRequest, who: str) -> None:
        self.note(county, "vaippa")
        with pytest.raises(PermissionDenied):
            settle_searches(by=acting(request.getfixturevalue(who)), county=county, words="vaippa", now=NOW)

    def test_words_go_in_time_and_the_numbers_stay(self, version: PathVersion, county: County) -> None:
        old, new = NOW - timedelta(days=91), NOW - timedelta(days=89)
        for when in (old, new):
            self.note(county, "vaippa", now=when)
            for helped, words in (("no", "Ei auttanut"), ("", "Hei"), ("yes", "")):
                given = {"helped": helped, "words": words, "token": uuid4(), "created_at": when}
                PathFeedback.objects.create(version=version, node="o_self", **given)
        with pytest.raises(PermissionDenied):
            erase_words(by=Resident(uuid4()), now=NOW)
        assert erase_words(by=System("test"), now=NOW) == 3
        assert list(MissedSearch.objects.order_by("made_at").values_list("words", flat=True)) == ["", "vaippa"]
        rows = PathFeedback.objects.order_by("created_at", "pk").values_list("helped", "words")
        assert list(rows) == [("no", ""), ("yes", ""), ("no", "Ei auttanut"), ("", "Hei"), ("yes", "")]
        assert erase_words(by=System("test"), now=NOW) == 0
        assert usage.missed_in(county.pk, old, NOW) == 2

    def test_every_night(self, county: County) -> None:
        self.note(county, "vaippa", now=timezone.now() - timedelta(days=91))
        assert nightly() == 1


class TestPage:
    def test_the_author_sees_and_settles(self, signed_in: Any, path_author: User, publish: Publish, county: County) -> None:
        version = publish(small())
        MissedSearch.objects.create(county=county, words="<b>vaippa</b>", made_at=timezone.now())
        now = timezone.now() - timedelta(days=1)
        for _n in range(6):
            walk(version, "q2", began_at=now, last_at=now)
        client = signed_in(path_author)
        page = client.get(PAGE).content.decode()
        assert "&lt;b&gt;vaippa" in page and "6/6" in page
        assert "moni lopettaa tähän" in client.get("/fi/ohjauspolut/").content.decode()
        for language in ("sv", "en"):
            assert client.get(PAGE.replace("/fi/", f"/{language}/")).status_code == 200
        answer = client.post(f"{PAGE}haku/", {"words": "<b>vaippa</b>"}, follow=True)
        assert "Yksi haku on merkitty hoidetuksi." in answer.content.decode()
        assert "vaippa" not in answer.content.decode()

    @pytest.mark.parametrize("who", ["responder", "supervisor", "coordinator", "reader", "outsider", "former"])
    def test_nobody_else_comes_in(self, signed_in: Any, request: pytest.FixtureRequest, county: County, who: str) -> None:
        MissedSearch.objects.create(county=county, words="vaippa", made_at=timezone.now())
        client = signed_in(request.getfixturevalue(who))
        assert client.get(PAGE).status_code == 403
        assert client.post(f"{PAGE}haku/", {"words": "vaippa"}).status_code == 403
        assert MissedSearch.objects.waiting().exists()

    def test_the_list_shows_no_todo_to_those_who_only_read(self, signed_in: Any, version: PathVersion, reader: User) -> None:
        now = timezone.now() - timedelta(days=1)
        for _n in range(6):
            walk(version, "q2", began_at=now, last_at=now)
        page = signed_in(reader).get("/fi/ohjauspolut/").content.decode()
        assert "Korjattavaa" not in page and PAGE not in page
