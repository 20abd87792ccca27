from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.actors import System
from accounts.choices import Role
from accounts.models import Grant
from accounts.permissions import (
    counties_of,
    has_role,
    has_role_anywhere,
    is_main_user,
    may_enter_admin,
    may_manage_person,
    may_read_audit,
)
from tests.conftest import acting, make_grant, make_person

pytestmark = pytest.mark.django_db


def test_grant_of_one_service_reaches_that_service_only(responder, service, second_service):
    actor = acting(responder)
    assert has_role(actor, Role.RESPONDER, county="koe", service_id=service.public_id)
    assert not has_role(actor, Role.RESPONDER, county="koe", service_id=second_service.public_id)
    assert not has_role(actor, Role.RESPONDER, county="koe")
    assert not has_role(actor, Role.RESPONDER, county="toinen", service_id=service.public_id)
    assert not has_role(actor, {Role.SUPERVISOR, Role.MAIN_USER}, county="koe", service_id=service.public_id)


def test_grant_of_the_county_reaches_each_service(main_user, service):
    assert has_role(acting(main_user), {Role.MAIN_USER}, county="koe", service_id=service.public_id)
    assert has_role(acting(main_user), {Role.MAIN_USER}, county="koe", service_id=uuid4())
    assert is_main_user(acting(main_user), county="koe")
    assert not is_main_user(acting(main_user), county="toinen")


def test_main_user_of_one_service_is_no_main_user_of_the_county(county, service):
    user = make_person("osittain")
    make_grant(user, Role.MAIN_USER, county=county, service=service)
    assert not is_main_user(acting(user), county="koe")
    assert counties_of(acting(user), [Role.MAIN_USER], whole=True) == set()
    assert counties_of(acting(user), [Role.MAIN_USER]) == {"koe"}


def test_ended_revoked_future_and_inactive_grants_give_nothing(county, former, main_user):
    now = timezone.now()
    assert not is_main_user(acting(former), county="koe")
    later = make_person("tuleva")
    make_grant(later, Role.MAIN_USER, county=county, valid_from=now + timedelta(hours=1))
    assert not is_main_user(acting(later), county="koe")
    revoked = make_person("lopetettu")
    make_grant(revoked, Role.MAIN_USER, county=county, revoked_at=now)
    assert not is_main_user(acting(revoked), county="koe")
    main_user.is_active = False
    main_user.save()
    assert not is_main_user(acting(main_user), county="koe")


def test_grant_ends_at_its_very_instant(county):
    user = make_person("hetki")
    end = timezone.now() + timedelta(hours=1)
    make_grant(user, Role.READER, county=county, valid_until=end)
    mine = Grant.objects.filter(user=user)
    assert mine.valid(at=end - timedelta(microseconds=1)).exists()
    assert not mine.valid(at=end).exists()


def test_superuser_and_staff_flags_open_nothing(db):
    user = make_person("juuri", is_staff=True, is_superuser=True)
    assert not may_enter_admin(acting(user))
    assert not is_main_user(acting(user), county="koe")


def test_residents_hold_no_role_and_the_portal_holds_all(resident, county):
    assert not has_role(resident, list(Role.values), county="koe")
    assert not has_role_anywhere(resident, list(Role.values))
    assert not may_manage_person(resident, user_id=1)
    assert has_role(System(), Role.MAIN_USER, county="koe")


def test_admin_and_audit_open_by_role(main_user, privacy_officer, responder, reader, outsider):
    assert may_enter_admin(acting(main_user))
    assert may_enter_admin(acting(privacy_officer))
    assert not may_enter_admin(acting(responder))
    assert not may_enter_admin(acting(reader))
    assert not may_enter_admin(None)
    assert may_read_audit(acting(privacy_officer), county="koe")
    assert not may_read_audit(acting(outsider), county="koe")


def test_who_keeps_an_account(county, other_county, main_user, outsider, responder):
    assert may_manage_person(acting(main_user), user_id=responder.pk)
    assert not may_manage_person(acting(outsider), user_id=responder.pk)
    # A person of two counties is kept by one who is main user in both: a new e-mail address would open both.
    make_grant(responder, Role.RESPONDER, county=other_county)
    assert not may_manage_person(acting(main_user), user_id=responder.pk)
    make_grant(main_user, Role.MAIN_USER, county=other_county)
    assert may_manage_person(acting(main_user), user_id=responder.pk)


def test_person_without_roles_is_kept_by_the_county_that_opened_the_account(main_user, outsider):
    new = make_person("uusi", home_county="koe")
    assert may_manage_person(acting(main_user), user_id=new.pk)
    assert not may_manage_person(acting(outsider), user_id=new.pk)


def test_one_question_is_one_query(main_user, django_assert_num_queries):
    with django_assert_num_queries(1):
        has_role(acting(main_user), Role.MAIN_USER, county="koe", service_id=uuid4())
