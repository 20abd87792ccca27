"""Refusals that several operations share, each with its code."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def stale() -> ValidationError:
    """Somebody else saved the row first: the newer text is not overwritten."""
    return ValidationError(
        _("Somebody else has changed this after you opened it. Check what is now saved, and save again if you still want to."),
        code="stale",
    )


def require_version(*, saved: int, given: int | None) -> None:
    """A save names the version that it was made from; an older one is refused."""
    if given is not None and given != saved:
        raise stale()
