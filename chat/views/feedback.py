"""A resident's feedback: one form, saved tap by tap by the page's script, or all at once without it."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Resident
from chat.forms import FeedbackForm
from chat.models import Conversation
from chat.operations import Answers, answer_feedback, ask_feedback
from chat.pace import messages_of
from chat.protocol import FrameError
from chat.refusals import Refusal, refuse
from chat.views.answers import refusal_of, refused_json, status_of, take_pace, wants_json
from chat.views.feedback_part import feedback_context
from chat.views.resident_door import resident_form


@resident_form
def feedback(request: HttpRequest, resident: Resident, conversation: UUID) -> HttpResponse:
    """Save what was answered; what is refused is shown again with the words that were written."""
    form = FeedbackForm(request.POST)
    try:
        take_pace(messages_of(resident))
        if not form.is_valid():
            raise _fault(form)
        answer_feedback(by=resident, conversation=conversation, answers=Answers(**form.answered()), now=timezone.now())
    except (ValidationError, FrameError, OperationalError) as error:
        code, words = refusal_of(error)
        if wants_json(request):
            return refused_json(code, words)
        row = Conversation.objects.select_related("service").get(public_id=conversation)
        found = ask_feedback(by=resident, conversation=conversation, now=timezone.now())
        context = feedback_context(row, found, draft=request.POST.get("words", ""), refused=words)
        return render(request, "chat/resident/feedback_page.html", {**context, "service": row.service}, status=status_of(code))
    if wants_json(request):
        return JsonResponse({"saved": True})
    return redirect(f"{reverse('chat:conversation', args=[conversation])}#palaute")


def _fault(form: FeedbackForm) -> ValidationError:
    """Words that are too long say so; a choice that is none is a fault of the page."""
    for error in form.errors.as_data().get("words", []):
        return error
    return refuse(Refusal.INVALID)
