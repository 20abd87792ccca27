"""Every address of a rollout in the admin against everybody: who reads, who does, and who is told that there is nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client

from accounts.models import AuditEntry, OutgoingMail
from adoption.definition import Definition
from adoption.models import GateVerdict, ItemHistory, Member, Rollout, RolloutItem, VerdictCondition
from adoption.operations import give_verdict
from adoption.operations.definition import save_definition
from tests.adoption.admin.conftest import change, url
from tests.adoption.conftest import NOW, TODAY, gate_of, item_of
from tests.conftest import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

READERS = ("coordinator", "main_user", "manager", "privacy_officer")
DRIVERS = ("coordinator", "main_user")
# The admin does not open to them at all; those of them who are of the rollout have its own pages.
OUTSIDE = ("supervisor", "reader", "responder", "second_responder", "area_professional", "path_author", "former")
# The admin opens to her, in another county.
ELSEWHERE = ("outsider", "coordinator_elsewhere")
NOBODY = (302, 403)

PAGES: dict[str, Callable[[Rollout], str]] = {
    "change": change,
    "item": lambda rollout: url("item", rollout.pk, item_of(rollout, "2.1").public_id),
    "form": lambda rollout: url("form", rollout.pk, "need_mapping"),
    "gate": lambda rollout: url("gate", rollout.pk, "G1"),
    "definition": lambda rollout: url("definition", rollout.pk),
    "history": lambda rollout: url("history", rollout.pk),
}
DRIVEN: dict[str, Callable[[Rollout], str]] = {
    "definition_draft": lambda rollout: url("definition_draft", rollout.pk),
    "adopt": lambda rollout: url("adopt", rollout.pk),
    "end": lambda rollout: url("end", rollout.pk),
}
Posts = dict[str, tuple[Callable[[Rollout], str], dict[str, Any]]]
POSTS: Posts = {
    "change": (change, {"name_fi": "Kaapattu"}),
    "item": (PAGES["item"], {"do": "move", "to": "in_progress", "version": "1"}),
    "item, assigned": (PAGES["item"], {"do": "assign", "due_on": "2026-12-01", "version": "1"}),
    "form": (PAGES["form"], {"present_state": "Nyt"}),
    "gate": (PAGES["gate"], {"verdict": "no_go", "role": "manager", "text": "Ei", "sure": "on"}),
    "condition": (lambda r: url("condition", r.pk, "G2"), {"condition": "1"}),
    "answer": (lambda r: url("answer", r.pk), {"question": "new_technology", "answer": "no"}),
    "adopt": (DRIVEN["adopt"], {"codes": ["X1"]}),
    "end": (DRIVEN["end"], {"reason": "Ei", "sure": "on"}),
    "definition": (PAGES["definition"], {"do": "save", "name_fi": "Kaapattu"}),
    "definition_draft": (DRIVEN["definition_draft"], {"seen": "x"}),
    "definition_difference": (
        lambda r: url("definition_difference", r.pk),
        {"do": "take", "path": "service..name_fi", "seen": "x"},
    ),
    "delete": (lambda r: url("delete", r.pk), {"post": "yes"}),
    "check": (lambda r: url("check", r.pk), {}),
}
LISTED = {"changelist", "add", "remind"}


@pytest.fixture
def everybody(request: pytest.FixtureRequest, person: Any, grant: Any, other_county: Any, signed_in: Any) -> Callable[..., Client]:
    def enter(name: str) -> Client:
        if name == "coordinator_elsewhere":
            user = person("muualla")
            grant(user, "coordinator", county=other_county)
            return signed_in(user)
        return signed_in(request.getfixturevalue(name))

    return enter


@pytest.fixture
def whole(rollout: Rollout, manager: Any, coordinator: Any) -> Rollout:
    """With a definition and a condition of a verdict in it."""
    give_verdict(
        by=acting(manager), rollout=rollout, gate=gate_of(rollout, "G2"), verdict="postponed", role="manager", text="Ei", now=NOW
    )
    save_definition(by=acting(coordinator), rollout=rollout, definition=Definition(texts={"name_fi": "Luonnos"}), now=NOW)
    VerdictCondition.objects.create(pk=1, verdict=GateVerdict.objects.get(), text="Koulutus", due_on=TODAY)
    return rollout


def counted(rollout: Rollout) -> tuple[Any, ...]:
    fresh = Rollout.objects.get(pk=rollout.pk)
    row = {field.attname: getattr(fresh, field.attname) for field in Rollout._meta.concrete_fields if field.name != "touched_at"}
    kinds = (GateVerdict, Member, ItemHistory, OutgoingMail, Rollout)
    written = AuditEntry.objects.exclude(action__in=["refused", "sign_in"]).count()
    items = list(RolloutItem.objects.order_by("pk").values_list("pk", "state", "due_on", "version"))
    met = VerdictCondition.objects.filter(met_at__isnull=False).count()
    return row, items, met, written, *(kind.objects.count() for kind in kinds)


def test_the_table_names_every_page() -> None:
    names = {str(pattern.name) for pattern in admin.site._registry[Rollout].get_urls() if pattern.name}
    pages = {name.removeprefix("adoption_rollout_") for name in names}
    assert pages == set(PAGES) | set(DRIVEN) | LISTED | {key.partition(",")[0] for key in POSTS}


@pytest.mark.parametrize("who", READERS)
def test_who_reads_the_rollout_opens_its_pages(who: str, everybody: Any, whole: Rollout) -> None:
    client = everybody(who)
    assert whole in client.get(url("changelist")).context["cl"].queryset
    for name, page in PAGES.items():
        assert client.get(page(whole)).status_code == 200, name
    for name, page in DRIVEN.items():
        assert client.get(page(whole)).status_code == (200 if who in DRIVERS else 403), name
    assert client.get(url("add")).status_code == (200 if who in DRIVERS else 403)


@pytest.mark.parametrize("who", [*OUTSIDE, *ELSEWHERE])
def test_nobody_else_sees_or_does_anything(who: str, everybody: Any, whole: Rollout, coordinator: Any) -> None:
    client = everybody(who)
    before = counted(whole)
    expected = NOBODY if who in OUTSIDE else (302, 403, 404)
    for name, page in {**PAGES, **DRIVEN}.items():
        response = client.get(page(whole))
        assert response.status_code in expected, name
        assert str(whole) not in response.content.decode(), name
    for name, (page, data) in POSTS.items():
        assert client.post(page(whole), data).status_code in expected, name
    listed = client.get(url("changelist"))
    if who in OUTSIDE:
        assert listed.status_code in NOBODY
    else:
        assert listed.status_code == 200
        assert not listed.context["cl"].queryset.exists()
        for action in ("remind", "look_now", "take_along"):
            client.post(url("changelist"), {"action": action, "_selected_action": [str(whole.pk)]})
    assert client.post(url("remind"), {"item": [str(item_of(whole, "1.1").public_id)]}).status_code in NOBODY
    assert counted(whole) == before


def test_a_stranger_is_asked_to_sign_in(client: Client, whole: Rollout) -> None:
    before = counted(whole)
    for page in [*PAGES.values(), *DRIVEN.values()]:
        assert client.get(page(whole)).status_code == 302
    for page, data in POSTS.values():
        assert client.post(page(whole), data).status_code == 302
    assert counted(whole) == before


@pytest.mark.parametrize("who", ["manager", "privacy_officer"])
def test_who_only_reads_or_decides_does_not_drive(who: str, everybody: Any, whole: Rollout) -> None:
    client = everybody(who)
    before = counted(whole)
    decides = {"gate", "condition"} if who == "manager" else set()
    for name, (page, data) in POSTS.items():
        if name != "check" and name not in decides:
            assert client.post(page(whole), data).status_code == 403, name
    assert counted(whole) == before
    for name in sorted(decides):
        page, data = POSTS[name]
        assert client.post(page(whole), data).status_code == 302, name
    assert (counted(whole) != before) == bool(decides)


def test_management_is_told_where_an_item_is_said_not_to_apply(everybody: Any, whole: Rollout) -> None:
    """The checklist is not hers to save; its items’ pages take her decision."""
    words = "Sinä päätät, koskeeko tehtävä tätä palvelua"
    for who, told in (("manager", True), ("coordinator", False), ("privacy_officer", False)):
        assert (words in everybody(who).get(change(whole)).content.decode()) == told, who
    item = item_of(whole, "2.5")
    data = {"do": "move", "to": "not_applicable", "reason": "Ei mittareita", "version": item.version}
    page = everybody("manager").get(url("item", whole.pk, item.public_id)).content.decode()
    assert 'value="not_applicable"' in page
    assert everybody("manager").post(url("item", whole.pk, item.public_id), data).status_code == 302
    assert item_of(whole, "2.5").state == "not_applicable"


def test_a_coordinator_of_one_service_sees_its_rollout_only(
    person: Any, grant: Any, signed_in: Any, whole: Rollout, second_service: Any
) -> None:
    hers, others = person("elina"), person("reetta")
    grant(hers, "coordinator", county=whole.county, service=whole.service)
    grant(others, "coordinator", county=whole.county, service=second_service)
    assert signed_in(hers).get(change(whole)).status_code == 200
    client = signed_in(others)
    assert whole not in client.get(url("changelist")).context["cl"].queryset
    assert client.get(url("item", whole.pk, item_of(whole, "2.1").public_id)).status_code == 404


def test_the_rest_of_the_admin_stays_closed_to_coordinators(signed_in: Any, coordinator: Any, manager: Any) -> None:
    for who in (coordinator, manager):
        client = signed_in(who)
        listed = [
            model["object_name"] for app in client.get(url("changelist")).context["available_apps"] for model in app["models"]
        ]
        assert listed == ["Rollout"]
        for model in admin.site._registry:
            if model is not Rollout:
                page = url("changelist").replace("adoption/rollout/", f"{model._meta.app_label}/{model._meta.model_name}/")
                assert client.get(page).status_code == 403, model
