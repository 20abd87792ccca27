"""The rules of the ground floor: the only place that writes its rows."""

from accounts.operations.audit import record_audit
from accounts.operations.files import store_file
from accounts.operations.grants import change_grant, grant_role, revoke_grant
from accounts.operations.mail import forget_recipients, queue_mail, send_waiting_mail
from accounts.operations.people import change_person, create_person, deactivate_person, reactivate_person, remove_second_step
from accounts.operations.sessions import end_session, end_sessions

__all__ = [
    "change_grant",
    "change_person",
    "create_person",
    "deactivate_person",
    "end_session",
    "end_sessions",
    "forget_recipients",
    "grant_role",
    "queue_mail",
    "reactivate_person",
    "record_audit",
    "remove_second_step",
    "revoke_grant",
    "send_waiting_mail",
    "store_file",
]
