"""A responder's own page of shift wishes (S004-31); her supervisor sees them beside the staffing of the week."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actors import Staff
from accounts.choices import Role
from accounts.permissions import has_role_anywhere
from reports.forms.wishes import WishForm
from reports.models import ShiftWish
from reports.operations import make_wish, take_wish_back
from services.models import County
from services.views.county_door import county_door

responder_door = county_door(lambda actor, county: has_role_anywhere(actor, [Role.RESPONDER], county=county.code))
"""Only responders of the county; each sees and changes her own."""


@require_http_methods(["GET", "HEAD", "POST"])
@responder_door
def wishes(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """Her own wishes of the days to come, and a new one."""
    now = timezone.now()
    form = WishForm(request.POST or None, auto_id="w-%s")
    if request.method == "POST" and form.is_valid():
        try:
            make_wish(by=actor, county=county, now=now, **form.values())
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Your wish was saved. Your supervisor sees it."))
            return redirect("reports:wishes")
    rows = ShiftWish.objects.readable_by(actor).filter(user_id=actor.user_id, county=county, day__gte=timezone.localdate(now))
    context = {"form": form, "rows": rows}
    return render(request, "reports/wishes.html", context, status=422 if form.errors else 200)


@require_POST
@responder_door
def take_back(request: HttpRequest, actor: Staff, county: County, wish: UUID) -> HttpResponse:
    """She takes a wish of hers back; another's is as if there were none."""
    try:
        take_wish_back(by=actor, county=county, wish=wish)
    except ShiftWish.DoesNotExist as error:
        raise Http404 from error
    messages.success(request, _("The wish was taken back."))
    return redirect("reports:wishes")
