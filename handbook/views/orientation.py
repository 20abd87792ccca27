"""Orientation: a new responder's own way through it, the check questions, and the supervisor's view of the group (S001-34)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actors import Staff
from accounts.choices import Role
from accounts.models import User
from accounts.permissions import grants_of
from handbook.forms.orientation import PlanForm, SkillsForm, TrainingForm
from handbook.models import ChapterVersion, OrientationPlan, SelfAssessment, Training
from handbook.operations.orientation import (
    add_training,
    answer_check,
    assess_skills,
    let_through,
    note_training,
    remove_training,
    save_plan,
    sign_off,
)
from handbook.permissions import is_held_back, may_lead
from handbook.progress import people_of, progress_of
from handbook.shelf import services_of
from handbook.trends import group_trends, trends_of
from handbook.views.door import handbook_door, service_of
from services.models import County, Service


@require_http_methods(["GET", "HEAD", "POST"])
@handbook_door
def own(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """Her own orientation, service by service, and how she assesses her skills."""
    form = SkillsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        assess_skills(by=actor, county=county, levels=form.levels(), now=timezone.now())
        messages.success(request, _("Your assessment was saved."))
        return redirect("handbook:orientation")
    user = User.objects.get(pk=actor.user_id)
    services = services_of(actor, county)
    plans = OrientationPlan.objects.filter(service__in=services).select_related("service__county").order_by("service__order")
    hers = [(plan, progress_of(plan, [user])[0]) for plan in plans if user in people_of(plan)]
    context = {
        "hers": hers,
        "answers": grants_of(actor, [Role.RESPONDER]).filter(county=county.code).exists(),
        "form": form,
        "trends": trends_of(SelfAssessment.objects.filter(county=county, user=user)),
        "led": [service for service in Service.objects.filter(county=county).readable_by(actor) if may_lead(actor, service)],
    }
    return render(request, "handbook/orientation.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@handbook_door
def check(request: HttpRequest, actor: Staff, county: County, version: UUID) -> HttpResponse:
    """The check questions of a text; what went wrong is told with the reason, and tried again."""
    rows = ChapterVersion.objects.filter(chapter__county=county, public_id=version).current().readable_by(actor)
    row = rows.select_related("chapter", "service").first()
    if row is None or not row.questions:
        raise Http404
    chosen, wrong = {}, None
    if request.method == "POST":
        given = {question["key"]: request.POST.get(question["key"], "") for question in row.questions}
        chosen = {key: int(number) for key, number in given.items() if number.isdecimal() and len(number) < 3}
        wrong = answer_check(by=actor, version=row, answers=chosen, now=timezone.now())
        if not wrong:
            messages.success(request, _("All right. The chapter is done."))
            return redirect("handbook:orientation")
    questions = [
        {
            "key": question["key"],
            "text": question["text"],
            "why": question["why"],
            "answers": [(n, answer["text"], chosen.get(question["key"]) == n) for n, answer in enumerate(question["answers"])],
            "is_wrong": wrong is not None and question["key"] in wrong,
            "is_right": wrong is not None and question["key"] not in wrong,
        }
        for question in row.questions
    ]
    context = {"version": row, "questions": questions, "wrong": wrong}
    return render(request, "handbook/check.html", context, status=422 if wrong else 200)


@require_POST
@handbook_door
def trained(request: HttpRequest, actor: Staff, county: County, training: UUID) -> HttpResponse:
    """She has done a training."""
    row = Training.objects.filter(plan__service__county=county, public_id=training).readable_by(actor).first()
    if row is None:
        raise Http404
    note_training(by=actor, training=row, now=timezone.now())
    messages.success(request, _("Noted."))
    return redirect("handbook:orientation")


@require_GET
@handbook_door
def group(request: HttpRequest, actor: Staff, county: County, key: str) -> HttpResponse:
    """The supervisor sees her responders at a glance: who has done what, and who may answer."""
    service = _led(actor, county, key)
    plan = OrientationPlan.objects.filter(service=service).select_related("service__county").first()
    return render(request, "handbook/group.html", _group(actor, service, plan))


@require_POST
@handbook_door
def arrange(request: HttpRequest, actor: Staff, county: County, key: str) -> HttpResponse:
    """The plan itself, its trainings, sign-offs and those who are let through."""
    service = _led(actor, county, key)
    plan = OrientationPlan.objects.filter(service=service).select_related("service__county").first()
    do = request.POST.get("do", "")
    plan_form = PlanForm(request.POST if do == "plan" else None, row=plan)
    training_form = TrainingForm(request.POST if do == "training" else None)
    form = {"plan": plan_form, "training": training_form}.get(do)
    if form is not None and not form.is_valid():
        context = {**_group(actor, service, plan), "plan_form": plan_form, "training_form": training_form}
        return render(request, "handbook/group.html", context, status=422)
    try:
        _do(request, actor, service, plan, plan_form, training_form)
    except ValidationError as error:
        if form is None:
            messages.error(request, " ".join(error.messages))
        else:
            form.refuse(error)
            context = {**_group(actor, service, plan), "plan_form": plan_form, "training_form": training_form}
            return render(request, "handbook/group.html", context, status=422)
    else:
        messages.success(request, _("Saved."))
        if do == "plan":
            _warn_of_held_back(request, service)
    return redirect("handbook:group", key)


def _warn_of_held_back(request: HttpRequest, service: Service) -> None:
    """Who answered until now takes no real conversation from here on: she is named, before a resident waits in vain."""
    plan = OrientationPlan.objects.select_related("service__county").get(service=service)
    held = [user for user in people_of(plan) if is_held_back(user_id=user.pk, service_id=service.pk)]
    if held:
        names = ", ".join(str(user) for user in held)
        told = _(
            "They take no real conversations of the service before the orientation is done or you let them through: %(names)s."
        )
        messages.warning(request, told % {"names": names})


def _do(
    request: HttpRequest,
    actor: Staff,
    service: Service,
    plan: OrientationPlan | None,
    plan_form: PlanForm,
    training_form: TrainingForm,
) -> None:
    do, now = request.POST.get("do", ""), timezone.now()
    if do == "plan":
        given = plan_form.cleaned_data
        save_plan(
            by=actor,
            service=service,
            is_required=given["is_required"],
            with_practice=given["with_practice"],
            seen=given["version"] or 0,
        )
        return
    if plan is None:
        raise Http404
    match do:
        case "training":
            told = training_form.cleaned_data
            add_training(
                by=actor,
                plan=plan,
                title=training_form.title(),
                url=told["url"],
                is_mandatory=told["is_mandatory"],
                due_on=told["due_on"],
            )
        case "remove":
            remove_training(by=actor, training=_one(Training.objects.filter(plan=plan), request.POST.get("training", "")))
        case "sign":
            sign_off(by=actor, plan=plan, user=_one(User.objects.all(), request.POST.get("person", "")), now=now)
        case "let":
            user = _one(User.objects.all(), request.POST.get("person", ""))
            let_through(by=actor, plan=plan, user=user, reason=request.POST.get("reason", ""), now=now)
        case _:
            raise Http404


def _one(rows: Any, key: str) -> Any:
    """The row of the public id that a form sent."""
    try:
        return rows.get(public_id=UUID(key))
    except (ValueError, rows.model.DoesNotExist):
        raise Http404 from None


def _led(actor: Staff, county: County, key: str) -> Service:
    service = service_of(actor, county, key)
    if service is None or not may_lead(actor, service):
        raise PermissionDenied
    return service


def _group(actor: Staff, service: Service, plan: OrientationPlan | None) -> dict[str, Any]:
    rows = progress_of(plan, people_of(plan)) if plan else []
    return {
        "service": service,
        "plan": plan,
        "rows": rows,
        "skills": group_trends(row.skills for row in rows),
        "trainings": list(plan.trainings.all()) if plan else [],
        "plan_form": PlanForm(row=plan),
        "training_form": TrainingForm(),
        "me": actor.user_id,
        "back": reverse("handbook:orientation"),
    }
