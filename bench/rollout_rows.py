"""Rows for the board of rollouts, and what its own work takes: `python -m bench.rollout_rows COUNT` prints JSON."""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta
from time import perf_counter

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.actors import Staff, System  # noqa: E402
from accounts.choices import Role  # noqa: E402
from accounts.models import Grant, User  # noqa: E402
from adoption.board import Wanted, board_of  # noqa: E402
from adoption.choices import ItemState  # noqa: E402
from adoption.models import Member, Rollout, RolloutItem  # noqa: E402
from adoption.operations import load_shipped_models, start_rollout  # noqa: E402
from bench.rows import place, session_of  # noqa: E402


def fill(rollout: Rollout, number: int, users: list[User]) -> None:
    """Members, owners, and a different progress in each: some items done, some going on, two of them late."""
    today, now = timezone.localdate(), timezone.now()
    Member.objects.bulk_create(Member(rollout=rollout, user=user, role="responder") for user in users[1:6])
    items, done = list(RolloutItem.objects.filter(rollout=rollout)), number % 20
    for nth, item in enumerate(items):
        item.owner = users[(number + nth) % len(users)]
        if nth < done:
            item.state, item.done_at = ItemState.DONE, now
        elif nth < done + 4:
            item.state, item.due_on = ItemState.IN_PROGRESS, today + timedelta(days=nth - done - 2)
    RolloutItem.objects.bulk_update(items, ["owner", "state", "done_at", "due_on"])


def main() -> None:
    """Fill the tables, then do the work of the board again and again."""
    queue, users = place()
    county, now = queue.service.county, timezone.now()
    load_shipped_models(by=System("bench"), now=now, counties=[county.code])
    driver = Staff(users[0].pk)
    Grant.objects.create(user=users[0], role=Role.COORDINATOR, county=county.code, valid_from=now - timedelta(days=1))
    for number in range(int(sys.argv[1])):
        fill(start_rollout(by=driver, county=county, name={"fi": f"Chat {number}"}, now=now, tags=["chat"]), number, users)
    with CaptureQueriesContext(connection) as queries:
        board_of(driver, county=county, wanted=Wanted(), today=timezone.localdate())
    times = []
    for _ in range(45):
        began = perf_counter()
        board_of(driver, county=county, wanted=Wanted(), today=timezone.localdate())
        times.append((perf_counter() - began) * 1000)
    found = {"cookie": session_of(users[0]), "queries": len(queries), "p95": sorted(times[5:])[int(len(times[5:]) * 0.95)]}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
