"""Hours, exception days and holidays, and the tester that answers “is it open on 24.12. at 13?”."""

from __future__ import annotations

from datetime import time
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.forms import BaseInlineFormSet
from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext_lazy
from django.utils.translation import gettext as _

from accounts.origin import actor_of
from services.admin.base import DirectoryAdmin, RowInline
from services.forms import HoursTesterForm
from services.hours import Availability, Reason
from services.intervals import Interval, refuse_overlaps
from services.models import ExceptionDay, Holiday, Queue, Schedule, WeeklyInterval
from services.openness import availability_of
from services.texts import pick

REASONS = {
    Reason.OPEN: gettext_lazy("The hours run."),
    Reason.CLOSED_HOURS: gettext_lazy("It is outside the weekly hours."),
    Reason.CLOSED_HOLIDAY: gettext_lazy("It is a holiday."),
    Reason.CLOSED_EXCEPTION: gettext_lazy("An exception day says so."),
    Reason.CLOSED_OVERRIDE: gettext_lazy("A manual override says so."),
    Reason.NO_HOURS: gettext_lazy("The queue has no hours."),
    Reason.DISRUPTION: gettext_lazy("A disruption stops new conversations."),
    Reason.SERVICE_PAUSED: gettext_lazy("The service is paused."),
    Reason.SERVICE_NOT_OPEN: gettext_lazy("The service has not been opened."),
    Reason.QUEUE_INACTIVE: gettext_lazy("The queue is not in use."),
    Reason.INTAKE_STOPPED: gettext_lazy("New conversations are no longer taken before closing."),
    Reason.UNSTAFFED: gettext_lazy("Nobody is there to answer."),
    Reason.FULL: gettext_lazy("The queue is full."),
}


class IntervalFormSet(BaseInlineFormSet):
    """The week as a whole: hours that overlap are refused before anything is saved."""

    def clean(self) -> None:
        """All intervals that stay, together."""
        super().clean()
        if any(self.errors):
            return
        rows = [form.cleaned_data for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        refuse_overlaps(
            Interval(row["weekday"], row["opens"], row["closes"], row["valid_from"], row["valid_until"]) for row in rows
        )


class WeeklyIntervalInline(RowInline):
    """The week."""

    model = WeeklyInterval
    formset = IntervalFormSet
    shown = ("weekday", "opens", "closes", "valid_from", "valid_until")


@admin.register(Schedule)
class ScheduleAdmin(DirectoryAdmin):
    """A named set of hours."""

    counted = ngettext_lazy("%(n)s schedule", "%(n)s schedules", "n")
    general = ("county", "key", "name", "closed_on_holidays")
    list_display = ("name", "county", "key", "closed_on_holidays")
    search_fields = ("key", "name")
    inlines = (WeeklyIntervalInline,)

    def get_urls(self) -> list[URLPattern]:
        """The tester stands before the page of a row."""
        tester = path("tester/", self.admin_site.admin_view(self.tester_view), name="services_schedule_tester")
        return [tester, *super().get_urls()]

    def _exchange_links(self, request: HttpRequest) -> list[tuple[str, str]]:
        return [(reverse("admin:services_schedule_tester"), _("Is it open?")), *super()._exchange_links(request)]

    def tester_view(self, request: HttpRequest) -> HttpResponseBase:
        """Asks the same function as every page does, for any moment and any queue that the person may read."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        queues = Queue.objects.readable_by(actor_of(request)).select_related("service").order_by("service__order", "order")
        now = timezone.localtime()
        initial = {"day": now.date(), "hour": now.time().replace(second=0, microsecond=0), "queue": queues.first()}
        form = HoursTesterForm(request.GET if "go" in request.GET else None, queues=queues, initial=initial)
        answer = None
        if form.is_valid():
            queue, at = form.cleaned_data["queue"], form.moment()
            answer = self._answer(queue, availability_of([queue], at=at)[queue.pk])
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Is it open?"),
            "form": form,
            "answer": answer,
        }
        return TemplateResponse(request, "admin/directory/tester.html", context)

    def _answer(self, queue: Queue, found: Availability) -> dict[str, Any]:
        language = (get_language() or "fi")[:2]
        return {
            "queue": queue,
            "found": found,
            "reason": REASONS[found.reason],
            "words": pick(found.reason_text, language),
            "note": pick(found.today.note, language),
        }


@admin.register(ExceptionDay)
class ExceptionDayAdmin(DirectoryAdmin):
    """Days whose hours differ; without hours they concern the whole county."""

    counted = ngettext_lazy("%(n)s exception day", "%(n)s exception days", "n")
    general = ("county", "schedule", "date", "opens", "closes")
    list_display = ("date", "opens", "closes", "schedule", "county", "reason_fi")
    date_hierarchy = "date"

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """A day that has passed is saved, and said; so are hours that run over midnight, which a slip of the keyboard gives too."""
        super().save_model(request, obj, form, change)
        _warn_of_past(request, form.cleaned_data.get("date"))
        opens, closes = form.cleaned_data.get("opens"), form.cleaned_data.get("closes")
        if opens is not None and closes is not None and time(0) < closes < opens:
            messages.warning(
                request,
                _("This closes on the next day: the opening time is later than the closing time. Check that it is meant so."),
            )


@admin.register(Holiday)
class HolidayAdmin(DirectoryAdmin):
    """Holidays of the county; a removed one stays removed when the calendar is filled in again."""

    counted = ngettext_lazy("%(n)s holiday", "%(n)s holidays", "n")
    general = ("county", "date", "removed")
    list_display = ("date", "name_fi", "removed", "county")
    list_filter = ("removed",)
    date_hierarchy = "date"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A deleted one would come back from the calendar: it is marked as removed."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """A day that has passed is saved, and said."""
        super().save_model(request, obj, form, change)
        _warn_of_past(request, form.cleaned_data.get("date"))


def _warn_of_past(request: HttpRequest, day: Any) -> None:
    if day is not None and day < timezone.localdate():
        messages.warning(request, _("The day has passed already: this changes nothing for residents. Check the year."))
