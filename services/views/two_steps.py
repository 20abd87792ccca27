"""A file is looked through first, and nothing is kept; then exactly the same file is brought in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest

from services.forms import ImportConfirmForm

MOST_SHOWN = 200


class Found(Protocol):
    """What was found in a file: with problems nothing is kept."""

    @property
    def problems(self) -> Sequence[Any]:
        """What keeps the file from being brought in."""
        ...


F = TypeVar("F", bound=Found)


@dataclass(frozen=True, slots=True)
class TwoSteps(Generic[F]):
    """How far one file has come."""

    form: Form
    found: F | None = None
    confirm: ImportConfirmForm | None = None
    is_done: bool = False

    @property
    def context(self) -> dict[str, object]:
        """What the page shows."""
        problems = self.found.problems if self.found else ()
        return {
            "form": self.form,
            "found": self.found,
            "confirm": self.confirm,
            "problems": problems[:MOST_SHOWN],
            "more": max(0, len(problems) - MOST_SHOWN),
        }

    @property
    def status(self) -> int:
        """The status of the page."""
        return 422 if (self.found and self.found.problems) or self.form.errors else 200


def two_steps(request: HttpRequest, *, form_class: type[Form], purpose: str, bring_in: Callable[[bytes, bool], F]) -> TwoSteps[F]:
    """The step that the request is at. `bring_in(content, dry_run)` reads the file and, when it is no dry run, keeps what is in it;
    it raises ValidationError for a file that cannot be read. `purpose` ties the second step to the person and the place.
    """
    if request.method != "POST":
        return TwoSteps(form_class())
    if "checked" in request.POST:
        sure = ImportConfirmForm(request.POST)
        try:
            found = bring_in(sure.content(purpose=purpose) if sure.is_valid() else b"", False)
        except ValidationError as refused:
            messages.error(request, " ".join(refused.messages))
            return TwoSteps(form_class())
        return TwoSteps(form_class(), found, is_done=not found.problems)
    form = form_class(request.POST, request.FILES)
    if not form.is_valid():
        return TwoSteps(form)
    content = form.cleaned_data["file"]
    try:
        found = bring_in(content, True)
    except ValidationError as refused:
        form.add_error("file", refused)
        return TwoSteps(form)
    confirm = None if found.problems else ImportConfirmForm(initial={"checked": ImportConfirmForm.sign(content, purpose=purpose)})
    return TwoSteps(form, found, confirm)
