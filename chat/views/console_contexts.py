"""What the console's smaller parts show: the flag, advice among colleagues, the client record, earlier conversations, calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.actors import Staff
from chat.choices import CONCERNS, AudienceChoice, EventKind, Flag, Medium, Outcome, OutcomeReason, ParticipantKind, State
from chat.models import Concern, Conversation, Event, Participant
from chat.operations import earlier_conversations, linked_conversations
from chat.operations.reading import Opened
from chat.record_text import Facts, Said, record_text
from chat.views.console_panel import CONTACTORS, page_language
from services.texts import Text, text

FLAG_ADVICE: dict[str, list[str | Promise]] = {
    Flag.DANGEROUS: [
        _("If somebody’s life or health is in danger now, call 112 yourself. Tell the resident that you do so."),
        _("Keep the conversation open and ask where the person is."),
        _("Call a colleague or your supervisor beside you: do not be left alone with this."),
    ],
    Flag.ABUSIVE: [
        _("You need not put up with threats or abuse. Say once, calmly, that you end the conversation if it goes on."),
        _("Then end it. The supervisor reads it and goes through it with you."),
    ],
}


@dataclass(frozen=True, slots=True)
class Call:
    """A conversation that calls for this person's attention, and why."""

    row: Conversation
    why: str | Promise
    is_flag: bool
    at: datetime | None
    service: Text
    contactor: str | Promise


def flag_context(actor: Staff, opened: Opened) -> dict[str, object]:
    """The flag of the conversation, what to do about it, and what this reader may do."""
    row = opened.conversation
    is_open = bool(row.flag) and row.flag_handled_at is None
    is_concern = row.flag in CONCERNS and Concern.objects.open().filter(conversation=row).exists()
    return {
        "flag_word": Flag(row.flag).label if row.flag else "",
        "flag_open": is_open,
        "flag_choices": [(value, Flag(value).label, lines) for value, lines in FLAG_ADVICE.items()],
        "flag_advice": FLAG_ADVICE.get(row.flag, []),
        "is_concern": is_concern,
        "may_withdraw": is_open and not is_concern and row.flagged_by_id == actor.user_id,
        "may_handle": is_open and Conversation.objects.supervised_by(actor).filter(pk=row.pk).exists(),
    }


def advice_context(actor: Staff, opened: Opened) -> dict[str, object]:
    """Whether colleagues are asked for advice, and whether this reader may whisper."""
    row, me = opened.conversation, opened.participant
    return {
        "may_ask_help": row.state == State.ACTIVE and row.responder_id == actor.user_id,
        "may_whisper": row.state == State.ACTIVE and me is None,
        "is_whisperer": me is not None and me.kind == ParticipantKind.COLLEAGUE,
    }


def record_context(actor: Staff, opened: Opened) -> dict[str, object]:
    """Where the contact is recorded stands with the ending; the text itself is made when it is asked for."""
    row = opened.conversation
    return {"may_record": row.state != State.WAITING and (opened.participant is not None or row.state == State.ENDED)}


def earlier_context(actor: Staff, opened: Opened) -> dict[str, object]:
    """The identified person's earlier conversations within the reader's own grants."""
    row = opened.conversation
    if row.state == State.WAITING:
        return {"earlier": [], "linked": []}
    language = page_language()
    beside = linked_conversations(by=actor, conversation=row.public_id, now=timezone.now())
    linked = [(item, text(item.service, "name", language), Medium(item.medium).label) for item in beside]
    if not row.person:
        return {"earlier": [], "linked": linked}
    found = earlier_conversations(by=actor, conversation=row.public_id, now=timezone.now())
    return {
        "linked": linked,
        "earlier": [
            (item, text(item.service, "name", language), Outcome(item.outcome).label if item.outcome else "") for item in found
        ],
    }


def calls_context(request: HttpRequest, actor: Staff) -> dict[str, object]:
    """Conversations of others that call for her: flags, who waits untaken, advice asked. One query when nobody calls."""
    language = page_language()
    kept = ("service", "queue", "responder")
    helped = Conversation.objects.asking_help().exclude(responder_id=actor.user_id)
    flagged, told = Conversation.objects.flagged(), Conversation.objects.told_of()
    some = [rows.order_by().values_list("pk", flat=True) for rows in (helped, flagged, told)]
    keys = set(some[0].union(*some[1:]))
    if not keys:
        return {"calls": []}
    mine = {"pk__in": keys}

    def call(row: Conversation, why: str | Promise, at: datetime | None, *, is_flag: bool = False) -> Call:
        return Call(row, why, is_flag, at, text(row.service, "name", language), CONTACTORS[row.contactor])

    calls = [
        call(row, Flag(row.flag).label, row.flagged_at, is_flag=True)
        for row in flagged.filter(**mine).select_related(*kept).supervised_by(actor)
    ]
    calls += [
        call(row, _("Waits, and nobody has taken them"), row.line_at)
        for row in told.filter(**mine).select_related(*kept).supervised_by(actor)
    ]
    calls += [
        call(row, _("Asks for advice"), row.help_wanted_at)
        for row in helped.filter(**mine).select_related(*kept).readable_by(actor)
    ]
    return {"calls": sorted(calls, key=lambda call: (not call.is_flag, call.at or timezone.now()))}


def record_of(row: Conversation, *, whole: bool) -> str:
    """The text for the client record, in the page's language; with `whole` what was written to and by the resident too."""
    language = page_language()
    began, ended = row.accepted_at or row.queued_at, row.closed_at
    return record_text(
        Facts(
            date=_day(began),
            began=_clock(began, language),
            ended=_clock(ended, language) if ended else "",
            service=str(text(row.service, "name", language)),
            contactor=str(CONTACTORS[row.contactor]) if row.contactor else "",
            topic=str(text(row.topic, "name", language)) if row.topic else "",
            outcome=str(Outcome(row.outcome).label) if row.outcome else "",
            reason=str(OutcomeReason(row.outcome_reason).label) if row.outcome_reason else "",
            guided_to=str(text(row.wrong_service_target, "name", language)) if row.wrong_service_target else "",
            responder=row.responder.page_name if row.responder else "",
            log=_said(row, language) if whole else (),
        )
    )


def _said(row: Conversation, language: str) -> list[Said]:
    people = {person.pk: person for person in Participant.objects.filter(conversation=row)}
    events = Event.objects.filter(conversation=row, audience=AudienceChoice.ALL, kind=EventKind.MESSAGE).order_by("seq")
    lines = []
    for event in events:
        person = people.get(event.participant_id or 0)
        name = person.name if person is not None and person.name else str(CONTACTORS[""])
        if event.body:
            lines.append(Said(_clock(event.created_at, language), name, event.body))
    return lines


def _day(at: datetime) -> str:
    local = timezone.localtime(at)
    return f"{local.day}.{local.month}.{local.year}"


def _clock(at: datetime, language: str) -> str:
    local = timezone.localtime(at)
    return f"{local.hour}{':' if language == 'en' else '.'}{local.minute:02d}"
