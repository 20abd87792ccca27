from __future__ import annotations

from datetime import timedelta
from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from accounts.models import OutgoingMail
from accounts.operations import queue_mail, send_waiting_mail
from accounts.operations.mail import MAX_TRIES
from accounts.tasks import send_waiting_mail as send_task

pytestmark = pytest.mark.django_db
LETTER = {"key": "muistutus:1", "to": "joku@alue.test", "subject": "Muistutus\nkokeilusta", "body": "Kokeilu päättyy."}


class Down(EmailBackend):
    """A mail server that hangs up."""

    def send_messages(self, messages):
        raise SMTPServerDisconnected("Connection unexpectedly closed for joku@alue.test")


def test_same_key_is_one_letter_sent_once():
    queue_mail(**LETTER)
    queue_mail(**{**LETTER, "body": "toinen teksti"})
    assert send_waiting_mail() == 1
    assert send_waiting_mail() == 0
    assert send_task() == 0
    (letter,) = mail.outbox
    assert (letter.subject, letter.body, letter.to) == ("Muistutus kokeilusta", "Kokeilu päättyy.", ["joku@alue.test"])
    row = OutgoingMail.objects.get()
    assert row.sent_at
    assert (row.tries, row.error) == (1, "")


def test_letter_that_fails_waits_longer_each_time_and_is_given_up(settings):
    settings.EMAIL_BACKEND = "tests.accounts.test_operations_mail.Down"
    queue_mail(**LETTER)
    now = timezone.now()
    assert send_waiting_mail(now=now) == 0
    row = OutgoingMail.objects.get()
    assert (row.tries, row.sent_at) == (1, None)
    assert row.error == "SMTPServerDisconnected"  # no address, no text
    send_waiting_mail(now=now + timedelta(seconds=30))
    assert OutgoingMail.objects.get().tries == 1
    for _ in range(MAX_TRIES + 3):
        now += timedelta(days=1)
        send_waiting_mail(now=now)
    assert OutgoingMail.objects.get().tries == MAX_TRIES


def test_letter_goes_when_the_server_is_back(settings):
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "tests.accounts.test_operations_mail.Down"
    queue_mail(**LETTER)
    send_waiting_mail()
    settings.EMAIL_BACKEND = backend
    assert send_waiting_mail(now=timezone.now() + timedelta(minutes=3)) == 1


def test_letter_claimed_by_another_sender_is_left_until_the_claim_ends():
    queue_mail(**LETTER)
    now = timezone.now()
    OutgoingMail.objects.update(claimed_until=now + timedelta(minutes=10), tries=1)
    assert send_waiting_mail(now=now) == 0
    assert send_waiting_mail(now=now + timedelta(minutes=11)) == 1


def test_repeated_letter_carries_the_same_message_id():
    queue_mail(**LETTER)
    send_waiting_mail()
    OutgoingMail.objects.update(sent_at=None)
    send_waiting_mail()
    first, second = (letter.extra_headers["Message-ID"] for letter in mail.outbox)
    assert first == second


def test_impossible_letter_does_not_stop_the_others():
    queue_mail(**{**LETTER, "key": "a", "to": "väärä\nosoite"})
    queue_mail(**{**LETTER, "key": "b"})
    assert send_waiting_mail() == 1
    assert OutgoingMail.objects.get(key="a").error.startswith("BadHeaderError")
