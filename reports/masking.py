"""What in a resident's own words could tell who she is is hidden before staff read them as feedback (M17). Reads nothing."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from services.identity_codes import mask

_MAIL = re.compile(r"[^\s@<>()\[\],;:]+@[^\s@<>()\[\],;:]+\.[^\W\d_]{2,}")
_PHONE = re.compile(r"(?<![\w.,])(?:\+|00)?\d(?:[\s\-()]{0,2}\d){6,}(?!\w)")


def hidden(words: str, language: str) -> str:
    """The words without identity codes, e-mail addresses and phone numbers; doing it again changes nothing."""
    words, _found = mask(words, language)
    words = _MAIL.sub(_("[e-mail address hidden]"), words)
    return _PHONE.sub(_("[phone number hidden]"), words)
