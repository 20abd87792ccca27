"""A county, its places, and the contact points and links that its texts name."""

from __future__ import annotations

import re
import uuid
from datetime import date
from typing import Any, Self
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.models import StoredFile
from services.choices import Audience, ContactKind, CostSplit, LinkCategory, PriceClass
from services.models.base import ScopedQuerySet, Versioned, label, one_key_per_county, scoped, supervised_by
from services.models.colours import validate_accent
from services.models.schedules import Schedule

LANGUAGE_CODES = ("fi", "sv", "en")
HELPLINE_KEY = "paivystysapu_116117"


HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
OFFICIAL = re.compile(r"fi|sv")
PHONE = re.compile(r"\+?[0-9][0-9 ()-]{1,24}")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def _names(field: str, value: object, pattern: re.Pattern[str]) -> list[str]:
    """A list of names, each once and in lower case; anything else is refused."""
    if not isinstance(value, list) or not all(isinstance(each, str) and pattern.fullmatch(each.strip().lower()) for each in value):
        raise ValidationError(
            {
                field: ValidationError(
                    _("Write a list of names, for example %(example)s."),
                    code="list",
                    params={"example": '["fi", "sv"]' if pattern is OFFICIAL else '["chat.alue.fi"]'},
                )
            }
        )
    return list(dict.fromkeys(each.strip().lower() for each in value))


class County(Versioned):
    """A wellbeing services county, or the City of Helsinki (S004-1, S004-16)."""

    code = models.CharField(_("code"), max_length=10, unique=True, validators=[RegexValidator(r"^[a-z0-9-]+$")])
    slug = models.SlugField(_("address name"), unique=True)
    name = models.CharField(_("name"), max_length=100)
    brand_name = models.CharField(_("brand name"), max_length=60, blank=True, help_text=_("Empty: the county's name."))
    guide_name = models.CharField(_("name of the automatic guide"), max_length=40, blank=True, help_text=_("Empty: Sote-apuri."))
    guide_first = models.BooleanField(
        _("the front page offers the automatic guide first"),
        default=False,
        help_text=_("Otherwise the chats stand first. Both are always there."),
    )
    accent_colour = models.CharField(
        _("accent colour"), max_length=7, default="#00508f", validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$"), validate_accent]
    )
    hosts = models.JSONField(_("host names"), default=list, blank=True, help_text=_('A list, for example ["chat.alue.fi"].'))
    official_languages = models.JSONField(_("official languages"), default=list, help_text=_('["fi"] or ["fi", "sv"].'))
    population = models.PositiveIntegerField(_("population"), null=True, blank=True)
    switchboard = models.ForeignKey(
        "ContactPoint", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("switchboard")
    )
    registry_email = models.EmailField(_("registry e-mail"), blank=True)
    website = models.URLField(_("website"), blank=True)
    embed_hosts = models.JSONField(
        _("sites that may show whether a chat is open"),
        default=list,
        blank=True,
        help_text=_("Host names of the county’s other sites. The service’s page here gives what to paste on them."),
    )
    allowed_domains = models.JSONField(_("domains that links may lead to"), default=list, blank=True)
    survey_words_months = models.PositiveSmallIntegerField(
        _("own words of surveys are kept (months)"),
        default=12,
        validators=[MinValueValidator(1), MaxValueValidator(36)],
        help_text=_("Counted from the closing of the survey; then they are erased. A year lets the yearly review read them once."),
    )
    cost_split = models.CharField(
        _("costs that several services share"),
        max_length=10,
        choices=CostSplit.choices,
        default=CostSplit.NOT,
        help_text=_("The choice is told beside the cost of a contact (M31)."),
    )
    privacy_notice = models.TextField(_("privacy notice"), blank=True)
    is_demo = models.BooleanField(_("demonstration county"), default=False)
    is_active = models.BooleanField(_("in use"), default=False)

    objects = scoped("code").as_manager()

    class Meta:
        verbose_name = _("county")
        verbose_name_plural = _("counties")
        ordering = ["code"]

    def __str__(self) -> str:
        return label(self, "name")

    def clean(self) -> None:
        """Host names, languages and domains are lists of what they say."""
        super().clean()
        self.hosts = _names("hosts", self.hosts, HOST)
        self.embed_hosts = _names("embed_hosts", self.embed_hosts, HOST)
        self.allowed_domains = _names("allowed_domains", self.allowed_domains, HOST)
        self.official_languages = _names("official_languages", self.official_languages, OFFICIAL)
        if "fi" not in self.official_languages:
            raise ValidationError({"official_languages": ValidationError(_("Finnish is always one of them."), code="languages")})
        taken = County.objects.exclude(pk=self.pk).filter(is_active=True)
        if doubled := {host for other in taken for host in other.hosts} & set(self.hosts):
            raise ValidationError(
                {
                    "hosts": ValidationError(
                        _("Another county uses %(host)s."), code="host_taken", params={"host": ", ".join(sorted(doubled))}
                    )
                }
            )

    def embeds_at(self, origin: str) -> bool:
        """A page of this origin may show the state of a chat: a host of the list, by https outside of trials (S001-20)."""
        try:
            parts = urlsplit(origin)
            host = (parts.hostname or "").lower()
        except ValueError:
            return False
        return host in self.embed_hosts and parts.scheme in ({"https"} if settings.PRODUCTION else {"https", "http"})

    def allows(self, url: str) -> bool:
        """Links may lead to the allowed domains, their subdomains and the county's own site, by http or https."""
        try:
            parts = urlsplit(url)
            host = (parts.hostname or "").lower()
        except ValueError:
            return False
        own = urlsplit(self.website).hostname or ""
        domains = {*self.allowed_domains, own.removeprefix("www.")} - {""}
        return parts.scheme in ("http", "https") and any(host == each or host.endswith(f".{each}") for each in domains)

    @property
    def is_bilingual(self) -> bool:
        """Swedish texts are then mandatory (domain 5.7)."""
        return "sv" in self.official_languages


class Municipality(models.Model):
    """A municipality by its three-digit code; an ended one keeps its row (domain 5.16)."""

    code = models.CharField(_("code"), max_length=3, validators=[RegexValidator(r"^\d{3}$")])
    name = models.CharField(_("name"), max_length=80)
    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="municipalities", verbose_name=_("county"))
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    successor = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("successor"))
    residents = models.PositiveIntegerField(
        _("residents"),
        null=True,
        blank=True,
        help_text=_("By the latest official figures. Contacts by municipality are divided by it (M25)."),
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("municipality")
        verbose_name_plural = _("municipalities")
        ordering = ["name_fi"]
        constraints = [models.UniqueConstraint(fields=["county", "code"], name="municipality_once_per_county")]

    def __str__(self) -> str:
        return label(self, "name")


class Office(Versioned):
    """One of the county's offices, shown at the foot of every public page (S004-16). A digital unit has no address (S004-19)."""

    county = models.ForeignKey(County, on_delete=models.CASCADE, related_name="offices", verbose_name=_("county"))
    key = models.SlugField(_("key"))
    name = models.CharField(_("name"), max_length=100)
    street = models.CharField(_("street address"), max_length=100, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=5, blank=True)
    town = models.CharField(_("town"), max_length=60, blank=True)
    is_digital = models.BooleanField(_("digital unit without an address"), default=False)
    order = models.PositiveSmallIntegerField(_("order"), default=10)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("office")
        verbose_name_plural = _("offices")
        ordering = ["order", "key"]
        constraints = [one_key_per_county("office")]

    def __str__(self) -> str:
        return label(self, "name")


class ContactPoint(Versioned):
    """A phone number or address with its hours; texts name it as {{phone:KEY}} (domain 5.15)."""

    county = models.ForeignKey(County, on_delete=models.CASCADE, related_name="contact_points", verbose_name=_("county"))
    key = models.SlugField(_("key"), help_text=_("Texts name it as {{phone:KEY}}."))
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=ContactKind.choices, default=ContactKind.PHONE)
    audience = models.CharField(_("who may see it"), max_length=10, choices=Audience.choices, default=Audience.PUBLIC)
    name = models.CharField(_("name"), max_length=120)
    value = models.CharField(
        _("number or address"),
        max_length=200,
        blank=True,
        help_text=_("Kept and shown as it is typed. While it is empty, nothing that uses it can be published."),
    )
    price = models.CharField(_("price class"), max_length=10, choices=PriceClass.choices, blank=True)
    schedule = models.ForeignKey(Schedule, on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("hours"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    review_date = models.DateField(_("review date"), null=True, blank=True)
    needs_check = models.BooleanField(_("must be checked before use"), default=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact point")
        verbose_name_plural = _("contact points")
        ordering = ["key"]
        constraints = [one_key_per_county("contact_point")]

    def __str__(self) -> str:
        return f"{label(self, 'name')} ({self.value})" if self.value else label(self, "name")

    @classmethod
    def national_helpline(cls) -> ContactPoint:
        """The Medical Helpline as it is everywhere in the country, for a county that has not set it; it is never stored."""
        names = {"name_fi": "Päivystysapu", "name_sv": "Jourhjälpen", "name_en": "Medical Helpline"}
        return cls(key=HELPLINE_KEY, kind=ContactKind.PHONE, value="116117", **names)

    def clean(self) -> None:
        """A phone number has digits, an e-mail address is one, a web address leads where the county allows."""
        super().clean()
        value = self.value.strip()
        wrong = {
            ContactKind.PHONE: _("Write a phone number, for example 044 123 4567."),
            ContactKind.EMAIL: _("Write an e-mail address."),
            ContactKind.WEB: _("Write a web address of a domain that the county allows."),
        }
        right = {
            ContactKind.PHONE: bool(PHONE.fullmatch(value)),
            ContactKind.EMAIL: bool(EMAIL.fullmatch(value)),
            ContactKind.WEB: not hasattr(self, "county") or self.county.allows(value),
        }
        if value and not right.get(ContactKind(self.kind), True):
            raise ValidationError({"value": ValidationError(wrong[ContactKind(self.kind)], code="value")})

    @property
    def dialled(self) -> str:
        """The value for a `tel:` address: digits and a leading plus only."""
        return "".join(ch for ch in self.value if ch.isdigit() or ch == "+")


class LinkQuerySet(ScopedQuerySet):
    """Questions about links."""

    def materials(self) -> Self:
        """Those of the materials library."""
        return self.exclude(category="")

    def editable_by(self, actor: Actor) -> Self:
        """Those of the main user's county; the materials of a service by its supervisor too (S001-36)."""
        hers = ~Q(category="") & supervised_by(actor)
        return self.filter(Q(pk__in=super().editable_by(actor).values("pk")) | hers)


class Link(Versioned):
    """A web address that texts and responders may give, to a domain that the county allows; checked nightly.

    With a category it is a material of the library: of a service or of the whole county, with who keeps it and until when it holds.
    A material may be a file of the portal's own in place of an address: it is for the staff only (S001-36).
    """

    county = models.ForeignKey(County, on_delete=models.CASCADE, related_name="links", verbose_name=_("county"))
    key = models.SlugField(_("key"))
    audience = models.CharField(_("who may see it"), max_length=10, choices=Audience.choices, default=Audience.PUBLIC)
    name = models.CharField(_("name"), max_length=120)
    url = models.URLField(_("address"), max_length=500, blank=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("file"))
    note = models.CharField(_("what it is"), max_length=200, blank=True)
    category = models.CharField(
        _("kind of material"),
        max_length=12,
        choices=LinkCategory.choices,
        blank=True,
        help_text=_("With a kind the link stands in the materials library of the staff."),
    )
    service = models.ForeignKey(
        "services.Service", on_delete=models.SET_NULL, null=True, blank=True, related_name="materials", verbose_name=_("service")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("kept by")
    )
    review_date = models.DateField(_("review date"), null=True, blank=True)
    checked_at = models.DateTimeField(_("last checked"), null=True, blank=True, editable=False)
    check_result = models.CharField(_("result of the check"), max_length=60, blank=True, editable=False)
    fails = models.PositiveSmallIntegerField(_("failed checks in a row"), default=0, editable=False)

    objects = LinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        ordering = ["key"]
        constraints = [one_key_per_county("link")]

    @property
    def is_material(self) -> bool:
        """It stands in the materials library."""
        return bool(self.category)

    def is_due(self, today: date) -> bool:
        """Nobody has looked it through in time."""
        return self.review_date is not None and self.review_date < today

    def clean(self) -> None:
        """A link leads only to a domain that the county allows, in each of its languages; or it is a file, for the staff alone."""
        super().clean()
        errors = {}
        row: Any = self
        if self.file_id is None and not row.url_fi:
            errors["url_fi"] = ValidationError(_("Give an address."), code="required")
        elif self.file_id is not None and any(getattr(self, f"url_{code}") for code in LANGUAGE_CODES):
            errors["url_fi"] = ValidationError(_("A material is a file or an address, not both."), code="both")
        if self.file_id is not None and (self.audience != Audience.INTERNAL or not self.category):
            errors["audience"] = ValidationError(_("A file is for professionals only."), code="file_internal")
        for language in LANGUAGE_CODES:
            url = getattr(self, f"url_{language}") or ""
            if url and hasattr(self, "county") and not self.county.allows(url):
                errors[f"url_{language}"] = ValidationError(
                    _("The county does not allow links to this domain. Its list of domains is in the county's settings."),
                    code="domain_not_allowed",
                )
        if errors:
            raise ValidationError(errors)

    def __str__(self) -> str:
        return label(self, "name")
