"""`manage.py messages`: which texts the code and the templates show, and what lacks a translation (needs gettext's xgettext)."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polib
from django.apps import apps
from django.conf import settings
from django.core.management import CommandParser
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation.template import templatize

LANGUAGES = ("fi", "sv")
FOLDERS = ("accounts", "services", "handbook", "chat", "guidance", "reports", "adoption", "config", "templates")
KEYWORDS = (
    "gettext_noop",
    "gettext_lazy",
    "ngettext_lazy:1,2",
    "pgettext:1c,2",
    "pgettext_lazy:1c,2",
    "npgettext:1c,2,3",
    "npgettext_lazy:1c,2,3",
    "_",
)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def used_messages() -> polib.POFile:
    """Every text marked for translation, with the places where it stands."""
    if shutil.which("xgettext") is None:
        raise CommandError("xgettext is needed (Debian and Ubuntu: apt-get install gettext).")
    with tempfile.TemporaryDirectory() as folder:
        names = [_copy(path, Path(folder)) for path in _sources()]
        catalogue = Path(folder) / "found.pot"
        command = [
            "xgettext",
            "--language=Python",
            "--from-code=UTF-8",
            "--output",
            str(catalogue),
            *(f"--keyword={word}" for word in KEYWORDS),
        ]
        subprocess.run([*command, *names], cwd=folder, check=True, capture_output=True)
        return polib.pofile(str(catalogue)) if catalogue.is_file() else polib.POFile()


def lacking(language: str, used: polib.POFile) -> list[str]:
    """What is wrong with the language's file: texts without a finished translation, or with other placeholders."""
    path = message_file(language)
    known = {(entry.msgid, entry.msgctxt): entry for entry in polib.pofile(str(path))} if path.is_file() else {}
    found = []
    for entry in used:
        have = known.get((entry.msgid, entry.msgctxt))
        told = have.msgstr_plural.values() if have and entry.msgid_plural else [have.msgstr if have else ""]
        where = ", ".join(sorted({place.removesuffix(".py") if ".html" in place else place for place, _ in entry.occurrences}))
        if have is None or have.obsolete or not told or not all(text.strip() for text in told):
            found.append(f"{entry.msgid!r} ({where}): no translation")
        elif have.fuzzy:
            found.append(f"{entry.msgid!r} ({where}): marked as fuzzy")
        elif any(not _same_placeholders(text, entry) for text in told):
            found.append(f"{entry.msgid!r} ({where}): its placeholders differ")
    return found


def unused(language: str, used: polib.POFile) -> list[str]:
    """Translations that nothing shows any more; what Django's own pages show and its files leave untranslated is ours too."""
    shown = {(entry.msgid, entry.msgctxt) for entry in used} | _of_packages(language)
    return [entry.msgid for entry in polib.pofile(str(message_file(language))) if (entry.msgid, entry.msgctxt) not in shown]


def _of_packages(language: str) -> set[tuple[str, str | None]]:
    """The texts of the installed packages."""
    places = [Path(app.path) / "locale" / language / "LC_MESSAGES" / "django.po" for app in apps.get_app_configs()]
    files = [place for place in places if place.is_file()]
    return {(entry.msgid, entry.msgctxt) for file in files for entry in polib.pofile(str(file))}


def message_file(language: str) -> Path:
    """The language's file of translations."""
    return Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"


def _same_placeholders(text: str, entry: polib.POEntry) -> bool:
    """A singular form may leave a number out; nothing may be added."""
    given, wanted = (
        set(PLACEHOLDER.findall(text)),
        set(PLACEHOLDER.findall(entry.msgid)) | set(PLACEHOLDER.findall(entry.msgid_plural or "")),
    )
    return given <= wanted if entry.msgid_plural else given == wanted


def _sources() -> Iterator[Path]:
    base = Path(settings.BASE_DIR)
    for folder in FOLDERS:
        for path in sorted((base / folder).rglob("*")):
            is_template = path.suffix in {".html", ".txt"} and "templates" in path.relative_to(base).parts
            if is_template or (path.suffix == ".py" and "migrations" not in path.parts):
                yield path


def _copy(path: Path, folder: Path) -> str:
    """The source as xgettext reads it: a template becomes something like Python."""
    name = str(path.relative_to(settings.BASE_DIR))
    text = path.read_text()
    if path.suffix != ".py":
        name, text = f"{name}.py", templatize(text, origin=str(path))
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)
    return name


class Command(BaseCommand):
    """Lists what lacks a translation; with --add puts it into the files of translations, empty."""

    help = "List what lacks a Finnish or Swedish translation, and what is no longer used."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--add", action="store_true", help="add the missing texts to the files, without a translation yet")

    def handle(self, *args: Any, add: bool, **options: Any) -> None:
        used = used_messages()
        for language in LANGUAGES:
            if add:
                self._add(language, used)
            found, old = lacking(language, used), unused(language, used)
            self.stdout.write(f"{language}: {len(used)} texts, {len(found)} lacking, {len(old)} no longer used")
            for line in [*found, *(f"{text!r}: no longer used" for text in old)]:
                self.stdout.write(f"  {line}")

    def _add(self, language: str, used: polib.POFile) -> None:
        path = message_file(language)
        catalogue = polib.pofile(str(path), wrapwidth=118)
        known = {(entry.msgid, entry.msgctxt) for entry in catalogue}
        for entry in used:
            if (entry.msgid, entry.msgctxt) not in known:
                plural = {0: "", 1: ""} if entry.msgid_plural else {}
                catalogue.append(
                    polib.POEntry(msgid=entry.msgid, msgctxt=entry.msgctxt, msgid_plural=entry.msgid_plural, msgstr_plural=plural)
                )
        catalogue.sort(key=lambda entry: (entry.msgctxt or "", entry.msgid))
        catalogue.save(str(path))
