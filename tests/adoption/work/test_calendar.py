"""A person's calendar: her due dates and meetings behind a signed address of her own, which she can close."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Grant
from adoption.feeds import key_of, token_of
from adoption.ics import Entry, calendar
from adoption.models import CalendarKey, Meeting, Participant, RolloutItem
from adoption.operations.calendars import make_calendar, revoke_calendar
from tests.adoption.work.conftest import make_rollout
from tests.conftest import acting

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def unfolded(text: str) -> list[str]:
    return text.replace("\r\n ", "").split("\r\n")


def test_days_and_instants_are_written_as_the_format_asks() -> None:
    entries = [
        Entry("a", date(2026, 12, 31), "Kohta; yksi, kaksi\\"),
        Entry("b", datetime(2026, 12, 1, 11, tzinfo=UTC), "Kokous\nBEGIN:VEVENT", "Tila 1"),
    ]
    lines = unfolded(calendar(entries, name="Oma", now=NOW))
    assert lines[0] == "BEGIN:VCALENDAR"
    assert "DTSTART;VALUE=DATE:20261231" in lines
    assert "DTEND;VALUE=DATE:20270101" in lines
    assert "SUMMARY:Kohta\\; yksi\\, kaksi\\\\" in lines
    assert "DTSTART:20261201T110000Z" in lines
    assert "SUMMARY:Kokous\\nBEGIN:VEVENT" in lines
    assert lines.count("BEGIN:VEVENT") == 2
    assert lines[-2:] == ["END:VCALENDAR", ""]


@given(st.text(max_size=300))
def test_no_words_break_the_file(words: str) -> None:
    words = words.encode("utf-8", "ignore").decode()
    text = calendar([Entry("a", date(2026, 1, 1), words)], name=words, now=NOW)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert "\n" not in text.replace("\r\n", "")
    assert unfolded(text).count("BEGIN:VEVENT") == 1
    assert len(unfolded(text)) == 17


@pytest.mark.django_db
class TestFeed:
    def feed(self, client, user):
        key = CalendarKey.objects.get(user=user)
        return client.get(reverse("calendar_feed", args=[token_of(key)]))

    @pytest.fixture
    def filled(self, rollout, item, member, coordinator):
        today = timezone.localdate()
        RolloutItem.objects.filter(pk=item.pk).update(
            owner=member, due_on=today + timedelta(days=3), state="blocked", reason="Salainen syy"
        )
        Meeting.objects.create(
            rollout=rollout,
            title="Työpaja",
            on=today + timedelta(days=1),
            starts=time(13),
            place="Tila 1",
            agenda="Salainen asia",
            outcome="Salainen tulos",
        )
        make_calendar(by=acting(member), now=timezone.now())

    def test_it_shows_her_due_dates_and_meetings_and_nothing_else(self, filled, client, member) -> None:
        response = self.feed(client, member)
        assert response.status_code == 200
        assert response["Content-Type"] == "text/calendar; charset=utf-8"
        assert "no-store" in response["Cache-Control"]
        text = "\n".join(unfolded(response.content.decode()))
        assert "Tarve on kuvattu" in text
        assert "SUMMARY:Työpaja – Ikääntyneiden chat" in text
        assert "LOCATION:Tila 1" in text
        assert "Salainen" not in text
        today = timezone.localdate()
        starts = datetime.combine(today + timedelta(days=1), time(13), timezone.get_current_timezone()).astimezone(UTC)
        assert f"DTSTART:{starts:%Y%m%dT%H%M%SZ}" in text

    def test_another_persons_and_another_rollouts_are_not_in_it(
        self, filled, client, rollout, item, member, coordinator, second_service, county
    ) -> None:
        other = make_rollout(county, second_service, "Neuvolan chat")
        Meeting.objects.create(rollout=other, title="Muiden kokous", on=timezone.localdate())
        RolloutItem.objects.filter(pk=item.pk).update(owner=coordinator)
        assert "Muiden kokous" not in self.feed(client, member).content.decode()
        assert "Tarve" not in self.feed(client, member).content.decode()

    def test_a_meeting_to_which_she_was_asked_is_there_only_when_she_may_read_it(self, client, rollout, manager, outsider) -> None:
        row = Meeting.objects.create(rollout=rollout, title="Johdon kokous", on=timezone.localdate())
        for who in (manager, outsider):
            Participant.objects.create(meeting=row, user=who, role="manager")
            make_calendar(by=acting(who), now=timezone.now())
        assert "Johdon kokous" in self.feed(client, manager).content.decode()
        assert "Johdon kokous" not in self.feed(client, outsider).content.decode()

    def test_finished_and_given_up_things_go(self, filled, client, rollout, item, member) -> None:
        RolloutItem.objects.filter(pk=item.pk).update(state="done", done_at=timezone.now())
        assert "Tarve" not in self.feed(client, member).content.decode()
        RolloutItem.objects.filter(pk=item.pk).update(state="in_progress")
        type(rollout).objects.filter(pk=rollout.pk).update(status="not_launched")
        assert "Tarve" not in self.feed(client, member).content.decode()

    def test_an_ended_right_empties_it_and_a_closed_account_shuts_it(self, filled, client, member) -> None:
        Grant.objects.filter(user=member).update(valid_until=timezone.now() - timedelta(hours=1))
        response = self.feed(client, member)
        assert response.status_code == 200
        assert "BEGIN:VEVENT" not in response.content.decode()
        member.is_active = False
        member.save()
        assert self.feed(client, member).status_code == 404

    def test_the_address_is_renewed_and_closed(self, filled, client, member) -> None:
        old = reverse("calendar_feed", args=[token_of(CalendarKey.objects.get())])
        make_calendar(by=acting(member), now=timezone.now())
        assert client.get(old).status_code == 404
        assert self.feed(client, member).status_code == 200
        new = reverse("calendar_feed", args=[token_of(CalendarKey.objects.get())])
        revoke_calendar(by=acting(member))
        revoke_calendar(by=acting(member))
        assert client.get(new).status_code == 404

    def test_a_key_without_our_mark_opens_nothing(self, filled, client) -> None:
        key = CalendarKey.objects.get()
        token = token_of(key)
        assert key_of(token) == key
        for bad in (key.key.hex, f"{key.key.hex}.", f"{key.key.hex}.x", token[:-1], token[1:], "x" * 500, f".{token}", "ä.ö"):
            assert key_of(bad) is None, bad
        assert client.get("/kalenteri/x.ics").status_code == 404

    def test_the_page_gives_and_closes_it(self, client, rollout, signed_in, member) -> None:
        browser = signed_in(member)
        page = reverse("adoption:calendar", args=[rollout.public_id])
        assert browser.get(page).context["key"] is None
        assert browser.post(page, {"do": "make"}).status_code == 302
        address = browser.get(page).context["feed_address"]
        assert re.fullmatch(r"http://testserver/kalenteri/[0-9a-f]{32}\.[\w-]+\.ics", address)
        assert client.get(address.removeprefix("http://testserver")).status_code == 200
        browser.post(page, {"do": "revoke"})
        assert client.get(address.removeprefix("http://testserver")).status_code == 404

    def test_an_earlier_address_is_told_of_when_there_was_one(self, rollout, signed_in, member) -> None:
        browser = signed_in(member)
        page = reverse("adoption:calendar", args=[rollout.public_id])
        told = [browser.post(page, {"do": do}, follow=True).content.decode() for do in ("make", "renew")]
        assert ["Aiempi osoite" in each for each in told] == [False, True]

    def test_her_key_is_her_own(self, filled, signed_in, rollout, coordinator, member) -> None:
        page = signed_in(coordinator).get(reverse("adoption:calendar", args=[rollout.public_id]))
        assert page.context["key"] is None
        assert list(CalendarKey.objects.readable_by(acting(member))) == [CalendarKey.objects.get()]

    def test_who_has_no_right_gets_no_address(self, former) -> None:
        with pytest.raises(PermissionDenied):
            make_calendar(by=acting(former), now=timezone.now())

    def test_a_feed_asks_as_often_however_long_it_is(
        self, filled, client, rollout, item, member, django_assert_max_num_queries
    ) -> None:
        for number in range(20):
            Meeting.objects.create(rollout=rollout, title=f"{number}", on=timezone.localdate())
        with django_assert_max_num_queries(6):
            assert self.feed(client, member).status_code == 200
