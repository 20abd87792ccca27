"""The search of the library as a resident meets it: found, not found and counted, suggested, and of this county only."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.actors import Resident, System
from accounts.models import User
from chat.pace import suggestions_of
from guidance.models import MissedSearch, PathVersion
from guidance.operations import note_missed_search, withdraw_path
from guidance.shelf import find_paths
from services.models import County, Queue
from tests.conftest import acting
from tests.guidance.conftest import Publish
from tests.guidance.making import in_all, small

pytestmark = pytest.mark.django_db
SEARCH, SUGGEST = "/fi/apuri/haku/", "/fi/apuri/haku/ehdotukset/"
OTHER = "198.51.100.7"  # a network whose pace no other test uses up
AGENT = "Mozilla/5.0 (Android 15; Mobile)"


@pytest.fixture
def person() -> Client:
    """A browser of somebody nobody knows."""
    return Client(HTTP_USER_AGENT=AGENT)


def back(**changes: object) -> dict[str, object]:
    return small(slug="selkakipu", title=in_all("Selkäkipu"), keywords={"fi": ["noidannuoli"], "sv": ["ryggskott"]}, **changes)


class TestPage:
    @pytest.mark.parametrize("words", ["kuume", "Kuumetta", "kume", "  KUUMEEN "])
    def test_a_path_is_found_by_a_resident_s_own_words(self, person: Client, version: PathVersion, words: str) -> None:
        page = person.get(SEARCH, {"q": words})
        assert page.status_code == 200
        assert 'href="/fi/apuri/kuume/?t=search"' in page.content.decode()
        assert not MissedSearch.objects.exists()

    def test_the_form_stands_on_the_list_and_works_without_scripts(self, person: Client, version: PathVersion) -> None:
        page = person.get("/fi/apuri/").content.decode()
        assert f'action="{SEARCH}" method="get"' in page
        assert '<label class="nl-search-label" for="path-words">Mitä asia koskee?</label>' in page

    def test_words_of_another_language_find_it_and_are_marked(self, person: Client, publish: Publish) -> None:
        publish(back())
        page = person.get(SEARCH, {"q": "ryggskottet"}).content.decode()
        assert '<a href="/fi/apuri/selkakipu/?t=search" lang="sv">Selkäkipu (sv)</a>' in page

    def test_nothing_found_says_so_offers_people_and_is_counted(
        self, person: Client, version: PathVersion, queue: Queue, responder: User
    ) -> None:
        page = person.get(SEARCH, {"q": "polkupyörän   huolto"}).content.decode()
        assert "Näillä sanoilla ei löytynyt ohjetta" in page
        assert f'href="/fi/palvelu/{queue.service.key}/"' in page
        assert "Voit myös soittaa" in page
        assert 'href="tel:112"' in page
        row = MissedSearch.objects.get()
        assert (row.county, row.words, row.language) == (version.path.county, "polkupyörän huolto", "fi")

    def test_when_every_chat_is_closed_it_says_so(self, person: Client, version: PathVersion, queue: Queue) -> None:
        Queue.objects.update(is_active=False)
        page = person.get(SEARCH, {"q": "polkupyörä"}).content.decode()
        assert "Chatit ovat nyt kiinni." in page
        assert 'href="/fi/#services"' in page

    @pytest.mark.parametrize("words", ["", "   ", "\0"])
    def test_without_words_it_leads_to_the_list(self, person: Client, version: PathVersion, words: str) -> None:
        answer = person.get(SEARCH, {"q": words})
        assert (answer.status_code, answer["Location"]) == (302, "/fi/apuri/")
        assert not MissedSearch.objects.exists()

    @pytest.mark.parametrize("words", ["a" * 5000, "<script>alert(1)</script>", "😀", "%", "'; drop table"])
    def test_any_words_get_an_answer(self, person: Client, version: PathVersion, words: str) -> None:
        answer = person.get(SEARCH, {"q": words})
        assert answer.status_code == 200
        assert "<script>alert" not in answer.content.decode()

    def test_an_identity_code_is_stored_and_shown_nowhere(self, person: Client, version: PathVersion) -> None:
        first = person.get(SEARCH, {"q": "polkupyörä 010280-952L"})
        assert first.status_code == 302
        assert "952L" not in first["Location"]
        page = person.get(first["Location"])
        assert "952L" not in page.content.decode()
        assert "952L" not in MissedSearch.objects.get().words

    @pytest.mark.parametrize("agent", ["Googlebot/2.1", ""])
    def test_a_crawler_is_answered_and_not_counted(self, version: PathVersion, agent: str) -> None:
        assert Client(HTTP_USER_AGENT=agent).get(SEARCH, {"q": "polkupyörä"}).status_code == 200
        assert not MissedSearch.objects.exists()

    def test_a_member_of_staff_is_not_counted(self, person: Client, version: PathVersion, responder: User) -> None:
        person.force_login(responder)
        assert person.get(SEARCH, {"q": "polkupyörä"}).status_code == 200
        assert not MissedSearch.objects.exists()

    def test_a_flood_is_answered_and_counted_no_more(self, person: Client, version: PathVersion, settings: Settings) -> None:
        settings.CHAT_STARTS_PER_HOUR = 2
        for _ in range(4):
            assert person.get(SEARCH, {"q": "polkupyörä"}, REMOTE_ADDR=OTHER).status_code == 200
        assert MissedSearch.objects.count() == 2

    def test_only_reading_is_allowed(self, person: Client, version: PathVersion) -> None:
        assert person.post(SEARCH, {"q": "kuume"}).status_code == 405
        assert person.post(SUGGEST, {"q": "kuume"}).status_code == 405

    def test_it_sets_no_cookie(self, person: Client, version: PathVersion) -> None:
        person.get(SEARCH, {"q": "kuume"})
        person.get(SUGGEST, {"q": "kuume"})
        assert "sessionid" not in person.cookies


class TestShelf:
    def test_another_county_s_paths_are_never_found(self, person: Client, version: PathVersion, other_county: County) -> None:
        assert [hit.slug for hit in find_paths(version.path.county, "kuume", language="fi")] == ["kuume"]
        assert find_paths(other_county, "kuume", language="fi") == []

    def test_a_newly_published_path_is_found_at_once_and_a_withdrawn_one_no_more(
        self, county: County, publish: Publish, version: PathVersion, path_author: User
    ) -> None:
        assert find_paths(county, "noidannuolta", language="fi") == []
        newer = publish(back())
        assert [hit.slug for hit in find_paths(county, "noidannuolta", language="fi")] == ["selkakipu"]
        withdraw_path(by=acting(path_author), path=newer.path, now=timezone.now())
        assert find_paths(county, "noidannuolta", language="fi") == []

    def test_a_new_version_is_found_by_its_own_words(self, county: County, publish: Publish) -> None:
        publish(back())
        publish(back() | {"title": in_all("Niska"), "keywords": {"fi": ["hartia"]}})
        assert find_paths(county, "noidannuoli", language="fi") == []
        assert [hit.title for hit in find_paths(county, "hartiat", language="fi")] == ["Niska"]

    def test_a_search_takes_one_query_while_nothing_is_published(
        self, county: County, version: PathVersion, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        find_paths(county, "kuume", language="fi")
        with django_assert_num_queries(1):
            find_paths(county, "muu", language="fi")


class TestSuggestions:
    def test_paths_are_suggested_while_typing(self, person: Client, version: PathVersion) -> None:
        answer = person.get(SUGGEST, {"q": "kuu"})
        assert answer.json() == {"paths": [{"url": "/fi/apuri/kuume/?t=search", "title": "Kuume", "language": "fi"}]}
        assert "no-store" in answer["Cache-Control"]

    def test_nothing_is_suggested_for_one_letter_nonsense_or_an_identity_code_and_nothing_is_counted(
        self, person: Client, version: PathVersion
    ) -> None:
        for words in ("k", "", "polkupyörä", "kuume 010280-952L"):
            assert person.get(SUGGEST, {"q": words}).json() == {"paths": []}
        assert not MissedSearch.objects.exists()

    def test_one_network_asks_only_so_often(self, person: Client, version: PathVersion, settings: Settings) -> None:
        settings.CHAT_MESSAGES_PER_MINUTE = 1
        most = suggestions_of(OTHER).most
        answers = [person.get(SUGGEST, {"q": "kuu"}, REMOTE_ADDR=OTHER) for _ in range(most + 1)]
        assert {answer.status_code for answer in answers[:-1]} == {200}
        assert (answers[-1].status_code, answers[-1].json()) == (429, {"paths": []})


class TestCounting:
    def test_only_a_resident_s_search_is_counted(self, county: County, path_author: User) -> None:
        for actor in (System(), acting(path_author)):
            with pytest.raises(PermissionDenied):
                note_missed_search(by=actor, county=county, words="polkupyörä", language="fi", now=timezone.now())

    def test_words_are_masked_whoever_calls(self, county: County, resident: Resident) -> None:
        row = note_missed_search(by=resident, county=county, words=f"{'x' * 200}", language="fi", now=timezone.now())
        assert len(row.words) == 100
        row = note_missed_search(by=resident, county=county, words="hetu 010280-952L", language="sv", now=timezone.now())
        assert row.words == "hetu [personbeteckningen borttagen]"

    def test_no_words_are_no_search(self, county: County, resident: Resident) -> None:
        with pytest.raises(ValidationError) as refused:
            note_missed_search(by=resident, county=county, words=" \0 ", language="fi", now=timezone.now())
        assert refused.value.code == "nothing"

    def test_they_are_read_by_those_who_write_the_county_s_paths(
        self, county: County, resident: Resident, path_author: User, responder: User, outsider: User
    ) -> None:
        note_missed_search(by=resident, county=county, words="polkupyörä", language="fi", now=timezone.now())
        rows = MissedSearch.objects
        assert rows.readable_by(acting(path_author)).count() == 1
        for other in (acting(responder), acting(outsider), resident):
            assert not rows.readable_by(other).exists()
