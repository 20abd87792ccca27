"""Background jobs of the handbook: each only calls its operation, which is safe to call again."""

from celery import shared_task
from django.utils import timezone

from accounts.actors import System
from handbook.operations.letters import remind_of_readings as write_reading_reminders
from handbook.operations.reminders import remind_of_reviews as write_reminders


@shared_task
def remind_of_reviews() -> int:
    """Write to those whose chapters or quick replies are due for a look."""
    return write_reminders(by=System("remind_of_reviews"), now=timezone.now())


@shared_task
def remind_of_readings() -> int:
    """Write to those who have not read a significant change in time."""
    return write_reading_reminders(by=System("remind_of_readings"), now=timezone.now())
