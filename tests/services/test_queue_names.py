"""How content names a queue of the county: a name never comes to mean another queue."""

from __future__ import annotations

import pytest

from services.models import Queue, ResponderGroup, Schedule, Service
from services.queue_names import queue_names, queues_named
from tests.conftest import make_queue

pytestmark = pytest.mark.django_db


def test_the_bare_key_is_the_first_ones_and_each_has_its_full_name(queue: Queue, second_queue: Queue) -> None:
    county, key = queue.service.county, queue.key
    full = [f"{row.service.key}.{key}" for row in (queue, second_queue)]
    assert queue_names(county) == {queue.pk: (key, full[0]), second_queue.pk: (full[1],)}
    assert queues_named(county, [key, *full, "ei_ole", "neuvola.ei_ole"]) == {key: queue, full[0]: queue, full[1]: second_queue}


def test_a_name_does_not_pass_on_when_its_queue_is_taken_out_of_use(queue: Queue, second_queue: Queue) -> None:
    Queue.objects.filter(pk=queue.pk).update(is_active=False)
    found = queues_named(queue.service.county, [queue.key])[queue.key]
    assert found == queue
    assert not found.is_active


def test_a_service_for_tests_owns_no_bare_key(queue: Queue, second_queue: Queue) -> None:
    Service.objects.filter(pk=queue.service.pk).update(is_test=True)
    county = queue.service.county
    assert queues_named(county, [queue.key]) == {queue.key: second_queue}
    assert queue_names(county)[second_queue.pk][0] == queue.key
    assert queue_names(county)[queue.pk] == (f"{queue.service.key}.{queue.key}",)


def test_another_countys_queue_is_not_named(
    queue: Queue, other_service: Service, always_open: Schedule, other_group: ResponderGroup
) -> None:
    make_queue(other_service, always_open, other_group, key="muualla")
    assert queues_named(queue.service.county, ["muualla", f"{other_service.key}.muualla"]) == {}
