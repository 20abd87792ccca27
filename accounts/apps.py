"""The ground floor as a Django app."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Users, grants, sign-in, audit and outgoing mail."""

    default = True
    name = "accounts"
    verbose_name = _("People and rights")


class PortalAdminConfig(admin_apps.AdminConfig):
    """Django's admin behind the portal's own door."""

    default = False
    default_site = "accounts.site.PortalAdminSite"
