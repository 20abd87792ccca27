"""Rollouts in the admin: the list, the card with its people and checklists, and the pages that lead from it.

Everything is done by the operations of the rollouts' own pages, so both doors leave the same rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy, pgettext

from accounts.actors import Actor
from accounts.admin.base import VERSION_FIELD, OperatedAdmin
from accounts.choices import ADMIN_DOOR_ROLES
from accounts.origin import actor_of
from accounts.permissions import has_role_anywhere
from adoption.admin.rollout_actions import RolloutActions
from adoption.admin.rollout_checklist import ChecklistInline, RowsRefusedError, checklist_inlines, people_of_page, save_items
from adoption.admin.rollout_form import FIRST, FUNDING, FURTHER, MemberInline, choices_of_card, field_of_card, save_members
from adoption.admin.rollout_list import InvestmentFilter, PressingFilter, ProgrammeFilter, RolloutColumns, TagFilter
from adoption.admin.rollout_pages import RolloutPages
from adoption.checklist import lines_of
from adoption.choices import ItemState, RolloutStatus
from adoption.definition import DEFINITION
from adoption.forms.rollouts import PRESS_FIELD, StartForm
from adoption.fulfilment import fulfilment_of
from adoption.models import Rollout, RolloutItem
from adoption.models.rollouts import DRIVER_ROLES
from adoption.operations import change_card, check_rollout, offered_items, start_rollout
from adoption.operations.rollouts import LANGUAGES
from adoption.permissions import may_decide, may_drive
from adoption.progress import progress
from adoption.views.rollout import items_of, open_questions, proofs_of, sections_of
from adoption.views.rollouts import tell_started


@admin.register(Rollout)
class RolloutAdmin(RolloutColumns, RolloutActions, RolloutPages, OperatedAdmin):
    """Coordinators and main users drive; managers decide; whoever reads rollouts by her role looks."""

    entered_by = ADMIN_DOOR_ROLES
    counted = ngettext_lazy("%(n)s rollout", "%(n)s rollouts", "n")
    change_form_template = "admin/adoption/rollout.html"
    add_form_template = "admin/adoption/rollout_add.html"
    list_filter = (
        "stage",
        "status",
        PressingFilter,
        ProgrammeFilter,
        InvestmentFilter,
        TagFilter,
        ("county", admin.RelatedOnlyFieldListFilter),
    )
    search_fields: ClassVar[tuple[str, ...]] = (
        *(f"{name}_{code}" for name in ("name", "summary") for code in LANGUAGES),
        *("place", "programme", "pillar", "investment", "service__name_fi", "service__name_sv"),
    )
    ordering = ("name_fi", "pk")
    fieldsets = (
        (None, {"fields": FIRST}),
        (gettext_lazy("Funding"), {"fields": FUNDING, "classes": ["collapse"]}),
        (gettext_lazy("More about the rollout"), {"fields": FURTHER, "classes": ["collapse"]}),
    )

    # --- who may ---

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Who drives it, while it is not ended."""
        ended = isinstance(obj, Rollout) and obj.status == RolloutStatus.NOT_STARTED
        return not ended and super().has_change_permission(request, obj)

    def may_create(self, actor: Actor) -> bool:
        """A coordinator or main user of a county, or of a service."""
        return has_role_anywhere(actor, DRIVER_ROLES)

    def get_queryset(self, request: HttpRequest) -> Any:
        """With what the list and every page ask of it."""
        rows = super().get_queryset(request)
        return rows.select_related("county", "service", "phase", "sponsor", "model_version__model__county")

    # --- the card ---

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The county is chosen once; of one that goes on the card is folded, for its checklists are what people come for."""
        groups = [(name, dict(options)) for name, options in super().get_fieldsets(request, obj)]
        if obj is None:
            groups[0][1]["fields"] = ["county", *groups[0][1]["fields"], PRESS_FIELD]
            return groups
        (_none, first), *further = groups
        return [(pgettext("rollout", "Card"), {**first, "classes": ["collapse"]}), *further]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The choices are those of the rollout's county."""
        request.rollout_of_page = obj  # type: ignore[attr-defined]
        if kwargs.get("fields"):
            kwargs["fields"] = [name for name in kwargs["fields"] if name != PRESS_FIELD]
        form = super().get_form(request, obj, change=change, **kwargs)
        return form if obj else type(form.__name__, (form,), {PRESS_FIELD: StartForm.base_fields[PRESS_FIELD]})

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """As on the card's own page."""
        if db_field.is_relation:
            kwargs |= choices_of_card(db_field, request, getattr(request, "rollout_of_page", None))
            return field_of_card(db_field, request, db_field.formfield(**kwargs))
        return field_of_card(db_field, request, super().formfield_for_dbfield(db_field, request, **kwargs))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """It starts today, in the county of the page when that is one of the person's own."""
        county = getattr(request, "county", None)
        return {
            "starts_on": timezone.localdate(),
            "county": county.pk if county else None,
            **super().get_changeform_initial_data(request),
        }

    def perform_create(self, *, by: Actor, values: dict[str, Any]) -> models.Model:
        """Starts it by the county's newest published model."""
        given = _with_words(values)
        name = {code: given.pop(f"name_{code}") for code in LANGUAGES}
        county, service, press = given.pop("county"), given.pop("service"), given.pop(PRESS_FIELD)
        return start_rollout(by=by, county=county, name=name, service=service, now=timezone.now(), public_id=press, **given)

    def perform_change(self, *, by: Actor, row: models.Model, version: int | None, values: dict[str, Any]) -> models.Model:
        """Keeps its card."""
        assert isinstance(row, Rollout)
        return change_card(by=by, rollout=row, values=_with_words(values), version=version, now=timezone.now())

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        """A card that nobody touched is not saved: whoever ticks an item does not stand in the way of who writes the card."""
        if change and not _is_touched(form):
            return
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """People first, then every touched item of every phase; all of them or none."""
        by, rows, rollout = actor_of(request), [], form.instance
        for formset in formsets:
            if issubclass(formset.model, RolloutItem):
                rows += formset.forms
            else:
                save_members(by=by, formset=formset)
        if not rows:
            return
        try:
            moved = save_items(by=by, forms_of_page=rows, people=people_of_page(request, rollout))
        except RowsRefusedError as refused:
            request.refused_rows = refused.rows  # type: ignore[attr-defined]
            raise
        if moved:
            words = ngettext("%(n)d item was moved.", "%(n)d items were moved.", moved) % {"n": moved}
            messages.success(request, words)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """When it was asked for tells whether this press started it."""
        request.asked_at = timezone.now()  # type: ignore[attr-defined]
        return super().add_view(request, form_url, extra_context)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        """A new rollout opens: there is what to do next. One that an earlier press started is told so."""
        tell_started(request, Rollout.objects.get(pk=obj.pk), request.asked_at)  # type: ignore[attr-defined]
        return redirect("admin:adoption_rollout_change", obj.pk)

    # --- the page ---

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        """Its people, and a checklist for each phase of its own version of the model."""
        if obj is None or obj.pk is None:
            return []
        kept: dict[int, list[type[ChecklistInline]]] = request.__dict__.setdefault("checklists_of_page", {})
        if obj.pk not in kept:
            kept[obj.pk] = checklist_inlines(list(obj.model_version.phases.all()))
        return [MemberInline, *kept[obj.pk]]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Opening the page has the live system looked at, as on the rollout's own page."""
        rollout = self.get_object(request, object_id)
        if isinstance(rollout, Rollout) and request.method == "GET" and self._who_entered(request):
            check_rollout(rollout=rollout, by=actor_of(request), now=timezone.now())
        return super().change_view(request, object_id, form_url, extra_context)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """What the page tells beside the form: progress, gates, questions, and what each item still lacks."""
        rollout = context.get("original")
        if isinstance(rollout, Rollout):
            context |= self._beside(request, Rollout.objects.select_related("county", "service", "phase").get(pk=rollout.pk))
            lines = {line.item.pk: line for section in context["sections"] for line in section.lines}
            sections = {section.phase.key: section for section in context["sections"]}
            for inline in context["inline_admin_formsets"]:
                phase = getattr(inline.opts, "phase", None)
                if phase is None:
                    continue
                inline.section = sections.get(phase.key)
                inline.is_wrong = bool(inline.formset.is_bound and inline.formset.total_error_count())
                for form in inline.formset.forms:
                    form.line = lines.get(form.instance.pk)
            if self.has_change_permission(request, rollout):
                context["title"] = _("Change: %(kind)s") % {"kind": self.opts.verbose_name}
        return super().render_change_form(request, context, *args, **kwargs)

    def _beside(self, request: HttpRequest, rollout: Rollout) -> dict[str, Any]:
        items = items_of(rollout)
        for item in items:
            item.rollout = rollout
        fulfilment = fulfilment_of(items)
        lines = lines_of(items, today=timezone.localdate(), fulfilment=fulfilment, proofs=proofs_of(rollout))
        by = actor_of(request)
        drives = may_drive(by, rollout) and rollout.is_running
        return {
            "in_admin": True,
            "rollout": rollout,
            "progress": progress(items),
            "sections": sections_of(rollout, lines, fulfilment),
            "late": sum(line.is_overdue for line in lines),
            "blocked": sum(line.item.state == ItemState.BLOCKED for line in lines),
            "drives": drives,
            "only_decides": rollout.is_running and not drives and may_decide(by, rollout),
            "has_definition": DEFINITION in rollout.model_version.forms,
            "questions": open_questions(rollout, items) if drives else [],
            "offered_count": len(offered_items(rollout)) if drives else 0,
        }


def _with_words(values: Mapping[str, Any]) -> dict[str, Any]:
    """A language that nobody wrote is an empty text, as on the card's own page, and not nothing."""
    written = {f"{name}_{code}" for name in ("name", "summary") for code in LANGUAGES}
    return {name: value or "" if name in written else value for name, value in values.items()}


def _is_touched(form: Any) -> bool:
    """Some field of the card was written anew; a browser's own ends of lines are no change."""
    return any(
        not isinstance(was := form.initial.get(name), str | list) or _plain(was) != _plain(form.cleaned_data.get(name))
        for name in form.changed_data
        if name != VERSION_FIELD
    )


def _plain(value: Any) -> Any:
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value


__all__ = ["RolloutAdmin"]
