"""Ending the sessions of a person."""

from allauth.usersessions.models import UserSession
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor, Staff
from accounts.choices import AuditAction
from accounts.models import User
from accounts.operations.audit import record_audit
from accounts.permissions import may_manage_person


@transaction.atomic
def end_sessions(*, by: Actor, user_id: int, county: str = "") -> int:
    """A person ends her own sessions, or a main user a colleague's: every open page and socket loses its rights (house 4)."""
    user = User.objects.get(pk=user_id)
    own = isinstance(by, Staff) and by.user_id == user_id
    if not own and not may_manage_person(by, user_id=user_id):
        raise PermissionDenied
    ended = erase_sessions(user_id=user_id)
    record_audit(
        by=by, action=AuditAction.SIGN_OUT, object_type="accounts.user", object_id=user.public_id, county=county, count=ended
    )
    return ended


@transaction.atomic
def end_session(*, by: Staff, session_id: int) -> None:
    """A person ends one of her own sessions, for example on a computer that she left."""
    row = UserSession.objects.select_for_update().get(pk=session_id, user_id=by.user_id)
    Session.objects.filter(session_key=row.session_key).delete()
    row.delete()
    user = User.objects.get(pk=by.user_id)
    record_audit(by=by, action=AuditAction.SIGN_OUT, object_type="accounts.user", object_id=user.public_id, count=1)


def erase_sessions(*, user_id: int) -> int:
    """Every session that the person has, also one that the list of sessions has not seen. Inside another operation only."""
    alive = Session.objects.filter(expire_date__gt=timezone.now())
    keys = [row.session_key for row in alive.iterator() if row.get_decoded().get(SESSION_KEY) == str(user_id)]
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(user_id=user_id).delete()
    return len(keys)
