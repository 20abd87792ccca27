"""Pictures of the handbook's texts."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import StoredFile
from services.models import County
from services.models.base import ScopedQuerySet


class Picture(models.Model):
    """A picture that texts show as ![what it shows](kuva:ID)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    county = models.ForeignKey(County, on_delete=models.CASCADE, related_name="handbook_pictures", verbose_name=_("county"))
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", verbose_name=_("file"))
    added_at = models.DateTimeField(_("added"), default=timezone.now)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("picture of the handbook")
        verbose_name_plural = _("pictures of the handbook")
        ordering = ["-added_at"]

    def __str__(self) -> str:
        return self.file.name
