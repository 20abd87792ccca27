"""What people fill in to set up services: fields that take words instead of JSON, and the forms of the admin's own pages."""

from __future__ import annotations

from base64 import b64decode, b64encode
from datetime import date, datetime
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, TimestampSigner
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from services.models import Queue
from services.resources.files import CONTENT_TYPES, MOST_BYTES

LANGUAGES = [("fi", _("Finnish")), ("sv", _("Swedish")), ("en", _("English"))]


class LinesField(forms.CharField):
    """A list of names, one on each line."""

    widget = forms.Textarea

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.pop("encoder", None)
        kwargs.pop("decoder", None)
        super().__init__(*args, **kwargs)
        self.widget.attrs.setdefault("rows", 4)
        self.help_text = _("One on each line.")

    def prepare_value(self, value: Any) -> Any:
        """The stored list as lines."""
        return "\n".join(str(each) for each in value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> Any:
        """Lines as a list."""
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compared as lists."""
        return (initial or []) != [line.strip() for line in (data or "").splitlines() if line.strip()]


class LanguagesField(forms.MultipleChoiceField):
    """Languages to be ticked."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, *args: Any, choices: Any = LANGUAGES, **kwargs: Any) -> None:
        kwargs.pop("encoder", None)
        kwargs.pop("decoder", None)
        super().__init__(*args, choices=choices, **kwargs)
        self.help_text = ""


class OfficialLanguagesField(LanguagesField):
    """A county's official languages: Finnish, or Finnish and Swedish."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, choices=LANGUAGES[:2], **kwargs)


class AdminForm(forms.Form):
    """A form of one of the admin's own pages, with its button."""

    button: Any = _("Save")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.add_input(Submit("go", self.button, css_class="default"))


class ServiceLifeForm(AdminForm):
    """Why a service's status is changed, and the page's version that the person saw."""

    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}))
    seen_version = forms.IntegerField(widget=forms.HiddenInput)
    confirmed = forms.BooleanField(label=_("I have checked what this means for residents"))

    def __init__(self, *args: Any, button: Any, **kwargs: Any) -> None:
        self.button = button
        super().__init__(*args, **kwargs)


class QueueField(forms.ModelChoiceField):
    """A queue with its service's name."""

    def label_from_instance(self, obj: Any) -> str:
        """Queues of several services may have the same name."""
        return f"{obj.service}: {obj}"


class HoursTesterForm(AdminForm):
    """Is it open at a moment?"""

    button = _("Is it open?")
    queue = QueueField(label=_("Queue"), queryset=Queue.objects.none(), empty_label=None)
    day = forms.DateField(
        label=_("Date"),
        validators=[MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2200, 1, 1))],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    hour = forms.TimeField(label=_("Time"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))

    def __init__(self, *args: Any, queues: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["queue"]
        assert isinstance(field, QueueField)
        field.queryset = queues

    def moment(self) -> datetime:
        """The local moment that was asked about; one that the clock skips is told."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["day"], self.cleaned_data["hour"]))


class ExportForm(AdminForm):
    """What kind of file."""

    button = _("Download")
    kind = forms.ChoiceField(
        label=_("Kind of file"),
        choices=[("xlsx", _("Spreadsheet (XLSX)")), ("csv", _("Text table (CSV)"))],
        widget=forms.RadioSelect,
        initial="xlsx",
    )


class ImportForm(AdminForm):
    """The file to be looked through first."""

    button = _("Check the file")
    file = forms.FileField(
        label=_("File"),
        help_text=_("XLSX or CSV in UTF-8, at most one megabyte. Nothing is changed yet."),
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(f".{kind}" for kind in CONTENT_TYPES)}),
    )

    def clean_file(self) -> bytes:
        """The contents; a file that is too large is not read."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise ValidationError(_("The file is larger than one megabyte. Import it in parts."), code="too_large")
        content: bytes = file.read()
        return content


class ImportConfirmForm(AdminForm):
    """The file that was looked through goes along signed, so that just what was shown is taken in, within the hour."""

    button = _("Take these changes in")
    checked = forms.CharField(widget=forms.HiddenInput)

    @staticmethod
    def sign(content: bytes, *, purpose: str) -> str:
        """The contents as a field can carry them."""
        return TimestampSigner(salt=purpose).sign_object(b64encode(content).decode(), compress=True)

    def content(self, *, purpose: str) -> bytes:
        """The contents again, if they are the ones that were looked through."""
        try:
            return b64decode(TimestampSigner(salt=purpose).unsign_object(self.cleaned_data["checked"], max_age=3600))
        except (BadSignature, ValueError) as error:
            raise ValidationError(_("The check of the file is too old. Choose the file again."), code="too_old") from error


__all__ = [
    "ExportForm",
    "HoursTesterForm",
    "ImportConfirmForm",
    "ImportForm",
    "LanguagesField",
    "LinesField",
    "OfficialLanguagesField",
    "ServiceLifeForm",
]
