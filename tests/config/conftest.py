"""A county as its public pages show it: contacts, office, notices, and as many services as a test asks for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time

import pytest
from django.utils import timezone

from accounts.choices import Role
from services.choices import ContactKind, PriceClass
from services.choices import Medium as ChannelMedium
from services.models import (
    Channel,
    ContactPoint,
    County,
    LegalBasis,
    LifeSituation,
    Membership,
    Office,
    Queue,
    Redirect,
    Schedule,
    Service,
    ServiceArea,
    WeeklyInterval,
)
from tests.conftest import make_always_open, make_grant, make_group, make_person, make_queue, make_service

FI, SV, EN = "fi", "sv", "en"


def contact(county: County, key: str, value: str, *names: str, **fields: object) -> ContactPoint:
    """A public contact point with its names in fi, sv and en."""
    return ContactPoint.objects.create(
        county=county, key=key, value=value, name_fi=names[0], name_sv=names[1], name_en=names[2], **fields
    )


@pytest.fixture
def weekdays(county: County) -> Schedule:
    """Monday to Thursday 8–15, Friday 8–14.30; closed on holidays."""
    schedule = Schedule.objects.create(county=county, key="arki", name="Arkisin")
    for day in range(5):
        closes = time(15) if day < 4 else time(14, 30)
        WeeklyInterval.objects.create(schedule=schedule, weekday=day, opens=time(8), closes=closes)
    return schedule


@pytest.fixture
def portal(county: County, weekdays: Schedule) -> County:
    """The county with everything that stands around its pages."""
    contact(county, "paivystysapu_116117", "116 117", "Päivystysapu", "Jourhjälpen", "Medical Helpline", price=PriceClass.FREE)
    contact(county, "digital_support_phone", "015 000 200", "Digituki", "Digitalt stöd", "Digital support")
    county.switchboard = contact(county, "switchboard_phone", "015 000 100", "Vaihde", "Växel", "Switchboard", schedule=weekdays)
    county.registry_email = "kirjaamo@alue.test"
    county.website = "https://www.alue.test/"
    county.accent_colour = "#0b6b5d"
    county.save()
    Office.objects.create(
        county=county,
        key="keskus",
        name_fi="Keskus",
        name_sv="Centrum",
        street_fi="Rantakatu 1",
        postal_code="00001",
        town_fi="Järvilä",
    )
    Office.objects.create(county=county, key="digi", name_fi="Digikeskus", is_digital=True)
    return county


def answered(queue: Queue, name: str = "vastaaja") -> Queue:
    """Somebody may answer the queue now."""
    group = queue.groups.get()
    person = make_person(f"{name}-{queue.pk}")
    make_grant(person, Role.RESPONDER, county=queue.service.county, service=queue.service)
    Membership.objects.create(group=group, user=person)
    return queue


def fill_page(service: Service) -> Service:
    """Every one of the sixteen points has something to tell."""
    words = {
        "audience": "Kaikille asukkaille",
        "handles": "Kotihoito\nOmaishoito",
        "easy_text": "Kysy meiltä.",
        "promise": "Vastaamme 5 minuutissa.",
        "price_text": "Chat on maksuton.",
        "identification_text": "Yleistä neuvontaa saat ilman tunnistautumista.",
        "behalf_text": "Huoltaja asioi alle 12-vuotiaan puolesta.",
        "storage_text": "Keskustelu säilytetään 90 päivää.",
        "off_hours_text": "Soita {{phone:paivystysapu_116117}}, jos asia on kiireellinen.",
    }
    for field, value in words.items():
        setattr(service, f"{field}_fi", value)
    service.save()
    today = timezone.localdate()
    LegalBasis.objects.create(service=service, name_fi="Sosiaalihuoltolaki", number="1301/2014", url="https://laki.alue.test/1301")
    ServiceArea.objects.create(service=service, name_fi="Koko alue", starts_on=date(2023, 1, 1))
    ServiceArea.objects.create(service=service, name_fi="Vanha alue", starts_on=date(2020, 1, 1), ends_on=date(2022, 12, 31))
    assert today > date(2023, 1, 1)
    email, _ = ContactPoint.objects.get_or_create(
        county=service.county,
        key="neuvonta_email",
        defaults={"kind": ContactKind.EMAIL, "name_fi": "Neuvonnan sähköposti", "value": "neuvonta@alue.test"},
    )
    Channel.objects.create(service=service, medium=ChannelMedium.EMAIL, contact_point=email, order=20)
    Redirect.objects.create(service=service, matter_fi="Äkillinen sairaus", to_contact=service.county.switchboard)
    return service


@pytest.fixture
def many_services(portal: County, always_open: Schedule) -> Callable[[int, int], list[Service]]:
    """Open services numbered from `first` to `end` in five life situations, all answered by one group."""
    group = make_group(portal, "kaikki")
    person = make_person("yleinen")
    make_grant(person, Role.RESPONDER, county=portal)
    Membership.objects.create(group=group, user=person)

    def make(first: int, end: int) -> list[Service]:
        made = []
        for number in range(first, end):
            service = make_service(portal, f"palvelu-{number}", f"Palvelu {number}", f"Tjänst {number}", f"Service {number}")
            service.life_situation = LifeSituation.objects.get_or_create(
                county=portal, key=f"tilanne-{number % 5}", defaults={"name_fi": f"Tilanne {number % 5}"}
            )[0]
            fill_page(service)
            make_queue(service, always_open, group)
            made.append(service)
        return made

    return make


__all__ = ["answered", "contact", "fill_page", "make_always_open", "many_services", "portal", "weekdays"]
