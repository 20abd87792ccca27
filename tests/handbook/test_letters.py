"""Letters of a significant change, and reminders of what was not read in time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import Grant, OutgoingMail, User
from handbook.choices import ChapterAudience
from handbook.models import Chapter, ChapterVersion
from handbook.operations.letters import remind_of_readings
from handbook.operations.readings import mark_read
from handbook.tasks import remind_of_readings as job
from services.models import Service
from tests.conftest import acting
from tests.handbook.conftest import PORTAL, Publish

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def written_to() -> set[str]:
    return set(OutgoingMail.objects.values_list("to", flat=True))


class TestOfAChange:
    def test_everybody_who_answers_or_leads_gets_one_with_a_link_and_no_words_of_the_text(
        self,
        publish: Publish,
        responder: User,
        second_responder: User,
        supervisor: User,
        reader: User,
        outsider: User,
        former: User,
        settings: Any,
    ) -> None:
        settings.PUBLIC_ADDRESS = "https://chat.example"
        publish("Yksi.")
        assert not OutgoingMail.objects.exists()
        publish("Salainen uusi ohje.", is_significant=True, change_note="Miksi muuttui.")
        assert written_to() == {responder.email, second_responder.email, supervisor.email}
        letter = OutgoingMail.objects.filter(to=responder.email).get()
        assert "https://testserver/fi/kasikirja/luku/security/" in letter.body
        assert not any(words in letter.subject + letter.body for words in ("Salainen", "Miksi", "Tietoturva"))

    def test_a_small_change_and_a_guide_of_residents_write_to_nobody(self, publish: Publish, responder: User) -> None:
        publish("Yksi.")
        publish("Kaksi.")
        Chapter.objects.update(audience=ChapterAudience.RESIDENTS)
        publish("Kolme.", is_significant=True)
        assert not OutgoingMail.objects.exists()

    def test_a_services_section_concerns_its_own_people(
        self, publish: Publish, service: Service, responder: User, second_responder: User
    ) -> None:
        publish("Yhteinen.")
        publish("Oma.", service=service, is_significant=True)
        assert written_to() == {responder.email}
        assert f"?palvelu={service.key}" in OutgoingMail.objects.get().body

    def test_in_her_own_language_and_not_to_who_published_it(
        self, publish: Publish, responder: User, main_user: User, supervisor: User
    ) -> None:
        User.objects.filter(pk=responder.pk).update(language="sv")
        publish("Yksi.", is_significant=True, by=acting(main_user))
        letter = OutgoingMail.objects.get(to=responder.email)
        assert "betydande ändring" in letter.body
        assert "/sv/kasikirja/" in letter.body
        assert main_user.email not in written_to()

    def test_once_for_a_version_in_few_queries(
        self, publish: Publish, responder: User, person: Any, grant: Any, county: Any, django_assert_max_num_queries: Any
    ) -> None:
        for number in range(8):
            grant(person(f"vastaaja{number}"), "responder", county=county)
        first = publish("Yksi.", is_significant=True)
        assert OutgoingMail.objects.count() == 9
        publish("Kaksi.", is_significant=True)
        assert OutgoingMail.objects.count() == 18
        assert OutgoingMail.objects.filter(key__contains=str(first.public_id)).count() == 9
        ChapterVersion.objects.update(published_at=timezone.now() - timedelta(days=60))
        with django_assert_max_num_queries(10):
            remind_of_readings(by=PORTAL, now=timezone.now())


class TestReminders:
    @pytest.fixture
    def late(self, publish: Publish, responder: User) -> ChapterVersion:
        """A significant change whose days are over."""
        version = publish("Yksi.", is_significant=True, read_within_days=5)
        ChapterVersion.objects.update(published_at=timezone.now() - timedelta(days=6))
        OutgoingMail.objects.all().delete()
        return version

    def test_once_a_week_until_she_has_read_it(self, late: ChapterVersion, responder: User) -> None:
        now = timezone.now()
        assert [remind_of_readings(by=PORTAL, now=now) for _time in range(2)] == [1, 0]
        letter = OutgoingMail.objects.get()
        assert letter.to == responder.email
        assert letter.body.endswith("/fi/kasikirja/") and "://testserver" in letter.body
        assert remind_of_readings(by=PORTAL, now=now + timedelta(days=7)) == 1
        mark_read(by=acting(responder), version=late, now=now)
        assert remind_of_readings(by=PORTAL, now=now + timedelta(days=14)) == 0

    def test_not_while_there_is_time_nor_of_a_small_change(self, publish: Publish, responder: User, late: ChapterVersion) -> None:
        ChapterVersion.objects.update(published_at=timezone.now() - timedelta(days=5))
        assert job() == 0
        ChapterVersion.objects.update(published_at=timezone.now() - timedelta(days=90), is_significant=False)
        assert job() == 0

    def test_a_reading_of_the_significant_one_counts_after_a_small_change(
        self, publish: Publish, responder: User, late: ChapterVersion
    ) -> None:
        mark_read(by=acting(responder), version=late, now=timezone.now())
        publish("Kaksi.")
        assert job() == 0

    def test_not_of_what_came_before_she_did(self, late: ChapterVersion, responder: User) -> None:
        Grant.objects.filter(user=responder).update(valid_from=timezone.now() - timedelta(days=1))
        assert job() == 0

    def test_not_of_what_was_taken_away(self, late: ChapterVersion) -> None:
        Chapter.objects.update(retired_at=timezone.now())
        assert job() == 0

    def test_only_the_portal_writes_them(self, main_user: User) -> None:
        with pytest.raises(PermissionDenied):
            remind_of_readings(by=acting(main_user), now=timezone.now())
