"""The adoption of a new chat as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AdoptionConfig(AppConfig):
    """The adoption model, rollouts, their items, gates, forms, meetings and proofs."""

    name = "adoption"
    verbose_name = _("Adoption")
