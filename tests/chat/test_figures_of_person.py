"""A responder’s figures are hers and her supervisor’s: one person at a time, written down, and no list of them anywhere."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Resident
from accounts.choices import AuditAction, Role
from accounts.models import AuditEntry, User
from chat.models import Conversation
from chat.operations import claim_conversation, open_figures, start_conversation
from services.models import County, Membership, Queue, ResponderGroup, Service
from tests.conftest import acting, make_grant

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
SignedIn = Callable[..., Client]


def page(person: User) -> str:
    return reverse("chat:board_person", args=[person.public_id])


def opened() -> int:
    return AuditEntry.objects.filter(object_type="accounts.user", action=AuditAction.READ).count()


def take(responder: User, service: Service) -> Conversation:
    now = timezone.now()
    row = start_conversation(by=Resident(uuid4()), service=service, token=uuid4(), now=now)
    claim_conversation(by=acting(responder), conversation=row.public_id, now=now)
    return row


def test_the_supervisor_opens_one_persons_day_and_it_is_written_down(
    queue: Queue, responder: User, colleague: User, supervisor: User, signed_in: SignedIn
) -> None:
    take(responder, queue.service)
    take(colleague, queue.service)
    client = signed_in(supervisor)
    link = f'href="{page(responder)}"'
    assert link in client.get(reverse("chat:board")).content.decode()
    assert not opened()
    shown = client.get(page(responder))
    assert shown.context["day"].taken == 1
    words = shown.content.decode()
    assert responder.page_name in words and colleague.page_name not in words
    entry = AuditEntry.objects.get(object_type="accounts.user", action=AuditAction.READ)
    assert (entry.object_id, entry.actor_id) == (str(responder.public_id), str(supervisor.public_id))
    assert entry.county == queue.service.county.code


def test_only_her_work_in_the_services_that_are_supervised(
    queue: Queue, second_queue: Queue, second_group: ResponderGroup, county: County, responder: User, supervisor: User
) -> None:
    make_grant(responder, Role.RESPONDER, county=county, service=second_queue.service)
    Membership.objects.create(group=second_group, user=responder)
    take(responder, queue.service)
    take(responder, second_queue.service)
    found = open_figures(by=acting(supervisor), county=county, person=responder.public_id, now=timezone.now())
    assert found.day.taken == 1


@pytest.mark.parametrize(
    "who", ["responder", "colleague", "second_responder", "manager", "main_user", "coordinator", "outsider", "former"]
)
def test_nobody_else_opens_it(request, queue: Queue, responder: User, county: County, signed_in: SignedIn, who: str) -> None:
    other = request.getfixturevalue(who)
    assert signed_in(other).get(page(responder)).status_code == 403
    with pytest.raises(PermissionDenied):
        open_figures(by=acting(other), county=county, person=responder.public_id, now=timezone.now())
    assert not opened()


def test_a_supervisor_of_another_service_and_a_resident_are_refused(
    queue: Queue,
    second_queue: Queue,
    responder: User,
    second_responder: User,
    supervisor: User,
    county: County,
    signed_in: SignedIn,
) -> None:
    client = signed_in(supervisor)
    assert client.get(page(second_responder)).status_code == 403
    assert client.get(page(supervisor)).status_code == 403
    assert client.get(reverse("chat:board_person", args=[uuid4()])).status_code == 403
    with pytest.raises(PermissionDenied):
        open_figures(by=Resident(uuid4()), county=county, person=responder.public_id, now=timezone.now())
    assert not opened()


@pytest.mark.parametrize("language", ["sv", "en"])
def test_it_opens_in_every_language(queue: Queue, responder: User, supervisor: User, signed_in: SignedIn, language: str) -> None:
    assert signed_in(supervisor).get(page(responder).replace("/fi/", f"/{language}/")).status_code == 200
