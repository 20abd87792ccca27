"""The demonstration county: whole, believable, loaded once, and never in production."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction
from django.db.models import Count, Exists, F, Max, OuterRef
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from modeltranslation.translator import translator
from pytest_django import DjangoDbBlocker

from accounts.actors import Resident, Staff, System
from accounts.choices import Role
from accounts.models import AuditEntry, Grant, User
from adoption.choices import ItemState
from adoption.models import Proof, Rollout, RolloutItem
from adoption.operations import check_rollout
from chat.availability import availabilities
from chat.choices import AudienceChoice, EventKind, Outcome, State, Status
from chat.models import Attempt, Concern, Conversation, Event, Feedback, Leg, Participant, Presence, Transfer
from chat.operations import open_conversation
from chat.operations.past import Past, forget_claims, record_past
from chat.staffing import hours_of_day
from config.demo import loading
from config.demo.loading import Demo, load_demo
from config.demo.opinions import WORDS
from config.demo.reading import people_file, service_files
from config.demo.shapes import GROWTH, HOURS_MONDAY, HOURS_OTHER, MONTHS, WEEKDAYS, arrivals
from reports.models import MonthlyReport
from reports.months import Month
from reports.quality import candidates_of
from reports.report import report_of
from services.calendars import HELSINKI, Calendar
from services.hours import Reason, availability
from services.identity_codes import mask
from services.intervals import parse
from services.models import County, Holiday, Membership, Queue, ResponderGroup, Service
from services.openness import calendars_of
from services.publication import publication_gaps
from services.search import Document, Index

CONTACTS = 3000
PLAIN_STORAGE = "django.contrib.staticfiles.storage.StaticFilesStorage"
# Where the guidance paths of the content hand over: queue and topic.
HANDOVERS = {
    "asiakasohjaus": ["mista_apua", "talous_asuminen", "talous_kiire"],
    "digituki": ["tekninen_vika"],
    "ikaantyneet": [
        "ammattilaisen_konsultaatio", "apua_tanaan", "asuminen", "huoli_kiire", "kotihoito", "muistihuoli", "omaishoito",
        "osallisuus", "palvelutarpeen_selvitys", "tukipalvelut", "yhteydenotto_yhdessa",
    ],
    "mielenterveys": ["akillinen_kriisi", "laheisen_huoli", "mieliala", "paihteet"],
    "neuvola": [
        "ajanvaraus", "ehkaisyn_aloitus", "ehkaisyneuvonta", "ehkaisyresepti", "ensikaynti", "jalkiehkaisy_kiire", "mieliala",
        "neuvola_yleinen", "raskauden_vaihtoehdot", "raskausoire", "vauva_ja_lapsi",
    ],
    "perheohjaus": ["ammattilaisen_konsultaatio", "huoli_kiire", "lapsi_tai_nuori", "perheen_tuki", "vakivalta"],
    "terveysneuvo": [
        "ehkaisy_oire", "hengitystieoire", "kiireellinen_oire", "lapsen_kuume", "seksitautiepaily", "seksuaalivakivalta",
        "selkakipu", "selkakipu_fysioterapia", "virtsavaiva", "yleinen_terveysneuvonta",
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Demo]:
    """Loaded once for all tests of this module, inside a transaction that is taken back at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield load_demo(now=timezone.now(), contacts=CONTACTS)
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def contacts(demo: Demo, django_db_blocker: DjangoDbBlocker) -> list[Conversation]:
    with django_db_blocker.unblock():
        return list(Conversation.objects.live().select_related("service", "queue", "first_queue", "topic").order_by("queued_at"))


def share(part: float, whole: float) -> float:
    return part / whole


# --- the directory ---


def test_every_service_page_tells_all_sixteen_points(demo: Demo, db: None):
    services = list(Service.objects.filter(county=demo.county))
    assert {service.key for service in services if not service.is_test} == set(HANDOVERS)
    assert {str(service): [str(gap) for gap in publication_gaps(service)] for service in services} == {
        str(service): [] for service in services
    }
    assert {service.status for service in services} == {"open"}


def test_everything_is_written_in_three_languages(demo: Demo, db: None):
    lacking = []
    for model in translator.get_registered_models(abstract=False):
        rows = model.objects.filter(**{model.objects.all().county_path: demo.county.code})
        for row in rows:
            for field in translator.get_options_for_model(model).get_field_names():
                words = {code: getattr(row, f"{field}_{code}") or "" for code in ("fi", "sv", "en")}
                # What stands in Finnish stands in the others too. A national link may have one address for all languages.
                if words["fi"] and not all(words.values()) and field != "url":
                    lacking.append(f"{row._meta.model_name} {row}: {field}")
    assert lacking == []


@pytest.mark.parametrize("field", ["summary", "handles", "easy_text", "promise", "greeting", "off_hours_text", "storage_text"])
def test_languages_differ(demo: Demo, db: None, field: str):
    for service in Service.objects.filter(county=demo.county):
        assert len({getattr(service, f"{field}_{code}") for code in ("fi", "sv", "en")}) == 3


def test_guidance_paths_find_their_queues_and_topics(demo: Demo, db: None):
    for queue_key, topics in HANDOVERS.items():
        queue = Queue.objects.get(service__county=demo.county, key=queue_key)
        assert queue.is_entry
        assert set(topics) <= set(queue.service.topics.values_list("key", flat=True))


def test_the_clinic_has_the_four_matters_as_topics(demo: Demo, db: None):
    clinic = Service.objects.get(county=demo.county, key="neuvola")
    four = {"neuvola_yleinen", "vauva_ja_lapsi", "perhesuunnittelu", "ehkaisyneuvonta"}
    assert four <= set(clinic.topics.values_list("key", flat=True))


def test_the_doctor_is_a_second_line(demo: Demo, db: None):
    doctor = Queue.objects.get(service__county=demo.county, key="laakari")
    assert (doctor.service.key, doctor.is_entry, doctor.is_doctor) == ("terveysneuvo", False, True)
    assert doctor in Queue.objects.get(key="terveysneuvo").transfer_targets.all()


def test_one_service_is_open_at_any_hour(demo: Demo, db: None):
    queue = Queue.objects.select_related("service__county").get(service__county=demo.county, key="asiakasohjaus")
    now = timezone.now()
    for hours in range(0, 24 * 8, 5):
        assert availabilities([queue], now=now + timedelta(hours=hours))[queue.pk].is_open


def test_every_queue_is_answered_by_somebody(demo: Demo, db: None):
    now = timezone.now()
    queues = list(Queue.objects.filter(service__county=demo.county).select_related("service__county"))
    for queue, state in zip(queues, availabilities(queues, now=now).values(), strict=True):
        assert state.reason is not Reason.UNSTAFFED, queue


def test_texts_carry_no_number_but_112(demo: Demo, db: None):
    for each in service_files():
        for name, words in each.texts.items():
            for text in (words.fi, words.sv, words.en):
                bare = text.replace("{{phone:paivystysapu_116117}}", "").replace("112", "")
                assert not any(len(word.strip(".,")) >= 4 and word.strip(".,").isdigit() for word in bare.split()), (each.key, name)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fi", "itsemurha"),
        ("fi", "päihdeongelmia"),
        ("sv", "självmord"),
        ("sv", "deprimerad"),
        ("sv", "berusningsmedel"),
        ("en", "suicidal"),
    ],
)
def test_whoever_is_in_a_crisis_finds_somebody_to_talk_to(language: str, words: str):
    index = Index(
        Document(each.key, code, getattr(each.texts["name"], code), getattr(each.texts["synonyms"], code))
        for each in service_files()
        for code in ("fi", "sv", "en")
    )
    assert index.search(words, language=language)[0].id == "mielenterveys"


@pytest.mark.parametrize(
    ("language", "words", "key"),
    [("fi", "vuokranmaksu", "asiakasohjaus"), ("fi", "vuokravakuus", "asiakasohjaus"), ("sv", "hyresbetalning", "asiakasohjaus"),
     ("fi", "hammaslääkri", "terveysneuvo"), ("sv", "tandläkre", "terveysneuvo"), ("en", "dentist", "terveysneuvo"),
     ("fi", "vaippoja äidile", "ikaantyneet"), ("fi", "äiti kaatui", "ikaantyneet"), ("sv", "blöjor", "ikaantyneet"),
     ("fi", "krokotiilisafari", None), ("fi", "rahtilaiva", None), ("sv", "krokodilsafari", None)],
)  # fmt: skip
def test_a_compound_is_found_by_its_first_part_and_nonsense_is_not(language: str, words: str, key: str | None):
    index = Index(
        Document(each.key, code, *(getattr(each.texts[name], code) for name in ("name", "synonyms", "summary")))
        for each in service_files()
        for code in ("fi", "sv", "en")
    )
    assert [hit.id for hit in index.search(words, language=language)][:1] == ([key] if key else [])


def test_it_is_marked_as_a_demonstration(demo: Demo, db: None):
    assert demo.county.is_demo
    assert "esittely" in demo.county.name_fi
    values = demo.county.contact_points.filter(kind="phone").values_list("key", "value")
    national = {"hatanumero_112", "paivystysapu_116117", "myrkytystietokeskus", "kriisipuhelin_fi", "kristelefon_sv", "nollalinja", "lasten_ja_nuorten_puhelin"}  # fmt: skip  # noqa: E501
    assert [key for key, value in values if key not in national and not value.startswith("000 ")] == []


# --- the people ---


def test_people_for_every_role_can_sign_in(demo: Demo, db: None):
    assert set(Grant.objects.valid().filter(county=demo.county.code).values_list("role", flat=True)) == set(Role.values)
    for row in people_file().people:
        client = Client()
        client.post(reverse("account_login"), {"login": row.address, "password": people_file().password})
        assert client.session.get("_auth_user_id") == str(User.objects.get(email=row.address).pk), row.address


def test_responders_answer_what_they_are_told_to(demo: Demo, db: None):
    maija = User.objects.get(email="maija@esimerkki.invalid")
    keys = set(Queue.objects.answerable_by(Staff(maija.pk)).values_list("key", flat=True))
    assert keys == {"asiakasohjaus", "ikaantyneet", "ikaantyneet_ammattilaiset", "digituki", "harjoittelu"}
    assert Membership.objects.filter(group__county=demo.county).count() >= 10


def test_groups_are_of_many_professions_and_one_responder_may_be_in_several(demo: Demo, db: None):
    groups = ResponderGroup.objects.filter(county=demo.county)
    assert {"sairaanhoitaja", "lääkäri", "terveydenhoitaja", "asiakasohjaaja"} <= set(
        groups.values_list("profession_fi", flat=True)
    )
    assert not [group.key for group in groups if not (group.profession_fi and group.profession_sv and group.profession_en)]
    in_many = Membership.objects.filter(group__in=groups).values("user").annotate(n=Count("group")).filter(n__gt=1)
    assert in_many.exists()


# --- the past ---


def test_statuses_are_as_in_real_life(contacts: list[Conversation], db: None):
    statuses = Counter(row.status for row in contacts)
    counted = statuses[Status.ANSWERED] + statuses[Status.ABANDONED] + statuses[Status.SERVICE_CLOSED]
    assert 0.87 < share(statuses[Status.ANSWERED], counted) < 0.95
    assert all(statuses[status] for status in Status.values)
    assert {row.state for row in contacts} == {State.ENDED}


def test_stamps_agree_with_statuses(contacts: list[Conversation], db: None):
    for row in contacts:
        assert row.closed_at is not None and row.queued_at < row.closed_at
        if row.status == Status.ANSWERED:
            assert row.accepted_at and row.first_reply_at and row.responder_id
            assert row.queued_at < row.accepted_at < row.first_reply_at < row.closed_at
            assert row.wait_seconds == pytest.approx((row.accepted_at - row.queued_at).total_seconds())
            assert row.response_seconds == pytest.approx((row.first_reply_at - row.queued_at).total_seconds())
            assert row.outcome and row.topic and row.topic.service_id == row.service_id
            assert row.outcome_at and row.outcome_at >= row.closed_at
            assert (row.outcome == Outcome.R0) == (row.outcome_by_id is None)
            assert row.wrong_service == (row.outcome == Outcome.R7) == (row.wrong_service_target_id is not None)
        else:
            assert row.accepted_at is None and row.first_reply_at is None and not row.outcome
        if row.status in (Status.ABANDONED, Status.SHORT_ABANDON):
            assert row.left_at is not None
            assert (row.left_at - row.queued_at < timedelta(seconds=10)) == (row.status == Status.SHORT_ABANDON)
        if row.identified_at:
            assert row.accepted_at and len(row.person) == 64
            assert row.accepted_at < row.identified_at < row.closed_at


def test_identification_only_where_it_is_in_use(contacts: list[Conversation], db: None):
    used = [row for row in contacts if row.first_queue.key in ("terveysneuvo", "neuvola") and row.status == Status.ANSWERED]
    assert 0.64 < share(sum(1 for row in used if row.identified_at), len(used)) < 0.78
    never = {each.key for each in service_files() if each.identification == "never"}
    assert not [row for row in contacts if row.identified_at and row.first_queue.key in never]


@pytest.fixture(scope="module")
def office_year() -> list[datetime]:
    """Many contacts of a service that is open as offices are, so that shapes are seen through chance."""
    calendar = Calendar(weekly=tuple(parse("; ".join(f"{day} 08:00-15:00" for day in ("mon", "tue", "wed", "thu", "fri")))))
    found = arrivals(calendar, first=date(2025, 10, 1), last=date(2026, 9, 30), count=20_000, stop=0, chance=Random(7))
    return [at.astimezone(HELSINKI) for at in found]


def test_weekdays_and_hours_have_their_shape(office_year: list[datetime]):
    days = Counter(at.weekday() for at in office_year)
    assert set(days) == set(range(5))
    for day in range(5):
        assert share(days[day], len(office_year)) == pytest.approx(WEEKDAYS[day] / sum(WEEKDAYS[:5]), abs=0.015)
    mondays = [at for at in office_year if at.weekday() == 0]
    others = [at for at in office_year if at.weekday() != 0]
    for table, some in ((HOURS_MONDAY, mondays), (HOURS_OTHER, others)):
        hours = Counter(at.hour for at in some)
        assert set(hours) == set(range(8, 15))
        for hour, weight in table.items():
            assert share(hours[hour], len(some)) == pytest.approx(weight / sum(table.values()), abs=0.02)


def test_july_is_quiet_and_january_busy(office_year: list[datetime]):
    per_day = dict.fromkeys(range(1, 13), 0.0)
    for month in per_day:
        dates = {at.date() for at in office_year if at.month == month}
        per_day[month] = sum(1 for at in office_year if at.month == month) / len(dates)
    for month, index in enumerate(MONTHS, 1):
        grown = 1 + GROWTH * ((month - 10) % 12 + 0.5) / 12
        typical = sum(per_day[m] / (1 + GROWTH * ((m - 10) % 12 + 0.5) / 12) for m in per_day) / 12
        assert per_day[month] / grown / typical == pytest.approx(index / (sum(MONTHS) / 12), abs=0.09)


def test_the_loaded_past_has_the_shape_too(contacts: list[Conversation], db: None):
    local = [row.queued_at.astimezone(HELSINKI) for row in contacts if row.first_queue.key == "terveysneuvo"]
    days = Counter(at.weekday() for at in local)
    assert set(days) == set(range(5))
    assert days.most_common()[0][0] == 0
    hours = Counter(at.hour for at in local)
    assert set(hours) == set(range(8, 15))
    assert share(hours[8] + hours[9], len(local)) == pytest.approx(0.39, abs=0.05)


def test_thirteen_months_and_nothing_on_holidays(demo: Demo, contacts: list[Conversation]):
    today = timezone.localdate()
    first, last = contacts[0].queued_at.astimezone(HELSINKI).date(), contacts[-1].queued_at.astimezone(HELSINKI).date()
    assert loading.first_day(today) <= first < loading.first_day(today) + timedelta(days=7)
    assert today - timedelta(days=7) < last < today
    holidays = set(Holiday.objects.filter(county=demo.county).values_list("date", flat=True))
    assert len([day for day in holidays if first <= day <= last]) >= 14
    on_holidays = {row.first_queue.key for row in contacts if row.queued_at.astimezone(HELSINKI).date() in holidays}
    assert on_holidays == {"asiakasohjaus"}


def test_the_open_function_agrees_that_it_was_open(contacts: list[Conversation], db: None):
    since = timezone.now() - timedelta(days=55)
    recent = [row for row in contacts if row.queued_at > since]
    assert len(recent) > 100
    calendars = calendars_of({row.first_queue for row in recent}, at=timezone.now())
    wrong = [row for row in recent if not availability(calendars[row.first_queue_id], row.queued_at).is_open]
    assert wrong == []


def test_attempts_came_when_it_was_closed(demo: Demo, db: None):
    since = timezone.now() - timedelta(days=55)
    tries = list(Attempt.objects.filter(at__gt=since).select_related("service"))
    assert Attempt.objects.count() > CONTACTS * 0.06
    queues = {queue.service_id: queue for queue in Queue.objects.filter(is_entry=True)}
    calendars = calendars_of(queues.values(), at=timezone.now())
    assert [row for row in tries if availability(calendars[queues[row.service_id].pk], row.at).is_open] == []
    assert {row.service.key for row in tries} >= {"terveysneuvo", "neuvola"}
    assert set(Attempt.objects.values_list("service__key", flat=True)) == set(HANDOVERS) - {"asiakasohjaus"}


def test_languages_contactors_and_municipalities(contacts: list[Conversation], db: None):
    languages = Counter(row.language for row in contacts)
    assert 0.04 < share(languages["sv"], len(contacts)) < 0.10
    assert set(languages) == {"fi", "sv", "en"}
    assert {row.contactor for row in contacts} == {"", "self", "relative", "professional"}
    places = Counter(row.municipality_id for row in contacts)
    assert len(places) == 9 and places[None]
    assert {row.entry_channel for row in contacts} == {"web", "app", "bot"}


def test_the_log_is_gapless_and_the_heads_are_its_ends(contacts: list[Conversation], db: None):
    ends = {
        (row["conversation"], row["audience"]): (row["n"], row["top"])
        for row in Event.objects.order_by().values("conversation", "audience").annotate(n=Count("pk"), top=Max("seq"))
    }
    for row in contacts:
        for audience, head in ((AudienceChoice.ALL, row.head_all), (AudienceChoice.STAFF, row.head_staff)):
            assert ends.get((row.pk, audience), (0, 0)) == (head, head)


def test_the_first_event_is_joined_and_one_ends_it(contacts: list[Conversation], db: None):
    of_these = Event.objects.filter(conversation__in=Conversation.objects.live())
    assert of_these.filter(kind=EventKind.JOINED, seq=1, audience="all").count() == len(contacts)
    assert of_these.filter(kind=EventKind.ENDED).count() == len(contacts)
    assert not Event.objects.filter(participant__isnull=False).exclude(participant__conversation=F("conversation")).exists()


def test_the_board_has_a_concern_to_go_through(demo: Demo, db: None):
    concerns = Concern.objects.filter(conversation__county=demo.county)
    assert [each.kind for each in concerns.open()] == ["older"]
    assert sorted(concerns.exclude(closing="").values_list("kind", "closing")) == [("adult", "done"), ("child", "done")]
    assert not Conversation.objects.flagged().exists()  # the supervisor has seen them all


def test_words_are_kept_of_the_last_months_only(contacts: list[Conversation], db: None):
    now = timezone.now()
    told = Event.objects.exclude(body="")
    assert told.values("conversation").distinct().count() >= 12
    assert not told.filter(created_at__lt=now - timedelta(days=64)).exists()
    assert not told.filter(conversation__erased_at__isnull=False).exists()
    erased = [row for row in contacts if row.erased_at]
    assert len(erased) > CONTACTS / 2
    assert all(row.retain_until and row.erased_at > row.retain_until and not row.entry_page for row in erased)
    assert not [row for row in contacts if row.retain_until and row.retain_until < now - timedelta(days=1) and not row.erased_at]


def test_legs_tell_the_waits_and_transfers(contacts: list[Conversation], db: None):
    legs: dict[int, list[Leg]] = {}
    for leg in Leg.objects.order_by("conversation_id", "number"):
        legs.setdefault(leg.conversation_id, []).append(leg)
    moved = 0
    for row in contacts:
        own = legs[row.pk]
        assert [leg.number for leg in own] == list(range(1, len(own) + 1))
        assert own[0].queue_id == row.first_queue_id and own[-1].queue_id == row.queue_id
        assert row.queue.service_id == row.service_id
        assert own[0].wait_seconds == row.wait_seconds
        assert all(leg.exit and leg.left_at for leg in own)
        assert all(one.left_at == two.queued_at and one.exit == "transferred" for one, two in pairwise(own))
        moved += len(own) > 1
    answered = sum(1 for row in contacts if row.status == Status.ANSWERED)
    assert 0.05 < share(moved, answered) < 0.15
    targets = {queue.pk: set(queue.transfer_targets.values_list("pk", flat=True)) for queue in Queue.objects.all()}
    assert all(own[1].queue_id in targets[own[0].queue_id] for own in legs.values() if len(own) > 1)


def test_who_was_passed_on_has_a_transfer_that_was_taken(contacts: list[Conversation], db: None):
    moved = {leg.conversation_id: leg for leg in Leg.objects.filter(number=2).select_related("queue")}
    found = {row.conversation_id: row for row in Transfer.objects.select_related("from_leg__responder", "to_leg")}
    assert set(found) == set(moved) and found
    for pk, row in found.items():
        assert row.to_leg == moved[pk] and row.ended_at == row.to_leg.accepted_at and row.sender == row.from_leg.responder
        assert row.asked_at <= row.offered_at < row.ended_at and bool(row.crossing) == (row.reason == "wrong")


def test_the_months_that_are_due_are_frozen_and_can_be_gone_through(demo: Demo, db: None):
    last = Month.of(timezone.localdate()).shifted(-1)
    month = next(each for each in (last, last.shifted(-1)) if each.report_at <= timezone.now())
    frozen = MonthlyReport.objects.filter(county=demo.county, month=month.first, revision=1)
    opened = Service.objects.filter(county=demo.county, is_test=False, opened_at__lt=month.period.interval[1])
    assert set(frozen.values_list("service", flat=True)) == {None, *opened.values_list("pk", flat=True)}
    assert frozen.filter(group__isnull=False).count() == 1
    service = Service.objects.get(county=demo.county, key="ikaantyneet")
    read = Event.objects.filter(kind=EventKind.MESSAGE, conversation=OuterRef("pk"))
    of_last = candidates_of(service, last)
    assert of_last.exists() and not of_last.exclude(Exists(read)).exists()


def test_the_live_figures_of_a_frozen_month_are_those_that_were_frozen(demo: Demo, db: None):
    """What the demonstration tells of the past is all told before its months are frozen."""
    now, changes = timezone.now(), {}
    for row in MonthlyReport.objects.filter(county=demo.county).select_related("service", "group"):
        period = Month.of(row.month).period
        report = report_of(System("test"), demo.county, row.service, period, now=now, group=row.group, with_trend=False)
        changes[str(row)] = [str(each) for each in report.changes]
    assert changes and not any(changes.values()), changes


def test_outcomes_hold_the_one_contact_promise(contacts: list[Conversation], db: None):
    coded = Counter(row.outcome for row in contacts if row.outcome and row.outcome != Outcome.R0)
    one = sum(coded[code] for code in ("R1", "R2", "R3", "R4", "R6", "R8"))
    assert 0.7 < share(one, sum(coded.values())) < 0.95
    assert set(coded) == set(Outcome.values) - {"R0"}


def test_residents_were_asked_how_it_went_and_many_answered(contacts: list[Conversation], db: None):
    rows = list(Feedback.objects.select_related("conversation"))
    answered = [row for row in rows if row.answered_at is not None]
    assert all(row.conversation.closed_at <= row.asked_at for row in rows if row.conversation.closed_at is not None)
    assert all(row.asked_at < row.answered_at < row.asked_at + timedelta(days=6) for row in answered if row.answered_at)
    served = [row for row in answered if row.conversation.status == Status.ANSWERED]
    assert 0.4 < len(served) / sum(row.status == Status.ANSWERED for row in contacts) < 0.65
    satisfied = [row.satisfaction for row in served if row.satisfaction is not None]
    assert 3.8 < sum(satisfied) / len(satisfied) < 4.6
    likely = [row.recommend for row in served if row.recommend is not None]
    score = 100 * (sum(each >= 9 for each in likely) - sum(each <= 6 for each in likely)) / len(likely)
    assert 20 < score < 75
    assert any(row.conversation.status != Status.ANSWERED for row in answered)


def test_some_wrote_in_their_own_language_and_it_is_erased_with_the_conversation(demo: Demo, db: None):
    wrote = list(Feedback.objects.exclude(words="").select_related("conversation"))
    assert not any(row.conversation.erased_at for row in wrote)
    for language in ("fi", "sv"):
        mine = [row for row in wrote if row.conversation.language == language]
        assert mine
        assert {row.words for row in mine} <= {text for texts in WORDS[language].values() for text in texts}
    for texts in WORDS.values():
        for text in (text for some in texts.values() for text in some):
            assert mask(text, "fi") == (text, 0)
            assert not any(letter.isdigit() for letter in text)


def test_responders_were_there_when_it_was_open_for_thirteen_months(demo: Demo, db: None):
    rows = list(Presence.objects.filter(county=demo.county).select_related("user").order_by("user", "starts_at"))
    assert all(row.ends_at is not None and row.starts_at < row.ends_at < timezone.now() for row in rows)
    for one, following in pairwise(rows):
        assert one.user != following.user or one.ends_at <= following.starts_at, "one way of being there at a time"
    months = {(row.starts_at.year, row.starts_at.month) for row in rows}
    assert len(months) >= 13
    assert {row.kind for row in rows} == {"available", "break", "call"}
    lately = [row for row in rows if row.starts_at > timezone.now() - timedelta(days=14)]
    assert {row.user_id for row in lately} >= set(
        User.objects.filter(memberships__group__queues__service__key="ikaantyneet").values_list("pk", flat=True)
    )
    day = timezone.localdate(max(row.starts_at for row in rows))
    hours = hours_of_day(list(Service.objects.filter(county=demo.county)), day, now=timezone.now())
    assert sum(hour.available for hour in hours) > 5, "the board of the staffing has something to show"


def test_a_responder_reads_a_conversation_of_the_sample(demo: Demo, db: None):
    row = Conversation.objects.filter(events__kind=EventKind.MESSAGE, service__key="ikaantyneet").distinct()[0]
    maija = User.objects.get(email="maija@esimerkki.invalid")
    opened = open_conversation(by=Staff(maija.pk), conversation=row.public_id, now=timezone.now())
    assert opened.conversation == row
    noora = User.objects.get(email="noora@esimerkki.invalid")
    with pytest.raises(Conversation.DoesNotExist):
        open_conversation(by=Staff(noora.pk), conversation=row.public_id, now=timezone.now())


# --- loading ---


def rows() -> dict[str, int]:
    models = [
        County,
        Service,
        Queue,
        User,
        Grant,
        Membership,
        Holiday,
        Conversation,
        Leg,
        Participant,
        Event,
        Attempt,
        Presence,
        AuditEntry,
    ]
    return {model.__name__: model._default_manager.count() for model in models}


def test_the_coordinator_sees_in_the_rollout_that_goes_on_that_the_situation_has_changed(demo: Demo, db: None):
    """The live system showed who takes part and which systems; it shows too when that holds no more."""
    rollout = Rollout.objects.get(service=None)
    shown = RolloutItem.objects.filter(rollout=rollout, state=ItemState.DONE, done_by_system=True)
    assert {"2.2", "2.5"} <= set(shown.values_list("model_item__code", flat=True))
    rollout.members.filter(role="area_professional").delete()
    check_rollout(rollout=rollout, by=System("test"), now=timezone.now())
    assert [each.has_changed for each in Proof.objects.standing().filter(item__in=shown.filter(model_item__code="2.2"))] == [True]


def test_loading_again_changes_nothing(demo: Demo, db: None):
    Service.objects.filter(key="neuvola").update(summary_fi="Muutettu.")
    before = rows()
    again = load_demo(now=timezone.now(), contacts=CONTACTS)
    assert again.was_there
    assert rows() == before
    assert Service.objects.get(key="neuvola").summary_fi == "Muutettu."


def test_the_same_day_tells_the_same_past(demo: Demo, db: None):
    now = timezone.now()

    def tell() -> list[object]:
        content, services = loading.county_file(), loading.service_files()
        first, last = loading.first_day(now.date()), now.date()
        teller = loading.teller_of(demo.county, content, services, first=first, last=last, now=now)
        return [(p.conversation.public_id, p.conversation.queued_at, p.conversation.outcome) for p in teller.conversations(200)]

    assert tell() == tell()


@pytest.mark.parametrize("settings_of_production", [{"PRODUCTION": True}, {"DEMO": False}])
def test_never_in_production(settings, db: None, settings_of_production: dict[str, bool]):
    before = rows()
    for name, value in settings_of_production.items():
        setattr(settings, name, value)
    with pytest.raises(ValidationError) as refused:
        load_demo(now=timezone.now(), contacts=0)
    assert refused.value.code == "production"
    with pytest.raises(CommandError):
        call_command("load_demo")
    assert rows() == before


def test_only_the_portal_writes_a_past_and_only_for_a_demonstration(county: County, resident: Resident, responder: User):
    for by in (resident, Staff(responder.pk)):
        with pytest.raises(PermissionDenied):
            record_past(by=by)
        with pytest.raises(PermissionDenied):
            forget_claims(by=by, county=county, there=[])
    row = Conversation(county=county, state=State.ENDED)
    with pytest.raises(ValidationError) as refused:
        record_past(by=System("demo"), conversations=[Past(row)])
    assert refused.value.code == "not_demo"
    assert not Conversation.objects.filter(county=county).exists()


@pytest.mark.serve
@pytest.mark.timeout(400)
def test_preparing_twice_takes_up_where_it_was(tmp_path: Path):
    env = {**os.environ, "VAR_DIR": str(tmp_path), "DATABASE_URL": "", "REDIS_URL": "", "STATIC_STORAGE": PLAIN_STORAGE}
    prepare = [sys.executable, "manage.py", "prepare", "--demo"]
    first, second = (
        subprocess.run(prepare, cwd=django_settings.BASE_DIR, env=env, capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    )
    assert "made-up past conversations" in first
    assert "as you left it" in second
    for output in (first, second):
        assert people_file().password in output
        assert all(row.address in output for row in people_file().people)
        assert output.rstrip().endswith("Ready.")
    refused = subprocess.run(
        prepare, cwd=django_settings.BASE_DIR, env={**env, "DEMO": "0"}, capture_output=True, text=True, check=False
    )
    assert refused.returncode != 0
    assert "not for production" in refused.stderr
