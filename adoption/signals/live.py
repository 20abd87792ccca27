"""Reads the live service of a rollout: its texts, queues, page, support, and the first real conversation."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime

from django.db.models import Count, Q
from django.utils import timezone

from adoption.signals import facts as fact
from adoption.signals.answers import digest
from chat.choices import State, Status
from chat.models import Conversation
from guidance.models import PathVersion
from services.choices import Audience, ServiceStatus, SurveyKind
from services.models import ContactPoint, DisruptionText, Membership, Queue, Service, Survey, Target, WeeklyInterval
from services.publication import facts_of, gaps, mandatory_languages
from services.queue_names import county_queues, names_among
from services.texts import FALLBACKS, texts_of

DEFINITION_TEXTS = ("name", "summary", "audience", "who_answers", "handles", "promise", "identification_text", "off_hours_text")
NOT_FOR = "redirects"


def read_service(service: Service, *, now: datetime) -> fact.ServiceFact:
    """The service as it is now, in the languages in which it is offered: the county's own, and those of its queues in use."""
    queues = list(service.queues.filter(is_active=True).prefetch_related("groups", "transfer_targets").order_by("order", "key"))
    supports = [point for point in (service.resident_support, service.responder_support) if point is not None]
    timed = _with_hours({row.schedule_id for row in (*queues, *supports) if row.schedule_id})
    spoken = {*mandatory_languages(service.county.official_languages), *(code for row in queues for code in row.languages)}
    languages = tuple(code for code in FALLBACKS if code in spoken)
    groups = {group.pk for queue in queues for group in queue.groups.all()}
    page = gaps(replace(facts_of(service), languages=languages))
    is_open = service.status == ServiceStatus.OPEN
    return fact.ServiceFact(
        row=fact.Row(f"service:{service.public_id}", service.changed_at),
        is_open=is_open and service.opened_at is not None,
        is_public=service.status in (ServiceStatus.OPEN, ServiceStatus.PAUSED) and service.county.is_active,
        opened_at=service.opened_at,
        languages=languages,
        texts={name: texts_of(service, name) for name in DEFINITION_TEXTS},
        response_target=service.response_target_seconds,
        queues=tuple(_queue(row, timed) for row in queues),
        groups=len(groups),
        responders=_responders(groups, now),
        targets=_targets(service, now),
        page_lacks=tuple(dict.fromkeys(gap.code for gap in page if gap.blocks or gap.code == NOT_FOR)),
        resident_support=_support(service.resident_support, timed),
        responder_support=_support(service.responder_support, timed),
    )


def read_conversations(service: Service, *, since: datetime | None) -> tuple[fact.Row, ...]:
    """The first real conversation that a responder answered and that is closed, and the first one after `since`."""
    if service.opened_at is None:
        return ()
    real = (
        Conversation.objects.counted()
        .of_residents()
        .filter(
            service=service,
            county=service.county_id,
            practice__isnull=True,
            queued_at__gt=service.opened_at,
            state=State.ENDED,
            status=Status.ANSWERED,
            first_reply_at__isnull=False,
        )
        .order_by("closed_at", "pk")
        .only("public_id", "closed_at")
    )
    first = [*real[:1], *(real.filter(closed_at__gt=since)[:1] if since else ())]
    return tuple({row.pk: fact.Row(str(row.public_id), row.closed_at) for row in first if row.closed_at}.values())


def read_notices(county: int) -> tuple[fact.NoticeFact, ...]:
    """The county's prepared notices of disruptions."""
    return tuple(
        fact.NoticeFact(
            fact.Row(f"notice:{row.pk}", row.changed_at, str(row.version)), texts_of(row, "text"), texts_of(row, "staff_text")
        )
        for row in DisruptionText.objects.filter(county=county)
    )


def read_directory(county: int, *, today: date) -> tuple[fact.Row, ...]:
    """Entries for professionals only that have been reviewed: checked, and the day of the next review has not passed."""
    rows = ContactPoint.objects.filter(county=county, audience=Audience.INTERNAL, needs_check=False, review_date__gte=today)
    return tuple(fact.Row(f"contact:{row.public_id}", row.changed_at, str(row.version)) for row in rows.exclude(value=""))


def read_surveys(service: Service) -> tuple[fact.SurveyFact, ...]:
    """The closed staff surveys of the service, with what is stored of them."""
    rows = Survey.objects.filter(service=service, kind=SurveyKind.STAFF, closed_at__isnull=False)
    return tuple(_survey(row) for row in rows.annotate(asked=Count("questions")))


def _survey(row: Survey) -> fact.SurveyFact:
    stored = row.results.get("questions", [])
    sizes = [each["n"] for each in (*stored, *row.results.get("units", []), *(one for each in stored for one in each["units"]))]
    told = [size for size in sizes if size]
    assert row.closed_at is not None
    return fact.SurveyFact(
        row=fact.Row(f"survey:{row.public_id}", row.closed_at),
        answers=row.results.get("n", 0),
        questions=row.asked,  # type: ignore[attr-defined]
        stored=len(stored),
        tells=min(told, default=None),
    )


def _with_hours(schedules: Collection[int]) -> set[int]:
    return set(WeeklyInterval.objects.filter(schedule__in=list(schedules)).values_list("schedule_id", flat=True))


def _queue(row: Queue, timed: Collection[int]) -> fact.QueueFact:
    groups, targets = [each.pk for each in row.groups.all()], [each.pk for each in row.transfer_targets.all()]
    ladder = (row.overflow_to_id and row.overflow_after_seconds, row.supervisor_after_seconds, row.alternatives_after_seconds)
    names = texts_of(row, "name")
    content = (sorted(names.items()), row.languages, row.schedule_id, sorted(groups), sorted(targets), row.no_transfers, ladder)
    return fact.QueueFact(
        row=fact.Row(f"queue:{row.public_id}", row.changed_at, digest(content)),
        name=names,
        languages=tuple(row.languages),
        has_hours=row.schedule_id in timed,
        groups=len(groups),
        has_transfers=row.no_transfers or bool(targets),
        has_overflow=any(ladder),
    )


def _responders(groups: Collection[int], now: datetime) -> int:
    """How many people are in the service's groups now."""
    members = Membership.objects.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=now), group__in=list(groups))
    return members.filter(user__is_active=True).values("user").distinct().count()


def _targets(service: Service, now: datetime) -> tuple[fact.Row, ...]:
    rows = Target.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=timezone.localdate(now)), service=service)
    return tuple(fact.Row(f"target:{row.pk}", row.changed_at, str(row.version)) for row in rows)


def _support(point: ContactPoint | None, timed: Collection[int]) -> fact.SupportFact | None:
    if point is None:
        return None
    return fact.SupportFact(
        row=fact.Row(f"contact:{point.public_id}", point.changed_at, str(point.version)),
        has_value=bool(point.value.strip()),
        has_hours=point.schedule_id in timed or bool(texts_of(point, "note")),
        is_public=point.audience == Audience.PUBLIC,
    )


def read_paths(service: Service) -> tuple[fact.Row, ...]:
    """The published guidance paths that hand over to a queue of the service."""
    queues = county_queues(service.county)
    known = names_among(queues)
    names = {name for row in queues if row.is_active and row.service_id == service.pk for name in known[row.pk]}
    rows = (
        PathVersion.objects.current()
        .walkable()
        .filter(path__county=service.county_id)
        .only("public_id", "published_at", "leads_to")
    )
    return tuple(
        fact.Row(f"path_version:{row.public_id}", row.published_at)
        for row in rows.order_by("published_at", "pk")
        if row.published_at is not None and names & set(row.leads_to)
    )
