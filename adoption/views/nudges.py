"""Reminders from the board: the chosen items are shown with their letters, and sent when the person says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.actors import Staff
from accounts.models import User
from adoption.models import RolloutItem
from adoption.nudges import MOST_ITEMS, body, reminders_of, subject
from adoption.operations.nudges import chosen_items, remind_owners
from adoption.views.door import adoption_door
from services.models import County


@require_POST
@adoption_door
def remind(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """First who gets which letter, then the letters."""
    items = items_chosen(request.POST.getlist("item"), actor)
    if not items:
        messages.warning(request, _("Choose at least one item."))
        return redirect("adoption:board")
    if "send" not in request.POST:
        return render(request, "adoption/board/remind.html", letters_of(actor, items))
    send(request, actor, items)
    return redirect("adoption:board")


def send(request: HttpRequest, actor: Staff, items: Sequence[RolloutItem]) -> None:
    """Whatever the door: writes the letters, and tells how many went and why others did not."""
    try:
        made, written = remind_owners(by=actor, items=items, now=timezone.now())
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
        return
    if written:
        messages.success(
            request, ngettext("%(n)s reminder is on its way.", "%(n)s reminders are on their way.", written) % {"n": written}
        )
    if len(made.letters) > written:
        messages.info(request, _("Who was reminded of the same items today already gets no second letter."))
    if not made.letters:
        messages.warning(request, _("Nobody could be reminded: none of the items has a person who sees it."))


def letters_of(actor: Staff, items: Sequence[RolloutItem]) -> dict[str, Any]:
    """What the page shows before anything is sent: who gets which letter, and what is left out."""
    made = reminders_of(items)
    asker = str(User.objects.get(pk=actor.user_id))
    return {
        "made": made,
        "items": items,
        "subject": subject(),
        "letters": [(letter, body(letter, asker=asker)) for letter in made.letters],
    }


def items_chosen(keys: Sequence[str], actor: Staff) -> list[RolloutItem]:
    """The items that were chosen, however the page wrote them."""
    found = set()
    for key in keys[: MOST_ITEMS + 1]:
        try:
            found.add(UUID(key))
        except ValueError:
            continue
    return chosen_items(by=actor, keys=found)
