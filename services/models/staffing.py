"""What the staffing of a service assumes: how many answer at least, and what conversations side by side come to (metrics 6)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

MOST_AT_ONCE = 9
MOST_RESPONDERS = 100


def side_by_side_of(text: str) -> dict[int, Decimal]:
    """What one, two, three… conversations at once come to, of “1,7 2,5 2,9”; nothing of nothing. Raises ValidationError."""
    cells = text.replace(";", " ").split()
    if not cells:
        return {}
    if len(cells) >= MOST_AT_ONCE:
        raise ValidationError(
            _("Give at most %(n)s numbers, for 2–%(last)s conversations at once."),
            code="too_many",
            params={"n": MOST_AT_ONCE - 1, "last": MOST_AT_ONCE},
        )
    table = {1: Decimal(1)}
    for at_once, cell in enumerate(cells, start=2):
        try:
            found = Decimal(cell.replace(",", "."))
        except InvalidOperation:
            found = Decimal("NaN")
        if not found.is_finite():
            raise ValidationError(
                _("“%(value)s” is not a number. Write for example 1,7 2,5 2,9 3,5."), code="no_number", params={"value": cell[:20]}
            )
        if not table[at_once - 1] <= found <= at_once:
            raise ValidationError(
                _("For %(n)s conversations at once, give a number from %(low)s to %(n)s."),
                code="out_of_range",
                params={"n": at_once, "low": str(table[at_once - 1]).replace(".", ",")},
            )
        table[at_once] = found
    return table


def check_side_by_side(text: str) -> None:
    """The validator of the same."""
    side_by_side_of(text)


class StaffingInputs(models.Model):
    """The settings of a service on which its staffing rests."""

    least_responders = models.PositiveSmallIntegerField(
        _("responders at once, at least"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_RESPONDERS)],
        help_text=_("The staffing never asks for fewer while the service is open."),
    )
    side_by_side = models.CharField(
        _("what conversations at once come to"),
        max_length=60,
        blank=True,
        validators=[check_side_by_side],
        help_text=_(
            "A number for 2, 3, 4… conversations at once, for example 1,7 2,5 2,9 3,5. 1,7 means that two at once come to as much"
            " as 1,7 one at a time. Left empty, the numbers of the example are used."
        ),
    )

    class Meta:
        abstract = True

    @property
    def side_by_side_table(self) -> Mapping[int, Decimal]:
        """The service's own table; empty when it has none."""
        return side_by_side_of(self.side_by_side)
