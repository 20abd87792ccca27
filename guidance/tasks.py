"""The nightly job of the guide: it only calls its operation, which is safe to call again."""

from celery import shared_task
from django.utils import timezone

from accounts.actors import System
from guidance import operations


@shared_task
def erase_words() -> int:
    """Erase residents' own words of searches and feedback when their time is over."""
    return operations.erase_words(by=System("erase_path_words"), now=timezone.now())
