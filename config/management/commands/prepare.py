"""`manage.py prepare`: everything between unpacking a release and serving it. Harmless to repeat."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import CommandParser, call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.actors import System
from adoption.operations import load_shipped_models
from config.apps import PortalStaticFilesConfig
from guidance.operations import load_all_starter_paths
from handbook.operations import load_all_replies
from handbook.operations.content import load_shipped_handbooks
from handbook.operations.uses import renew_uses
from services.operations import load_directory


def static_files_state() -> str:
    """A fingerprint of every static file's path, size and time, and of how they are stored."""
    ignored = PortalStaticFilesConfig.ignore_patterns
    digest = sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for path, storage in finder.list(ignored):
            facts = Path(storage.path(path)).stat()
            digest.update(f"{path} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


class Command(BaseCommand):
    """Migrates the database, makes the cache table, collects the static files, loads the content; --demo: a county to try."""

    help = "Migrate, make the cache table, collect the static files, load the content; with --demo also a demonstration county."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--demo", action="store_true", help="load the demonstration county too")

    def handle(self, *args: Any, demo: bool, **options: Any) -> None:
        if demo and not settings.DEMO:
            raise CommandError("The demonstration county is not for production (DEMO is off).")
        self._say("the database")
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        self._collect_static_files()
        self._say("the content that ships with the portal")
        load_directory(by=System("prepare"), today=timezone.localdate())
        if demo:
            self._say("the demonstration county")
            call_command("load_demo", stdout=self.stdout)
        load_shipped_models(by=System("prepare"), now=timezone.now())  # the demonstration's county too
        load_shipped_handbooks(by=System("prepare"), now=timezone.now())
        load_all_replies(by=System("prepare"), now=timezone.now())
        load_all_starter_paths(by=System("prepare"))
        renew_uses(by=System("prepare"))
        self.stdout.write("Ready.")

    def _collect_static_files(self) -> None:
        """Compressing them takes long, so they are collected only when a file or the way of storing has changed."""
        stamp = Path(settings.STATIC_ROOT) / ".collected"
        state = static_files_state()
        if stamp.is_file() and stamp.read_text() == state:
            return
        self._say("static files")
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(state)

    def _say(self, what: str) -> None:
        self.stdout.write(f"  {what} …")
        self.stdout.flush()
