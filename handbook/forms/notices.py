"""The forms of those who write notices to the staff."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from handbook.choices import LANGUAGES
from handbook.forms.chapters import VersionForm
from handbook.models import NoticeVersion
from handbook.operations.notices import MOST_LETTERS
from services.forms.pages import DayField, PageForm, dress
from services.models import Service
from services.models.base import label

WHOLE = "koko"


class NoticeForm(VersionForm):
    """A notice in three languages; to whom it goes is chosen once, when it is begun."""

    def __init__(
        self,
        *args: Any,
        row: NoticeVersion | None = None,
        whole: bool = False,
        services: Sequence[Service] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, row=row, is_section=True, **kwargs)
        for code in LANGUAGES:
            body = self.fields[f"body_{code}"]
            body.widget.attrs["rows"] = 8
            assert isinstance(body, forms.CharField)
            body.max_length = MOST_LETTERS
            body.widget.attrs["maxlength"] = str(MOST_LETTERS)
        self.fields["is_pinned"] = forms.BooleanField(label=_("Keep first on the board"), required=False)
        self.fields["valid_until"] = DayField(
            label=_("Shown until (the last day)"), required=False, help_text=_("Empty: until it is withdrawn.")
        )
        if row is not None:
            self.initial = {**self.initial, "is_pinned": row.is_pinned, "valid_until": row.valid_until}
        if services is not None:
            choices: list[tuple[str, Any]] = [(WHOLE, _("Everybody who works for the county"))] if whole else []
            choices += [(each.key, label(each, "name")) for each in services]
            self.fields["place"] = forms.ChoiceField(label=_("To whom"), choices=choices)
        for name in ("is_pinned", "valid_until", "place"):
            if name in self.fields:
                dress(self.fields[name])

    @property
    def settings(self) -> list[forms.BoundField]:
        """The fields beside the texts."""
        return [self[name] for name in ("place", "valid_until", "is_pinned") if name in self.fields]


class NoticeMoveForm(PageForm):
    """What is asked when a notice is published or its draft deleted: `version` is what the writer has seen."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    asks_again = forms.BooleanField(label=_("Ask those who have read the earlier version to read it again"), required=False)
