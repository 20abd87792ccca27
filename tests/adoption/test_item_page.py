"""The page of one item: everything that it asks is done there, and what is refused comes back with the text kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import StoredFile, User
from adoption.choices import ItemState, MemberRole
from adoption.models import Comment, Filling, FormAnswer, Member, Rollout, RolloutItem
from adoption.operations import adopt_items, move_item, save_form, start_rollout
from services.models import County
from tests.adoption.conftest import TODAY, decide, item_of, meeting_of, tell
from tests.conftest import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
SignedIn = Callable[..., Client]
YESTERDAY = "2020-01-07"


@pytest.fixture
def member(rollout: Rollout, area_professional: User) -> User:
    Member.objects.create(rollout=rollout, user=area_professional, role=MemberRole.AREA_PROFESSIONAL)
    return area_professional


def page_of(rollout: Rollout, code: str) -> str:
    return f"/fi/kayttoonotto/{rollout.public_id}/tehtava/{item_of(rollout, code).public_id}/"


def form_of(rollout: Rollout, form: str) -> str:
    return f"/fi/kayttoonotto/{rollout.public_id}/lomake/{form}/"


def words(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def card(response: Any, name: str) -> Any:
    return next(each for each in response.context["parts"] if each.part.name == name)


class TestWhatItShows:
    def test_x9_leads_to_the_paths(self, signed_in: SignedIn, rollout: Rollout, coordinator: User) -> None:
        adopt_items(by=acting(coordinator), rollout=rollout, codes=["X9"], now=timezone.now())
        client = signed_in(coordinator)
        client.post(f"/fi/kayttoonotto/{rollout.public_id}/tarkista/")
        proofs = client.get(page_of(rollout, "X9")).content.decode().partition('aria-labelledby="proofs-head"')[2]
        assert '<a href="/fi/ohjauspolut/">' in proofs.partition("</section>")[0]

    def test_a_form_that_is_not_filled_in_is_told_without_an_empty_list(
        self, signed_in: SignedIn, rollout: Rollout, coordinator: User
    ) -> None:
        client = signed_in(coordinator)
        client.post(f"/fi/kayttoonotto/{rollout.public_id}/tarkista/")
        told = words(client.get(page_of(rollout, "1.1")))
        assert "Lomake on täytetty : ei vielä" in told
        assert "Vielä puuttuu" not in told, "its fields are told by the form itself"
        assert "raja 0" not in told

    def test_only_who_drives_is_led_to_naming_people(
        self, signed_in: SignedIn, rollout: Rollout, member: User, coordinator: User
    ) -> None:
        shown = [
            "Nimeä henkilöitä" in words(signed_in(who).get(f"/fi/kayttoonotto/{rollout.public_id}/"))
            for who in (coordinator, member)
        ]
        assert shown == [True, False]

    def test_help_evidence_and_roles(self, signed_in: SignedIn, rollout: Rollout, member: User) -> None:
        page = words(signed_in(member).get(page_of(rollout, "1.1")))
        for shown in (
            "Kerro lyhyesti, mikä asia chatilla halutaan hoitaa",
            "Kehittämisehdotuslomake on täytetty ja vastaanotettu.",
            str(MemberRole.AREA_PROFESSIONAL.label),
            "Kehittämisehdotus",
        ):
            assert shown in page

    def test_what_it_rests_on(self, signed_in: SignedIn, rollout: Rollout, member: User) -> None:
        response = signed_in(member).get(page_of(rollout, "3.6"))
        assert [each.model_item.code for each in response.context["rests_on"]] == ["2.3", "2.7", "3.3", "3.4"]

    def test_parts_that_an_answer_makes_needless(self, signed_in: SignedIn, rollout: Rollout, coordinator: User) -> None:
        client = signed_in(coordinator)
        assert not card(client.get(page_of(rollout, "1.5")), "document:assignment_agreement").is_asked
        values = {"agreement_needed": "yes"}
        save_form(by=acting(coordinator), rollout=rollout, form="cost_estimate", values=values, now=timezone.now())
        part = card(client.get(page_of(rollout, "1.5")), "document:assignment_agreement")
        assert part.is_asked and part.is_missing

    def test_it_asks_as_few_queries_with_much_as_with_little(
        self, signed_in: SignedIn, rollout: Rollout, coordinator: User, manager: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("config.frame.SURROUNDINGS_SECONDS", 600.0)  # shared by pages: on a slow machine it would be read anew
        client = signed_in(coordinator)
        page = page_of(rollout, "2.4")
        client.get(page)
        with CaptureQueriesContext(connection) as little:
            client.get(page)
        for number in range(6):
            client.post(page, {"do": "comment", "text": f"Kommentti {number}"})
            tell(rollout, coordinator, "2.4")
        with CaptureQueriesContext(connection) as much:
            assert "Kommentti 5" in words(client.get(page))
        assert len(much) <= len(little) + 3
        assert len(little) <= 34


class TestSteps:
    def test_it_is_started_and_its_history_says_by_whom(self, signed_in: SignedIn, rollout: Rollout, member: User) -> None:
        client, item = signed_in(member), item_of(rollout, "2.1")
        response = client.post(page_of(rollout, "2.1"), {"do": "move", "to": "in_progress", "version": item.version}, follow=True)
        assert item_of(rollout, "2.1").state == ItemState.IN_PROGRESS
        assert "Aino" in words(response)

    def test_done_is_refused_with_what_is_missing_named(self, signed_in: SignedIn, rollout: Rollout, member: User) -> None:
        move_item(by=acting(member), item=item_of(rollout, "2.7"), to="in_progress", now=timezone.now())
        data = {"do": "move", "to": "done", "version": item_of(rollout, "2.7").version}
        response = signed_in(member).post(page_of(rollout, "2.7"), data)
        assert response.status_code == 422
        refusal = re.search(r'role="alert">(.*?)</div>', response.content.decode(), re.DOTALL)
        assert refusal
        assert "Koulutussuunnitelma" in refusal[1] and "Koulutus on pidetty" in refusal[1]
        assert item_of(rollout, "2.7").state == ItemState.IN_PROGRESS

    def test_blocked_needs_a_reason_and_shows_it(self, signed_in: SignedIn, rollout: Rollout, member: User) -> None:
        client, data = signed_in(member), {"do": "move", "to": "blocked", "version": item_of(rollout, "2.1").version}
        assert client.post(page_of(rollout, "2.1"), data).status_code == 422
        assert client.post(page_of(rollout, "2.1"), {**data, "reason": "Odotamme hankintaa"}).status_code == 302
        assert "Odotamme hankintaa" in words(client.get(page_of(rollout, "2.1")))

    def test_only_management_is_offered_that_it_does_not_apply(
        self, signed_in: SignedIn, rollout: Rollout, member: User, manager: User
    ) -> None:
        def offered(client: Client) -> list[str]:
            return [step.to for step in client.get(page_of(rollout, "2.1")).context["steps"]]

        assert ItemState.NOT_APPLICABLE not in offered(signed_in(member))
        assert offered(signed_in(manager)) == [ItemState.NOT_APPLICABLE]
        data = {"do": "move", "to": "not_applicable", "reason": "Hoidettu muualla", "version": item_of(rollout, "2.1").version}
        refused = signed_in(member).post(page_of(rollout, "2.1"), data)
        assert refused.status_code == 422
        assert "Hoidettu muualla" in refused.content.decode()
        assert signed_in(manager).post(page_of(rollout, "2.1"), data).status_code == 302
        assert item_of(rollout, "2.1").state == ItemState.NOT_APPLICABLE

    def test_of_two_people_one_wins_and_the_other_is_told_who(
        self, signed_in: SignedIn, rollout: Rollout, member: User, coordinator: User
    ) -> None:
        seen = item_of(rollout, "2.1").version
        page = page_of(rollout, "2.1")
        assert signed_in(member).post(page, {"do": "move", "to": "in_progress", "version": seen}).status_code == 302
        late = signed_in(coordinator).post(page, {"do": "move", "to": "blocked", "reason": "Ei ehditä", "version": seen})
        assert late.status_code == 422
        assert "Aino" in words(late)
        assert "Ei ehditä" in late.content.decode()

    def test_a_forged_step_is_refused(self, signed_in: SignedIn, rollout: Rollout, member: User) -> None:
        client = signed_in(member)
        for to in ("done", "nonsense", ""):
            data = {"do": "move", "to": to, "version": item_of(rollout, "2.1").version}
            assert client.post(page_of(rollout, "2.1"), data).status_code == 422
        assert item_of(rollout, "2.1").state == ItemState.NOT_STARTED


class TestWhoAndWhen:
    def test_a_person_and_a_date(self, signed_in: SignedIn, rollout: Rollout, member: User, coordinator: User) -> None:
        data = {"do": "assign", "owner": member.pk, "due_on": "2026-12-04", "version": item_of(rollout, "2.1").version}
        assert signed_in(coordinator).post(page_of(rollout, "2.1"), data).status_code == 302
        item = item_of(rollout, "2.1")
        assert (item.owner, str(item.due_on)) == (member, "2026-12-04")

    def test_only_who_sees_the_rollout_is_offered(
        self, signed_in: SignedIn, rollout: Rollout, member: User, coordinator: User, path_author: User, outsider: User
    ) -> None:
        offered = set(signed_in(coordinator).get(page_of(rollout, "2.1")).context["assign"].fields["owner"].queryset)
        assert {member, coordinator} <= offered
        assert not {path_author, outsider} & offered
        data = {"do": "assign", "owner": outsider.pk, "version": item_of(rollout, "2.1").version}
        assert signed_in(coordinator).post(page_of(rollout, "2.1"), data).status_code == 422


class TestParts:
    def test_a_decision_by_management(self, signed_in: SignedIn, rollout: Rollout, manager: User, coordinator: User) -> None:
        client = signed_in(manager)
        data = {"do": "fill", "part": "decision", "outcome": "approved", "on": YESTERDAY, "text": "Perustetaan."}
        assert card(signed_in(coordinator).get(page_of(rollout, "1.4")), "decision").form is None
        assert signed_in(coordinator).post(page_of(rollout, "1.4"), data).status_code == 422, "it is management’s"
        response = client.post(page_of(rollout, "1.4"), data)
        assert response.status_code == 302
        assert response["Location"].endswith("#osa-decision")
        filling = Filling.objects.get()
        assert (filling.outcome, filling.by, filling.counts) == ("approved", manager, True)

    def test_a_rejecting_decision_is_kept_and_fills_nothing(self, signed_in: SignedIn, rollout: Rollout, manager: User) -> None:
        decide(rollout, manager, outcome="rejected")
        response = signed_in(manager).get(page_of(rollout, "1.4"))
        assert card(response, "decision").is_missing
        assert "Johtoryhmä päätti." in words(response)

    def test_a_refused_part_keeps_the_text_and_stands_open(self, signed_in: SignedIn, rollout: Rollout, member: User) -> None:
        data = {"do": "fill", "part": "evidence", "text": "Kirjasimme tarpeet", "on": "2999-01-01"}
        response = signed_in(member).post(page_of(rollout, "2.1"), data)
        assert response.status_code == 422
        assert "Kirjasimme tarpeet" in response.content.decode()
        assert card(response, "evidence").is_open
        assert not Filling.objects.exists()

    def test_evidence_is_given_and_taken_back(self, signed_in: SignedIn, rollout: Rollout, member: User) -> None:
        client = signed_in(member)
        data = {"do": "fill", "part": "evidence", "text": "Kirjasimme tarpeet", "on": YESTERDAY, "link": "https://alue.test/a"}
        assert client.post(page_of(rollout, "2.1"), data).status_code == 302
        assert not card(client.get(page_of(rollout, "2.1")), "evidence").is_missing
        key = Filling.objects.get().pk
        assert client.post(page_of(rollout, "2.1"), {"do": "withdraw", "filling": key}).status_code == 302
        assert card(client.get(page_of(rollout, "2.1")), "evidence").is_missing
        assert Filling.objects.get().withdrawn_by == member

    def test_a_document_by_its_link(self, signed_in: SignedIn, rollout: Rollout, coordinator: User) -> None:
        values = {"agreement_needed": "yes"}
        save_form(by=acting(coordinator), rollout=rollout, form="cost_estimate", values=values, now=timezone.now())
        data = {"do": "fill", "part": "document:assignment_agreement", "document_version": "1.0", "on": YESTERDAY}
        client = signed_in(coordinator)
        assert client.post(page_of(rollout, "1.5"), data).status_code == 422, "neither a file nor a link"
        assert client.post(page_of(rollout, "1.5"), {**data, "link": "https://alue.test/sopimus.pdf"}).status_code == 302
        assert "versio 1.0" in words(client.get(page_of(rollout, "1.5")))

    def test_a_meeting_with_the_right_people(self, signed_in: SignedIn, rollout: Rollout, manager: User, coordinator: User) -> None:
        lonely = meeting_of(rollout, (coordinator, "project_coordinator"), on=TODAY.replace(year=2025))
        both = meeting_of(rollout, (manager, "manager"), (coordinator, "project_coordinator"), on=TODAY.replace(year=2025))
        client = signed_in(coordinator)
        data = {"do": "fill", "part": "participants", "meeting": lonely.pk}
        assert client.post(page_of(rollout, "1.3"), data).status_code == 422
        assert client.post(page_of(rollout, "1.3"), {**data, "meeting": both.pk}).status_code == 302

    def test_a_signature_is_for_the_role(
        self, signed_in: SignedIn, rollout: Rollout, member: User, manager: User, coordinator: User
    ) -> None:
        data = {"do": "fill", "part": "signoff:manager", "sure": "on"}
        assert card(signed_in(member).get(page_of(rollout, "3.5")), "signoff:manager").form is None
        assert signed_in(member).post(page_of(rollout, "3.5"), data).status_code == 422
        assert signed_in(manager).post(page_of(rollout, "3.5"), {**data, "sure": ""}).status_code == 422
        assert signed_in(manager).post(page_of(rollout, "3.5"), data).status_code == 302

    def test_nobody_is_asked_to_sign_twice(self, signed_in: SignedIn, rollout: Rollout, manager: User, coordinator: User) -> None:
        client, data = signed_in(manager), {"do": "fill", "part": "signoff:manager", "sure": "on"}
        assert card(client.get(page_of(rollout, "3.5")), "signoff:manager").form is not None
        client.post(page_of(rollout, "3.5"), data)
        assert card(client.get(page_of(rollout, "3.5")), "signoff:manager").form is None
        again = client.post(page_of(rollout, "3.5"), data)
        assert again.status_code == 422
        assert "Olet jo kuitannut tämän." in words(again), "a page that was open since before is told"
        withdrawn = Filling.objects.get(part__item__rollout=rollout, part__name="signoff:manager")
        client.post(page_of(rollout, "3.5"), {"do": "withdraw", "filling": str(withdrawn.pk)})
        assert card(client.get(page_of(rollout, "3.5")), "signoff:manager").form is not None

    def test_what_was_done_is_told_beside_it_and_not_at_the_top(
        self, signed_in: SignedIn, rollout: Rollout, manager: User, coordinator: User
    ) -> None:
        """The page opens at the part that was filled: a message at its top would not be seen."""
        client, data = signed_in(manager), {"do": "fill", "part": "signoff:manager", "sure": "on"}
        page = client.post(page_of(rollout, "3.5"), data, follow=True)
        top, _start, part = page.content.decode().partition('id="osa-signoff-manager"')
        assert "Kuittasit tämän. Tarvitaan vielä:" in part.partition("</li>")[0]
        assert "Kuittasit" not in top
        client = signed_in(coordinator)
        said = client.post(page_of(rollout, "3.5"), {"do": "comment", "text": "Hyvä"}, follow=True).content.decode()
        assert "Kommentti lisättiin" in said.partition('id="kommentit"')[2]
        assert said.count("Kommentti lisättiin") == 1

    def test_the_last_part_tells_that_nothing_is_missing(self, signed_in: SignedIn, rollout: Rollout, coordinator: User) -> None:
        data = {"do": "fill", "part": "evidence", "text": "Tarpeet kirjattiin.", "on": TODAY.isoformat()}
        page = signed_in(coordinator).post(page_of(rollout, "2.1"), data, follow=True).content.decode()
        assert "Tehtävästä ei puutu nyt mitään" in page.partition('id="osa-evidence"')[2]

    def test_what_only_the_system_or_a_list_fills_takes_no_form(
        self, signed_in: SignedIn, rollout: Rollout, coordinator: User
    ) -> None:
        client = signed_in(coordinator)
        for code, name in (
            ("3.6", "fact:service_open_first_conversation"),
            ("2.2", "participants"),
            ("2.5", "form:systems_inventory"),
        ):
            assert card(client.get(page_of(rollout, code)), name).form is None
            assert client.post(page_of(rollout, code), {"do": "fill", "part": name}).status_code == 404

    def test_parts_and_fillings_of_another_item_are_not_reached(self, signed_in: SignedIn, rollout: Rollout, member: User) -> None:
        other = tell(rollout, member, "2.1")
        client = signed_in(member)
        for key in (str(other.pk), "x", "", "9" * 30):
            assert client.post(page_of(rollout, "3.3"), {"do": "withdraw", "filling": key}).status_code == 404
        assert client.post(page_of(rollout, "3.3"), {"do": "fill", "part": "decision"}).status_code == 404
        assert Filling.objects.get(pk=other.pk).withdrawn_at is None

    def test_a_closed_item_takes_nothing_until_it_is_opened_again(
        self, signed_in: SignedIn, rollout: Rollout, member: User
    ) -> None:
        tell(rollout, member, "2.1")
        move_item(by=acting(member), item=item_of(rollout, "2.1"), to="done", now=timezone.now())
        client = signed_in(member)
        response = client.get(page_of(rollout, "2.1"))
        assert card(response, "evidence").form is None
        assert [(step.to, step.asks_reason) for step in response.context["steps"]] == [("in_progress", True)]
        data = {"do": "move", "to": "in_progress", "version": item_of(rollout, "2.1").version}
        assert client.post(page_of(rollout, "2.1"), data).status_code == 422
        assert client.post(page_of(rollout, "2.1"), {**data, "reason": "Tarpeet muuttuivat"}).status_code == 302
        assert not card(client.get(page_of(rollout, "2.1")), "evidence").is_missing, "earlier evidence is kept"


class TestFiles:
    def test_a_file_goes_with_evidence_and_comes_out_as_a_download(
        self, signed_in: SignedIn, rollout: Rollout, member: User, reader: User, outsider: User
    ) -> None:
        upload = SimpleUploadedFile("muistio.txt", b"Sovimme illoista.", content_type="text/html")
        data = {"do": "fill", "part": "evidence", "text": "Muistio", "on": YESTERDAY, "file": upload}
        assert signed_in(member).post(page_of(rollout, "2.1"), data).status_code == 302
        file = Filling.objects.get().file
        address = f"/fi/kayttoonotto/{rollout.public_id}/tiedosto/{file.public_id}/"
        with CaptureQueriesContext(connection) as asked:
            assert address in signed_in(reader).get(page_of(rollout, "2.1")).content.decode()
        assert not [query for query in asked if '"accounts_storedfile"."content",' in query["sql"]], "no file is read for a page"
        response = signed_in(reader).get(address)
        assert response.content.decode() == "Sovimme illoista."
        assert response["Content-Disposition"].startswith("attachment")
        assert response["X-Content-Type-Options"] == "nosniff"
        assert not response["Content-Type"].startswith("text/html")
        assert signed_in(outsider).get(address).status_code == 403
        assert signed_in(outsider, host="toinen.test").get(address).status_code == 404

    def test_what_is_no_document_is_refused_beside_its_field_and_nothing_is_kept(
        self, signed_in: SignedIn, rollout: Rollout, member: User
    ) -> None:
        upload = SimpleUploadedFile("muistio.pdf", b"<html><script>alert(1)</script></html>")
        data = {"do": "fill", "part": "evidence", "text": "Muistio", "on": YESTERDAY, "file": upload}
        response = signed_in(member).post(page_of(rollout, "2.1"), data)
        assert response.status_code == 422
        assert card(response, "evidence").form.errors["file"]
        late = {"do": "fill", "part": "evidence", "text": "x", "on": "2999-01-01", "file": SimpleUploadedFile("a.txt", b"abc")}
        assert signed_in(member).post(page_of(rollout, "2.1"), late).status_code == 422
        assert not StoredFile.objects.exists(), "a file whose part is refused is not left behind"

    def test_a_file_of_another_rollout_is_not_reached_through_this_one(
        self, signed_in: SignedIn, rollout: Rollout, county: County, coordinator: User
    ) -> None:
        other = start_rollout(by=acting(coordinator), county=county, name={"fi": "Toinen"}, now=timezone.now())
        data = {"do": "fill", "part": "evidence", "text": "x", "on": YESTERDAY, "file": SimpleUploadedFile("a.txt", b"abc")}
        assert signed_in(coordinator).post(page_of(other, "2.1"), data).status_code == 302
        file = StoredFile.objects.get()
        start = "/fi/kayttoonotto/"
        assert signed_in(coordinator).get(f"{start}{other.public_id}/tiedosto/{file.public_id}/").status_code == 200
        assert signed_in(coordinator).get(f"{start}{rollout.public_id}/tiedosto/{file.public_id}/").status_code == 404


class TestComments:
    def test_a_comment_is_added_and_taken_back_by_its_writer_only(
        self, signed_in: SignedIn, rollout: Rollout, member: User, coordinator: User
    ) -> None:
        page = page_of(rollout, "2.1")
        assert signed_in(member).post(page, {"do": "comment", "text": "<b>Ilta</b> on vilkkain"}).status_code == 302
        shown = signed_in(coordinator).get(page).content.decode()
        assert "&lt;b&gt;Ilta&lt;/b&gt; on vilkkain" in shown
        key = Comment.objects.get().pk
        assert signed_in(coordinator).post(page, {"do": "uncomment", "comment": key}).status_code == 403
        assert signed_in(member).post(page, {"do": "uncomment", "comment": key}).status_code == 302
        assert "vilkkain" not in signed_in(coordinator).get(page).content.decode()

    def test_an_empty_one_is_refused(self, signed_in: SignedIn, rollout: Rollout, member: User) -> None:
        assert signed_in(member).post(page_of(rollout, "2.1"), {"do": "comment", "text": " "}).status_code == 422


class TestForms:
    def test_a_form_is_filled_in_little_by_little(self, signed_in: SignedIn, rollout: Rollout, member: User) -> None:
        client, address = signed_in(member), form_of(rollout, "need_mapping")
        first = client.post(address, {"current_state": "Puhelin", "stakeholders": ""}, follow=True)
        assert first.redirect_chain[-1][0] == address
        assert "Tavoitetila" in words(first)
        version = FormAnswer.objects.get().version
        rest = {"current_state": "Puhelin", "target_state": "Chat", "stakeholders": "Omaiset\nKunnat", "version": version}
        assert client.post(address, rest)["Location"] == page_of(rollout, "1.2")
        assert FormAnswer.objects.get().values["stakeholders"] == ["Omaiset", "Kunnat"]
        assert not card(client.get(page_of(rollout, "1.2")), "form:need_mapping").is_missing

    def test_a_save_over_a_newer_one_shows_both(
        self, signed_in: SignedIn, rollout: Rollout, member: User, coordinator: User
    ) -> None:
        address = form_of(rollout, "need_mapping")
        signed_in(member).post(address, {"current_state": "Alku"})
        seen = FormAnswer.objects.get().version
        signed_in(member).post(address, {"current_state": "Ainon teksti", "version": seen})
        response = signed_in(coordinator).post(address, {"current_state": "Petrin teksti", "version": seen})
        assert response.status_code == 422
        assert "Ainon teksti" in words(response)
        assert "Petrin teksti" in response.content.decode()

    def test_a_wrong_number_comes_back_beside_its_field(self, signed_in: SignedIn, rollout: Rollout, coordinator: User) -> None:
        response = signed_in(coordinator).post(form_of(rollout, "cost_estimate"), {"one_off_eur": "paljon", "funding": "oma"})
        assert response.status_code == 422
        assert response.context["form"].errors["one_off_eur"]
        assert "oma" in response.content.decode()
        assert not FormAnswer.objects.exists()

    def test_every_form_of_the_model_opens_but_the_list(self, signed_in: SignedIn, rollout: Rollout, coordinator: User) -> None:
        client = signed_in(coordinator)
        for form in rollout.model_version.forms:
            wanted = {"systems_inventory": 404, "service_definition": 302, "queue_structure": 302}.get(form, 200)
            assert client.get(form_of(rollout, form)).status_code == wanted, form
        assert client.get(form_of(rollout, "queue_structure"), follow=True).status_code == 200

    def test_who_only_reads_sees_the_words_and_no_fields(
        self, signed_in: SignedIn, rollout: Rollout, reader: User, coordinator: User
    ) -> None:
        values = {"current_state": "Nyt soitetaan", "stakeholders": ["Omaiset", "Kunnat"]}
        save_form(by=acting(coordinator), rollout=rollout, form="need_mapping", values=values, now=timezone.now())
        response = signed_in(reader).get(form_of(rollout, "need_mapping"))
        assert "Nyt soitetaan" in words(response) and "Kunnat" in words(response)
        assert "<textarea" not in response.content.decode()
        assert signed_in(reader).post(form_of(rollout, "need_mapping"), {}).status_code == 403

    def test_a_review_is_of_its_month(
        self, signed_in: SignedIn, rollout: Rollout, supervisor: User, coordinator: User, manager: User
    ) -> None:
        item = item_of(rollout, "4.2")
        RolloutItem.objects.filter(pk=item.pk).update(period="2026-10-01")
        Member.objects.create(rollout=rollout, user=supervisor, role=MemberRole.SUPERVISOR)
        client, address = signed_in(supervisor), form_of(rollout, "report_review")
        assert "lokakuu 2026" in words(client.get(address))
        assert client.post(address, {"contacts": "120"}).status_code == 302
        assert str(FormAnswer.objects.get().period) == "2026-10-01"
        assert signed_in(coordinator).post(address, {"contacts": "5"}).status_code == 422, "a supervisor’s own review"


@pytest.mark.parametrize(
    ("language", "told"), [("fi", "ei vielä saatavilla"), ("sv", "inte tillgänglig ännu"), ("en", "not available yet")]
)
def test_a_signal_that_the_portal_does_not_know_says_so_by_name(
    rollout: Rollout, coordinator: User, signed_in: SignedIn, language: str, told: str
) -> None:
    """A model from elsewhere may name one: nobody is left to wonder why the system shows nothing."""
    item = item_of(rollout, "1.2").model_item
    type(item).objects.filter(pk=item.pk).update(signals=["robot_answers"])
    page = signed_in(coordinator).get(page_of(rollout, "1.2").replace("/fi/", f"/{language}/", 1))
    assert page.context["unavailable"] == ["robot answers"]
    assert f"<strong>robot answers</strong>: {told}" in page.content.decode()
    assert signed_in(coordinator).get(page_of(rollout, "1.1")).context["unavailable"] == []
