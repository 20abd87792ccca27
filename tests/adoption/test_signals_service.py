"""The signals that the live service answers: true, false, and false of an empty set."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest

from accounts.actors import System
from accounts.models import User
from adoption.models import FormAnswer, Rollout
from adoption.operations import save_form
from adoption.signals import Signal, Unavailable
from chat.models import Conversation
from guidance.models import PathVersion
from guidance.operations import load_starter_paths, withdraw_path
from handbook.models import Chapter, ChapterVersion
from services.choices import Audience, Direction, ServiceStatus
from services.models import ContactPoint, County, Membership, Queue, Service, Target
from tests.adoption.proving import NOW, answer_of, begin, conversation, notice, publish_guide, shape, support, tell_everything
from tests.conftest import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
OPENED = NOW - timedelta(days=9)


@pytest.fixture
def rollout(coordinator: User, county: County, service: Service, queue: Queue) -> Rollout:
    service.opened_at = OPENED
    service.save()
    return begin(coordinator, county, service, now=NOW - timedelta(days=100))


@pytest.fixture
def without_service(coordinator: User, county: County) -> Rollout:
    return begin(coordinator, county, None)


def says(rollout: Rollout, name: str, code: str = "") -> Signal:
    answer = answer_of(rollout, name, code=code)
    assert isinstance(answer, Signal)
    return answer


def define(rollout: Rollout, service: Service, queue: Queue, responder: User, coordinator: User) -> None:
    tell_everything(service)
    aim = {"metric": "M06", "aim": "client", "direction": Direction.LTE, "value": Decimal(300), "unit": "s"}
    Target.objects.create(county=service.county, service=service, starts_on=date(2026, 1, 1), **aim)
    values = {"measures": "Neuvonta, ajanvaraus ja soittopyyntö", "communication": "Lehtijuttu ja uutinen"}
    save_form(by=acting(coordinator), rollout=rollout, form="service_definition", values=values, now=NOW)


class TestServiceDefined:
    def test_service_defined_true(
        self, rollout: Rollout, service: Service, queue: Queue, responder: User, coordinator: User
    ) -> None:
        define(rollout, service, queue, responder, coordinator)
        answer = says(rollout, "service_defined", "2.3")
        assert answer.holds
        assert answer.value["met"] == answer.value["of"] == 9
        assert f"service:{service.public_id}" in answer.rows

    @pytest.mark.parametrize(
        ("field", "point"),
        [
            ("name_sv", "name"),
            ("audience_sv", "users"),
            ("who_answers_fi", "producers"),
            ("identification_text_en", "use"),
            ("promise_sv", "promise"),
        ],
    )
    def test_service_defined_false_without_a_text_in_a_language(
        self, rollout: Rollout, service: Service, queue: Queue, responder: User, coordinator: User, field: str, point: str
    ) -> None:
        define(rollout, service, queue, responder, coordinator)
        Service.objects.filter(pk=service.pk).update(**{field: ""})
        answer = says(rollout, "service_defined", "2.3")
        assert not answer.holds
        assert answer.value["lacks"] == [point]

    def test_service_defined_false_without_targets_responders_or_words_on_the_form(
        self, rollout: Rollout, service: Service, queue: Queue, responder: User, coordinator: User
    ) -> None:
        define(rollout, service, queue, responder, coordinator)
        Target.objects.all().delete()
        Membership.objects.all().delete()
        FormAnswer.objects.all().delete()
        answer = says(rollout, "service_defined", "2.3")
        assert answer.value["lacks"] == ["measures", "goals", "resources", "communication"]

    def test_service_defined_false_of_no_service(self, without_service: Rollout) -> None:
        assert not says(without_service, "service_defined", "2.3").holds

    def test_english_is_asked_only_when_a_queue_serves_in_it(
        self, rollout: Rollout, service: Service, queue: Queue, responder: User, coordinator: User
    ) -> None:
        define(rollout, service, queue, responder, coordinator)
        Service.objects.filter(pk=service.pk).update(promise_en="")
        assert not says(rollout, "service_defined", "2.3").holds
        Queue.objects.filter(pk=queue.pk).update(languages=["fi", "sv"])
        assert says(rollout, "service_defined", "2.3").holds


class TestQueueStructureDefined:
    def test_queue_structure_defined_true(self, rollout: Rollout, service: Service, queue: Queue) -> None:
        tell_everything(service)
        shape(queue)
        answer = says(rollout, "queue_structure_defined", "2.3")
        assert answer.holds
        assert f"queue:{queue.public_id}" in answer.rows

    @pytest.mark.parametrize(
        ("fields", "lacks"),
        [
            ({"name_sv": ""}, "queues"),
            ({"languages": []}, "queues"),
            ({"schedule": None}, "queues"),
            ({"no_transfers": False}, "transfers_to"),
            ({"supervisor_after_seconds": None}, "overflow"),
        ],
    )
    def test_queue_structure_defined_false(
        self, rollout: Rollout, service: Service, queue: Queue, fields: dict[str, object], lacks: str
    ) -> None:
        tell_everything(service)
        shape(queue)
        Queue.objects.filter(pk=queue.pk).update(**fields)
        answer = says(rollout, "queue_structure_defined", "2.3")
        assert not answer.holds
        assert answer.value["lacks"] == [lacks]

    def test_queue_structure_defined_false_without_a_group_or_the_text_when_closed(
        self, rollout: Rollout, service: Service, queue: Queue
    ) -> None:
        tell_everything(service)
        shape(queue)
        queue.groups.clear()
        Service.objects.filter(pk=service.pk).update(off_hours_text_sv="")
        assert says(rollout, "queue_structure_defined", "2.3").value["lacks"] == ["queues", "off_hours"]

    def test_queue_structure_defined_true_by_listed_targets_and_an_overflow_queue(
        self, rollout: Rollout, service: Service, queue: Queue, second_queue: Queue
    ) -> None:
        tell_everything(service)
        queue.transfer_targets.add(second_queue)
        Queue.objects.filter(pk=queue.pk).update(overflow_to=second_queue, overflow_after_seconds=300)
        assert says(rollout, "queue_structure_defined", "2.3").holds

    def test_queue_structure_defined_false_of_no_queues(self, rollout: Rollout, service: Service, queue: Queue) -> None:
        tell_everything(service)
        shape(queue)
        Queue.objects.filter(pk=queue.pk).update(is_active=False)
        answer = says(rollout, "queue_structure_defined", "2.3")
        assert not answer.holds
        assert answer.value["lacks"] == ["queues", "transfers_to", "overflow"]

    def test_queue_structure_defined_false_when_one_of_two_lacks_a_rule(
        self, rollout: Rollout, service: Service, queue: Queue
    ) -> None:
        tell_everything(service)
        shape(queue)
        Queue.objects.create(service=service, key="toinen", name_fi="T", name_sv="T", name_en="T", languages=["fi"])
        assert not says(rollout, "queue_structure_defined", "2.3").holds


class TestServicePagePublished:
    def test_service_page_published_true(self, rollout: Rollout, service: Service) -> None:
        tell_everything(service)
        answer = says(rollout, "service_page_published")
        assert answer.holds
        assert answer.at == OPENED

    @pytest.mark.parametrize("field", ["handles_sv", "promise_fi", "identification_text_sv", "summary_en"])
    def test_service_page_published_false_without_a_text(self, rollout: Rollout, service: Service, field: str) -> None:
        tell_everything(service)
        Service.objects.filter(pk=service.pk).update(**{field: ""})
        assert not says(rollout, "service_page_published").holds

    def test_service_page_published_false_without_other_channels_or_what_it_is_not_for(
        self, rollout: Rollout, service: Service
    ) -> None:
        tell_everything(service)
        service.channels.all().delete()
        service.redirects.all().delete()
        assert set(says(rollout, "service_page_published").value["lacks"]) == {"channel", "redirects"}

    def test_service_page_published_false_before_it_is_public(self, rollout: Rollout, service: Service) -> None:
        tell_everything(service)
        Service.objects.filter(pk=service.pk).update(status=ServiceStatus.PERMITTED)
        assert says(rollout, "service_page_published").value["lacks"] == ["page"]

    def test_service_page_published_false_of_no_service(self, without_service: Rollout) -> None:
        assert not says(without_service, "service_page_published").holds


class TestClientGuidePublished:
    def test_client_guide_published_true(self, rollout: Rollout, county: County, service: Service) -> None:
        version = publish_guide(county)
        answer = says(rollout, "client_guide_published")
        assert answer.holds
        assert f"chapter_version:{version.public_id}" in answer.rows

    def test_client_guide_published_false(self, rollout: Rollout, county: County, service: Service) -> None:
        tell_everything(service)  # the words of the service's own page are no guide
        assert says(rollout, "client_guide_published").value["lacks"] == ["guide:fi", "guide:sv", "guide:en"]
        version = publish_guide(county, "fi", needs_approval=True)
        assert says(rollout, "client_guide_published").value["lacks"] == ["guide_approval", "guide:sv", "guide:en"]
        ChapterVersion.objects.filter(pk=version.pk).update(body={"fi": "x", "sv": "x", "en": "x"}, needs_approval=False)
        assert says(rollout, "client_guide_published").holds
        Service.objects.filter(pk=service.pk).update(status=ServiceStatus.PERMITTED)
        assert says(rollout, "client_guide_published").value["lacks"] == ["page"]
        Service.objects.filter(pk=service.pk).update(status=ServiceStatus.OPEN)
        Chapter.objects.update(retired_at=NOW)
        assert not says(rollout, "client_guide_published").holds

    def test_client_guide_published_false_of_no_service(self, county: County, without_service: Rollout) -> None:
        publish_guide(county)
        assert not says(without_service, "client_guide_published").holds


class TestSupportModelPublished:
    @pytest.fixture(autouse=True)
    def supported(self, service: Service, county: County) -> None:
        service.resident_support, service.responder_support = support(service, "asukkaille"), support(service, "vastaajille")
        service.save()
        notice(county)

    def test_support_model_published_true(self, rollout: Rollout) -> None:
        answer = says(rollout, "support_model_published")
        assert answer.holds
        assert sum(row.startswith("contact:") for row in answer.rows) == 2

    @pytest.mark.parametrize(
        ("key", "fields", "lacks"),
        [
            ("asukkaille", {"value": ""}, ["resident_support"]),
            ("asukkaille", {"audience": Audience.INTERNAL}, ["resident_support"]),
            ("vastaajille", {"value": ""}, ["responder_support"]),
            ("vastaajille", {"note_fi": ""}, ["support_hours"]),
        ],
    )
    def test_support_model_published_false(self, rollout: Rollout, key: str, fields: dict[str, object], lacks: list[str]) -> None:
        ContactPoint.objects.filter(key=key).update(**fields)
        assert says(rollout, "support_model_published").value["lacks"] == lacks

    def test_support_model_published_false_without_a_notice_in_swedish(self, rollout: Rollout, county: County) -> None:
        county.disruption_texts.update(text_sv="")
        assert says(rollout, "support_model_published").value["lacks"] == ["notice"]

    def test_support_model_published_false_of_no_notices_and_no_service(self, rollout: Rollout, county: County) -> None:
        county.disruption_texts.all().delete()
        assert not says(rollout, "support_model_published").holds
        Rollout.objects.filter(pk=rollout.pk).update(service=None)
        assert says(rollout, "support_model_published").value["met"] == 0


class TestDisruptionRulesPublished:
    def test_disruption_rules_published_true(self, rollout: Rollout, county: County) -> None:
        notice(county)
        assert says(rollout, "disruption_rules_published").holds

    def test_disruption_rules_published_false(self, rollout: Rollout, county: County) -> None:
        notice(county, staff_text_fi="")
        assert says(rollout, "disruption_rules_published").value["lacks"] == ["instructions"]
        county.disruption_texts.update(text_sv="", staff_text_fi="Ohje")
        assert says(rollout, "disruption_rules_published").value["lacks"] == ["notice"]

    def test_disruption_rules_published_false_of_no_notices(self, rollout: Rollout, other_county: County) -> None:
        notice(other_county)
        assert not says(rollout, "disruption_rules_published").holds


class TestContactDirectoryPublished:
    def test_contact_directory_published_true(self, rollout: Rollout, service: Service) -> None:
        support(service, "yksikko", audience=Audience.INTERNAL, review_date=date(2026, 12, 1))
        assert says(rollout, "contact_directory_published").holds

    @pytest.mark.parametrize(
        "fields",
        [
            {"audience": Audience.PUBLIC},
            {"needs_check": True},
            {"review_date": date(2026, 9, 9)},
            {"review_date": None},
            {"value": ""},
        ],
    )
    def test_contact_directory_published_false(self, rollout: Rollout, service: Service, fields: dict[str, object]) -> None:
        support(service, "yksikko", **{"audience": Audience.INTERNAL, "review_date": date(2026, 12, 1), **fields})
        assert not says(rollout, "contact_directory_published").holds

    def test_contact_directory_published_false_of_no_entries(self, rollout: Rollout) -> None:
        assert not says(rollout, "contact_directory_published").holds


class TestServiceOpenFirstConversation:
    def test_service_open_first_conversation_true(self, rollout: Rollout, service: Service, responder: User) -> None:
        row = conversation(service, responder, OPENED + timedelta(days=2))
        answer = says(rollout, "service_open_first_conversation")
        assert answer.holds
        assert answer.at == row.closed_at
        assert answer.rows == (str(row.public_id),)

    def test_service_open_first_conversation_false_of_no_conversations(self, rollout: Rollout) -> None:
        assert not says(rollout, "service_open_first_conversation").holds

    def test_service_open_first_conversation_false_when_queued_abandoned_or_unfinished(
        self, rollout: Rollout, service: Service, responder: User
    ) -> None:
        conversation(service, None, OPENED + timedelta(days=2), close=False)
        conversation(service, None, OPENED + timedelta(days=2))
        conversation(service, responder, OPENED + timedelta(days=2), close=False)
        assert not says(rollout, "service_open_first_conversation").holds

    def test_service_open_first_conversation_false_of_one_before_the_opening(
        self, rollout: Rollout, service: Service, responder: User
    ) -> None:
        conversation(service, responder, OPENED - timedelta(hours=1))
        assert not says(rollout, "service_open_first_conversation").holds

    def test_service_open_first_conversation_false_of_tests(self, rollout: Rollout, service: Service, responder: User) -> None:
        row = conversation(service, responder, OPENED + timedelta(days=2))
        Conversation.objects.filter(pk=row.pk).update(is_test=True)
        assert not says(rollout, "service_open_first_conversation").holds
        Conversation.objects.filter(pk=row.pk).update(is_test=False)
        assert says(rollout, "service_open_first_conversation").holds
        Service.objects.filter(pk=service.pk).update(is_test=True)
        assert not says(rollout, "service_open_first_conversation").holds

    def test_service_open_first_conversation_false_when_the_service_is_not_open(
        self, rollout: Rollout, service: Service, responder: User
    ) -> None:
        conversation(service, responder, OPENED + timedelta(days=2))
        Service.objects.filter(pk=service.pk).update(status=ServiceStatus.PAUSED)
        assert not says(rollout, "service_open_first_conversation").holds

    def test_another_service_proves_nothing_here(
        self, rollout: Rollout, second_service: Service, second_queue: Queue, second_responder: User
    ) -> None:
        conversation(second_service, second_responder, OPENED + timedelta(days=60))
        assert not says(rollout, "service_open_first_conversation").holds


REVIEW = {"targets": "Vastaamme", "costs_eur": "1000", "responders": "2", "growth_plan": "Lisää väkeä", "review_date": "2026-08-20"}


class TestTargetsCostsResourcesReviewed:
    @pytest.fixture
    def review(self, rollout: Rollout, coordinator: User) -> Callable[..., None]:
        def save(**fields: str) -> None:
            save_form(by=acting(coordinator), rollout=rollout, form="targets_costs_resources", values={**REVIEW, **fields}, now=NOW)

        return save

    def test_targets_costs_resources_reviewed_true(self, rollout: Rollout, review: Callable[..., None]) -> None:
        review()
        answer = says(rollout, "targets_costs_resources_reviewed", "3.5")
        assert answer.holds
        assert answer.value["days"] == 12

    @pytest.mark.parametrize(
        ("day", "holds"), [("2026-09-01", True), ("2026-07-03", True), ("2026-07-02", False), ("2026-09-02", False)]
    )
    def test_targets_costs_resources_reviewed_within_sixty_days_before_the_opening(
        self, rollout: Rollout, review: Callable[..., None], day: str, holds: bool
    ) -> None:
        review(review_date=day)
        assert says(rollout, "targets_costs_resources_reviewed", "3.5").holds is holds

    def test_targets_costs_resources_reviewed_false_without_the_plan_for_growth(
        self, rollout: Rollout, review: Callable[..., None]
    ) -> None:
        review(growth_plan="")
        assert says(rollout, "targets_costs_resources_reviewed", "3.5").value["lacks"] == ["growth_plan"]

    def test_targets_costs_resources_reviewed_false_of_no_form(self, rollout: Rollout) -> None:
        assert not says(rollout, "targets_costs_resources_reviewed", "3.5").holds


class TestGuidancePathsLive:
    def test_guidance_paths_live_true(self, rollout: Rollout, published_path: PathVersion) -> None:
        answer = says(rollout, "guidance_paths_live")
        assert answer.holds
        assert answer.value == {"paths": 1}
        assert answer.rows == (f"path_version:{published_path.public_id}",)

    def test_guidance_paths_live_false_of_one_that_leads_elsewhere(
        self, rollout: Rollout, published_path: PathVersion, queue: Queue
    ) -> None:
        Queue.objects.filter(pk=queue.pk).update(key="toinen")
        assert not says(rollout, "guidance_paths_live").holds

    def test_guidance_paths_live_false_of_one_that_was_taken_away(self, rollout: Rollout, published_path: PathVersion) -> None:
        withdraw_path(by=System("test"), path=published_path.path, now=NOW)
        assert not says(rollout, "guidance_paths_live").holds

    def test_guidance_paths_live_false_of_drafts(self, rollout: Rollout, county: County) -> None:
        load_starter_paths(by=System("test"), county=county)
        assert not says(rollout, "guidance_paths_live").holds


def test_a_signal_that_the_portal_does_not_know_says_by_name_that_it_is_not_available(rollout: Rollout) -> None:
    assert answer_of(rollout, "robot_answers") == Unavailable("robot_answers")
