"""What stands beside a conversation: suggested chapters, one search over all, a chapter in place, and who may see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Resident
from accounts.models import User
from chat.choices import PresenceKind
from chat.models import Conversation
from chat.operations.presence import set_presence
from handbook.models import Chapter, ChapterVersion, QuickReply
from services.choices import Audience, LinkCategory
from services.models import County, Link, Service, Topic
from tests.conftest import acting
from tests.handbook.hostile import CORPUS, running_in

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
Talk = Callable[..., Conversation]
SignedIn = Callable[..., Client]


def words(fi: str) -> dict[str, str]:
    return {"fi": fi, "sv": f"på svenska {fi}", "en": f"in English {fi}"}


def chapter(county: County, key: str, title: str, body: str, *, order: int = 10, service: Service | None = None) -> ChapterVersion:
    row, _ = Chapter.objects.get_or_create(county=county, key=key, defaults={"order": order})
    return ChapterVersion.objects.create(
        chapter=row,
        service=service,
        number=1,
        state="published",
        published_at=timezone.now(),
        title=words(title),
        body=words(body),
    )


@pytest.fixture
def book(county: County, service: Service, second_service: Service) -> None:
    chapter(county, "security", "Tietoturva", "Älä kirjoita henkilötunnusta. Katso [vinkit](luku:tips).")
    chapter(county, "tips", "Vinkkejä", "Kirjoita lyhyesti.\n\n## Neuvonta\n\nNeuvonta alkaa kuuntelemisesta.", order=20)
    chapter(county, "tips", "Ikääntyneiden oma osio", "Kysy aina muistista.", service=service)
    chapter(county, "tips", "Toisen palvelun osio", "Ei tänne.", service=second_service)
    draft = chapter(county, "draft", "Keskeneräinen", "Luonnos.", order=30)
    ChapterVersion.objects.filter(pk=draft.pk).update(state="draft", published_at=None)


@pytest.fixture
def row(conversation_of: Talk, resident: Resident, responder: User) -> Conversation:
    made = conversation_of(resident, responder, body="Salaisuus")
    made.topic = Topic.objects.get(service=made.service, key="neuvonta")
    made.save()
    return made


def door(row: Conversation, **query: str) -> tuple[str, dict[str, str]]:
    return reverse("chat:console_directory", args=[row.public_id]), {"osa": "1", **query}


def test_the_services_own_section_is_on_top_and_others_are_not_there(
    book: None, row: Conversation, responder: User, signed_in: SignedIn
) -> None:
    page = signed_in(responder).get(*door(row)).content.decode()
    assert page.index("Ikääntyneiden oma osio") < page.index("Ehdotuksia jonon ja aiheen mukaan") < page.index("Tietoturva")
    assert "Toisen palvelun osio" not in page and "Keskeneräinen" not in page and "Salaisuus" not in page


def test_one_search_over_chapters_directory_and_materials(
    book: None, row: Conversation, county: County, responder: User, signed_in: SignedIn
) -> None:
    Link.objects.create(
        county=county,
        key="opas",
        category=LinkCategory.VIDEO,
        audience=Audience.INTERNAL,
        name_fi="Neuvonnan video",
        url_fi="https://alue.test/v",
    )
    client = signed_in(responder)
    page = client.get(*door(row, q="neuvontaan")).content.decode()
    assert "Vinkkejä" in page and "Neuvonnan video" in page and "https://alue.test/v" in page
    assert 'value="opas"' not in page  # internal: it is not sent to a resident
    Link.objects.filter(key="opas").update(audience=Audience.PUBLIC)
    assert 'value="opas"' in client.get(*door(row, q="neuvontaan")).content.decode()
    assert "Mitään ei löytynyt" in client.get(*door(row, q="xqzwv")).content.decode()


def test_colleagues_on_duty_are_named(
    book: None,
    row: Conversation,
    responder: User,
    colleague: User,
    county: County,
    signed_in: SignedIn,
    django_assert_max_num_queries: Any,
) -> None:
    client = signed_in(responder)
    url, query = door(row)
    assert "Kukaan työkaveri ei ota nyt keskusteluja." in client.get(url, query).content.decode()
    set_presence(by=acting(colleague), county=county, kind=PresenceKind.AVAILABLE, now=timezone.now())
    with django_assert_max_num_queries(45):
        page = client.get(url, query).content.decode()
    assert f"<li>{colleague.shown_name}</li>" in page


def test_each_card_has_an_id_of_its_own(row: Conversation, service: Service, responder: User, signed_in: SignedIn) -> None:
    page = signed_in(responder).get(*door(row, q="asiakasohjaus ikääntyneet")).content.decode()
    tokens = [part.split('"')[0] for part in page.split('name="client_id" value="')[1:]]
    assert len(tokens) > 1 and len(set(tokens)) == len(tokens)


def test_a_chapter_is_read_in_place(book: None, row: Conversation, responder: User, signed_in: SignedIn) -> None:
    page = signed_in(responder).get(*door(row, luku="tips")).content.decode()
    assert page.index("Kysy aina muistista") < page.index("Kirjoita lyhyesti")
    assert "Ei tänne" not in page
    assert "/fi/kasikirja/luku/tips/?palvelu=" in page
    assert "<html" not in page


def test_hostile_texts_stay_words_in_the_console(row: Conversation, county: County, responder: User, signed_in: SignedIn) -> None:
    """The whole corpus as a chapter and as quick replies, past the rules of writing: side panel, search, list of replies."""
    texts = [each.replace("\x00", "").replace("\x01", "") for each in CORPUS]
    assert len(texts) >= 200
    version = chapter(county, "tips", texts[0], "\n\n".join(texts))
    ChapterVersion.objects.filter(pk=version.pk).update(purpose=words(texts[7]))
    now = timezone.now()
    QuickReply.objects.bulk_create(
        QuickReply(county=county, key=f"r{n}", shortcut=f"/r{n}", title_fi=each[:80] or "x", text_fi=each, approved_at=now)
        for n, each in enumerate(texts)
    )
    client = signed_in(responder)
    for query in ({}, {"luku": "tips"}, {"q": "alert"}):
        assert not running_in(client.get(*door(row, **query)).content.decode()), query
    page = client.get(reverse("chat:console_replies", args=[row.public_id]), {"q": "alert"}).content.decode()
    assert "alert" in page and not running_in(page[page.index("<main") : page.index("</main>")])


def test_a_chapters_live_part_is_read_in_place_too(
    book: None, row: Conversation, county: County, service: Service, responder: User, signed_in: SignedIn
) -> None:
    Service.objects.filter(pk=service.pk).update(promise_fi="Vastaamme viidessä minuutissa.", greeting_fi="Hei, olen Maija.")
    chapter(county, "local_agreements", "Paikalliset sopimukset", "Näin on sovittu.", order=40)
    client = signed_in(responder)
    page = client.get(*door(row, luku="local_agreements")).content.decode()
    told = ("Nyt portaalissa", str(service), "Hei, olen Maija.", "Vastaamme viidessä minuutissa.", str(row.queue.name_fi))
    assert all(words in page for words in told)
    assert page.index("Nyt portaalissa") < page.index("Näin on sovittu.")
    assert "<h4>Nyt portaalissa" in page and "<h2" not in page, "its headings stand under the chapter's own"
    assert "Nyt portaalissa" not in client.get(*door(row, luku="tips")).content.decode()
    whole = client.get("/fi/kasikirja/luku/local_agreements/").content.decode()
    assert "<h2>Nyt portaalissa" in whole


@pytest.mark.parametrize("key", ["draft", "none", "../x"])
def test_a_chapter_that_is_not_published_is_none(
    key: str, book: None, row: Conversation, responder: User, signed_in: SignedIn
) -> None:
    assert signed_in(responder).get(*door(row, luku=key)).status_code == 404


def test_without_scripts_it_is_a_page(book: None, row: Conversation, responder: User, signed_in: SignedIn) -> None:
    page = signed_in(responder).get(reverse("chat:console_directory", args=[row.public_id])).content.decode()
    assert "<html" in page and 'role="search"' in page and "Ikääntyneiden oma osio" in page
    desk = signed_in(responder).get(reverse("chat:console_beside")).content.decode()
    assert "Tietoturva" in desk and "Lähetä keskusteluun" not in desk


@pytest.mark.parametrize(("language", "title"), [("sv", "på svenska Tietoturva"), ("en", "in English Tietoturva")])
def test_in_the_language_of_the_page(
    language: str, title: str, book: None, row: Conversation, responder: User, signed_in: SignedIn
) -> None:
    assert title in signed_in(responder).get(f"/{language}/vastaaja/{row.public_id}/hakemisto/?osa=1").content.decode()


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("colleague", 200),
        ("supervisor", 200),
        ("second_responder", 404),
        ("outsider", 403),
        ("former", 403),
        ("main_user", 403),
    ],
)
def test_who_may_see_it(
    name: str, status: int, book: None, row: Conversation, signed_in: SignedIn, request: pytest.FixtureRequest
) -> None:
    client = signed_in(request.getfixturevalue(name))
    for query in ({}, {"q": "neuvonta"}, {"luku": "tips"}):
        answer = client.get(*door(row, **query))
        assert answer.status_code == status, query
        assert "Lähetä keskusteluun" not in answer.content.decode()  # only who has the conversation sends


def test_signed_out(row: Conversation) -> None:
    assert Client().get(*door(row)).status_code == 302


def test_the_console_itself_costs_nothing_more(
    book: None, row: Conversation, responder: User, signed_in: SignedIn, django_assert_max_num_queries: Any
) -> None:
    """The panel is read when it is opened, and then in a fixed number of queries."""
    client = signed_in(responder)
    client.get(reverse("chat:console"))
    with django_assert_max_num_queries(100) as console:
        page = client.get(reverse("chat:console_conversation", args=[row.public_id]))
    assert not any("handbook_chapter" in each["sql"] or "services_link" in each["sql"] for each in console.captured_queries)
    assert "<console-beside" in page.content.decode()
    Link.objects.create(county=row.county, key="first", category="other", name_fi="Neuvonta", url_fi="https://alue.test/")
    chapter(row.county, "local_agreements", "Paikalliset sopimukset", "Näin on sovittu.", order=40)
    for query in ({}, {"q": "neuvonta"}, {"luku": "tips"}, {"luku": "local_agreements"}):
        name = "".join(query.values())
        client.get(*door(row, **query))
        with django_assert_max_num_queries(40) as few:
            client.get(*door(row, **query))
        cost = len(few.captured_queries)
        for n in range(5):
            chapter(row.county, f"uusi-{n}-{name}", "Uusi luku", "Neuvonta.")
            Link.objects.create(
                county=row.county, key=f"l-{n}{name}", category="other", name_fi="Neuvonta", url_fi="https://alue.test/"
            )
        client.get(*door(row, **query))  # what is new is read into the index once
        with django_assert_max_num_queries(cost):
            client.get(*door(row, **query))
