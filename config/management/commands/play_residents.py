"""`manage.py play_residents`: simulated residents write to the running portal of this machine."""

from __future__ import annotations

import threading
from itertools import cycle, islice
from typing import Any

from django.conf import settings
from django.core.management import CommandParser
from django.core.management.base import BaseCommand, CommandError

from config.demo.player import NotPlayableError, play, require_local
from config.demo.reading import MattersFile, read

MOST_VISITORS, MOST_MINUTES = 20, 120
NAMES = ("Aila", "Bengt", "Cecilia", "Daniel", "Eeva", "Fredrik", "Gunilla", "Heikki", "Inkeri", "Joakim")


class Command(BaseCommand):
    """Visitors with made-up matters, for one who tries the answerer's side alone. They never leave this machine."""

    help = "Simulated residents write to the portal that runs on this machine, and react to what the answerer writes."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--url", default="http://127.0.0.1:8000", help="the portal's address on this machine")
        parser.add_argument("--count", type=int, default=3, help=f"how many visitors, at most {MOST_VISITORS} (default 3)")
        parser.add_argument("--service", default="asiakasohjaus", help="key of the service (default asiakasohjaus, always open)")
        parser.add_argument("--minutes", type=float, default=10, help=f"for how long, at most {MOST_MINUTES} (default 10)")
        parser.add_argument("--pace", type=float, default=1.0, help="2 is twice as slow, 0.5 twice as quick")

    def handle(self, *args: Any, url: str, count: int, service: str, minutes: float, pace: float, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Simulated residents are not for production.")
        if not (1 <= count <= MOST_VISITORS and 0 < minutes <= MOST_MINUTES and 0 < pace <= 10):
            raise CommandError(
                f"Between 1 and {MOST_VISITORS} visitors, at most {MOST_MINUTES} minutes, a pace above 0 and at most 10."
            )
        matters = [matter for matter in read("matters", MattersFile).matters if matter.service == service]
        if not matters:
            raise CommandError(f"There are no made-up matters for “{service}”.")
        names = [NAMES[n % len(NAMES)] + (f" {n // len(NAMES) + 1}" if n >= len(NAMES) else "") for n in range(count)]
        lock = threading.Lock()

        def say(line: str) -> None:
            with lock:
                self.stdout.write(line)
                self.stdout.flush()

        try:
            say(f"{count} visitors come to {require_local(url)} during {minutes:g} minutes (Ctrl-C ends).")
            say(f"Sign in at {require_local(url)}/fi/vastaaja/ and answer them.")
            play(url=url, matters=list(islice(cycle(matters), count)), names=names, seconds=minutes * 60, say=say, pace=pace)
        except NotPlayableError as error:
            raise CommandError(str(error)) from error
        say("All visitors have left.")
