"""What is done with several rollouts at once: their people are reminded, the live system is looked at, the list is taken along."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.choices import AuditAction
from accounts.operations import record_audit
from accounts.origin import actor_of
from adoption.board import board_rows, people_in
from adoption.exports import workbook
from adoption.models import Rollout
from adoption.nudges import MOST_ITEMS
from adoption.operations import check_rollout
from adoption.views.board import file_response
from adoption.views.nudges import items_chosen, letters_of, send
from services.resources.files import CONTENT_TYPES


class RolloutActions(admin.ModelAdmin):
    """The actions of the list, and the page on which letters are confirmed."""

    actions = ("remind", "look_now", "take_along")

    def get_urls(self) -> list[URLPattern]:
        """The page of letters stands before that of a row."""
        page = path("remind/", self.admin_site.admin_view(self.remind_view), name="adoption_rollout_remind")
        return [page, *super().get_urls()]

    def has_steer_permission(self, request: HttpRequest) -> bool:
        """She drives some rollout or decides on it."""
        actor = getattr(request, "actor", None)
        return actor is not None and bool(Rollout.objects.steered_by(actor).exists())

    @admin.action(description=gettext_lazy("Remind the people of late and blocked items"), permissions=["steer"])
    def remind(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """Shows the letters first; nothing is sent yet."""
        actor, today = actor_of(request), timezone.localdate()
        steered = set(Rollout.objects.steered_by(actor).filter(pk__in=queryset.values("pk")).values_list("pk", flat=True))
        chosen = list(queryset)
        refused = _("Your rights do not cover this.")
        for rollout in (row for row in chosen if row.pk not in steered):
            messages.warning(request, f"{rollout}: {refused}")
        rows = board_rows([row for row in chosen if row.pk in steered], people=people_in(chosen), today=today)
        items = [line.item for row in rows for line in row.pressing if line.item.owner_id is not None]
        if not items:
            messages.info(request, _("Nothing in the chosen rollouts is late or blocked and has a person who could be reminded."))
            return None
        if len(items) > MOST_ITEMS:
            words = _("Together these have %(n)s late or blocked items; at most %(most)s are reminded of at a time. Choose fewer.")
            messages.warning(request, words % {"n": len(items), "most": MOST_ITEMS})
            return None
        return self._letters(request, [str(item.public_id) for item in items])

    def _letters(self, request: HttpRequest, keys: list[str]) -> HttpResponse:
        actor = actor_of(request)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Remind their people"),
            **letters_of(actor, items_chosen(keys, actor)),
        }
        return TemplateResponse(request, "admin/adoption/rollout_remind.html", context)

    def remind_view(self, request: HttpRequest) -> HttpResponse:
        """Sends the letters that were shown."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        actor = actor_of(request)
        items = items_chosen(request.POST.getlist("item"), actor)
        if items:
            send(request, actor, items)
        else:
            messages.warning(request, _("Choose at least one item."))
        return redirect("admin:adoption_rollout_changelist")

    @admin.action(description=gettext_lazy("Check the chosen ones against the live system"), permissions=["view"])
    def look_now(self, request: HttpRequest, queryset: Any) -> None:
        """Each is checked; what became done is told."""
        actor, now = actor_of(request), timezone.now()
        found = [(row, check_rollout(rollout=row, by=actor, now=now)) for row in queryset]
        for row, checked in found:
            if checked.done:
                words = ngettext("The system set %(n)d item to done.", "The system set %(n)d items to done.", len(checked.done))
                messages.success(request, f"{row}: {words % {'n': len(checked.done)}}")
        if not any(checked.done for _row, checked in found):
            messages.info(request, _("Checked. Nothing new was found."))

    @admin.action(description=gettext_lazy("Take the chosen ones along as a workbook (XLSX)"), permissions=["view"])
    def take_along(self, request: HttpRequest, queryset: Any) -> HttpResponse:
        """The rollouts and their items; the audit keeps how many went."""
        today = timezone.localdate()
        rollouts = list(queryset.select_related("county", "service", "phase", "sponsor"))
        for county, count in sorted(Counter(row.county.code for row in rollouts).items()):
            record_audit(
                by=actor_of(request),
                action=AuditAction.EXPORT,
                object_type=self.opts.label_lower,
                county=county,
                count=count,
                source="admin",
            )
        content = workbook(board_rows(rollouts, people=people_in(rollouts), today=today))
        return file_response(content, CONTENT_TYPES["xlsx"], f"kayttoonotot-{today}.xlsx")
