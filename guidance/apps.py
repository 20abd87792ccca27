"""The floor of guidance paths."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GuidanceConfig(AppConfig):
    """Guidance paths, their versions, and how they are walked."""

    name = "guidance"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("Guidance paths")
