"""A rollout begins, its card is kept, its question answered, its optional items taken, and it may be given up."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import translation

from accounts.models import AuditEntry, User
from adoption.choices import ItemState, RolloutStatus, Stage, VersionStatus
from adoption.models import ModelVersion, Rollout, RolloutItem
from adoption.operations import (
    add_member,
    adopt_items,
    answer_question,
    change_card,
    end_rollout,
    give_verdict,
    missing_parts,
    move_item,
    offered_items,
    remove_member,
    start_rollout,
)
from services.choices import ServiceStatus
from services.models import County, Municipality, Service
from tests.adoption.conftest import NOW, Refused, decide, gate_of, item_of, part_of, service_of, tell
from tests.adoption.model import DATA, make_item, make_version
from tests.conftest import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


class TestStart:
    def test_creating_a_rollout_from_the_model_makes_24_items_in_order(self, rollout: Rollout) -> None:
        items = list(rollout.items.select_related("model_item"))
        told = [item["code"] for phase in DATA["phases"] for item in phase["items"]]
        assert [item.model_item.code for item in items] == told
        assert len(items) == 24
        assert {item.state for item in items} == {ItemState.NOT_STARTED}
        assert rollout.phase.key == "selvitys"
        for item, one in zip(items, (one for phase in DATA["phases"] for one in phase["items"]), strict=True):
            assert item.model_item.text_fi.split() == one["fi"].split()
            assert str(item).split() == [one["code"], *(one.get("label") or one)["fi"].split()]

    def test_each_item_gets_the_parts_that_it_asks(self, rollout: Rollout) -> None:
        parts = {item.model_item.code: [part.name for part in item.parts.all()] for item in rollout.items.all()}
        assert parts["1.5"] == ["form:cost_estimate", "document:assignment_agreement"]
        assert parts["1.6"] == [
            "gate_decision",
            "document:change_impact_assessment",
            "document:security_assessment",
            "document:data_protection_assessment",
            "signoff:security_privacy",
        ]
        assert parts["2.7"] == ["training_plan", "training_done"]
        assert parts["4.1"] == ["project_end", "signoff:project_coordinator", "signoff:production_owner", "form:handover"]
        assert part_of(rollout, "4.1", "signoff:production_owner").role == "production_owner"

    def test_the_newest_published_model_is_taken(self, county: County, version: ModelVersion, coordinator: User) -> None:
        newer = make_version(county)
        assert start_rollout(by=acting(coordinator), county=county, name={"fi": "A"}, now=NOW).model_version == newer
        given = start_rollout(by=acting(coordinator), county=county, name={"fi": "B"}, version=version, now=NOW)
        assert given.model_version == version

    def test_without_a_published_model_there_is_none(self, county: County, coordinator: User, refused: Refused) -> None:
        with refused("no_model"):
            start_rollout(by=acting(coordinator), county=county, name={"fi": "A"}, now=NOW)

    def test_a_draft_or_another_countys_model_is_not_used(
        self, county: County, other_county: County, version: ModelVersion, coordinator: User, refused: Refused
    ) -> None:
        foreign = make_version(other_county)
        with refused("wrong_version"):
            start_rollout(by=acting(coordinator), county=county, name={"fi": "A"}, version=foreign, now=NOW)
        version.status = VersionStatus.RETIRED
        version.save()
        with refused("wrong_version"):
            start_rollout(by=acting(coordinator), county=county, name={"fi": "A"}, version=version, now=NOW)

    def test_a_service_has_one_running_rollout(self, rollout: Rollout, county: County, coordinator: User, refused: Refused) -> None:
        with refused("has_rollout"):
            start_rollout(by=acting(coordinator), county=county, name={"fi": "Toinen"}, service=service_of(rollout), now=NOW)
        end_rollout(by=acting(coordinator), rollout=rollout, reason="Johto hylkäsi.", now=NOW)
        again = start_rollout(by=acting(coordinator), county=county, name={"fi": "Toinen"}, service=service_of(rollout), now=NOW)
        assert again.is_running

    def test_the_card_may_be_given_at_once(self, version: ModelVersion, county: County, coordinator: User) -> None:
        place = Municipality.objects.create(county=county, code="297", name_fi="Kuopio")
        card: dict[str, Any] = {"funders": ["rrf", "own"], "programme": "RRP", "tags": ["Digi"], "municipalities": [place]}
        row = start_rollout(by=acting(coordinator), county=county, name={"fi": "Chat", "sv": "Chatt"}, now=NOW, **card)
        row.refresh_from_db()
        assert (row.name_fi, row.name_sv, row.funders, row.tags) == ("Chat", "Chatt", ["rrf", "own"], ["Digi"])
        assert list(row.municipalities.all()) == [place]
        assert (row.created_by, row.created_at, row.touched_at) == (coordinator, NOW, NOW)

    def test_a_name_is_needed(self, version: ModelVersion, county: County, coordinator: User) -> None:
        with pytest.raises(ValidationError):
            start_rollout(by=acting(coordinator), county=county, name={"fi": ""}, now=NOW)
        assert not Rollout.objects.exists()


class TestCard:
    @pytest.mark.parametrize(
        ("values", "code"),
        [
            ({"county": None}, "not_settable"),
            ({"status": "maintenance"}, "not_settable"),
            ({"phase": None}, "not_settable"),
            ({"funders": ["mafia"]}, "funders"),
            ({"funders": "rrf"}, "funders"),
            ({"tags": [""]}, "tags"),
            ({"links": [{"name": "x", "url": "javascript:alert(1)"}]}, "links"),
        ],
    )
    def test_what_does_not_belong_there_is_refused(
        self, rollout: Rollout, coordinator: User, refused: Refused, values: dict[str, Any], code: str
    ) -> None:
        with refused(code):
            change_card(by=acting(coordinator), rollout=rollout, values=values, now=NOW)

    def test_a_save_over_somebody_elses_newer_one_is_refused(
        self, rollout: Rollout, coordinator: User, main_user: User, refused: Refused
    ) -> None:
        seen = rollout.version
        change_card(by=acting(main_user), rollout=rollout, values={"place": "Kuopio"}, version=seen, now=NOW)
        with refused("stale"):
            change_card(by=acting(coordinator), rollout=rollout, values={"place": "Iisalmi"}, version=seen, now=NOW)
        rollout.refresh_from_db()
        assert (rollout.place, rollout.touched_by) == ("Kuopio", main_user)

    def test_a_service_linked_after_the_gate_gets_its_permit(
        self, version: ModelVersion, county: County, coordinator: User, manager: User, draft_service: Service
    ) -> None:
        row = start_rollout(by=acting(coordinator), county=county, name={"fi": "Chat"}, now=NOW)
        decide(row, manager)
        move_item(by=acting(coordinator), item=item_of(row, "1.4"), to="done", now=NOW)
        give_verdict(by=acting(manager), rollout=row, gate=gate_of(row, "G1"), verdict="go", role="manager", now=NOW)
        change_card(by=acting(coordinator), rollout=row, values={"service": draft_service}, now=NOW)
        draft_service.refresh_from_db()
        assert (draft_service.status, draft_service.permitted_by) == (ServiceStatus.PERMITTED, manager)
        assert [names["fi"][:3] for names in draft_service.unfinished] == ["2.3", "2.7", "3.3", "3.4"]

    def test_a_service_that_is_linked_no_more_has_nothing_unfinished(self, rollout: Rollout, coordinator: User) -> None:
        service = service_of(rollout)
        assert service.unfinished
        change_card(by=acting(coordinator), rollout=rollout, values={"service": None}, now=NOW)
        service.refresh_from_db()
        assert service.unfinished == []

    def test_nobody_and_nothing_from_elsewhere_is_put_on_the_card(
        self, rollout: Rollout, coordinator: User, outsider: User, former: User, other_county: County, refused: Refused
    ) -> None:
        by = acting(coordinator)
        for person in (outsider, former):
            with refused("no_grant"):
                change_card(by=by, rollout=rollout, values={"sponsor": person}, now=NOW)
        elsewhere = Municipality.objects.create(county=other_county, code="999", name_fi="Muualla")
        with refused("other_county"):
            change_card(by=by, rollout=rollout, values={"municipalities": [elsewhere]}, now=NOW)
        # Who was its sponsor before she left does not stop the rest from being changed.
        Rollout.objects.filter(pk=rollout.pk).update(sponsor=former)
        assert change_card(by=by, rollout=rollout, values={"sponsor": former, "place": "Kuopio"}, now=NOW).place == "Kuopio"

    def test_another_countys_service_is_refused(
        self, rollout: Rollout, coordinator: User, other_service: Service, refused: Refused
    ) -> None:
        with refused("other_county"):
            change_card(by=acting(coordinator), rollout=rollout, values={"service": other_service}, now=NOW)


class TestConditionalItem:
    def answer(self, rollout: Rollout, by: User, answer: str) -> RolloutItem:
        answer_question(by=acting(by), rollout=rollout, question="new_technology", answer=answer, now=NOW)
        return item_of(rollout, "1.6")

    def test_answering_new_technology_no_sets_1_6_to_not_applicable_and_yes_later_to_not_started(
        self, rollout: Rollout, coordinator: User
    ) -> None:
        item = self.answer(rollout, coordinator, "no")
        assert item.state == ItemState.NOT_APPLICABLE
        assert "uusi tekninen ratkaisu" in item.reason
        item = self.answer(rollout, coordinator, "yes")
        assert (item.state, item.reason) == (ItemState.NOT_STARTED, "")
        assert [(row.was, row.became) for row in item.history.all()] == [
            ("not_started", "not_applicable"),
            ("not_applicable", "not_started"),
        ]

    def test_no_after_work_was_blocked_writes_both_steps(self, rollout: Rollout, coordinator: User) -> None:
        move_item(by=acting(coordinator), item=item_of(rollout, "1.6"), to="blocked", reason="Odottaa", now=NOW)
        item = self.answer(rollout, coordinator, "no")
        assert [row.became for row in item.history.all()] == ["blocked", "in_progress", "not_applicable"]

    def test_a_done_item_is_opened_again_first(self, rollout: Rollout, coordinator: User, refused: Refused) -> None:
        RolloutItem.objects.filter(pk=item_of(rollout, "1.6").pk).update(state=ItemState.DONE, done_at=NOW)
        with refused("done"):
            self.answer(rollout, coordinator, "no")
        rollout.refresh_from_db()
        assert rollout.answers == {}

    def test_the_same_answer_twice_changes_nothing(self, rollout: Rollout, coordinator: User) -> None:
        version = self.answer(rollout, coordinator, "no").version
        assert self.answer(rollout, coordinator, "no").version == version

    def test_the_answer_yes_leaves_an_item_that_management_left_out(
        self, rollout: Rollout, coordinator: User, manager: User
    ) -> None:
        move_item(by=acting(manager), item=item_of(rollout, "1.6"), to="not_applicable", reason="Ei tarvita", now=NOW)
        assert self.answer(rollout, coordinator, "yes").state == ItemState.NOT_APPLICABLE

    @pytest.mark.parametrize(
        ("question", "answer", "code"), [("new_technology", "ehkä", "answer"), ("x", "no", "unknown_question")]
    )
    def test_only_yes_and_no_to_questions_of_the_model(
        self, rollout: Rollout, coordinator: User, refused: Refused, question: str, answer: str, code: str
    ) -> None:
        with refused(code):
            answer_question(by=acting(coordinator), rollout=rollout, question=question, answer=answer, now=NOW)


class TestEnd:
    def test_1_4_rejected_item_not_done_g1_closed_and_the_rollout_can_be_ended(
        self, rollout: Rollout, coordinator: User, manager: User, refused: Refused
    ) -> None:
        decide(rollout, manager, outcome="rejected")
        item = item_of(rollout, "1.4")
        with refused("parts_missing"):
            move_item(by=acting(coordinator), item=item, to="done", now=NOW)
        with refused("gate_unmet"):
            give_verdict(
                by=acting(coordinator),
                rollout=rollout,
                gate=gate_of(rollout, "G1"),
                verdict="go",
                role="project_coordinator",
                now=NOW,
            )
        ended = end_rollout(by=acting(coordinator), rollout=rollout, reason="Johto hylkäsi ehdotuksen.", now=NOW)
        assert (ended.status, ended.stage) == (RolloutStatus.NOT_STARTED, Stage.ENDED)
        assert ended.end_reason == "Johto hylkäsi ehdotuksen."
        with translation.override("fi"):
            assert ended.get_status_display()
        rollout.service.refresh_from_db()
        assert rollout.service.status == ServiceStatus.DRAFT
        assert rollout.service.unfinished == []

    def test_a_reason_is_needed_and_it_ends_once(self, rollout: Rollout, coordinator: User, refused: Refused) -> None:
        with refused("reason_missing"):
            end_rollout(by=acting(coordinator), rollout=rollout, reason=" ", now=NOW)
        end_rollout(by=acting(coordinator), rollout=rollout, reason="Ei rahaa.", now=NOW)
        with refused("ended"):
            end_rollout(by=acting(coordinator), rollout=rollout, reason="Taas.", now=NOW)

    def test_in_an_ended_one_nothing_changes(self, rollout: Rollout, coordinator: User, manager: User, refused: Refused) -> None:
        end_rollout(by=acting(coordinator), rollout=rollout, reason="Ei rahaa.", now=NOW)
        by = acting(coordinator)
        with refused("ended"):
            move_item(by=by, item=item_of(rollout, "1.1"), to="in_progress", now=NOW)
        with refused("ended"):
            tell(rollout, coordinator, "2.1")
        with refused("ended"):
            decide(rollout, manager)
        with refused("ended"):
            change_card(by=by, rollout=rollout, values={"place": "x"}, now=NOW)
        with refused("ended"):
            answer_question(by=by, rollout=rollout, question="new_technology", answer="no", now=NOW)
        with refused("ended"):
            adopt_items(by=by, rollout=rollout, codes=["X1"], now=NOW)
        with refused("ended"):
            add_member(by=by, rollout=rollout, user=manager, role="manager", now=NOW)

    def test_once_the_service_has_opened_it_is_not_unlaunched(self, rollout: Rollout, coordinator: User, refused: Refused) -> None:
        Service.objects.filter(rollouts=rollout).update(opened_at=NOW)
        with refused("opened"):
            end_rollout(by=acting(coordinator), rollout=rollout, reason="Ei sittenkään.", now=NOW)


class TestOffered:
    def test_optional_items_are_taken_when_asked_for(self, rollout: Rollout, coordinator: User, refused: Refused) -> None:
        assert [item.code for item in offered_items(rollout)] == ["X1", "X2", "X3", "X4", "X5", "X6", "X9", "X7", "X8"]
        (item,) = adopt_items(by=acting(coordinator), rollout=rollout, codes=["X3"], now=NOW)
        assert [part.name for part in missing_parts(item)] == ["pilot_dates", "pilot_evaluation"]
        assert "X3" not in [item.code for item in offered_items(rollout)]
        with refused("not_offered"):
            adopt_items(by=acting(coordinator), rollout=rollout, codes=["X1", "X3"], now=NOW)
        assert rollout.items.count() == 25, "all or none"

    def test_new_items_of_a_newer_version_are_offered_and_the_rollout_keeps_its_own(
        self, rollout: Rollout, county: County, coordinator: User
    ) -> None:
        newer = make_version(county)
        make_item(newer, "toteutus", "3.8", "accessibility")
        assert "3.8" in [item.code for item in offered_items(rollout)]
        (item,) = adopt_items(by=acting(coordinator), rollout=rollout, codes=["3.8"], now=NOW)
        rollout.refresh_from_db()
        assert rollout.model_version != newer
        tell(rollout, coordinator, "3.8")
        assert move_item(by=acting(coordinator), item=item, to="done", now=NOW).state == ItemState.DONE
        codes = [row.model_item.code for row in rollout.items.select_related("model_item")]
        assert codes.index("3.7") < codes.index("3.8") < codes.index("4.1")


class TestPeople:
    def test_a_member_works_on_items_and_a_removed_one_no_more(
        self, rollout: Rollout, coordinator: User, area_professional: User
    ) -> None:
        item = item_of(rollout, "1.1")
        with pytest.raises(PermissionDenied):
            move_item(by=acting(area_professional), item=item, to="in_progress", now=NOW)
        member = add_member(by=acting(coordinator), rollout=rollout, user=area_professional, role="area_professional", now=NOW)
        move_item(by=acting(area_professional), item=item, to="in_progress", now=NOW)
        remove_member(by=acting(coordinator), member=member, now=NOW)
        with pytest.raises(PermissionDenied):
            move_item(by=acting(area_professional), item=item, to="blocked", reason="x", now=NOW)
        assert AuditEntry.objects.filter(object_type="adoption.member").count() == 2

    def test_a_person_holds_a_role_once_and_works_in_the_county(
        self, rollout: Rollout, coordinator: User, manager: User, outsider: User, former: User, refused: Refused
    ) -> None:
        add_member(by=acting(coordinator), rollout=rollout, user=manager, role="manager", now=NOW)
        with pytest.raises(ValidationError):
            add_member(by=acting(coordinator), rollout=rollout, user=manager, role="manager", now=NOW)
        add_member(by=acting(coordinator), rollout=rollout, user=manager, role="production_owner", now=NOW)
        for person in (outsider, former):
            with refused("no_grant"):
                add_member(by=acting(coordinator), rollout=rollout, user=person, role="ict", now=NOW)
        assert rollout.members.count() == 2

    def test_no_unknown_role(self, rollout: Rollout, coordinator: User, manager: User) -> None:
        with pytest.raises(ValidationError):
            add_member(by=acting(coordinator), rollout=rollout, user=manager, role="boss", now=NOW)


def test_dates_of_the_card_are_in_order(rollout: Rollout, coordinator: User, refused: Refused) -> None:
    with refused("ends_before_start"):
        change_card(
            by=acting(coordinator),
            rollout=rollout,
            values={"starts_on": date(2026, 9, 1), "ends_on": date(2026, 8, 1)},
            now=NOW,
        )
