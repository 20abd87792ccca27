"""People, their grants, the audit, and mail that waits to be sent."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor, Resident, Staff, System
from accounts.choices import AUDIT_READER_ROLES, AuditAction, Role


class PersonQuerySet(models.QuerySet["User"]):
    """Which people a main user sees and keeps."""

    def readable_by(self, actor: Actor) -> PersonQuerySet:
        """People whose account her county opened, or who have or had a role in it."""
        match actor:
            case System():
                return self.all()
            case Resident():
                return self.none()
        mine = Grant.objects.held_by(actor, [Role.MAIN_USER], whole=True).values("county")
        theirs = Grant.objects.filter(user_id=OuterRef("pk"), county__in=mine)
        return self.filter(Q(home_county__in=mine) | Exists(theirs))

    def editable_by(self, actor: Actor) -> PersonQuerySet:
        """People whose every present role is in her counties: a change of an account reaches all of them.

        A person without any role is kept by the county that opened the account; when none did, by any main user.
        """
        match actor:
            case System():
                return self.all()
            case Resident():
                return self.none()
        mine = Grant.objects.held_by(actor, [Role.MAIN_USER], whole=True)
        granted = Grant.objects.in_force().filter(user_id=OuterRef("pk"))
        elsewhere = granted.exclude(county__in=mine.values("county"))
        at_home = Q(home_county__in=mine.values("county")) | Q(Exists(mine), home_county="")
        return self.filter(Q(Exists(granted)) & ~Q(Exists(elsewhere)) | ~Q(Exists(granted)) & at_home)


class PersonManager(UserManager["User"]):
    """Django's own manager, with the questions above."""

    use_in_migrations = False

    def get_queryset(self) -> PersonQuerySet:
        """Every person."""
        return PersonQuerySet(self.model, using=self._db)


SHOWN_NAMES = ("display_name", "display_name_sv", "display_name_en")


NAME_FIELDS = (*SHOWN_NAMES, "first_name")
"""What a shown name is made of, in each language."""


def shown_names(display_name: str, display_name_sv: str, display_name_en: str, first_name: str) -> dict[str, str]:
    """The shown name in each language in which the person gave it (the fields of `NAME_FIELDS`), Finnish always."""
    names = {"fi": display_name or first_name or "—", "sv": display_name_sv, "en": display_name_en}
    return {code: name for code, name in names.items() if name}


class User(AbstractUser):
    """A member of staff. Signs in with the e-mail address; residents have no account."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("e-mail"), unique=True)
    display_name = models.CharField(
        _("name shown to residents"), max_length=60, blank=True, help_text=_("For example “Maija, public health nurse”.")
    )
    display_name_sv = models.CharField(
        _("name shown to residents in Swedish"), max_length=60, blank=True, help_text=_("Empty: the same as above.")
    )
    display_name_en = models.CharField(
        _("name shown to residents in English"), max_length=60, blank=True, help_text=_("Empty: the same as above.")
    )
    language = models.CharField(
        _("language"), max_length=2, choices=[("fi", "suomi"), ("sv", "svenska"), ("en", "English")], default="fi"
    )
    home_county = models.CharField(_("county that opened the account"), max_length=10, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]
    objects: ClassVar[PersonManager] = PersonManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.get_full_name() or self.email

    @property
    def shown_name(self) -> str:
        """The name that a resident sees: never more than the person has chosen to show."""
        return self.display_name or self.first_name or "—"

    def name_for(self, language: str) -> str:
        """The same in the language of a conversation: the title that goes with a name is the resident's to understand."""
        return {"sv": self.display_name_sv, "en": self.display_name_en}.get(language) or self.shown_name

    @property
    def names(self) -> dict[str, str]:
        """The same in each language, for a list whose readers have different ones."""
        return shown_names(self.display_name, self.display_name_sv, self.display_name_en, self.first_name)

    @property
    def page_name(self) -> str:
        """The same in the language of the page that a colleague reads."""
        return self.name_for((get_language() or "fi")[:2])


class GrantQuerySet(models.QuerySet["Grant"]):
    """Questions about who may do what, where and when."""

    def valid(self, *, at: datetime | None = None) -> GrantQuerySet:
        """Grants in force at the instant (now unless given); an ended or inactive person has none."""
        return self.in_force(at=at).filter(user__is_active=True)

    def in_force(self, *, at: datetime | None = None) -> GrantQuerySet:
        """Grants in force at the instant, whether the person's account is active or not (who manages the account?)."""
        at = at or timezone.now()
        return self.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=at), valid_from__lte=at, revoked_at__isnull=True)

    def held_by(self, actor: Actor, roles: Collection[str] | None = None, *, whole: bool = False) -> GrantQuerySet:
        """The actor's own valid grants, of the named roles or of all; `whole`: those of a whole county only."""
        if not isinstance(actor, Staff):
            return self.none()
        grants = self.valid().filter(user_id=actor.user_id)
        if roles is not None:
            grants = grants.filter(role__in=list(roles))
        return grants.filter(service_id__isnull=True) if whole else grants

    def readable_by(self, actor: Actor) -> GrantQuerySet:
        """The grants of the counties whose main user the actor is."""
        if isinstance(actor, System):
            return self.all()
        return self.filter(county__in=Grant.objects.held_by(actor, [Role.MAIN_USER], whole=True).values("county"))

    def editable_by(self, actor: Actor) -> GrantQuerySet:
        """The same but for her own: nobody changes her own rights. An ended one stays as it is."""
        rows = self.readable_by(actor).filter(revoked_at__isnull=True)
        return rows.exclude(user_id=actor.user_id) if isinstance(actor, Staff) else rows

    def for_service(self, *, county: str, service_id: uuid.UUID | None) -> GrantQuerySet:
        """Grants that reach the service: its own, or the whole county's."""
        return self.filter(Q(service_id__isnull=True) | Q(service_id=service_id), county=county)


class Grant(models.Model):
    """A role given to a person in a county, in one service or in all of them, until an end date.

    The county is its code and the service its public id, not foreign keys: the ground floor knows no floor above it.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants", verbose_name=_("person"))
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    county = models.CharField(_("county code"), max_length=10)
    service_id = models.UUIDField(_("service"), null=True, blank=True, help_text=_("Empty: every service of the county."))
    valid_from = models.DateTimeField(_("valid from"), default=timezone.now)
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)
    granted_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", editable=False)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        ordering = ["county", "role", "user_id"]
        indexes = [models.Index(fields=["user", "role", "county"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=models.F("valid_from")),
                name="grant_ends_after_start",
                violation_error_message=_("The role must end after it starts."),
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="grant_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()} ({self.county})"


class AuditQuerySet(models.QuerySet["AuditEntry"]):
    """Who may read the audit."""

    def readable_by(self, actor: Actor) -> AuditQuerySet:
        """The lines of the counties whose privacy officer or main user the actor is (domain 5.10)."""
        if isinstance(actor, System):
            return self.all()
        return self.filter(county__in=Grant.objects.held_by(actor, AUDIT_READER_ROLES, whole=True).values("county"))


class AuditEntry(models.Model):
    """One line of the append-only audit: ids and codes only, never words of a resident.

    The database itself refuses to change or delete a row (triggers of the second migration).
    """

    at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)
    actor_kind = models.CharField(_("kind of doer"), max_length=10)
    actor_id = models.CharField(_("doer's id"), max_length=40, blank=True)
    actor_name = models.CharField(_("who did it"), max_length=200, blank=True)
    roles = models.JSONField(_("roles"), default=list)
    action = models.CharField(_("what was done"), max_length=20, choices=AuditAction.choices)
    county = models.CharField(_("county code"), max_length=10, blank=True, db_index=True)
    object_type = models.CharField(_("kind of object"), max_length=60)
    object_id = models.CharField(_("object"), max_length=60, blank=True)
    purpose = models.CharField(_("purpose"), max_length=200, blank=True)
    before = models.JSONField(_("before"), null=True)
    after = models.JSONField(_("after"), null=True)
    count = models.PositiveIntegerField(_("how many"), null=True)
    source = models.CharField(_("where it was done"), max_length=20, blank=True)
    session = models.CharField(_("session"), max_length=64, blank=True)
    address = models.CharField(_("network address"), max_length=45, blank=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["object_type", "object_id"])]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.action} {self.object_type} {self.object_id}"


class StoredFileQuerySet(models.QuerySet["StoredFile"]):
    """A file is reached through the row that it belongs to, which says who may."""

    county_path = "county"


class StoredFile(models.Model):
    """A file as a row: what it is was judged by its content, and it is served as a download only."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    county = models.CharField(_("county code"), max_length=10, db_index=True)
    name = models.CharField(_("file name"), max_length=160)
    content_type = models.CharField(_("kind of file"), max_length=100)
    size = models.PositiveIntegerField(_("size"))
    digest = models.CharField(_("SHA-256"), max_length=64)
    content = models.BinaryField(_("content"))
    uploaded_at = models.DateTimeField(_("uploaded"), default=timezone.now)
    uploaded_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")

    def __str__(self) -> str:
        return self.name


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    """Who may see the letters."""

    def readable_by(self, actor: Actor) -> OutgoingMailQuerySet:
        """The letters of the counties whose main user the actor is."""
        if isinstance(actor, System):
            return self.all()
        return self.filter(county__in=Grant.objects.held_by(actor, [Role.MAIN_USER], whole=True).values("county"))


class OutgoingMail(models.Model):
    """A letter that waits in the database until it is sent: the row is the queue. Content carries nothing sensitive."""

    key = models.CharField(_("key"), max_length=120, unique=True, help_text=_("The same key is never sent twice."))
    county = models.CharField(_("county code"), max_length=10, blank=True, db_index=True)
    to = models.EmailField(_("to whom"))
    subject = models.CharField(_("subject of the letter"), max_length=200)
    body = models.TextField(_("text of the letter"))
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    claimed_until = models.DateTimeField(
        _("being sent until"), null=True, blank=True, help_text=_("A sender has it, or it waits for its next try.")
    )
    error = models.CharField(_("what went wrong"), max_length=200, blank=True)

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("outgoing letter")
        verbose_name_plural = _("outgoing mail")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.key
