"""Who writes, approves and publishes; how a resident walks: keys, versions that stay, a guide that falls silent."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation

from accounts.actors import Resident, System
from accounts.models import AuditEntry, User
from chat.choices import AudienceChoice, EntryChannel, EventKind
from chat.models import Conversation, Event
from chat.operations import claim_conversation, start_conversation
from guidance.document import from_json, read_path
from guidance.models import Path, PathFeedback, PathSession, PathStep, PathVersion
from guidance.operations import (
    answer_question,
    approve_version,
    arrange_path,
    begin_draft,
    create_path,
    hand_over,
    leave_feedback,
    load_starter_paths,
    publish_version,
    save_draft,
    starter_paths,
    withdraw_path,
)
from guidance.route import follow
from handbook.choosing import choices_of_chapters
from handbook.markup import references_in, render
from handbook.references import public_references_of, references_of
from services.models import ContactPoint, County, Queue, Service, Use
from tests.conftest import acting
from tests.guidance.conftest import Publish
from tests.guidance.making import in_all, make_link, small

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
NOW = timezone.now()


def code_of(error: pytest.ExceptionInfo[ValidationError]) -> set[str]:
    return {one.code or "" for one in error.value.error_list}


class TestWriting:
    def test_starter_paths_are_loaded_once_as_drafts_and_never_laid_over(self, county: County, path_author: User) -> None:
        by = System("test")
        assert load_starter_paths(by=by, county=county) == len(starter_paths()) == 12
        assert load_starter_paths(by=by, county=county) == 0
        assert set(PathVersion.objects.values_list("state", flat=True)) == {"draft"}
        untouched, edited = PathVersion.objects.select_related("path").order_by("pk")[:2]
        PathVersion.objects.filter(pk=untouched.pk).update(text=edited.text)
        document = from_json(edited.text)
        save_draft(by=acting(path_author), version=edited, document=document, seen=edited.version)
        PathVersion.objects.filter(pk=edited.pk).update(text="{}")
        assert load_starter_paths(by=by, county=county) == 1, "the draft that nobody has touched is renewed"
        assert PathVersion.objects.get(pk=edited.pk).text == "{}"

    def test_only_the_portal_loads(self, county: County, main_user: User) -> None:
        with pytest.raises(PermissionDenied):
            load_starter_paths(by=acting(main_user), county=county)

    def test_nobody_approves_what_she_has_written(self, county: County, queue: Queue, path_author: User, main_user: User) -> None:
        make_link(county)
        author, other = acting(path_author), acting(main_user)
        draft = create_path(by=author, county=county, document=read_path(small()))
        with pytest.raises(ValidationError) as refused:
            approve_version(by=author, version=draft, seen=draft.version, now=NOW)
        assert code_of(refused) == {"own"}
        with pytest.raises(ValidationError) as refused:
            publish_version(by=other, version=draft, seen=draft.version, now=NOW)
        assert code_of(refused) == {"not_approved"}
        approved = approve_version(by=other, version=draft, seen=draft.version, now=NOW)
        again = save_draft(by=author, version=approved, document=read_path(small()), seen=approved.version)
        assert (again.state, again.approved_at) == ("draft", None), "an edit takes the approval away"

    def test_a_path_without_health_needs_no_approval(self, county: County, queue: Queue, path_author: User) -> None:
        make_link(county)
        draft = create_path(by=acting(path_author), county=county, document=read_path(small(health=False)))
        assert publish_version(by=acting(path_author), version=draft, seen=draft.version, now=NOW).state == "published"

    def test_the_database_publishes_no_health_path_without_approval(self, county: County, path_author: User) -> None:
        draft = create_path(by=acting(path_author), county=county, document=read_path(small()))
        with pytest.raises(IntegrityError), transaction.atomic():
            PathVersion.objects.filter(pk=draft.pk).update(state="published", published_at=NOW)

    def test_what_is_wrong_is_not_published_and_its_places_are_named(
        self, county: County, queue: Queue, path_author: User, main_user: User, publish: Publish
    ) -> None:
        raw = deepcopy(small())
        raw["nodes"]["q2"]["options"][0]["next"] = "o_9"
        with pytest.raises(ValidationError) as refused:
            publish(raw)
        assert code_of(refused) == {"missing_target", "unreachable", "walk"}
        assert any("q2.lyhyt" in message for message in refused.value.messages)

    def test_a_contact_point_without_a_number_keeps_the_path_back(self, publish: Publish, county: County) -> None:
        ContactPoint.objects.filter(county=county, key="asiakasohjaus").update(value="")
        with pytest.raises(ValidationError) as refused:
            publish()
        assert code_of(refused) == {"contact_without_number"}

    def test_a_stale_save_is_refused(self, county: County, path_author: User) -> None:
        draft = create_path(by=acting(path_author), county=county, document=read_path(small()))
        save_draft(by=acting(path_author), version=draft, document=read_path(small()), seen=draft.version)
        with pytest.raises(ValidationError) as refused:
            save_draft(by=acting(path_author), version=draft, document=read_path(small()), seen=draft.version)
        assert code_of(refused) == {"stale"}

    def test_a_new_version_retires_the_one_before_and_tells_where_things_are_used(
        self, version: PathVersion, publish: Publish, county: County
    ) -> None:
        second = publish(small(title=in_all("Kuume nyt")))
        version.refresh_from_db()
        assert (version.state, second.state, second.number) == ("retired", "published", 2)
        assert version.text != second.text
        uses = {(str(use.contact_point or use.link or use.thing), use.label) for use in Use.objects.filter(entry="path:kuume")}
        assert ("queue:yleinen", "Kuume nyt") in uses
        assert ("itself:path:kuume", "Kuume nyt") in uses, "so that a chapter may lead to it"
        assert len(uses) == 4
        withdraw_path(by=System("test"), path=second.path, now=NOW)
        assert not Use.objects.filter(entry="path:kuume").exists()

    def test_each_step_is_in_the_audit(self, version: PathVersion) -> None:
        rows = AuditEntry.objects.filter(object_type="guidance.pathversion", object_id=str(version.public_id))
        assert rows.count() == 3, "created, approved, published"

    def test_the_owner_writes_paths_of_the_county(self, version: PathVersion, path_author: User, outsider: User) -> None:
        path = Path.objects.get(pk=version.path_id)
        with pytest.raises(ValidationError) as refused:
            arrange_path(by=acting(path_author), path=path, owner=outsider, review_on=None, seen=path.version)
        assert code_of(refused) == {"owner"}
        arranged = arrange_path(by=acting(path_author), path=path, owner=path_author, review_on=None, seen=path.version)
        assert arranged.owner == path_author


OTHERS = ["outsider", "responder", "supervisor", "coordinator", "manager", "reader", "former", "area_professional"]


@pytest.mark.parametrize("who", OTHERS)
def test_others_write_approve_and_publish_nothing(
    who: str, request: pytest.FixtureRequest, county: County, version: PathVersion, path_author: User
) -> None:
    by = acting(request.getfixturevalue(who))
    draft = begin_draft(by=acting(path_author), path=version.path)
    document = read_path(small())
    attempts: list[Any] = [
        lambda: create_path(by=by, county=county, document=read_path(small(slug="toinen"))),
        lambda: begin_draft(by=by, path=version.path),
        lambda: save_draft(by=by, version=draft, document=document, seen=draft.version),
        lambda: approve_version(by=by, version=draft, seen=draft.version, now=NOW),
        lambda: publish_version(by=by, version=draft, seen=draft.version, now=NOW),
        lambda: withdraw_path(by=by, path=version.path, now=NOW),
        lambda: arrange_path(by=by, path=version.path, owner=None, review_on=None, seen=1),
    ]
    for attempt in attempts:
        with pytest.raises(PermissionDenied):
            attempt()
    assert not PathVersion.objects.readable_by(by).filter(pk=draft.pk).exists()
    assert PathVersion.objects.readable_by(by).filter(pk=version.pk).exists() is (who not in ("outsider", "former"))


class TestWalking:
    def answer(self, version: PathVersion, key: UUID, answers: list[str], answer: str) -> Any:
        return answer_question(by=Resident(key), version=version, answers=answers, answer=answer, now=timezone.now())

    def test_answers_are_kept_as_keys_and_the_last_outcome_counts(self, version: PathVersion) -> None:
        key = uuid4()
        assert self.answer(version, key, [], "ei").key == "i1"
        self.answer(version, key, ["ei"], "jatka")
        self.answer(version, key, ["ei", "jatka"], "lyhyt")
        session = PathSession.objects.get(public_id=key)
        assert (session.node, session.outcome) == ("o_self", "self_care")
        assert list(PathStep.objects.values_list("node", "answer")) == [("q1", "ei"), ("i1", "jatka"), ("q2", "lyhyt")]
        self.answer(version, key, ["ei", "jatka"], "en_tieda")
        session.refresh_from_db()
        assert (session.outcome, session.steps.count()) == ("chat_handover", 4), "she went back and answered otherwise"

    def test_what_is_no_answer_is_refused(self, version: PathVersion) -> None:
        with pytest.raises(ValidationError) as refused:
            self.answer(version, uuid4(), [], "ehka")
        assert code_of(refused) == {"no_answer"}
        assert not PathSession.objects.exists()

    def test_a_session_that_began_before_a_publishing_ends_in_its_version(self, version: PathVersion, publish: Publish) -> None:
        key = uuid4()
        self.answer(version, key, [], "ei")
        raw = deepcopy(small())
        raw["nodes"]["q2"]["options"][0].update(key="uusi")
        raw["walks"] = []
        publish(raw)
        old = PathVersion.objects.walkable().select_related("path__county").get(pk=version.pk)
        self.answer(old, key, ["ei"], "jatka")
        assert self.answer(old, key, ["ei", "jatka"], "lyhyt").key == "o_self"
        session = PathSession.objects.get(public_id=key)
        assert (session.first, session.version) == (version, version)

    def test_a_path_that_was_taken_away_is_walked_by_nobody(self, version: PathVersion) -> None:
        withdraw_path(by=System("test"), path=version.path, now=NOW)
        assert not PathVersion.objects.walkable().exists()

    def test_three_queries_an_answer(self, version: PathVersion, django_assert_num_queries: Any) -> None:
        key = uuid4()
        self.answer(version, key, [], "ei")
        walked = PathVersion.objects.select_related("path__county").get(pk=version.pk)
        with django_assert_num_queries(5):  # the session, its move, the step; and the two of the savepoint
            self.answer(walked, key, ["ei"], "jatka")

    def test_staff_and_another_county_do_not_walk(self, version: PathVersion, responder: User, other_county: County) -> None:
        with pytest.raises(PermissionDenied):
            answer_question(by=acting(responder), version=version, answers=[], answer="ei", now=NOW)
        key = uuid4()
        self.answer(version, key, [], "ei")
        PathSession.objects.update(county=other_county)
        with pytest.raises(PermissionDenied):
            self.answer(version, key, ["ei"], "jatka")

    def test_only_authors_read_the_walks(self, version: PathVersion, path_author: User, outsider: User, responder: User) -> None:
        key = uuid4()
        self.answer(version, key, [], "ei")
        for row in (PathSession, PathStep):
            assert row.objects.readable_by(acting(path_author)).exists()
            assert not row.objects.readable_by(acting(outsider)).exists()
            assert not row.objects.readable_by(acting(responder)).exists()
        assert PathSession.objects.readable_by(Resident(key)).exists()
        assert not PathSession.objects.readable_by(Resident(uuid4())).exists()


class TestHandingOver:
    @pytest.fixture
    def conversation(self, resident: Resident, service: Service, queue: Queue, responder: User) -> Conversation:
        return start_conversation(
            by=resident,
            service=service,
            token=uuid4(),
            now=timezone.now(),
            entry_channel=EntryChannel.BOT,
            into=queue,
            preface="Sote-apuri: Kuume\n• Onko hätä? → Ei\n• Tunnus? → 131052-308T",
            body="Hei",
        )

    def test_the_answers_stand_first_in_the_log_without_identity_codes(self, conversation: Conversation) -> None:
        events = list(Event.objects.filter(conversation=conversation, audience=AudienceChoice.ALL).order_by("seq"))
        assert [event.kind for event in events][:3] == [EventKind.JOINED, EventKind.NOTICE, EventKind.MESSAGE]
        assert events[1].payload == {"code": "preface"}
        assert events[1].body.startswith("Sote-apuri: Kuume\n• Onko hätä? → Ei")
        assert "131052-308T" not in events[1].body
        assert conversation.entry_channel == "bot"

    def test_who_has_a_conversation_already_takes_the_answers_there(
        self, conversation: Conversation, resident: Resident, service: Service
    ) -> None:
        back = start_conversation(
            by=resident, service=service, token=uuid4(), now=timezone.now(), preface="Sote-apuri: Selkäkipu\n• Kova? → Ei"
        )
        assert back == conversation
        bodies = list(Event.objects.filter(conversation=conversation, kind=EventKind.NOTICE).values_list("body", flat=True))
        assert bodies[-1].startswith("Sote-apuri: Selkäkipu")
        conversation.refresh_from_db()
        assert conversation.head_all == Event.objects.filter(conversation=conversation, audience="all").count()

    def test_the_session_knows_its_conversation_and_how_soon_it_was_taken(
        self, version: PathVersion, conversation: Conversation, resident: Resident, responder: User
    ) -> None:
        key = uuid4()
        route = answer_question(by=Resident(key), version=version, answers=[], answer="en_tieda", now=timezone.now())
        session = hand_over(
            by=resident, session=key, version=version, route=route, conversation=conversation.public_id, now=timezone.now()
        )
        claim_conversation(by=acting(responder), conversation=conversation.public_id, now=timezone.now() + timedelta(seconds=5))
        session.refresh_from_db()
        assert session.conversation is not None
        assert session.conversation.accepted_at > session.began_at

    def test_the_guide_falls_silent_when_a_human_joins(
        self, version: PathVersion, conversation: Conversation, resident: Resident, responder: User
    ) -> None:
        key = uuid4()
        route = answer_question(by=Resident(key), version=version, answers=[], answer="ei", now=timezone.now())
        hand_over(by=resident, session=key, version=version, route=route, conversation=conversation.public_id, now=timezone.now())
        answer_question(by=Resident(key), version=version, answers=["ei"], answer="jatka", now=timezone.now())
        claim_conversation(by=acting(responder), conversation=conversation.public_id, now=timezone.now())
        with pytest.raises(ValidationError) as refused:
            answer_question(by=Resident(key), version=version, answers=["ei", "jatka"], answer="lyhyt", now=timezone.now())
        assert code_of(refused) == {"human_joined"}

    def test_nobody_ties_her_walk_to_anothers_conversation(
        self, version: PathVersion, conversation: Conversation, stranger: Resident, responder: User
    ) -> None:
        route = follow(from_json(version.text), ())
        assert route is not None
        given: dict[str, Any] = {"version": version, "route": route, "conversation": conversation.public_id, "now": NOW}
        with pytest.raises(Conversation.DoesNotExist):
            hand_over(by=stranger, session=uuid4(), **given)
        with pytest.raises(PermissionDenied):
            hand_over(by=acting(responder), session=uuid4(), **given)


class TestFeedback:
    def say(self, version: PathVersion, token: UUID, **given: Any) -> PathFeedback:
        route = follow(from_json(version.text), ["kylla"])
        assert route is not None
        return leave_feedback(by=Resident(uuid4()), version=version, route=route, token=token, now=NOW, **given)

    def test_an_answer_and_then_words_are_one_row_without_identity_codes(self, version: PathVersion) -> None:
        token = uuid4()
        self.say(version, token, helped="partly")
        row = self.say(version, token, words=" Hyvä, mutta 131052-308T ")
        assert PathFeedback.objects.count() == 1
        assert (row.helped, row.node) == ("partly", "o_112")
        assert "131052-308T" not in row.words

    @pytest.mark.parametrize("given", [{}, {"words": "  "}, {"helped": "ehka"}, {"words": "a" * 2001}])
    def test_what_says_nothing_is_refused(self, version: PathVersion, given: dict[str, str]) -> None:
        with pytest.raises(ValidationError):
            self.say(version, uuid4(), **given)


def test_a_published_path_can_be_named_by_the_handbook(version: PathVersion, county: County) -> None:
    """A chapter leads to a path as `polku:KEY`; when the path is taken away, the words stay and lead nowhere."""
    slug = version.path.slug
    named = f"Avaa [ohje](polku:{slug})."
    assert references_in(named)["path"] == {slug}
    choices = {each.kind: [one.shown for one in each.choices] for each in choices_of_chapters(county)}
    assert choices["paths"] == [f"[{from_json(version.text).title.within('fi')[0]}](polku:{slug})"]
    for references in (references_of(county, "fi"), public_references_of(county, "fi")):
        assert f'href="{reverse("guidance:path", args=[slug])}"' in render(named, references).html
    with translation.override("sv"):
        assert f'href="/sv/apuri/{slug}/"' in render(named, references_of(county, "sv")).html
    withdraw_path(by=System("test"), path=version.path, now=NOW)
    shown = render(named, references_of(county, "fi"), show_broken=True)
    assert "href" not in shown.html and [each.what for each in shown.problems] == [f"polku:{slug}"]
