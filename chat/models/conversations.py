"""A conversation, who takes part in it, and its legs."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import connection, models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor, Resident, Staff, System
from accounts.choices import Role
from accounts.models import Grant
from chat.choices import (
    Contactor,
    EndedBy,
    EntryChannel,
    FailureDemand,
    Flag,
    Medium,
    Outcome,
    OutcomeReason,
    State,
    Status,
)
from services.choices import Identification
from services.models import County, Municipality, Queue, Service, Topic

AWAY_AFTER = timedelta(seconds=120)
DUPLICATE_WITHIN = timedelta(minutes=60)
READING_ROLES = (Role.RESPONDER, Role.SUPERVISOR)

OF_MONTHS = ["county", "queued_at", "first_queue", "is_test", "medium", "contactor", "client_present", "status", "first_reply_at"]
"""The figures of a month ask of each row what follows the stamp: many of their passes read this index alone."""


class ConversationQuerySet(models.QuerySet["Conversation"]):
    """Questions about conversations."""

    def readable_by(self, actor: Actor) -> ConversationQuerySet:
        """A resident reads her own. A responder or supervisor reads those of the services that her grants reach.

        What she has asked herself as a professional is hers as the one who asks, without the notes of those who answer.
        """
        match actor:
            case System():
                return self.all()
            case Resident(key=key):
                return self.filter(resident_key=key)
            case Staff(user_id=user_id):
                grants = Grant.objects.valid().filter(
                    Q(service_id__isnull=True) | Q(service_id=OuterRef("service__public_id")),
                    user_id=user_id,
                    role__in=READING_ROLES,
                    county=OuterRef("county__code"),
                )
                return self.filter(Exists(grants)).exclude(professional_id=user_id)
        return self.none()

    def counted(self) -> ConversationQuerySet:
        """Those that a figure of contacts may count: practice and tests prove and count nothing (metrics 1.1, status `test`).

        Help forms are no contacts (metrics 1): they have a figure of their own (M23).
        """
        return self.filter(is_test=False, medium=Medium.CHAT)

    def live(self) -> ConversationQuerySet:
        """Those whose resident is at the other end now; who has sent a form comes back for the answer another day."""
        return self.filter(medium=Medium.CHAT)

    def later(self) -> ConversationQuerySet:
        """Those at whose other end nobody waits now: help requests, call requests and follow-ups, each with its promised day."""
        return self.exclude(medium=Medium.CHAT)

    def requests(self) -> ConversationQuerySet:
        """Help requests: conversations that began with a service's form (S003-12)."""
        return self.filter(medium=Medium.FORM)

    def unanswered(self) -> ConversationQuerySet:
        """Open ones to whom an answer or a call is promised by `answer_due_at`, the soonest first."""
        return self.later().open().filter(answer_due_at__isnull=False).order_by("answer_due_at", "pk")

    def consultations(self) -> ConversationQuerySet:
        """Those that a professional began by signing in: counted apart from residents' (S001-57, M02)."""
        return self.filter(contactor=Contactor.PROFESSIONAL, client_present__isnull=False)

    def of_residents(self) -> ConversationQuerySet:
        """All but the professionals' consultations."""
        return self.filter(~Q(contactor=Contactor.PROFESSIONAL) | Q(client_present__isnull=True))

    def open(self) -> ConversationQuerySet:
        """Those that have not ended."""
        return self.exclude(state=State.ENDED)

    def waiting(self) -> ConversationQuerySet:
        """Those in a line, in the order in which they are served: position and claim both use this order."""
        return self.filter(state=State.WAITING).order_by(*self.LINE_ORDER)

    def in_line(self, *, now: datetime | None = None) -> ConversationQuerySet:
        """Without those whose place is kept for an opening that has not come."""
        return self.filter(Q(held_until__isnull=True) | Q(held_until__lte=now or timezone.now()))

    LINE_ORDER = ("-priority", "line_at", "pk")

    def write_heads(self, rows: Sequence[tuple[int, int, int, bool]], *, now: datetime) -> None:
        """Move the heads of locked rows: (key, head_all, head_staff, whether the resident gave a sign of life).

        One who was away is back: what time brings next is her next silence, not the end of the one before.
        One statement on PostgreSQL; on SQLite one prepared statement run for each row.
        """
        stamp, silent = (connection.ops.adapt_datetimefield_value(at) for at in (now, now + AWAY_AFTER))
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(
                    "UPDATE chat_conversation AS c SET head_all = v.a, head_staff = v.s, last_message_at = %s,"
                    " seen_at = CASE WHEN v.r THEN %s ELSE seen_at END,"
                    " due_at = CASE WHEN v.r AND away_since IS NOT NULL THEN LEAST(due_at, %s) ELSE due_at END,"
                    " away_since = CASE WHEN v.r THEN NULL ELSE away_since END"
                    " FROM unnest(%s::bigint[], %s::int[], %s::int[], %s::bool[]) AS v(id, a, s, r) WHERE c.id = v.id",
                    [stamp, stamp, silent, *(list(column) for column in zip(*rows, strict=True))],
                )
            else:
                cursor.executemany(
                    "UPDATE chat_conversation SET head_all = %s, head_staff = %s, last_message_at = %s,"
                    " seen_at = CASE WHEN %s THEN %s ELSE seen_at END,"
                    " due_at = CASE WHEN %s AND away_since IS NOT NULL THEN MIN(due_at, %s) ELSE due_at END,"
                    " away_since = CASE WHEN %s THEN NULL ELSE away_since END WHERE id = %s",
                    [(a, s, stamp, spoke, stamp, spoke, silent, spoke, pk) for pk, a, s, spoke in rows],
                )

    def asking_help(self) -> ConversationQuerySet:
        """Those whose responder asks a colleague for advice, the longest first (S001-37)."""
        return self.filter(help_wanted_at__isnull=False, state=State.ACTIVE).order_by("help_wanted_at")

    def flagged(self) -> ConversationQuerySet:
        """Those that a supervisor must look at: flagged, and not handled yet."""
        return self.filter(flagged_at__isnull=False, flag_handled_at__isnull=True).order_by("flagged_at")

    def told_of(self) -> ConversationQuerySet:
        """Those who wait and whom nobody takes: the queue's ladder has told the supervisor of them (S002-44)."""
        here = {"legs__left_at__isnull": True, "legs__supervisor_told_at__isnull": False}
        return self.filter(state=State.WAITING, **here).order_by("line_at")

    def of_browser(self, keys: Sequence[uuid.UUID]) -> ConversationQuerySet:
        """Those of a resident's browser, and what was agreed in them: by every medium (S002-49)."""
        agreed = Q(origin__resident_key__in=keys, origin__medium=Medium.CHAT, later_contact__agreed_by__isnull=False)
        return self.filter(Q(resident_key__in=keys) | agreed)

    def linked_with(self, row: Conversation) -> ConversationQuerySet:
        """Other conversations of the same resident, as far as her browser or what was agreed tells: of every medium (S002-49)."""
        came_of = Q(origin=row.pk) | Q(pk=row.origin_id) | (Q(origin=row.origin_id) & Q(origin__isnull=False))
        same = Q(resident_key=row.resident_key, professional__isnull=True)
        return self.filter(came_of | same, county=row.county_id, is_test=row.is_test).exclude(pk=row.pk)

    def supervised_by(self, actor: Actor) -> ConversationQuerySet:
        """Those of the services that the person supervises."""
        if not isinstance(actor, Staff):
            return self.all() if isinstance(actor, System) else self.none()
        grants = Grant.objects.valid().filter(
            Q(service_id__isnull=True) | Q(service_id=OuterRef("service__public_id")),
            user_id=actor.user_id,
            role=Role.SUPERVISOR,
            county=OuterRef("county__code"),
        )
        return self.filter(Exists(grants))

    def duplicates(self) -> ConversationQuerySet:
        """Those whose person or browser session had another one that was still open, or was abandoned in the hour before (M19).

        The later one is the duplicate. Tests, and those who left within ten seconds, are no contacts.
        """
        return self.filter(comes_again(), is_test=False).exclude(status=Status.SHORT_ABANDON)

    def here(self, *, now: datetime | None = None) -> ConversationQuerySet:
        """Without those whose resident is away (no sign of life for 120 s): they keep their place and are skipped. Nobody waits
        at a form.

        So do those who must identify themselves first, where the service needs it from the start, and have not done it yet.
        """
        seen = Q(seen_at__gte=(now or timezone.now()) - AWAY_AFTER) | ~Q(medium=Medium.CHAT)
        return self.filter(seen, must_identify=False)

    def of_person(self, person: str, *, county: County) -> ConversationQuerySet:
        """The conversations in which this identified person took part, in one county; nobody's when no one is identified."""
        return self.filter(person=person, county=county) if person else self.none()


class Conversation(models.Model):
    """One request to talk with a human, by any medium, and everything the statistics need of it (metrics 1.1)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="conversations")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="conversations")
    first_queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="+")
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="conversations")
    medium = models.CharField(max_length=4, choices=Medium.choices, default=Medium.CHAT)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    status = models.CharField(max_length=14, choices=Status.choices, blank=True)
    is_test = models.BooleanField(default=False)

    # The resident: a browser session; a person only as a keyed hash, after identification.
    resident_key = models.UUIDField()
    start_token = models.UUIDField(help_text="Made with the form: starting twice with it starts once.")
    contactor = models.CharField(max_length=12, choices=Contactor.choices, blank=True)
    language = models.CharField(max_length=2, default="fi")
    entry_channel = models.CharField(max_length=3, choices=EntryChannel.choices, default=EntryChannel.WEB)
    entry_page = models.CharField(max_length=200, blank=True)
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, null=True, related_name="+")
    person = models.CharField(max_length=64, blank=True, db_index=True, help_text="Keyed hash of the identified person.")
    identified_at = models.DateTimeField(null=True)
    must_identify = models.BooleanField(default=False, help_text="The service takes nobody before strong identification.")
    professional = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", help_text="The consulting professional."
    )
    client_present = models.BooleanField(null=True, help_text="The professional's client is in the room and waits for the answer.")
    started_beside = models.BooleanField(
        default=False, help_text="She was asked, and chose to start this beside another one of hers that was open (M19)."
    )
    origin = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="followers", help_text="What it came of.")

    # The line and the responder.
    priority = models.SmallIntegerField(default=0, help_text="A transferred one goes before, a consulting professional too.")
    line_at = models.DateTimeField(default=timezone.now, help_text="The instant that gives the place in the present line.")
    responder = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="conversations")
    reserved_for = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    held_until = models.DateTimeField(null=True, help_text="Her place is kept to this next opening, whether she is here or not.")
    seen_at = models.DateTimeField(default=timezone.now, help_text="The resident's last sign of life.")
    away_since = models.DateTimeField(null=True)

    # Stamps (UTC) and the waits in whole milliseconds' worth of seconds, stored when they happen.
    queued_at = models.DateTimeField(default=timezone.now)
    accepted_at = models.DateTimeField(null=True)
    first_reply_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    last_message_at = models.DateTimeField(null=True)
    wait_seconds = models.FloatField(null=True, help_text="accepted_at − queued_at (M06)")
    response_seconds = models.FloatField(null=True, help_text="first_reply_at − queued_at (M07)")
    ended_by = models.CharField(max_length=9, choices=EndedBy.choices, blank=True)

    # What it was about and what came of it.
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=2, choices=Outcome.choices, blank=True)
    outcome_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    outcome_at = models.DateTimeField(null=True)
    wrong_service = models.BooleanField(default=False)
    wrong_service_target = models.ForeignKey(Service, on_delete=models.PROTECT, null=True, related_name="+")
    failure_demand = models.CharField(max_length=16, choices=FailureDemand.choices, blank=True)
    outcome_reason = models.CharField(max_length=12, choices=OutcomeReason.choices, blank=True)
    flag = models.CharField(max_length=9, choices=Flag.choices, blank=True)
    flagged_at = models.DateTimeField(null=True)
    flagged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    flag_handled_at = models.DateTimeField(null=True)
    help_wanted_at = models.DateTimeField(null=True, help_text="The responder asks a colleague for advice, since then.")

    # The log's heads: the last number given in each audience, allocated under this row's lock.
    head_all = models.PositiveIntegerField(default=0)
    head_staff = models.PositiveIntegerField(default=0)

    answer_due_at = models.DateTimeField(null=True, help_text="Until when an answer or a call is promised to who waits for one.")
    due_at = models.DateTimeField(null=True, help_text="When time next brings something (away, closing).")
    retain_until = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    objects = ConversationQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        ordering = ["-queued_at"]
        indexes = [
            # Not partial: SQLite can't prove that `state = ?` is inside a partial index, and would read every row.
            models.Index(fields=["state", "queue", "-priority", "line_at", "id"], name="conversation_line"),
            models.Index(fields=["responder", "state"], name="conversation_active"),
            models.Index(fields=OF_MONTHS, name="conversation_months"),
            models.Index(fields=["resident_key"], name="conversation_resident"),
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="conversation_due"),
            models.Index(
                fields=["flagged_at"],
                condition=Q(flagged_at__isnull=False, flag_handled_at__isnull=True),
                name="conversation_flagged",
            ),
            models.Index(fields=["answer_due_at"], condition=Q(answer_due_at__isnull=False), name="conversation_promised"),
            models.Index(fields=["help_wanted_at"], condition=Q(help_wanted_at__isnull=False), name="conversation_help"),
            models.Index(fields=["retain_until"], condition=Q(erased_at__isnull=True), name="conversation_retain"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["resident_key", "start_token"], name="conversation_started_once"),
            models.UniqueConstraint(
                fields=["resident_key", "service"], condition=~Q(state="ended"), name="conversation_one_open_in_a_service"
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="conversation_state_known"),
            models.CheckConstraint(
                condition=(Q(state="active") & Q(accepted_at__isnull=False) & Q(responder__isnull=False)) | ~Q(state="active"),
                name="conversation_active_has_responder",
            ),
            models.CheckConstraint(
                condition=(Q(state="ended") & Q(closed_at__isnull=False) & ~Q(status="") & ~Q(ended_by=""))
                | (~Q(state="ended") & Q(closed_at__isnull=True)),
                name="conversation_ended_has_status",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["", "answered"]) | Q(first_reply_at__isnull=True), name="conversation_answered_by_reply"
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(accepted_at__gte=F("queued_at")),
                name="conversation_accepted_after_queued",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def is_open(self) -> bool:
        """Messages may be written until it ends."""
        return self.state != State.ENDED

    @property
    def takes_identification(self) -> bool:
        """She may be asked to identify: not where the service never asks, not a professional, and not one who sent a form."""
        asks = self.service.identification != Identification.NEVER
        return asks and self.professional_id is None and self.medium == Medium.CHAT

    @property
    def is_written(self) -> bool:
        """It is answered in words here: in a chat, by a form, or in a letter; who is called or written to elsewhere is not."""
        return self.medium in (Medium.CHAT, Medium.FORM) or (self.medium == Medium.MAIL and not hasattr(self, "later_contact"))

    def is_away(self, *, now: datetime) -> bool:
        """No sign of life of the resident for 120 s; nobody waits at a form."""
        return self.medium == Medium.CHAT and now - self.seen_at > AWAY_AFTER


def comes_again() -> Q:
    """What makes a conversation a duplicate, asked of each row (M19): an earlier contact.

    A help form, a call that was asked for and a letter are none, however long they stay open (metrics 1.1).

    The county is compared in a way that no index serves: the databases would take the county's and read everything before the row,
    while a session or a person has a handful of conversations.
    """
    earlier = (
        Conversation.objects.exclude(pk=OuterRef("pk"))
        .annotate(of_county=F("county_id") + 0)
        .filter(of_county=OuterRef("county_id"), queued_at__lt=OuterRef("queued_at"), is_test=False, medium=Medium.CHAT)
        .filter(
            Q(closed_at__isnull=True)
            | Q(closed_at__gt=OuterRef("queued_at"))
            | Q(status=Status.ABANDONED, left_at__gte=OuterRef("queued_at") - DUPLICATE_WITHIN)
        )
    )
    of_session = Exists(earlier.filter(resident_key=OuterRef("resident_key")))
    return Q(of_session) | (~Q(person="") & Q(Exists(earlier.filter(person=OuterRef("person")))))


class OfConversation(models.QuerySet[Any]):
    """Rows that belong to a conversation: who may read it may read them."""

    def readable_by(self, actor: Actor) -> Self:
        """Rows of the conversations that the actor may read."""
        return self.filter(conversation__in=Conversation.objects.readable_by(actor))


class ContactDetail(models.Model):
    """Where a resident wants to be reached afterwards. Kept apart from the conversation, and blanked when it is done (S001-6).

    Of a chat it only says that she was asked for a number, for whose people: the call request that comes of it has the number.
    """

    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, related_name="contact_detail")
    value = models.CharField(max_length=120, blank=True)
    queue = models.ForeignKey(
        Queue, on_delete=models.PROTECT, null=True, related_name="+", help_text="For a call by whose people she is asked."
    )
    asked_at = models.DateTimeField(null=True, help_text="When she was asked for it.")
    given_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True, help_text="When she was last told by e-mail that her answer has come.")
    erased_at = models.DateTimeField(null=True)

    objects = OfConversation.as_manager()

    class Meta:
        verbose_name = _("contact detail")
        verbose_name_plural = _("contact details")

    def __str__(self) -> str:
        return f"{self.conversation_id}"
