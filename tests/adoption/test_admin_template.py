"""The template in the admin: looked at, edited, published, exported and imported by the main user, and by nobody else."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from accounts.models import AuditEntry
from adoption.choices import VersionStatus
from adoption.model_file import read_model, shipped_model, write_model
from adoption.models import AdoptionModel, ModelCondition, ModelGate, ModelItem, ModelPhase, ModelVersion
from adoption.operations import new_draft
from adoption.operations.template_rows import content_of
from tests.conftest import acting
from tests.services.test_admin import form_values

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(model_version, main_user) -> ModelVersion:
    return new_draft(by=acting(main_user), version=model_version)


@pytest.fixture
def client(signed_in, main_user):
    return signed_in(main_user)


def url(name: str, *args: Any, language: str = "fi") -> str:
    with translation.override(language):
        return reverse(f"admin:adoption_{name}", args=args)


def yaml_file(text: str | bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("malli.yaml", text.encode() if isinstance(text, str) else text)


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_its_pages_open(language, draft, model_version, client):
    item = ModelItem.objects.filter(phase__model_version=draft).first()
    pages = [
        url("modelversion_changelist", language=language),
        url("modelversion_change", draft.pk, language=language),
        url("modelversion_change", model_version.pk, language=language),
        url("modelversion_preview", draft.pk, language=language),
        url("modelversion_step", draft.pk, "publish", language=language),
        url("modelversion_import", language=language),
        url("modelitem_changelist", language=language),
        url("modelitem_change", item.pk, language=language),
        url("modelitem_add", language=language),
        url("modelitem_export", language=language),
        url("modelitem_import", language=language),
        url("modelphase_change", item.phase_id, language=language),
        url("modelgate_change", draft.gates.first().pk, language=language),
        url("modelversion_history", draft.pk, language=language),
    ]
    for page in pages:
        assert client.get(page).status_code in (200, 302), page


def test_an_item_is_edited_in_words_and_its_save_leads_back_to_the_version(draft, client):
    item = ModelItem.objects.get(phase__model_version=draft, code="1.1")
    page = client.get(url("modelitem_change", item.pk))
    content = page.content.decode()
    assert "Lomake: development_proposal" in content
    assert "Päätös on kirjattu (decision_recorded)" in content
    for kind, row in (("modelphase", item.phase), ("modelgate", draft.gates.first()), ("modelitem", item)):
        values = form_values(client.get(url(f"{kind}_change", row.pk)))
        assert client.post(url(f"{kind}_change", row.pk), values).url == url("modelversion_change", draft.pk), kind


def test_the_list_of_items_tells_whose_each_is(draft, model_version, client, django_assert_max_num_queries):
    with django_assert_max_num_queries(24):
        page = client.get(url("modelitem_changelist")).content.decode()
    assert page.count(f"{model_version} · Julkaistu") == page.count(f"{draft} · Luonnos") == 33


def test_the_preview_shows_items_as_rollouts_do(model_version, client):
    page = client.get(url("modelversion_preview", model_version.pk)).content.decode()
    assert "1. Selvitys" in page
    assert "2. Määrittely ja suunnittelu" in page, "the label, not the name"
    assert "Kehittämisehdotus <code>development_proposal</code>" in page
    assert "(Teknologisen ratkaisun" not in page
    assert page.count("<details") == 33 + 10
    assert "Hae päätös" not in page
    assert "Johto" in page
    swedish = client.get(url("modelversion_preview", model_version.pk, language="sv")).content.decode()
    assert "Behovet kartläggs" in swedish
    assert 'lang="fi"' not in re.sub(r"<html[^>]*>", "", swedish).replace('hreflang="fi"', ""), "all of it is Swedish"


def test_a_published_version_can_only_be_looked_at(model_version, client):
    item = ModelItem.objects.filter(phase__model_version=model_version).first()
    for page in (url("modelversion_change", model_version.pk), url("modelitem_change", item.pk)):
        assert b'name="_save"' not in client.get(page).content
        assert client.post(page, {"text_fi": "X"}).status_code == 403
    assert client.get(url("modelversion_delete", model_version.pk)).status_code == 403
    assert content_of(model_version) == shipped_model()


def test_no_list_offers_to_delete_many_and_a_row_of_a_draft_is_deleted_on_its_page(draft, model_version, client):
    for kind in ("modelversion", "modelitem", "modelphase", "modelgate"):
        assert b"delete_selected" not in client.get(url(f"{kind}_changelist")).content, kind
        row = model_version.pk if kind == "modelversion" else None
        chosen = {"action": "delete_selected", "_selected_action": [str(row or 1)], "post": "yes"}
        client.post(url(f"{kind}_changelist"), chosen)
    assert content_of(model_version) == content_of(draft) == shipped_model()
    item = ModelItem.objects.get(phase__model_version=draft, code="X1")
    assert client.post(url("modelitem_delete", item.pk), {"post": "yes"}).status_code == 302
    assert not ModelItem.objects.filter(pk=item.pk).exists()


def test_saving_an_untouched_item_changes_nothing(draft, client):
    for code in ("1.5", "4.1", "2.3"):
        item = ModelItem.objects.get(phase__model_version=draft, code=code)
        page = url("modelitem_change", item.pk)
        values = form_values(client.get(page))
        before = AuditEntry.objects.filter(action="change").count()
        response = client.post(page, values)
        assert response.status_code == 302, response.context["errors"]
        assert AuditEntry.objects.filter(action="change").count() == before
    assert content_of(ModelVersion.objects.get(pk=draft.pk)) == shipped_model()


def test_an_item_is_edited_with_what_it_asks(draft, client, main_user):
    item = ModelItem.objects.get(phase__model_version=draft, code="2.1")
    page = url("modelitem_change", item.pk)
    values = form_values(client.get(page))
    values |= {"help_fi": "Uusi ohje", "order": "65", "involved": ["manager", "ict"], "depends_on": "1.4\n1.5"}
    values |= {"requirements-TOTAL_FORMS": "2", "requirements-1-kind": "signoff", "requirements-1-roles": ["manager"]}
    values |= {"requirements-1-order": "2", "requirements-1-minimum": "0", "requirements-1-item": str(item.pk)}
    response = client.post(page, values)
    assert response.status_code == 302, response.context["errors"]
    stored = next(each for each in content_of(ModelVersion.objects.get(pk=draft.pk)).items() if each.code == "2.1")
    assert (stored.help["fi"], stored.order, stored.depends_on) == ("Uusi ohje", 65, ("1.4", "1.5"))
    assert stored.parts() == ["evidence", "signoff:manager"]
    assert [each.code for each in content_of(draft).phases[1].items][:7][-1] == "2.7"


def test_a_stale_save_of_an_item_is_refused(draft, client):
    item = ModelItem.objects.get(phase__model_version=draft, code="2.1")
    page = url("modelitem_change", item.pk)
    first, second = form_values(client.get(page)), form_values(client.get(page))
    assert client.post(page, {**first, "help_fi": "Ensimmäinen"}).status_code == 302
    response = client.post(page, {**second, "help_fi": "Toinen"})
    assert response.status_code == 200
    assert "Ensimmäinen" in response.content.decode()
    item.refresh_from_db()
    assert item.help_fi == "Ensimmäinen"


def test_phases_are_put_in_another_order_on_one_page(draft, client):
    page = url("modelversion_change", draft.pk)
    values = form_values(client.get(page))
    orders = {name: value for name, value in values.items() if re.fullmatch(r"phases-\d+-order", name)}
    assert sorted(orders.values()) == ["1", "2", "3", "4"]
    values["phases-0-order"], values["phases-1-order"] = "2", "1"
    response = client.post(page, values)
    assert response.status_code == 302, response.context["errors"]
    assert [phase.key for phase in draft.phases.all()] == ["maarittely", "selvitys", "toteutus", "paattaminen"]


def test_a_draft_is_published_and_another_begun(draft, model_version, client):
    page = url("modelversion_step", draft.pk, "publish")
    assert "ei enää muutu" in client.get(page).content.decode()
    assert client.post(page, {"seen": draft.version + 3}).status_code == 200, "stale"
    assert client.post(page, {"seen": draft.version}).status_code == 302
    draft.refresh_from_db()
    assert draft.status == VersionStatus.PUBLISHED
    assert client.post(url("modelversion_step", model_version.pk, "retire"), {"seen": 2}).status_code == 302
    response = client.post(url("modelversion_step", draft.pk, "draft"), {"seen": draft.version})
    assert response.url == url("modelversion_change", ModelVersion.objects.get(number=3).pk)
    assert client.post(url("modelversion_step", draft.pk, "draft"), {"seen": 1}).status_code == 200, "there is one already"
    assert client.post(url("modelversion_step", draft.pk, "burn"), {"seen": 1}).status_code == 404


def test_an_unfinished_draft_tells_what_lacks(draft, client):
    ModelItem.objects.filter(phase__model_version=draft, code="2.2").update(depends_on=["9.9"], help_sv="")
    page = client.get(url("modelversion_change", draft.pk)).content.decode()
    assert "maarittely › 2.2" in page
    assert "9.9" in page
    assert "sv" in page
    response = client.post(url("modelversion_step", draft.pk, "publish"), {"seen": draft.version})
    assert "9.9" in response.content.decode()
    draft.refresh_from_db()
    assert draft.status == VersionStatus.DRAFT


# --- YAML ---


def test_a_yaml_round_trip_changes_nothing(model_version, client):
    response = client.get(url("modelversion_yaml", model_version.pk))
    assert "attachment" in response["Content-Disposition"]
    assert read_model(response.content).data == shipped_model()
    assert AuditEntry.objects.latest("pk").action == "export"
    before = AuditEntry.objects.count()
    page = client.post(url("modelversion_import"), {"county": model_version.model.county_id, "file": yaml_file(response.content)})
    assert "Ei muutoksia" in page.content.decode()
    assert (ModelVersion.objects.count(), AuditEntry.objects.count()) == (1, before)


def changed_yaml(version: ModelVersion) -> str:
    return write_model(content_of(version)).replace("Johto päättää, perustetaanko", "Johto ratkaisee, perustetaanko")


def import_(client, version: ModelVersion, text: str):
    return client.post(url("modelversion_import"), {"county": version.model.county_id, "file": yaml_file(text)})


def confirm(client, page):
    form = page.context["form"]
    return client.post(url("modelversion_import"), {name: form.initial[name] or "" for name in ("checked", "county", "replacing")})


def test_a_changed_file_is_looked_through_and_becomes_a_draft(model_version, client):
    page = import_(client, model_version, changed_yaml(model_version))
    assert page.context["changes"][0][0] == "selvitys › 1.4 › help › fi"
    assert ModelVersion.objects.count() == 1, "nothing yet"
    response = confirm(client, page)
    draft = ModelVersion.objects.get(number=2)
    assert response.url == url("modelversion_change", draft.pk)
    assert draft.status == VersionStatus.DRAFT
    assert "ratkaisee" in ModelItem.objects.get(phase__model_version=draft, code="1.4").help_fi


def test_a_draft_that_somebody_edits_meanwhile_is_not_replaced(draft, client):
    text = changed_yaml(draft)
    page = import_(client, draft, text)
    assert page.context["is_draft"]
    item = ModelItem.objects.get(phase__model_version=draft, code="2.1")
    item_page = url("modelitem_change", item.pk)
    client.post(item_page, {**form_values(client.get(item_page)), "help_fi": "Kesken"})
    assert confirm(client, page).status_code == 200
    item.refresh_from_db()
    assert item.help_fi == "Kesken"
    assert confirm(client, import_(client, draft, text)).status_code == 302
    assert ModelItem.objects.get(phase__model_version=draft, code="2.1").help_fi != "Kesken"


def test_a_broken_file_is_named_by_place_and_line_and_changes_nothing(draft, client):
    text = write_model(shipped_model()).replace("responsible: ict", "responsible: robot")
    page = import_(client, draft, text).content.decode()
    assert "selvitys › 1.6 › responsible" in page
    assert "robot" in page
    assert "mitään ei otettu" in page.lower()
    assert content_of(ModelVersion.objects.get(pk=draft.pk)) == shipped_model()


def test_a_forged_or_foreign_file_is_refused(draft, client, other_county, outsider, signed_in):
    page = import_(client, draft, changed_yaml(draft))
    values = {"checked": page.context["form"].initial["checked"], "county": other_county.pk, "replacing": ""}
    assert client.post(url("modelversion_import"), values).status_code == 200
    assert client.post(url("modelversion_import"), {**values, "county": draft.model.county_id, "checked": "x"}).status_code == 200
    stranger = signed_in(outsider, host="toinen.test")
    assert stranger.post(url("modelversion_import"), {**values, "county": other_county.pk}).status_code == 200, "signed for another"
    assert not AdoptionModel.objects.filter(county=other_county).exists()
    assert content_of(ModelVersion.objects.get(pk=draft.pk)) == shipped_model()


# --- others ---


def test_outsiders_are_refused_at_every_door(draft, model_version, signed_in, outsider):
    client = signed_in(outsider, host="toinen.test")
    rows = {
        "modelversion": draft,
        "modelitem": ModelItem.objects.filter(phase__model_version=draft).first(),
        "modelphase": ModelPhase.objects.filter(model_version=draft).first(),
        "modelgate": ModelGate.objects.filter(model_version=draft).first(),
    }
    for name, row in rows.items():
        page = client.get(url(f"{name}_change", row.pk))
        assert page.status_code == 302, "Django leads back from a row that is not there"
        assert client.post(url(f"{name}_change", row.pk), {"order": "3"}).status_code in (302, 403)
        assert str(row) not in client.get(url(f"{name}_changelist")).content.decode()
    for name in ("preview", "yaml"):
        assert client.get(url(f"modelversion_{name}", draft.pk)).status_code == 404
    for step in ("publish", "draft", "retire"):
        assert client.post(url("modelversion_step", draft.pk, step), {"seen": draft.version}).status_code == 404
    assert ModelVersion.objects.count() == 2
    assert content_of(ModelVersion.objects.get(pk=draft.pk)) == shipped_model()


@pytest.mark.parametrize("who", ["responder", "supervisor", "coordinator", "manager", "reader", "former"])
def test_who_configures_nothing_does_not_come_in(who, draft, signed_in, request):
    client = signed_in(request.getfixturevalue(who))
    for page in (url("modelversion_changelist"), url("modelversion_yaml", draft.pk), url("modelversion_import")):
        assert client.get(page).status_code in (302, 403)


def test_the_privacy_officer_looks_and_changes_nothing(draft, model_version, signed_in, privacy_officer):
    client = signed_in(privacy_officer)
    page = client.get(url("modelversion_change", draft.pk))
    assert page.status_code == 200
    assert b'name="_save"' not in page.content
    assert page.context["steps"] == []
    assert client.post(url("modelversion_step", draft.pk, "publish"), {"seen": draft.version}).status_code == 403
    assert client.get(url("modelversion_import")).status_code == 403
    assert ModelCondition.objects.filter(model_version=draft).count() == 5
