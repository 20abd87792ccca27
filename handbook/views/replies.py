"""Quick replies for those who keep and read them: the list with what needs doing, the form, the printable list, proposals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actors import Staff
from accounts.choices import CONSOLE_ROLES, Role
from accounts.permissions import has_role, has_role_anywhere
from handbook.choices import ProposalState, ReplyCategory, ReplyScope
from handbook.choosing import choices_of_replies
from handbook.forms.replies import ReplyForm
from handbook.models import QuickReply, ReplyProposal
from handbook.models.replies import LANGUAGES, QuickReplyQuerySet, supervised_services
from handbook.operations import (
    accept_proposal,
    approve_reply,
    change_reply,
    create_reply,
    decline_proposal,
    restore_reply,
    retire_reply,
)
from handbook.replies.finding import Shelf
from handbook.replies.nearness import near_pairs
from handbook.replies.placeholders import fill, names_in, sample_values, strange_in
from handbook.replies.shelf import entries_of
from handbook.views.door import handbook_door
from handbook.views.replies_door import reply_door
from services.models import ContactPoint, County, Link, Service, Use
from services.plain import long_sentences

UNUSED_FOR = timedelta(days=90)
SHOWS = {
    "": gettext_lazy("In use"),
    "waiting": gettext_lazy("Waits for approval"),
    "gaps": gettext_lazy("A language is missing"),
    "review": gettext_lazy("Review is due"),
    "unused": gettext_lazy("Not used in three months"),
    "mine": gettext_lazy("My own"),
    "retired": gettext_lazy("Out of use"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A reply in the list, and what there is to do about it."""

    reply: QuickReply
    lacks: tuple[str, ...]
    is_due: bool


@require_GET
@handbook_door
def replies(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """The replies that she may read: by service, by words, and by what needs doing."""
    language, show = (get_language() or "fi")[:2], request.GET.get("nayta", "")
    service, query = request.GET.get("palvelu", ""), " ".join(request.GET.get("q", "").split())[:60]
    rows = _shown(_readable(actor, county), show if show in SHOWS else "", actor)
    services = list(Service.objects.readable_by(actor).filter(county=county))
    if service:
        within = QuickReply.services.through.objects.filter(service__key=service).values("quickreply")
        rows = rows.filter(pk__in=within) | rows.filter(queue__service__key=service)
    found = list(rows.select_related("queue__service").prefetch_related("services"))
    if query:
        by_key = {row.pk: row for row in found}
        found = [by_key[key] for key in Shelf(entries_of(found)).find(query, language=language)]
    context = {
        "rows": [_row(row, county) for row in found],
        "shows": SHOWS.items(),
        "show": show,
        "services": services,
        "service": service,
        "query": query,
        "proposals": ReplyProposal.objects.editable_by(actor).filter(county=county, state=ProposalState.OPEN),
        "own_proposals": ReplyProposal.objects.filter(county=county, made_by=actor.user_id)[:10],
        "may_make": bool(_scopes(actor, county)),
        "keeps_all": _keeps_all(actor, county),
        "today": timezone.localdate(),
    }
    return render(request, "handbook/replies/list.html", context)


@require_GET
@handbook_door
def printout(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """The same texts for phone and e-mail: in use now, by category, to print or copy (S001-64)."""
    language = request.GET.get("kieli", (get_language() or "fi")[:2])
    language = language if language in LANGUAGES else "fi"
    rows = _readable(actor, county).in_force(timezone.localdate()).prefetch_related("services")
    values = _samples(county, language, real=True)
    groups: dict[str, list[tuple[QuickReply, str]]] = {}
    for row in rows:
        if words := row.texts.get(language):
            groups.setdefault(row.category, []).append((row, fill(words, values).text))
    named = [(ReplyCategory(key).label, groups[key]) for key in ReplyCategory.values if key in groups]
    return render(request, "handbook/replies/print.html", {"groups": named, "language": language, "languages": LANGUAGES})


@require_GET
@handbook_door
def near(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """Replies in use that say nearly the same, so that one of them can go."""
    rows = {row.pk: row for row in _readable(actor, county).filter(retired_at__isnull=True) if row.text_fi}
    pairs = near_pairs({pk: row.text_fi for pk, row in rows.items()})[:100]
    shown = [(rows[int(str(each.first))], rows[int(str(each.second))], round(each.share * 100)) for each in pairs]
    return render(request, "handbook/replies/near.html", {"pairs": shown})


def _warn_of_near(request: HttpRequest, actor: Staff, county: County, made: QuickReply) -> None:
    """Who writes a text that is in use already in nearly the same words is told so, with its code."""
    rows = {row.pk: row for row in _readable(actor, county).filter(retired_at__isnull=True) if row.text_fi}
    pairs = near_pairs({pk: row.text_fi for pk, row in rows.items()})
    keys = [{each.first, each.second} - {made.pk} for each in pairs if made.pk in (each.first, each.second)]
    if codes := ", ".join(rows[int(str(key))].shortcut for others in keys[:5] for key in others):
        messages.warning(request, _("Nearly the same text is in use already: %(codes)s.") % {"codes": codes})


@require_http_methods(["GET", "HEAD", "POST"])
@handbook_door
def new(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """A new reply: her own, of her services, or everybody's, by what she keeps."""
    form = _form(request, actor, county)
    if request.method == "POST" and form.is_valid():
        if "preview" in request.POST:
            return _page(request, form, county, preview=_preview(form, county))
        row = QuickReply(county=county, scope=form.cleaned_data.get("scope", ReplyScope.PERSONAL), **form.values())
        row.queue = form.cleaned_data.get("queue") if row.scope == ReplyScope.QUEUE else None
        try:
            made = create_reply(
                by=actor,
                reply=row,
                services=form.chosen_services() or [],
                now=timezone.now(),
                approve=bool(form.cleaned_data.get("approve")),
            )
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The reply was made."))
            _warn_of_near(request, actor, county, made)
            return redirect("handbook:reply", made.public_id)
    return _page(request, form, county)


@require_http_methods(["GET", "HEAD", "POST"])
@reply_door
def reply(request: HttpRequest, actor: Staff, row: QuickReply) -> HttpResponse:
    """One reply: its keepers change it, others read it."""
    keeps = QuickReply.objects.editable_by(actor).filter(pk=row.pk).exists()
    if not keeps:
        if request.method == "POST":
            raise PermissionDenied
        return render(request, "handbook/replies/reply.html", {"row": row, "preview": _filled(row.texts, row.county)})
    form = _form(request, actor, row.county, row=row)
    if request.method == "POST" and form.is_valid():
        if "preview" in request.POST:
            return _page(request, form, row.county, row=row, preview=_preview(form, row.county))
        try:
            change_reply(
                by=actor,
                reply=row,
                values=form.values(),
                services=form.chosen_services() if row.scope == ReplyScope.SERVICE else [],
                version=form.cleaned_data["version"],
                now=timezone.now(),
                approve=bool(form.cleaned_data.get("approve")),
            )
        except ValidationError as error:
            form.refuse(error)
            if form.is_stale:
                row.refresh_from_db()
                return _page(request, form, row.county, row=row, clashes=form.meet(row), status=409)
        else:
            messages.success(request, _("Saved."))
            return redirect("handbook:reply", row.public_id)
    return _page(request, form, row.county, row=row, preview=_filled(row.texts, row.county))


@require_POST
@reply_door
def move(request: HttpRequest, actor: Staff, row: QuickReply) -> HttpResponse:
    """Approve it, take it out of use, or bring it back (`do`: approve, retire, restore)."""
    version = request.POST.get("version", "")
    seen, now = int(version) if version.isascii() and version.isdigit() else None, timezone.now()
    try:
        match request.POST.get("do"):
            case "approve":
                approve_reply(by=actor, reply=row, version=seen, now=now)
                messages.success(request, _("The reply is approved and in use."))
            case "retire":
                retire_reply(by=actor, reply=row, version=seen, now=now)
                messages.success(request, _("The reply is out of use. You can bring it back on its page."))
                if named := list(uses_of_reply(row).values_list("label", flat=True)[:5]):
                    messages.warning(request, _("These texts name it still: %(texts)s.") % {"texts": ", ".join(named)})
            case "restore":
                restore_reply(by=actor, reply=row, now=now)
                messages.success(request, _("The reply is back in use."))
            case _:
                raise Http404
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    return redirect("handbook:reply", row.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@handbook_door
def decide(request: HttpRequest, actor: Staff, county: County, proposal: UUID) -> HttpResponse:
    """A responder's proposal: made a reply in words that have been checked, or declined with a reason."""
    row = ReplyProposal.objects.editable_by(actor).filter(county=county, public_id=proposal).select_related("made_by").first()
    if row is None:
        raise Http404
    start = {f"text_{row.language}": row.text, f"title_{row.language}": row.title}
    form = _form(request, actor, county, initial=start, shared=True)
    try:
        if request.method == "POST" and "decline" in request.POST:
            decline_proposal(by=actor, proposal=row, reason=request.POST.get("reason", ""), now=timezone.now())
            messages.success(request, _("The proposer is told why."))
            return redirect("handbook:replies")
        if request.method == "POST" and form.is_valid():
            made = QuickReply(county=county, scope=form.cleaned_data["scope"], **form.values())
            made.queue = form.cleaned_data.get("queue") if made.scope == ReplyScope.QUEUE else None
            done = accept_proposal(by=actor, proposal=row, reply=made, services=form.chosen_services() or [], now=timezone.now())
            messages.success(request, _("The reply is approved and in use."))
            return redirect("handbook:reply", done.public_id)
    except ValidationError as error:
        form.refuse(error) if "decline" not in request.POST else messages.warning(request, " ".join(error.messages))
    return _page(request, form, county, proposal=row)


def uses_of_reply(row: QuickReply) -> QuerySet[Use]:
    """The chapters that name the reply by its short code."""
    found: QuerySet[Use] = Use.objects.of_thing("reply", row.shortcut, county=row.county_id)
    return found


def _readable(actor: Staff, county: County) -> QuickReplyQuerySet:
    rows: QuickReplyQuerySet = QuickReply.objects.readable_by(actor).filter(county=county)
    return rows


def _shown(rows: QuickReplyQuerySet, show: str, actor: Staff) -> QuickReplyQuerySet:
    today = timezone.localdate()
    if show == "retired":
        return rows.filter(retired_at__isnull=False)
    rows = rows.filter(retired_at__isnull=True)
    match show:
        case "waiting":
            return rows.filter(approved_at__isnull=True).exclude(scope=ReplyScope.PERSONAL)
        case "gaps":
            return rows.filter(text_sv="") | rows.filter(text_en="")
        case "review":
            return rows.filter(review_date__lte=today)
        case "unused":
            since = today - UNUSED_FOR
            return rows.filter(used_on__isnull=True) | rows.filter(used_on__lt=since)
        case "mine":
            return rows.filter(person=actor.user_id)
    return rows


def _row(reply: QuickReply, county: County) -> Row:
    lacks = tuple(code for code in LANGUAGES if code not in reply.texts)
    return Row(reply, lacks, reply.review_date is not None and reply.review_date <= timezone.localdate())


def _keeps_all(actor: Staff, county: County) -> bool:
    return has_role(actor, Role.MAIN_USER, county=county.code)


def _scopes(actor: Staff, county: County, *, shared: bool = False) -> list[str]:
    """What kinds of replies she may make."""
    scopes = [ReplyScope.COMMON.value] if _keeps_all(actor, county) else []
    if scopes or supervised_services(actor).filter(county=county).exists():
        scopes += [ReplyScope.SERVICE.value, ReplyScope.QUEUE.value]
    if not shared and has_role_anywhere(actor, CONSOLE_ROLES, county=county.code):
        scopes.append(ReplyScope.PERSONAL.value)
    return scopes


def _form(
    request: HttpRequest,
    actor: Staff,
    county: County,
    *,
    row: QuickReply | None = None,
    initial: dict[str, Any] | None = None,
    shared: bool = False,
) -> ReplyForm:
    keeps_all, scopes = _keeps_all(actor, county), _scopes(actor, county, shared=shared)
    if not scopes:
        raise PermissionDenied
    services = Service.objects.filter(county=county) if keeps_all else supervised_services(actor).filter(county=county)
    data = request.POST if request.method == "POST" and "decline" not in request.POST else None
    return ReplyForm(
        data, row=row, services=services, scopes=scopes, keeps_all=keeps_all, county=county.code, initial=initial or {}
    )


def _page(request: HttpRequest, form: ReplyForm, county: County, *, status: int = 0, **context: Any) -> HttpResponse:
    row = context.get("row")
    texts = row.texts if row is not None else {}
    context |= {
        "form": form,
        "today": timezone.localdate(),
        "chosen": choices_of_replies(county),
        "long": long_sentences(texts.get("fi", "")),
        "uses": uses_of_reply(row) if row is not None and row.scope != ReplyScope.PERSONAL else (),
        "texts": [(form[f"title_{code}"], form[f"text_{code}"]) for code in LANGUAGES],
    }
    return render(request, "handbook/replies/form.html", context, status=status or (422 if form.errors else 200))


def _preview(form: ReplyForm, county: County) -> list[tuple[str, str, list[str]]]:
    return _filled({code: form.cleaned_data[f"text_{code}"] for code in LANGUAGES if form.cleaned_data[f"text_{code}"]}, county)


def _filled(texts: dict[str, str], county: County) -> list[tuple[str, str, list[str]]]:
    """The texts as a resident would read them, with examples in the place of what is not known yet; and the placeholders that
    nothing will ever fill: no such one, no such number, or a link without an address in that language.
    """
    found = []
    for code, words in texts.items():
        values = _samples(county, code)
        lost = [name for name in names_in(words) if not values.get(name)]
        found.append((code, fill(words, values).text, list(dict.fromkeys([*strange_in(words), *lost]))))
    return found


def _samples(county: County, language: str, *, real: bool = False) -> dict[str, str]:
    phones = {point.key: point.value for point in ContactPoint.objects.filter(county=county).exclude(value="")}
    links = {link.key: str(getattr(link, f"url_{language}", "") or "") for link in Link.objects.filter(county=county)}
    values = sample_values(service=_("Chat for older people’s services"), phones=phones, links=links)
    return {name: value for name, value in values.items() if ":" in name} if real else values
