"""The rows of letters that are kept apart in the table of people × doors."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils import timezone

from chat.models import Conversation, KeptLetter
from services.models import Mailbox
from tests.chat.rights import State, World


def kept(world: World) -> tuple[Conversation, Mapping[str, object]]:
    """A conversation of the queue, into whose mailbox a letter too many has come."""
    row = world.start("active")
    mailbox = Mailbox.objects.create(queue=world.queue, address="jono@alue.test", imap_host="localhost", smtp_host="localhost")
    letter = KeptLetter.objects.create(
        mailbox=mailbox, key="a" * 64, sender="kone@example.fi", text="Taas minä", received_at=timezone.now()
    )
    return row, {"letter": letter.public_id}


MAIL_STATES: Mapping[str, State] = {"kept": kept}
taken_in = {"letter": "{letter}", "act": "take", "sure": "1"}
dismissed = {"letter": "{letter}", "act": "dismiss", "sure": "1"}
