"""Topics that grow, with the guidance paths that are about them, and the way from one to an improvement (M34, S000-26, S001-24)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actors import Staff
from guidance.models import PathVersion
from guidance.recurring import published_of
from reports.forecast import Growing
from reports.forms.improvements import TopicForm
from reports.operations import improve_from_topic
from reports.permissions import readable_services
from reports.report import Report
from reports.views.places import Place, month_of, place_door
from services.models import Topic


@dataclass(frozen=True, slots=True)
class GrowingTopic:
    """A topic that grows, as the page lists it."""

    name: str
    grown: Growing
    paths: Sequence[PathVersion] = field(default_factory=tuple)
    """The published ones that are about it."""
    address: str = ""
    """Where an improvement is made of it; none when its service is not the reader’s."""


def growing_of(actor: Staff, report: Report) -> list[GrowingTopic]:
    """The list of the report with what can be done: three queries, and none when no topic grows."""
    if not report.growing:
        return []
    topics = Topic.objects.filter(pk__in=[each.topic for _name, each in report.growing]).select_related("service").in_bulk()
    hers = set(readable_services(actor, report.county).values_list("pk", flat=True))
    paths = published_of(report.county, topics.values())
    found = []
    for name, each in report.growing:
        topic = topics.get(each.topic)
        may = topic is not None and topic.service_id in hers and report.month is not None
        address = reverse("reports:improve_topic", args=[topic.service.key, str(report.month), topic.key]) if topic and may else ""
        found.append(GrowingTopic(name, each, paths.get(each.topic, ()), address))
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@place_door
def improve(request: HttpRequest, place: Place, month: str, topic: str) -> HttpResponse:
    """Write an improvement, in her own words, because of a topic that grows."""
    of_month = month_of(month)
    row = Topic.objects.filter(service=place.service, key=topic).select_related("service").first() if place.service else None
    if row is None:
        raise Http404
    query = urlencode({"palvelu": place.key, "kuukausi": str(of_month)})
    form = TopicForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            improve_from_topic(
                by=place.actor, county=place.county, topic=row, month=of_month, now=timezone.now(), **form.cleaned_data
            )
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The improvement is on the list."))
            return redirect(f"{reverse('reports:month')}?{query}")
    context = {"form": form, "row": row, "place": place, "month": of_month.first, "query": query}
    return render(request, "reports/improve_topic.html", context, status=422 if form.errors else 200)
