"""The definition of a rollout’s service: filled in, looked at before it is made, and kept in step with the service (S000-40)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actors import Staff
from adoption.choices import RolloutStatus
from adoption.definition import DEFINITION, QUEUES
from adoption.definition.checks import lacking
from adoption.definition.shape import TEXTS
from adoption.forms.definition import DefinitionForm
from adoption.forms.definition_rows import QueueRows, TargetRows, queue_rows, target_rows
from adoption.models import Rollout, RolloutItem
from adoption.operations.definition import (
    Standing,
    apply_definition,
    save_definition,
    standing_of,
    take_all_from_service,
    take_from_service,
    write_to_service,
)
from adoption.operations.definition.standing import UNSEEN, may_write_service
from adoption.permissions import may_drive, may_work_on
from adoption.views.definition_shown import both_sides, names_of, plans_of, sections_of, steps_of
from adoption.views.door import rollout_door
from services.models import ResponderGroup
from services.publication import mandatory_languages

PAGE, DRAFT = "definition", "definition_draft"
"""The two pages, by the last part of their names at either door."""
MORE = {"more_queues": "queues", "more_targets": "targets"}


@dataclass(slots=True)
class Page:
    """The three forms of the page, that are sent together."""

    form: DefinitionForm
    queues: QueueRows
    targets: TargetRows

    def is_valid(self) -> bool:
        """Each shows its own errors."""
        return all([self.form.is_valid(), self.queues.is_valid(), self.targets.is_valid()])

    @property
    def errors(self) -> Sequence[tuple[str, str, str]]:
        """Everything that is wrong: the field’s id and name, and what to do."""
        found = [("", "", str(each)) for rows in (self.queues, self.targets) for each in rows.non_form_errors()]
        for form in (self.form, *self.queues.forms, *self.targets.forms):
            if form.is_bound and form.errors:
                found += [("", getattr(form, "heading", ""), str(each)) for each in form.non_field_errors()]
                found += [(field.auto_id, str(field.label), str(each)) for field in form for each in field.errors]
        return found


@require_http_methods(["GET", "HEAD", "POST"])
@rollout_door
def definition(request: HttpRequest, actor: Staff, rollout: Rollout) -> HttpResponse:
    """The nine points and the queues; what is written stays on the page until it is saved."""
    found = define(request, actor, rollout)
    if isinstance(found, str):
        return redirect(f"adoption:{found}", rollout.public_id)
    return render(request, "adoption/definition/definition.html", found, status=422 if found["errors"] else 200)


def define(request: HttpRequest, actor: Staff, rollout: Rollout) -> dict[str, Any] | str:
    """Whatever the door: saves what was posted and names the page that comes next, else gives what the page shows."""
    standing = standing_of(rollout, now=timezone.now())
    items = _items(rollout)
    may_fill = rollout.status != RolloutStatus.NOT_STARTED and (
        may_drive(actor, rollout) or any(may_work_on(actor, item) for item in items)
    )
    do = request.POST.get("do", "save")
    data: QueryDict | None = None
    if request.method == "POST":
        if not may_fill:
            raise PermissionDenied
        data = request.POST.copy()
        if do in MORE:
            _one_more(data, MORE[do], mandatory_languages(rollout.county.official_languages))
    page = _page(rollout, standing, data)
    if data is not None and do not in MORE and page.is_valid():
        try:
            save_definition(
                by=actor,
                rollout=rollout,
                definition=page.form.definition(page.queues, page.targets),
                version=page.form.cleaned_data["version"],
                now=timezone.now(),
            )
        except ValidationError as error:
            page.form.refuse(error)
            # Both texts are on the page now: the next save is made knowing of the other.
            data["version"] = str(standing.answer.version if standing.answer is not None else "")
        else:
            messages.success(request, _("The definition was saved."))
            return DRAFT if do == "preview" else PAGE
    return {
        "rollout": rollout,
        "item": items[0] if items else None,
        "page": page,
        "errors": page.errors if data is not None and do not in MORE else [],
        "points": sections_of(rollout, page.form),
        "plans": plans_of(standing),
        "off_hours": page.form.lines_of("off_hours")[0],
        "needed_names": _needed(rollout),
        "may_make": may_drive(actor, rollout) and _is_unseen(rollout),
        "external": standing.definition.external,
        "stored": standing.answer,
        "may_fill": may_fill,
        "lacking": lacking(standing.definition) if standing.answer is not None else [],
        "written": steps_of(standing, names_of(rollout, standing), both_sides(standing)) if not may_fill else [],
        **standing_context(actor, rollout, standing),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@rollout_door
def draft(request: HttpRequest, actor: Staff, rollout: Rollout) -> HttpResponse:
    """What would be made of the definition, before it is made; nothing else than what was shown is made."""
    found = look_at_draft(request, actor, rollout)
    if isinstance(found, str):
        return redirect(f"adoption:{found}", rollout.public_id)
    return render(request, "adoption/definition/draft.html", found)


def look_at_draft(request: HttpRequest, actor: Staff, rollout: Rollout) -> dict[str, Any] | str:
    """Whatever the door: makes what was shown and names the page that comes next, else shows what would be made."""
    if not may_drive(actor, rollout):
        raise PermissionDenied
    if request.method == "POST":
        try:
            done = apply_definition(by=actor, rollout=rollout, seen=request.POST.get("seen", ""), now=timezone.now())
        except ValidationError as error:
            messages.warning(request, " ".join(error.messages))
            return DRAFT
        if done.made_service:
            messages.success(request, _("The draft was made. Residents see nothing of it yet."))
        elif done.written:
            words = ngettext(
                "%(n)d thing was written into the service.", "%(n)d things were written into the service.", len(done.written)
            )
            messages.success(request, words % {"n": len(done.written)})
        else:
            messages.info(request, _("The service has all of this already. Nothing was made."))
        return PAGE
    standing = standing_of(rollout, now=timezone.now())
    if standing.answer is None:
        return PAGE
    names = names_of(rollout, standing)
    return {
        "rollout": rollout,
        "lacking": lacking(standing.definition),
        "is_unseen": _is_unseen(rollout),
        "planned": steps_of(standing, names, standing.planned),
        "kept": steps_of(standing, names, standing.kept),
        "seen": standing.seen,
    }


@require_POST
@rollout_door
def difference(request: HttpRequest, actor: Staff, rollout: Rollout) -> HttpResponse:
    """One difference is settled, either way."""
    settle(request, actor, rollout)
    name = "adoption:rollout" if request.POST.get("from") == "rollout" else "adoption:definition"
    return redirect(f"{reverse(name, args=[rollout.public_id])}#erot")


def settle(request: HttpRequest, actor: Staff, rollout: Rollout) -> None:
    """Whatever the door: settles the posted difference, and tells how that went."""
    path, seen = request.POST.get("path", ""), request.POST.get("seen", "")
    do = request.POST.get("do", "")
    if do not in ("take", "take_all", "write"):
        raise Http404
    try:
        if do == "take_all":
            take_all_from_service(by=actor, rollout=rollout, now=timezone.now())
            messages.success(request, _("The definition now tells also what only the service told."))
        elif do == "take":
            take_from_service(by=actor, rollout=rollout, path=path, seen=seen, now=timezone.now())
            messages.success(request, _("The definition now says what the service says."))
        else:
            confirmed = request.POST.get("confirmed") == "yes"
            write_to_service(by=actor, rollout=rollout, path=path, seen=seen, confirmed=confirmed, now=timezone.now())
            messages.success(request, _("The service now says what the definition says."))
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))


def standing_context(actor: Staff, rollout: Rollout, standing: Standing) -> dict[str, Any]:
    """What the list of differences needs, on either page."""
    shown = standing.differences if rollout.service is not None else ()
    items = _items(rollout) if shown else []
    is_alive = rollout.status != RolloutStatus.NOT_STARTED
    return {
        "differing": steps_of(standing, names_of(rollout, standing), shown) if shown else [],
        "difference_count": len(shown),
        "only_live_count": sum(each.only_live and each.may_take for each in shown),
        "may_take": is_alive and bool(shown) and (may_drive(actor, rollout) or any(may_work_on(actor, item) for item in items)),
        "may_write": is_alive and bool(shown) and may_write_service(actor, rollout),
        "must_confirm": not _is_unseen(rollout),
        "could_make": is_alive and bool(standing.planned) and may_drive(actor, rollout) and _is_unseen(rollout),
    }


def _is_unseen(rollout: Rollout) -> bool:
    return rollout.service is None or rollout.service.status in UNSEEN


def _items(rollout: Rollout) -> list[RolloutItem]:
    """The items that ask for the definition or for the queues."""
    rows = RolloutItem.objects.filter(rollout=rollout, parts__requirement__form__in=(DEFINITION, QUEUES)).distinct()
    items = list(rows.select_related("model_item__phase").order_by("model_item__phase__order", "model_item__order", "pk"))
    for item in items:
        item.rollout = rollout
    return items


def _page(rollout: Rollout, standing: Standing, data: QueryDict | None) -> Page:
    names = names_of(rollout, standing)
    known = {row.slot for row in standing.definition.queues}
    refs = {ref for row in standing.definition.queues for ref in (*row.transfers, row.overflow_to) if ref}
    groups = {group.key: str(group) for group in ResponderGroup.objects.filter(county=rollout.county)}
    return Page(
        DefinitionForm(data, definition=standing.definition, version=standing.answer.version if standing.answer else None),
        queue_rows(
            data,
            standing.definition,
            groups=groups,
            official=mandatory_languages(rollout.county.official_languages),
            elsewhere={ref: names.queues.get(ref, ref) for ref in sorted(refs - known)},
        ),
        target_rows(data, standing.definition),
    )


def _one_more(data: QueryDict, prefix: str, languages: Sequence[str]) -> None:
    """One more empty row, the county's languages ticked in it, with everything that was written still there."""
    key = f"{prefix}-TOTAL_FORMS"
    count = data.get(key, "")
    if count.isdecimal() and len(count) < 4:
        data[key] = str(int(count) + 1)
        data.setlist(f"{prefix}-{count}-languages", list(languages))


def _needed(rollout: Rollout) -> set[str]:
    """The fields without which the service is not whole: the texts in the county’s languages."""
    codes = mandatory_languages(rollout.county.official_languages)
    return {f"{name}_{code}" for name in TEXTS for code in codes} | {"measures", "resources", "communication"}
