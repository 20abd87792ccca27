"""The nightly jobs of the guide: each only calls its operation, which is safe to call again."""

from celery import shared_task
from django.utils import timezone

from accounts.actors import System
from guidance import operations


@shared_task
def erase_words() -> int:
    """Erase residents' own words of searches and feedback when their time is over."""
    return operations.erase_words(by=System("erase_path_words"), now=timezone.now())


@shared_task
def check_paths() -> int:
    """Walk the scenarios of the published paths, and write to whoever looks after one that no longer holds."""
    return operations.check_paths(by=System("check_paths"), now=timezone.now())
