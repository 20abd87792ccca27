"""The admin's own door: the same sign-in as everywhere, and rights from grants."""

from functools import wraps
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.permissions import may_enter_admin
from accounts.session_over import ask_to_sign_in, is_own_form


class PortalAdminSite(AdminSite):
    """Opens to those who hold a configuring role; `is_staff` and `is_superuser` open nothing."""

    site_title = _("Administration")
    site_header = _("Administration")
    index_title = _("What would you like to maintain?")
    enable_nav_sidebar = False

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Takes pages that save through operations only; those of other packages, which would write past them, are left out."""
        if not getattr(admin_class, "operated", False):
            if getattr(admin_class, "__module__", "").startswith(("django.", "allauth.")):
                return
            raise ImproperlyConfigured(f"The admin page of {model_or_iterable} must be an OperatedAdmin.")
        super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """A valid grant of a configuring role is the only key."""
        return may_enter_admin(getattr(request, "actor", None))

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Who sends a form after her session has ended gets her words back."""
        guarded = super().admin_view(view, cacheable)
        model = getattr(getattr(view, "__self__", None), "model", None)

        @wraps(guarded)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            is_out = request.method == "POST" and getattr(request, "actor", None) is None and is_own_form(request)
            return ask_to_sign_in(request, model=model) if is_out else guarded(request, *args, **kwargs)

        return inner

    def login(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """The admin has no sign-in form of its own: second factors and limits hold here too."""
        target = request.GET.get("next") or reverse("admin:index", current_app=self.name)
        if getattr(request, "actor", None) is not None:
            raise PermissionDenied
        return redirect_to_login(target, reverse("account_login"))

    def logout(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> Any:
        """Signing out is the common one, so that it is written down."""
        return redirect("account_logout")

    def password_change(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> Any:
        """So is changing the password."""
        return redirect("account_change_password")
