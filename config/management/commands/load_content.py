"""`manage.py load_content`: the content that ships with the portal."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.actors import System
from adoption.operations import load_shipped_models
from guidance.operations import load_all_starter_paths
from handbook.operations import load_all_replies
from handbook.operations.content import load_shipped_handbooks
from services.operations import load_directory


class Command(BaseCommand):
    help = "Makes what is missing: counties and what belongs to them, models, handbook, replies, paths. Changes nothing else."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--county", action="append", default=[], help="a county's code: what belongs to it too")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loaded = load_directory(by=System("load_content"), today=timezone.localdate(), counties=options["county"])
            loaded.made["adoption model"] = load_shipped_models(by=System("load_content"), now=timezone.now())
            loaded.made["text of the handbook"] = load_shipped_handbooks(
                by=System("load_content"), now=timezone.now(), counties=options["county"]
            )
            loaded.made["quick reply"] = load_all_replies(by=System("load_content"), now=timezone.now(), counties=options["county"])
            loaded.made["guidance path"] = load_all_starter_paths(by=System("load_content"), counties=options["county"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        made = ", ".join(f"{count} × {kind}" for kind, count in loaded.made.items() if count) or "nothing new"
        self.stdout.write(f"Content: {made}")
        if loaded.to_fill:
            self.stdout.write(f"To be filled in by the county: {', '.join(loaded.to_fill)}")
