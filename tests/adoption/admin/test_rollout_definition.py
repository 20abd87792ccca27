"""The definition of a service at the admin's door: the same rows as from the rollout's own pages (S000-40)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from adoption.models import FormAnswer, Rollout
from adoption.operations.definition import Applied
from services.choices import ServiceStatus
from services.models import Service
from services.operations import change_row
from tests.adoption.admin.conftest import change, own, url
from tests.adoption.definition.conftest import *  # noqa: F403 - a rollout with a definition
from tests.adoption.definition.conftest import WHOLE, paths, standing
from tests.adoption.definition.test_definition_pages import posted
from tests.conftest import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
SignedIn = Callable[..., Client]
NAMES = ("definition", "definition_draft", "definition_difference")
DOORS = {
    "own": lambda rollout: {name: own(name, rollout.public_id) for name in NAMES},
    "admin": lambda rollout: {name: url(name, rollout.pk) for name in NAMES},
}


def read(rollout: Rollout) -> dict[str, Any]:
    """What a definition leaves behind, without ids and times."""
    service = Service.objects.filter(rollouts=rollout).first()
    return {
        "definition": standing(rollout).definition,
        "differences": paths(rollout),
        "service": service and (service.name_fi, service.promise_fi, service.status, service.response_target_seconds),
        "queues": [] if service is None else sorted(service.queues.values_list("name_fi", "languages", "no_transfers")),
        "answers": sorted(FormAnswer.objects.filter(rollout=rollout).values_list("form", "version")),
    }


@pytest.mark.parametrize("door", DOORS)
def test_both_doors_leave_the_same_rows(
    door: str, defined: Rollout, coordinator: User, main_user: User, signed_in: SignedIn
) -> None:
    at, client = DOORS[door](defined), signed_in(coordinator)
    page = client.get(at["definition"])
    answer = client.post(at["definition"], posted(page, promise_fi="Vastaamme heti", do="preview"))
    assert (answer.status_code, answer["Location"]) == (302, at["definition_draft"])
    draft = client.get(at["definition_draft"])
    answer = client.post(at["definition_draft"], {"seen": draft.context["seen"]})
    assert (answer.status_code, answer["Location"]) == (302, at["definition"])
    service = Service.objects.get(rollouts=defined)
    change_row(by=acting(main_user), row=service, values={"promise_fi": "Toinen lupaus"})
    shown = client.get(at["definition"])
    (row,) = [row for step in shown.context["differing"] for row in step.rows]
    assert str(row.difference.path) == "service..promise_fi"
    settled = {"do": "take", "path": str(row.difference.path), "seen": row.difference.seen, "from": "definition"}
    answer = client.post(at["definition_difference"], settled)
    assert answer["Location"] == f"{at['definition']}#erot"
    found = read(defined)
    assert found == {
        "definition": WHOLE.__class__(**{**_fields(WHOLE), "texts": {**WHOLE.texts, "promise_fi": "Toinen lupaus"}}),
        "differences": [],
        "service": ("Neuvolan chat", "Toinen lupaus", ServiceStatus.DRAFT, 240),
        "queues": [("Imetys", ["fi"], True), ("Yleiset asiat", ["fi", "sv"], False)],
        "answers": [("metric_selection", 1), ("service_definition", 3)],
    }


def _fields(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__dataclass_fields__}


def test_what_is_wrong_stays_on_the_page(defined: Rollout, coordinator: User, signed_in: SignedIn) -> None:
    client = signed_in(coordinator)
    page = client.get(url("definition", defined.pk))
    answer = client.post(url("definition", defined.pk), posted(page, response_target="aina", promise_fi="Uusi"))
    assert answer.status_code == 422
    assert "Uusi" in answer.content.decode()
    assert standing(defined).definition == WHOLE


def test_the_card_and_the_item_lead_there_and_the_way_back_stays_in_the_admin(
    defined: Rollout, coordinator: User, signed_in: SignedIn
) -> None:
    client, page = signed_in(coordinator), url("definition", defined.pk)
    assert page in client.get(change(defined)).content.decode()
    for form, anchor in (("service_definition", ""), ("queue_structure", "#jonot")):
        assert client.get(url("form", defined.pk, form))["Location"] == page + anchor
    shown = client.get(page).content.decode()
    assert change(defined) in shown
    assert f'"{own("rollout", defined.public_id)}"' not in shown
    assert own("definition_draft", defined.public_id) not in shown
    assert page in client.get(own("definition", defined.public_id)).content.decode()


def test_a_manager_reads_it_and_cannot_write(defined: Rollout, manager: User, signed_in: SignedIn) -> None:
    client = signed_in(manager)
    page = client.get(url("definition", defined.pk))
    assert page.status_code == 200
    assert 'name="promise_fi"' not in page.content.decode()
    assert "Vastaamme viidessä minuutissa." in page.content.decode()
    assert client.post(url("definition", defined.pk), {"do": "save", "name_fi": "X"}).status_code == 403
    assert client.get(url("definition_draft", defined.pk)).status_code == 403


def test_difference_takes_posts_only(applied: Applied, coordinator: User, signed_in: SignedIn) -> None:
    assert signed_in(coordinator).get(url("definition_difference", applied.rollout.pk)).status_code == 405
