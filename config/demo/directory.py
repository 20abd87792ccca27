"""Writes the demonstration county's directory through the same operations that the admin uses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils import timezone

from accounts.actors import System
from config.demo.reading import CountyFile, MaterialRow, ServiceFile, TargetRow
from services.intervals import parse
from services.models import (
    Channel,
    ContactPoint,
    County,
    ExceptionDay,
    LegalBasis,
    LifeSituation,
    Link,
    Municipality,
    Office,
    Queue,
    Redirect,
    ResponderGroup,
    Schedule,
    Service,
    ServiceArea,
    Target,
    Topic,
    WeeklyInterval,
)
from services.operations import (
    Change,
    Create,
    RowChange,
    apply_changes,
    change_row,
    create_row,
    fill_holidays,
    load_directory,
    open_service,
    permit_service,
)

PERMIT = "Esittely: kaikki tiedot ovat keksittyjä. Oikean alueen ammattilaiset hyväksyvät omat tekstinsä ennen avaamista."
SOURCE = "demo"
PILOT = (timedelta(days=60), timedelta(days=120))


def write_county(*, by: System, content: CountyFile, services: tuple[ServiceFile, ...], began: date, now: datetime) -> County:
    """The county, its places, hours, contact points, links, groups and services, all open to residents."""
    county = _write_county_row(by, content)
    fill_holidays(by=by, county=county, years=range(began.year, now.year + 3), now=now)
    _write_schedules(by, county, content, now.date())
    _write_places(by, county, content)
    # The national contact points and links come with the portal; what the county made itself stays.
    load_directory(by=by, today=now.date(), counties=[county.code])
    points = {row.key: row for row in ContactPoint.objects.filter(county=county)}
    county = change_row(by=by, row=county, values={"switchboard": points[content.county.switchboard]}, source=SOURCE)
    _write_services(by, county, content, services, now.date())
    _write_what_belongs(by, county, content, services, began)
    _write_queues(by, county, services)
    opened = datetime.combine(began, time(6), tzinfo=now.tzinfo)
    for service in Service.objects.filter(county=county):
        permitted = permit_service(by=by, service=service, reason=PERMIT, now=opened)
        open_service(by=by, service=permitted, now=opened)
    return County.objects.get(pk=county.pk)


def _write_county_row(by: System, content: CountyFile) -> County:
    facts = content.county
    return create_row(
        by=by,
        source=SOURCE,
        row=County(
            code=facts.code,
            slug=facts.slug,
            accent_colour=facts.accent_colour,
            official_languages=facts.official_languages,
            population=facts.population,
            registry_email=facts.registry_email,
            website=facts.website,
            allowed_domains=facts.allowed_domains,
            is_demo=True,
            is_active=True,
            **facts.name.columns("name"),
            guide_first=True,
            **facts.brand_name.columns("brand_name"),
            **facts.guide_name.columns("guide_name"),
            **facts.privacy_notice.columns("privacy_notice"),
        ),
    )


def _write_schedules(by: System, county: County, content: CountyFile, today: date) -> None:
    changes: list[RowChange] = []
    made: dict[str, Schedule] = {}
    for row in content.schedules:
        schedule = made[row.key] = Schedule(county=county, key=row.key, closed_on_holidays=row.closed_on_holidays, name=row.name.fi)
        changes.append(Create(schedule))
        changes += [
            Create(WeeklyInterval(schedule=schedule, weekday=each.weekday, opens=each.opens, closes=each.closes))
            for each in parse(row.hours)
        ]
    for exception in content.exception_days:
        day = date(today.year, exception.month, exception.day)
        day = day if day >= today else day.replace(year=today.year + 1)
        changes += [
            Create(
                ExceptionDay(
                    county=county,
                    schedule=made[key],
                    date=day,
                    opens=time.fromisoformat(exception.opens),
                    closes=time.fromisoformat(exception.closes),
                    **exception.reason.columns("reason"),
                )
            )
            for key in exception.schedules
        ]
    apply_changes(by=by, changes=changes, source=SOURCE)


def _write_places(by: System, county: County, content: CountyFile) -> None:
    schedules = {row.key: row for row in Schedule.objects.filter(county=county)}
    changes: list[RowChange] = []
    changes += [
        Create(Municipality(county=county, code=row.code, residents=row.residents, **row.name.columns("name")))
        for row in content.municipalities
    ]
    for office in content.offices:
        street = office.street.columns("street") if office.street else {}
        town = office.town.columns("town") if office.town else {}
        changes.append(
            Create(
                Office(
                    county=county,
                    key=office.key,
                    order=office.order,
                    postal_code=office.postal_code,
                    is_digital=office.digital,
                    **office.name.columns("name"),
                    **street,
                    **town,
                )
            )
        )
    for point in content.contact_points:
        changes.append(
            Create(
                ContactPoint(
                    county=county,
                    key=point.key,
                    kind=point.kind,
                    audience=point.audience,
                    value=point.value,
                    price=point.price,
                    schedule=schedules[point.schedule] if point.schedule else None,
                    **point.name.columns("name"),
                    **point.note.columns("note"),
                )
            )
        )
    changes += [
        Create(Link(county=county, key=row.key, url_fi=row.url, url_sv=row.url, url_en=row.url, **row.name.columns("name")))
        for row in content.links
    ]
    changes += [
        Create(LifeSituation(county=county, key=row.key, order=row.order, **row.name.columns("name")))
        for row in content.life_situations
    ]
    changes += [
        Create(ResponderGroup(county=county, key=row.key, **row.name.columns("name"), **row.profession.columns("profession")))
        for row in content.groups
    ]
    apply_changes(by=by, changes=changes, source=SOURCE)


def _write_services(by: System, county: County, content: CountyFile, services: tuple[ServiceFile, ...], today: date) -> None:
    points = {row.key: row for row in ContactPoint.objects.filter(county=county)}
    offices = {row.key: row for row in Office.objects.filter(county=county)}
    situations = {row.key: row for row in LifeSituation.objects.filter(county=county)}
    changes = []
    for each in services:
        texts: dict[str, str] = {}
        for name, words in each.all_texts(content.common).items():
            texts |= words.columns(name)
        changes.append(
            Create(
                Service(
                    county=county,
                    key=each.key,
                    office=offices[each.office],
                    life_situation=situations[each.situation],
                    order=each.order,
                    register=each.register,
                    primary_care=each.primary_care,
                    identification=each.identification,
                    retention_days=each.retention_days,
                    response_target_seconds=each.response_target_seconds,
                    digital_support=points[each.digital_support],
                    resident_support=points[each.digital_support],
                    responder_support=points["technical_support_phone"],
                    pilot_starts=today - PILOT[0] if each.pilot else None,
                    pilot_ends=today + PILOT[1] if each.pilot else None,
                    is_test=each.test,
                    guide_first=each.guide_first,
                    **texts,
                )
            )
        )
    apply_changes(by=by, changes=changes, source=SOURCE)


def _write_what_belongs(by: System, county: County, content: CountyFile, services: tuple[ServiceFile, ...], began: date) -> None:
    rows = {row.key: row for row in Service.objects.filter(county=county)}
    points = {row.key: row for row in ContactPoint.objects.filter(county=county)}
    links = {row.key: row for row in Link.objects.filter(county=county)}
    laws = {row.key: row for row in content.laws}
    name = content.county.name
    changes: list[RowChange] = [Create(_target(each, county, None, began)) for each in content.targets]
    changes += [Create(_material(each, county, rows)) for each in content.materials]
    for each in services:
        service = rows[each.key]
        topics = [(key, words, True) for key, words in each.topics.items()]
        topics += [(key, words, False) for key, words in each.hidden_topics.items()]
        changes += [
            Create(
                Topic(
                    service=service,
                    key=key,
                    kind=each.topic_kinds.get(key, ""),
                    order=10 * n,
                    shown_to_residents=shown,
                    **words.columns("name"),
                )
            )
            for n, (key, words, shown) in enumerate(topics, 1)
        ]
        changes += [
            Create(
                Redirect(
                    service=service,
                    order=10 * n,
                    to_service=rows[row.service] if row.service else None,
                    to_contact=points[row.contact] if row.contact else None,
                    to_link=links[row.link] if row.link else None,
                    **row.matter.columns("matter"),
                )
            )
            for n, row in enumerate(each.redirects, 1)
        ]
        changes += [
            Create(Channel(service=service, order=10 * n, medium=row.medium, contact_point=points[row.contact]))
            for n, row in enumerate(each.channels, 1)
        ]
        changes += [
            Create(
                LegalBasis(
                    service=service, order=10 * n, number=laws[key].number, url=laws[key].url, **laws[key].name.columns("name")
                )
            )
            for n, key in enumerate(each.laws, 1)
        ]
        changes.append(Create(ServiceArea(service=service, starts_on=began, **name.columns("name"))))
        changes += [Create(_target(row, county, service, began)) for row in each.targets]
    apply_changes(by=by, changes=changes, source=SOURCE)


def _material(row: MaterialRow, county: County, services: Mapping[str, Service]) -> Link:
    today = timezone.localdate()
    return Link(
        county=county,
        key=row.key,
        category=row.category,
        audience=row.audience,
        service=services[row.service] if row.service else None,
        review_date=today + timedelta(days=row.review_in_days) if row.review_in_days is not None else None,
        url_fi=row.url,
        **row.name.columns("name"),
        **row.note.columns("note"),
    )


def _target(row: TargetRow, county: County, service: Service | None, began: date) -> Target:
    return Target(
        county=county,
        service=service,
        metric=row.metric,
        aim=row.aim,
        direction=row.direction,
        value=Decimal(row.value),
        unit=row.unit,
        source=row.source,
        starts_on=began,
    )


def _write_queues(by: System, county: County, services: tuple[ServiceFile, ...]) -> None:
    rows = {row.key: row for row in Service.objects.filter(county=county)}
    schedules = {row.key: row for row in Schedule.objects.filter(county=county)}
    groups = {row.key: row for row in ResponderGroup.objects.filter(county=county)}
    queues: dict[str, Queue] = {}
    changes: list[RowChange] = []
    for each in services:
        for row in each.queues:
            queue = queues[row.key] = Queue(
                service=rows[each.key],
                key=row.key,
                order=row.order,
                languages=row.languages,
                schedule=schedules[row.schedule],
                is_entry=row.is_entry,
                is_doctor=row.is_doctor,
                for_professionals=row.for_professionals,
                takes_calls=row.takes_calls,
                max_waiting=row.max_waiting,
                max_parallel=row.max_parallel,
                intake_stops_minutes=row.intake_stops_minutes,
                drain_minutes=row.drain_minutes,
                offer_seconds=row.offer_seconds,
                supervisor_after_seconds=row.supervisor_after_seconds,
                alternatives_after_seconds=row.alternatives_after_seconds,
                **row.name.columns("name"),
                **row.profession.columns("profession"),
            )
            changes.append(Create(queue, many={"groups": [groups[key] for key in row.groups]}))
    apply_changes(by=by, changes=changes, source=SOURCE)
    later: list[RowChange] = []
    for each in services:
        for row in each.queues:
            values: dict[str, object] = {}
            if row.overflow_to:
                values = {"overflow_to": queues[row.overflow_to], "overflow_after_seconds": row.overflow_after_seconds}
            later.append(Change(queues[row.key], values, many={"transfer_targets": [queues[key] for key in row.transfers]}))
    apply_changes(by=by, changes=later, source=SOURCE)
