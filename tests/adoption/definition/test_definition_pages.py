"""The pages of the definition: filled in without a script, looked at before it is made, and settled both ways (S000-40)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from adoption.models import FormAnswer, Rollout
from adoption.operations.definition import Applied, save_definition
from services.choices import ServiceStatus
from services.models import Queue, Service
from services.operations import change_row
from tests.adoption.conftest import NOW
from tests.adoption.definition.conftest import WHOLE, paths, standing
from tests.conftest import acting

pytestmark = pytest.mark.django_db
SignedIn = Callable[..., Client]


def at(rollout: Rollout, tail: str = "", language: str = "fi") -> str:
    return f"/{language}/kayttoonotto/{rollout.public_id}/maaritys/{tail}"


def posted(page: Any, **given: Any) -> dict[str, Any]:
    """The page's forms as the browser would send them, with other values in the named fields."""
    shown = page.context["page"]
    data: dict[str, Any] = {}
    forms = [shown.form, shown.queues.management_form, shown.targets.management_form, *shown.queues.forms, *shown.targets.forms]
    for form in forms:
        for field in form:
            value = field.value()
            if value is True:
                data[field.html_name] = "on"
            elif value is not None and value is not False and value not in ([], ""):
                data[field.html_name] = value if isinstance(value, list | str | int) else str(value)
    return {**data, **given}


class TestFilling:
    def test_an_empty_page_becomes_a_definition(
        self, empty: Rollout, coordinator: User, signed_in: SignedIn, group: object
    ) -> None:
        client = signed_in(coordinator)
        page = client.get(at(empty))
        assert page.status_code == 200
        assert "Palvelua ei vielä ole" in page.content.decode()
        data = posted(
            page,
            name_fi="Neuvolan chat",
            promise_fi="Vastaamme nopeasti",
            response_target="2,5",
            recipients="Sirpa\nJaana",
            **{
                "queues-0-name_fi": "Yleinen",
                "queues-0-groups": ["asiakasohjaajat"],
                "queues-0-day_0": "8-12, 13–15.30",
                "queues-0-day_4": "22–6",
                "queues-0-supervisor_after": "5",
                "targets-0-metric": "M06",
                "targets-0-direction": "lte",
                "targets-0-value": "4,5",
                "targets-0-unit": "min",
                "targets-0-aim": "client",
            },
        )
        answer = client.post(at(empty), data)
        assert answer.status_code == 302, answer.context["errors"]
        definition = standing(empty).definition
        assert definition.texts == {"name_fi": "Neuvolan chat", "promise_fi": "Vastaamme nopeasti"}
        assert definition.settings == {"identification": "midway", "response_target_seconds": "150"}
        (queue,) = definition.queues
        assert queue.hours == "mon 08:00-12:00; mon 13:00-15:30; fri 22:00-06:00"
        assert (queue.languages, queue.groups, queue.supervisor_after) == (("fi", "sv"), ("asiakasohjaajat",), 300)
        (target,) = definition.targets
        assert (target.metric, target.value, target.unit) == ("M06", "4.5", "min")
        assert definition.recipients == ("Sirpa", "Jaana")

    def test_a_page_saved_as_it_stands_changes_nothing(self, defined: Rollout, coordinator: User, signed_in: SignedIn) -> None:
        client = signed_in(coordinator)
        assert client.post(at(defined), posted(client.get(at(defined)))).status_code == 302
        assert standing(defined).definition == replace(WHOLE)
        assert FormAnswer.objects.get(form="service_definition").version == 1

    def test_another_row_keeps_what_was_written(self, defined: Rollout, coordinator: User, signed_in: SignedIn) -> None:
        client = signed_in(coordinator)
        data = posted(client.get(at(defined)), promise_fi="Kesken", do="more_queues", **{"queues-2-name_fi": "Uni"})
        page = client.post(at(defined), data)
        assert page.status_code == 200
        assert page.context["page"].form["promise_fi"].value() == "Kesken"
        assert len(page.context["page"].queues.forms) == 4
        assert page.context["page"].queues.forms[2]["name_fi"].value() == "Uni"
        assert standing(defined).definition == WHOLE

    @pytest.mark.parametrize(
        ("field", "value", "told"),
        [
            ("queues-0-day_0", "kahdeksasta", "Kirjoita esimerkiksi 8–16"),
            ("queues-0-day_0", "8–12, 11–13", "päällekkäin"),
            ("queues-0-name_fi", "", "Kirjoita jonon nimi suomeksi"),
            ("queues-0-languages", [], "Valitse vähintään yksi kieli"),
            ("queues-1-new_profession", "", "uuden ryhmän ammatti"),
            ("queues-0-overflow_after", "", "ylivuotojono"),
            ("targets-0-metric", "M99", "M99"),
            ("targets-0-value", "paljon", "Kirjoita luku"),
            ("response_target", "aina", "minuutteina"),
            ("external", "ei osoite", ""),
        ],
    )
    def test_what_is_wrong_is_told_at_its_row_and_everything_stays(
        self, defined: Rollout, coordinator: User, signed_in: SignedIn, field: str, value: Any, told: str
    ) -> None:
        client = signed_in(coordinator)
        page = client.post(at(defined), posted(client.get(at(defined)), **{field: value, "promise_fi": "Uusi lupaus"}))
        assert page.status_code == 422
        assert "What you wrote is kept" not in page.content.decode()
        assert len(page.context["errors"]) == 1, page.context["errors"]
        assert told in page.context["errors"][0][2]
        assert page.context["page"].form["promise_fi"].value() == "Uusi lupaus"
        assert standing(defined).definition == WHOLE

    def test_a_save_over_a_newer_one_shows_both_and_the_next_goes_through(
        self, defined: Rollout, coordinator: User, main_user: User, signed_in: SignedIn
    ) -> None:
        client = signed_in(coordinator)
        data = posted(client.get(at(defined)), promise_fi="Minun")
        theirs = replace(WHOLE, texts={**WHOLE.texts, "promise_fi": "Toisen"})
        save_definition(by=acting(main_user), rollout=defined, definition=theirs, now=NOW)
        page = client.post(at(defined), data)
        assert page.status_code == 422
        assert "Toisen" in page.content.decode()
        assert client.post(at(defined), posted(page)).status_code == 302
        assert standing(defined).definition.texts["promise_fi"] == "Minun"

    def test_a_queue_is_left_out(self, defined: Rollout, coordinator: User, signed_in: SignedIn) -> None:
        client = signed_in(coordinator)
        data = posted(client.get(at(defined)), **{"queues-1-DELETE": "on"})
        data = {**data, "queues-0-transfers": [], "queues-0-overflow_to": "", "queues-0-overflow_after": ""}
        assert client.post(at(defined), data).status_code == 302
        assert [row.slot for row in standing(defined).definition.queues] == ["yleinen"]

    def test_the_forms_of_the_item_lead_here(self, empty: Rollout, coordinator: User, signed_in: SignedIn) -> None:
        client = signed_in(coordinator)
        for form, tail in (("service_definition", ""), ("queue_structure", "#jonot")):
            answer = client.get(f"/fi/kayttoonotto/{empty.public_id}/lomake/{form}/")
            assert (answer.status_code, answer["Location"]) == (302, at(empty) + tail)


class TestDraft:
    def test_it_is_shown_first_and_then_made(self, defined: Rollout, coordinator: User, signed_in: SignedIn) -> None:
        client = signed_in(coordinator)
        page = client.get(at(defined, "luonnos/"))
        told = page.content.decode()
        assert "Neuvolan chat" in told
        assert "ma 8–12, 13–15.30; ti 8–16" in told
        assert "Imetysohjaajat (uusi ryhmä)" in told
        assert not Service.objects.filter(name_fi="Neuvolan chat").exists()
        answer = client.post(at(defined, "luonnos/"), {"seen": page.context["seen"]}, follow=True)
        assert "Luonnos tehtiin" in answer.content.decode()
        assert Service.objects.get(name_fi="Neuvolan chat").status == ServiceStatus.DRAFT
        assert "Mitään ei tarvitse luoda" in client.get(at(defined, "luonnos/")).content.decode()

    def test_what_was_not_shown_is_not_made(self, defined: Rollout, coordinator: User, signed_in: SignedIn) -> None:
        answer = signed_in(coordinator).post(at(defined, "luonnos/"), {"seen": "x"}, follow=True)
        assert "Katso esikatselu uudelleen" in answer.content.decode()
        assert not Service.objects.filter(name_fi="Neuvolan chat").exists()

    def test_without_a_definition_there_is_nothing_to_look_at(self, empty: Rollout, coordinator: User, signed_in: SignedIn) -> None:
        assert signed_in(coordinator).get(at(empty, "luonnos/"))["Location"] == at(empty)

    def test_the_rollouts_page_tells_that_it_can_be_made(self, defined: Rollout, coordinator: User, signed_in: SignedIn) -> None:
        page = signed_in(coordinator).get(f"/fi/kayttoonotto/{defined.public_id}/")
        assert at(defined, "luonnos/") in page.content.decode()


class TestDifferences:
    @pytest.fixture
    def edited(self, applied: Applied, main_user: User) -> Rollout:
        assert applied.rollout.service is not None
        change_row(by=acting(main_user), row=applied.rollout.service, values={"promise_fi": "Vastaamme heti."})
        return applied.rollout

    @pytest.mark.parametrize("page", ["rollout", "definition"])
    def test_both_pages_show_both_sides(self, edited: Rollout, coordinator: User, signed_in: SignedIn, page: str) -> None:
        address = at(edited) if page == "definition" else f"/fi/kayttoonotto/{edited.public_id}/"
        told = signed_in(coordinator).get(address).content.decode()
        assert "Vastaamme viidessä minuutissa." in told
        assert "Vastaamme heti." in told
        assert "eroavat 1 kohdassa" in told

    def test_it_is_taken_into_the_definition(self, edited: Rollout, coordinator: User, signed_in: SignedIn) -> None:
        (difference,) = standing(edited).differences
        data = {"do": "take", "path": str(difference.path), "seen": difference.seen, "from": "rollout"}
        answer = signed_in(coordinator).post(at(edited, "ero/"), data)
        assert answer["Location"] == f"/fi/kayttoonotto/{edited.public_id}/#erot"
        assert standing(edited).definition.texts["promise_fi"] == "Vastaamme heti."
        assert paths(edited) == []

    def test_or_written_into_the_service(self, edited: Rollout, coordinator: User, signed_in: SignedIn) -> None:
        (difference,) = standing(edited).differences
        signed_in(coordinator).post(at(edited, "ero/"), {"do": "write", "path": str(difference.path), "seen": difference.seen})
        assert Service.objects.get(pk=edited.service.pk).promise_fi == "Vastaamme viidessä minuutissa."

    def test_an_open_service_asks_the_main_user_to_be_sure(
        self, edited: Rollout, coordinator: User, main_user: User, signed_in: SignedIn
    ) -> None:
        Service.objects.filter(pk=edited.service.pk).update(status=ServiceStatus.OPEN, permitted_at=NOW, opened_at=NOW)
        (difference,) = standing(edited).differences
        data = {"do": "write", "path": str(difference.path), "seen": difference.seen}
        told = signed_in(coordinator).get(at(edited)).content.decode()
        assert 'value="write"' not in told
        assert 'value="take"' in told
        assert signed_in(coordinator).post(at(edited, "ero/"), data).status_code == 403
        told = signed_in(main_user).get(at(edited)).content.decode()
        assert 'name="confirmed"' in told
        signed_in(main_user).post(at(edited, "ero/"), data)
        assert paths(edited) == ["service..promise_fi"]
        signed_in(main_user).post(at(edited, "ero/"), {**data, "confirmed": "yes"})
        assert paths(edited) == []

    @pytest.mark.parametrize("path", ["", "service..county", "queue.x.", "service..promise_fi'--", "report..metrics"])
    def test_a_path_that_is_no_difference_is_told(self, edited: Rollout, coordinator: User, signed_in: SignedIn, path: str) -> None:
        answer = signed_in(coordinator).post(at(edited, "ero/"), {"do": "write", "path": path, "seen": "x"}, follow=True)
        assert "on muuttunut" in answer.content.decode()

    def test_the_settings_lead_back_to_the_rollout(self, edited: Rollout, main_user: User, signed_in: SignedIn) -> None:
        page = signed_in(main_user).get(f"/fi/hallinta/services/service/{edited.service.pk}/change/")
        assert f"/fi/hallinta/adoption/rollout/{edited.pk}/definition/" in page.content.decode()


class TestDoors:
    TAILS = ("", "luonnos/", "ero/")

    @pytest.mark.parametrize("tail", TAILS)
    def test_a_stranger_signs_in_first(self, defined: Rollout, client: Client, tail: str) -> None:
        answer = client.post(at(defined, tail), {"do": "take"})
        assert answer.status_code == 302
        assert "kirjaudu" in answer["Location"] or "login" in answer["Location"]

    @pytest.mark.parametrize("tail", TAILS)
    @pytest.mark.parametrize(
        ("who", "host"), [("outsider", "testserver"), ("outsider", "toinen.test"), ("responder", "testserver")]
    )
    def test_others_are_refused(
        self,
        defined: Rollout,
        other_service: object,
        signed_in: SignedIn,
        request: pytest.FixtureRequest,
        tail: str,
        who: str,
        host: str,
    ) -> None:
        client = signed_in(request.getfixturevalue(who), host=host)
        for answer in (client.get(at(defined, tail)), client.post(at(defined, tail), {"do": "take"})):
            assert answer.status_code in (403, 404, 405)
        assert not Service.objects.filter(name_fi="Neuvolan chat").exists()

    def test_a_reader_reads_and_writes_nothing(self, applied: Applied, reader: User, signed_in: SignedIn) -> None:
        Queue.objects.filter(key="imetys").update(name_fi="Imetysneuvonta")
        client = signed_in(reader)
        told = client.get(at(applied.rollout)).content.decode()
        assert "Imetysneuvonta" in told
        assert "Neuvolan taulut" in told
        assert "Vastaamme viidessä minuutissa." in told
        assert "<textarea" not in told
        assert 'name="path"' not in told
        (difference,) = standing(applied.rollout).differences
        data = {"path": str(difference.path), "seen": difference.seen}
        assert client.post(at(applied.rollout), {"name_fi": "x"}).status_code == 403
        assert client.get(at(applied.rollout, "luonnos/")).status_code == 403
        assert client.post(at(applied.rollout, "luonnos/"), {}).status_code == 403
        for do in ("take", "write"):
            assert client.post(at(applied.rollout, "ero/"), {**data, "do": do}).status_code == 403
        assert paths(applied.rollout) == ["queue.imetys.name_fi"]
