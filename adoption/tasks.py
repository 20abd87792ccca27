"""Background jobs of adoption: each only calls its operation, which is safe to call again."""

from celery import shared_task
from django.utils import timezone

from accounts.actors import System
from adoption import operations
from adoption.operations.ends import remind_of_ends as remind_of_rollouts
from adoption.operations.months import note_months as note_rollouts
from adoption.operations.reminders import remind_people


@shared_task
def remind_of_week() -> int:
    """Write to each person about her own week in rollouts."""
    return remind_people(by=System("remind_of_week"), now=timezone.now())


@shared_task
def remind_of_rooting() -> int:
    """Write to those who keep a service alive before its rooting ends."""
    return operations.remind_of_rooting(by=System("remind_of_rooting"), now=timezone.now())


@shared_task
def check_rollouts() -> int:
    """Check every rollout against the live system."""
    return operations.check_rollouts(by=System("check_rollouts"), now=timezone.now())


@shared_task
def note_months() -> int:
    """Write down how far every rollout is at the end of the month."""
    return note_rollouts(by=System("note_months"), now=timezone.now())


@shared_task
def remind_of_ends() -> int:
    """Write about pilots that end soon, and yearly reviews that are due."""
    return remind_of_rollouts(by=System("remind_of_ends"), now=timezone.now())
