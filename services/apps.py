"""The service directory as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServicesConfig(AppConfig):
    """Counties, services, queues, hours, contact points and notices."""

    name = "services"
    verbose_name = _("Services")

    def ready(self) -> None:
        """The ground floor learns the names of counties and services."""
        from accounts.directory import use_directory
        from services.names import ServiceDirectory

        use_directory(ServiceDirectory())
