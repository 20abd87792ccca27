"""An agreed action is marked done where it was agreed, by who keeps the list (S001-24)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from services.models import Improvement, Service
from services.operations import add_improvement
from tests.conftest import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
NOW = datetime(2026, 12, 4, 9, tzinfo=UTC)


@pytest.fixture
def row(service: Service, supervisor) -> Improvement:
    return add_improvement(by=acting(supervisor), county=service.county, service=service, title="Lisää vastaajia", now=NOW)


def address(row: Improvement) -> str:
    return reverse("reports:improvement", args=[row.public_id])


def test_a_supervisor_marks_it_done_and_tells_what_came_of_it(row, supervisor, signed_in) -> None:
    client, given = signed_in(supervisor), {"state": "done", "owner": supervisor.pk, "version": row.version}
    refused = client.post(address(row), given)
    assert refused.status_code == 422 and "Kirjoita, mitä siitä seurasi." in refused.content.decode()
    assert client.post(address(row), {**given, "closing_note": "Kaksi uutta vastaajaa."}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.owner, row.closing_note) == ("done", supervisor, "Kaksi uutta vastaajaa.")
    assert client.post(address(row), {**given, "closing_note": "Vanha"}).status_code == 422, "a stale save is refused"


def test_a_manager_reads_and_does_not_change(row, manager, signed_in) -> None:
    client = signed_in(manager)
    shown = client.get(address(row)).content.decode()
    assert "Lisää vastaajia" in shown and 'name="state"' not in shown
    assert client.post(address(row), {"state": "dropped", "closing_note": "x", "version": row.version}).status_code == 403


def test_another_services_supervisor_and_another_county_find_none(
    row, county, other_county, second_service, person, grant, outsider, signed_in
) -> None:
    user = person("satu")
    grant(user, "supervisor", county=county, service=second_service)
    assert signed_in(user).get(address(row)).status_code == 404
    assert signed_in(outsider, host="toinen.test").get(address(row)).status_code == 404


@pytest.mark.parametrize("who", ["responder", "coordinator", "reader", "former", "outsider"])
def test_others_are_refused(request, row, signed_in, who: str) -> None:
    client = signed_in(request.getfixturevalue(who))
    assert client.get(address(row)).status_code == 403 and client.post(address(row), {"state": "done"}).status_code == 403


def test_who_has_nothing_to_do_with_the_county_adds_none(service, outsider) -> None:
    with pytest.raises(PermissionDenied):
        add_improvement(by=acting(outsider), county=service.county, service=service, title="x", now=NOW)


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_it_opens_in_each_language(row, supervisor, signed_in, language: str) -> None:
    assert signed_in(supervisor).get(address(row).replace("/fi/", f"/{language}/", 1)).status_code == 200
