"""The template's life: loaded once, edited as a draft, published and then frozen; outsiders are refused at every step."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actors import Resident, System
from accounts.models import AuditEntry
from adoption.choices import VersionStatus
from adoption.model_file import shipped_model
from adoption.models import AdoptionModel, ModelCondition, ModelGate, ModelItem, ModelPhase, ModelRequirement, ModelVersion
from adoption.operations import load_model, load_shipped_models, new_draft, publish_version, retire_version
from adoption.operations.template_rows import content_of
from services.operations import change_row, create_row, delete_row
from tests.conftest import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
SYSTEM = System("test")
ROWS = (AdoptionModel, ModelVersion, ModelCondition, ModelPhase, ModelItem, ModelRequirement, ModelGate)


def counts() -> list[int]:
    return [model.objects.count() for model in ROWS]


def renamed(name: str = "Uusi nimi"):
    model = shipped_model()
    return replace(model, name={**model.name, "fi": name})


@pytest.fixture
def draft(model_version, main_user) -> ModelVersion:
    return new_draft(by=acting(main_user), version=model_version)


def refused(code: str, operation, **values) -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        operation(**values)
    assert {error.code for error in caught.value.error_list} == {code}
    return caught.value


# --- loading ---


def test_a_county_gets_the_shipped_version_published(model_version):
    assert (model_version.number, model_version.status) == (1, VersionStatus.PUBLISHED)
    assert model_version.published_at is not None
    items = ModelItem.objects.filter(phase__model_version=model_version)
    assert [item.code for item in items.filter(is_optional=False)] == [item.code for item in shipped_model().items()]
    assert [phase.items.filter(is_optional=False).count() for phase in model_version.phases.all()] == [6, 7, 7, 4]
    assert items.filter(is_optional=True).count() == 9
    assert content_of(model_version) == shipped_model()


def test_every_county_gets_it_once_and_nothing_is_overwritten(county, other_county, main_user):
    assert load_shipped_models(by=SYSTEM, now=timezone.now()) == 2
    before = counts()
    assert load_shipped_models(by=SYSTEM, now=timezone.now()) == 0
    version = ModelVersion.objects.get(model__county=county)
    draft = new_draft(by=acting(main_user), version=version)
    change_row(by=acting(main_user), row=draft, values={"name_fi": "Oma malli"})
    publish_version(by=acting(main_user), version=draft, now=timezone.now())
    assert load_shipped_models(by=SYSTEM, now=timezone.now()) == 0
    assert ModelVersion.objects.get(pk=draft.pk).name_fi == "Oma malli"
    assert counts()[1] == before[1] + 1


def test_loading_a_county_takes_few_queries(county):
    with CaptureQueriesContext(
        connection,
    ) as seen:
        load_shipped_models(by=SYSTEM, now=timezone.now())
    assert len(seen) <= 45, len(seen)


def test_only_the_portal_loads_what_ships(county, main_user):
    with pytest.raises(PermissionDenied):
        load_shipped_models(by=acting(main_user), now=timezone.now())
    assert counts() == [0] * len(ROWS)


def test_loading_the_same_twice_changes_nothing(county, main_user):
    first = load_model(by=acting(main_user), county=county, data=shipped_model())
    before, written = counts(), AuditEntry.objects.count()
    again = load_model(by=acting(main_user), county=county, data=replace(shipped_model(), number=7))
    assert (again.pk, again.version) == (first.pk, first.version)
    assert (counts(), AuditEntry.objects.count()) == (before, written)
    assert first.status == VersionStatus.DRAFT


def test_a_changed_file_becomes_the_next_draft(model_version, county, main_user):
    draft = load_model(by=acting(main_user), county=county, data=renamed())
    assert (draft.number, draft.status) == (2, VersionStatus.DRAFT)
    assert content_of(draft) == renamed()
    assert content_of(model_version) == shipped_model()
    entry = AuditEntry.objects.filter(object_type="adoption.modelversion").latest("pk")
    assert (entry.action, entry.after["model › name › fi"]) == ("create", "Uusi nimi")


def test_an_edited_draft_is_never_overwritten_unseen(draft, county, main_user):
    by = acting(main_user)
    change_row(by=by, row=draft, values={"name_fi": "Kesken"})
    draft.refresh_from_db()
    refused("draft", load_model, by=by, county=county, data=renamed())
    refused("stale", load_model, by=by, county=county, data=renamed(), replacing=draft.version - 1)
    assert ModelVersion.objects.get(pk=draft.pk).name_fi == "Kesken"
    load_model(by=by, county=county, data=renamed(), replacing=draft.version)
    stored = ModelVersion.objects.get(pk=draft.pk)
    assert (stored.name_fi, stored.version) == ("Uusi nimi", draft.version + 1)


def test_a_broken_value_is_refused_and_nothing_is_made(county, main_user):
    broken = replace(shipped_model(), phases=())
    refused("broken", load_model, by=acting(main_user), county=county, data=broken)
    assert counts() == [0] * len(ROWS)


# --- a draft and its publishing ---


def test_a_draft_is_a_whole_copy_and_there_is_one(draft, model_version, main_user):
    assert draft.number == 2
    assert content_of(draft) == content_of(model_version)
    assert not set(draft.phases.values_list("pk")) & set(model_version.phases.values_list("pk"))
    refused("draft", new_draft, by=acting(main_user), version=model_version)
    delete_row(by=acting(main_user), row=draft)
    assert new_draft(by=acting(main_user), version=model_version).number == 2


def test_a_published_version_is_frozen_with_all_its_rows(model_version, main_user):
    by = acting(main_user)
    item = ModelItem.objects.get(phase__model_version=model_version, code="1.1")
    phase, gate, condition = item.phase, model_version.gates.first(), model_version.conditions.first()
    requirement = item.requirements.first()
    rows: list[tuple[Any, dict[str, str]]] = [
        (model_version, {"name_fi": "Toinen"}),
        (phase, {"name_fi": "Toinen"}),
        (item, {"text_fi": "Toinen"}),
        (requirement, {"name": "toinen"}),
        (gate, {"name_fi": "Toinen"}),
        (condition, {"text_fi": "Toinen"}),
    ]
    for row, values in rows:
        with pytest.raises(PermissionDenied):
            change_row(by=by, row=row, values=values)
        with pytest.raises(PermissionDenied):
            change_row(by=SYSTEM, row=row, values=values)
        with pytest.raises(PermissionDenied):
            delete_row(by=by, row=row)
    with pytest.raises(PermissionDenied):
        create_row(by=by, row=ModelRequirement(item=item, kind="evidence", name="lisa"))
    with pytest.raises(PermissionDenied):
        create_row(by=by, row=ModelPhase(model_version=model_version, key="viides", order=5, name_fi="Viides"))
    assert content_of(model_version) == shipped_model()
    refused("not_draft", publish_version, by=by, version=model_version, now=timezone.now())


def test_rows_of_a_draft_are_edited(draft, main_user):
    by = acting(main_user)
    item = ModelItem.objects.get(phase__model_version=draft, code="2.1")
    change_row(by=by, row=item, values={"help_fi": "Uusi ohje"})
    create_row(by=by, row=ModelRequirement(item=item, kind="document", document="memo", order=2))
    published = publish_version(by=by, version=draft, now=timezone.now())
    spec = next(each for each in content_of(published).items() if each.code == "2.1")
    assert (spec.help["fi"], spec.parts()) == ("Uusi ohje", ["evidence", "document:memo"])


def test_publishing_needs_a_whole_draft(draft, main_user):
    by, now = acting(main_user), timezone.now()
    item = ModelItem.objects.get(phase__model_version=draft, code="2.2")
    change_row(by=by, row=item, values={"depends_on": ["9.9"]})
    error = refused("broken", publish_version, by=by, version=draft, now=now)
    assert "2.2" in error.messages[0]
    assert "9.9" in error.messages[0]
    assert ModelVersion.objects.get(pk=draft.pk).status == VersionStatus.DRAFT


def test_a_bilingual_county_publishes_nothing_without_swedish(draft, county, main_user):
    by, now = acting(main_user), timezone.now()
    item = ModelItem.objects.get(phase__model_version=draft, code="2.2")
    change_row(by=by, row=item, values={"help_sv": "", "help_en": ""})
    error = refused("languages", publish_version, by=by, version=draft, now=now)
    assert len(error.messages) == 1, "English is never demanded"
    county.official_languages = ["fi"]
    county.save()
    assert publish_version(by=by, version=draft, now=now).status == VersionStatus.PUBLISHED


def test_publishing_what_somebody_changed_meanwhile_is_refused(draft, main_user):
    refused("stale", publish_version, by=acting(main_user), version=draft, now=timezone.now(), seen=draft.version + 1)
    published = publish_version(by=acting(main_user), version=draft, now=timezone.now(), seen=draft.version)
    assert (published.published_by_id, published.version) == (main_user.pk, draft.version + 1)
    entry = AuditEntry.objects.filter(object_type="adoption.modelversion").latest("pk")
    assert (entry.before, entry.after) == ({"status": "draft"}, {"status": "published"})


def test_the_last_published_version_is_not_retired(draft, model_version, main_user):
    by = acting(main_user)
    refused("last", retire_version, by=by, version=model_version)
    refused("not_published", retire_version, by=by, version=draft)
    publish_version(by=by, version=draft, now=timezone.now())
    assert retire_version(by=by, version=model_version).status == VersionStatus.RETIRED
    refused("not_published", retire_version, by=by, version=model_version)


@pytest.mark.parametrize("who", ["outsider", "former", "responder", "supervisor", "coordinator", "manager", "reader", "resident"])
def test_others_are_refused(who, draft, model_version, county, request):
    person = request.getfixturevalue(who)
    by = person if isinstance(person, Resident) else acting(person)
    item = ModelItem.objects.get(phase__model_version=draft, code="1.1")
    before = counts()
    for attempt in (
        lambda: load_model(by=by, county=county, data=renamed(), replacing=draft.version),
        lambda: new_draft(by=by, version=model_version),
        lambda: publish_version(by=by, version=draft, now=timezone.now()),
        lambda: retire_version(by=by, version=model_version),
        lambda: load_shipped_models(by=by, now=timezone.now()),
        lambda: change_row(by=by, row=draft, values={"name_fi": "X"}),
        lambda: change_row(by=by, row=item, values={"text_fi": "X"}),
        lambda: delete_row(by=by, row=draft),
    ):
        with pytest.raises(PermissionDenied):
            attempt()
    assert counts() == before
    assert content_of(draft) == shipped_model()


def test_the_command_gives_every_county_its_model(db):
    out = StringIO()
    call_command("load_content", stdout=out)
    assert "22 × adoption model" in out.getvalue()
    assert ModelVersion.objects.filter(status=VersionStatus.PUBLISHED).count() == 22
    again = StringIO()
    call_command("load_content", stdout=again)
    assert "nothing new" in again.getvalue()
