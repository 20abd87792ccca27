"""The resident's way to strong identification and back.

What is asked and what is stored is told first, on a page of its own that keeps her unsent words. She leaves by a link, since
the page's own policy lets no form go to another host. She comes back to one address, which is never kept in a cache, tells
no other page where it came from, and leaves no code in the address bar when all went well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.actors import Resident
from chat.choices import Behalf, IdentificationState, IdentityPurpose, State
from chat.identity_providers import Fault, Provider, ProviderError, current_provider
from chat.models import Conversation, IdentityRequest
from chat.operations import (
    Child,
    Return,
    complete_identification,
    decline_identification,
    open_identification,
    post_message,
    record_signs_of_life,
)
from chat.operations.reading import Opened
from chat.pace import messages_of
from chat.protocol import FrameError, clean_text
from chat.refusals import Refusal, refuse
from chat.residents import resident_of
from chat.views.answers import refusal_of, refused_json, status_of, take_pace, wants_json
from chat.views.resident_door import resident_door, resident_form

WHY: Mapping[str, str | Promise] = {
    IdentityPurpose.OWN_MATTER: _("so that your own matter can be handled"),
    IdentityPurpose.RECORDS: _("so that your own records can be looked at"),
    IdentityPurpose.BOOKING: _("so that your appointment can be booked, moved or cancelled"),
    IdentityPurpose.DECISION: _("so that your decision, application or payment can be handled"),
    IdentityPurpose.BEHALF: _("so that a matter of your child or of another adult can be handled"),
    IdentityPurpose.START: _("because this service handles personal matters only"),
}
"""Why she is asked, as she reads it after “You are asked to identify yourself”."""
WHY_FOR: Mapping[str, Mapping[str, str | Promise]] = {
    Behalf.CHILD: {
        IdentityPurpose.RECORDS: _("so that the records of a child in your care can be looked at"),
        IdentityPurpose.BOOKING: _("so that an appointment of a child in your care can be booked, moved or cancelled"),
        IdentityPurpose.DECISION: _("so that a decision, an application or a payment of a child in your care can be handled"),
        IdentityPurpose.BEHALF: _("so that a matter of a child in your care can be handled"),
    },
    Behalf.MANDATE: {
        IdentityPurpose.RECORDS: _("so that the records of the adult for whom you act can be looked at"),
        IdentityPurpose.BOOKING: _("so that an appointment of the adult for whom you act can be booked, moved or cancelled"),
        IdentityPurpose.DECISION: _("so that a decision, an application or a payment of the adult for whom you act can be handled"),
        IdentityPurpose.BEHALF: _("so that a matter of the adult for whom you act can be handled"),
    },
}
"""The same in another’s matter."""

TROUBLES: Mapping[str, tuple[str | Promise, str | Promise, int]] = {
    Fault.SLOW: (
        _("The identification service did not answer in time"),
        _("It may be slow right now. Wait a moment and try again."),
        504,
    ),
    Fault.UNREACHABLE: (
        _("The identification service can't be reached"),
        _("The fault is not yours. Try again in a few minutes."),
        502,
    ),
    Fault.WRONG: (
        _("The identification could not be confirmed"),
        _("The answer of the identification service was not acceptable, so we do not trust it. Try again from the start."),
        502,
    ),
    Fault.WEAK: (
        _("The way of identifying was not strong enough"),
        _("Try again and choose bank codes, a mobile certificate or a certificate card."),
        403,
    ),
    Fault.CANCELLED: (_("You did not identify yourself"), _("The identification was cancelled. That is all right."), 200),
    Fault.REFUSED: (
        _("The identification service refused"),
        _("It did not tell us who you are. Try again, or choose another way of identifying there."),
        502,
    ),
    Fault.USED: (
        _("This identification has already been used or has run out"),
        _("Each identification works once. If you came here by the back button, go to your conversation."),
        409,
    ),
    Fault.OTHER: (
        _("You came back in another browser"),
        _("The identification works only in the browser in which your conversation is. Open the conversation there and try again."),
        409,
    ),
    Fault.ENDED: (
        _("The conversation had already ended"),
        _("Your identification came too late for it. You can start a new conversation."),
        409,
    ),
    Fault.NO_MANDATE: (
        _("No valid mandate was found"),
        _("You can give and check mandates in the service Suomi.fi mandates. You can also identify yourself for your own matter."),
        403,
    ),
}
"""What each fault is called, what she can do about it, and the status of the page. Nothing is stored in any of them."""


class BehalfForm(forms.Form):
    """For whom she acts; of a child the name and the day of birth, as she tells them. Never an identity code."""

    behalf = forms.ChoiceField(choices=Behalf.choices, initial=Behalf.SELF)
    child_name = forms.CharField(max_length=80, required=False)
    child_born = forms.DateField(required=False, input_formats=["%Y-%m-%d", "%d.%m.%Y"])

    @property
    def child(self) -> Child | None:
        """The child, when it was told wholly."""
        name, born = self.cleaned_data.get("child_name"), self.cleaned_data.get("child_born")
        return Child(name=" ".join(clean_text(name).split()), born=born) if name and born else None


@dataclass(frozen=True, slots=True)
class Asked:
    """What her page shows of the newest request."""

    state: str
    why: str | Promise
    at_start: bool
    may_answer: bool
    may_decline: bool
    failed: bool
    behalf: str
    ended_at: object


def identity_context(resident: Resident, opened: Opened) -> dict[str, object]:
    """The newest request of her conversation, for its page; never a name."""
    return {"asked_identity": _asked(opened.conversation)}


def _asked(row: Conversation) -> Asked | None:
    request = IdentityRequest.objects.filter(conversation=row).order_by("-asked_at", "-pk").first()
    if request is None or request.state in (IdentificationState.RECALLED, IdentificationState.EXPIRED):
        return None
    open_now = request.state in (IdentificationState.ASKED, IdentificationState.OPENED)
    may_answer = row.is_open and (open_now or (request.state == IdentificationState.FAILED and request.due_at is not None))
    at_start = request.purpose == IdentityPurpose.START
    return Asked(
        state=request.state,
        why=WHY_FOR.get(request.behalf, WHY).get(request.purpose, WHY[request.purpose]),
        at_start=at_start,
        may_answer=may_answer,
        may_decline=may_answer and not (at_start and row.state == State.WAITING),
        failed=bool(request.fault),
        behalf=request.behalf,
        ended_at=request.ended_at,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@resident_door
def consent(request: HttpRequest, resident: Resident, conversation: UUID) -> HttpResponse:
    """Why she is asked, what is stored, and for whom she acts. By POST: the same with what she had written in the conversation."""
    record_signs_of_life(by=resident, conversations=[conversation], now=timezone.now())
    return _consent_page(request, resident, conversation, body=request.POST.get("body", ""))


@resident_form
def leave_to_identify(request: HttpRequest, resident: Resident, conversation: UUID) -> HttpResponse:
    """She agrees and goes: her unsent words are sent first if she wants, then the page leads on to the provider."""
    record_signs_of_life(by=resident, conversations=[conversation], now=timezone.now())
    body = request.POST.get("body", "")
    form = BehalfForm(request.POST)
    provider = current_provider()
    try:
        if provider is None:
            raise refuse(Refusal.IDENTITY_OFF)
        child = None
        if form.is_valid():
            child = form.child
        elif "behalf" in form.errors:
            raise refuse(Refusal.IDENTITY_BEHALF)
        else:
            raise refuse(Refusal.CHILD_UNTOLD)
        take_pace(messages_of(resident))
        if body.strip() and request.POST.get("send_words"):
            post_message(
                by=resident, conversation=conversation, client_id=_client_id(request), body=clean_text(body), now=timezone.now()
            )
            body = ""
        url = open_identification(
            by=resident,
            conversation=conversation,
            provider=provider,
            return_to=request.build_absolute_uri(reverse("chat:identity_return")),
            language=(get_language() or "fi")[:2],
            behalf=form.cleaned_data["behalf"],
            child=child,
            now=timezone.now(),
        )
    except (ValidationError, FrameError) as error:
        code, words = refusal_of(error)
        return _consent_page(request, resident, conversation, body=body, form=form, refused=words, status=status_of(code))
    except ProviderError as error:
        return _trouble(request, Return(conversation, error.fault, again=True))
    response = render(
        request, "chat/resident/identity_go.html", {"url": url, "conversation": conversation, "is_trial": _is_trial(provider)}
    )
    response["Referrer-Policy"] = "no-referrer"
    return response


@resident_form
def decline(request: HttpRequest, resident: Resident, conversation: UUID) -> HttpResponse:
    """She says no, and the conversation goes on."""
    try:
        decline_identification(by=resident, conversation=conversation, now=timezone.now())
    except ValidationError as error:
        code, words = refusal_of(error)
        return refused_json(code, words) if wants_json(request) else redirect("chat:conversation", conversation)
    if wants_json(request):
        return JsonResponse({"conversation": conversation})
    return redirect("chat:conversation", conversation)


@never_cache
@require_GET
def identity_return(request: HttpRequest) -> HttpResponse:
    """The provider sends her browser back here; only who holds the conversation's cookie and the one-time state comes in."""
    resident, provider = resident_of(request.COOKIES), current_provider()
    if provider is None:
        raise Http404
    if resident is None:
        return _trouble(request, Return(None, Fault.OTHER))
    params = {name: request.GET[name] for name in ("code", "state", "error", "iss") if name in request.GET}
    came = complete_identification(
        by=resident,
        provider=provider,
        params=params,
        return_to=request.build_absolute_uri(request.path),
        now=timezone.now(),
    )
    if came.conversation is not None:
        record_signs_of_life(by=resident, conversations=[came.conversation], now=timezone.now())
    if came.fault is not None or came.conversation is None:
        return _trouble(request, came)
    response = redirect(f"{reverse('chat:conversation', args=[came.conversation])}#tunnistautuminen")
    response["Referrer-Policy"] = "no-referrer"
    return response


def _consent_page(
    request: HttpRequest,
    resident: Resident,
    conversation: UUID,
    *,
    body: str = "",
    form: BehalfForm | None = None,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    row = Conversation.objects.readable_by(resident).select_related("service", "county").get(public_id=conversation)
    asked, provider = _asked(row), current_provider()
    if asked is None or not asked.may_answer or provider is None:
        return redirect("chat:conversation", conversation)
    data = form.data if form is not None else {}
    context = {
        "row": row,
        "service": row.service,
        "asked": asked,
        "mandates": provider.offers_mandates,
        "is_trial": _is_trial(provider),
        "behalf": data.get("behalf", asked.behalf),
        "child_name": data.get("child_name", ""),
        "child_born": data.get("child_born", ""),
        "today": timezone.localdate(),
        "draft": body,
        "client_id": _client_id(request),
        "refused": refused,
    }
    return render(request, "chat/resident/identity_consent.html", context, status=status)


def _trouble(request: HttpRequest, came: Return) -> HttpResponse:
    """In plain words what happened and what she can do now."""
    heading, words, status = TROUBLES[came.fault or Fault.WRONG]
    row = Conversation.objects.filter(public_id=came.conversation).select_related("service").first() if came.conversation else None
    context = {
        "heading": heading,
        "words": words,
        "row": row,
        "service": row.service if row is not None else None,
        "again": came.again and row is not None and row.is_open,
        "must_identify": row is not None and row.is_open and row.must_identify,
    }
    response = render(request, "chat/resident/identity_trouble.html", context, status=status)
    response["Referrer-Policy"] = "no-referrer"
    return response


def _is_trial(provider: Provider) -> bool:
    return provider.key == "development"


def _client_id(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("client_id", ""))
    except ValueError:
        return uuid4()
