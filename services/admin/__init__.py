"""The admin pages of the service directory."""

from services.admin import counties, hours, notices, queues, service_rows, services

__all__ = ["counties", "hours", "notices", "queues", "service_rows", "services"]
