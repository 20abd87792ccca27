"""The directory beside a conversation: found by inflected words, sent as a card, and internal entries never to a resident."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Resident
from accounts.models import User
from chat.models import Conversation, Event
from chat.operations.cards import send_card
from handbook.directory import find_entries
from services.choices import Audience, ContactKind, LinkCategory, Medium, PriceClass
from services.models import Channel, ContactPoint, County, HelpForm, Link, Office, Schedule, Service
from services.operations import make_help_form, publish_help_form
from tests.conftest import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
Talk = Callable[..., Conversation]


@pytest.fixture
def inside(county: County) -> ContactPoint:
    return ContactPoint.objects.create(
        county=county,
        key="kotiutus",
        name_fi="Kotiutustiimi",
        name_sv="Hemförlovningsteamet",
        value="044 999 9999",
        note_fi="arkisin",
        audience=Audience.INTERNAL,
    )


def send(row: Conversation, by: User, kind: str, entry: object) -> str:
    send_card(by=acting(by), conversation=row.public_id, kind=kind, entry=str(entry), token=uuid4(), now=timezone.now())
    return str(Event.objects.filter(conversation=row, kind="message").order_by("seq").last().body)


def test_found_by_inflected_words(county: County, service: Service, inside: ContactPoint, other_county: County) -> None:
    assert [each.row for each in find_entries(county, "kotiutustiimin", language="fi")] == [inside]
    assert find_entries(county, "ikääntyneistä", language="fi")[0].row == service
    assert find_entries(county, "hemförlovningsteamets", language="sv")[0].row == inside
    assert not find_entries(other_county, "kotiutustiimi", language="fi")


def test_a_card_is_in_the_language_of_the_conversation(
    county: County, service: Service, conversation_of: Talk, resident: Resident, responder: User
) -> None:
    row = conversation_of(resident, responder)
    Conversation.objects.filter(pk=row.pk).update(language="sv")
    point = ContactPoint.objects.get(key="asiakasohjaus")
    assert send(row, responder, "point", point.public_id) == "Klienthandledning: 044 000 0000 (lokalnäts- eller mobilsamtalsavgift)"
    words = send(row, responder, "service", service.public_id)
    assert words.splitlines()[:2] == ["Chatt för äldreservice", "Du får råd och handledning."]
    assert words.splitlines()[2:] == ["Klienthandledning: 044 000 0000 (lokalnäts- eller mobilsamtalsavgift)"]
    link = Link.objects.create(county=county, key="ohje", name_fi="Ohje", url_fi="https://alue.test/ohje")
    assert send(row, responder, "link", link.key) == "Ohje: https://alue.test/ohje"


def test_an_internal_entry_goes_to_a_professional_only(
    inside: ContactPoint, conversation_of: Talk, resident: Resident, responder: User, area_professional: User
) -> None:
    row = conversation_of(resident, responder)
    with pytest.raises(ValidationError) as refused:
        send(row, responder, "point", inside.public_id)
    assert refused.value.code == "internal_entry"
    assert not Event.objects.filter(conversation=row, kind="message", body__contains="044 999").exists()
    Conversation.objects.filter(pk=row.pk).update(professional=area_professional)
    assert send(row, responder, "point", inside.public_id) == "Kotiutustiimi: 044 999 9999 (arkisin)"


def test_a_unit_is_an_entry_and_a_number_tells_its_hours_and_price(
    county: County, conversation_of: Talk, resident: Resident, responder: User, signed_in: Callable[..., Client]
) -> None:
    row = conversation_of(resident, responder)
    unit = Office.objects.create(
        county=county, key="mallila", name_fi="Mallilan asema", street_fi="Tie 1", postal_code="00002", town_fi="Mallila"
    )
    Office.objects.create(county=county, key="digi", name_fi="Digikeskus", is_digital=True)
    assert [each.row for each in find_entries(county, "mallilassa", language="fi")] == [unit]
    assert send(row, responder, "office", "mallila") == "Mallilan asema: Tie 1, 00002 Mallila"
    assert not find_entries(county, "digikeskus", language="fi")  # nobody can go there
    place = ContactPoint.objects.create(
        county=county, key="asema", kind=ContactKind.VISIT, name_fi="Mallilan asema", value="Tie 1, 00002 Mallila"
    )
    assert [each.row for each in find_entries(county, "mallilassa", language="fi")] == [place]  # kept once, shown once
    never = Schedule.objects.create(county=county, key="iltahoidon", name="Iltaisin")
    point = ContactPoint.objects.create(
        county=county, key="ilta", name_fi="Iltahoito", value="044 1", price=PriceClass.FREE, note_fi="kysy", schedule=never
    )
    assert send(row, responder, "point", point.public_id) == "Iltahoito: 044 1 (kysy; maksuton)"
    page = signed_in(responder).get(reverse("chat:console_directory", args=[row.public_id]), {"q": "iltahoito"}).content.decode()
    assert "Tänään: suljettu" in page


def test_a_municipalitys_own_service_is_found(county: County, conversation_of: Talk, resident: Resident, responder: User) -> None:
    """What municipalities and organisations do stands in the directory as contact points and links, beside the county's own."""
    row = conversation_of(resident, responder)
    town = ContactPoint.objects.create(
        county=county, key="liikunta", name_fi="Esimerkkilän kaupunki: liikuntaneuvonta", value="044 777 7777"
    )
    assert [each.row for each in find_entries(county, "kaupungin liikuntaneuvonnasta", language="fi")][:1] == [town]
    assert send(row, responder, "point", town.public_id) == "Esimerkkilän kaupunki: liikuntaneuvonta: 044 777 7777"


def test_a_professional_gets_the_whole_list_and_a_resident_does_not(
    inside: ContactPoint,
    county: County,
    conversation_of: Talk,
    resident: Resident,
    responder: User,
    area_professional: User,
    signed_in: Callable[..., Client],
) -> None:
    row, client = conversation_of(resident, responder), signed_in(responder)
    door, sending = (reverse(f"chat:console_{name}", args=[row.public_id]) for name in ("directory", "card"))
    assert "044 999 9999" not in client.get(door).content.decode()  # to a resident no list is offered
    other = ContactPoint.objects.create(
        county=county, key="osasto", name_fi="Osasto 3", value="044 888 8888", audience=Audience.INTERNAL
    )
    post = {"client_id": str(uuid4()), "kind": "list", "entry": [f"point:{each.public_id}" for each in (inside, other)]}
    client.post(sending, post)
    assert not Event.objects.filter(conversation=row, kind="message", body__contains="044 888").exists()
    Conversation.objects.filter(pk=row.pk).update(professional=area_professional)
    page = client.get(door).content.decode()
    assert "Ammattilaisten yhteystiedot" in page and "Lähetä 2 tietoa yhtenä luettelona" in page
    for _press in range(2):
        assert client.post(sending, post).status_code == 302
    sent = Event.objects.filter(conversation=row, kind="message", body__contains="044 888").get()
    assert sent.body == "Kotiutustiimi: 044 999 9999 (arkisin)\nOsasto 3: 044 888 8888"
    for entries in ([], ["point:x"], [f"point:{inside.public_id}"] * 21):
        client.post(sending, {**post, "client_id": str(uuid4()), "entry": entries})
    assert Event.objects.filter(conversation=row, kind="message", body__contains="044 ").count() == 1


def test_what_is_refused(
    inside: ContactPoint,
    county: County,
    other_service: Service,
    conversation_of: Talk,
    resident: Resident,
    responder: User,
    colleague: User,
    outsider: User,
) -> None:
    row = conversation_of(resident, responder)
    empty = ContactPoint.objects.create(county=county, key="tyhja", name_fi="Tyhjä")
    for kind, entry, code in (
        ("point", empty.public_id, "empty_entry"),
        ("point", uuid4(), "entry_gone"),
        ("point", "x", "entry_gone"),
        ("service", other_service.public_id, "entry_gone"),
        ("muu", "x", "entry_gone"),
    ):
        with pytest.raises(ValidationError) as refused:
            send(row, responder, kind, entry)
        assert refused.value.code == code
    with pytest.raises(ValidationError):
        send(row, colleague, "service", row.service.public_id)
    with pytest.raises(Conversation.DoesNotExist):
        send(row, outsider, "service", row.service.public_id)
    with pytest.raises(PermissionDenied):
        send_card(
            by=resident,
            conversation=row.public_id,
            kind="service",
            entry=str(row.service.public_id),
            token=uuid4(),
            now=timezone.now(),
        )


def test_the_page_tells_them_apart(
    inside: ContactPoint, conversation_of: Talk, resident: Resident, responder: User, signed_in: Callable[..., Client]
) -> None:
    row = conversation_of(resident, responder)
    client = signed_in(responder)
    door = reverse("chat:console_directory", args=[row.public_id])
    page = client.get(door, {"q": "kotiutustiimi"}).content.decode()
    assert "044 999 9999" in page and "Vain ammattilaisille" in page and str(inside.public_id) not in page
    found = client.get(door, {"q": "ikääntyneiden palvelut"}).content.decode()
    assert str(row.service.public_id) in found
    sent = client.post(
        reverse("chat:console_card", args=[row.public_id]),
        {"client_id": str(uuid4()), "kind": "service", "entry": str(row.service.public_id)},
    )
    assert sent.status_code == 302
    assert Event.objects.filter(conversation=row, kind="message", body__startswith="Ikääntyneiden").exists()


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("fi", "Pyydä apua -lomake (Ikääntyneiden palvelujen chat)"),
        ("sv", "Blanketten Be om hjälp (Chatt för äldreservice)"),
        ("en", "The form Ask for help (Chat for older people’s services)"),
    ],
)
def test_the_services_forms_stand_beside_the_chat_and_are_sent(
    language: str,
    name: str,
    county: County,
    service: Service,
    conversation_of: Talk,
    resident: Resident,
    responder: User,
    main_user: User,
    signed_in: Callable[..., Client],
) -> None:
    """S001-29: the help form, a channel by form, and the library's public forms; in the conversation's own language."""
    row = conversation_of(resident, responder)
    Conversation.objects.filter(pk=row.pk).update(language=language)
    client, door = signed_in(responder), f"/{language}/vastaaja/{row.public_id}/hakemisto/"
    assert reverse("chat:console_directory", args=[row.public_id]) == door.replace(f"/{language}/", "/fi/")
    assert "/kysy/" not in client.get(door).content.decode()
    publish_help_form(by=acting(main_user), form=make_help_form(by=acting(main_user), service=service), now=timezone.now())
    away = ContactPoint.objects.create(
        county=county, key="tuki", kind=ContactKind.WEB, name_fi="Tukihakemus", value="https://alue.test/tuki"
    )
    Channel.objects.create(service=service, medium=Medium.FORM, contact_point=away)
    for key, audience in (("valtakirja", Audience.PUBLIC), ("lomapyynto", Audience.INTERNAL)):
        Link.objects.create(
            county=county,
            key=key,
            category=LinkCategory.FORM,
            audience=audience,
            name_fi=key.title(),
            url_fi=f"https://alue.test/{key}",
        )
    page = client.get(door, {"osa": "1"}).content.decode()
    listed = page[page.index('id="beside-forms"') :].partition("</section>")[0]
    address = f"/{language}/palvelu/ikaantyneet/kysy/"
    assert name in listed and address in listed and "https://alue.test/tuki" in listed and "https://alue.test/valtakirja" in listed
    assert "lomapyynto" not in listed and "https://alue.test/lomapyynto" in page, "a form of the staff is a material of theirs"
    assert page.count("https://alue.test/valtakirja") == listed.count("https://alue.test/valtakirja")
    words = send(row, responder, "form", service.public_id)
    assert words.startswith(f"{name}: http") and words.endswith(address)
    assert (
        find_entries(county, {"fi": "lomaketta", "sv": "blanketten", "en": "form"}[language], language=language)[0].kind == "form"
    )
    HelpForm.objects.update(is_on=False)
    assert address not in client.get(door, {"osa": "1"}).content.decode()
    with pytest.raises(ValidationError) as refused:
        send(row, responder, "form", service.public_id)
    assert refused.value.code == "entry_gone"
