"""The pages that lead from a rollout in the admin: an item, a form, a gate, its history and its end.

They show what the rollout's own pages show and do what is posted by the same functions; only the frame and the way back differ.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from accounts.origin import actor_of
from adoption.forms import AdoptForm
from adoption.history import deeds_of
from adoption.models import Rollout
from adoption.operations import offered_items
from adoption.permissions import may_drive
from adoption.templatetags.adoption_words import shown
from adoption.views.definition import define, look_at_draft, settle
from adoption.views.gates import decide_on, meet
from adoption.views.items import work_on
from adoption.views.model_forms import Saved, fill_in, page_of_its_own
from adoption.views.rollout import look_now, take_answer, take_items
from adoption.views.rollouts import end_by_form
from adoption.words import form_name

ON_A_PAGE = 50
RELATED = ("county", "model_version__model", "service", "phase", "sponsor", "touched_by")


class RolloutPages(admin.ModelAdmin):
    """Each page opens to whoever reads the rollout; the operations decide who does what there."""

    def get_urls(self) -> list[URLPattern]:
        """They stand before the page of the rollout itself."""
        pages: dict[str, tuple[str, Callable[..., HttpResponse]]] = {
            "item": ("item/<uuid:item>/", self.item_view),
            "form": ("form/<slug:form>/", self.form_view),
            "gate": ("gate/<slug:gate>/", self.gate_view),
            "condition": ("gate/<slug:gate>/condition/", self.condition_view),
            "check": ("check/", self.check_view),
            "answer": ("answer/", self.answer_view),
            "adopt": ("adopt/", self.adopt_view),
            "end": ("end/", self.end_view),
            "definition": ("definition/", self.definition_view),
            "definition_draft": ("definition/draft/", self.draft_view),
            "definition_difference": ("definition/difference/", self.difference_view),
        }
        view = self.admin_site.admin_view
        own = [path(f"<int:pk>/{rest}", view(page), name=f"adoption_rollout_{name}") for name, (rest, page) in pages.items()]
        return [*own, *super().get_urls()]

    def _opened(self, request: HttpRequest, pk: int) -> Rollout:
        """The rollout, if she may read it and this page opens to her; to anybody else it is as if there were none."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row: Rollout | None = Rollout.objects.readable_by(actor_of(request)).filter(pk=pk).select_related(*RELATED).first()
        if row is None:
            raise Http404
        return row

    def _page(self, request: HttpRequest, name: str, title: str, context: dict[str, Any], *, refused: bool = False) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "in_admin": True,
            **context,
        }
        return TemplateResponse(request, f"admin/adoption/rollout_{name}.html", context, status=422 if refused else 200)

    def item_view(self, request: HttpRequest, pk: int, item: UUID) -> HttpResponse:
        """One item, where everything that it asks is done."""
        rollout = self._opened(request, pk)
        found = work_on(request, actor_of(request), rollout, item)
        if isinstance(found, str):
            return redirect(f"{reverse('admin:adoption_rollout_item', args=[pk, item])}{found}")
        model_item = found["item"].model_item
        return self._page(request, "item", f"{model_item.code} {shown(model_item)}", found, refused=bool(found["refused"]))

    def form_view(self, request: HttpRequest, pk: int, form: str) -> HttpResponse:
        """A form of the model."""
        rollout = self._opened(request, pk)
        if (anchor := page_of_its_own(form)) is not None:
            return redirect(reverse("admin:adoption_rollout_definition", args=[pk]) + anchor)
        found = fill_in(request, actor_of(request), rollout, form)
        if not isinstance(found, Saved):
            return self._page(request, "form", form_name(form), found, refused=bool(found["form"].errors))
        if found.is_whole:
            return redirect("admin:adoption_rollout_item", pk, found.item.public_id)
        return redirect(reverse("admin:adoption_rollout_form", args=[pk, form]) + found.query)

    def gate_view(self, request: HttpRequest, pk: int, gate: str) -> HttpResponse:
        """What a gate asks, how it stands, and the verdict."""
        rollout = self._opened(request, pk)
        found = decide_on(request, actor_of(request), rollout, gate)
        if found is None:
            return redirect("admin:adoption_rollout_gate", pk, gate)
        title = _("Gate %(key)s") % {"key": gate}
        refused = found["form"] is not None and bool(found["form"].errors)
        return self._page(request, "gate", f"{title}: {shown(found['gate'])}", found, refused=refused)

    def condition_view(self, request: HttpRequest, pk: int, gate: str) -> HttpResponse:
        """A condition of a verdict has been met."""
        rollout = self._opened(request, pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        meet(request, actor_of(request), rollout, gate)
        return redirect("admin:adoption_rollout_gate", pk, gate)

    def check_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Asks the live system now."""
        rollout = self._opened(request, pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        look_now(request, actor_of(request), rollout)
        return redirect("admin:adoption_rollout_change", pk)

    def answer_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Answers a question on which an item depends."""
        rollout = self._opened(request, pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        take_answer(request, actor_of(request), rollout)
        return redirect("admin:adoption_rollout_change", pk)

    def adopt_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Takes new items of the model into a running rollout."""
        rollout, actor = self._opened(request, pk), actor_of(request)
        if not may_drive(actor, rollout):
            raise PermissionDenied
        if request.method == "POST":
            take_items(request, actor, rollout)
            return redirect("admin:adoption_rollout_change", pk)
        offered = offered_items(rollout)
        form = AdoptForm(offered=offered) if offered else None
        return self._page(request, "adopt", _("Add items of the model"), {"rollout": rollout, "form": form})

    def end_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ends a rollout that is not launched, when the person has said why and that she is sure."""
        rollout = self._opened(request, pk)
        form = end_by_form(request, actor_of(request), rollout)
        if form is None:
            return redirect("admin:adoption_rollout_change", pk)
        context = {"rollout": rollout, "form": form}
        return self._page(request, "end", _("This will not be launched"), context, refused=bool(form.errors))

    def definition_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The nine points and the queues, and where the service says something else."""
        rollout = self._opened(request, pk)
        found = define(request, actor_of(request), rollout)
        if isinstance(found, str):
            return redirect(f"admin:adoption_rollout_{found}", pk)
        return self._page(request, "definition", _("Definition of the service"), found, refused=bool(found["errors"]))

    def draft_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What would be made of the definition."""
        rollout = self._opened(request, pk)
        found = look_at_draft(request, actor_of(request), rollout)
        if isinstance(found, str):
            return redirect(f"admin:adoption_rollout_{found}", pk)
        return self._page(request, "definition_draft", _("What would be made"), found)

    def difference_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One difference between the definition and the service is settled."""
        rollout = self._opened(request, pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        settle(request, actor_of(request), rollout)
        return redirect(reverse("admin:adoption_rollout_definition", args=[pk]) + "#erot")

    def history_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Who did what and when, from the rollout's own rows and the audit."""
        rollout = self._opened(request, int(object_id) if object_id.isdecimal() and len(object_id) < 19 else 0)
        page = Paginator(deeds_of(rollout), ON_A_PAGE).get_page(request.GET.get("p"))
        return self._page(request, "history", _("History: %(rollout)s") % {"rollout": rollout}, {"rollout": rollout, "page": page})
