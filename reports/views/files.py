"""The report of a month or of a free period as files."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import IO, TypeVar

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.actors import Staff
from reports.exports import NoPaperError, as_csv, as_json, paper, workbook
from reports.models import MonthlyReport
from reports.report import Report, report_of, with_year
from reports.views.choosing import chosen_of
from reports.views.door import figures_door
from services.models import County
from services.resources.files import CONTENT_TYPES

R = TypeVar("R", bound=HttpResponseBase)

KINDS = {**CONTENT_TYPES, "pdf": "application/pdf", "json": "application/json"}


class DiskResponse(FileResponse):
    """A file of any size from the disk: only a piece of it is in memory, on the event loop too, where Django would gather all."""

    block_size = 256 * 1024

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces = iter(self)
        while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
            yield piece


def as_file(content: bytes, kind: str, name: str) -> HttpResponse:
    """A file to be saved, which no browser takes for something else."""
    return _to_save(HttpResponse(content, content_type=KINDS[kind]), kind, name)


def from_disk(file: IO[bytes], kind: str, name: str) -> DiskResponse:
    """The same of a large file; it is gone when it has been taken."""
    return _to_save(DiskResponse(file, content_type=KINDS[kind]), kind, name)


def _to_save(response: R, kind: str, name: str) -> R:
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_GET
@figures_door
def table(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """Everything as one table for a spreadsheet: raw values beside those in words, and no cell that is a formula."""
    report = _report(request, actor, county, with_trend=False)
    return as_file(as_csv(with_year(report)), "csv", f"raportti-{report.key}")


@require_GET
@figures_door
def data(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """The same for a machine."""
    report = _report(request, actor, county)
    return as_file(as_json(report), "json", f"raportti-{report.key}")


@require_GET
@figures_door
def workbook_file(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """The same as a workbook with charts and definitions."""
    report = _report(request, actor, county)
    return as_file(workbook(with_year(report)), "xlsx", f"raportti-{report.key}")


@require_GET
@figures_door
def paper_file(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """The same on paper, in the language of the page."""
    report = _report(request, actor, county)
    try:
        content = paper(report)
    except NoPaperError as error:
        messages.warning(request, error.words)
        return redirect(f"{reverse('reports:month' if report.month else 'reports:period')}?{request.GET.urlencode()}")
    return as_file(content, "pdf", f"raportti-{report.key}")


def _report(request: HttpRequest, actor: Staff, county: County, *, with_trend: bool = True) -> Report:
    chosen = chosen_of(request, actor, county)
    asked = request.GET.get("revisio", "")
    if asked and not (asked.isdecimal() and len(asked) < 4):
        raise Http404
    try:
        return report_of(
            actor,
            county,
            chosen.service,
            chosen.period,
            now=timezone.now(),
            with_trend=with_trend,
            group=chosen.group,
            revision=int(asked) if asked else None,
        )
    except MonthlyReport.DoesNotExist as error:
        raise Http404 from error
