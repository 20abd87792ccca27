"""Reminders from the board: the chosen items are shown with their letters, and sent when the person says so."""

from __future__ import annotations

from collections.abc import Sequence
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
    items = _chosen(request.POST.getlist("item"), actor)
    if not items:
        messages.warning(request, _("Choose at least one item."))
        return redirect("adoption:board")
    if "send" not in request.POST:
        return _confirm(request, actor, items)
    try:
        made, written = remind_owners(by=actor, items=items, now=timezone.now())
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
        return redirect("adoption:board")
    if written:
        messages.success(
            request, ngettext("%(n)s reminder is on its way.", "%(n)s reminders are on their way.", written) % {"n": written}
        )
    if len(made.letters) > written:
        messages.info(request, _("Who was reminded of the same items today already gets no second letter."))
    if not made.letters:
        messages.warning(request, _("Nobody could be reminded: none of the items has a person who sees it."))
    return redirect("adoption:board")


def _confirm(request: HttpRequest, actor: Staff, items: Sequence[RolloutItem]) -> HttpResponse:
    made = reminders_of(items)
    asker = str(User.objects.get(pk=actor.user_id))
    context = {
        "made": made,
        "items": items,
        "subject": subject(),
        "letters": [(letter, body(letter, asker=asker)) for letter in made.letters],
    }
    return render(request, "adoption/board/remind.html", context)


def _chosen(keys: Sequence[str], actor: Staff) -> list[RolloutItem]:
    """The items that were chosen, however the page wrote them."""
    found = set()
    for key in keys[: MOST_ITEMS + 1]:
        try:
            found.add(UUID(key))
        except ValueError:
            continue
    return chosen_items(by=actor, keys=found)
