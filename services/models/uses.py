"""Where a contact point or link is used: rows written downward by whoever publishes a text that names it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from services.models.base import ScopedQuerySet
from services.models.county import ContactPoint, County, Link


class Use(models.Model):
    """One place where a contact point or a link is used."""

    county = models.ForeignKey(County, on_delete=models.CASCADE, related_name="+")
    contact_point = models.ForeignKey(ContactPoint, on_delete=models.CASCADE, null=True, related_name="uses")
    link = models.ForeignKey(Link, on_delete=models.CASCADE, null=True, related_name="uses")
    entry = models.CharField(max_length=120, help_text="who published it, for example service:ikaantyneet")
    label = models.CharField(max_length=160)
    url = models.CharField(max_length=300, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("use")
        verbose_name_plural = _("uses")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(contact_point__isnull=False, link__isnull=True)
                | models.Q(contact_point__isnull=True, link__isnull=False),
                name="use_of_one_thing",
            )
        ]

    def __str__(self) -> str:
        return self.label
