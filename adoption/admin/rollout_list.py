"""The list of rollouts in the admin: how far each is by phase, its next gate, what is late; narrowed by what the board knows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext

from adoption.board import BoardRow, GateCell, GateShape, board_rows, gate_words
from adoption.choices import ItemState
from adoption.models import Rollout, RolloutItem, VerdictCondition
from adoption.states import CLOSED
from adoption.templatetags.adoption_words import shown
from adoption.words import share_name
from services.models.base import label

BEHIND = (GateShape.PASSED, GateShape.CONDITIONS)


class RolloutChangeList(ChangeList):
    """The rows of the page with what the board tells of each: the same queries for any number of rows."""

    def get_results(self, request: HttpRequest) -> None:
        """Only for the rows that are shown."""
        super().get_results(request)
        rows = list(self.result_list)
        told = {row.rollout.pk: row for row in board_rows(rows, people={}, today=timezone.localdate())}
        for row in rows:
            row.on_board = told[row.pk]
        self.result_list = rows


def next_gate(row: BoardRow) -> GateCell | None:
    """The first gate that has not been passed."""
    return next((gate for cell in row.phases for gate in cell.gates if gate.shape not in BEHIND), None)


class RolloutColumns(admin.ModelAdmin):
    """The columns of the list."""

    list_display = ("name_shown", "late_shown", "gate_shown", "progress_shown", "phases_shown", "status_shown", "county_shown")
    list_per_page = 50

    class Media:
        """The list's own look."""

        css: ClassVar[dict[str, list[str]]] = {"all": ["adoption/admin.css"]}

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """The list that knows the board."""
        return RolloutChangeList

    @admin.display(description=_("name of the operating model"), ordering="name_fi")
    def name_shown(self, rollout: Rollout) -> str:
        """In the language of the page."""
        return str(rollout)

    @admin.display(description=_("status"), ordering="status")
    def status_shown(self, rollout: Rollout) -> str:
        """Whether it runs, and how mature it is."""
        return format_html("{}<br>{}", rollout.get_status_display(), rollout.get_stage_display())

    @admin.display(description=_("county"), ordering="county")
    def county_shown(self, rollout: Rollout) -> str:
        """By the name that people know it by."""
        return label(rollout.county, "brand_name" if getattr(rollout.county, "brand_name_fi", "") else "name")

    @admin.display(description=_("done"))
    def progress_shown(self, rollout: Rollout) -> str:
        """Of the whole."""
        progress = rollout.on_board.progress  # type: ignore[attr-defined]
        words = '<strong class="nl-admin-percent">{}</strong><br>{}/{}'
        return format_html(words, share_name(progress.tenths), progress.done, progress.applicable)

    @admin.display(description=_("progress by phase"))
    def phases_shown(self, rollout: Rollout) -> str:
        """Each phase with its share."""
        cells = rollout.on_board.phases  # type: ignore[attr-defined]
        rows = ((cell.phase.order, shown(cell.phase), share_name(cell.progress.tenths)) for cell in cells)
        return format_html('<ol class="nl-admin-shares">{}</ol>', format_html_join("", "<li>{} {} <strong>{}</strong></li>", rows))

    @admin.display(description=_("next gate"))
    def gate_shown(self, rollout: Rollout) -> str:
        """The first gate that has not been passed, and how it stands."""
        gate = next_gate(rollout.on_board)  # type: ignore[attr-defined]
        if gate is None:
            return pgettext("gate", "All passed")
        return format_html("<strong>{}</strong><br>{}", gate.gate.key, gate_words(gate))

    @admin.display(description=_("late and blocked"))
    def late_shown(self, rollout: Rollout) -> str:
        """How many items are late, how many blocked, and how many conditions of gates are late."""
        row = rollout.on_board  # type: ignore[attr-defined]
        conditions = ngettext("condition late", "conditions late", row.conditions_late)
        told = [(_("late"), row.late), (_("blocked"), row.blocked), (conditions, row.conditions_late)]
        lines = [(words, count) for words, count in told if count]
        return format_html_join("", '<span class="nl-admin-late">{} {}</span> ', ((n, w) for w, n in lines)) or "0"


# --- filters ---


class CodeFilter(admin.SimpleListFilter):
    """A code of the card, by what the rollouts of the actor have; capitals make no difference."""

    field = ""

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """Each code once."""
        rows = model_admin.get_queryset(request).order_by().values_list(self.field, flat=True).distinct()
        return _choices(rows)

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Those with the code."""
        return queryset.filter(**{f"{self.field}__iexact": self.value()}) if self.value() else queryset


class ProgrammeFilter(CodeFilter):
    """Who funds it."""

    title = _("programme")
    parameter_name = field = "programme"


class InvestmentFilter(CodeFilter):
    """By which investment."""

    title = _("investment")
    parameter_name = field = "investment"


class TagFilter(admin.SimpleListFilter):
    """A phenomenon. Lists are compared here: not every database looks into them."""

    title = _("phenomena")
    parameter_name = "tag"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """Each once."""
        rows = model_admin.get_queryset(request).order_by().values_list("tags", flat=True)
        return _choices(tag for tags in rows for tag in tags)

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Those that have it."""
        wanted = (self.value() or "").casefold()
        if not wanted:
            return queryset
        pairs = queryset.order_by().values_list("pk", "tags")
        return queryset.filter(pk__in=[key for key, tags in pairs if wanted in {str(tag).strip().casefold() for tag in tags}])


class PressingFilter(admin.SimpleListFilter):
    """What asks for somebody today."""

    title = _("what presses")
    parameter_name = "pressing"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        """Late, blocked, or waiting for management."""
        return [
            ("late", _("Something is late")),
            ("blocked", _("Something is blocked")),
            ("waiting", _("Something waits for a decision")),
            ("conditions", _("A condition of a gate is late")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Those with such an item."""
        today = timezone.localdate()
        return queryset.filter(_presses(self.value() or "", today)) if self.value() in dict(self.lookup_choices) else queryset


def _presses(what: str, today: date) -> Exists:
    items = RolloutItem.objects.filter(rollout=OuterRef("pk"))
    match what:
        case "late":
            return Exists(items.filter(due_on__lt=today).exclude(state__in=CLOSED))
        case "blocked":
            return Exists(items.filter(state=ItemState.BLOCKED))
        case "waiting":
            return Exists(items.filter(state=ItemState.WAITING_DECISION))
    open_ones = VerdictCondition.objects.filter(verdict__rollout=OuterRef("pk"), met_at__isnull=True)
    return Exists(open_ones.filter(due_on__lt=today))


def _choices(words: Iterable[str]) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for text in sorted(str(word).strip() for word in words):
        if text:
            found.setdefault(text.casefold(), text)
    return [(text, text) for _key, text in sorted(found.items())]
