"""“Pyydä apua” for residents: a service's form, and the page where the answer is read with the code (S003-12, S003-13).

No account, no script and no identification. The request is opened by its code alone: a keyed hash of it is the resident's key,
so the same permissions hold as in a chat. A code that is wrong, erased or another county's gets one and the same answer.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actors import Resident
from accounts.origin import client_address
from accounts.session_over import ask_to_sign_in
from chat.choices import AudienceChoice, EventKind, ParticipantKind, TryResult
from chat.forms import CodeForm, FeedbackForm, FurtherForm, HelpRequestForm, token_of
from chat.models import Conversation, Event, LaterContact
from chat.operations import Answers, answer_feedback, ask_feedback, ask_further, leave_conversation, request_of, send_help_request
from chat.operations.feedback import is_asked
from chat.pace import codes_of, messages_of, starts_of
from chat.refusals import MESSAGES, Refusal
from chat.residents import code_of_form, holder_of, keep_reading, read_code, reader_of, shown_code, stop_reading
from chat.views.answers import refused_json, wants_json
from chat.views.feedback_part import feedback_context
from chat.views.guard import choice_of, earlier_of, guard_context, open_ones, replaced_of
from chat.views.start import service_for_residents
from services.choices import ServiceStatus
from services.holidays_fi import end_of_working_day
from services.models import HelpForm, Service
from services.operations import document_of

__all__ = ["ask", "close", "done", "further", "give_feedback", "look_up", "preview", "request_page"]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, key: str) -> HttpResponse:
    """The form of a service; sent, it shows the code once. Sending it again by mistake sends nothing more."""
    service = service_for_residents(request, key)
    row = HelpForm.objects.filter(service=service, is_on=True).first()
    if row is None or service.status != ServiceStatus.OPEN:
        raise Http404
    language = _language()
    if request.method != "POST":
        form = HelpRequestForm(document=row.published, language=language, initial={"token": uuid4()})
        return _form_page(request, service, row, form)
    token = token_of(request.POST.get("token"))
    form = HelpRequestForm({**request.POST.dict(), "token": str(token)}, document=row.published, language=language)
    code = code_of_form(request, token)
    holder, starts = holder_of(code), starts_of(client_address(request))
    is_new = not Conversation.objects.readable_by(holder).exists()
    others = open_ones(request, service.county_id) if is_new else []
    if not form.is_valid():
        return _form_page(request, service, row, form, status=422)
    if is_new and starts.is_full:
        form.add_error(None, _("Very many questions have been sent from your network within an hour. Try again later."))
        return _form_page(request, service, row, form, status=429)
    if others and not choice_of(request, others):
        form.add_error(None, _("You have contacted us already. Choose below what you want to do."))
        return _form_page(request, service, row, form, status=409)
    try:
        sent = send_help_request(
            by=holder,
            service=service,
            token=token,
            body=form.cleaned_data["body"],
            answers=form.answers(),
            contact=form.cleaned_data.get("contact", ""),
            language=language,
            earlier=earlier_of(others),
            instead_of=replaced_of(request, others),
            now=timezone.now(),
        )
    except ValidationError as error:
        form.add_error(None, error)
        return _form_page(request, service, row, form, status=409)
    if is_new:
        starts.add()
    context = {"service": service, "code": shown_code(code), "due_at": sent.answer_due_at}
    response = render(request, "chat/help/sent.html", context)
    keep_reading(response, holder)
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def look_up(request: HttpRequest) -> HttpResponse:
    """Where the code is given. Asking in vain is counted by the network, and the answer never tells why."""
    if request.method != "POST":
        return render(request, "chat/help/look_up.html", {"form": CodeForm()})
    form, vain = CodeForm(request.POST), codes_of(client_address(request))
    if vain.is_full:
        form.add_error(None, _("A code has been asked for in vain very many times from your network. Try again in an hour."))
        return render(request, "chat/help/look_up.html", {"form": form}, status=429)
    code = read_code(form.cleaned_data["code"]) if form.is_valid() else None
    holder = holder_of(code) if code else None
    if holder is None or _found(request, holder) is None:
        vain.add()
        form.add_error("code", _("No question is found with this code. Check each letter and number."))
        return render(request, "chat/help/look_up.html", {"form": form}, status=422)
    response = redirect("chat:help_request")
    keep_reading(response, holder)
    return response


@never_cache
@require_http_methods(["GET", "HEAD"])
def request_page(request: HttpRequest) -> HttpResponse:
    """The question and its answers, for the one who has given the code in this browser."""
    holder, row = _mine(request)
    return _request_page(request, holder, row, FurtherForm(initial={"token": uuid4()})) if row else redirect("chat:help_look_up")


@never_cache
@require_POST
def give_feedback(request: HttpRequest) -> HttpResponse:
    """How it went, told by the holder of the code when her question or call request is over; what is refused stays in the form."""
    holder, row = _mine(request)
    if row is None:
        return redirect("chat:help_look_up")
    form, pace = FeedbackForm(request.POST), messages_of(holder)
    refused = str(MESSAGES[Refusal.TOO_FAST]) if pace.is_full else ""
    if not refused and form.is_valid():
        pace.add()
        try:
            answer_feedback(by=holder, conversation=row.public_id, answers=Answers(**form.answered()), now=timezone.now())
        except ValidationError as error:
            refused = " ".join(error.messages)
    elif not refused:
        refused = " ".join(str(each) for each in form.errors.get("words", [])) or str(MESSAGES[Refusal.INVALID])
    if wants_json(request):
        return JsonResponse({"saved": True}) if not refused else refused_json(Refusal.INVALID, refused, status=422)
    if refused:
        draft = {"draft": request.POST.get("words", ""), "refused": refused}
        return _request_page(request, holder, row, FurtherForm(initial={"token": uuid4()}), status=422, draft=draft)
    return redirect(f"{reverse('chat:help_request')}#palaute")


@never_cache
@require_POST
def further(request: HttpRequest) -> HttpResponse:
    """A further question; what is refused stays in the form."""
    holder, row = _mine(request)
    if row is None or not row.is_written:
        return redirect("chat:help_request" if row else "chat:help_look_up")
    form = FurtherForm({**request.POST.dict(), "token": str(token_of(request.POST.get("token")))})
    pace = messages_of(holder)
    if not form.is_valid():
        return _request_page(request, holder, row, form, status=422)
    if pace.is_full:
        form.add_error(None, str(MESSAGES[Refusal.TOO_FAST]))
        return _request_page(request, holder, row, form, status=429)
    pace.add()
    try:
        words: dict[str, Any] = form.cleaned_data
        ask_further(by=holder, conversation=row.public_id, client_id=words["token"], body=words["body"], now=timezone.now())
    except ValidationError as error:
        form.add_error(None, error)
        return _request_page(request, holder, row, form, status=409)
    return redirect("chat:help_request")


@never_cache
@require_POST
def done(request: HttpRequest) -> HttpResponse:
    """The resident needs no more: she ends her request."""
    holder, row = _mine(request)
    if row is not None and request.POST.get("sure"):
        leave_conversation(by=holder, conversation=row.public_id, now=timezone.now())
    return redirect("chat:help_request")


@never_cache
@require_POST
def close(request: HttpRequest) -> HttpResponse:
    """The page is put away: whoever comes to this browser next needs the code."""
    response = redirect("chat:help_look_up")
    stop_reading(response)
    return response


@never_cache
@require_http_methods(["GET", "HEAD"])
def preview(request: HttpRequest, form: UUID) -> HttpResponse:
    """The draft as residents would see it, for the main user who makes it; it sends nothing."""
    actor = getattr(request, "actor", None)
    if actor is None:
        return ask_to_sign_in(request)
    rows = HelpForm.objects.editable_by(actor).filter(public_id=form, service__county=getattr(request, "county", None))
    row = rows.select_related("service__county").first()
    if row is None:
        raise Http404
    document = document_of(row)
    shown = HelpRequestForm(document=document, language=_language(), initial={"token": uuid4()})
    row.published = document
    return _form_page(request, row.service, row, shown, is_preview=True)


def _form_page(
    request: HttpRequest, service: Service, row: HelpForm, form: HelpRequestForm, *, status: int = 200, is_preview: bool = False
) -> HttpResponse:
    context = {
        "service": service,
        "form": form,
        "intro": row.published.get("intro", {}),
        "days": row.days,
        "due_at": end_of_working_day(timezone.now(), row.days),
        "is_preview": is_preview,
        "back": row.public_id,
        **guard_context(request, [] if is_preview else open_ones(request, service.county_id)),
    }
    return render(request, "chat/help/ask.html", context, status=status)


def _request_page(
    request: HttpRequest,
    holder: Resident,
    row: Conversation,
    form: FurtherForm,
    *,
    status: int = 200,
    draft: dict[str, str] | None = None,
) -> HttpResponse:
    events = Event.objects.filter(conversation=row, audience=AudienceChoice.ALL)
    shown = events.filter(kind__in=[EventKind.MESSAGE, EventKind.NOTICE]).select_related("participant").order_by("seq")
    lines = [
        {
            "side": _side(event),
            "name": event.participant.name if event.participant else "",
            "body": event.body,
            "at": event.created_at,
        }
        for event in shown
    ]
    now = timezone.now()
    found = ask_feedback(by=holder, conversation=row.public_id, now=now) if is_asked(row, now=now) else None
    later = LaterContact.objects.filter(conversation=row).first()
    context = {
        **feedback_context(row, found, **(draft or {})),
        "feedback_url": reverse("chat:help_feedback"),
        "row": row,
        "later": later,
        "tries": later.tries.exclude(result=TryResult.REACHED) if later else (),
        "lines": lines,
        "form": form,
        "is_answered": row.first_reply_at is not None,
        "is_late": row.answer_due_at is not None and now > row.answer_due_at,
    }
    page = "chat/help/call.html" if later is not None else "chat/help/request.html"
    response = render(request, page, context, status=status)
    keep_reading(response, holder)
    return response


def _side(event: Event) -> str:
    if event.participant is None:
        return "portal"
    return "me" if event.participant.kind == ParticipantKind.RESIDENT else "responder"


def _mine(request: HttpRequest) -> tuple[Resident, Conversation | None]:
    holder = reader_of(request.COOKIES)
    return (holder, _found(request, holder)) if holder is not None else (Resident(UUID(int=0)), None)


def _found(request: HttpRequest, holder: Resident) -> Conversation | None:
    county = getattr(request, "county", None)
    if county is None:
        return None
    try:
        return request_of(by=holder, county=county.pk)
    except Conversation.DoesNotExist:
        return None


def _language() -> str:
    return (get_language() or "fi")[:2]
