"""Shared quick replies as a table: CSV, XLSX and YAML, taken in whole or not at all by the operations of the replies.

One's own replies are no part of it. An imported text waits for approval; a row that says what stands changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import tablib
import yaml
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from handbook.choices import ReplyScope
from handbook.models import QuickReply
from handbook.operations import change_reply, create_reply, retire_reply
from services.resources.base import SOURCE, OperatedResource
from services.resources.files import MOST_BYTES, MOST_ROWS


class ReplyTable(OperatedResource):
    """Quick replies. Who approved and how often they were used is no part of a file."""

    columns = (
        "scope",
        "queue",
        "shortcut",
        "category",
        "tags",
        "title_fi",
        "title_sv",
        "title_en",
        "text_fi",
        "text_sv",
        "text_en",
        "audience",
        "protected",
        "phones_differ",
        "valid_from",
        "valid_until",
        "review_date",
        "note",
    )
    many = ("services",)

    class Meta(OperatedResource.Meta):
        model = QuickReply

    def get_queryset(self) -> models.QuerySet[Any]:
        """Shared replies in use that the person may read."""
        rows: models.QuerySet[Any] = super().get_queryset()
        return rows.exclude(scope=ReplyScope.PERSONAL).filter(retired_at__isnull=True).order_by("key")

    def import_instance(self, instance: models.Model, row: Any, **kwargs: Any) -> None:
        """One's own reply is made by herself, never by a file."""
        super().import_instance(instance, row, **kwargs)
        if isinstance(instance, QuickReply) and instance.scope == ReplyScope.PERSONAL:
            raise ValidationError({"scope": ValidationError(_("A file has only shared replies."), code="personal")})

    def save_instance(self, instance: models.Model, is_create: bool, row: Any, **kwargs: Any) -> None:
        """The operations of the pages make or change the reply."""
        assert isinstance(instance, QuickReply)
        services = self.beside(instance).get("services")
        with self._named_refusals(instance):
            if is_create:
                create_reply(by=self.by, reply=instance, services=services or [], now=timezone.now(), source=SOURCE)
                return
            values: Mapping[str, Any] = {
                name: getattr(instance, name)
                for name, field in self.fields.items()
                if name not in (*self.many, "county", "key") and field.column_name in row
            }
            stored = QuickReply.objects.get(pk=instance.pk)
            change_reply(
                by=self.by,
                reply=stored,
                values=values,
                services=services,
                version=None,
                now=timezone.now(),
                approve=stored.protected and stored.is_approved,
                source=SOURCE,
            )

    def delete_instance(self, instance: models.Model, row: Any, **kwargs: Any) -> None:
        """A deleted row is taken out of use, and can be brought back."""
        assert isinstance(instance, QuickReply)
        with self._named_refusals(instance):
            try:
                retire_reply(by=self.by, reply=instance, version=None, now=timezone.now(), source=SOURCE)
            except ObjectDoesNotExist as error:
                raise ValidationError(_("You may not change this row."), code="permission") from error


def write_yaml(dataset: tablib.Dataset) -> bytes:
    """The table as YAML, one reply after another, every cell a text."""
    rows = [dict(zip(dataset.headers, (str(cell) for cell in row), strict=True)) for row in dataset]
    return yaml.safe_dump({"quick_replies": rows}, allow_unicode=True, sort_keys=False, width=1000).encode()


def read_yaml(content: bytes) -> tablib.Dataset:
    """The table of a YAML file; one that is none is refused in words."""
    if len(content) > MOST_BYTES:
        raise ValidationError(_("The file is larger than one megabyte. Import it in parts."), code="too_large")
    try:
        found = yaml.safe_load(content.decode("utf-8-sig"))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise ValidationError(_("The file is not proper YAML in UTF-8."), code="yaml") from error
    rows = found.get("quick_replies") if isinstance(found, dict) else None
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise ValidationError(_("The file has no list “quick_replies”."), code="no_rows")
    if len(rows) > MOST_ROWS:
        raise ValidationError(
            _("The file has more than %(most)s rows. Import it in parts."), code="too_many", params={"most": MOST_ROWS}
        )
    headers = list(dict.fromkeys(str(name) for row in rows for name in row))
    dataset = tablib.Dataset(headers=headers)
    for row in rows:
        dataset.append([_cell(row.get(name)) for name in headers])
    return dataset


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return "" if value is None else str(value)
