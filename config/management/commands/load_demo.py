"""`manage.py load_demo`: a believable, made-up county for trying the portal. Harmless to repeat."""

from __future__ import annotations

import gc
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management import CommandParser
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.demo.loading import CONTACTS, Demo, load_demo


class Command(BaseCommand):
    """Loads what is missing of the demonstration county, and tells who can sign in."""

    help = "Load the demonstration county: services, people and thirteen months of made-up conversations. Never in production."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--contacts", type=int, default=CONTACTS, help=f"how many past conversations (default {CONTACTS})")

    def handle(self, *args: Any, contacts: int, **options: Any) -> None:
        gc.disable()  # a hundred thousand rows are made and kept: looking for garbage among them takes a sixth of the time
        try:
            demo = load_demo(now=timezone.now(), contacts=contacts, say=self._say)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        finally:
            gc.enable()
        for line in introduction(demo):
            self.stdout.write(line)

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def introduction(demo: Demo) -> list[str]:
    """What a newcomer needs: the county, the people and their password."""
    people = demo.people
    width = max(len(person.address) for person in people.people)
    return [
        f"{demo.county}: {demo.conversations} past conversations" + (", as you left it." if demo.was_there else "."),
        "",
        f"People of the demonstration. The password of each is:  {people.password}",
        *(f"  {person.address:<{width}}  {person.tells}" for person in people.people),
        "",
    ]
