from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.actors import System
from accounts.choices import AuditAction, Role
from accounts.models import AuditEntry, Grant
from accounts.operations import change_grant, grant_role, revoke_grant
from accounts.permissions import has_role, is_main_user
from tests.conftest import acting, make_grant, make_person

pytestmark = pytest.mark.django_db


def code(refused) -> str:
    error = refused.value
    errors = [e for group in error.error_dict.values() for e in group] if hasattr(error, "error_dict") else error.error_list
    return str(errors[0].code)


def test_main_user_gives_a_role_until_an_end_date(main_user, county, service):
    person = make_person("uusi")
    until = timezone.now() + timedelta(days=7)
    grant = grant_role(
        by=acting(main_user),
        user_id=person.pk,
        role=Role.RESPONDER,
        county="koe",
        service_id=service.public_id,
        valid_until=until,
        reason="kesäsijainen",
    )
    assert has_role(acting(person), Role.RESPONDER, county="koe", service_id=service.public_id)
    assert grant.granted_by == main_user
    entry = AuditEntry.objects.get(object_type="accounts.grant")
    assert (entry.action, entry.actor_name, entry.county) == (AuditAction.CREATE, "Paula", "koe")
    assert entry.roles == ["main_user:koe"]
    assert (entry.after or {})["role"] == "responder"
    assert (entry.after or {})["valid_until"] == until.isoformat()
    assert entry.purpose == "kesäsijainen"


@pytest.mark.parametrize(
    "who",
    ["responder", "supervisor", "coordinator", "manager", "privacy_officer", "reader", "outsider", "former"],
)
def test_others_give_no_roles(who, request, county, colleague):
    actor = acting(request.getfixturevalue(who))
    with pytest.raises(PermissionDenied):
        grant_role(by=actor, user_id=colleague.pk, role=Role.SUPERVISOR, county="koe")
    grant = Grant.objects.get(user=colleague)
    with pytest.raises(PermissionDenied):
        revoke_grant(by=actor, grant_id=grant.pk)
    with pytest.raises(PermissionDenied):
        change_grant(by=actor, grant_id=grant.pk, version=1, valid_from=grant.valid_from, valid_until=None)
    assert not AuditEntry.objects.filter(object_type="accounts.grant").exists()


def test_residents_give_no_roles(resident, county, colleague):
    with pytest.raises(PermissionDenied):
        grant_role(by=resident, user_id=colleague.pk, role=Role.READER, county="koe")


def test_nobody_touches_her_own_rights(main_user, county):
    own = Grant.objects.get(user=main_user)
    tries = [
        lambda: grant_role(by=acting(main_user), user_id=main_user.pk, role=Role.RESPONDER, county="koe"),
        lambda: change_grant(by=acting(main_user), grant_id=own.pk, version=1, valid_from=own.valid_from, valid_until=None),
        lambda: revoke_grant(by=acting(main_user), grant_id=own.pk),
    ]
    for attempt in tries:
        with pytest.raises(ValidationError) as refused:
            attempt()
        assert code(refused) == "own_grant"


def test_what_a_grant_may_not_be(main_user, county, responder, service):
    by, now = acting(main_user), timezone.now()
    cases: list[tuple[dict[str, Any], str]] = [
        ({"role": "emperor"}, "unknown_role"),
        ({"role": Role.READER, "valid_until": now - timedelta(days=1)}, "ends_before_start"),
        ({"role": Role.READER, "valid_from": now, "valid_until": now}, "ends_before_start"),
        ({"role": Role.RESPONDER, "service_id": service.public_id}, "already_granted"),
    ]
    for values, expected in cases:
        with pytest.raises(ValidationError) as refused:
            grant_role(by=by, user_id=responder.pk, county="koe", **values)
        assert code(refused) == expected
    responder.is_active = False
    responder.save()
    with pytest.raises(ValidationError) as refused:
        grant_role(by=by, user_id=responder.pk, role=Role.READER, county="koe")
    assert code(refused) == "inactive"


def test_role_may_be_given_again_after_it_ended(main_user, former, service):
    grant_role(by=acting(main_user), user_id=former.pk, role=Role.RESPONDER, county="koe", service_id=service.public_id)
    assert has_role(acting(former), Role.RESPONDER, county="koe", service_id=service.public_id)


def test_end_date_moves_with_before_and_after(main_user, responder):
    grant = Grant.objects.get(user=responder)
    until = timezone.now() + timedelta(days=30)
    changed = change_grant(by=acting(main_user), grant_id=grant.pk, version=1, valid_from=grant.valid_from, valid_until=until)
    assert (changed.version, changed.valid_until) == (2, until)
    entry = AuditEntry.objects.get(object_type="accounts.grant")
    assert (entry.before or {})["valid_until"] is None
    assert (entry.after or {})["valid_until"] == until.isoformat()
    with pytest.raises(ValidationError) as refused:
        change_grant(by=acting(main_user), grant_id=grant.pk, version=1, valid_from=grant.valid_from, valid_until=None)
    assert code(refused) == "stale"
    assert Grant.objects.get(pk=grant.pk).valid_until == until


def test_revoked_role_ends_at_once_and_for_good(main_user, responder, service):
    grant = Grant.objects.get(user=responder)
    revoke_grant(by=acting(main_user), grant_id=grant.pk)
    assert not has_role(acting(responder), Role.RESPONDER, county="koe", service_id=service.public_id)
    revoke_grant(by=acting(main_user), grant_id=grant.pk)
    assert AuditEntry.objects.filter(object_type="accounts.grant").count() == 1
    with pytest.raises(ValidationError) as refused:
        change_grant(by=acting(main_user), grant_id=grant.pk, version=None, valid_from=grant.valid_from, valid_until=None)
    assert code(refused) == "revoked"


def test_the_portal_itself_makes_the_first_main_user(county):
    person = make_person("ensimmainen")
    grant_role(by=System("install"), user_id=person.pk, role=Role.MAIN_USER, county="koe")
    assert is_main_user(acting(person), county="koe")
    assert AuditEntry.objects.get(object_type="accounts.grant").actor_name == "install"


def test_main_user_of_two_counties_gives_in_each(main_user, other_county, colleague):
    with pytest.raises(PermissionDenied):
        grant_role(by=acting(main_user), user_id=colleague.pk, role=Role.READER, county="toinen")
    make_grant(main_user, Role.MAIN_USER, county=other_county)
    grant_role(by=acting(main_user), user_id=colleague.pk, role=Role.READER, county="toinen")
    assert has_role(acting(colleague), Role.READER, county="toinen")
