"""How content names a queue of its county: a path says by it whose chat an outcome leads to (S003-3).

A queue's key is unique within its service only, and two services may well call theirs the same. So the bare key belongs to the
county's first queue of that key, in use or not, and every queue is also named `service.key`, which is never another's. A queue
that comes later under the same key takes no name from the one before: what was published when the name had one meaning keeps it.
A service for tests never owns a bare key.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from services.models import County, Queue


def queues_named(county: County, names: Collection[str]) -> dict[str, Queue]:
    """The queues of the county that these names mean, with their services; also those not in use. One query."""
    keys = {name.rpartition(".")[2] for name in names}
    rows = Queue.objects.filter(service__county=county, key__in=keys).order_by("pk")
    rows = rows.select_related("service__county", "service__help_form")
    known = names_among(rows)  # whose a key is depends on the queues of that key alone, and all of them were read
    every = {name: row for row in rows for name in known[row.pk]}
    return {name: every[name] for name in names if name in every}


def county_queues(county: County) -> list[Queue]:
    """Every queue of the county with its service, also those not in use, the first one first. One query."""
    return list(Queue.objects.filter(service__county=county).select_related("service").order_by("pk"))


def names_among(queues: Iterable[Queue]) -> dict[int, tuple[str, ...]]:
    """The names of each of the county's queues by its primary key, the one that content is written with first.

    Wants every queue of each key, the first one first: whose the bare key is depends on those that came before.
    """
    owned: set[str] = set()
    found: dict[int, tuple[str, ...]] = {}
    for row in queues:
        full = f"{row.service.key}.{row.key}"
        if row.service.is_test or row.key in owned:
            found[row.pk] = (full,)
        else:
            owned.add(row.key)
            found[row.pk] = (row.key, full)
    return found


def queue_names(county: County) -> dict[int, tuple[str, ...]]:
    """The names of every queue of the county: one query."""
    return names_among(county_queues(county))


__all__ = ["county_queues", "names_among", "queue_names", "queues_named"]
