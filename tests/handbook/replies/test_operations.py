"""Who may make, change, approve and retire quick replies, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.actors import Resident, System
from accounts.choices import AuditAction
from accounts.models import AuditEntry, User
from handbook.choices import ReplyAudience, ReplyScope
from handbook.models import QuickReply
from handbook.operations import approve_reply, change_reply, count_uses, create_reply, restore_reply, retire_reply
from services.choices import Audience
from services.models import ContactPoint, County, Queue, Service, Use
from tests.conftest import acting, make_grant, make_person
from tests.handbook.replies.conftest import MakeReply, unsaved

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
NOW = timezone.now

# Whose reply × who: may she change it?
KEEPERS = {
    "common": {"main_user"},
    "service": {"main_user", "supervisor"},
    "queue": {"main_user", "supervisor"},
    "second": {"main_user"},
    "personal": {"responder"},
}
PEOPLE = (
    "responder",
    "colleague",
    "second_responder",
    "supervisor",
    "main_user",
    "coordinator",
    "manager",
    "path_author",
    "area_professional",
    "privacy_officer",
    "reader",
    "outsider",
    "former",
)
READERS = set(PEOPLE) - {"outsider", "former"}


def codes(error: ValidationError) -> set[str]:
    if hasattr(error, "error_dict"):
        return {each.code or "" for errors in error.error_dict.values() for each in errors}
    return {each.code or "" for each in error.error_list}


@pytest.fixture
def world(make_reply: MakeReply, service: Service, second_service: Service, queue: Queue, responder: User) -> dict[str, QuickReply]:
    return {
        "common": make_reply("/yhteinen"),
        "service": make_reply("/palvelun", services=[service]),
        "queue": make_reply("/jonon", scope=ReplyScope.QUEUE, queue=queue),
        "second": make_reply("/kahden", services=[service, second_service]),
        "personal": make_reply("/oma", by=acting(responder), scope=ReplyScope.PERSONAL),
    }


class TestMatrix:
    @pytest.mark.parametrize("name", PEOPLE)
    @pytest.mark.parametrize("kind", list(KEEPERS))
    def test_change_approve_and_retire(
        self, kind: str, name: str, world: dict[str, QuickReply], request: pytest.FixtureRequest
    ) -> None:
        reply, by = world[kind], acting(request.getfixturevalue(name))
        may = name in KEEPERS[kind]
        acts: list[Callable[[], Any]] = [
            lambda: change_reply(by=by, reply=reply, values={"note": "uusi"}, version=None, now=NOW()),
            lambda: retire_reply(by=by, reply=reply, version=None, now=NOW()),
            lambda: restore_reply(by=by, reply=reply, now=NOW()),
        ]
        if kind != "personal":
            acts.append(lambda: approve_reply(by=by, reply=reply, version=None, now=NOW()))
        for act in acts:
            if may:
                act()
            else:
                with pytest.raises((PermissionDenied, QuickReply.DoesNotExist)):
                    act()
        reply.refresh_from_db()
        assert (reply.note == "uusi") == may

    @pytest.mark.parametrize("name", PEOPLE)
    def test_read(self, name: str, world: dict[str, QuickReply], request: pytest.FixtureRequest) -> None:
        by = acting(request.getfixturevalue(name))
        seen = {kind for kind, reply in world.items() if QuickReply.objects.readable_by(by).filter(pk=reply.pk).exists()}
        wanted: set[str] = set()
        if name in READERS:
            wanted = {"common"}
            if name == "second_responder":
                wanted |= {"second"}
            else:
                wanted |= {"service", "queue", "second"}
            if name == "responder":
                wanted |= {"personal"}
        assert seen == wanted

    @pytest.mark.parametrize("name", PEOPLE)
    def test_make(self, name: str, county: County, service: Service, request: pytest.FixtureRequest) -> None:
        by = acting(request.getfixturevalue(name))
        mine = {"responder", "colleague", "second_responder", "supervisor"}
        for kind, allowed, scope, services in (
            ("common", {"main_user"}, ReplyScope.COMMON, []),
            ("service", {"main_user", "supervisor"}, ReplyScope.SERVICE, [service]),
            ("personal", mine, ReplyScope.PERSONAL, []),
        ):
            reply = unsaved(county, f"/{kind}", scope=scope)
            if name in allowed:
                assert create_reply(by=by, reply=reply, services=services, now=NOW()).pk
            else:
                with pytest.raises(PermissionDenied):
                    create_reply(by=by, reply=reply, services=services, now=NOW())

    def test_a_resident_and_a_stranger_may_nothing(self, world: dict[str, QuickReply]) -> None:
        by = Resident(uuid4())
        assert not QuickReply.objects.readable_by(by).exists()
        with pytest.raises(QuickReply.DoesNotExist):
            change_reply(by=by, reply=world["common"], values={"note": "x"}, version=None, now=NOW())
        with pytest.raises(PermissionDenied):
            count_uses(by=by, replies=[world["common"].public_id], now=NOW())

    def test_the_changes_are_audited(self, world: dict[str, QuickReply], main_user: User) -> None:
        change_reply(by=acting(main_user), reply=world["common"], values={"note": "uusi"}, version=None, now=NOW())
        rows = AuditEntry.objects.filter(object_type="handbook.quickreply", object_id=str(world["common"].public_id))
        last = rows.order_by("pk").last()
        assert last.action == AuditAction.CHANGE
        assert (last.before["note"], last.after["note"]) == ("", "uusi")


class TestApproval:
    def test_an_unapproved_reply_is_not_in_use(
        self, make_reply: MakeReply, queue: Queue, supervisor: User, responder: User
    ) -> None:
        reply = make_reply(by=acting(supervisor), services=[queue.service], approve=False)
        today = timezone.localdate()

        def usable() -> bool:
            return QuickReply.objects.usable_in(queue, by=acting(responder), on=today).filter(pk=reply.pk).exists()

        assert not usable()
        approved = approve_reply(by=acting(supervisor), reply=reply, version=reply.version, now=NOW())
        assert usable()
        assert approved.approved_by == supervisor
        assert approved.review_date == today + timedelta(days=365)

    def test_other_words_wait_for_approval_again(self, make_reply: MakeReply, main_user: User) -> None:
        reply = make_reply()
        changed = change_reply(
            by=acting(main_user), reply=reply, values={"text_fi": "Toiset sanat."}, version=reply.version, now=NOW()
        )
        assert changed.approved_at is None
        noted = make_reply("/toinen")
        kept = change_reply(by=acting(main_user), reply=noted, values={"note": "muistiin"}, version=noted.version, now=NOW())
        assert kept.approved_at is not None

    def test_who_read_an_older_text_does_not_approve_the_newer(self, make_reply: MakeReply, main_user: User) -> None:
        reply = make_reply(approve=False)
        change_reply(by=acting(main_user), reply=reply, values={"text_fi": "Uudet sanat."}, version=reply.version, now=NOW())
        with pytest.raises(ValidationError) as refused:
            approve_reply(by=acting(main_user), reply=reply, version=reply.version, now=NOW())
        assert codes(refused.value) == {"stale"}

    def test_a_stale_save_is_refused_and_shows_both_texts(self, make_reply: MakeReply, main_user: User) -> None:
        reply = make_reply()
        before = reply.version
        change_reply(by=acting(main_user), reply=reply, values={"text_fi": "Ensimmäinen."}, version=before, now=NOW())
        with pytest.raises(ValidationError) as refused:
            change_reply(by=acting(main_user), reply=reply, values={"text_fi": "Toinen."}, version=before, now=NOW())
        assert codes(refused.value) == {"stale"}
        assert "Ensimmäinen." in str(refused.value) and "Toinen." in str(refused.value)


class TestProtected:
    def test_a_service_cannot_remove_one_but_may_write_its_own(
        self, make_reply: MakeReply, service: Service, queue: Queue, supervisor: User, responder: User
    ) -> None:
        common = make_reply("/112", protected=True)
        own = make_reply("/hata", services=[service], protected=True)
        with pytest.raises(ValidationError) as refused:
            retire_reply(by=acting(supervisor), reply=own, version=own.version, now=NOW())
        assert codes(refused.value) == {"protected"}
        with pytest.raises(PermissionDenied):
            change_reply(by=acting(supervisor), reply=own, values={"protected": False}, version=own.version, now=NOW())
        with pytest.raises(PermissionDenied):
            retire_reply(by=acting(supervisor), reply=common, version=common.version, now=NOW())
        mine = make_reply("/112", by=acting(supervisor), services=[service])
        assert mine.protected
        retire_reply(by=acting(supervisor), reply=mine, version=mine.version, now=NOW())  # the common one comes back
        common.refresh_from_db()
        assert common.retired_at is None

    def test_it_is_never_without_approval(self, make_reply: MakeReply, main_user: User) -> None:
        reply = make_reply("/112", protected=True)
        with pytest.raises(ValidationError) as refused:
            change_reply(by=acting(main_user), reply=reply, values={"text_fi": "Soita 112."}, version=reply.version, now=NOW())
        assert codes(refused.value) == {"protected_unapproved"}
        changed = change_reply(
            by=acting(main_user), reply=reply, values={"text_fi": "Soita 112."}, version=reply.version, now=NOW(), approve=True
        )
        assert changed.approved_at is not None

    def test_in_a_bilingual_county_it_is_in_swedish_too(self, make_reply: MakeReply) -> None:
        with pytest.raises(ValidationError) as refused:
            make_reply("/112", protected=True, text_sv="")
        assert codes(refused.value) == {"language_missing"}

    def test_nobody_hides_one_by_her_own(self, make_reply: MakeReply, responder: User) -> None:
        make_reply("/112", protected=True)
        with pytest.raises(ValidationError) as refused:
            make_reply("/112", by=acting(responder), scope=ReplyScope.PERSONAL)
        assert codes(refused.value) == {"shortcut_taken"}


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"shortcut": "hei"}, "invalid"),
            ({"shortcut": "/hei hei"}, "invalid"),
            ({"text_fi": ""}, "language_missing"),
            ({"text_fi": "", "text_sv": ""}, "empty"),
            ({"text_fi": "Hei {{nimi}}", "text_sv": "Hej {{nimi}}"}, "placeholder"),
            ({"text_fi": "Hei {{minutes", "text_sv": "Hej"}, "placeholder"),
            ({"text_fi": "Hei {{minutes}}"}, "differ"),
            ({"text_fi": "{{phone:puuttuu}}", "text_sv": "{{phone:puuttuu}}"}, "unknown_key"),
            ({"text_fi": "{{link:puuttuu}}", "text_sv": "{{link:puuttuu}}"}, "unknown_key"),
            ({"text_fi": "Soita 0800 147 111."}, "typed_number"),
            ({"text_fi": "Tunnus 131052-308T."}, "identity_code"),
            ({"text_fi": "a " * 201}, "too_long"),
            ({"scope": ReplyScope.QUEUE}, "queue"),
            ({"scope": ReplyScope.SERVICE}, "services"),
            ({"valid_from": "2026-05-02", "valid_until": "2026-05-01"}, "ends_before_start"),
            ({"category": "outo"}, "invalid_choice"),
            ({"title_fi": ""}, "blank"),
            ({"text_fi": "Hei\u202e!"}, "characters"),
        ],
    )
    def test_it_is_named(self, county: County, fields: dict[str, Any], code: str) -> None:
        reply = unsaved(county, fields.pop("shortcut", "/hei"), **fields)
        reply.full_clean(exclude=["key", "category", "shortcut", "title_fi", "scope"], validate_constraints=False)
        with pytest.raises(ValidationError) as refused:
            create_reply(by=System("test"), reply=reply, now=NOW())
        assert code in codes(refused.value)
        assert not QuickReply.objects.exists()

    def test_a_short_code_is_one_reply_where_it_is_used(
        self, make_reply: MakeReply, service: Service, second_service: Service
    ) -> None:
        make_reply("/hei")
        make_reply("/oma", services=[service])
        make_reply("/oma", services=[second_service])  # another service’s
        make_reply("/hei", services=[service])  # in the place of the common one
        for services in ([], [service]):
            with pytest.raises(ValidationError) as refused:
                make_reply("/hei", services=services)
            assert codes(refused.value) == {"shortcut_taken"}
        with pytest.raises(ValidationError):
            make_reply("/oma", services=[service, second_service])

    def test_an_internal_number_is_for_professionals_only(self, make_reply: MakeReply, county: County) -> None:
        ContactPoint.objects.create(county=county, key="osasto", name_fi="Osasto", value="044 1", audience=Audience.INTERNAL)
        words = {"text_fi": "Soita {{phone:osasto}}", "text_sv": "Ring {{phone:osasto}}"}
        with pytest.raises(ValidationError) as refused:
            make_reply("/osasto", **words)
        assert codes(refused.value) == {"internal"}
        assert make_reply("/osasto", audience=ReplyAudience.PROFESSIONAL, **words).pk

    def test_rows_of_another_county_are_refused(self, county: County, other_service: Service, main_user: User) -> None:
        reply = unsaved(county, scope=ReplyScope.SERVICE)
        with pytest.raises(ValidationError) as refused:
            create_reply(by=acting(main_user), reply=reply, services=[other_service], now=NOW())
        assert codes(refused.value) == {"other_county"}

    def test_its_scope_stays(self, make_reply: MakeReply, main_user: User) -> None:
        reply = make_reply()
        with pytest.raises(ValidationError) as refused:
            change_reply(by=acting(main_user), reply=reply, values={"scope": "service"}, version=None, now=NOW())
        assert codes(refused.value) == {"fixed"}


class TestRetiring:
    def test_it_goes_and_comes_back(self, make_reply: MakeReply, main_user: User, queue: Queue) -> None:
        point = ContactPoint.objects.get(key="asiakasohjaus")
        words = {"text_fi": "Soita {{phone:asiakasohjaus}}", "text_sv": "Ring {{phone:asiakasohjaus}}"}
        reply = make_reply(**words)
        assert Use.objects.filter(contact_point=point, entry=f"reply:{reply.key}").exists()
        retire_reply(by=acting(main_user), reply=reply, version=reply.version, now=NOW())
        assert not QuickReply.objects.in_force(timezone.localdate()).exists()
        assert not Use.objects.filter(contact_point=point, entry=f"reply:{reply.key}").exists()
        restore_reply(by=acting(main_user), reply=reply, now=NOW())
        assert QuickReply.objects.in_force(timezone.localdate()).exists()
        assert Use.objects.filter(contact_point=point, entry=f"reply:{reply.key}").exists()

    def test_not_when_its_short_code_is_taken(self, make_reply: MakeReply, main_user: User) -> None:
        reply = make_reply()
        retire_reply(by=acting(main_user), reply=reply, version=reply.version, now=NOW())
        make_reply()
        with pytest.raises(ValidationError) as refused:
            restore_reply(by=acting(main_user), reply=reply, now=NOW())
        assert codes(refused.value) == {"shortcut_taken"}

    def test_its_days(self, make_reply: MakeReply) -> None:
        today = timezone.localdate()
        reply = make_reply(valid_from=today, valid_until=today + timedelta(days=1))
        for day, there in ((-1, False), (0, True), (1, True), (2, False)):
            assert QuickReply.objects.in_force(today + timedelta(days=day)).filter(pk=reply.pk).exists() == there


class TestUse:
    def test_it_is_counted_by_the_reply(self, world: dict[str, QuickReply], responder: User, outsider: User) -> None:
        one, other = world["common"], world["service"]
        before = one.version
        assert count_uses(by=acting(responder), replies=[one.public_id, one.public_id, other.public_id, uuid4()], now=NOW()) == 2
        one.refresh_from_db()
        other.refresh_from_db()
        assert (one.uses, other.uses, one.version) == (2, 1, before)
        assert one.used_on == timezone.localdate()
        assert count_uses(by=acting(outsider), replies=[one.public_id], now=NOW()) == 0

    def test_a_responder_of_another_service_gets_the_common_ones(
        self, world: dict[str, QuickReply], second_queue: Queue, second_responder: User
    ) -> None:
        rows = QuickReply.objects.usable_in(second_queue, by=acting(second_responder), on=timezone.localdate())
        assert {row.pk for row in rows} == {world["common"].pk, world["second"].pk}

    def test_for_professionals_only(self, make_reply: MakeReply, queue: Queue, responder: User) -> None:
        make_reply(audience=ReplyAudience.PROFESSIONAL)
        rows = QuickReply.objects
        today = timezone.localdate()
        assert not rows.usable_in(queue, by=acting(responder), on=today).exists()
        assert rows.usable_in(queue, by=acting(responder), on=today, professional=True).exists()


def test_one_person_has_at_most_a_hundred(make_reply: MakeReply, county: County, responder: User) -> None:
    QuickReply.objects.bulk_create(
        QuickReply(county=county, key=f"o{n}", scope="personal", person=responder, shortcut=f"/o{n}", title_fi="x", text_fi="x")
        for n in range(100)
    )
    with pytest.raises(ValidationError) as refused:
        make_reply("/viela", by=acting(responder), scope=ReplyScope.PERSONAL)
    assert codes(refused.value) == {"too_many"}


def test_a_supervisor_of_the_whole_county_keeps_every_services(
    make_reply: MakeReply, county: County, service: Service, second_service: Service
) -> None:
    person = make_person("kaikki")
    make_grant(person, "supervisor", county=county)
    reply = make_reply("/kahden", services=[service, second_service])
    assert QuickReply.objects.editable_by(acting(person)).filter(pk=reply.pk).exists()
    assert not QuickReply.objects.editable_by(acting(person)).filter(scope="common").exists()
