from __future__ import annotations

from importlib import import_module

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, connection, transaction

from accounts.actors import Staff, System
from accounts.choices import AuditAction, Role
from accounts.models import AuditEntry
from accounts.operations import record_audit
from accounts.origin import acting_from, current_origin, session_hash
from tests.conftest import acting, make_grant

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def test_line_tells_who_in_which_roles_from_where(supervisor, county, service):
    make_grant(supervisor, Role.READER, county=county)
    with acting_from(session_key="abc", address="192.0.2.7"):
        entry = record_audit(
            by=acting(supervisor), action=AuditAction.READ, object_type="chat.conversation", object_id="x", county="koe"
        )
    assert entry.actor_kind == "staff"
    assert entry.actor_id == str(supervisor.public_id)
    assert entry.roles == ["reader:koe", f"supervisor:koe:{service.public_id}"]
    assert entry.session == session_hash("abc")
    assert entry.session != "abc"
    assert entry.address == "192.0.2.7"
    assert current_origin().session == ""


def test_residents_and_the_portal_are_told_apart(resident):
    assert record_audit(by=resident, action="read", object_type="t").actor_id == str(resident.key)
    assert record_audit(by=System("nightly"), action="change", object_type="t").actor_name == "nightly"


def test_fails_closed_when_the_actor_or_the_action_is_unknown():
    with pytest.raises(ObjectDoesNotExist):
        record_audit(by=Staff(user_id=999_999), action="read", object_type="t")
    with pytest.raises(ValueError):
        record_audit(by=System(), action="glance", object_type="t")


@pytest.mark.parametrize(
    "tamper",
    [
        lambda: AuditEntry.objects.update(actor_name="somebody else"),
        lambda: AuditEntry.objects.all().delete(),
        lambda: connection.cursor().execute("UPDATE accounts_auditentry SET action = 'read'"),
        lambda: connection.cursor().execute("DELETE FROM accounts_auditentry"),
    ],
)
def test_the_database_refuses_to_change_or_delete_a_line(tamper):
    record_audit(by=System(), action="change", object_type="t")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        tamper()
    assert AuditEntry.objects.get().actor_name == "system"


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite has the statement")
def test_sqlite_refuses_to_put_a_line_in_the_place_of_another():
    record_audit(by=System(), action="change", object_type="t")
    for verb in ("INSERT OR REPLACE INTO", "REPLACE INTO"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            connection.cursor().execute(f"{verb} accounts_auditentry SELECT * FROM accounts_auditentry")
    record_audit(by=System(), action="change", object_type="t")
    assert AuditEntry.objects.count() == 2


@pytest.mark.postgres(only=True)
def test_postgres_refuses_to_empty_the_table():
    record_audit(by=System(), action="change", object_type="t")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute("TRUNCATE accounts_auditentry")


def test_the_migration_can_be_undone_and_done_again():
    migration = import_module("accounts.migrations.0002_audit_append_only")
    record_audit(by=System(), action="change", object_type="t")
    with connection.cursor() as cursor:
        for statement in migration.REMOVE[connection.vendor]:
            cursor.execute(statement)
        AuditEntry.objects.update(object_type="u")
        for statement in migration.INSTALL[connection.vendor]:
            cursor.execute(statement)
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditEntry.objects.update(object_type="v")
    assert AuditEntry.objects.get().object_type == "u"
