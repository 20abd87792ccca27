"""Hours as rows: weekly intervals, exception days and holidays. What they mean is computed in `services.hours`."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from services.choices import Weekday
from services.models.base import ScopedQuerySet, Versioned, label, one_key_per_county, scoped


class Schedule(Versioned):
    """A named set of hours that queues and contact points share (S002-36, S004-5)."""

    county = models.ForeignKey("County", on_delete=models.CASCADE, related_name="schedules", verbose_name=_("county"))
    key = models.SlugField(_("key"))
    name = models.CharField(_("name"), max_length=80)
    closed_on_holidays = models.BooleanField(_("closed on public holidays and their eves"), default=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("hours")
        verbose_name_plural = _("hours")
        ordering = ["key"]
        constraints = [one_key_per_county("schedule")]

    def __str__(self) -> str:
        return str(self.name)


class WeeklyInterval(models.Model):
    """Open from `opens` to `closes` on a weekday, in local time.

    `closes` at or before `opens` means the next day, so 22.00–6.00 runs over midnight and 0.00–0.00 is a whole day.
    """

    edited_with = "schedule"

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="intervals", verbose_name=_("hours"))
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday.choices)
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    objects = scoped("schedule__county__code").as_manager()

    class Meta:
        verbose_name = _("weekly interval")
        verbose_name_plural = _("weekly intervals")
        ordering = ["weekday", "opens"]
        constraints = [
            models.CheckConstraint(condition=Q(weekday__lte=6), name="weekly_interval_weekday"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_from__isnull=True) | Q(valid_until__gte=models.F("valid_from")),
                name="weekly_interval_valid_ends_after_start",
                violation_error_code="ends_before_start",
                violation_error_message=_("The last day of validity cannot be before the first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H.%M}–{self.closes:%H.%M}"


class ExceptionDay(Versioned):
    """A day whose hours differ from the week's, with the reason in each language.

    Without a schedule it concerns the whole county. Without times the day is closed; several rows a day give several
    intervals. An exception goes before a holiday.
    """

    county = models.ForeignKey("County", on_delete=models.CASCADE, related_name="exception_days", verbose_name=_("county"))
    schedule = models.ForeignKey(
        Schedule, on_delete=models.CASCADE, null=True, blank=True, related_name="exceptions", verbose_name=_("hours")
    )
    date = models.DateField(_("date"))
    opens = models.TimeField(_("opens"), null=True, blank=True)
    closes = models.TimeField(_("closes"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=160)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("exception day")
        verbose_name_plural = _("exception days")
        ordering = ["date", "opens"]
        constraints = [
            models.CheckConstraint(
                condition=Q(opens__isnull=True, closes__isnull=True) | Q(opens__isnull=False, closes__isnull=False),
                name="exception_day_both_times_or_none",
                violation_error_code="both_times",
                violation_error_message=_("Give both the opening and the closing time. Without them the day is closed."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.date:%d.%m.%Y} {label(self, 'reason')}"


class Holiday(Versioned):
    """A Finnish holiday or eve in one county. Filled in from the calendar; a removed one stays removed."""

    county = models.ForeignKey("County", on_delete=models.CASCADE, related_name="holidays", verbose_name=_("county"))
    date = models.DateField(_("date"))
    name = models.CharField(_("name"), max_length=80)
    removed = models.BooleanField(_("removed: open as on other days"), default=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering = ["date"]
        constraints = [models.UniqueConstraint(fields=["county", "date"], name="holiday_once_per_county")]

    def __str__(self) -> str:
        return f"{self.date:%d.%m.%Y} {label(self, 'name')}"
