"""M06–M09 and M08b: how long people waited, and how long it took."""

from __future__ import annotations

from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from reports.metrics.columns import BANDS, SILENT
from reports.metrics.definition import Better, Source, metric
from reports.metrics.figure import Facts, Figure, named, number, ranks, ratio, share, times
from reports.metrics.lengths import LENGTHS
from reports.metrics.sql import seconds


def queue_time(facts: Facts) -> Figure:
    """M06: the first wait of answered contacts; the waits after a transfer are a line of their own."""
    parts = [("answered", number(facts, "wait_n")), *((f"band_{low}", number(facts, f"band_{low}")) for low, _high in BANDS)]
    figure = times("M06", facts, "wait", parts)
    n, total = number(facts, "leg_n"), number(facts, "leg_sum")
    after = {
        "transfer_mean": Fraction(total, n * 1_000_000) if n else None,
        "transfer_median": seconds(ranks(facts, "leg")[0]),
    }
    return Figure(figure.metric, figure.value, figure.unit, figure.n, figure.parts, {**figure.beside, **after})


def response_time(facts: Facts) -> Figure:
    """M07: to the first message that a human wrote."""
    return times("M07", facts, "response", [("answered", number(facts, "response_n"))])


def within_target(facts: Facts) -> Figure:
    """M08: exactly the target is within; whoever got no answer is not."""
    hours, kept = number(facts, "hours_with_contacts"), number(facts, "hours_kept")
    beside = {"target_hours": ratio(kept, hours)} if "hours_with_contacts" in facts else {}
    return share("M08", number(facts, "within"), number(facts, "contacts"), named(facts, ["within", "contacts"]), beside=beside)


def same_day(facts: Facts) -> Figure:
    """M08b: only in services of primary health care; others have a dash."""
    if "same_day_asked" not in facts:
        return share("M08b", 0, 0)
    parts = [("reached", number(facts, "same_day_reached")), ("asked_in_office_hours", number(facts, "same_day_asked"))]
    return share("M08b", parts[0][1], parts[1][1], parts)


def length(facts: Facts) -> Figure:
    """M09: from being taken to the end; an end for silence counts to the last message, and is a class of its own beside it."""
    classes = [name for name in LENGTHS if name in facts]
    return times("M09", facts, "length", [("answered", number(facts, "length_n")), *named(facts, [SILENT, *classes])])


DEFINITIONS = (
    metric(
        "M06",
        "s",
        Better.LESS,
        _("From joining the first queue to being taken, of answered contacts; the figure is the median."),
        queue_time,
        Source.CONVERSATIONS,
        Source.TRANSFERS,
    ),
    metric(
        "M07",
        "s",
        Better.LESS,
        _("From joining the first queue to a human’s first message, of answered contacts; the figure is the median."),
        response_time,
    ),
    metric(
        "M08",
        "%",
        Better.MORE,
        _(
            "Contacts answered within the service’s response time target, divided by all contacts. Beside it the share of hours,"
            " among those in which somebody came, in which at least 80 % were answered in time."
        ),
        within_target,
        Source.CONVERSATIONS,
        Source.HOURS,
    ),
    metric(
        "M08b",
        "%",
        Better.MORE,
        _(
            "Only in primary health care: contacts that came on a working day between 8 and 16 and got an answer, or the call that"
            " was agreed, on the same day. It covers the chat; the duty of the law concerns all channels together."
        ),
        same_day,
        Source.SAME_DAY,
    ),
    metric(
        "M09",
        "s",
        Better.NEITHER,
        _("From being taken to the end, of answered contacts that have ended; the figure is the median."),
        length,
        Source.CONVERSATIONS,
        Source.LENGTHS,
    ),
)
