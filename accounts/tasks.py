"""Background jobs of the ground floor."""

from celery import shared_task

from accounts import operations


@shared_task(name="accounts.tasks.send_waiting_mail")
def send_waiting_mail() -> int:
    """Sends the letters that wait; run every minute, harmless in any number of workers."""
    return operations.send_waiting_mail()
