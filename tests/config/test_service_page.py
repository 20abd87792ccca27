"""A service's page: the sixteen points of domain 5.2, its easy version, poster and short address."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from xml.etree import ElementTree as ET

import pytest
import time_machine
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.actors import Resident, Staff
from accounts.models import User
from chat.operations import claim_conversation, start_conversation
from chat.residents import cookie_value
from services import hosts
from services.choices import Audience, Identification, ServiceStatus
from services.models import (
    Channel,
    ContactPoint,
    County,
    ExceptionDay,
    Holiday,
    Link,
    Mailbox,
    Queue,
    Redirect,
    ResponderGroup,
    Schedule,
    Service,
)
from tests.config.conftest import answered, fill_page
from tests.conftest import make_queue

MONDAY_NOON = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
PATH = "/fi/palvelu/ikaantyneet/"


@pytest.fixture
def office_queue(portal: County, service: Service, weekdays: Schedule, group: ResponderGroup) -> Queue:
    """The service with a full page, open on weekdays and answered."""
    fill_page(service)
    return answered(make_queue(service, weekdays, group))


def words(client: Client, path: str = PATH, at: datetime = MONDAY_NOON) -> str:
    """The page as one line of text, without its tags."""
    with time_machine.travel(at, tick=False):
        hosts.forget()
        answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split()).replace(" .", ".").replace(" ,", ",")


def test_all_sixteen_points_are_told(client: Client, office_queue: Queue) -> None:
    page = words(client)
    points = {
        1: "Ikääntyneiden palvelujen chat",
        2: "Asiakasohjaaja vastaa.",
        3: "Omaishoito",
        4: "Äkillinen sairaus Vaihde 015 000 100",
        5: "Avoinna nyt, sulkeutuu klo 15",
        6: "Ei aluksi. Tunnistaudut vain, jos hoidamme sinun omia asioitasi.",
        7: "Huoltaja asioi alle 12-vuotiaan puolesta.",
        8: "Vastaamme 5 minuutissa.",
        9: "Chat on maksuton.",
        10: "Päivystysapuun 116 117",
        11: "Asiakasohjaus 044 000 0000",
        12: "Älä kirjoita chattiin henkilötunnusta, jos et ole tunnistautunut.",
        13: "Keskustelu säilytetään 90 päivää. Tietosuojaseloste",
        14: "Kielet suomi, ruotsi ja englanti",
        15: "Digituki auttaa sinua: 015 000 200",
        16: "Se toimii myös ilman JavaScriptiä.",
    }
    assert [number for number, told in points.items() if told not in page] == []
    assert "Ei jonoa" in page
    assert "Sosiaalihuoltolaki (1301/2014)" in page
    assert "Koko alue" in page
    assert "Vanha alue" not in page


def test_the_email_comes_with_a_warning(client: Client, office_queue: Queue) -> None:
    assert "neuvonta@alue.test Älä kirjoita sähköpostiin terveystietoja tai henkilötunnusta." in words(client)


def mailbox_of(queue: Queue, address: str = "chat@alue.test", **more: object) -> Mailbox:
    return Mailbox.objects.create(queue=queue, is_on=True, address=address, imap_host="localhost", smtp_host="localhost", **more)


def test_the_services_own_mailbox_tells_its_address_its_promise_and_what_not_to_write(client: Client, office_queue: Queue) -> None:
    mailbox_of(office_queue, promise_days=2)
    page = words(client)
    assert "Kirjoita palveluun chat@alue.test Saat vastauksen 2 arkipäivän kuluessa." in page
    own = page[page.index("Kirjoita palveluun") :][:400]
    assert "Älä kirjoita sähköpostiin terveystietoja tai henkilötunnusta." in own
    assert "Sähköpostia turvallisempi:" in own
    assert 'href="mailto:chat@alue.test"' in client.get(PATH).content.decode()


def test_an_address_that_is_the_mailboxs_stands_there_once(client: Client, office_queue: Queue) -> None:
    mailbox_of(office_queue, "neuvonta@alue.test")
    assert client.get(PATH).content.decode().count("mailto:neuvonta@alue.test") == 1


@pytest.mark.parametrize("how", ["off", "other service"])
def test_a_mailbox_that_nobody_fetches_from_is_not_told(client: Client, office_queue: Queue, second_queue: Queue, how: str) -> None:
    mailbox_of(second_queue if how == "other service" else office_queue)
    if how == "off":
        Mailbox.objects.update(is_on=False)
    assert "chat@alue.test" not in client.get(PATH).content.decode()


def test_each_law_leads_to_its_text_and_the_page_tells_for_whom_it_is(client: Client, office_queue: Queue) -> None:
    page = client.get(PATH).content.decode()
    assert '<a href="https://laki.alue.test/1301" rel="external">Sosiaalihuoltolaki (1301/2014)</a>' in page
    assert "Kenelle Kaikille asukkaille" in words(client)


def test_each_other_channel_has_its_hours_beside_it(client: Client, office_queue: Queue, weekdays: Schedule) -> None:
    contact = ContactPoint.objects.create(
        county=office_queue.service.county, key="soittoaika", name_fi="Soittoaika", value="015 000 300", schedule=weekdays
    )
    Channel.objects.create(service=office_queue.service, medium="phone", contact_point=contact, order=30)
    page = words(client)
    assert "Soittoaika 015 000 300 ma–to 8–15, pe 8–14.30" in page
    assert "neuvonta@alue.test" in page, "and there are two ways at least"


def test_the_page_and_the_chat_bear_one_name(client: Client, office_queue: Queue) -> None:
    page = client.get(PATH).content.decode()
    assert "<title>Ikääntyneiden palvelujen chat – " in page
    by = Resident(key=uuid4())
    row = start_conversation(by=by, service=office_queue.service, token=uuid4(), now=MONDAY_NOON)
    client.cookies["resident"] = cookie_value(by)
    with time_machine.travel(MONDAY_NOON, tick=False):
        chat = client.get(f"/fi/keskustelu/{row.public_id}/").content.decode()
    assert "<title>Ikääntyneiden palvelujen chat – " in chat
    assert '<h1><span data-part="service">Ikääntyneiden palvelujen chat</span>' in chat


def test_the_foot_stands_on_every_public_page_and_the_emergency_words_in_the_chat_too(client: Client, office_queue: Queue) -> None:
    by = Resident(key=uuid4())
    row = start_conversation(by=by, service=office_queue.service, token=uuid4(), now=MONDAY_NOON)
    client.cookies["resident"] = cookie_value(by)
    public = ("", "haku/", "palvelu/ikaantyneet/", "saavutettavuus/", "tietosuoja/", "ei-ole/")
    chat = ("palvelu/ikaantyneet/chat/", f"keskustelu/{row.public_id}/")
    with time_machine.travel(MONDAY_NOON, tick=False):
        for path in (*public, *chat):
            page = client.get(f"/fi/{path}").content.decode()
            told = " ".join(re.sub(r"<[^>]+>", "", page).split())
            assert "Hätätilanteessa soita 112. Kiireellisessä terveysasiassa soita ennen päivystykseen lähtöä" in told, path
            if path in public:
                for contact in ("Rantakatu 1", "Palvelee verkossa", "015 000 100", "kirjaamo@alue.test", "https://www.alue.test/"):
                    assert contact in page, path


@pytest.mark.parametrize(
    ("choice", "told"),
    [
        (Identification.NEVER, "Ei. Sinun ei tarvitse tunnistautua."),
        (Identification.START, "Kyllä. Tunnistaudut ennen kuin chat alkaa."),
    ],
)
def test_the_rule_of_identification(client: Client, office_queue: Queue, choice: str, told: str) -> None:
    Service.objects.update(identification=choice)
    assert told in words(client)


def test_the_week_with_today_a_holiday_and_an_exception(client: Client, office_queue: Queue) -> None:
    county = office_queue.service.county
    ExceptionDay.objects.create(
        county=county, schedule=office_queue.schedule, date=date(2026, 11, 24), opens="08:00", closes="12:00", reason_fi="Koulutus"
    )
    Holiday.objects.create(county=county, date=date(2026, 12, 24), name_fi="Jouluaatto")
    Holiday.objects.create(county=county, date=date(2026, 12, 6), name_fi="Itsenäisyyspäivä")
    page = words(client)
    assert "maanantai 23.11. tänään 8–15" in page
    assert "tiistai 24.11. 8–12 Koulutus" in page
    assert "perjantai 27.11. 8–14.30" in page
    assert "lauantai 28.11. suljettu" in page
    assert "to 24.12. suljettu, Jouluaatto" in page
    assert "Itsenäisyyspäivä" not in page, "it is a Sunday, closed anyway"


def test_when_closed_it_tells_what_to_do_with_numbers_to_call(client: Client, office_queue: Queue) -> None:
    with time_machine.travel(datetime(2026, 11, 22, 10, 0, tzinfo=UTC), tick=False):
        hosts.forget()
        page = client.get(PATH).content.decode()
    assert "Suljettu, avautuu huomenna klo 8" in page
    assert 'Soita <a class="nl-phone" href="tel:116117">116 117</a>, jos asia on kiireellinen.' in page
    assert "{{" not in page


def test_texts_are_escaped(client: Client, office_queue: Queue) -> None:
    Service.objects.update(off_hours_text_fi="<script>alert(1)</script> {{phone:ei_ole}}", handles_fi="<b>x</b>")
    with time_machine.travel(datetime(2026, 11, 22, 10, 0, tzinfo=UTC), tick=False):
        hosts.forget()
        page = client.get(PATH).content.decode()
    assert "<script" not in page.replace('<script type="module" src="/static/portal/notices.js"></script>', "")
    assert "&lt;script&gt;" in page
    assert "<b>x</b>" not in page


def test_where_to_go_instead(client: Client, office_queue: Queue, second_service: Service) -> None:
    service, county = office_queue.service, office_queue.service.county
    link = Link.objects.create(county=county, key="omaolo", name_fi="Oirearvio", url_fi="https://oirearvio.alue.test/")
    inner = Link.objects.create(
        county=county, key="intra", name_fi="Sisäinen ohje", url_fi="https://intra.alue.test/", audience=Audience.INTERNAL
    )
    Redirect.objects.create(service=service, matter_fi="Raskaus", to_service=second_service)
    Redirect.objects.create(service=service, matter_fi="Oire", to_link=link)
    Redirect.objects.create(service=service, matter_fi="Salainen", to_link=inner)
    page = client.get(PATH).content.decode()
    assert 'href="/fi/palvelu/neuvola/"' in page
    assert 'href="https://oirearvio.alue.test/"' in page
    assert "Salainen" in page
    assert "intra.alue.test" not in page
    Service.objects.filter(pk=second_service.pk).update(status=ServiceStatus.CLOSED)
    hosts.forget()
    assert 'href="/fi/palvelu/neuvola/"' not in client.get(PATH).content.decode()


def test_a_contact_of_professionals_is_not_shown(client: Client, office_queue: Queue) -> None:
    inner = ContactPoint.objects.create(
        county=office_queue.service.county, key="takalinja", name_fi="Takalinja", value="015 999", audience=Audience.INTERNAL
    )
    Channel.objects.create(service=office_queue.service, medium="phone", contact_point=inner)
    assert "015 999" not in words(client)


def test_an_odd_web_address_is_no_link(client: Client, office_queue: Queue) -> None:
    odd = ContactPoint.objects.create(
        county=office_queue.service.county, key="outo", kind="web", name_fi="Outo", value="javascript:alert(1)"
    )
    Channel.objects.create(service=office_queue.service, medium="web", contact_point=odd)
    assert 'href="javascript:' not in client.get(PATH).content.decode()


def test_easy_language_and_back(client: Client, office_queue: Queue) -> None:
    assert "Selkokielellä" in words(client)
    easy = words(client, PATH + "?selko=1")
    assert "Kysy meiltä." in easy
    assert "Näytä koko sivu" in easy
    assert "Mitä voit kysyä" not in easy
    Service.objects.update(easy_text_fi="")
    hosts.forget()
    assert "Selkokielellä" not in words(client, PATH + "?selko=1")


def test_easy_language_in_another_language_is_marked(client: Client, office_queue: Queue) -> None:
    page = client.get("/sv/palvelu/ikaantyneet/?selko=1").content.decode()
    assert 'lang="fi"' in page[page.index("nl-easy") :]


def test_a_pilot_is_marked_while_it_lasts(client: Client, office_queue: Queue) -> None:
    Service.objects.update(pilot_starts=date(2026, 11, 1), pilot_ends=date(2026, 11, 30))
    page = words(client)
    assert "kokeilu" in page
    assert "Kokeilu kestää 30.11. asti." in page
    assert "kokeilu" not in words(client, at=datetime(2026, 12, 1, 10, 0, tzinfo=UTC)).casefold()


def test_large_text_without_javascript(client: Client, office_queue: Queue) -> None:
    page = client.get(PATH).content.decode()
    link = re.search(r'class="nl-text-size" href="([^"]+)"', page)
    assert link
    answer = client.get(link[1].replace("&amp;", "&"))
    assert answer.status_code == 302
    assert answer["Location"] == f"{PATH}?teksti=iso"
    assert 'class="nl-large"' in client.get(PATH).content.decode(), "the cookie remembers"
    assert 'class="nl-large"' in Client().get(PATH + "?teksti=iso").content.decode(), "the address is enough without a cookie"
    client.get("/fi/tekstikoko/?koko=normaali&sivu=/fi/")
    assert 'class="nl-large"' not in client.get(PATH).content.decode()


@pytest.mark.parametrize("page", ["https://paha.example/", "//paha.example/", "/\\paha.example", "javascript:alert(1)", ""])
def test_text_size_leads_nowhere_else(client: Client, portal: County, page: str) -> None:
    answer = client.get("/fi/tekstikoko/", {"koko": "iso", "sivu": page})
    assert answer["Location"] == "/fi/?teksti=iso"


@pytest.mark.parametrize("state", [{"status": ServiceStatus.DRAFT}, {"status": ServiceStatus.CLOSED}, {"is_test": True}])
@pytest.mark.parametrize("path", [PATH, PATH + "tulosta/", "/p/ikaantyneet/", "/p/ikaantyneet/qr.svg"])
def test_a_service_that_is_not_public_has_no_page(client: Client, office_queue: Queue, state: dict[str, object], path: str) -> None:
    Service.objects.update(**state)
    hosts.forget()
    assert client.get(path).status_code == 404


def test_a_service_of_another_county_has_no_page_here(client: Client, portal: County, other_queue: Queue) -> None:
    assert client.get(PATH).status_code == 404
    assert client.get(PATH, headers={"host": "toinen.test"}).status_code == 200


@pytest.mark.parametrize(("asked", "language"), [("sv-FI,sv;q=0.9", "sv"), ("en-GB", "en"), ("de", "fi"), ("", "fi")])
def test_the_short_address_leads_by_the_browsers_language(client: Client, office_queue: Queue, asked: str, language: str) -> None:
    answer = client.get("/p/ikaantyneet/", headers={"accept-language": asked})
    assert answer.status_code == 302
    assert answer["Location"] == f"/{language}/palvelu/ikaantyneet/"
    assert "Accept-Language" in answer["Vary"]


def test_the_qr_code_is_an_image_and_stands_on_the_poster(client: Client, office_queue: Queue) -> None:
    answer = client.get("/p/ikaantyneet/qr.svg")
    assert answer["Content-Type"] == "image/svg+xml"
    assert ET.fromstring(answer.content).tag == "{http://www.w3.org/2000/svg}svg"
    poster = client.get(PATH + "tulosta/").content.decode()
    assert 'src="/p/ikaantyneet/qr.svg"' in poster
    assert "testserver/p/ikaantyneet" in poster
    assert "ma–to 8–15, pe 8–14.30" in poster


def test_a_language_that_nobody_answers_now_is_told(client: Client, office_queue: Queue, weekdays: Schedule) -> None:
    Queue.objects.update(languages=["fi"])
    page = words(client, "/sv/palvelu/ikaantyneet/")
    assert "Just nu får du svar på dessa språk: finska." in page


def queries(client: Client, path: str) -> int:
    """How many questions the page asks of the database."""
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


def test_queries_are_few_and_do_not_grow(
    client: Client, many_services: Callable[[int, int], list[Service]], settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.COUNTY_CACHE_SECONDS = 600.0  # on a slow machine what is remembered for a second would be read again
    monkeypatch.setattr("config.board.BOARD_SECONDS", 600.0)
    monkeypatch.setattr("config.frame.SURROUNDINGS_SECONDS", 600.0)
    first, *_ = many_services(0, 2)
    path = f"/fi/palvelu/{first.key}/"
    hosts.forget()
    cold, warm = queries(client, path), queries(client, path)
    many_services(2, 30)
    for number in range(5):
        Redirect.objects.create(service=first, matter_fi=f"Asia {number}", to_service=Service.objects.last())
        point = ContactPoint.objects.create(county=first.county, key=f"nro-{number}", name_fi="Numero", value=f"015 {number}")
        Channel.objects.create(service=first, medium="phone", contact_point=point)
    hosts.forget()
    assert (queries(client, path), queries(client, path)) == (cold, warm)
    assert warm <= 12
    assert cold <= 31


def test_the_typical_wait_of_the_last_hour_is_told_when_enough_people_make_it(
    client: Client, office_queue: Queue, responder: User
) -> None:
    def answer_one(waited: timedelta) -> None:
        asked = MONDAY_NOON - timedelta(minutes=20)
        row = start_conversation(by=Resident(key=uuid4()), service=office_queue.service, token=uuid4(), now=asked)
        claim_conversation(by=Staff(responder.pk), conversation=row.public_id, now=asked + waited)

    for minutes in (1, 4):
        answer_one(timedelta(minutes=minutes))
    assert "Viime tunnin aikana" not in words(client)
    answer_one(timedelta(minutes=3, seconds=20))
    assert "Viime tunnin aikana vastaus tuli yleensä 4 minuutissa." in words(client)
    assert "Viime tunnin aikana" not in words(client, at=MONDAY_NOON + timedelta(hours=2))
