"""Who acts in this request, and where from."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from accounts.actors import Staff
from accounts.choices import AuditAction
from accounts.operations import record_audit
from accounts.origin import acting_from, client_address
from accounts.sessions import ENDS_AT_KEY


class ActorMiddleware:
    """Sets `request.actor` (Staff or None) and tells the audit where the request comes from.

    A session of the staff lasts `SESSION_COOKIE_AGE` from the sign-in, however busy it is.

    Her pages carry her name and may carry more: no browser or proxy keeps one that says nothing else itself.

    A refusal of a member of staff is written down once the request's own transaction is undone (house: audit of refusals).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            self._end_if_too_old(request)
        actor = Staff(user_id=request.user.pk) if request.user.is_authenticated else None
        request.actor = actor  # type: ignore[attr-defined]
        with acting_from(session_key=request.session.session_key if actor else None, address=client_address(request)):
            response = self.get_response(request)
        if actor is not None and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response

    def _end_if_too_old(self, request: HttpRequest) -> None:
        now = timezone.now().timestamp()
        ends_at = request.session.setdefault(ENDS_AT_KEY, now + settings.SESSION_COOKIE_AGE)
        if now >= ends_at:
            logout(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """A PermissionDenied that reached the door of a signed-in person leaves a line in the audit."""
        actor: Staff | None = getattr(request, "actor", None)
        if actor is None or not isinstance(exception, PermissionDenied):
            return
        match = request.resolver_match
        county = getattr(getattr(request, "county", None), "code", "")
        target = next(iter(match.kwargs.values()), "") if match else ""
        record_audit(
            by=actor,
            action=AuditAction.REFUSED,
            object_type=(match.view_name if match else "")[:60],
            object_id=str(target)[:60],
            county=county,
        )
