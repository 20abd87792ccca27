"""The handbook as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HandbookConfig(AppConfig):
    """What every responder of the county reads, agrees on and answers with."""

    name = "handbook"
    verbose_name = _("Handbook")
