"""A pilot does not end unnoticed, and the yearly review comes back each year (S001-39, S002-29)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from accounts.actors import System
from accounts.models import OutgoingMail, User
from adoption.choices import MeetingKind, MemberRole, RolloutStatus
from adoption.models import Meeting, Member, Rollout
from adoption.operations.ends import remind_of_ends
from adoption.yearly import review_of, yearly_agenda
from chat.choices import EndedBy, State, Status
from services.choices import Medium
from services.models import Channel, ContactPoint, Service
from services.operations import close_survey
from tests.conftest import acting
from tests.services.surveys.cast import BY, by_staff, staff_survey

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 9, 10, 6, 0, tzinfo=UTC)
PORTAL = System("remind_of_ends")


@pytest.fixture
def told(rollout: Rollout, coordinator: User, manager: User, member: User, former: User) -> Rollout:
    """A rollout with a coordinator and management; its other member, and who no longer works there, are not written to."""
    for user, role in ((coordinator, MemberRole.PROJECT_COORDINATOR), (manager, MemberRole.MANAGER), (former, MemberRole.MANAGER)):
        Member.objects.create(rollout=rollout, user=user, role=role)
    Service.objects.update(opened_at=NOW)
    return Rollout.objects.get(pk=rollout.pk)


def on(days: int) -> datetime:
    return NOW + timedelta(days=days)


def letters() -> list[tuple[str, str]]:
    return sorted((row.to, row.subject) for row in OutgoingMail.objects.all())


def test_a_pilot_30_and_7_days_before_its_end(told: Rollout, coordinator: User, manager: User) -> None:
    Rollout.objects.update(is_pilot=True, starts_on=date(2026, 9, 1), ends_on=date(2026, 12, 10))
    due = {number: remind_of_ends(by=PORTAL, now=on(number)) for number in (60, 61, 62, 83, 84, 85, 91, 92)}
    assert {number: n for number, n in due.items() if n} == {61: 2, 84: 2}
    assert {row[0] for row in letters()} == {coordinator.email, manager.email}
    assert "10.12.2026" in letters()[0][1]


def test_another_day_is_another_letter(told: Rollout) -> None:
    Rollout.objects.update(is_pilot=True, starts_on=date(2026, 9, 1), ends_on=date(2026, 10, 1))
    assert remind_of_ends(by=PORTAL, now=NOW) == 2
    assert remind_of_ends(by=PORTAL, now=NOW) == 0
    Rollout.objects.update(ends_on=date(2026, 10, 5))
    assert remind_of_ends(by=PORTAL, now=NOW) == 2


@pytest.mark.parametrize("fields", [{"is_pilot": False}, {"status": RolloutStatus.NOT_STARTED}, {"ends_on": None}])
def test_what_ends_nothing_is_not_told(told: Rollout, fields: dict[str, object]) -> None:
    Rollout.objects.update(**{"is_pilot": True, "starts_on": date(2026, 9, 1), "ends_on": date(2026, 9, 20), **fields})
    assert remind_of_ends(by=PORTAL, now=NOW) == 0


def test_only_the_portal_writes_letters(told: Rollout, coordinator: User, outsider: User) -> None:
    for user in (coordinator, outsider):
        with pytest.raises(PermissionDenied):
            remind_of_ends(by=acting(user), now=NOW)


class TestYearlyReview:
    def test_a_year_after_the_opening_and_then_after_each_review(self, told: Rollout) -> None:
        review = review_of(told, today=date(2026, 9, 11))
        assert review is not None and (review.due, review.called) == (date(2027, 9, 10), None)
        Meeting.objects.create(
            rollout=told, kind=MeetingKind.YEARLY, title="Vuosikatsaus", on=date(2027, 9, 1), outcome="Sovittiin"
        )
        review = review_of(told, today=date(2027, 9, 2))
        assert review is not None and review.due == date(2028, 8, 31)
        assert not review.is_late(date(2028, 8, 31)) and review.is_late(date(2028, 9, 1))

    def test_one_that_is_called_waits_for_its_day(self, told: Rollout) -> None:
        Meeting.objects.create(rollout=told, kind=MeetingKind.YEARLY, title="Vuosikatsaus", on=date(2027, 9, 20))
        review = review_of(told, today=date(2027, 9, 15))
        assert review is not None and review.called == date(2027, 9, 20) and not review.is_late(date(2027, 9, 15))
        assert remind_of_ends(by=PORTAL, now=on(370)) == 0
        Meeting.objects.update(kind=MeetingKind.STEERING)
        assert remind_of_ends(by=PORTAL, now=on(370)) == 2

    def test_letters_a_month_before_and_on_the_day(self, told: Rollout) -> None:
        due = {number: remind_of_ends(by=PORTAL, now=on(number)) for number in (334, 335, 336, 364, 365, 366, 380)}
        assert {number: n for number, n in due.items() if n} == {335: 2, 365: 2}

    def test_no_service_that_is_open_no_review(self, told: Rollout) -> None:
        Service.objects.update(opened_at=None)
        assert review_of(Rollout.objects.get(), today=date(2028, 1, 1)) is None

    def test_the_agenda_names_channels_contacts_attempts_and_the_staff_survey(
        self, told: Rollout, service: Service, make_conversation, county
    ) -> None:
        point = ContactPoint.objects.create(county=county, key="p", name_fi="Neuvonta", value="044 111 2222")
        Channel.objects.create(service=service, medium=Medium.VISIT, contact_point=point)
        ended = {"state": State.ENDED, "ended_by": EndedBy.RESIDENT, "closed_at": NOW, "status": Status.ABANDONED}
        make_conversation(queued_at=on(-10), **ended)
        make_conversation(queued_at=on(-400), **ended)
        words = yearly_agenda(told, now=NOW)
        assert "Neuvonta" in words and "1 yhteydenotto (M01)" in words and "0 yritystä" in words
        assert "(M20), raportteihin kirjattuina: ei tietoa" in words and "Henkilöstökyselyä ei ole tehty" in words
        row = staff_survey(service)
        by_staff(row, *[(None, 4)] * 5)
        close_survey(by=BY, survey=row, now=NOW)
        assert "Henkilöstökysely suljettu 10.9.2026: 5 vastausta" in yearly_agenda(told, now=NOW)
        assert "uusi kierros" in yearly_agenda(told, now=on(400))

    def test_the_page_of_meetings_tells_and_calls(self, told: Rollout, signed_in, coordinator) -> None:
        Service.objects.update(opened_at=timezone.now() - timedelta(days=380))
        client = signed_in(coordinator)
        new = reverse("adoption:meeting_new", args=[told.public_id])
        page = client.get(reverse("adoption:meetings", args=[told.public_id])).content.decode()
        assert f"{new}?kind=yearly" in page and "Kutsu kokous koolle" in page
        form = client.get(f"{new}?kind=yearly").content.decode()
        assert "1. Palvelun kanavat" in form and "5. Mitä sovittiin" in form
