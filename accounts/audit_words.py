"""What the audit's technical names are called in words, for its list: the names themselves stand on the page of a line."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

PAGE = "page"
# What is audited and is no row with a name of its own: a closed list, held complete by tests.house.
OTHER_KINDS: dict[str, Any] = {
    "chat.appointment": _("appointment told to a resident"),
    "chat.disruption_report": _("report of a disruption"),
    "chat.event": _("message of a conversation"),
    "chat.identity": _("identification of a resident"),
    "chat.identity.name": _("name of an identified resident"),
    "mfa.authenticator": _("second step of sign-in"),
}
DOERS: dict[str, Any] = {
    "staff": _("staff"),
    "resident": _("resident"),
    "system": _("the portal itself"),
}


def kinds() -> dict[str, str]:
    """Every kind of object that has a name in words, in the language in use: rows by their models, and the closed list."""
    rows = {model._meta.label_lower: model._meta.verbose_name for model in apps.get_models()}
    return {code: capfirst(str(words)) for code, words in {**rows, **OTHER_KINDS}.items()}


def kind_in_words(code: str) -> str:
    """The kind of object in words. A refusal keeps the name of the page that was asked for: that is a page, whichever it is."""
    if code in OTHER_KINDS:
        return capfirst(str(OTHER_KINDS[code]))
    return kinds().get(code) or str(_("A page of the portal"))
