"""The resident's pages: one question a page, no cookie, no dead end, and the ways out on every step."""

from __future__ import annotations

import re
from copy import deepcopy
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actors import System
from accounts.models import User
from chat.choices import WentTo
from chat.models import Attempt, Conversation, Event
from chat.operations import claim_conversation
from guidance.choices import PathState
from guidance.document import Outcome
from guidance.models import PathFeedback, PathSession, PathVersion
from guidance.operations import starter_paths, withdraw_path
from guidance.route import as_text, follow
from services import hosts
from services.choices import OverrideKind, ServiceStatus
from services.models import ContactPoint, County, Link, Override, Queue, Schedule, Service, WeeklyInterval
from services.operations import make_help_form, publish_help_form
from tests.conftest import acting, make_service
from tests.guidance.conftest import Publish
from tests.guidance.making import in_all, small

pytestmark = pytest.mark.django_db
HERE = "/fi/apuri/kuume/"
HELSINKI = ZoneInfo("Europe/Helsinki")
PERSON: dict[str, Any] = {"HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}


def words(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    text: str = response.content.decode()
    assert not response.cookies, "no cookie is set"
    return text


def give(client: Client, answer: str, mark: str = "v1", **query: str) -> str:
    response = client.get(f"{HERE}{mark}/vastaus/", {"vastaus": answer, **query}, **PERSON)
    assert response.status_code == 302, response.content.decode()
    assert not response.cookies
    address: str = response["Location"]
    return address


def state(url: str) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}


class TestAStep:
    def test_the_list_leads_to_the_first_question(self, client: Client, version: PathVersion) -> None:
        assert f'href="{HERE}"' in words(client.get("/fi/apuri/"))
        page = words(client.get(HERE))
        assert "Onko hätä?" in page
        assert 'name="vastaus" value="en_tieda"' in page

    @pytest.mark.parametrize("language", ["fi", "sv", "en"])
    @pytest.mark.parametrize("trail", ["", "ei", "ei.jatka", "ei.jatka.lyhyt", "ei.jatka.pitka", "kylla", "en_tieda"])
    def test_every_step_says_that_it_is_no_human_and_has_the_ways_out(
        self, client: Client, version: PathVersion, trail: str, language: str
    ) -> None:
        page = words(client.get(f"/{language}/apuri/kuume/v1/", {"p": trail}))
        said = {"fi": "En ole ihminen", "sv": "Jag är inte en människa", "en": "I am not a human"}[language]
        assert said in page
        assert 'href="tel:112"' in page
        assert f"/{language}/apuri/kuume/v1/ihminen/" in page
        assert f"/{language}/apuri/kuume/v1/palaute/" in page
        assert ('value="kylla"' in page) is (trail == "")

    def test_a_walk_and_back_without_loss(self, client: Client, version: PathVersion) -> None:
        url = give(client, "ei")
        session = state(url)["s"]
        assert state(url)["p"] == "ei"
        url = give(client, "jatka", p="ei", s=session)
        page = words(client.get(url))
        assert "Kuinka kauan?" in page
        assert f'href="{HERE}v1/?p=ei&amp;s={session}"' in page, "back"
        assert "Onko hätä?" in page, "her answers so far"
        assert give(client, "pitka", p="ei.jatka", s=session).endswith(f"p=ei.jatka.pitka&s={session}")
        assert PathSession.objects.get().steps.count() == 3

    def test_what_is_no_answer_shows_the_question_again(self, client: Client, version: PathVersion) -> None:
        response = client.get(f"{HERE}v1/vastaus/", {"vastaus": "ehka"}, **PERSON)
        assert response.status_code == 422
        assert "Valitse jokin näistä vastauksista." in response.content.decode()
        assert not PathSession.objects.exists()

    def test_a_trail_that_does_not_fit_begins_anew_and_says_so(self, client: Client, version: PathVersion) -> None:
        page = words(client.get(f"{HERE}v1/", {"p": "ei.ei.ei"}))
        assert "Osoitteen vastaukset eivät sovi" in page
        assert "Onko hätä?" in page

    @pytest.mark.parametrize("address", ["ei-ole/", "kuume/v9/", "kuume/vx/", "kuume/1/", "kuume/v1/chat/ei-ole/"])
    def test_what_is_not_there_is_not_found(self, client: Client, version: PathVersion, address: str) -> None:
        assert client.get(f"/fi/apuri/{address}").status_code == 404

    @pytest.mark.parametrize(
        "query", [{"s": "x"}, {"e": "x"}, {"e": "kuume.v1.x"}, {"t": "<b>"}, {"p": "." * 300}, {"p": "a." * 99}]
    )
    def test_odd_addresses_trip_nothing(self, client: Client, version: PathVersion, query: dict[str, str]) -> None:
        assert "<b>" not in words(client.get(HERE, query)).split("<main", 1)[1]

    def test_a_step_in_three_queries(self, client: Client, version: PathVersion, django_assert_max_num_queries: Any) -> None:
        url = give(client, "ei")
        client.get(url)  # what surrounds the page is remembered
        with django_assert_max_num_queries(3):
            client.get(url)

    def test_the_next_county_sees_nothing_of_it(self, client: Client, version: PathVersion, other_county: County) -> None:
        for rest in ("", "v1/", "v1/vastaus/?vastaus=ei", "v1/ihminen/", "v1/chat/yleinen/"):
            assert client.get(HERE + rest, headers={"host": "toinen.test"}).status_code == 404
        assert client.post(f"{HERE}v1/palaute/", {"helped": "yes"}, headers={"host": "toinen.test"}).status_code == 404
        assert HERE not in client.get("/fi/apuri/", headers={"host": "toinen.test"}).content.decode()

    def test_a_draft_is_shown_to_nobody(self, client: Client, version: PathVersion, publish: Publish) -> None:
        PathVersion.objects.filter(pk=version.pk).update(state=PathState.DRAFT, published_at=None)
        assert client.get(HERE).status_code == 404
        assert client.get(f"{HERE}v1/").status_code == 404


class TestSessions:
    def test_robots_and_staff_walk_uncounted(self, client: Client, version: PathVersion, signed_in: Any, responder: User) -> None:
        robot = client.get(f"{HERE}v1/vastaus/", {"vastaus": "ei"}, HTTP_USER_AGENT="Googlebot/2.1")
        assert robot["Location"] == f"{HERE}v1/?p=ei"
        assert signed_in(responder).get(f"{HERE}v1/vastaus/", {"vastaus": "ei"}, **PERSON)["Location"] == f"{HERE}v1/?p=ei"
        assert not PathSession.objects.exists()

    def test_looking_at_pages_makes_no_session(self, client: Client, version: PathVersion) -> None:
        for url in (HERE, f"{HERE}v1/?p=ei", f"{HERE}v1/ihminen/", "/fi/apuri/"):
            client.get(url, **PERSON)
        assert not PathSession.objects.exists()

    def test_the_entry_page_is_told_once(self, client: Client, version: PathVersion) -> None:
        page = words(client.get(f"{HERE}?t=service:ikaantyneet"))
        assert 'name="t" value="service:ikaantyneet"' in page
        url = give(client, "ei", t="service:ikaantyneet")
        assert "t" not in state(url)
        assert PathSession.objects.get().entry == "service:ikaantyneet"

    def test_one_network_may_begin_so_many(self, client: Client, version: PathVersion, settings: Any) -> None:
        settings.CHAT_STARTS_PER_HOUR = 1
        client.defaults["REMOTE_ADDR"] = f"2001:db8:0:{uuid4().hex[:4]}::1"
        assert "s" in state(give(client, "ei"))
        assert "s" not in state(give(client, "ei")), "she walks on, uncounted"
        assert PathSession.objects.count() == 1

    def test_who_began_before_a_publishing_ends_in_her_version(
        self, client: Client, version: PathVersion, publish: Publish
    ) -> None:
        url = give(client, "ei")
        raw = deepcopy(small())
        raw["nodes"]["i1"]["text"] = in_all("Uusi ohje.")
        publish(raw)
        page = words(client.get(url))
        assert "Mittaa ensin kuume." in page
        assert "Tämä polku on päivitetty" in page
        assert "Uusi ohje." in words(client.get(give(client, "ei", mark="v2")))
        assert "v2/vastaus/" in words(client.get(HERE))
        session = state(url)["s"]
        end = give(client, "lyhyt", p="ei.jatka", s=session)
        assert "Lepää." in words(client.get(end))
        assert PathSession.objects.get(public_id=session).version == version

    def test_what_was_taken_away_is_gone_at_once(self, client: Client, version: PathVersion) -> None:
        url = give(client, "ei")
        withdraw_path(by=System("test"), path=version.path, now=timezone.now())
        assert client.get(url).status_code == 404


class TestAnOutcome:
    def test_numbers_and_links_come_from_live_rows(self, client: Client, version: PathVersion, county: County) -> None:
        ContactPoint.objects.filter(county=county, key="asiakasohjaus").update(value="044 999 1111", note_fi="arkisin klo 8–15")
        page = words(client.get(f"{HERE}v1/", {"p": "ei.jatka.pitka"}))
        assert 'href="tel:0449991111"' in page
        assert "arkisin klo 8–15" in page
        assert "{{" not in page
        assert page.index("044 999 1111") < page.index("En voi soittaa"), "what is for who cannot call comes last"
        page = words(client.get(f"{HERE}v1/", {"p": "ei.jatka.lyhyt"}))
        assert 'href="https://alue.test/ohje"' in page

    def test_112_alone_has_nothing_beside_it(self, client: Client, version: PathVersion) -> None:
        page = words(client.get(f"{HERE}v1/", {"p": "kylla"}))
        assert "nlg-card" not in page
        assert page.count('href="tel:112"') >= 3

    def test_an_open_chat_is_begun_from_here(self, client: Client, version: PathVersion, responder: User) -> None:
        page = words(client.get(f"{HERE}v1/", {"p": "en_tieda"}))
        assert f'href="{HERE}v1/chat/yleinen/?p=en_tieda"' in page

    def test_a_closed_chat_tells_when_it_opens_and_how_else_help_is_reached(
        self, client: Client, version: PathVersion, responder: User, county: County
    ) -> None:
        now = timezone.now()
        Override.objects.create(
            county=county,
            kind=OverrideKind.CLOSE,
            reason_fi="Koulutus",
            starts_at=now - timedelta(hours=1),
            ends_at=now + timedelta(hours=2),
        )
        page = words(client.get(f"{HERE}v1/", {"p": "en_tieda"}))
        assert "Koulutus" in page
        assert "Chat aukeaa" in page
        assert "044 000 0000" in page
        assert 'href="tel:116117"' in page, "a health path"
        assert "v1/chat/yleinen/" not in page

    @pytest.mark.parametrize("what", ["service", "queue", "phone"])
    def test_what_is_not_there_any_more_leaves_no_dead_end(
        self, client: Client, version: PathVersion, service: Service, queue: Queue, county: County, what: str
    ) -> None:
        if what == "service":
            Service.objects.filter(pk=service.pk).update(status=ServiceStatus.CLOSED)
        elif what == "queue":
            Queue.objects.filter(pk=queue.pk).update(is_active=False)
        else:
            ContactPoint.objects.filter(county=county).update(value="")
        for trail in ("en_tieda", "ei.jatka.pitka"):
            page = words(client.get(f"{HERE}v1/", {"p": trail}))
            assert 'href="tel:116117"' in page or "v1/chat/yleinen/" in page
            assert "{{" not in page
        assert "tel:" in words(client.get(f"{HERE}v1/ihminen/"))

    def test_a_help_form_that_is_not_in_use_leads_to_humans(
        self, client: Client, publish: Publish, responder: User, county: County
    ) -> None:
        raw = deepcopy(small())
        raw["nodes"]["o_chat"] = {"type": "outcome", "kind": "help_form", "form": "pyyda_apua", "text": in_all("Kirjoita meille.")}
        publish(raw)
        page = words(client.get(f"{HERE}v1/", {"p": "en_tieda"}))
        assert "v1/chat/yleinen/" in page
        Link.objects.create(county=county, key="pyyda_apua", name_fi="Pyydä apua", url_fi="https://alue.test/apua")
        page = words(client.get(f"{HERE}v1/", {"p": "en_tieda"}))
        assert 'href="https://alue.test/apua"' in page

    def test_a_link_to_another_path_goes_on_with_what_was_answered(self, client: Client, publish: Publish, responder: User) -> None:
        publish(small(slug="toinen", title=in_all("Toinen")))
        raw = deepcopy(small())
        raw["nodes"]["o_self"] = {"type": "outcome", "kind": "path_link", "path": "toinen", "text": in_all("Jatketaan.")}
        publish(raw)
        url = give(client, "lyhyt", p="ei.jatka")
        (onward,) = re.findall(r'href="(/fi/apuri/toinen/[^"]*)"', words(client.get(url)))
        onward = onward.replace("&amp;", "&")
        page = words(client.get(onward))
        assert 'name="e" value="kuume.v1.ei.jatka.lyhyt"' in page
        answered = client.get("/fi/apuri/toinen/v1/vastaus/", {**state(onward), "vastaus": "en_tieda"}, **PERSON)["Location"]
        page = words(client.get(answered))
        assert "Kuume" in page
        session = PathSession.objects.get()
        assert (session.first.path.slug, session.version.path.slug, session.outcome) == ("kuume", "toinen", "chat_handover")
        shown = client.get(answered.replace("/v1/?", "/v1/chat/yleinen/?"))
        assert [title for title, _pairs in shown.context["told"]] == ["Kuume", "Toinen"]

    def test_it_can_be_kept_and_sent_without_her_session(self, client: Client, version: PathVersion) -> None:
        url = give(client, "lyhyt", p="ei.jatka")
        page = words(client.get(url))
        (shared,) = re.findall(r'data-copy="([^"]*)"', page)
        assert shared.endswith("/fi/apuri/kuume/v1/?p=ei.jatka.lyhyt")
        assert 'href="mailto:?' in page


class TestHandingOver:
    @pytest.fixture
    def at_chat(self, version: PathVersion, responder: User) -> str:
        return f"{HERE}v1/chat/yleinen/"

    def test_the_answers_are_shown_before_and_travel_to_the_responder(
        self, client: Client, at_chat: str, signed_in: Any, responder: User
    ) -> None:
        session = state(give(client, "en_tieda"))["s"]
        address = f"{at_chat}?p=en_tieda&s={session}"
        page = client.get(address).content.decode()
        assert "Vastauksesi siirtyvät mukanasi" in page
        assert f'action="{address.replace("&", "&amp;")}"' in page
        done = client.post(address, {"token": str(uuid4()), "body": "Kuumetta on 38."})
        conversation = Conversation.objects.get()
        assert done["Location"] == reverse("chat:conversation", args=[conversation.public_id])
        assert (conversation.entry_channel, conversation.entry_page) == ("bot", f"{HERE}v1/")
        assert conversation.topic is not None
        assert conversation.topic.key == "neuvonta"
        walked = PathSession.objects.get(public_id=session)
        assert walked.conversation == conversation
        assert walked.handed_over_at is not None
        claim_conversation(by=acting(responder), conversation=conversation.public_id, now=timezone.now())
        console = signed_in(responder).get(reverse("chat:console_conversation", args=[conversation.public_id])).content.decode()
        assert "Onko hätä? → En tiedä" in console
        assert "is-preface" in console
        assert "Onko hätä? → En tiedä" in client.get(done["Location"]).content.decode(), "she sees what was told of her"

    def test_the_guide_is_silent_while_a_human_talks(self, client: Client, at_chat: str, responder: User) -> None:
        session = state(give(client, "en_tieda"))["s"]
        client.post(f"{at_chat}?p=en_tieda&s={session}", {"token": str(uuid4())})
        page = client.get(f"{HERE}v1/", {"s": session}).content.decode()
        assert "Olet chatin jonossa" in page
        claim_conversation(by=acting(responder), conversation=Conversation.objects.get().public_id, now=timezone.now())
        page = client.get(f"{HERE}v1/", {"s": session}).content.decode()
        assert "Keskustelet nyt ihmisen kanssa" in page
        assert 'name="vastaus"' not in page
        refused = client.get(f"{HERE}v1/vastaus/", {"s": session, "vastaus": "ei"}, **PERSON)
        assert refused.status_code != 302

    def test_from_the_first_question_too(self, client: Client, at_chat: str) -> None:
        assert client.post(at_chat, {"token": str(uuid4())}).status_code == 302
        assert PathSession.objects.get().conversation == Conversation.objects.get()
        assert "Sote-apuri: Kuume" in Event.objects.get(kind="notice").body

    def test_who_has_a_conversation_takes_the_answers_to_it(self, client: Client, at_chat: str) -> None:
        client.post(at_chat, {"token": str(uuid4())})
        page = client.get(f"{at_chat}?p=en_tieda").content.decode()
        assert "Vie vastaukset keskusteluuni" in page
        client.post(f"{at_chat}?p=en_tieda", {"token": str(uuid4())})
        assert Conversation.objects.count() == 1
        assert Event.objects.filter(kind="notice").count() == 2

    def test_a_queue_that_this_place_does_not_name_is_not_there(self, client: Client, at_chat: str, second_queue: Queue) -> None:
        Queue.objects.filter(pk=second_queue.pk).update(key="muu")
        assert client.get(f"{HERE}v1/chat/muu/?p=en_tieda").status_code == 404

    def test_hidden_words_in_the_address_reach_nobody(self, client: Client, at_chat: str) -> None:
        client.post(f"{at_chat}?p=<b>&e=kuume.v1.x", {"token": str(uuid4())})
        assert "<b>" not in Event.objects.get(kind="notice").body


class TestFeedback:
    def test_an_answer_and_words_without_a_cookie(self, version: PathVersion) -> None:
        client = Client(enforce_csrf_checks=True)
        url = give(client, "lyhyt", p="ei.jatka")
        token = str(uuid4())
        address = url.replace("/v1/?", "/v1/palaute/?")
        page = words(client.post(address, {"token": token, "helped": "partly"}))
        assert "Kiitos palautteesta" in page
        assert token in page
        page = words(client.post(address, {"token": token, "words": "Puuttui ohje, tunnus 131052-308T"}))
        assert "<textarea" not in page
        row = PathFeedback.objects.get()
        assert (row.helped, row.node, row.session) == ("partly", "o_self", PathSession.objects.get())
        assert "131052-308T" not in row.words

    def test_words_of_any_step_are_kept_by_its_version(self, client: Client, version: PathVersion) -> None:
        """S003-27: the form stands at a question too, and what is said there belongs to that step of that version."""
        page = words(client.get(f"{HERE}v1/?p=ei.jatka"))
        address = re.search(r'<form class="nlg-words" method="post" action="([^"]+)"', page)
        assert address is not None
        said = {"token": str(uuid4()), "words": "En ymmärrä kysymystä"}
        assert client.post(address[1].replace("&amp;", "&"), said, **PERSON).status_code == 200
        row = PathFeedback.objects.get()
        assert (row.version, row.node, row.helped, row.words) == (version, "q2", "", "En ymmärrä kysymystä")

    def test_what_is_refused_stays_in_the_form(self, client: Client, version: PathVersion, settings: Any) -> None:
        settings.CHAT_STARTS_PER_HOUR = 0
        response = client.post(f"{HERE}v1/palaute/", {"words": "Hyvä ohje"})
        assert response.status_code == 429
        assert "Hyvä ohje</textarea>" in response.content.decode()
        settings.CHAT_STARTS_PER_HOUR = 100
        response = client.post(f"{HERE}v1/palaute/", {"words": "a" * 2001})
        assert response.status_code == 422
        assert "aaa</textarea>" in response.content.decode()
        assert not PathFeedback.objects.exists()


class TestAtNight:
    """“never a dead end”: a closed chat offers its hours, its form and its phones, and the people who answer now."""

    @pytest.fixture
    def closed(self, version: PathVersion, queue: Queue, main_user: User, service: Service) -> Queue:
        Queue.objects.filter(pk=queue.pk).update(
            schedule=Schedule.objects.create(county=service.county, key="kiinni", name="Kiinni")
        )
        return queue

    def test_the_form_of_a_closed_chats_service_is_offered(
        self, client: Client, closed: Queue, main_user: User, service: Service, responder: User
    ) -> None:
        address = reverse("chat:help_ask", args=[service.key])
        assert address not in words(client.get(f"{HERE}v1/", {"p": "en_tieda"}))
        form = make_help_form(by=acting(main_user), service=service)
        publish_help_form(by=acting(main_user), form=form, now=timezone.now())
        assert words(client.get(f"{HERE}v1/", {"p": "en_tieda"})).count(f'href="{address}"') == 1
        assert f'href="{address}"' in words(client.get(f"{HERE}v1/ihminen/"))

    def test_who_answers_now_is_offered_and_the_answers_go_along(
        self, client: Client, closed: Queue, second_queue: Queue, second_responder: User, responder: User
    ) -> None:
        Queue.objects.filter(pk=second_queue.pk).update(key="muu")
        page = words(client.get(f"{HERE}v1/ihminen/", {"p": "ei.jatka"}))
        (address,) = set(re.findall(r'href="([^"]*v1/chat/muu/[^"]*)"', page))
        assert page.index("Ikääntyneiden palvelujen chat") < page.index("Neuvolan chat"), "her own service first"
        start = client.get(address.replace("&amp;", "&"), **PERSON).content.decode()
        assert "Neuvolan chat" in start
        assert "Onko hätä?" in start

    def test_a_queue_of_the_same_key_in_another_service_is_reached_with_the_answers(
        self, client: Client, closed: Queue, second_queue: Queue, second_responder: User
    ) -> None:
        assert second_queue.key == closed.key
        page = words(client.get(f"{HERE}v1/ihminen/", {"p": "ei.jatka"}))
        (address,) = set(re.findall(rf'href="([^"]*v1/chat/{second_queue.service.key}\.{closed.key}/[^"]*)"', page))
        start = client.get(address.replace("&amp;", "&"), **PERSON).content.decode()
        assert "Neuvolan chat" in start
        assert "Onko hätä?" in start

    def test_a_line_that_residents_may_not_join_is_no_way(
        self, client: Client, closed: Queue, second_queue: Queue, second_responder: User
    ) -> None:
        Queue.objects.filter(pk=second_queue.pk).update(key="muu", is_entry=False)
        assert "Neuvolan chat" not in words(client.get(f"{HERE}v1/ihminen/"))
        assert client.get(f"{HERE}v1/chat/muu/", **PERSON).status_code == 404

    def test_while_her_own_chat_is_open_nothing_else_is_pushed(
        self, client: Client, version: PathVersion, second_queue: Queue, second_responder: User, responder: User
    ) -> None:
        Queue.objects.filter(pk=second_queue.pk).update(key="muu")
        assert "Neuvolan chat" not in words(client.get(f"{HERE}v1/ihminen/"))


class TestPagesThatLeadHere:
    def test_a_closed_chat_leads_here_and_it_is_noted(self, client: Client, version: PathVersion, service: Service) -> None:
        Override.objects.create(county=service.county, kind=OverrideKind.CLOSE, starts_at=timezone.now() - timedelta(hours=1))
        door = reverse("chat:elsewhere", args=[service.key, "apuri"])
        assert door in client.get(reverse("chat:start", args=[service.key]), **PERSON).content.decode()
        assert client.get(door, **PERSON)["Location"] == "/fi/apuri/"
        assert Attempt.objects.get().went_to == WentTo.GUIDE

    def test_at_half_past_three_the_same_address_offers_the_guide_and_the_form(
        self, client: Client, version: PathVersion, service: Service, queue: Queue, responder: User, main_user: User
    ) -> None:
        """S001-47, S003-2: at night the chat's own address tells when it opens, and both ways that are there at any hour."""
        day, night = (datetime(2027, 1, 10, *at, tzinfo=HELSINKI) for at in ((10, 0), (3, 30)))  # a Sunday
        publish_help_form(by=acting(main_user), form=make_help_form(by=acting(main_user), service=service), now=night)
        WeeklyInterval.objects.filter(schedule=queue.schedule).update(opens=time(8), closes=time(15))
        address, guide, form = (reverse("chat:start", args=[service.key]), *self.ways(service, "apuri", "lomake"))
        with time_machine.travel(night, tick=False):
            hosts.forget()
            page = client.get(address, **PERSON).content.decode()
            assert "Chat aukeaa klo 8" in page and "<textarea" not in page
            assert guide in page and form in page
            assert client.get(client.get(guide, **PERSON)["Location"]).status_code == 200
            sent = client.get(client.get(form, **PERSON)["Location"])
            assert "<textarea" in sent.content.decode()
            assert give(client, "kylla").startswith(HERE)
        with time_machine.travel(day, tick=False):
            hosts.forget()
            page = client.get(address, **PERSON).content.decode()
            assert "<textarea" in page and guide not in page

    @staticmethod
    def ways(service: Service, *to: str) -> list[str]:
        return [reverse("chat:elsewhere", args=[service.key, each]) for each in to]

    def test_each_page_says_which_comes_first(self, client: Client, version: PathVersion, service: Service, county: County) -> None:
        page = client.get("/fi/palvelu/ikaantyneet/").content.decode()
        assert page.index("nl-start-now") < page.index(f"{HERE}?t=service:ikaantyneet")
        Service.objects.filter(pk=service.pk).update(guide_first=True)
        hosts.forget()
        page = client.get("/fi/palvelu/ikaantyneet/").content.decode()
        assert page.index("nl-start-now") > page.index(f"{HERE}?t=service:ikaantyneet")
        assert reverse("chat:start", args=["ikaantyneet"]) in page, "the human is there all the same"

    def test_a_service_that_no_path_leads_to_shows_none(self, client: Client, version: PathVersion, county: County) -> None:
        make_service(county, "muu", "Muu", "Annan", "Other")
        assert "nl-guide" not in client.get("/fi/palvelu/muu/").content.decode()

    def test_the_guide_has_its_own_name_in_the_county(self, client: Client, version: PathVersion, county: County) -> None:
        assert "Olen Sote-apuri, automaattinen neuvoja" in words(client.get(HERE))
        County.objects.filter(pk=county.pk).update(guide_name_fi="Kokeen apuri", guide_first=True, accent_colour="#7a1f5c")
        hosts.forget()
        step = words(client.get(HERE))
        assert "Olen Kokeen apuri, automaattinen neuvoja" in step
        look = re.search(r'href="(/brand/koe-[0-9a-f]{10}\.css)"', step)
        assert look is not None and "#7a1f5c" in client.get(look[1]).content.decode(), "in the county's own colours (S003-1)"
        page = client.get("/fi/").content.decode()
        assert page.index(f"{HERE}?t=front") < page.index('id="services"')


@pytest.mark.parametrize("document", starter_paths(), ids=lambda document: document.slug)
def test_each_starter_path_is_walked_to_every_outcome(document: Any) -> None:
    """Its own scenarios, and some way to each of its outcomes."""
    for walk in document.walks:
        route = follow(document, walk.answers)
        assert route is not None
        assert (route.key, route.ends) == (walk.outcome, True)
    ends: set[str] = set()
    trails: list[tuple[str, ...]] = [()]
    seen: set[str] = set()
    while trails:
        route = follow(document, trails.pop(0))
        assert route is not None, as_text(())
        if isinstance(route.node, Outcome):
            ends.add(route.key)
        elif route.key not in seen:
            seen.add(route.key)
            trails += [(*route.answers, answer) for answer, _to in route.node.ways()]
    assert ends == {key for key, _node in document.outcomes()}
