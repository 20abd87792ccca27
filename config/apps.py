"""The top floor as a Django app, so that its commands, templates and system checks are found."""

from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class PortalConfig(AppConfig):
    """Settings, addresses, the server process and the home pages."""

    default = True
    name = "config"
    label = "portal"
    verbose_name = "Neuvoluukku"

    def ready(self) -> None:
        from config import checks  # noqa: F401  (registers the system checks)


class PortalStaticFilesConfig(StaticFilesConfig):
    """Leaves out the parts of Bootstrap that no page uses: collecting and compressing them would take most of the time."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        "bootstrap-*",
        "*.rtl.*",
        "bootstrap.esm*",
        "bootstrap.css*",
    ]
