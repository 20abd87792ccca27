"""The program of a warm process: it has read what a server reads, and becomes one for each line of its input (see `warm`)."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import NoReturn

import autobahn.twisted.websocket  # noqa: F401 - read before the fork; daphne itself begins a loop, and is read after it
import django
from django import forms
from django.conf import settings
from django.core.management import execute_from_command_line
from django.template import TemplateSyntaxError
from django.template.loader import get_template
from django.urls import NoReverseMatch, get_resolver, reverse
from django.utils import translation

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
# What the command `serve` reads, but for `daphne.server`: that one begins a loop, which two processes must not share.
OF_THE_SERVER = ("config.asgi", "chat.process", "daphne.endpoints", "daphne.http_protocol", "daphne.ws_protocol")


class _Fields(forms.Form):
    """The usual kinds of field, drawn once so that their templates are read."""

    text = forms.CharField(help_text="?")
    long = forms.CharField(widget=forms.Textarea)
    day = forms.DateField()
    tick = forms.BooleanField()
    one = forms.ChoiceField(choices=[("1", "1")])
    radio = forms.ChoiceField(choices=[("1", "1")], widget=forms.RadioSelect)
    some = forms.MultipleChoiceField(choices=[("1", "1")], widget=forms.CheckboxSelectMultiple)


def read_everything() -> None:
    """What a server reads when it starts and when pages are first asked for, but nothing that begins a loop or a thread."""
    django.setup()
    assert get_resolver().url_patterns
    for name in OF_THE_SERVER:
        import_module(name)
    assert "twisted.internet.reactor" not in sys.modules
    for path in _pages():
        with suppress(TemplateSyntaxError):
            get_template(path)
    for language, _ in settings.LANGUAGES:
        with translation.override(language), suppress(NoReverseMatch):
            assert str(_Fields({}))
            reverse("nothing")  # every address of the language is read before one is found to be missing


def _pages() -> Iterator[str]:
    return (str(path.relative_to(TEMPLATES)) for path in sorted(TEMPLATES.rglob("*.html")))


def _serve(port: str, log: str) -> NoReturn:
    """Be the server, in the forked process."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, kept in ((0, nothing), (1, written), (2, written)):
        os.dup2(kept, number)
    code = 1
    try:
        # The checks are those of every other test's process.
        execute_from_command_line(["manage.py", "serve", "--no-jobs", "--skip-checks", "--host", "127.0.0.1", "--port", port])
        code = 0
    finally:
        os._exit(code)


def main() -> None:
    """Fork a server for each line `PORT LOG`, and tell its number; end with the input."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who has ended leaves nothing behind
    gc.disable()
    read_everything()
    gc.collect()
    gc.freeze()  # nothing of it is rubbish: no server looks through it again, nor copies it by looking
    gc.enable()
    for line in iter(sys.stdin.readline, ""):
        port, log = line.split(maxsplit=1)
        number = os.fork()
        if number == 0:
            _serve(port, log.strip())
        print(number, flush=True)


if __name__ == "__main__":
    main()
