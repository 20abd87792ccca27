"""The materials library: links to groups, courses, videos and instructions, with who keeps each and whether it works (S001-36)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.actors import Staff
from accounts.models import Grant, User
from accounts.operations.files import LARGEST
from accounts.views import as_download
from handbook.directory import find_materials, materials_of
from handbook.forms.materials import MaterialForm
from handbook.permissions import keeps_materials_of
from handbook.views.door import handbook_door, language_of_page
from services.choices import LinkCategory
from services.models import County, Link
from services.operations import add_material, change_material, remove_material
from services.operations.materials import Sent

QUERY = 100


@require_GET
@handbook_door
def materials(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """The library: all of it, what fits the words, one service's or one kind."""
    words = " ".join(request.GET.get("q", "").replace("\0", " ").split())[:QUERY]
    service, kind = request.GET.get("palvelu", ""), request.GET.get("laji", "")
    everything = materials_of(county)
    rows = [row for row in everything if not service or (row.service is not None and row.service.key == service)]
    rows = [row for row in rows if not kind or row.category == kind]
    if words:
        rows = find_materials(county, rows, words, language=language_of_page())
    kept = set(Link.objects.editable_by(actor).filter(county=county).materials().values_list("pk", flat=True))
    whole, services = keeps_materials_of(actor, county)
    context = {
        "rows": [(row, row.pk in kept) for row in rows],
        "any": bool(everything),
        "words": words,
        "service": service,
        "kind": kind,
        "services": sorted({row.service for row in everything if row.service}, key=lambda each: (each.order, each.key)),
        "kinds": [(value, label) for value, label in LinkCategory.choices if any(row.category == value for row in everything)],
        "may_add": whole or bool(services),
        "today": timezone.localdate(),
    }
    return render(request, "handbook/materials/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@handbook_door
def new(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """A new material of the county or of a service, by what she keeps."""
    form = _form(request, actor, county)
    if request.method == "POST" and form.is_valid():
        try:
            add_material(by=actor, county=county, values=form.values(), file=_sent(form), now=timezone.now())
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The material is in the library."))
            return redirect("handbook:materials")
    return _page(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@handbook_door
def material(request: HttpRequest, actor: Staff, county: County, key: str) -> HttpResponse:
    """One material, changed by those who keep it."""
    if (row := _kept(actor, county, key)) is None:
        return _gone(request)
    form = _form(request, actor, county, row=row)
    if request.method == "POST" and form.is_valid():
        try:
            seen = form.cleaned_data["version"]
            change_material(by=actor, material=row, values=form.values(), file=_sent(form), version=seen, now=timezone.now())
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved."))
            return redirect("handbook:materials")
    return _page(request, form, row=row)


@require_GET
@handbook_door
def file(request: HttpRequest, actor: Staff, county: County, key: str) -> HttpResponse:
    """The file of a material, as a download: for everybody who opens the handbook."""
    row = Link.objects.filter(county=county, key=key, file__isnull=False).materials().select_related("file").first()
    if row is None or row.file is None:
        return _gone(request)
    return as_download(row.file)


@require_http_methods(["GET", "HEAD", "POST"])
@handbook_door
def remove(request: HttpRequest, actor: Staff, county: County, key: str) -> HttpResponse:
    """Takes a material away, after a question."""
    if (row := _kept(actor, county, key)) is None:
        return _gone(request)
    if request.method == "POST":
        try:
            remove_material(by=actor, material=row)
        except ValidationError as error:
            messages.warning(request, " ".join(error.messages))
        else:
            messages.success(request, _("The material was removed from the library."))
        return redirect("handbook:materials")
    return render(request, "handbook/materials/remove.html", {"row": row})


def _kept(actor: Staff, county: County, key: str) -> Link | None:
    """A material that she keeps; one that she only reads is refused, and none where the library has no such material."""
    rows = Link.objects.filter(county=county, key=key).materials()
    row: Link | None = rows.select_related("county", "service", "owner").first()
    if row is not None and not rows.editable_by(actor).exists():
        raise PermissionDenied
    return row


def _gone(request: HttpRequest) -> HttpResponse:
    """A colleague who comes by an old address is told so, with the way to the others."""
    return render(request, "handbook/materials/gone.html", status=404)


def _form(request: HttpRequest, actor: Staff, county: County, *, row: Link | None = None) -> MaterialForm:
    whole, services = keeps_materials_of(actor, county)
    if not whole and not services:
        raise PermissionDenied
    holders = Grant.objects.valid().filter(county=county.code).values("user")
    people = User.objects.filter(pk__in=holders, is_active=True).order_by("display_name", "pk")
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    return MaterialForm(data, files, row=row, services=services, all_of_county=whole, people=people)


def _sent(form: MaterialForm) -> Sent | None:
    """What was sent; of a file that is too large only so much that the operation sees it."""
    upload = form.cleaned_data.get("file")
    return Sent(upload.name, bytes(upload.read(LARGEST + 1))) if upload else None


def _page(request: HttpRequest, form: MaterialForm, **context: Any) -> HttpResponse:
    languages = [[form[f"{name}_{code}"] for name in ("name", "url", "note")] for code in ("fi", "sv", "en")]
    rest = [form[name] for name in ("file", "category", "service", "audience", "owner", "review_date")]
    context |= {"form": form, "languages": languages, "rest": rest}
    return render(request, "handbook/materials/form.html", context, status=422 if form.errors else 200)
