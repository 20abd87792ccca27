"""One conversation in the console: what its part shows, and what its reader may do there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.actors import Staff
from accounts.choices import Role
from accounts.permissions import has_role
from chat.choices import (
    GIVEN_OUTCOMES,
    AudienceChoice,
    Contactor,
    EventKind,
    FailureDemand,
    LaterKind,
    Medium,
    Outcome,
    OutcomeReason,
    ParticipantKind,
    State,
)
from chat.models import Appointment, Conversation, Event, LaterContact, MailThread, Participant
from chat.operations import has_left_contact, may_redact
from chat.operations.reading import Opened
from chat.protocol import TEXT_LIMIT
from chat.views.log_words import event_words
from services.models import Service, Topic
from services.texts import Text, pick, text

CONTACTORS: Mapping[str, str | Promise] = {
    "": _("Resident"),
    "self": _("Resident herself"),
    "relative": _("Relative or friend"),
    "professional": _("Professional"),
}
PROFESSIONAL = _("Professional: %(name)s")
"""A consulting professional by her shown name; the script has the same."""
MARK = _("no topic, code %(number)s")
"""What tells apart two who gave no topic."""
LANGUAGE_WORDS: Mapping[str, str | Promise] = {"fi": _("in Finnish"), "sv": _("in Swedish"), "en": _("in English")}
EVENT_WORDS: Mapping[str, str | Promise] = {
    EventKind.JOINED: _("The resident started the conversation"),
    "joined:colleague": _("%(name)s joined to whisper; the resident does not see it"),
    "joined:professional": _("%(name)s asks as a professional"),
    EventKind.CLAIMED: _("%(name)s took the conversation"),
    EventKind.AWAY: _("The resident is away"),
    EventKind.BACK: _("The resident is back"),
    "ended:resident": _("The resident ended the conversation"),
    "ended:responder": _("The responder ended the conversation"),
    "ended:system": _("The portal closed the conversation"),
    "ended:silent": _("The portal closed the conversation: the resident was away for too long"),
    "flagged:set": _("%(name)s flagged the conversation for the supervisor"),
    "flagged:withdrawn": _("%(name)s took the flag back"),
    "flagged:handled": _("%(name)s has handled the flag"),
    "concern:step": _("%(name)s went through a step of the concern checklist"),
    "concern:undone": _("%(name)s took back a step of the concern checklist"),
    "concern:done": _("%(name)s has gone through the concern checklist"),
    "concern:withdrawn": _("%(name)s took the concern back, with a reason"),
    "help:wanted": _("%(name)s asks colleagues for advice"),
    "help:settled": _("%(name)s no longer asks for advice"),
    "identity:asked": _("The resident was asked to identify themselves"),
    "identity:opened": _("The resident went to identify themselves"),
    "identity:verified": _("The resident has identified themselves"),
    "identity:declined": _("The resident chose not to identify themselves"),
    "identity:failed": _("The identification did not succeed"),
    "identity:expired": _("The request to identify was not answered in time"),
    "identity:recalled": _("The request to identify was taken back"),
    EventKind.CODED: _("Outcome %(name)s was saved"),
    EventKind.TRANSFERRED: _("The conversation was transferred"),
    "transferred:asked": _("The resident is asked whether the conversation may go on in: %(place)s"),
    "transferred:offered": _("Offered to: %(place)s. The sender goes on meanwhile"),
    "transferred:accepted": _("%(name)s took the conversation: %(place)s"),
    "transferred:declined": _("The offer was declined; the conversation came back to the sender"),
    "transferred:expired": _("Nobody took the offer in time; the conversation came back to the sender"),
    "transferred:withdrawn": _("The transfer was taken back"),
    "transferred:refused": _("The resident said no to the transfer"),
    "transferred:unanswered": _("The resident did not answer whether the conversation may be transferred"),
    "transferred:unavailable": _("The target closed meanwhile: %(place)s. The conversation stays with the sender"),
    "transferred:moved": _("Moved to the line of: %(place)s"),
    "transferred:held": _("A place is kept in the next line of: %(place)s"),
    "transferred:call_back": _("A call back was agreed: %(place)s"),
    "transferred:call_back_asked": _("The resident is asked for a number to call: %(place)s"),
    "transferred:contacts": _("Contact details were given: %(place)s"),
    "escalated:offer": _("Shown first to %(name)s"),
    "escalated:supervisor": _("Not taken in time: the supervisor was told"),
    "escalated:alternatives": _("Not taken in time: other ways were offered to the resident"),
    "escalated:overflow": _("Not taken in time: went on to another queue"),
    "notice:alternatives": _("The resident was offered other ways to get help"),
    "notice:try": _("An attempt to reach the resident was recorded"),
    EventKind.REQUEUED: _("The conversation went back to the line"),
    "requeued:lost": _("The responder’s connection was lost. The conversation went to the front of the line"),
    "claimed:over": _("%(name)s took the conversation over"),
    EventKind.ESTIMATED: _("The resident was told how long the wait may be"),
    EventKind.REDACTED: _("Words of a message were hidden"),
    EventKind.ERASED: _("The words of this conversation have been erased"),
}
"""What each event says in the log; “%(name)s” is the person's shown name or the outcome's code. The script has the same."""


PATH_ROLES = (Role.PATH_AUTHOR, Role.MAIN_USER)
"""Who may make a guidance path of a question; the path's own door asks the same."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """An event as it is read in the log: a message of somebody, or a line of the portal."""

    event: Event
    side: str
    name: str
    words: str
    seen: bool
    whisper: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """What the person had written or chosen when a plain form was refused: nothing of it is lost."""

    body: str = ""
    audience: str = AudienceChoice.ALL
    client_id: UUID | None = None
    outcome: str = ""
    topic: str = ""
    target: str = ""
    failure_demand: str = ""
    reason: str = ""
    record: str = ""
    refusal: str = ""
    about: str = ""
    transfer: Mapping[str, str] = field(default_factory=dict)


def name_of(person: Participant) -> str:
    """Who takes part, as the reader's page names a colleague: the title beside a name is in the page's language, as she gave it."""
    user = person.conversation.professional if person.kind == ParticipantKind.RESIDENT else person.user
    return user.page_name if user is not None else person.name


def contactor_words(contactor: str, who: str = "") -> str:
    """Who contacts: a professional who has signed in by her name, others by what they told."""
    return str(PROFESSIONAL).replace("%(name)s", who) if who else str(CONTACTORS.get(contactor, CONTACTORS[""]))


def mark_words(conversation: UUID, *, topic: object, who: object) -> str:
    """What stands for the topic of one who gave none and no name: three digits of her conversation's id, alike in every list."""
    return "" if topic or who else str(MARK).replace("%(number)s", str(int(conversation.hex[:8], 16) % 900 + 100))


def page_language() -> str:
    """The language of the page."""
    return (get_language() or "fi")[:2]


def plain(words: Mapping[str, str | Promise]) -> dict[str, str]:
    """The words in the page's language, for the script."""
    return {str(key): str(value) for key, value in words.items()}


def conversation_context(actor: Staff, opened: Opened, draft: Draft | None = None) -> dict[str, object]:
    """What the part of one conversation shows, and what its reader may do there."""
    row = opened.conversation
    language = page_language()
    mine = row.responder_id == actor.user_id and opened.participant is not None
    waiting = row.state == State.WAITING
    people = list(Participant.objects.filter(conversation=row).select_related("user"))
    for person in people:
        person.conversation = row
    resident = next((person for person in people if person.kind == ParticipantKind.RESIDENT), None)
    shown = draft or Draft()
    log = [] if waiting else log_lines(row, people, me=opened.participant, resident=resident)
    who = name_of(resident) if resident is not None and row.contactor == Contactor.PROFESSIONAL else ""
    return {
        "opened": opened,
        "row": row,
        "contactor": contactor_words(row.contactor, who),
        "who": who,
        "mark": mark_words(row.public_id, topic=row.topic, who=who),
        "language_word": LANGUAGE_WORDS.get(row.language, row.language),
        "me": opened.participant,
        "resident": resident,
        "people": {str(person.public_id): name for person in people if (name := name_of(person))},
        "colleagues": " ".join(str(person.public_id) for person in people if person.kind == ParticipantKind.COLLEAGUE),
        "is_mine": mine,
        "is_waiting": waiting,
        "may_write": mine and row.state == State.ACTIVE and row.is_written,
        "may_note": opened.participant is not None,
        "may_code": mine and not waiting,
        "needs_code": mine and row.state == State.ENDED and row.outcome in ("", Outcome.R0),
        "may_hide": not waiting and may_redact(by=actor, row=row, now=timezone.now()),
        "log": log,
        "unanswered_since": unanswered_since(log) if row.state == State.ACTIVE and row.is_written else None,
        "reasons": OutcomeReason.choices,
        "demands": FailureDemand.choices,
        "chosen_reason": shown.reason or row.outcome_reason,
        "chosen_demand": shown.failure_demand or row.failure_demand,
        "chosen_target": shown.target or (str(row.wrong_service_target.public_id) if row.wrong_service_target else ""),
        "outcomes": [(number, code, Outcome(code).label) for number, code in enumerate(GIVEN_OUTCOMES, start=1)],
        "topics": topic_choices(row, language) if mine else [],
        "targets": target_choices(row, language) if mine else [],
        "draft": shown,
        "client_id": shown.client_id or uuid4(),
        "chosen_outcome": shown.outcome or row.outcome or (likely_outcome(row) if mine else ""),
        "chosen_topic": shown.topic or (row.topic.key if row.topic else ""),
        "text_limit": TEXT_LIMIT,
        "now_at": timezone.now(),
        "may_make_path": mine and row.medium == Medium.FORM and has_role(actor, PATH_ROLES, county=row.county.code),
        "medium_word": Medium(row.medium).label,
        "left_contact": mine and has_left_contact(row),
        "mail_thread": MailThread.objects.filter(conversation=row).first() if row.medium == Medium.MAIL else None,
    }


def likely_outcome(row: Conversation) -> str:
    """What was agreed in the conversation says what came of it, until its responder says otherwise: R3, R4 or R6."""
    if row.identified_at is not None and Appointment.objects.filter(conversation=row, cancelled_at__isnull=True).exists():
        return str(Outcome.R3)
    agreed = LaterContact.objects.filter(conversation__origin=row, agreed_by__isnull=False).order_by("pk").last()
    if agreed is None:
        return ""
    return str(Outcome.R4 if agreed.kind == LaterKind.CALL_REQUEST else Outcome.R6)


def unanswered_since(log: Sequence[LogLine]) -> datetime | None:
    """Since when the resident has waited for an answer to what she wrote last, if she has."""
    since = None
    for line in log:
        if line.event.kind == EventKind.MESSAGE and line.event.audience == AudienceChoice.ALL:
            since = (since or line.event.created_at) if line.side == "resident" else None
    return since


def topic_choices(row: Conversation, language: str) -> list[tuple[str, Text]]:
    """The topics of the service that may be given."""
    topics = Topic.objects.filter(service_id=row.service_id, retired=False)
    return [(topic.key, text(topic, "name", language)) for topic in topics]


def target_choices(row: Conversation, language: str) -> list[tuple[UUID, Text]]:
    """The right services to which a resident in the wrong place was guided: the county's public ones but this."""
    services = right_services(row)
    return [(service.public_id, text(service, "name", language)) for service in services]


def right_services(row: Conversation) -> Sequence[Service]:
    """Public services of the same county, but for the conversation's own."""
    return list(Service.objects.public().of_county(row.county.code).exclude(pk=row.service_id))


def log_lines(
    row: Conversation, people: Iterable[Participant], *, me: Participant | None, resident: Participant | None
) -> list[LogLine]:
    """The whole log in the order in which it was written, notes of the staff among the rest."""
    by_key = {person.pk: person for person in people}
    return [
        log_line(event, by_key.get(event.participant_id or 0), me=me, resident=resident)
        for event in Event.objects.filter(conversation=row).order_by("pk")
    ]


def _names(person: Participant) -> set[str]:
    """Under which names an event may have told of one who takes part; none: her own."""
    return {"", person.name, person.user.shown_name if person.user is not None else ""}


def log_line(event: Event, person: Participant | None, *, me: Participant | None, resident: Participant | None) -> LogLine:
    """How one event looks to this reader."""
    if event.kind != EventKind.MESSAGE:
        told = event.payload.get("name") or event.payload.get("outcome") or ""
        name = name_of(person) if person is not None and told in _names(person) else told
        name = pick(event.payload["names"], page_language()) if event.payload.get("names") else name
        words = event_words(
            event, EVENT_WORDS, name=str(name), language=page_language(), otherwise=str(EventKind(event.kind).label)
        )
        return LogLine(event, "portal", "", words, False)
    if person is None or person.kind == ParticipantKind.RESIDENT:
        return LogLine(event, "resident", (name_of(person) if person else "") or str(CONTACTORS[""]), "", False)
    side = "me" if me is not None and person.pk == me.pk else "colleague"
    seen = event.audience == AudienceChoice.ALL and resident is not None and resident.seen_all >= event.seq
    return LogLine(event, side, name_of(person), "", seen, whisper=person.kind == ParticipantKind.COLLEAGUE)
