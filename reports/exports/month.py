"""All files of many reports: paper, workbook, table and data of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, as_completed
from concurrent.futures.process import BrokenProcessPool

from reports.exports.paper import STYLE, TEMPLATE, NoPaperError, context_of, papers_at_once
from reports.exports.plain import as_csv, as_json
from reports.exports.workbook import workbook
from reports.report import Report

KINDS = ("csv", "json", "xlsx", "pdf")
PLAIN: Mapping[str, Callable[[Report], bytes]] = {"csv": as_csv, "json": as_json, "xlsx": workbook}


def files_of(reports: Iterable[Report]) -> Iterator[tuple[str, bytes | None]]:
    """Each file with its name, as soon as it is made; the papers are laid out meanwhile, in processes of their own, and come last.

    Where this machine has no library for paper, or a process of it was killed, the content of a paper is None.
    """
    with papers_at_once() as lay_out:
        names: dict[Future[bytes], str] = {}
        for report in reports:
            name = f"raportti-{report.key}"
            names[lay_out(TEMPLATE, context_of(report), style=STYLE)] = f"{name}.pdf"
            yield from ((f"{name}.{kind}", make(report)) for kind, make in PLAIN.items())
        for paper in as_completed(names):
            try:
                yield names[paper], paper.result()
            except (NoPaperError, BrokenProcessPool):
                yield names[paper], None
