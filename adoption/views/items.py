"""One item, where everything that it asks is done on one page (S000-10, S000-32…55, S000-59)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actors import Staff
from adoption.choices import ItemState
from adoption.forms import AssignForm, CommentForm, MoveForm
from adoption.models import Comment, Rollout, RolloutItem
from adoption.operations import assign_item, comment_item, move_item, remove_comment
from adoption.views.door import rollout_door, row_of
from adoption.views.item_page import Bound, item_context
from adoption.views.item_parts import fill_part, withdraw_part

Deed = Callable[[HttpRequest, Staff, RolloutItem], Bound | str]


@require_http_methods(["GET", "HEAD", "POST"])
@rollout_door
def item(request: HttpRequest, actor: Staff, rollout: Rollout, item: UUID) -> HttpResponse:
    """The item’s page; what is posted says what is done, and a refusal comes back with the text kept."""
    found = work_on(request, actor, rollout, item)
    if isinstance(found, str):
        return redirect(f"{reverse('adoption:item', args=[rollout.public_id, item])}{found}")
    return render(request, "adoption/item.html", found, status=422 if found["refused"] else 200)


def work_on(request: HttpRequest, actor: Staff, rollout: Rollout, item: UUID) -> dict[str, Any] | str:
    """Whatever the door: does what was posted, and gives what the page shows, or the place on it to which a deed leads."""
    row = RolloutItem.objects.filter(rollout=rollout, public_id=item).select_related("model_item__phase", "owner").first()
    if row is None:
        raise Http404
    row.rollout = rollout
    bound: Bound = {}
    if request.method == "POST":
        deed = DEEDS.get(request.POST.get("do", ""))
        if deed is None:
            raise Http404
        answer = deed(request, actor, row)
        if isinstance(answer, str):
            return answer
        bound = answer
        row.refresh_from_db()
        row.rollout = rollout
    return item_context(actor, rollout, row, bound)


def _move(request: HttpRequest, actor: Staff, row: RolloutItem) -> Bound | str:
    to = request.POST.get("to", "")
    form = MoveForm(request.POST, auto_id=f"move-{to}-%s")
    if form.is_valid():
        try:
            move_item(
                by=actor,
                item=row,
                to=ItemState(form.cleaned_data["to"]),
                reason=form.cleaned_data["reason"],
                version=form.cleaned_data["version"],
                now=timezone.now(),
            )
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The state is now: %(state)s.") % {"state": ItemState(to).label})
            return ""
    return {f"move:{to}": form}


def _assign(request: HttpRequest, actor: Staff, row: RolloutItem) -> Bound | str:
    form = AssignForm(request.POST, rollout=row.rollout, auto_id="assign-%s")
    if form.is_valid():
        data = form.cleaned_data
        try:
            assign_item(by=actor, item=row, owner=data["owner"], due_on=data["due_on"], version=data["version"], now=timezone.now())
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Person and due date were saved."))
            return ""
    return {"assign": form}


def _comment(request: HttpRequest, actor: Staff, row: RolloutItem) -> Bound | str:
    form = CommentForm(request.POST, auto_id="comment-%s")
    if form.is_valid():
        try:
            comment_item(by=actor, item=row, text=form.cleaned_data["text"], now=timezone.now())
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The comment was added."), extra_tags="kommentit")
            return "#kommentit"
    return {"comment": form}


def _uncomment(request: HttpRequest, actor: Staff, row: RolloutItem) -> Bound | str:
    comment = row_of(Comment.objects.filter(item=row), request.POST.get("comment", ""))
    remove_comment(by=actor, comment=comment, now=timezone.now())
    messages.success(request, _("The comment was taken back."), extra_tags="kommentit")
    return "#kommentit"


DEEDS: dict[str, Deed] = {
    "move": _move,
    "assign": _assign,
    "comment": _comment,
    "uncomment": _uncomment,
    "fill": fill_part,
    "withdraw": withdraw_part,
}
