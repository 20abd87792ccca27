"""The accounts of the staff: made, changed and closed by a main user."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.actors import Actor, Staff
from accounts.choices import AuditAction
from accounts.models import SHOWN_NAMES, User
from accounts.operations.audit import record_audit
from accounts.operations.mail import queue_mail
from accounts.operations.refusals import require_version
from accounts.operations.sessions import erase_sessions
from accounts.permissions import is_main_user, may_manage_person

# What a person may change of her own account; the rest is a main user's.
OWN_FIELDS = frozenset({*SHOWN_NAMES, "language"})


@transaction.atomic
def create_person(
    *,
    by: Actor,
    county: str,
    email: str,
    first_name: str,
    last_name: str,
    display_name: str = "",
    display_name_sv: str = "",
    display_name_en: str = "",
    language: str = "fi",
    password: str | None = None,
    password_address: str = "",
) -> User:
    """A main user of the county opens an account; the person chooses her own password by a letter, and has no rights yet.

    Nobody signs up by herself. Only the portal itself (a demo county, the first main user) may set a password.
    """
    if not is_main_user(by, county=county) or (password is not None and isinstance(by, Staff)):
        raise PermissionDenied
    email = _free_email(email)
    user = User(email=email, first_name=first_name, last_name=last_name, language=language, home_county=county)
    user.display_name, user.display_name_sv, user.display_name_en = display_name, display_name_sv, display_name_en
    user.username = user.public_id.hex
    user.set_password(password)
    user.full_clean(exclude=["password"])
    user.save()
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    record_audit(
        by=by, action=AuditAction.CREATE, object_type="accounts.user", object_id=user.public_id, county=county, after=_facts(user)
    )
    if password_address:
        with translation.override(language):
            queue_mail(
                key=f"invitation:{user.public_id}",
                county=county,
                to=email,
                subject=_("Your account in the chat portal"),
                body=_(
                    "Hello!\n\nAn account has been opened for you in the chat portal. Choose your password here:\n%(address)s\n\n"
                    "Give this e-mail address (%(email)s) on the page. A link for choosing the password is then sent to you."
                )
                % {"address": password_address, "email": email},
            )
    return user


@transaction.atomic
def change_person(*, by: Actor, user_id: int, version: int | None, county: str = "", **values: Any) -> User:
    """A main user changes an account of her county; a person changes her own shown name and language.

    A new e-mail address ends the person's sessions and is told to the old address, since it opens the account.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    own = isinstance(by, Staff) and by.user_id == user_id
    changed = {name: value for name, value in values.items() if getattr(user, name) != value}
    if not set(changed) <= {"email", "first_name", "last_name", *OWN_FIELDS}:
        raise ValidationError(_("This can't be changed here."), code="unknown_field")
    if not (own and set(changed) <= OWN_FIELDS) and not may_manage_person(by, user_id=user_id):
        raise PermissionDenied
    if own and "email" in changed:
        raise ValidationError(
            {"email": ValidationError(_("Ask another main user to change your e-mail address."), code="own_email")}
        )
    require_version(saved=user.version, given=version)
    if not changed:
        return user
    before, old_email = _facts(user), user.email
    if "email" in changed:
        changed["email"] = _free_email(changed["email"], user=user)
    for name, value in changed.items():
        setattr(user, name, value)
    user.version += 1
    user.full_clean(exclude=["password"])
    user.save(update_fields=[*changed, "version"])
    if "email" in changed:
        EmailAddress.objects.filter(user=user).delete()
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        erase_sessions(user_id=user.pk)
        _tell_old_address(user=user, old_email=old_email)
    record_audit(
        by=by,
        action=AuditAction.CHANGE,
        object_type="accounts.user",
        object_id=user.public_id,
        county=county,
        before=before,
        after=_facts(user),
    )
    return user


def deactivate_person(*, by: Actor, user_id: int, version: int | None = None, county: str = "", reason: str = "") -> User:
    """A main user closes a colleague's account: her sessions end at once, her rights rest, and what she did stays told."""
    return _set_active(by=by, user_id=user_id, version=version, county=county, reason=reason, active=False)


def reactivate_person(*, by: Actor, user_id: int, version: int | None = None, county: str = "", reason: str = "") -> User:
    """A main user opens a closed account again; the rights that are still valid come back with it."""
    return _set_active(by=by, user_id=user_id, version=version, county=county, reason=reason, active=True)


@transaction.atomic
def remove_second_step(*, by: Actor, user_id: int, county: str = "", reason: str = "") -> int:
    """A main user helps a colleague who lost her phone, key and codes: until she adds new ones, the password alone opens.

    Her sessions end, she is told by a letter, and who did it is written down, since it weakens the account.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    if not may_manage_person(by, user_id=user_id):
        raise PermissionDenied
    if isinstance(by, Staff) and by.user_id == user_id:
        raise ValidationError(_("Nobody removes her own second step here. Use the page of your own account."), code="own_account")
    removed: int = Authenticator.objects.filter(user=user).delete()[0]
    if not removed:
        return 0
    erase_sessions(user_id=user.pk)
    entry = record_audit(
        by=by,
        action=AuditAction.DELETE,
        object_type="mfa.authenticator",
        object_id=user.public_id,
        county=county,
        count=removed,
        purpose=reason,
    )
    with translation.override(user.language):
        queue_mail(
            key=f"second-step-removed:{entry.pk}",
            county=county,
            to=user.email,
            subject=_("The second step of your sign-in was removed"),
            body=_(
                "Hello!\n\nA main user has removed the second step of your sign-in to the chat portal. "
                "Take a new one into use the next time you sign in.\n\n"
                "If you did not ask for this, tell your county's main user at once."
            ),
        )
    return removed


@transaction.atomic
def _set_active(*, by: Actor, user_id: int, version: int | None, county: str, reason: str, active: bool) -> User:
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    if not may_manage_person(by, user_id=user_id):
        raise PermissionDenied
    if isinstance(by, Staff) and by.user_id == user_id:
        raise ValidationError(_("Nobody closes her own account. Ask another main user."), code="own_account")
    require_version(saved=user.version, given=version)
    if user.is_active == active:
        return user
    before = _facts(user)
    user.is_active = active
    user.version += 1
    user.save(update_fields=["is_active", "version"])
    if not active:
        erase_sessions(user_id=user.pk)
    record_audit(
        by=by,
        action=AuditAction.CHANGE,
        object_type="accounts.user",
        object_id=user.public_id,
        county=county,
        before=before,
        after=_facts(user),
        purpose=reason,
    )
    return user


def _free_email(email: str, *, user: User | None = None) -> str:
    email = email.strip().lower()
    validate_email(email)
    others = User.objects.filter(email__iexact=email)
    if (others.exclude(pk=user.pk) if user else others).exists():
        raise ValidationError({"email": ValidationError(_("Somebody already has this e-mail address."), code="email_taken")})
    return email


def _tell_old_address(*, user: User, old_email: str) -> None:
    with translation.override(user.language):
        queue_mail(
            key=f"email-changed:{user.public_id}:{user.version}",
            county=user.home_county,
            to=old_email,
            subject=_("Your e-mail address in the chat portal was changed"),
            body=_(
                "Hello!\n\nA main user has changed the e-mail address of your account in the chat portal. "
                "This address no longer opens it.\n\nIf you did not expect this, tell your county's main user at once."
            ),
        )


def _facts(user: User) -> dict[str, Any]:
    return {
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        **{name: getattr(user, name) for name in SHOWN_NAMES},
        "language": user.language,
        "is_active": user.is_active,
    }
