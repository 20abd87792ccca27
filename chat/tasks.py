"""Background jobs of the chat: each only calls its operations, which are safe to call again. The conversations never need them."""

from celery import shared_task
from django.utils import timezone

from accounts.actors import System
from chat import operations


@shared_task
def carry_mail() -> int:
    """Fetch what has come to the queues' mailboxes, and send the notices that wait."""
    by = System("carry_mail")
    return operations.fetch_mail(by=by, now=timezone.now()) + operations.send_notices(by=by, now=timezone.now())
