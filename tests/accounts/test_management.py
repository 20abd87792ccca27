from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

from accounts.models import AuditEntry, User
from accounts.permissions import is_main_user
from tests.accounts.conftest import PASSWORD
from tests.conftest import acting

pytestmark = pytest.mark.django_db


def run(monkeypatch, password: str, email: str = "eka@alue.test") -> str:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    out = io.StringIO()
    call_command("create_main_user", email, county="koe", first_name="Eka", last_name="Pääkäyttäjä", stdout=out)
    return out.getvalue()


def test_first_main_user_of_a_county_is_made_at_the_command_line(monkeypatch, county, client):
    assert "eka@alue.test" in run(monkeypatch, PASSWORD)
    person = User.objects.get(email="eka@alue.test")
    assert is_main_user(acting(person), county="koe")
    assert AuditEntry.objects.filter(actor_name="create_main_user").count() == 2
    assert client.post("/fi/tili/kirjaudu/", {"login": person.email, "password": PASSWORD}).url == "/fi/hallinta/"


def test_weak_password_or_taken_address_makes_nothing(monkeypatch, county, responder):
    with pytest.raises(CommandError):
        run(monkeypatch, "12345")
    with pytest.raises(CommandError):
        run(monkeypatch, PASSWORD, email=responder.email)
    assert not User.objects.filter(first_name="Eka").exists()
