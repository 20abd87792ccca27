"""Everything a person sees is Finnish, Swedish and English."""

from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path
from typing import Any

import polib
import pytest
from django.conf import settings
from django.contrib import admin
from django.utils import translation
from modeltranslation.translator import translator

from config.management.commands import messages
from services.models import Service
from services.templatetags.directory_admin import counted
from tests.house.source import APPS, code, files, name, tree

# Written alike in every language.
SAME = {"Neuvoluukku", "suomi", "Suomi", "svenska", "Svenska", "English", "fi", "sv", "en", "Enter", "Shift", "Esc"}
needs_gettext = pytest.mark.skipif(shutil.which("xgettext") is None, reason="gettext (xgettext) is not installed")


@needs_gettext
@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_every_text_is_translated(language: str) -> None:
    used = messages.used_messages()
    assert len(used) > 100
    found = messages.lacking(language, used)
    assert not found, f"{len(found)} texts lack {language}:\n" + "\n".join(found)


@needs_gettext
def test_the_search_for_texts_sees_code_and_templates(tmp_path: Path, settings) -> None:
    settings.BASE_DIR = tmp_path
    (tmp_path / "chat" / "templates").mkdir(parents=True)
    (tmp_path / "chat" / "views.py").write_text(
        'from django.utils.translation import gettext as _\n_("One text")\nngettext("%(n)s thing", "%(n)s things", 2)\n'
    )
    (tmp_path / "chat" / "templates" / "a.html").write_text(
        "{% load i18n %}{% translate 'Another' %}{% blocktranslate %}To {{ name }}{% endblocktranslate %}"
    )
    assert {entry.msgid for entry in messages.used_messages()} == {"One text", "%(n)s thing", "Another", "To %(name)s"}


@needs_gettext
@pytest.mark.parametrize(
    ("msgstr", "flags", "told"),
    [("Hei %(name)s", [], 0), ("", [], 1), ("Hei %(nimi)s", [], 1), ("Hei %(name)s", ["fuzzy"], 1)],
)
def test_a_faulty_translation_is_seen(tmp_path: Path, settings, msgstr: str, flags: list[str], told: int) -> None:
    settings.LOCALE_PATHS = [tmp_path]
    path = messages.message_file("fi")
    path.parent.mkdir(parents=True)
    catalogue = polib.POFile()
    catalogue.append(polib.POEntry(msgid="Hello %(name)s", msgstr=msgstr, flags=flags))
    catalogue.save(str(path))
    used = polib.POFile()
    used.append(polib.POEntry(msgid="Hello %(name)s"))
    assert len(messages.lacking("fi", used)) == told


def test_every_list_of_the_administration_counts_its_rows_in_the_readers_language() -> None:
    """Finnish bends the word after a number, so the plural of the heading will not do: “8 palvelua”, never “8 palvelut”."""
    pages = {model: page for model, page in admin.site._registry.items() if model._meta.app_label in APPS}
    silent = [model._meta.label for model, page in pages.items() if not hasattr(page, "counted")]
    assert pages and not silent, "say it in `counted`, with ngettext_lazy"
    with translation.override("fi"):
        bare = [
            model._meta.label for model, page in pages.items() if counted(8, page).endswith(f" {model._meta.verbose_name_plural}")
        ]
        assert not bare
        assert counted(1, admin.site._registry[Service]) == "1 palvelu"
        assert counted(8, admin.site._registry[Service]) == "8 palvelua"
    with translation.override("sv"):
        assert counted(8, admin.site._registry[Service]) == "8 tjänster"
    with translation.override("en"):
        assert counted(1, admin.site._registry[Service]) == "1 service"


def test_no_text_is_translated_inside_an_f_string() -> None:
    """The search for texts does not look into f-strings: such a text could lose its translation unseen."""
    words = {"_", "gettext", "ngettext", "pgettext", "npgettext"}
    found = []
    for path in code():
        for text in (node for node in ast.walk(tree(path)) if isinstance(node, ast.JoinedStr)):
            calls = (each for each in ast.walk(text) if isinstance(each, ast.Call) and isinstance(each.func, ast.Name))
            found += [f"{name(path)}:{each.lineno}" for each in calls if getattr(each.func, "id", "") in words]
    assert not found


def test_the_languages_are_finnish_first() -> None:
    assert [code for code, _ in settings.LANGUAGES] == ["fi", "sv", "en"]
    assert settings.LANGUAGE_CODE == "fi"
    assert settings.MODELTRANSLATION_ENABLE_FALLBACKS is False


def test_texts_of_the_directory_have_a_column_in_each_language() -> None:
    models = translator.get_registered_models()
    assert len(models) > 10
    for model in models:
        columns = {field.name for field in model._meta.get_fields()}
        options: Any = translator.get_options_for_model(model)
        for field in options.fields:
            assert {f"{field}_{code}" for code, _ in settings.LANGUAGES} <= columns, f"{model.__name__}.{field}"


def test_the_compiled_messages_are_used() -> None:
    with translation.override("fi"):
        finnish = translation.gettext("Responder")
    with translation.override("sv"):
        swedish = translation.gettext("Responder")
    assert len({finnish, swedish, "Responder"}) == 3, "the message files are not compiled (make install)"


def test_no_template_shows_a_text_past_the_translations() -> None:
    """Words between tags stand in translate or blocktranslate; names of languages and numbers are the same in all."""
    found = []
    for path in files(".html", under=("accounts", "services", "chat", "config", "templates")):
        text = path.read_text()
        text = re.sub(r"{%\s*(comment|blocktrans(?:late)?)\b.*?%}.*?{%\s*end\1\s*%}|{#.*?#}|<!--.*?-->", " ", text, flags=re.DOTALL)
        text = re.sub(r"{%\s*block \w*class\w*\s*%}.*?{%\s*endblock.*?%}", " ", text)
        text = re.sub(r"<(script|style)\b.*?</\1>", " ", text, flags=re.DOTALL)
        text = re.sub(r"{%.*?%}|{{.*?}}", "\x00", text, flags=re.DOTALL)
        text = re.sub(r"<[^>]*>", "\x00", text)
        for piece in re.split(r"[\x00\n]+", text):
            words = re.sub(r"&\w+;|&#\d+;", " ", piece).strip(" \t·–—-|/()[]{}:;,.!?…“”\"'«»→←↑↓×%0123456789+*=<>")
            if words and words not in SAME and re.search(r"[^\W\d_]{2}", words):
                found.append(f"{name(path)}: {words!r}")
    assert not found
