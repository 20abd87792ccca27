"""Letters to those who may approve a path: that one waits, and where. Nothing of what the path says is in them (S003-17)."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.actors import Actor, person_of
from accounts.models import Grant, OutgoingMail, User
from accounts.operations.mail import queue_letters
from guidance.choices import AUTHOR_ROLES
from guidance.models import PathVersion
from guidance.permissions import may_write_paths
from services.hosts import address_of


def tell_approvers(*, by: Actor, version: PathVersion, returned_at: datetime | None = None, now: datetime) -> int:
    """Everybody who may approve the version gets one letter in her own language; who has written it or asked gets none.

    Asking again for the same text sends nothing more; one that came back (`returned_at`) or was written on is told of anew. Gives
    the number of letters. Raises PermissionDenied.
    """
    county = version.path.county
    if not may_write_paths(by, county=county.code):
        raise PermissionDenied
    grants = Grant.objects.valid(at=now).filter(county=county.code, role__in=AUTHOR_ROLES, service_id__isnull=True)
    wrote = {*version.writers, person_of(by)} - {None}
    people = User.objects.filter(pk__in=grants.values("user"), is_active=True).exclude(pk__in=wrote).exclude(email="")
    round_ = int(returned_at.timestamp()) if returned_at is not None else 0
    letters = []
    for user in people.order_by("pk"):
        with translation.override(user.language):
            letters.append(
                OutgoingMail(
                    key=f"path-approval:{version.public_id}:{version.version}:{round_}:{user.public_id}",
                    county=county.code,
                    to=user.email,
                    subject=_("A guidance path waits for your approval"),
                    body="\n\n".join(
                        [
                            _("A draft of a guidance path was sent for approval. Somebody else than its writer looks it through:"),
                            address_of(county, reverse("paths:path", args=[version.path.slug])) + f"?versio={version.number}",
                        ]
                    ),
                )
            )
    queue_letters(letters=letters)
    return len(letters)


__all__ = ["tell_approvers"]
