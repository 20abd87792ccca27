"""What surrounds every page: the county's brand, languages, emergency numbers, notices in force, offices.

Facts are read only when a template asks for them, and shared by the requests of a couple of seconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse, translate_url
from django.utils import timezone
from django.utils.translation import get_language

from accounts.actors import Staff
from chat.views.guard import OpenOne, open_ones
from config import brand
from guidance.models import Path
from handbook.choices import ChapterAudience
from handbook.models import Chapter
from reports.views.alerts import Alerts, open_alerts
from services.choices import Audience, ServiceStatus, SurveyKind
from services.memory import remembered
from services.models import ContactPoint, County, Disruption, Office, Service, Survey
from services.models.county import HELPLINE_KEY

PRODUCT = "Neuvoluukku"
LANGUAGE_NAMES = (("fi", "Suomi"), ("sv", "Svenska"), ("en", "English"))
DIGITAL_SUPPORT_KEY = "digital_support_phone"
TEXT_SIZE_COOKIE = "tekstikoko"
TEXT_SIZE_PARAMETER = "teksti"
LARGE = "iso"
NORMAL = "normaali"
SURROUNDINGS_SECONDS = 2.0
PUBLIC_STATUSES = (ServiceStatus.OPEN, ServiceStatus.PAUSED)


@dataclass(frozen=True, slots=True)
class LanguageLink:
    """The same page in one language."""

    code: str
    name: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Facts of a county that stand around its pages."""

    contacts: Mapping[str, ContactPoint] = field(default_factory=dict)
    switchboard: ContactPoint | None = None
    offices: Sequence[Office] = ()
    disruptions: Sequence[Disruption] = ()
    surveys: Sequence[Survey] = ()


class Frame:
    """The surroundings of one request's page."""

    product = PRODUCT

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.county = county_of(request)

    @cached_property
    def brand_css(self) -> str:
        """Address of the county's stylesheet, or nothing for the default colours."""
        if self.county is None:
            return ""
        return reverse("brand", args=[self.county.slug, brand.digest(self.county.accent_colour)])

    @cached_property
    def is_large(self) -> bool:
        """Large text: by the address, else as this browser was last told (S001-18)."""
        asked = self.request.GET.get(TEXT_SIZE_PARAMETER)
        return (asked or self.request.COOKIES.get(TEXT_SIZE_COOKIE)) == LARGE

    @cached_property
    def text_size_url(self) -> str:
        """Where the other text size is chosen; the person comes back to this page."""
        size = NORMAL if self.is_large else LARGE
        return f"{reverse('text_size')}?{urlencode({'koko': size, 'sivu': self.request.get_full_path()})}"

    @cached_property
    def languages(self) -> list[LanguageLink]:
        """This page in each language (domain 5.7: Swedish is never behind a menu)."""
        current, path, query = get_language(), self.request.path, self.request.META.get("QUERY_STRING", "")
        links = []
        for code, name in LANGUAGE_NAMES:
            url = translate_url(path, code)
            if url == path and code != current:
                url = f"/{code}/"
            elif query and self.request.method == "GET":
                url = f"{url}?{query}"
            links.append(LanguageLink(code, name, url, code == current))
        return links

    @cached_property
    def surroundings(self) -> Surroundings:
        """The county's facts around the page, at most some seconds old."""
        if self.county is None:
            return Surroundings()
        county = self.county
        return remembered(county, "surroundings", SURROUNDINGS_SECONDS, lambda: _read(county), ahead=True)

    @property
    def has_guide(self) -> bool:
        """The county has published its guide to the chat for residents: asked by the pages that lead there."""
        if (county := self.county) is None:
            return False
        guides = Chapter.objects.published().filter(county=county, audience=ChapterAudience.RESIDENTS)
        return remembered(county, "guide", SURROUNDINGS_SECONDS, guides.exists, ahead=True)

    @property
    def has_paths(self) -> bool:
        """The automatic guide has something to ask in the county: asked by the pages of a chat that is closed or slow."""
        if (county := self.county) is None:
            return False
        paths = Path.objects.published().filter(county=county)
        return remembered(county, "has-paths", SURROUNDINGS_SECONDS, paths.exists, ahead=True)

    @cached_property
    def growth(self) -> Alerts | None:
        """Services to which more comes than was expected, of those that she supervises: asked by the supervisor's board."""
        actor = getattr(self.request, "actor", None)
        if self.county is None or not isinstance(actor, Staff):
            return None
        return open_alerts(actor, self.county)

    @cached_property
    def going_on(self) -> list[OpenOne]:
        """What this browser's resident has open in the county: the public pages lead back to it. No query without her cookie."""
        return open_ones(self.request, self.county) if self.county is not None else []

    def contact_by_id(self, pk: int | None) -> ContactPoint | None:
        """The same by its row, for a service's own support contacts."""
        return next((contact for contact in self.surroundings.contacts.values() if contact.pk == pk), None)

    def contact(self, key: str) -> ContactPoint | None:
        """A public contact point of the county that has a number or an address."""
        return self.surroundings.contacts.get(key)

    @property
    def helpline(self) -> ContactPoint:
        """The Medical Helpline: the county's own entry, else the number that is the same everywhere in the country."""
        return self.contact(HELPLINE_KEY) or ContactPoint.national_helpline()

    @property
    def digital_support(self) -> ContactPoint | None:
        """Help in using digital services."""
        return self.contact(DIGITAL_SUPPORT_KEY)

    @property
    def switchboard(self) -> ContactPoint | None:
        """The county's switchboard."""
        return self.surroundings.switchboard

    @property
    def offices(self) -> Sequence[Office]:
        """The county's offices, for the foot of every page (S004-16)."""
        return self.surroundings.offices

    @cached_property
    def disruptions(self) -> list[Disruption]:
        """Notices in force that concern the county or a public service of it (S001-31)."""
        now = timezone.now()
        notices = self.surroundings.disruptions
        return [notice for notice in notices if notice.starts_at <= now and (notice.ends_at is None or now < notice.ends_at)]

    @cached_property
    def surveys(self) -> list[Survey]:
        """Surveys that residents can answer today."""
        return [each for each in self.surroundings.surveys if each.is_open(timezone.localdate())]

    @property
    def county_surveys(self) -> list[Survey]:
        """Those of the whole county, or of a service that has no page yet: the front page leads to them (S002-31)."""
        return [each for each in self.surveys if each.service is None or each.service.status not in PUBLIC_STATUSES]

    def surveys_of(self, service: Service) -> list[Survey]:
        """Those of one service: its page leads to them."""
        return [each for each in self.surveys if each.service_id == service.pk]

    @cached_property
    def county_disruptions(self) -> list[Disruption]:
        """Notices in force for the whole county."""
        return [notice for notice in self.disruptions if service_of(notice) is None]

    def disruptions_of(self, service: Service) -> list[Disruption]:
        """Notices in force for one service or a queue of it."""
        return [notice for notice in self.disruptions if service_of(notice) == service]


def _read(county: County) -> Surroundings:
    contacts = [contact for contact in ContactPoint.objects.filter(county=county, audience=Audience.PUBLIC) if contact.value]
    of_public_service = Q(service__status__in=PUBLIC_STATUSES, service__is_test=False)
    of_public_queue = Q(queue__service__status__in=PUBLIC_STATUSES, queue__service__is_test=False)
    county_wide = Q(service__isnull=True, queue__isnull=True)
    soon = timezone.now() + timedelta(seconds=SURROUNDINGS_SECONDS)
    disruptions = (
        Disruption.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=timezone.now()), starts_at__lte=soon, county=county)
        .filter(county_wide | of_public_service | of_public_queue)
        .select_related("service", "queue__service")
    )
    surveys = Survey.objects.filter(county=county, kind=SurveyKind.PUBLIC).open_on(timezone.localdate()).select_related("service")
    return Surroundings(
        contacts={contact.key: contact for contact in contacts},
        switchboard=next((contact for contact in contacts if contact.pk == county.switchboard_id), None),
        offices=list(Office.objects.filter(county=county)),
        disruptions=list(disruptions),
        surveys=[each for each in surveys if each.service is None or not each.service.is_test],
    )


def county_of(request: HttpRequest) -> County | None:
    """The county that the request's host name means."""
    return getattr(request, "county", None)


def service_of(notice: Disruption) -> Service | None:
    """The service that a notice concerns, if it does not concern the whole county."""
    return notice.service or (notice.queue.service if notice.queue else None)


def mark_of(notices: Sequence[Disruption]) -> str:
    """A mark of these notices as they read now."""
    return "-".join(f"{notice.pk}.{notice.version}" for notice in notices)
