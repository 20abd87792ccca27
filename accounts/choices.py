"""The closed lists of the ground floor."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a grant lets a person do (domain glossary; S001-38, S002-39)."""

    RESPONDER = "responder", _("Chat responder")
    SUPERVISOR = "supervisor", _("Supervisor")
    MAIN_USER = "main_user", _("Main user")
    COORDINATOR = "coordinator", _("Project coordinator")
    MANAGER = "manager", _("Manager")
    PATH_AUTHOR = "path_author", _("Guidance-path author")
    AREA_PROFESSIONAL = "area_professional", _("Area professional")
    PRIVACY_OFFICER = "privacy_officer", _("Privacy officer")
    READER = "reader", _("Reader")


class AuditAction(models.TextChoices):
    """What was done, for the append-only audit."""

    READ = "read", _("Read")
    SEARCH = "search", _("Searched")
    EXPORT = "export", _("Exported")
    CREATE = "create", _("Created")
    CHANGE = "change", _("Changed")
    DELETE = "delete", _("Deleted")
    REFUSED = "refused", _("Refused")
    SIGN_IN = "sign_in", _("Signed in")
    SIGN_OUT = "sign_out", _("Signed out")


# Whose work is in the admin, in the audit, and in the console; what each sees there is decided row by row.
# A page of the admin opens to ADMIN_ROLES unless it names others; the house itself to whoever has a page to open.
ADMIN_ROLES: frozenset[str] = frozenset({Role.MAIN_USER, Role.PRIVACY_OFFICER})
ADMIN_DOOR_ROLES: frozenset[str] = ADMIN_ROLES | {Role.COORDINATOR, Role.MANAGER}
AUDIT_READER_ROLES: frozenset[str] = frozenset({Role.MAIN_USER, Role.PRIVACY_OFFICER})
CONSOLE_ROLES: frozenset[str] = frozenset({Role.RESPONDER, Role.SUPERVISOR})

# Who may come in by the professionals' entrance: whoever works for the county, in whatever role (S001-57).
CONSULTING_ROLES: frozenset[str] = frozenset(Role.values)
