"""The parts of an item on its page: what fills each, and the form that does."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Staff
from adoption.checklist import standing
from adoption.choices import PartKind
from adoption.forms import DecisionForm, DocumentForm, EvidenceForm, MeetingForm, PageForm, SignForm
from adoption.fulfilment import SYSTEMS_FORM, fulfilment_of
from adoption.models import Filling, FormAnswer, ItemPart, RolloutItem
from adoption.operations import (
    attach_document,
    give_evidence,
    link_meeting,
    record_decision,
    sign_part,
    withdraw_filling,
)
from adoption.views.door import row_of
from adoption.views.enclosures import stored
from adoption.words import part_name


@dataclass(frozen=True, slots=True)
class PartCard:
    """One part: what it asks, what fills it, and the form by which it is filled, when the person may."""

    part: ItemPart
    slug: str
    is_missing: bool
    is_asked: bool
    fillings: Sequence[Filling]
    form: PageForm | None
    answer: FormAnswer | None
    """What has been saved of the form that it asks."""
    is_proposed: bool = False
    """Its text is proposed from what has been logged."""

    @property
    def is_open(self) -> bool:
        """Its form stands unfolded: it came back with an error."""
        return self.form is not None and self.form.is_bound

    @property
    def is_list(self) -> bool:
        """One of the rollout’s own lists fills it."""
        return self.part.requirement.form == SYSTEMS_FORM

    @property
    def roles(self) -> list[str]:
        """Who gives it, when it is not anybody who works on the item."""
        return list(self.part.given_by)


def part_form(part: ItemPart, data: Any = None, files: Any = None, *, proposed: str = "") -> PageForm | None:
    """The form that fills a part of its kind; forms, members and facts are filled elsewhere. `proposed` is a text to begin with."""
    given = {"data": data, "files": files, "auto_id": f"{part_slug(part)}-%s"}
    match part.kind:
        case PartKind.DECISION:
            return DecisionForm(**given)
        case PartKind.DOCUMENT:
            return DocumentForm(**given)
        case PartKind.EVIDENCE:
            return EvidenceForm(**given, initial={"text": proposed} if proposed else None)
        case PartKind.PARTICIPANTS if not part.requirement.of_members:
            return MeetingForm(rollout=part.item.rollout, **given)
        case PartKind.SIGNOFF:
            return SignForm(**given)
    return None


def part_slug(part: ItemPart) -> str:
    """The part’s name as it may stand in an address’s fragment and in an id."""
    return "osa-" + part.name.replace(":", "-").replace("_", "-")


def part_cards(
    parts: Sequence[ItemPart],
    *,
    asked: Collection[int],
    missing: Collection[int],
    fillable: Collection[int],
    answers: Mapping[str, FormAnswer],
    bound: dict[str, PageForm],
    proposed: Mapping[int, str],
) -> list[PartCard]:
    """Every part in order: those that apply now (`asked`), those that lack something, and those that the person may fill."""
    cards = []
    for part in parts:
        fillings = standing(part.fillings.all(), part.item.period)
        is_asked = part.pk in asked
        text = proposed.get(part.pk, "")
        form = bound.get(f"part:{part.name}") or (part_form(part, proposed=text) if part.pk in fillable else None)
        answer = answers.get(part.requirement.form)
        cards.append(PartCard(part, part_slug(part), part.pk in missing, is_asked, fillings, form, answer, bool(text)))
    return cards


def fill_part(request: HttpRequest, actor: Staff, row: RolloutItem) -> dict[str, PageForm] | str:
    """Fill the part that is named."""
    part = ItemPart.objects.filter(item=row, name=request.POST.get("part", "")).select_related("requirement").first()
    if part is None:
        raise Http404
    part.item = row
    form = part_form(part, request.POST, request.FILES)
    if form is None:
        raise Http404
    if form.is_valid():
        try:
            with transaction.atomic():
                data = {**form.cleaned_data, "file": stored(actor, row.rollout, form.cleaned_data.get("file"))}
                FILLERS[part.kind](actor, part, data, timezone.now())
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _told(part), extra_tags=part_slug(part))
            return f"#{part_slug(part)}"
    return {f"part:{part.name}": form}


def withdraw_part(request: HttpRequest, actor: Staff, row: RolloutItem) -> dict[str, PageForm] | str:
    """Take back what filled a part; it stays in the history."""
    filling = row_of(Filling.objects.filter(part__item=row), request.POST.get("filling", ""))
    try:
        withdraw_filling(by=actor, filling=filling, now=timezone.now())
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages), extra_tags="osat")
    else:
        messages.success(request, _("It was taken back. The history keeps it."), extra_tags="osat")
    return "#osat"


def _told(part: ItemPart) -> str:
    """What was done, and whether the item lacks something still: who signs need not be the one who marks it done."""
    match part.kind:
        case PartKind.SIGNOFF:
            done = _("You have signed.")
        case PartKind.DECISION:
            done = _("The decision was recorded.")
        case _:
            done = _("Saved.")
    missing = fulfilment_of([part.item])[part.item_id].missing
    left = _("The item lacks nothing now: it can be marked done.")
    if missing:
        left = _("Still needed: %(names)s.") % {"names": ", ".join(part_name(each.name) for each in missing)}
    return f"{done} {left}"


def _decide(by: Staff, part: ItemPart, data: dict[str, Any], now: datetime) -> None:
    record_decision(by=by, part=part, outcome=data["outcome"], on=data["on"], text=data["text"], file=data["file"], now=now)


def _attach(by: Staff, part: ItemPart, data: dict[str, Any], now: datetime) -> None:
    version, link = data["document_version"], data["link"]
    attach_document(by=by, part=part, on=data["on"], document_version=version, file=data["file"], link=link, now=now)


def _evidence(by: Staff, part: ItemPart, data: dict[str, Any], now: datetime) -> None:
    give_evidence(by=by, part=part, text=data["text"], on=data["on"], link=data["link"], file=data["file"], now=now)


def _meeting(by: Staff, part: ItemPart, data: dict[str, Any], now: datetime) -> None:
    link_meeting(by=by, part=part, meeting=data["meeting"], now=now)


def _sign(by: Staff, part: ItemPart, data: dict[str, Any], now: datetime) -> None:
    sign_part(by=by, part=part, now=now)


FILLERS: dict[str, Callable[[Staff, ItemPart, dict[str, Any], datetime], None]] = {
    PartKind.DECISION: _decide,
    PartKind.DOCUMENT: _attach,
    PartKind.EVIDENCE: _evidence,
    PartKind.PARTICIPANTS: _meeting,
    PartKind.SIGNOFF: _sign,
}
