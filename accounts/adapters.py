"""What the portal asks of django-allauth: no public sign-up, a landing place by role, audit, and letters that break no page."""

import logging
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.actors import Staff, System
from accounts.choices import ADMIN_ROLES, CONSOLE_ROLES, AuditAction, Role
from accounts.models import User
from accounts.operations import record_audit
from accounts.origin import acting_from, client_address
from accounts.permissions import grants_of, has_role_anywhere, may_enter_admin
from accounts.sealing import SECOND_FACTOR, seal, unseal

log = logging.getLogger(__name__)


LANDINGS = (
    (Role.COORDINATOR, "adoption:rollouts"),
    (Role.MANAGER, "reports:month"),
    (Role.PATH_AUTHOR, "paths:library"),
    (Role.AREA_PROFESSIONAL, "chat:professional"),
    (Role.READER, "handbook:contents"),
)
"""Where those begin who neither answer nor maintain: the pages of residents have no menu of the staff."""


def landing_address(user: User) -> str:
    """Where a person's work is: answering, else maintaining, else her role's own page; in her own language."""
    actor = Staff(user_id=user.pk)
    with translation.override(user.language):
        if has_role_anywhere(actor, CONSOLE_ROLES):
            return reverse("chat:console")
        if may_enter_admin(actor, ADMIN_ROLES):
            return reverse("admin:index")
        held = set(grants_of(actor).values_list("role", flat=True))
        return reverse(next((name for role, name in LANDINGS if role in held), "home"))


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in of the staff. Accounts are opened by a main user (operations.create_person), never by the person herself."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The e-mail address or the password is wrong. Check both and try again."),
        "too_many_login_attempts": _("Too many attempts failed. Wait five minutes and try again, or choose a new password."),
        "enter_current_password": _("The present password is wrong."),
        "rate_limited": _("Too many attempts failed. Wait five minutes and try again."),
        "incorrect_password": _("The password is wrong."),
        "invalid_password_reset": _("This link no longer works. Ask for a new one."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up by herself."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The same address as in the audit; a local socket without one shares a single limit."""
        return client_address(request) or "0.0.0.0"  # noqa: S104 (no listening: the placeholder of an unknown address)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The person lands where her roles say; a safe `next` goes before this."""
        assert isinstance(request.user, User)
        return landing_address(request.user)

    def login(self, request: HttpRequest, user: User) -> None:
        """A sign-in that has passed every stage is written into the audit."""
        super().login(request, user)
        self._record(request, user, AuditAction.SIGN_IN)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """So is one that fails: whose account it was, if there is such an account, and from where; never what was typed.

        An unknown address leaves the same line, so that the time of the answer tells nothing. The rate limits bound the lines.
        """
        found = User.objects.filter(email__iexact=str(credentials.get("email") or "").replace("\0", "")).first()
        with acting_from(session_key=None, address=client_address(request)):
            record_audit(
                by=System("sign-in"),
                action=AuditAction.REFUSED,
                object_type="accounts.user",
                object_id=found.public_id if found else "",
                county=(found.home_county if found else "") or getattr(getattr(request, "county", None), "code", ""),
                purpose="sign_in",
            )

    def logout(self, request: HttpRequest) -> None:
        """So is signing out."""
        if isinstance(request.user, User):
            self._record(request, request.user, AuditAction.SIGN_OUT)
        super().logout(request)

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """A changed password or second factor is told to the person, and written into the audit."""
        self._record(self.request, user, AuditAction.CHANGE, purpose=template_prefix.rsplit("/", 1)[-1])
        super().send_notification_mail(template_prefix, user, {**(context or {}), "user": user}, email or user.email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A mail server that is down breaks no page: the page tells what to do when no letter comes."""
        user = context.get("user")
        with translation.override(user.language if isinstance(user, User) else translation.get_language()):
            try:
                super().send_mail(template_prefix, email, context)
            except (SMTPException, OSError) as error:
                log.error("letter %s not sent: %s", template_prefix, type(error).__name__)

    def _record(self, request: HttpRequest, user: User, action: AuditAction, *, purpose: str = "") -> None:
        with acting_from(session_key=request.session.session_key, address=client_address(request)):
            record_audit(
                by=Staff(user_id=user.pk),
                action=action,
                object_type="accounts.user",
                object_id=user.public_id,
                county=getattr(getattr(request, "county", None), "code", "") or user.home_county,
                purpose=purpose,
            )


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets of second factors are encrypted in the database by a key made of SECRET_KEY."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("The code is wrong or too old. Try the newest one."),
    }

    def encrypt(self, text: str) -> str:
        """Encrypts with the present key."""
        return seal(text, purpose=SECOND_FACTOR)

    def decrypt(self, encrypted_text: str) -> str:
        """Decrypts with the present key or an earlier one (SECRET_KEY_FALLBACKS)."""
        return unseal(encrypted_text, purpose=SECOND_FACTOR)
