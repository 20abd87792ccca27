"""A resident walks a path: her answers as keys, and the conversation that it became (M22). No cookie and no words of hers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor, Resident
from chat.choices import State
from chat.models import Conversation
from guidance.choices import ENTRY_LIMIT
from guidance.document import Outcome, from_json
from guidance.models import PathSession, PathStep, PathVersion
from guidance.route import Route, follow


@transaction.atomic
def answer_question(
    *,
    by: Actor,
    version: PathVersion,
    answers: Sequence[str],
    answer: str,
    now: datetime,
    language: str = "fi",
    entry: str = "",
) -> Route:
    """A resident answers the question to which her answers have led; gives where she is then.

    `by` is known by the session's id, which makes the session at the first answer. `version`: as `walkable()` gives it, so that
    who began before a publishing ends in the version that she began with (S003-29). While a human is talking with her the guide
    is silent: the answer is refused. Raises ValidationError (no_answer, human_joined), PermissionDenied.
    """
    if not isinstance(by, Resident):
        raise PermissionDenied
    document = from_json(version.text)
    before, route = follow(document, answers), follow(document, [*answers, answer])
    if before is None or route is None:
        raise ValidationError(_("This is not an answer to the question. Choose one of the answers."), code="no_answer")
    session = _moved(by, version, route, now=now, language=language, entry=entry)
    PathStep.objects.create(session_id=session, version=version, node=before.key, answer=answer, created_at=now)
    return route


@transaction.atomic
def hand_over(
    *, by: Actor, session: UUID, version: PathVersion, route: Route, conversation: UUID, now: datetime, entry: str = ""
) -> PathSession:
    """The walk has become a conversation of the resident's own: from here on a human answers (S003-20).

    How soon she was taken is told by the conversation (S003-23). Raises PermissionDenied, Conversation.DoesNotExist.
    """
    if not isinstance(by, Resident):
        raise PermissionDenied
    row = Conversation.objects.readable_by(by).get(public_id=conversation, county=version.path.county_id)
    values = {
        "county_id": version.path.county_id,
        "first": version,
        "version": version,
        "node": route.key,
        "language": row.language,
        "began_at": now,
        "last_at": now,
        "entry": entry[:ENTRY_LIMIT],
    }
    found, _is_new = PathSession.objects.get_or_create(public_id=session, defaults=values)
    if found.county_id != row.county_id:
        raise Conversation.DoesNotExist
    found.conversation, found.handed_over_at = row, found.handed_over_at or now
    found.save(update_fields=["conversation", "handed_over_at"])
    return found


def _moved(by: Resident, version: PathVersion, route: Route, *, now: datetime, language: str, entry: str) -> int:
    """The session's key, after moving it to where the answer led."""
    node = route.node
    ends = isinstance(node, Outcome)
    moved = {
        "version": version,
        "node": route.key,
        "last_at": now,
        "outcome": node.kind if isinstance(node, Outcome) else "",
        "outcome_at": now if ends else None,
    }
    county = version.path.county_id
    mine = PathSession.objects.filter(public_id=by.key)
    found = mine.select_related("conversation").select_for_update(of=("self",), no_key=True).first()
    if found is None:
        try:
            with transaction.atomic():
                made = PathSession.objects.create(
                    public_id=by.key,
                    county_id=county,
                    first=version,
                    language=language,
                    entry=entry[:ENTRY_LIMIT],
                    began_at=now,
                    **moved,
                )
        except IntegrityError:  # the same first answer twice at one instant: the other one made it
            found = mine.select_related("conversation").first()
        else:
            return made.pk
    if found is None or found.county_id != county:
        raise PermissionDenied
    if found.conversation is not None and found.conversation.state == State.ACTIVE:
        raise ValidationError(_("You are talking with a human now. Go on in the chat."), code="human_joined")
    for name, value in moved.items():
        setattr(found, name, value)
    found.save(update_fields=list(moved))
    return int(found.pk)


__all__ = ["answer_question", "hand_over"]
