"""What the console shows of a conversation's concern: its steps, who has gone through them, and what stands beside each."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise

from accounts.actors import Staff
from chat.choices import CONCERNS, ConcernNotice, Flag, State, WithdrawalReason
from chat.concerns import Step, checklist, kind_of, steps_of
from chat.models import Concern, ConcernStep, Conversation
from chat.operations import may_work_on
from chat.operations.reading import Opened
from chat.views.console_panel import page_language
from handbook.replies.placeholders import PHONE, fill
from services.models import ContactPoint
from services.texts import Text


@dataclass(frozen=True, slots=True)
class StepShown:
    """A step as it is read: its words, what stands beside it, and who has gone through it."""

    step: Step
    number: int
    title: Text
    help: list[Text]
    done: ConcernStep | None
    is_next: bool


@dataclass(frozen=True, slots=True)
class Saying:
    """Ready words for the resident in the language of the conversation, filled as far as the directory knows."""

    text: str
    language: str
    is_unknown: bool


def concern_context(actor: Staff, opened: Opened) -> dict[str, object]:
    """The concern of the conversation with its checklist, and what this reader may do. No query when there is no flag."""
    row, language = opened.conversation, page_language()
    concern = Concern.objects.filter(conversation=row).order_by("-opened_at", "-pk").first() if row.flag else None
    kinds = [(key, Flag(key).label, kind_of(key).about.to(language)) for key in (*CONCERNS[1:], CONCERNS[0])]
    context: dict[str, object] = {"concern": None, "concern_kinds": kinds, "concern_open": False}
    if concern is None:
        return context
    is_open = concern.closed_at is None
    done = {each.key: each for each in concern.steps.select_related("done_by")}
    context |= {
        "concern": concern,
        "concern_open": is_open,
        "concern_steps": _steps(concern, done, language),
        "concern_done": sum(step.key in done for step in steps_of(concern.kind)),
        "may_work": is_open and may_work_on(by=actor, row=row, concern=concern),
    }
    return context | (_beside_the_steps(row, concern, language) if is_open else {})


def _steps(concern: Concern, done: dict[str, ConcernStep], language: str) -> list[StepShown]:
    steps = steps_of(concern.kind)
    left = next((step.key for step in steps if step.key not in done), "")
    return [
        StepShown(
            step=step,
            number=number,
            title=step.title.to(language),
            help=[each.to(language) for each in step.help],
            done=done.get(step.key),
            is_next=step.key == left,
        )
        for number, step in enumerate(steps, start=1)
    ]


def _beside_the_steps(row: Conversation, concern: Concern, language: str) -> dict[str, object]:
    """Numbers from the directory, the duty, and what is said; one query."""
    kind, file = kind_of(concern.kind), checklist()
    points = {point.key: point for point in ContactPoint.objects.filter(county=row.county_id)}
    values = {f"{PHONE}{key}": point.value for key, point in points.items()}
    names: dict[str, str] = {f"{PHONE}{key}": str(point) for key, point in points.items()}
    said = ((kind.say, False), (kind.say_unknown, True))
    notices: list[tuple[str, str | Promise]] = list(ConcernNotice.choices)
    return {
        "concern_urgent": [points[key] for key in file.urgent if key in points],
        "concern_contacts": [points[key] for key in kind.contacts if key in points],
        "concern_duty": [each.to(language) for each in kind.duty],
        "concern_says": [
            Saying(fill(words.said(row.language), values, names=names).text, row.language, is_unknown) for words, is_unknown in said
        ],
        "concern_reply": file.reply,
        "concern_chapter": file.chapter,
        "concern_notices": notices,
        "concern_reasons": WithdrawalReason.choices,
        "may_say": row.state == State.ACTIVE,
    }
