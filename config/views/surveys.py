"""A public survey: residents answer without a name, and without JavaScript (S000-23, S002-31)."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.actors import Resident
from accounts.origin import client_address
from chat.pace import surveys_of
from config.frame import PUBLIC_STATUSES, county_of
from services.choices import SurveyKind
from services.forms.surveys import AnswerForm
from services.models import Survey
from services.operations import answer_survey, has_answered

COOKIE = "kysely"
_SALT = "config.survey"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def public_survey(request: HttpRequest, survey: UUID) -> HttpResponse:
    """The questions while the survey is open; thanks when this browser has answered; afterwards, that it is over."""
    row = _found(request, survey)
    has_page = row.service is not None and row.service.status in PUBLIC_STATUSES
    shown = {"survey": row, "has_page": has_page}
    if not row.is_open(timezone.localdate()):
        return render(request, "survey.html", {**shown, "is_over": True})
    resident = _session(request)
    if has_answered(by=resident, survey=row):
        return render(request, "survey.html", {**shown, "is_answered": True})
    language = (get_language() or "fi")[:2]
    form = AnswerForm(request.POST or None, survey=row, questions=list(row.questions.all()), language=language)
    if request.method == "POST" and _takes(request, form, resident, row, language):
        return _kept(redirect("public_survey", row.public_id), resident)
    return _kept(render(request, "survey.html", {**shown, "form": form}, status=422 if form.errors else 200), resident)


def _takes(request: HttpRequest, form: AnswerForm, resident: Resident, row: Survey, language: str) -> bool:
    """The answers were stored; else the form tells why not, with what was written."""
    pace = surveys_of(client_address(request))
    if not form.is_valid():
        return False
    if pace.is_full:
        form.add_error(None, _("Very many answers have come from your network within an hour. Try again later."))
        return False
    pace.add()
    try:
        answer_survey(by=resident, survey=row, answers=form.answers(), language=language, now=timezone.now())
    except ValidationError as error:
        if getattr(error, "code", "") == "answered":  # a double click
            return True
        form.refuse(error)
        return False
    return True


def _found(request: HttpRequest, survey: UUID) -> Survey:
    """A published survey for residents, of the county of this address."""
    county = county_of(request)
    rows = Survey.objects.filter(county=county, public_id=survey, kind=SurveyKind.PUBLIC, published_at__isnull=False)
    real = Q(service__isnull=True) | Q(service__is_test=False)
    row: Survey | None = rows.filter(real, opens_on__lte=timezone.localdate()).select_related("county", "service").first()
    if row is None:
        raise Http404
    return row


def _session(request: HttpRequest) -> Resident:
    """Who answers, as her browser knows her: by a cookie of surveys alone, which ends with the session."""
    try:
        return Resident(UUID(signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT)))
    except (signing.BadSignature, ValueError, TypeError):
        return Resident(uuid4())


def _kept(response: HttpResponse, resident: Resident) -> HttpResponse:
    response.set_cookie(
        COOKIE,
        signing.dumps(str(resident.key), salt=_SALT),
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
    return response
