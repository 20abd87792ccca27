"""The funnel of a path, and what each figure of the guide is made of (M22)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from guidance import usage
from guidance.funnel import FIGURES, Stage, funnel_of, missed_of, parts_of, total_of, walks_of
from guidance.models import MissedSearch, PathFeedback, PathSession, PathStep, PathVersion
from services.models import County
from tests.guidance.test_teaching import walk

pytestmark = pytest.mark.django_db
PAGE = "/fi/ohjauspolut/opit/"
USE = "/fi/ohjauspolut/polku/kuume/kaytto/"


def went(version: PathVersion, node: str, outcome: str = "", *answers: tuple[str, str], **changes: Any) -> PathSession:
    """A walk of yesterday that answered these and stands in the node."""
    at = timezone.now() - timedelta(days=1)
    facts = {"began_at": at, "last_at": at, "outcome_at": at if outcome else None}
    session = walk(version, node, outcome, **{**facts, **changes})
    for passed, answer in answers:
        PathStep.objects.create(session=session, version=version, node=passed, answer=answer, created_at=at)
    return session


@pytest.fixture
def walks(version: PathVersion, county: County) -> PathVersion:
    """Two stopped at the first question, three at the second; one reached advice, one a chat, one reads still."""
    no, on, short = ("q1", "ei"), ("i1", "jatka"), ("q2", "lyhyt")
    for _n in range(2):
        went(version, "q1")
    for _n in range(3):
        went(version, "q2", "", no, on)
    went(version, "o_self", "self_care", no, on, short)
    at = timezone.now() - timedelta(days=1)
    went(version, "o_chat", "chat_handover", ("q1", "en_tieda"), handed_over_at=at)
    went(version, "q2", "", no, on, last_at=timezone.now())
    PathFeedback.objects.create(version=version, node="o_self", helped="yes", token=uuid4(), created_at=at)
    PathFeedback.objects.create(version=version, node="o_self", helped="no", token=uuid4(), created_at=at)
    for words in ("vaippa", "Vaippa", ""):
        MissedSearch.objects.create(county=county, words=words, made_at=at)
    return version


class TestFunnel:
    def test_each_stage_by_hand(self, walks: PathVersion) -> None:
        assert funnel_of(walks.path, now=timezone.now()) == {
            "q1": Stage("q1", came=8, went_on=6, stopped=2),
            "i1": Stage("i1", came=5, went_on=5),
            "q2": Stage("q2", came=5, went_on=1, stopped=3),
            "o_self": Stage("o_self", came=1, ended=1),
            "o_chat": Stage("o_chat", came=1, to_human=1, ended=1),
        }

    def test_who_comes_back_to_a_question_came_once(self, version: PathVersion) -> None:
        went(version, "q1", "", ("q1", "ei"), ("i1", "jatka"))
        assert funnel_of(version.path, now=timezone.now())["q1"] == Stage("q1", came=1, went_on=1, stopped=1)

    def test_the_number_of_queries_does_not_follow_the_walks(
        self, walks: PathVersion, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for _n in range(20):
            went(walks, "q2", "", ("q1", "ei"))
        with django_assert_num_queries(2):
            funnel_of(walks.path, now=timezone.now())


class TestParts:
    def test_the_parts_make_up_each_figure(self, walks: PathVersion, county: County) -> None:
        now = timezone.now()
        figures = walks_of(county, now).aggregate(**usage.counts_of(now))
        assert (figures["sessions"], figures["midway"], figures["self_served"]) == (8, 5, 1)
        for name, n in figures.items():
            assert total_of(parts_of(name, county, now=now))["n"] == n
        assert {(part.node, part.n) for part in parts_of("midway", county, now=now)} == {("q2", 3), ("q1", 2)}
        [helped] = parts_of("helped", county, now=now)
        assert (helped.node, helped.n, helped.of) == ("o_self", 1, 2)

    def test_circles(self, version: PathVersion, county: County) -> None:
        for _n in range(2):
            went(version, "q2", "", *[("q1", "ei")] * usage.LOOPS_AT)
        [part] = parts_of("loops", county, now=timezone.now())
        assert (part.node, part.n) == ("q1", 2)

    def test_searches_by_their_words_done_or_not(self, walks: PathVersion, county: County) -> None:
        [row], erased = missed_of(county, now=timezone.now())
        assert (row.words.casefold(), row.n, row.is_done, erased) == ("vaippa", 2, False, 1)
        MissedSearch.objects.exclude(words="").update(handled_at=timezone.now())
        [row], _erased = missed_of(county, now=timezone.now())
        assert row.is_done

    def test_another_county_has_none(self, walks: PathVersion, other_county: County) -> None:
        now = timezone.now()
        assert all(parts_of(name, other_county, now=now) == [] for name in FIGURES if name != "missed")
        assert missed_of(other_county, now=now) == ([], 0)


class TestPages:
    def test_the_author_goes_from_a_figure_to_the_question(self, walks: PathVersion, signed_in: Any, path_author: User) -> None:
        client: Client = signed_in(path_author)
        page = client.get(PAGE).content.decode()
        for name in FIGURES:
            assert f'href="{PAGE}luku/{name}/"' in page
            for language in ("fi", "sv", "en"):
                assert client.get(f"{PAGE}luku/{name}/".replace("/fi/", f"/{language}/")).status_code == 200
        assert f'href="{USE}#n-q2"' in client.get(f"{PAGE}luku/midway/").content.decode()
        assert f'href="{USE}#n-o_self"' in page  # among the most usual outcomes
        page = client.get(USE).content.decode()
        assert 'id="n-q2"' in page
        assert "3 (60" in page
        assert USE in client.get("/fi/ohjauspolut/polku/kuume/").content.decode()
        for language in ("sv", "en"):
            assert client.get(USE.replace("/fi/", f"/{language}/")).status_code == 200

    def test_no_such_figure_and_no_such_path(self, version: PathVersion, signed_in: Any, path_author: User) -> None:
        client: Client = signed_in(path_author)
        assert client.get(f"{PAGE}luku/muu/").status_code == 404
        assert client.get("/fi/ohjauspolut/polku/muu/kaytto/").status_code == 404
        assert "90 päivän aikana" in client.get(USE).content.decode()

    @pytest.mark.parametrize("who", ["responder", "supervisor", "coordinator", "reader", "outsider", "former"])
    def test_nobody_else_comes_in(self, walks: PathVersion, signed_in: Any, request: pytest.FixtureRequest, who: str) -> None:
        client: Client = signed_in(request.getfixturevalue(who))
        assert client.get(USE).status_code == 403
        assert client.get(f"{PAGE}luku/midway/").status_code == 403
