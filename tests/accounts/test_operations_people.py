from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.actors import System
from accounts.models import AuditEntry, OutgoingMail, User
from accounts.operations import (
    change_person,
    create_person,
    deactivate_person,
    end_sessions,
    reactivate_person,
    remove_second_step,
)
from accounts.sessions import staff_of_session
from tests.accounts.test_operations_grants import code
from tests.conftest import acting, make_person

pytestmark = pytest.mark.django_db
NEW = {"email": "Uusi.Ihminen@Alue.test ", "first_name": "Uusi", "last_name": "Ihminen", "language": "sv"}


def test_main_user_opens_an_account_without_password_or_rights(main_user):
    user = create_person(by=acting(main_user), county="koe", password_address="https://chat.alue.test/fi/tili/", **NEW)
    assert user.email == "uusi.ihminen@alue.test"
    assert not user.has_usable_password()
    assert not user.grants.exists()
    assert not user.is_staff
    assert EmailAddress.objects.get(user=user).verified
    letter = OutgoingMail.objects.get()
    assert (letter.to, letter.county) == (user.email, "koe")
    assert "https://chat.alue.test/fi/tili/" in letter.body
    assert AuditEntry.objects.get(object_type="accounts.user").object_id == str(user.public_id)


@pytest.mark.parametrize("who", ["responder", "supervisor", "privacy_officer", "outsider", "former"])
def test_others_keep_no_accounts(who, request, colleague):
    actor = acting(request.getfixturevalue(who))
    with pytest.raises(PermissionDenied):
        create_person(by=actor, county="koe", **NEW)
    for operation in (deactivate_person, reactivate_person, end_sessions, remove_second_step):
        with pytest.raises(PermissionDenied):
            operation(by=actor, user_id=colleague.pk)
    with pytest.raises(PermissionDenied):
        change_person(by=actor, user_id=colleague.pk, version=None, first_name="Väärä")
    colleague.refresh_from_db()
    assert (colleague.is_active, colleague.first_name) == (True, "Kaisa")


def test_only_the_portal_sets_a_password(main_user):
    with pytest.raises(PermissionDenied):
        create_person(by=acting(main_user), county="koe", password="jokin salainen sana", **NEW)
    user = create_person(by=System("demo"), county="koe", password="jokin salainen sana", **NEW)
    assert user.check_password("jokin salainen sana")


def test_address_is_one_persons_only(main_user, responder):
    for email in (responder.email, responder.email.upper()):
        with pytest.raises(ValidationError) as refused:
            create_person(by=acting(main_user), county="koe", **{**NEW, "email": email})
        assert code(refused) == "email_taken"
    with pytest.raises(ValidationError):
        create_person(by=acting(main_user), county="koe", **{**NEW, "email": "ei osoite"})


def test_new_address_ends_sessions_and_is_told_to_the_old_one(main_user, responder, signed_in):
    key = signed_in(responder).session.session_key
    assert staff_of_session(key)
    user = change_person(by=acting(main_user), user_id=responder.pk, version=1, email="toinen@alue.test")
    assert (user.email, user.version) == ("toinen@alue.test", 2)
    assert staff_of_session(key) is None
    assert OutgoingMail.objects.get().to == "maija@alue.test"
    assert list(EmailAddress.objects.filter(user=user).values_list("email", "verified", "primary")) == [
        ("toinen@alue.test", True, True)
    ]
    entry = AuditEntry.objects.get(object_type="accounts.user")
    assert ((entry.before or {})["email"], (entry.after or {})["email"]) == ("maija@alue.test", "toinen@alue.test")


def test_person_changes_her_own_shown_name_and_language_only(responder):
    by = acting(responder)
    user = change_person(by=by, user_id=responder.pk, version=None, display_name="Maija, terveydenhoitaja", language="sv")
    assert (user.display_name, user.language) == ("Maija, terveydenhoitaja", "sv")
    for values in ({"first_name": "Maria"}, {"email": "oma@alue.test"}):
        with pytest.raises(PermissionDenied):
            change_person(by=by, user_id=responder.pk, version=None, **values)


def test_fields_that_are_not_kept_here_are_refused(main_user, responder):
    for values in ({"is_superuser": True}, {"is_staff": True}, {"password": "x"}, {"is_active": False}):
        with pytest.raises(ValidationError) as refused:
            change_person(by=acting(main_user), user_id=responder.pk, version=None, **values)
        assert code(refused) == "unknown_field"


def test_stale_change_is_refused_and_nothing_is_lost(main_user, responder):
    change_person(by=acting(main_user), user_id=responder.pk, version=1, first_name="Maija-Liisa")
    with pytest.raises(ValidationError) as refused:
        change_person(by=acting(main_user), user_id=responder.pk, version=1, first_name="Maaria")
    assert code(refused) == "stale"
    assert User.objects.get(pk=responder.pk).first_name == "Maija-Liisa"


def test_a_change_that_changes_nothing_leaves_no_line(main_user, responder):
    user = change_person(by=acting(main_user), user_id=responder.pk, version=1, first_name=responder.first_name)
    assert user.version == 1
    assert not AuditEntry.objects.exists()


def test_closed_account_loses_its_sessions_at_once(main_user, responder, colleague, signed_in):
    keys = [signed_in(responder).session.session_key for _ in range(2)]
    other = signed_in(colleague).session.session_key
    deactivate_person(by=acting(main_user), user_id=responder.pk, reason="lähti")
    assert not Session.objects.filter(session_key__in=keys).exists()
    assert staff_of_session(other)
    reactivate_person(by=acting(main_user), user_id=responder.pk)
    assert User.objects.get(pk=responder.pk).is_active


def test_nobody_closes_her_own_account(main_user):
    with pytest.raises(ValidationError) as refused:
        deactivate_person(by=acting(main_user), user_id=main_user.pk)
    assert code(refused) == "own_account"


def test_sessions_are_ended_by_herself_or_a_main_user(main_user, responder, signed_in):
    for by in (acting(responder), acting(main_user)):
        key = signed_in(responder).session.session_key
        assert end_sessions(by=by, user_id=responder.pk) == 1
        assert staff_of_session(key) is None


def test_lost_phone_is_helped_by_a_main_user(main_user, responder, signed_in):
    Authenticator.objects.create(user=responder, type=Authenticator.Type.TOTP, data={"secret": "x"})
    key = signed_in(responder).session.session_key
    assert remove_second_step(by=acting(main_user), user_id=responder.pk, county="koe", reason="puhelin katosi") == 1
    assert not Authenticator.objects.exists()
    assert staff_of_session(key) is None
    assert OutgoingMail.objects.get().subject == "Kirjautumisesi toinen vaihe poistettiin"
    assert AuditEntry.objects.get(object_type="mfa.authenticator").purpose == "puhelin katosi"
    assert remove_second_step(by=acting(main_user), user_id=responder.pk) == 0
    with pytest.raises(ValidationError):
        remove_second_step(by=acting(main_user), user_id=main_user.pk)


def test_shown_name_never_tells_more_than_was_chosen():
    person = make_person("anna", display_name="", first_name="", last_name="Salainen")
    assert person.shown_name == "—"
