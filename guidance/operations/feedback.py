"""“Oliko tästä apua?”: at an outcome or in words at any step, stored by version (S003-27)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor, Resident
from guidance.choices import WORDS_LIMIT, Helped
from guidance.models import PathFeedback, PathSession, PathVersion
from guidance.route import Route
from services.identity_codes import mask


@transaction.atomic
def leave_feedback(
    *,
    by: Actor,
    version: PathVersion,
    route: Route,
    token: UUID,
    now: datetime,
    helped: str = "",
    words: str = "",
    language: str = "fi",
) -> PathFeedback:
    """A resident says whether it helped, or something in her own words; identity codes are masked. Sending again with the same
    form completes what was said.

    `by` is known by the session's id; without a session it is stored all the same. Raises ValidationError (nothing, too_long).
    """
    if not isinstance(by, Resident):
        raise PermissionDenied
    if helped not in ("", *Helped.values) or not (helped or words.strip()):
        raise ValidationError(_("Choose an answer, or write something."), code="nothing")
    if len(words) > WORDS_LIMIT:
        raise ValidationError(
            _("The text is too long: at most %(most)s characters."), code="too_long", params={"most": WORDS_LIMIT}
        )
    session = PathSession.objects.filter(public_id=by.key, county=version.path.county_id).first()
    known = PathFeedback.objects.filter(token=token).first()
    if known is not None and known.version_id != version.pk:
        known, token = None, uuid4()
    row = known or PathFeedback(token=token, version=version, created_at=now, language=language, session=session, node=route.key)
    row.helped = helped or row.helped
    row.words = mask(words.strip(), language)[0] or row.words
    row.save()
    return row


__all__ = ["leave_feedback"]
