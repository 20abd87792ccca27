"""The pages of adoption: who comes in, what they show, and what is done on them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from adoption.choices import ItemState, MemberRole, RolloutStatus
from adoption.models import (
    Comment,
    FormAnswer,
    GateVerdict,
    ItemHistory,
    Member,
    ModelItem,
    Proof,
    Rollout,
    RolloutItem,
)
from adoption.operations import end_rollout, move_item, start_rollout
from services.models import County, Municipality, Service
from tests.adoption.conftest import decide, item_of, tell
from tests.adoption.model import make_item, make_version
from tests.conftest import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
SignedIn = Callable[..., Client]
LIST = "/fi/kayttoonotto/"


def at(rollout: Rollout, rest: str = "") -> str:
    return f"{LIST}{rollout.public_id}/{rest}"


def item_page(rollout: Rollout, code: str) -> str:
    return at(rollout, f"tehtava/{item_of(rollout, code).public_id}/")


def words(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.fixture
def member(rollout: Rollout, area_professional: User) -> User:
    role = MemberRole.AREA_PROFESSIONAL
    Member.objects.create(rollout=rollout, user=area_professional, role=role, expertise="muistisairaudet")
    return area_professional


def doors(rollout: Rollout) -> list[str]:
    """Every address of a rollout."""
    rest = ["", "kortti/", "lopeta/", "lomake/need_mapping/", "portti/G1/", "portti/G1/muistio/"]
    return [*(at(rollout, each) for each in rest), item_page(rollout, "1.1")]


def deeds(rollout: Rollout) -> list[tuple[str, dict[str, Any]]]:
    """Every change that a page makes, whole and right but for who asks."""
    item = item_of(rollout, "1.1")
    page, version = item_page(rollout, "1.1"), item.version
    return [
        (at(rollout, "kortti/"), {"name_fi": "Toinen", "stage": "idea"}),
        (at(rollout, "lopeta/"), {"reason": "Ei", "sure": "on"}),
        (at(rollout, "kysymys/"), {"question": "new_technology", "answer": "no"}),
        (at(rollout, "uudet-tehtavat/"), {"codes": "X1"}),
        (at(rollout, "tarkista/"), {}),
        (at(rollout, "lomake/need_mapping/"), {"current_state": "Nyt"}),
        (at(rollout, "portti/G2/"), {"verdict": "go", "role": "manager", "text": "Hyvä", "sure": "on"}),
        (page, {"do": "move", "to": "in_progress", "version": version}),
        (page, {"do": "assign", "due_on": "2026-12-01", "version": version}),
        (page, {"do": "comment", "text": "Hei"}),
    ]


class TestDoors:
    def test_a_stranger_is_asked_to_sign_in(self, client: Client, rollout: Rollout) -> None:
        for address in [LIST, f"{LIST}uusi/", *doors(rollout)]:
            response = client.get(address)
            assert response.status_code == 302, address
            assert response["Location"].startswith(reverse("account_login")), address

    @pytest.mark.parametrize("who", ["outsider", "former", "responder", "path_author", "area_professional"])
    def test_who_has_no_part_in_adoption_sees_nothing(
        self, who: str, request: pytest.FixtureRequest, signed_in: SignedIn, rollout: Rollout
    ) -> None:
        client = signed_in(request.getfixturevalue(who))
        for address in [LIST, f"{LIST}uusi/", *doors(rollout)]:
            assert client.get(address).status_code == 403, address
        before = ItemHistory.objects.count(), Rollout.objects.get(pk=rollout.pk).version
        for address, data in deeds(rollout):
            assert client.post(address, data).status_code == 403, address
        assert (ItemHistory.objects.count(), Rollout.objects.get(pk=rollout.pk).version) == before

    def test_the_outsiders_own_host_shows_no_rollout_of_another_county(
        self, signed_in: SignedIn, outsider: User, rollout: Rollout
    ) -> None:
        client = signed_in(outsider, host="toinen.test")
        assert "Chat ikääntyneille" not in words(client.get(LIST))
        for address in doors(rollout):
            assert client.get(address).status_code == 404, address
        for address, data in deeds(rollout):
            assert client.post(address, data).status_code == 404, address

    @pytest.mark.parametrize("who", ["reader", "supervisor", "privacy_officer"])
    def test_who_only_reads_changes_nothing(
        self, who: str, request: pytest.FixtureRequest, signed_in: SignedIn, rollout: Rollout
    ) -> None:
        client = signed_in(request.getfixturevalue(who))
        assert client.get(at(rollout)).status_code == 200
        assert client.get(item_page(rollout, "1.1")).status_code == 200
        assert client.get(f"{LIST}uusi/").status_code == 403
        for address, data in deeds(rollout):
            wanted = 302 if address.endswith("tarkista/") else 403  # whoever sees it may ask the live system
            assert client.post(address, data).status_code == wanted, address
        assert not FormAnswer.objects.exists()
        assert not GateVerdict.objects.exists()
        assert not Comment.objects.exists()
        page = client.get(item_page(rollout, "1.1")).content.decode()
        assert 'name="do"' not in page

    def test_a_member_works_on_items_but_does_not_drive(self, signed_in: SignedIn, rollout: Rollout, member: User) -> None:
        client = signed_in(member)
        assert client.get(at(rollout, "kortti/")).status_code == 403
        assert client.post(at(rollout, "kysymys/"), {"question": "new_technology", "answer": "no"}).status_code == 403
        item = item_of(rollout, "1.1")
        data = {"do": "move", "to": "in_progress", "version": item.version}
        assert client.post(item_page(rollout, "1.1"), data).status_code == 302
        assert item_of(rollout, "1.1").state == ItemState.IN_PROGRESS

    def test_a_rollout_that_is_not_is_not_found(self, signed_in: SignedIn, rollout: Rollout, coordinator: User) -> None:
        client = signed_in(coordinator)
        assert client.get(f"{LIST}{uuid4()}/").status_code == 404
        assert client.get(at(rollout, f"tehtava/{uuid4()}/")).status_code == 404
        assert client.get(at(rollout, "lomake/ei_ole/")).status_code == 404
        assert client.get(at(rollout, "portti/G9/")).status_code == 404
        assert client.get(at(rollout, "portti/G1/muistio/")).status_code == 404, "no verdict yet"
        assert client.post(item_page(rollout, "1.1"), {"do": "hack"}).status_code == 404

    @pytest.mark.parametrize(("who", "sees"), [("coordinator", True), ("manager", True), ("responder", False), ("member", True)])
    def test_the_header_leads_there(
        self, who: str, sees: bool, request: pytest.FixtureRequest, signed_in: SignedIn, rollout: Rollout, member: User
    ) -> None:
        client = signed_in(member if who == "member" else request.getfixturevalue(who))
        page = client.get("/fi/ammattilainen/").content.decode()
        assert (f'href="{LIST}"' in page) is sees


class TestList:
    def test_it_shows_progress_and_what_is_next(self, signed_in: SignedIn, rollout: Rollout, coordinator: User) -> None:
        page = words(signed_in(coordinator).get(LIST))
        assert "Chat ikääntyneille" in page
        assert "0,0 %" in page
        assert "1.1" in page

    def test_ones_own_items_come_first_the_late_before_others(self, signed_in: SignedIn, rollout: Rollout, member: User) -> None:
        today = timezone.localdate()
        for code, days in (("1.1", 5), ("2.1", -2)):
            RolloutItem.objects.filter(pk=item_of(rollout, code).pk).update(owner=member, due_on=today + timedelta(days=days))
        response = signed_in(member).get(LIST)
        assert [each.line.item.model_item.code for each in response.context["own"]] == ["2.1", "1.1"]
        assert response.context["running"][0].late == 1

    def test_the_list_asks_as_few_queries_for_twenty_as_for_one(
        self, signed_in: SignedIn, rollout: Rollout, coordinator: User, county: County
    ) -> None:
        client = signed_in(coordinator)

        def asked() -> int:
            """How many queries the list takes once what is remembered for a second has been read, however slow the machine is."""
            counts = []
            for _ in range(3):
                with CaptureQueriesContext(connection) as queries:
                    client.get(LIST)
                counts.append(len(queries))
            return min(counts)

        one = asked()
        for number in range(19):
            start_rollout(by=acting(coordinator), county=county, name={"fi": f"Chat {number}"}, now=timezone.now())
        assert "Chat 18" in words(client.get(LIST))
        assert asked() == one <= 12


class TestStart:
    def test_the_name_is_enough(self, signed_in: SignedIn, version: Any, coordinator: User) -> None:
        response = signed_in(coordinator).post(f"{LIST}uusi/", {"name_fi": "Neuvolan chat", "stage": "idea"})
        row = Rollout.objects.get()
        assert response.status_code == 302
        assert response["Location"] == at(row)
        assert row.items.count() == 24

    def test_pressing_twice_starts_one(self, signed_in: SignedIn, version: Any, coordinator: User, main_user: User) -> None:
        press = signed_in(coordinator).get(f"{LIST}uusi/").context["form"]["press"].value()
        data = {"name_fi": "Neuvolan chat", "stage": "idea", "press": press}
        first, again = (signed_in(coordinator).post(f"{LIST}uusi/", data)["Location"] for _press in range(2))
        assert first == again == at(Rollout.objects.get())
        other = signed_in(coordinator).post(f"{LIST}uusi/", {**data, "name_fi": "Päivystyksen chat"})["Location"]
        hers = signed_in(main_user).post(f"{LIST}uusi/", {**data, "name_fi": "Äitiyspolin chat"})["Location"]
        assert len({first, other, hers}) == Rollout.objects.count() == 3, "another name is another rollout"

    def test_going_back_and_pressing_again_gives_the_one_that_was_started(
        self, signed_in: SignedIn, version: Any, coordinator: User, county: County, second_service: Service
    ) -> None:
        """The page that Back opens anew carries another press; the card tells that it is the same."""
        client, town = signed_in(coordinator), Municipality.objects.create(county=county, code="802", name_fi="Mallila")
        data = {"name_fi": "Neuvolan  chat", "stage": "idea", "service": second_service.pk, "municipalities": [town.pk]}
        data |= {"summary_fi": "Illalla\r\nja aamulla", "starts_on": "2026-11-01", "tags": "neuvola", "funders": ["own"]}
        answers = [client.post(f"{LIST}uusi/", {**data, "press": uuid4()}, follow=True) for _press in range(2)]
        rollout = Rollout.objects.get()
        assert [each.redirect_chain[-1][0] for each in answers] == [at(rollout)] * 2
        assert "Käyttöönotto on aloitettu" in words(answers[0])
        assert "Aloitit tämän käyttöönoton jo" in words(answers[1])
        assert "Käyttöönotto on aloitettu" not in words(answers[1])

    @pytest.mark.parametrize("change", [{"summary_fi": "Korjattu kuvaus"}, {"place": "Kuopio"}, {"name_fi": "neuvolan CHAT "}])
    def test_going_back_to_write_something_else_loses_nothing_and_makes_no_second_one(
        self, signed_in: SignedIn, version: Any, coordinator: User, change: dict[str, str]
    ) -> None:
        client, data = signed_in(coordinator), {"name_fi": "Neuvolan chat", "stage": "idea"}
        client.post(f"{LIST}uusi/", {**data, "press": uuid4()})
        refused = client.post(f"{LIST}uusi/", {**data, **change, "press": uuid4()})
        assert (refused.status_code, Rollout.objects.count()) == (422, 1)
        assert "on aloitettu jo" in words(refused)
        assert next(iter(change.values())).strip() in refused.content.decode()

    def test_another_persons_running_rollout_keeps_its_name_until_it_ends(
        self, signed_in: SignedIn, version: Any, coordinator: User, main_user: User, county: County
    ) -> None:
        row = start_rollout(by=acting(coordinator), county=county, name={"fi": "Neuvolan chat"}, now=timezone.now())
        data = {"name_fi": "Neuvolan chat", "stage": "idea", "press": uuid4()}
        assert signed_in(main_user).post(f"{LIST}uusi/", data).status_code == 422
        end_rollout(by=acting(coordinator), rollout=row, reason="Ei nyt", now=timezone.now())
        assert signed_in(main_user).post(f"{LIST}uusi/", data).status_code == 302
        assert Rollout.objects.count() == 2

    def test_the_whole_card(
        self, signed_in: SignedIn, version: Any, county: County, coordinator: User, manager: User, second_service: Service
    ) -> None:
        town = Municipality.objects.create(county=county, code="802", name_fi="Mallila", name_sv="Mallby")
        data = {
            "name_fi": "Neuvolan chat",
            "name_sv": "Rådgivningens chatt",
            "summary_fi": "Perheet saavat neuvon iltaisin.",
            "municipalities": [town.pk],
            "stage": "developing",
            "service": second_service.pk,
            "sponsor": manager.pk,
            "starts_on": "2026-11-01",
            "ends_on": "2027-05-31",
            "funders": ["rrf", "stm"],
            "programme": "RRP",
            "pillar": "P4",
            "investment": "I4",
            "tags": "Digitaaliset palvelut\nYhdenvertaisuus",
            "links": "Sote-apuri https://esimerkki.invalid/apuri",
        }
        assert signed_in(coordinator).post(f"{LIST}uusi/", data).status_code == 302
        row = Rollout.objects.get()
        assert (row.service, row.sponsor, row.funders, row.investment) == (second_service, manager, ["rrf", "stm"], "I4")
        assert row.tags == ["Digitaaliset palvelut", "Yhdenvertaisuus"]
        assert row.links == [{"name": "Sote-apuri", "url": "https://esimerkki.invalid/apuri"}]
        page = words(signed_in(coordinator).get(at(row)))
        assert [each.code for each in row.municipalities.all()] == ["802"]
        created = f"{timezone.localtime(row.created_at):%-d.%-m.%Y}"
        for shown in ("RRP P4 I4", "Sote-apuri", "Digitaaliset palvelut, Yhdenvertaisuus", "1.11.2026", "Mallila", created):
            assert shown in page
        assert "EU:n elpymisväline (RRF), Sosiaali- ja terveysministeriö" in page
        assert "Perheet saavat neuvon iltaisin." in page
        assert "Perheet saavat neuvon iltaisin." in words(signed_in(coordinator).get(LIST))

    def test_a_refused_start_keeps_what_was_written(
        self, signed_in: SignedIn, rollout: Rollout, draft_service: Service, coordinator: User
    ) -> None:
        data = {
            "name_fi": "Toinen",
            "summary_fi": "Sama palvelu",
            "stage": "idea",
            "ends_on": "2026-01-01",
            "starts_on": "2026-02-01",
        }
        response = signed_in(coordinator).post(f"{LIST}uusi/", data)
        assert response.status_code == 422
        assert "Sama palvelu" in response.content.decode()
        taken = signed_in(coordinator).post(f"{LIST}uusi/", {"name_fi": "X", "stage": "idea", "service": draft_service.pk})
        assert taken.status_code == 422, "its service has a rollout already"
        assert Rollout.objects.count() == 1

    def test_without_a_published_model_the_page_says_so(self, signed_in: SignedIn, coordinator: User) -> None:
        response = signed_in(coordinator).get(f"{LIST}uusi/")
        assert response.status_code == 200
        assert "<textarea" not in response.content.decode()


class TestCard:
    def test_it_is_saved(self, signed_in: SignedIn, rollout: Rollout, coordinator: User) -> None:
        data = {"name_fi": "Uusi nimi", "stage": "in_use", "version": rollout.version, "service": rollout.service_id}
        assert signed_in(coordinator).post(at(rollout, "kortti/"), data).status_code == 302
        rollout.refresh_from_db()
        assert (rollout.name_fi, rollout.stage, rollout.touched_by) == ("Uusi nimi", "in_use", coordinator)

    def test_a_save_over_a_newer_card_is_refused_with_both(
        self, signed_in: SignedIn, rollout: Rollout, coordinator: User, main_user: User
    ) -> None:
        base = {"stage": "idea", "version": rollout.version, "service": rollout.service_id}
        assert signed_in(main_user).post(at(rollout, "kortti/"), {**base, "name_fi": "Paulan nimi"}).status_code == 302
        response = signed_in(coordinator).post(at(rollout, "kortti/"), {**base, "name_fi": "Petrin nimi"})
        assert response.status_code == 422
        assert "Paulan nimi" in words(response)
        assert 'value="Petrin nimi"' in response.content.decode()


class TestRolloutPage:
    def test_every_phase_with_its_items_and_gates(self, signed_in: SignedIn, rollout: Rollout, reader: User) -> None:
        response = signed_in(reader).get(at(rollout))
        sections = response.context["sections"]
        assert [len(section.lines) for section in sections] == [6, 7, 7, 4]
        assert [line.gate.key for section in sections for line in section.gates] == ["G1", "G2", "G3", "G4"]
        page = words(response)
        for item in ModelItem.objects.filter(phase__model_version=rollout.model_version, is_optional=False):
            assert re.sub(r"\s+", " ", item.label_fi or item.text_fi).split("->")[0] in page.replace("&gt;", ">")
        assert "Organisaation hallinnon tuki" in page

    def test_late_and_blocked_come_first_and_then_what_is_next(
        self, signed_in: SignedIn, rollout: Rollout, coordinator: User
    ) -> None:
        yesterday = timezone.localdate() - timedelta(days=1)
        RolloutItem.objects.filter(pk=item_of(rollout, "2.2").pk).update(due_on=yesterday)
        move_item(by=acting(coordinator), item=item_of(rollout, "1.2"), to="blocked", reason="Lomat", now=timezone.now())
        response = signed_in(coordinator).get(at(rollout))
        assert [line.item.model_item.code for line in response.context["pressing"]] == ["2.2", "1.2"]
        assert [line.item.model_item.code for line in response.context["next"]] == ["1.1"]
        assert "Lomat" in words(response)

    def test_a_missing_sponsor_is_warned_of(self, signed_in: SignedIn, rollout: Rollout, coordinator: User, manager: User) -> None:
        client = signed_in(coordinator)
        support = client.get(at(rollout)).context["success"][0]
        assert (support.condition.key, support.standing, support.lacks_sponsor) == ("management_support", "not_yet", True)
        Rollout.objects.update(sponsor=manager)
        support = client.get(at(rollout)).context["success"][0]
        assert (support.standing, support.lacks_sponsor) == ("partly", False)

    def test_the_question_is_asked_until_it_is_answered(self, signed_in: SignedIn, rollout: Rollout, coordinator: User) -> None:
        client = signed_in(coordinator)
        assert len(client.get(at(rollout)).context["questions"]) == 1
        client.post(at(rollout, "kysymys/"), {"question": "new_technology", "answer": "no"})
        assert item_of(rollout, "1.6").state == ItemState.NOT_APPLICABLE
        assert not client.get(at(rollout)).context["questions"]

    def test_optional_items_are_added(self, signed_in: SignedIn, rollout: Rollout, coordinator: User) -> None:
        client = signed_in(coordinator)
        assert client.get(at(rollout)).context["offered_count"] == 9
        client.post(at(rollout, "uudet-tehtavat/"), {"codes": ["X1", "X4"]})
        assert rollout.items.count() == 26
        client.post(at(rollout, "uudet-tehtavat/"), {})
        assert rollout.items.count() == 26

    def test_new_items_of_the_model_are_told_apart_and_ticked(
        self, signed_in: SignedIn, rollout: Rollout, county: County, coordinator: User
    ) -> None:
        make_item(make_version(county), "toteutus", "3.8", "accessibility")
        page = signed_in(coordinator).get(at(rollout))
        assert "1 uusi tehtävä mallissa: lisätäänkö? · 10 tehtävää olisi lisättävissä" in words(page)
        assert page.context["offered"]["codes"].value() == ["3.8"]

    def test_the_card_tells_who_changed_the_rollout_last_also_by_an_item(
        self, signed_in: SignedIn, rollout: Rollout, member: User, coordinator: User
    ) -> None:
        before = rollout.touched_at
        item = item_of(rollout, "2.1")
        signed_in(member).post(item_page(rollout, "2.1"), {"do": "move", "to": "in_progress", "version": item.version})
        rollout.refresh_from_db()
        assert rollout.touched_at > before
        assert re.search(r"Viimeksi muutettu\s+[\d. :]+· Aino", words(signed_in(coordinator).get(at(rollout))))

    def test_roles_that_nobody_holds_are_told(self, signed_in: SignedIn, rollout: Rollout, member: User, coordinator: User) -> None:
        context = signed_in(coordinator).get(at(rollout)).context
        assert "muistisairaudet" in words(signed_in(coordinator).get(at(rollout))), "what she knows about"
        assert MemberRole.AREA_PROFESSIONAL not in context["unheld"]
        assert MemberRole.PROJECT_COORDINATOR in context["unheld"]

    def test_a_proof_that_holds_no_more_shows_that_the_situation_has_changed(
        self, signed_in: SignedIn, rollout: Rollout, coordinator: User
    ) -> None:
        item, now = item_of(rollout, "3.3"), timezone.now()
        RolloutItem.objects.filter(pk=item.pk).update(state=ItemState.DONE, done_at=now)
        proof = Proof.objects.create(
            item=item, signal="support_model_published", holds=True, first_held_at=now, checked_at=now, used_at=now
        )
        client = signed_in(coordinator)
        assert "Tilanne on muuttunut" not in words(client.get(item_page(rollout, "3.3")))
        Proof.objects.filter(pk=proof.pk).update(holds=False)
        assert "Tilanne on muuttunut" in words(client.get(item_page(rollout, "3.3")))
        assert [line.has_changed for section in client.get(at(rollout)).context["sections"] for line in section.lines].count(
            True
        ) == 1

    @pytest.mark.parametrize(
        ("code", "signal", "address"),
        [
            ("2.2", "working_group_named", "/jasenet/"),
            ("3.4", "quick_replies_published", "/kasikirja/pikavastaukset/"),
            ("3.3", "support_model_published", "/palvelu/"),
        ],
    )
    def test_a_proof_that_holds_no_more_leads_to_what_has_changed(
        self, signed_in: SignedIn, rollout: Rollout, draft_service: Service, coordinator: User, code: str, signal: str, address: str
    ) -> None:
        item, now = item_of(rollout, code), timezone.now()
        RolloutItem.objects.filter(pk=item.pk).update(state=ItemState.DONE, done_at=now)
        Proof.objects.create(item=item, signal=signal, holds=True, first_held_at=now, checked_at=now, used_at=now)
        way = re.compile(r'<a href="[^"]*' + address + r'[^"]*">Katso, mikä on muuttunut</a>')
        client = signed_in(coordinator)
        assert not way.search(client.get(item_page(rollout, code)).content.decode())
        Proof.objects.filter(item=item, signal=signal).update(holds=False)
        assert way.search(client.get(item_page(rollout, code)).content.decode())

    def test_what_was_unfinished_at_the_opening_shows_as_a_risk_until_it_is_done(
        self, signed_in: SignedIn, rollout: Rollout, draft_service: Service, coordinator: User
    ) -> None:
        client = signed_in(coordinator)
        assert not client.get(at(rollout)).context["unfinished_at_opening"]
        Service.objects.filter(pk=draft_service.pk).update(status="open", permitted_at=timezone.now(), opened_at=timezone.now())
        risks = client.get(at(rollout)).context["unfinished_at_opening"]
        assert [item.model_item.code for item in risks] == ["2.3", "2.7", "3.3", "3.4"]
        RolloutItem.objects.filter(pk=risks[1].pk).update(state=ItemState.DONE, done_at=timezone.now())
        assert [item.model_item.code for item in client.get(at(rollout)).context["unfinished_at_opening"]] == ["2.3", "3.3", "3.4"]

    def test_opening_the_page_asks_the_live_system(
        self, signed_in: SignedIn, rollout: Rollout, member: User, coordinator: User, manager: User
    ) -> None:
        for who in (coordinator, manager):
            Member.objects.create(rollout=rollout, user=who, role=MemberRole.SUPERVISOR)
        unknown = item_of(rollout, "1.2").model_item
        type(unknown).objects.filter(pk=unknown.pk).update(signals=["robot_answers"])
        response = signed_in(coordinator).get(at(rollout))
        item = item_of(rollout, "2.2")
        assert (item.state, item.done_by_system) == (ItemState.DONE, True)
        assert [line.item.model_item.code for line, _proofs in response.context["proven"]] == ["2.2"]
        assert response.context["unavailable"] == ["robot answers"], "what cannot be judged is told by its name"
        assert "robot answers" in words(response)

    def test_check_now_tells_what_it_found(
        self, signed_in: SignedIn, rollout: Rollout, member: User, coordinator: User, manager: User
    ) -> None:
        client = signed_in(coordinator)
        assert "Mitään uutta ei löytynyt" in words(client.post(at(rollout, "tarkista/"), follow=True))
        for who in (coordinator, manager):
            Member.objects.create(rollout=rollout, user=who, role=MemberRole.SUPERVISOR)
        assert "merkitsi 1 tehtävän" in words(client.post(at(rollout, "tarkista/"), follow=True))

    def test_the_page_asks_few_queries_however_much_was_done(
        self, signed_in: SignedIn, rollout: Rollout, coordinator: User, manager: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("config.frame.SURROUNDINGS_SECONDS", 600.0)  # shared by pages: on a slow machine it would be read anew
        client = signed_in(coordinator)
        client.get(at(rollout))
        with CaptureQueriesContext(connection) as before:
            client.get(at(rollout))
        for code in ("2.1", "3.3", "3.4", "4.3", "4.4"):
            tell(rollout, coordinator, code)
        decide(rollout, manager)
        client.get(at(rollout))  # what the live system shows now is written once
        with CaptureQueriesContext(connection) as after:
            client.get(at(rollout))
        assert len(after) <= len(before) + 3
        assert len(before) <= 61, "more than half of them are the live check"

    def test_it_speaks_every_language(self, signed_in: SignedIn, rollout: Rollout, coordinator: User) -> None:
        client = signed_in(coordinator)
        for language, phrase in (("fi", "Tarpeen kartoitus"), ("sv", "Behovet kartläggs"), ("en", "The need is mapped")):
            page = words(client.get(at(rollout).replace("/fi/", f"/{language}/")))
            assert phrase in page


class TestEnd:
    def test_it_asks_why_and_whether_one_is_sure(self, signed_in: SignedIn, rollout: Rollout, coordinator: User) -> None:
        client = signed_in(coordinator)
        response = client.post(at(rollout, "lopeta/"), {"reason": "Johto ei hyväksynyt"})
        assert response.status_code == 422
        assert "Johto ei hyväksynyt" in response.content.decode()
        assert client.post(at(rollout, "lopeta/"), {"reason": "Johto ei hyväksynyt", "sure": "on"}).status_code == 302
        rollout.refresh_from_db()
        assert (rollout.status, rollout.end_reason) == (RolloutStatus.NOT_STARTED, "Johto ei hyväksynyt")
        page = client.get(item_page(rollout, "1.1")).content.decode()
        assert 'name="do"' not in page, "an ended rollout is frozen"
        assert "Johto ei hyväksynyt" in words(client.get(at(rollout)))
