"""`manage.py report_files`: every file of a month's reports into a folder, for the archive of the county."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation

from accounts.actors import System
from reports.at_once import reports_of
from reports.exports.month import KINDS, files_of
from reports.metrics.scope import scopes_of
from reports.months import Month
from reports.trend import first_month
from services.models import County


class Command(BaseCommand):
    """PDF, XLSX, CSV and JSON of the county, of each service that has opened, and of each group of services."""

    help = "Writes the files of a month’s reports into a folder: of the county, its services and its groups of services."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which county and month, where to, and in which language."""
        parser.add_argument("county", help="the code of the county")
        parser.add_argument("month", help="as 2026-10")
        parser.add_argument("folder", type=Path, help="made if it is not there; no file in it is written over")
        parser.add_argument("--language", choices=[code for code, _name in settings.LANGUAGES], default="fi")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write each file as soon as it is made. Raises CommandError in words that say what to do."""
        county = County.objects.filter(code=options["county"]).first()
        if county is None:
            raise CommandError(f"No county has the code “{options['county']}”. There are: {', '.join(_codes())}.")
        try:
            month = Month.parse(options["month"])
        except ValueError as error:
            raise CommandError("Write the month as 2026-10.") from error
        now = timezone.now()
        if month.period.interval[0] > now:
            raise CommandError("The month has not begun.")
        this = Month.of(timezone.localdate(now))
        if month < (first := first_month(county, this)):
            raise CommandError(f"There is nothing to tell of {month}: the first month is {first}.")
        scopes = scopes_of(county)
        folder: Path = options["folder"]
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise CommandError(f"{folder} cannot be made: {error.strerror}.") from error
        written = without = 0
        with translation.override(options["language"]):
            for name, content in files_of(reports_of(System("report_files"), county, scopes, month.period, now=now)):
                if content is None:
                    without += 1
                    continue
                self._write(folder / name, content)
                written += 1
                self.stdout.write(f"{written}/{len(scopes) * len(KINDS)} {name}")
        if without:
            raise CommandError(f"{written} files were written, {without} PDFs were not: this machine lacks Pango, or memory.")

    def _write(self, path: Path, content: bytes) -> None:
        try:
            with path.open("xb") as new:
                new.write(content)
        except FileExistsError as error:
            raise CommandError(f"{path} is there already, and is not written over: choose an empty folder.") from error


def _codes() -> list[str]:
    return list(County.objects.order_by("code").values_list("code", flat=True))
