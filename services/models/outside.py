"""Addresses of the county's own systems beside the chat: one place in the address is filled by the portal (S002-37, S004-21)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from services.models.county import County

RETURN, ROOM = "return", "room"
PLACE = re.compile(r"\{([^{}]*)\}")


def filled(pattern: str, place: str, value: str) -> str:
    """The address with the value in its place, written so that it stays one value."""
    return pattern.replace(f"{{{place}}}", quote(value, safe=""))


def check_pattern(pattern: str, place: str, *, county: County | None, is_needed: bool) -> None:
    """An https address of a domain that the county allows, which names no other place than this one, and not in the host's name.

    Raises ValidationError (place_unknown, place_missing, domain_not_allowed).
    """
    named = PLACE.findall(pattern)
    if set(named) - {place} or re.search(r"[{}]", PLACE.sub("", pattern)):
        raise ValidationError(_("The only place that is filled in is {%(place)s}."), code="place_unknown", params={"place": place})
    if is_needed and not named:
        raise ValidationError(_("Write {%(place)s} where it is to be filled in."), code="place_missing", params={"place": place})
    try:
        parts = urlsplit(pattern)
        is_safe = parts.scheme == "https" and "{" not in parts.netloc and not parts.username and not re.search(r"\s", pattern)
    except ValueError:
        is_safe = False
    if not is_safe or (county is not None and not county.allows(pattern)):
        raise ValidationError(
            _("Write an address that begins with https:// and leads to a domain that the county allows."), code="domain_not_allowed"
        )


__all__ = ["RETURN", "ROOM", "check_pattern", "filled"]
