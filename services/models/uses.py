"""Where a contact point, link, service or another named thing is used: rows written downward by whoever publishes a text."""

from __future__ import annotations

import re
from typing import Self

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from services.models.base import ScopedQuerySet
from services.models.county import ContactPoint, County, Link

ITSELF = "itself:"
IN_LANGUAGE = re.compile(r"^/(fi|sv|en)/")


class UseQuerySet(ScopedQuerySet):
    """Questions about uses."""

    def of_thing(self, kind: str, key: object, *, county: int) -> Self:
        """Where a thing that texts name by its key is used: service, chapter, picture, reply."""
        return self.filter(county=county, thing=f"{kind}:{key}").order_by("label", "pk")

    def nameable(self, kind: str, *, county: int) -> dict[str, Use]:
        """The texts of a kind that texts below may name, by their key: each published one keeps a row that names itself."""
        start = f"{ITSELF}{kind}:"
        return {row.thing.removeprefix(start): row for row in self.filter(county=county, thing__startswith=start).order_by("thing")}


class Use(models.Model):
    """One place where a contact point, a link, or a thing that is named by its key is used."""

    county = models.ForeignKey(County, on_delete=models.CASCADE, related_name="+")
    contact_point = models.ForeignKey(ContactPoint, on_delete=models.CASCADE, null=True, related_name="uses")
    link = models.ForeignKey(Link, on_delete=models.CASCADE, null=True, related_name="uses")
    thing = models.CharField(max_length=100, blank=True, help_text="named by its key, for example chapter:security")
    entry = models.CharField(max_length=120, help_text="who published it, for example service:ikaantyneet")
    label = models.CharField(max_length=160)
    url = models.CharField(max_length=300, blank=True)

    objects = UseQuerySet.as_manager()

    class Meta:
        verbose_name = _("use")
        verbose_name_plural = _("uses")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(contact_point__isnull=False, link__isnull=True, thing="")
                | models.Q(contact_point__isnull=True, link__isnull=False, thing="")
                | (models.Q(contact_point__isnull=True, link__isnull=True) & ~models.Q(thing="")),
                name="use_of_one_thing",
            )
        ]
        indexes = [models.Index(fields=["county", "thing"], name="use_of_thing")]

    def __str__(self) -> str:
        return self.label

    @property
    def address(self) -> str:
        """Its page in the language in use."""
        language = (get_language() or "fi")[:2]
        return IN_LANGUAGE.sub(f"/{language}/", self.url)
