"""The adoption model as a template (S000-1, S000-2): loaded as a draft, edited, published and then frozen."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.actors import Actor, Staff, System
from accounts.choices import AuditAction
from accounts.operations import record_audit
from adoption.choices import VersionStatus
from adoption.model_file import ModelFile, Problem, differences, missing_languages, problems_of, shipped_model, shipped_signals
from adoption.models import AdoptionModel, ModelVersion
from adoption.operations.template_rows import content_of, write_content
from services.models import County
from services.publication import mandatory_languages

MOST_TOLD = 30


def load_model(*, by: Actor, county: County, data: ModelFile, replacing: int | None = None, source: str = "") -> ModelVersion:
    """The main user of the county (or the portal) takes a file's model in as a draft; what stands already changes nothing.

    A draft that differs is replaced only by who has seen it: `replacing` is its version as it was looked at. Raises
    ValidationError (broken, draft, stale).
    """
    _refuse(problems_of(data, shipped_signals()), code="broken")
    with transaction.atomic():
        _require_main_user(by, county)
        model, _made = AdoptionModel.objects.select_for_update(of=("self",), no_key=True).get_or_create(county=county, key=data.key)
        newest: ModelVersion | None = model.versions.order_by("-number").first()
        before = content_of(newest) if newest else None
        if newest is not None and before == data:
            return newest
        if newest is None or newest.status != VersionStatus.DRAFT:
            return _make_draft(by, model, data, before, source)
        if replacing is None:
            raise ValidationError(
                _("Version %(number)s is a draft that differs from the file."), code="draft", params={"number": newest.number}
            )
        if replacing != newest.version:
            raise ValidationError(_("Somebody changed the draft meanwhile. Check the file again."), code="stale")
        newest.version += 1
        write_content(newest, data)
        _audit(by, AuditAction.CHANGE, newest, before, data, source)
        return newest


def new_draft(*, by: Actor, version: ModelVersion) -> ModelVersion:
    """The main user of the county begins the next version from a copy of this one; a model has one draft at a time.

    Raises ValidationError (draft).
    """
    with transaction.atomic():
        _require_main_user(by, version.model.county)
        model = AdoptionModel.objects.select_for_update(of=("self",), no_key=True).get(pk=version.model_id)
        draft = model.versions.filter(status=VersionStatus.DRAFT).first()
        if draft is not None:
            raise ValidationError(
                _("Version %(number)s is a draft already: go on with it, or delete it."),
                code="draft",
                params={"number": draft.number},
            )
        data = content_of(version)
        return _make_draft(by, model, data, data, f"v{version.number}")


def publish_version(*, by: Actor, version: ModelVersion, now: datetime, seen: int | None = None) -> ModelVersion:
    """The main user of the county publishes a whole draft: from now on it never changes, and new rollouts get it (S000-2).

    `seen` is the row's version that she looked at. Raises ValidationError (not_draft, stale, broken, languages).
    """
    with transaction.atomic():
        fresh = _locked(by, version)
        if fresh.status != VersionStatus.DRAFT:
            raise ValidationError(_("Only a draft can be published."), code="not_draft")
        if seen is not None and seen != fresh.version:
            raise ValidationError(_("Somebody changed the draft meanwhile. Look at it again."), code="stale")
        data = content_of(fresh)
        _refuse(problems_of(data, shipped_signals()), code="broken")
        _refuse(missing_languages(data, mandatory_languages(fresh.model.county.official_languages)), code="languages")
        fresh.published_at = now
        fresh.published_by_id = by.user_id if isinstance(by, Staff) else None
        return _set_status(by, fresh, VersionStatus.PUBLISHED)


def retire_version(*, by: Actor, version: ModelVersion) -> ModelVersion:
    """The main user of the county stops giving a version to new rollouts; those that run keep it.

    Raises ValidationError (not_published; last: there would be nothing to give).
    """
    with transaction.atomic():
        fresh = _locked(by, version)
        if fresh.status != VersionStatus.PUBLISHED:
            raise ValidationError(_("Only a published version can be retired."), code="not_published")
        if not fresh.model.versions.filter(status=VersionStatus.PUBLISHED).exclude(pk=fresh.pk).exists():
            raise ValidationError(_("This is the only published version: publish another one first."), code="last")
        return _set_status(by, fresh, VersionStatus.RETIRED)


def load_shipped_models(*, by: Actor, now: datetime, counties: Collection[str] = ()) -> int:
    """Every county (or the named ones) that has no model yet gets the shipped one, published. Nothing that exists is changed.

    Gives the number of counties that got it.
    """
    if not isinstance(by, System):
        raise PermissionDenied
    data = shipped_model()
    lacking = County.objects.exclude(adoption_models__key=data.key).order_by("code")
    if counties:
        lacking = lacking.filter(code__in=counties)
    with transaction.atomic():
        made = list(lacking)
        for county in made:
            draft = load_model(by=by, county=county, data=data, source="content")
            publish_version(by=by, version=draft, now=now)
    return len(made)


def _make_draft(by: Actor, model: AdoptionModel, data: ModelFile, before: ModelFile | None, source: str) -> ModelVersion:
    highest = model.versions.aggregate(highest=Max("number"))["highest"] or 0
    draft = ModelVersion.objects.create(model=model, number=highest + 1)
    write_content(draft, data)
    _audit(by, AuditAction.CREATE, draft, before, data, source)
    return draft


def _set_status(by: Actor, version: ModelVersion, status: VersionStatus) -> ModelVersion:
    was, version.status = version.status, status
    version.version += 1
    version.save()
    record_audit(
        by=by,
        action=AuditAction.CHANGE,
        object_type=version._meta.label_lower,
        object_id=version.pk,
        county=version.model.county.code,
        before={"status": str(was)},
        after={"status": str(status)},
    )
    return version


def _locked(by: Actor, version: ModelVersion) -> ModelVersion:
    rows = ModelVersion.objects.select_for_update(of=("self",), no_key=True).select_related("model__county")
    fresh: ModelVersion = rows.get(pk=version.pk)
    _require_main_user(by, fresh.model.county)
    return fresh


def _require_main_user(by: Actor, county: County) -> None:
    if not County.objects.editable_by(by).filter(pk=county.pk).exists():
        raise PermissionDenied


def _refuse(problems: Sequence[Problem], *, code: str) -> None:
    if problems:
        told = [ValidationError(f"{each.place}: {each.message}", code=code) for each in problems[:MOST_TOLD]]
        raise ValidationError(told)


def _audit(by: Actor, action: AuditAction, version: ModelVersion, before: ModelFile | None, after: ModelFile, source: str) -> None:
    """A new model is told by its size; a change by what differs."""
    changed = differences(before, after) if before else []
    was: dict[str, Any] = {place: old for place, old, _new in changed}
    becomes: dict[str, Any] = {"number": version.number, "items": sum(1 for _item in after.all_items())}
    becomes |= {place: new for place, _old, new in changed}
    record_audit(
        by=by,
        action=action,
        object_type=version._meta.label_lower,
        object_id=version.pk,
        county=version.model.county.code,
        before=was or None,
        after=becomes,
        source=source,
    )


__all__ = ["load_model", "load_shipped_models", "new_draft", "publish_version", "retire_version"]
