"""The cast is what its docstring says."""

import pytest
from django.test import Client

from accounts.models import Grant, User
from services.models import County, Queue, Service
from tests.conftest import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def test_staff_of_the_county_read_its_services_and_the_outsider_does_not(
    service: Service, second_service: Service, responder: User, main_user: User, outsider: User, former: User
) -> None:
    assert set(Service.objects.readable_by(acting(main_user))) == {service, second_service}
    assert set(Service.objects.readable_by(acting(responder))) == {service}
    assert service not in Service.objects.readable_by(acting(outsider))
    assert not Service.objects.readable_by(acting(former)).exists()


def test_the_queue_is_answered_by_its_group(
    queue: Queue, responder: User, colleague: User, supervisor: User, second_responder: User, outsider: User
) -> None:
    for one in (responder, colleague, supervisor):
        assert queue in Queue.objects.answerable_by(acting(one))
    for one in (second_responder, outsider):
        assert queue not in Queue.objects.answerable_by(acting(one))


def test_each_role_has_one_grant(
    county: County, main_user: User, coordinator: User, manager: User, path_author: User, privacy_officer: User, reader: User
) -> None:
    people = [main_user, coordinator, manager, path_author, privacy_officer, reader]
    assert [Grant.objects.valid().get(user=one).role for one in people] == [
        "main_user",
        "coordinator",
        "manager",
        "path_author",
        "privacy_officer",
        "reader",
    ]


def test_a_signed_in_client_carries_the_person(signed_in, responder: User) -> None:
    client: Client = signed_in(responder)
    assert client.session["_auth_user_id"] == str(responder.pk)
