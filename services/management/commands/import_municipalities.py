"""`manage.py import_municipalities --county 06 FILE`: shows the difference list, and takes in what is accepted."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actors import System
from services.models import County
from services.operations import import_municipalities, municipality_differences
from services.operations.municipalities import MunicipalityRow


class Command(BaseCommand):
    help = (
        "Reads a CSV with the columns code, name_fi, name_sv, county, valid_from, valid_to, successor and shows what differs. "
        "Nothing is changed without --accept."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--county", required=True, help="the county's code")
        parser.add_argument("--accept", default="", help="codes to take in, separated by commas, or 'all'")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            county = County.objects.get(code=options["county"])
            rows = _read(options["file"], county.code)
            listed = municipality_differences(county=county, rows=rows)
            for each in listed:
                self.stdout.write(f"{each.kind:8} {each.code} {_words(each.before)} → {_words(each.after)}")
            accepted = [each.code for each in listed if each.kind != "missing"]
            if options["accept"] != "all":
                accepted = [code.strip() for code in options["accept"].split(",") if code.strip()]
            if accepted:
                taken = import_municipalities(by=System("import"), county=county, rows=rows, accepted=accepted, source="file")
                self.stdout.write(f"Taken in: {len(taken)}")
        except County.DoesNotExist as error:
            raise CommandError(f"There is no county {options['county']!r}.") from error
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except (OSError, UnicodeDecodeError, KeyError) as error:
            raise CommandError(f"The file can't be read: {error}") from error


def _words(facts: Any) -> str:
    return ", ".join(f"{value}" for value in facts.values() if value) or "–"


def _read(path: Path, county: str) -> list[MunicipalityRow]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        sample = file.read(2048)
        file.seek(0)
        rows = csv.DictReader(file, delimiter=";" if sample.count(";") > sample.count(",") else ",")
        return [_row(number, row) for number, row in enumerate(rows, start=2) if row["county"].strip() == county]


def _row(number: int, row: dict[str, str]) -> MunicipalityRow:
    try:
        start, end = (
            date.fromisoformat(text) if (text := (row.get(name) or "").strip()) else None for name in ("valid_from", "valid_to")
        )
    except ValueError as error:
        raise CommandError(f"Row {number}: {error}") from error
    return MunicipalityRow(
        row["code"].strip(),
        row["name_fi"].strip(),
        (row.get("name_sv") or "").strip(),
        start,
        end,
        (row.get("successor") or "").strip(),
    )
