"""From a figure to its rows, and the file with a row for each conversation; each opening is written down first."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.actors import Staff
from reports.behind import LISTED, Column, columns_of, names_of, part_title, rows_behind, why_hidden, words_of
from reports.exports import FIELDS, MOST_ROWS, MOST_SHEET_ROWS, dataset_csv, dataset_rows, dataset_xlsx
from reports.metrics import DEFINITIONS
from reports.operations import export_rows, open_rows
from reports.rounding import number
from reports.views.choosing import chosen_of
from reports.views.door import figures_door
from reports.views.files import from_disk
from services.models import County

ON_PAGE = 50


@require_GET
@figures_door
def rows(request: HttpRequest, actor: Staff, county: County, metric: str) -> HttpResponse:
    """The rows that a figure counts, or those that it looks at and does not count; never their words."""
    chosen = chosen_of(request, actor, county)
    code = next((each for each in LISTED if each.lower() == metric.lower()), None)
    if code is None:
        raise Http404
    scope = chosen.scope(county)
    found = rows_behind(scope, chosen.period, code)
    part = next((each for each in found.parts if each.key == request.GET.get("osa")), found.parts[0])
    pages = Paginator(part.rows, ON_PAGE)
    pages.__dict__["count"] = part.n  # it was counted already
    page = pages.get_page(request.GET.get("sivu"))
    columns = columns_of(found)
    listed: list[list[tuple[Column, object]]] = []
    if not part.is_hidden:
        names = names_of(found, scope.services, with_service=chosen.service is None)
        listed = [[(column, column.cell(row, names)) for column in columns] for row in page.object_list]
        open_rows(
            by=actor,
            county=county,
            service=chosen.service,
            group=chosen.group,
            period=chosen.period,
            metric=code,
            count=len(listed),
            kind=found.kind,
        )
    context = {
        "chosen": chosen,
        "definition": DEFINITIONS[code],
        "title": words_of(code),
        "found": found,
        "part": part,
        "parts": [(each, part_title(each)) for each in found.parts],
        "hidden": why_hidden(found) if part.is_hidden else "",
        "page": page,
        "columns": columns,
        "rows": listed,
        "back": f"{reverse('reports:month' if chosen.month else 'reports:period')}?{chosen.query}#{code}",
    }
    return render(request, "reports/rows.html", context)


@require_GET
@figures_door
def dataset(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """What the file with a row for each conversation has in it, before it is taken."""
    chosen = chosen_of(request, actor, county)
    context = {"chosen": chosen, "fields": [(name, str(words)) for name, words in FIELDS.items()]}
    return render(request, "reports/dataset.html", context)


@require_GET
@figures_door
def dataset_file(request: HttpRequest, actor: Staff, county: County, kind: str) -> HttpResponseBase:
    """The file: CSV, or a workbook with the data dictionary."""
    if kind not in ("csv", "xlsx"):
        raise Http404
    chosen = chosen_of(request, actor, county)
    most = MOST_ROWS if kind == "csv" else MOST_SHEET_ROWS
    found = dataset_rows(chosen.scope(county), chosen.period, county, most=most)
    if len(found) > most:
        told = _("There are more than %(most)s conversations, too many for one file. Choose one service or a shorter period.")
        messages.warning(request, told % {"most": number(most)})
        return redirect(f"{reverse('reports:dataset')}?{chosen.query}")
    export_rows(by=actor, county=county, service=chosen.service, group=chosen.group, period=chosen.period, count=len(found))
    made = dataset_csv(found) if kind == "csv" else dataset_xlsx(found)
    days = str(chosen.month or f"{chosen.period.first}-{chosen.period.last}")
    return from_disk(made, kind, f"keskustelut-{chosen.key.replace(':', '-')}-{days}")
