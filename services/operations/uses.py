"""Where a contact point or a link is used: written downward by whoever publishes a text that names it."""

from __future__ import annotations

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from services.models import ContactPoint, County, Link
from services.operations.rules import write_uses


def replace_uses(
    *,
    county: County,
    entry: str,
    label: str,
    url: str = "",
    phones: Collection[str] = (),
    links: Collection[str] = (),
    things: Collection[str] = (),
) -> None:
    """The text `entry` of the county uses exactly the named contact points and links; an unknown key is refused.

    `things`: what else it names, as kind:key; whoever publishes has seen that they are there.

    Called by the operation that publishes the text, inside its transaction and after its own permission check.
    """
    with transaction.atomic():
        points = list(ContactPoint.objects.filter(county=county, key__in=phones))
        found = list(Link.objects.filter(county=county, key__in=links))
        unknown = (set(phones) - {point.key for point in points}) | (set(links) - {link.key for link in found})
        if unknown:
            raise ValidationError(
                _("There is no contact point or link “%(key)s”."), code="unknown_key", params={"key": ", ".join(sorted(unknown))}
            )
        write_uses(entry=entry, county_id=county.pk, label=label, points=points, links=found, things=things, url=url)
