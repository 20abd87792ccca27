"""What residents say after help forms and call requests enters M14–M17, with the medium told apart (metrics 1.1)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from chat.models import Conversation, Feedback
from reports.frozen import figures_from, kept
from reports.metrics import Scope, figures_of
from reports.metrics.opinions import read_media
from reports.metrics.words import is_percent, part_words
from services.models import County, Queue
from tests.reports.d1 import NOVEMBER, Row, made, make_d1

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
CODES = ("M14", "M15", "M16", "M17")


def say(queue: Queue, medium: str, csat: int | None, nps: int | None, words: str = "", **changes: Any) -> Conversation:
    """One that was answered by the medium, and what was said of it."""
    row = made(queue, Row("10 09:00:00", "10 10:00:00", "10 10:05:00", "10 10:30:00", csat=csat, nps=nps))
    Conversation.objects.filter(pk=row.pk).update(medium=medium, **changes)
    if words:
        Feedback.objects.filter(conversation=row).update(words=words)
    return row


def november(county: County) -> dict[str, Any]:
    return figures_of(Scope.whole(county), NOVEMBER.period, codes=CODES).total


class TestFigures:
    @pytest.fixture
    def said(self, queue: Queue, county: County) -> dict[str, Any]:
        """The figures of the chats alone; then three of the forms and one call request tell how it went."""
        make_d1(queue)
        before = november(county)
        say(queue, "form", 5, 10, "Kiitos vastauksesta.")
        say(queue, "form", 4, 9)
        say(queue, "form", 2, 3)
        say(queue, "form", None, None)
        say(queue, "call", 1, 0)
        say(queue, "form", 1, 0, is_test=True)
        return before

    def test_the_chats_figures_stay_and_the_media_stand_beside(self, said: dict[str, Any], county: County) -> None:
        now = november(county)
        for code in CODES:
            assert (now[code].value, now[code].n) == (said[code].value, said[code].n)
            assert not set(said[code].beside) - set(now[code].beside)
        assert (now["M14"].beside["form_mean"], now["M14"].beside["call_mean"]) == (Fraction(11, 3), 1)
        assert dict(now["M14"].parts)["form_satisfaction_n"] == 3
        assert now["M15"].beside["form_nps"] == Fraction(100, 3)
        assert now["M15"].beside["call_nps"] == -100
        assert (now["M16"].beside["form_rate"], now["M16"].beside["call_rate"]) == (75, 100)
        assert dict(now["M17"].parts)["form_texts"] == 1
        assert not any("mail" in name for code in CODES for name in (*now[code].beside, *dict(now[code].parts)))

    def test_each_has_a_name_and_its_unit(self, said: dict[str, Any], county: County) -> None:
        for figure in november(county).values():
            for name in (*dict(figure.parts), *figure.beside):
                if name.startswith(("form_", "call_")):
                    assert part_words(name) != name
        assert is_percent("form_rate") and not is_percent("form_mean")
        assert part_words("form_mean") == "Pyydä apua -lomakkeet: keskiarvo"
        assert part_words("call_request_due") == "Soittopyyntöjä, joiden aika oli"

    def test_a_frozen_month_keeps_them(self, said: dict[str, Any], county: County) -> None:
        now = november(county)
        assert kept(figures_from(kept(now))) == kept(now)

    def test_another_county_and_another_month_have_none(self, said: dict[str, Any], other_county: County) -> None:
        assert not any("form" in name for name in november(other_county)["M14"].beside)


def test_one_query_for_all_media(queue: Queue, county: County, django_assert_num_queries: Any) -> None:
    for medium in ("form", "call", "mail"):
        say(queue, medium, 4, 8)
    scope = Scope.whole(county)
    with django_assert_num_queries(1):
        assert {name for name in read_media(scope, NOVEMBER.period) if name.endswith("_texts")} == {
            "form_texts",
            "call_texts",
            "mail_texts",
        }


def test_the_inbox_has_the_words_and_says_by_what_they_came(queue: Queue, supervisor: User, outsider: User, signed_in: Any) -> None:
    say(queue, "form", 2, 3, "Vastaus tuli liian myöhään.")
    say(queue, "form", 2, 3, "Tämä oli kokeilu.", is_test=True)
    page = signed_in(supervisor).get(reverse("reports:feedback")).content.decode()
    assert "Vastaus tuli liian myöhään." in page
    assert "(lomake)" in page
    assert "Tämä oli kokeilu." not in page
    assert signed_in(outsider).get(reverse("reports:feedback")).status_code == 403
