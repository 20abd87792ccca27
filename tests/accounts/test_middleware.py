from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from accounts.actors import Staff
from accounts.middleware import ActorMiddleware
from accounts.models import AuditEntry
from accounts.origin import client_address, current_origin, session_hash
from accounts.sessions import ENDS_AT_KEY

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_of(rf: RequestFactory, client):
    def make(user, **meta):
        request = rf.get("/fi/", **meta)
        client.force_login(user)
        request.user, request.session = user, client.session
        return request

    return make


def test_request_knows_who_acts_and_the_audit_where_from(request_of, responder):
    seen = {}

    def page(request):
        seen["actor"], seen["origin"] = request.actor, current_origin()
        return HttpResponse()

    request = request_of(responder, REMOTE_ADDR="192.0.2.1")
    ActorMiddleware(page)(request)
    assert seen["actor"] == Staff(user_id=responder.pk)
    assert seen["origin"].session == session_hash(request.session.session_key)
    assert seen["origin"].address == "192.0.2.1"
    assert current_origin().address == ""


def test_visitor_is_nobody_and_costs_no_query(client, county, django_assert_num_queries):
    response = client.get("/fi/tili/kirjaudu/")
    assert response.wsgi_request.actor is None
    assert not response.wsgi_request.session.session_key


def test_pages_of_the_signed_in_are_kept_by_nobody(request_of, responder, rf):
    kept = ActorMiddleware(lambda request: HttpResponse(headers={"Cache-Control": "public, max-age=5"}))(request_of(responder))
    assert kept["Cache-Control"] == "public, max-age=5"
    assert "no-store" in ActorMiddleware(lambda request: HttpResponse())(request_of(responder))["Cache-Control"]


def test_refusals_of_the_signed_in_are_kept_by_nobody(signed_in, reader):
    for path in ("/fi/", "/fi/tili/", "/fi/vastaaja/", "/fi/ei-ole/"):
        assert "no-store" in signed_in(reader).get(path)["Cache-Control"], path


def test_address_of_a_proxy_is_believed_only_when_there_is_one(rf, settings):
    request = rf.get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="203.0.113.9, 198.51.100.4")
    assert client_address(request) == "10.0.0.1"
    settings.BEHIND_PROXY = True
    assert client_address(request) == "198.51.100.4"
    assert client_address(rf.get("/", REMOTE_ADDR="10.0.0.1")) == "10.0.0.1"
    assert client_address(rf.get("/", REMOTE_ADDR="")) == ""


def test_session_ends_twelve_hours_after_signing_in_however_busy(signed_in, responder, settings):
    client = signed_in(responder)
    assert client.get("/fi/tili/").status_code == 200
    session = client.session
    started = timezone.now().timestamp()
    assert abs(session[ENDS_AT_KEY] - started - 12 * 3600) < 60
    session[ENDS_AT_KEY] = (timezone.now() - timedelta(seconds=1)).timestamp()
    session.save()
    response = client.get("/fi/tili/")
    assert response.status_code == 302
    assert response.url.startswith("/fi/tili/kirjaudu/")


def test_refusal_of_a_member_of_staff_leaves_a_line(rf, responder, county):
    middleware = ActorMiddleware(lambda request: HttpResponse())
    request = rf.get("/fi/x/")
    request.actor, request.county, request.resolver_match = Staff(user_id=responder.pk), county, None
    middleware.process_exception(request, PermissionDenied())
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor_name, entry.county) == ("refused", "Maija", "koe")
    middleware.process_exception(request, ValueError())
    request.actor = None
    middleware.process_exception(request, PermissionDenied())
    assert AuditEntry.objects.count() == 1
