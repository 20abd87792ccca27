"""The admin pages of the service directory."""

from services.admin import counties, hours, mailboxes, notices, queues, service_rows, services

__all__ = ["counties", "hours", "mailboxes", "notices", "queues", "service_rows", "services"]
