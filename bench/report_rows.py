"""Rows of two years, and what the report of them takes: `python -m bench.report_rows CONVERSATIONS SERVICES` prints JSON.

The baseline is what somebody would write by hand over the stored waits: the same counts, sums, medians, nine of ten, longest,
outcomes, satisfaction and NPS of the month, all together and by the same five columns; and nothing of transfers, repeats, hours,
presence, small numbers or costs, which the report has.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median as median_of
from time import perf_counter
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connection  # noqa: E402
from django.utils import timezone, translation  # noqa: E402

from accounts.actors import System  # noqa: E402
from bench.rows import add_service, place  # noqa: E402
from chat.choices import EndedBy, State  # noqa: E402
from chat.models import Conversation, Feedback  # noqa: E402
from reports.at_once import reports_of  # noqa: E402
from reports.exports.month import KINDS, files_of  # noqa: E402
from reports.metrics import Scope, figures_of  # noqa: E402
from reports.metrics.scope import scopes_of  # noqa: E402
from reports.metrics.sql import long_reading  # noqa: E402
from reports.months import Month  # noqa: E402
from reports.trend import last_months, trend_of  # noqa: E402
from services.models import County, Queue  # noqa: E402

DIMENSIONS = ("service", "queue", "language", "entry_channel", "contactor")
COLUMNS = ("q.service_id", "c.first_queue_id", "c.language", "c.entry_channel", "c.contactor")
OTHER_MONTHS, SHARE = 23, 50
BATCH = 5000
ROUNDS = 2


def conversations(queues: list[Queue], month: Month, count: int, chance: random.Random) -> Iterator[Conversation]:
    """Conversations spread over the month, in the order in which they come, as a table of them has them: nine of ten answered."""
    starts, ends = month.period.interval
    for number in range(count):
        queue = queues[chance.randrange(len(queues))]
        queued = starts + (ends - starts) * ((number + chance.random()) / count)
        wait = chance.expovariate(1 / 180)
        is_answered = chance.random() < 0.9
        ended = queued + timedelta(seconds=wait + (chance.uniform(120, 2400) if is_answered else 0))
        yield Conversation(
            county_id=queue.service.county_id,
            service=queue.service,
            first_queue=queue,
            queue=queue,
            resident_key=UUID(int=chance.getrandbits(128)),
            start_token=UUID(int=chance.getrandbits(128)),
            state=State.ENDED,
            ended_by=EndedBy.RESPONDER if is_answered else EndedBy.RESIDENT,
            status="answered" if is_answered else "abandoned",
            language=chance.choice(("fi", "fi", "fi", "sv", "en")),
            entry_channel=chance.choice(("web", "web", "app", "bot")),
            contactor=chance.choice(("", "resident", "relative")),
            queued_at=queued,
            line_at=queued,
            accepted_at=queued + timedelta(seconds=wait) if is_answered else None,
            first_reply_at=queued + timedelta(seconds=wait + 20) if is_answered else None,
            left_at=None if is_answered else ended,
            closed_at=ended,
            wait_seconds=wait if is_answered else None,
            response_seconds=wait + 20 if is_answered else None,
            outcome=f"R{chance.randrange(1, 10)}" if is_answered else "",
        )


def fill(queues: list[Queue], month: Month, count: int, chance: random.Random) -> None:
    """The rows in batches, a third of them with feedback."""
    rows: list[Conversation] = []
    for row in conversations(queues, month, count, chance):
        rows.append(row)
        if len(rows) == BATCH:
            keep(rows, chance)
            rows = []
    keep(rows, chance)


def keep(rows: list[Conversation], chance: random.Random) -> None:
    """One batch."""
    made = Conversation.objects.bulk_create(rows)
    Feedback.objects.bulk_create(
        Feedback(conversation=row, answered_at=row.closed_at, satisfaction=chance.randint(1, 5), recommend=chance.randint(0, 10))
        for row in made[::3]
    )


class hand_median:  # noqa: N801  (as SQL calls it)
    """What somebody would give to SQLite, which has no ordered aggregates."""

    def __init__(self) -> None:
        self.values: list[float] = []

    def step(self, value: float | None) -> None:
        """One more row."""
        if value is not None:
            self.values.append(value)

    def finalize(self) -> float | None:
        """The middle of them."""
        return median_of(self.values) if self.values else None


class hand_p90(hand_median):  # noqa: N801
    """Nine of ten, by nearest rank."""

    def finalize(self) -> float | None:
        """The ⌈0.9·n⌉-th smallest."""
        return sorted(self.values)[-(-9 * len(self.values) // 10) - 1] if self.values else None


def by_hand(county: County, month: Month) -> float:
    """Seconds of plain SQL: the month’s counts, waits, outcomes, satisfaction and NPS, in all and by each of five columns."""
    starts, ends = (connection.ops.adapt_datetimefield_value(at) for at in month.period.interval)
    answered = "c.status = 'answered'"
    median = "percentile_cont(0.5) WITHIN GROUP (ORDER BY {0}) FILTER (WHERE {1})"
    p90 = "percentile_disc(0.9) WITHIN GROUP (ORDER BY {0}) FILTER (WHERE {1})"
    if connection.vendor != "postgresql":
        median, p90 = "hand_median({0}) FILTER (WHERE {1})", "hand_p90({0}) FILTER (WHERE {1})"
        connection.ensure_connection()
        for own in (hand_median, hand_p90):
            connection.connection.create_aggregate(own.__name__, 1, own)
    of_waits = (median, p90, "COUNT({0}) FILTER (WHERE {1})", "SUM({0}) FILTER (WHERE {1})", "MAX({0}) FILTER (WHERE {1})")
    asked = [each.format(f"c.{column}", answered) for column in ("wait_seconds", "response_seconds") for each in of_waits]
    conditions = [f"c.status = '{each}'" for each in ("answered", "abandoned", "service_closed", "short_abandon")]
    conditions += [f"{answered} AND c.response_seconds <= s.response_target_seconds"]
    conditions += [f"{answered} AND c.outcome = 'R{n}'" for n in range(10)]
    conditions += ["c.identified_at IS NOT NULL", f"{answered} AND q.is_doctor", "f.answered_at IS NOT NULL"]
    conditions += ["f.satisfaction IS NOT NULL", "f.satisfaction >= 4", "f.recommend IS NOT NULL", "f.recommend >= 9"]
    conditions += ["f.recommend BETWEEN 7 AND 8", "f.recommend <= 6"]
    asked += [f"COUNT(*) FILTER (WHERE {each})" for each in conditions] + ["SUM(f.satisfaction)"]
    began = perf_counter()
    with long_reading(), connection.cursor() as cursor:
        for column in ("1", *COLUMNS):
            cursor.execute(
                f"SELECT {column}, COUNT(*), {', '.join(asked)}"
                " FROM chat_conversation c JOIN services_queue q ON q.id = c.first_queue_id"
                " JOIN services_service s ON s.id = q.service_id LEFT JOIN chat_feedback f ON f.conversation_id = c.id"
                " WHERE c.county_id = %s AND c.queued_at >= %s AND c.queued_at < %s AND NOT c.is_test"
                + (f" GROUP BY {column}" if column != "1" else ""),
                [county.pk, starts, ends],
            )
            cursor.fetchall()
    return perf_counter() - began


def peak(back: int) -> int:
    """Kilobytes at most while a process of its own makes the figures of the month so many back."""
    command = [sys.executable, "-m", "bench.report_rows", "--peak", str(back)]
    return int(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def tell_peak(back: int) -> None:
    """The figures of one month, and what they took of memory."""
    county = County.objects.get(code="bench")
    month = Month.of(timezone.localdate()).shifted(-back)
    figures_of(Scope.whole(county), month.period, breakdowns=DIMENSIONS)
    # Not `ru_maxrss`: a process that was begun by another one inherits what that one has taken at most.
    print(next(line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")))


def main() -> None:
    """Fill two years, then count them."""
    count, services = int(sys.argv[1]), int(sys.argv[2])
    chance, now = random.Random(20261126), timezone.now()
    queue, _users = place()
    county = queue.service.county
    schedule, group = queue.schedule, queue.groups.first()
    assert schedule is not None
    assert group is not None
    queues = [queue, *(add_service(county, schedule, group, number) for number in range(1, services))]
    month = Month.of(timezone.localdate()).shifted(-1)
    for back in range(OTHER_MONTHS, 0, -1):
        fill(queues, month.shifted(-back), count // SHARE, chance)
    fill(queues, month, count, chance)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")  # what autovacuum does a minute later, amid what is measured
    times: dict[str, list[float]] = {"hand": [], "report": []}
    for _ in range(ROUNDS):
        began = perf_counter()
        figures_of(Scope.whole(county), month.period, breakdowns=DIMENSIONS, now=now)
        times["report"].append(perf_counter() - began)
        times["hand"].append(by_hand(county, month))
    hand, figures = min(times["hand"]), min(times["report"])
    began = perf_counter()
    trend_of(county, None, last_months(month, 24), today=timezone.localdate())
    trend = perf_counter() - began
    began = perf_counter()
    with translation.override("fi"):
        scopes = scopes_of(county)
        made = dict(files_of(reports_of(System("bench"), county, scopes, month.period, now=now)))
    files = perf_counter() - began
    if len(made) != (services + 1) * len(KINDS) or not all(made.values()):
        raise RuntimeError("not every file was made")
    found = {"report_seconds": figures, "report_ratio": figures / hand, "report_months": trend, "report_files": files}
    print(json.dumps(found | {"report_memory": peak(1) / peak(2)}))


if __name__ == "__main__":
    if sys.argv[1] == "--peak":
        tell_peak(int(sys.argv[2]))
    else:
        main()
