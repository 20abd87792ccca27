"""The admin pages of the ground floor."""

from accounts.admin.audit import AuditEntryAdmin
from accounts.admin.base import OperatedAdmin
from accounts.admin.grants import GrantAdmin
from accounts.admin.mail import OutgoingMailAdmin
from accounts.admin.people import PersonAdmin

__all__ = ["AuditEntryAdmin", "GrantAdmin", "OperatedAdmin", "OutgoingMailAdmin", "PersonAdmin"]
