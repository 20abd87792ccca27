"""Background jobs of reports: each only calls its operation, which is safe to call again."""

from celery import shared_task
from django.utils import timezone

from accounts.actors import System
from reports import operations


@shared_task
def watch_growth() -> int:
    """Look whether more comes to a service than was expected."""
    return operations.watch_growth(by=System("watch_growth"), now=timezone.now())


@shared_task
def freeze_months() -> int:
    """Freeze the months whose third working day has come."""
    return operations.freeze_due_months(by=System("freeze_months"), now=timezone.now())
