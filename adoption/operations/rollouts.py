"""A rollout begins with the items of its version, its card is kept, questions are answered, and it may be given up."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.choices import AuditAction
from accounts.models import StoredFile
from accounts.operations import record_audit
from adoption.choices import Funder, ItemState, RolloutStatus, Stage, VersionStatus, YesNo
from adoption.models import ModelItem, ModelVersion, Rollout, RolloutItem
from adoption.operations.ground import (
    locked_item,
    locked_rollout,
    make_parts,
    refuse_ended,
    refuse_foreign_file,
    step,
    store,
    touch_rollout,
    user_id_of,
    words,
)
from adoption.operations.opening import tell_service
from adoption.operations.people import refuse_stranger
from adoption.operations.permits import permit_by_gate
from adoption.permissions import may_drive, may_start
from adoption.states import way
from services.models import County, Municipality, Service
from services.operations import change_row, create_row
from services.publication import mandatory_languages
from services.texts import texts_of

LANGUAGES = ("fi", "sv", "en")
CARD = frozenset(
    {
        *(f"{name}_{code}" for name in ("name", "summary") for code in LANGUAGES),
        *("place", "municipalities", "funders", "funding_text", "programme", "pillar", "investment", "stage", "tags", "links"),
        *("sponsor", "starts_on", "ends_on", "is_pilot", "rooting_until", "service"),
    }
)
"""What the card of a rollout tells, and its driver changes."""


def start_rollout(
    *,
    by: Actor,
    county: County,
    name: Mapping[str, str],
    service: Service | None = None,
    version: ModelVersion | None = None,
    now: datetime,
    public_id: UUID | None = None,
    **card: Any,
) -> Rollout:
    """A coordinator or main user starts a rollout by the county's newest published model: all its items, none of the optional.

    `public_id`: made with the form, so that a double press starts once; under another name it starts another one. Who goes back
    and sends the very same card again gets the rollout that she started; another card may not have the name of one that runs.
    """
    if not may_start(by, county=county, service=service):
        raise PermissionDenied
    with transaction.atomic():
        # Two presses at once come one after the other.
        County.objects.select_for_update(no_key=True, of=("self",)).get(pk=county.pk)
        values, many = _card({**{f"name_{code}": name.get(code, "") for code in LANGUAGES}, **card})
        running = _running_by_name(county, name.get("fi", ""))
        if running is not None:
            if _is_same_card(running, by=by, service=service, values=values, many=many):
                return running
            raise _name_taken(running)
        given = version or _newest(county)
        if given is None:
            raise ValidationError(_("The county has no published adoption model yet."), code="no_model")
        if given.status != VersionStatus.PUBLISHED or given.model.county_id != county.pk:
            raise ValidationError(_("This version of the model cannot be used."), code="wrong_version")
        _refuse_second(service)
        _refuse_elsewhere(county, values, many)
        is_used = public_id is not None and Rollout.objects.filter(public_id=public_id).exists()
        row = Rollout(
            county=county,
            public_id=public_id if public_id and not is_used else uuid4(),
            model_version=given,
            service=service,
            phase=given.phases.order_by("order", "pk").first(),
            created_at=now,
            created_by_id=user_id_of(by),
            touched_at=now,
            touched_by_id=user_id_of(by),
            **values,
        )
        rollout = create_row(by=by, row=row, many=many)
        _make_items(rollout, ModelItem.objects.filter(phase__model_version=given, is_optional=False))
        tell_service(rollout=rollout)
        return rollout


def _running_by_name(county: County, name: str) -> Rollout | None:
    """The running rollout of the county that is called so; spaces and capitals make no difference."""
    wanted = _plain_name(name)
    rows = Rollout.objects.filter(county=county, status=RolloutStatus.RUNNING).order_by("pk")
    return next((row for row in rows.select_related("service") if _plain_name(texts_of(row, "name").get("fi", "")) == wanted), None)


def _plain_name(name: str) -> str:
    return " ".join(name.split()).casefold()


def _is_same_card(
    known: Rollout,
    *,
    by: Actor,
    service: Service | None,
    values: Mapping[str, Any],
    many: Mapping[str, Collection[models.Model]],
) -> bool:
    """The same person sends what stands on the card."""
    if (known.created_by_id, known.service) != (user_id_of(by), service):
        return False
    if any(_plain_value(getattr(known, name)) != _plain_value(value) for name, value in values.items()):
        return False
    return all({row.pk for row in rows} == set(getattr(known, name).values_list("pk", flat=True)) for name, rows in many.items())


def _plain_value(value: Any) -> Any:
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value


def _name_taken(running: Rollout) -> ValidationError:
    words = _("“%(rollout)s” has been started already, on %(when)s. Open it from the list, or give this one another name.")
    when = date_format(timezone.localtime(running.created_at), "SHORT_DATETIME_FORMAT")
    return ValidationError({"name_fi": ValidationError(words, code="name_taken", params={"rollout": running, "when": when})})


def _newest(county: County) -> ModelVersion | None:
    rows = ModelVersion.objects.filter(model__county=county, status=VersionStatus.PUBLISHED)
    return rows.select_related("model").order_by("-published_at", "-number").first()


def _refuse_second(service: Service | None, *, besides: Rollout | None = None) -> None:
    if service is None:
        return
    running = Rollout.objects.filter(service=service, status=RolloutStatus.RUNNING)
    other = running.exclude(pk=besides.pk if besides else None).first()
    if other is not None:
        raise ValidationError(
            {
                "service": ValidationError(
                    _("“%(service)s” is already being taken into use in “%(rollout)s”."),
                    code="has_rollout",
                    params={"service": service, "rollout": other},
                )
            }
        )


def _make_items(rollout: Rollout, rows: models.QuerySet[ModelItem]) -> list[RolloutItem]:
    ordered = rows.select_related("phase").prefetch_related("requirements").order_by("phase__order", "order", "pk")
    items = RolloutItem.objects.bulk_create([RolloutItem(rollout=rollout, model_item=each) for each in ordered])
    make_parts(items)
    return items


def _card(values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Collection[models.Model]]]:
    """The card's values as they are stored, and its municipalities apart; anything else is refused by name."""
    if unknown := set(values) - CARD:
        raise ValidationError(
            _("These cannot be changed here: %(names)s."), code="not_settable", params={"names": ", ".join(sorted(unknown))}
        )
    given = dict(values)
    many = {"municipalities": given.pop("municipalities")} if "municipalities" in given else {}
    errors: dict[str, ValidationError] = {
        name: error for name in ("funders", "tags", "links") if name in given and (error := _list_error(name, given[name]))
    }
    if errors:
        raise ValidationError(dict(errors))
    return given, many


def _refuse_elsewhere(county: County, given: Mapping[str, Any], many: Mapping[str, Collection[models.Model]]) -> None:
    """A new sponsor works for the county, and the municipalities are the county's."""
    refuse_stranger(county=county, name="sponsor", person=given.get("sponsor"))
    if any(isinstance(row, Municipality) and row.county_id != county.pk for row in many.get("municipalities", ())):
        raise ValidationError(
            {"municipalities": ValidationError(_("A municipality belongs to another county."), code="other_county")}
        )


def _list_error(name: str, value: object) -> ValidationError | None:
    rows: Sequence[object] = value if isinstance(value, list) else [None]
    match name:
        case "funders" if not set(map(str, rows)) <= set(Funder.values):
            return ValidationError(_("Choose the funders from the list."), code="funders")
        case "tags" if not all(isinstance(row, str) and 0 < len(row.strip()) <= 40 for row in rows):
            return ValidationError(_("Write each phenomenon in at most 40 characters."), code="tags")
        case "links" if not all(_is_link(row) for row in rows):
            return ValidationError(_("Each link has a name and an address that begins with https://."), code="links")
    return None


def _is_link(row: object) -> bool:
    if not isinstance(row, Mapping) or set(row) != {"name", "url"}:
        return False
    return bool(str(row["name"]).strip()) and str(row["url"]).startswith("https://") and len(str(row["url"])) <= 500


def change_card(*, by: Actor, rollout: Rollout, values: Mapping[str, Any], version: int | None = None, now: datetime) -> Rollout:
    """Who drives a rollout keeps its card; the service is linked here when it has been made, and gets the permit of its gate."""
    with transaction.atomic():
        fresh = locked_rollout(rollout)
        if not may_drive(by, fresh):
            raise PermissionDenied
        refuse_ended(fresh)
        given, many = _card(values)
        if set(given.get("funders", ())) == set(fresh.funders):
            given.pop("funders", None)  # boxes are ticked in no order
        if "service" in given and given["service"] != fresh.service:
            _refuse_second(given["service"], besides=fresh)
        _refuse_elsewhere(fresh.county, {name: value for name, value in given.items() if value != getattr(fresh, name)}, many)
        changed: Rollout = change_row(by=by, row=fresh, values=given, version=version, many=many)
        touch_rollout(rollout=changed, by=by, now=now)
        if changed.service_id != fresh.service_id:
            permit_by_gate(rollout=changed, now=now)
            tell_service(rollout=changed)
            tell_service(rollout=fresh)  # the service that it was linked to before
        return Rollout.objects.get(pk=changed.pk)


def set_cover(*, by: Actor, rollout: Rollout, file: StoredFile | None, alt: Mapping[str, str], now: datetime) -> Rollout:
    """The card's image always tells in words what it shows, in the county's languages (S000-9)."""
    with transaction.atomic():
        fresh = locked_rollout(rollout)
        if not may_drive(by, fresh):
            raise PermissionDenied
        refuse_ended(fresh)
        refuse_foreign_file(file, fresh)
        if file is not None:
            if not file.content_type.startswith("image/"):
                raise ValidationError({"file": ValidationError(_("Choose an image."), code="not_image")})
            for code in mandatory_languages(fresh.county.official_languages):
                words(alt.get(code, ""), name=f"cover_alt_{code}", message=_("Tell in words what the image shows."))
        before = {"cover": str(fresh.cover.public_id) if fresh.cover else ""}
        fresh.cover = file
        for code in LANGUAGES:
            setattr(fresh, f"cover_alt_{code}", alt.get(code, "").strip()[:200] if file is not None else "")
        fresh.version += 1
        fresh.save()
        _audit(by, fresh, before=before, after={"cover": str(file.public_id) if file else ""})
        touch_rollout(rollout=fresh, by=by, now=now)
        return fresh


def answer_question(*, by: Actor, rollout: Rollout, question: str, answer: str, now: datetime) -> Rollout:
    """The answer tells whether an item applies: without it she asks nobody, and it comes back when the answer changes (S000-37)."""
    with transaction.atomic():
        fresh = locked_rollout(rollout)
        if not may_drive(by, fresh):
            raise PermissionDenied
        refuse_ended(fresh)
        items = list(RolloutItem.objects.filter(rollout=fresh, model_item__question_key=question).order_by("pk"))
        if not question or not items:
            raise ValidationError(_("The model has no such question."), code="unknown_question")
        if answer not in YesNo.values:
            raise ValidationError({"answer": ValidationError(_("Answer yes or no."), code="answer")})
        was = fresh.answer(question)
        if was == answer:
            return fresh
        fresh.answers = {**fresh.answers, question: str(answer)}
        fresh.version += 1
        fresh.save()
        _audit(by, fresh, before={question: str(was)}, after={question: str(answer)})
        for item in items:
            _apply(locked_item(item), was=was, answer=answer, by=by, now=now)
        touch_rollout(rollout=fresh, by=by, now=now)
        tell_service(rollout=fresh)
        return fresh


def _apply(item: RolloutItem, *, was: str, answer: str, by: Actor, now: datetime) -> None:
    """What the answer makes of an item."""
    applies_when = item.model_item.applies_when
    out = answer != YesNo.OPEN and answer != applies_when
    was_out = was != YesNo.OPEN and was != applies_when
    if was_out and not out and item.state == ItemState.NOT_APPLICABLE:
        step(item=item, to=ItemState.NOT_STARTED, by=by, now=now, reason=_answered(item, answer))
        item.reason = ""
        store(item)
    if out and item.state != ItemState.NOT_APPLICABLE:
        if item.state == ItemState.DONE:
            raise ValidationError(
                _("“%(item)s” is done already. If something has to be changed, open it again first and say why."),
                code="done",
                params={"item": item},
            )
        for each in way(item.state, ItemState.NOT_APPLICABLE):
            step(item=item, to=each, by=by, now=now, reason=_answered(item, answer) if each == ItemState.NOT_APPLICABLE else "")
        store(item)


def _answered(item: RolloutItem, answer: str) -> str:
    return f"{item.model_item.question} {YesNo(answer).label}"[-300:]


def end_rollout(*, by: Actor, rollout: Rollout, reason: str, now: datetime) -> Rollout:
    """A rollout whose service has not been opened is ended as not launched, with a reason: management refused, or plans changed."""
    with transaction.atomic():
        fresh = locked_rollout(rollout)
        if not may_drive(by, fresh):
            raise PermissionDenied
        if fresh.status != RolloutStatus.RUNNING:
            raise ValidationError(_("This rollout does not run any more."), code="ended")
        if fresh.service is not None and fresh.service.opened_at is not None:
            raise ValidationError(
                _("The service has been opened already. Close the service, and hand the responsibility over."), code="opened"
            )
        fresh.end_reason = words(reason, name="reason", message=_("Write why."))[:300]
        fresh.status, fresh.stage = RolloutStatus.NOT_STARTED, Stage.ENDED
        fresh.version += 1
        fresh.save()
        _audit(by, fresh, before={"status": RolloutStatus.RUNNING}, after={"status": fresh.status}, purpose=fresh.end_reason)
        touch_rollout(rollout=fresh, by=by, now=now)
        tell_service(rollout=fresh)
        return fresh


def offered_items(rollout: Rollout) -> list[ModelItem]:
    """What a running rollout may still take: the optional items of its version, and those that a newer version has more."""
    if not rollout.is_running:
        return []
    version = rollout.model_version
    newest = ModelVersion.objects.filter(model=version.model_id, status=VersionStatus.PUBLISHED).order_by("-number").first()
    mine = Q(phase__model_version=version, is_optional=True)
    if newest is not None and newest.number > version.number:
        known = ModelItem.objects.filter(phase__model_version=version)
        mine |= Q(phase__model_version=newest) & ~Q(key__in=known.values("key"))
    has = RolloutItem.objects.filter(rollout=rollout)
    rows = ModelItem.objects.filter(mine).exclude(key__in=has.values("model_item__key"))
    return list(rows.select_related("phase").order_by("phase__order", "order", "pk"))


def adopt_items(*, by: Actor, rollout: Rollout, codes: Collection[str], now: datetime) -> list[RolloutItem]:
    """Who drives a running rollout takes items that it is offered; those it has stay as they are."""
    with transaction.atomic():
        fresh = locked_rollout(rollout)
        if not may_drive(by, fresh):
            raise PermissionDenied
        if not fresh.is_running:
            raise ValidationError(_("This rollout does not run any more."), code="ended")
        offered = {item.code: item for item in offered_items(fresh)}
        if unknown := sorted(set(codes) - set(offered)):
            raise ValidationError(
                _("These items are not offered to the rollout: %(codes)s."),
                code="not_offered",
                params={"codes": ", ".join(unknown)},
            )
        items = _make_items(fresh, ModelItem.objects.filter(pk__in=[offered[code].pk for code in set(codes)]))
        touch_rollout(rollout=fresh, by=by, now=now)
        return items


def _audit(by: Actor, rollout: Rollout, *, before: dict[str, Any], after: dict[str, Any], purpose: str = "") -> None:
    record_audit(
        by=by,
        action=AuditAction.CHANGE,
        object_type=Rollout._meta.label_lower,
        object_id=str(rollout.public_id),
        county=rollout.county.code,
        purpose=purpose,
        before=before,
        after=after,
    )


__all__ = [
    "adopt_items",
    "answer_question",
    "change_card",
    "end_rollout",
    "offered_items",
    "refuse_ended",
    "start_rollout",
    "touch_rollout",
]
