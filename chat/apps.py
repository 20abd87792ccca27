"""Conversations as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChatConfig(AppConfig):
    """Conversations of every medium, their legs and their event log."""

    name = "chat"
    verbose_name = _("Conversations")
