from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.actors import Staff
from accounts.sessions import ENDS_AT_KEY, live_sessions, staff_of_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(signed_in, responder) -> str:
    return signed_in(responder).session.session_key


def test_signed_in_person_is_known_by_her_session(key, responder):
    assert staff_of_session(key) == Staff(user_id=responder.pk)
    assert live_sessions([key, "unknown"]) == {key}


def test_nothing_is_known_of_no_session(db):
    assert staff_of_session("") is None
    assert staff_of_session("x" * 40) is None
    assert live_sessions([]) == set()
    anonymous = SessionStore()
    anonymous["color"] = "blue"
    anonymous.save()
    assert staff_of_session(anonymous.session_key) is None


def test_ended_session_holds_no_more(key):
    Session.objects.filter(session_key=key).update(expire_date=timezone.now() - timedelta(seconds=1))
    assert staff_of_session(key) is None


def test_session_past_its_absolute_end_holds_no_more(signed_in, responder):
    session = signed_in(responder).session
    session[ENDS_AT_KEY] = timezone.now().timestamp() - 1
    session.save()
    assert live_sessions([session.session_key]) == set()


def test_closed_account_ends_every_session(key, responder):
    responder.is_active = False
    responder.save()
    assert staff_of_session(key) is None


def test_changed_password_ends_the_sessions_opened_with_the_old_one(key, responder):
    responder.set_password("aivan uusi salasana")
    responder.save()
    assert staff_of_session(key) is None


def test_forged_or_spoilt_session_is_nobodys(key):
    Session.objects.filter(session_key=key).update(session_data="forged:data:here")
    assert staff_of_session(key) is None


def test_signing_out_ends_the_session(signed_in, responder):
    client = signed_in(responder)
    key = client.session.session_key
    client.post("/fi/tili/kirjaudu-ulos/")
    assert live_sessions([key]) == set()


def test_hundred_sessions_cost_two_queries(signed_in, responder, colleague, supervisor, django_assert_num_queries):
    keys = [signed_in(user).session.session_key for user in [responder, colleague, supervisor] * 10]
    with django_assert_num_queries(2):
        assert live_sessions(keys) == set(keys)


def test_old_secret_still_opens_sessions_while_it_is_a_fallback(key, settings, responder):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret of this installation, long enough to be one"
    assert staff_of_session(key) == Staff(user_id=responder.pk)
    settings.SECRET_KEY_FALLBACKS = []
    assert staff_of_session(key) is None
