"""A queue in which nobody may answer is told of when it is saved: else what comes there waits unseen (S002-48)."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from accounts.models import User
from services.models import Membership, Queue, ResponderGroup
from tests.services.test_admin import form_values

pytestmark = pytest.mark.django_db


def saved(client: Client, kind: str, pk: int, **changes: Any) -> str:
    """The page is saved; what it says after that."""
    page = reverse(f"admin:services_{kind}_change", args=[pk])
    answer = client.post(page, {**form_values(client.get(page)), **changes})
    assert answer.status_code == 302, answer.context["errors"]
    return " ".join(str(each) for each in get_messages(answer.wsgi_request))


def test_people_without_a_right_in_the_service_are_named(
    signed_in: Any, main_user: User, queue: Queue, responder: User, second_group: ResponderGroup, second_responder: User
) -> None:
    client = signed_in(main_user)
    assert "eivät voi vastata" not in saved(client, "queue", queue.pk, order="11")
    queue.groups.add(second_group)
    said = saved(client, "queue", queue.pk, order="12")
    assert (
        f"nämä henkilöt eivät voi vastata, ennen kuin heillä on vastaajan oikeus sen palveluun: {second_responder.shown_name}."
        in said
    )
    assert "ei voi nyt vastata kukaan" not in said, "the first one still may"


def test_a_queue_that_nobody_may_answer_is_told_by_its_group_too(
    signed_in: Any, main_user: User, queue: Queue, responder: User
) -> None:
    client, group = signed_in(main_user), queue.groups.get()
    assert "ei voi nyt vastata kukaan" not in saved(client, "respondergroup", group.pk)
    Membership.objects.filter(group=group).delete()
    assert f"Jonossa ”{queue}” ei voi nyt vastata kukaan" in saved(client, "respondergroup", group.pk)
    Queue.objects.filter(pk=queue.pk).update(is_active=False)
    assert "ei voi nyt vastata kukaan" not in saved(client, "respondergroup", group.pk)
