"""The nightly jobs of the directory: each only calls its operation, which is safe to call again."""

from celery import shared_task
from django.utils import timezone

from accounts.actors import System
from services import operations


@shared_task
def check_links() -> int:
    """Try each link of the active counties."""
    return operations.check_links(by=System("check_links"), now=timezone.now())


@shared_task
def remind_of_pilots() -> int:
    """Write to main users about pilots that end soon."""
    return operations.remind_of_pilots(by=System("remind_of_pilots"), now=timezone.now())


@shared_task
def close_due_surveys() -> int:
    """Close the surveys whose last day has passed, and store their results."""
    return operations.close_due_surveys(by=System("close_due_surveys"), now=timezone.now())


@shared_task
def erase_survey_words() -> int:
    """Erase people's own words of surveys when their time is over."""
    return operations.erase_survey_words(by=System("erase_survey_words"), now=timezone.now())
