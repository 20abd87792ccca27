"""The directory's rules: who may write which row, what is refused and why, and what the audit keeps."""

from __future__ import annotations

from datetime import date, time, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone, translation

from accounts.actors import Resident, System
from accounts.models import AuditEntry, OutgoingMail
from services import operations
from services.choices import Audience, ServiceStatus
from services.models import (
    Channel,
    ContactPoint,
    County,
    Disruption,
    ExceptionDay,
    Improvement,
    LifeSituation,
    Link,
    Membership,
    Municipality,
    Office,
    Override,
    Queue,
    Redirect,
    Schedule,
    Service,
    ServiceBreak,
    Target,
    Topic,
    Use,
    WeeklyInterval,
)
from services.operations import Change, Create, Delete, apply_changes, change_row, create_row, delete_row
from services.operations.municipalities import DifferenceKind, MunicipalityRow
from services.publication import publication_gaps
from tests.conftest import acting

SYSTEM = System("test")


def codes(refused) -> set[str]:
    error = refused.value
    found = error.error_dict.values() if hasattr(error, "error_dict") else [error.error_list]
    return {each.code for errors in found for each in errors}


@pytest.fixture
def point(county):
    return create_row(by=SYSTEM, row=ContactPoint(county=county, key="vaihde", name_fi="Vaihde", name_sv="Växel", value="044 1"))


# --- rows: making, changing, deleting ---


def test_lines_are_stored_alike_however_they_were_sent(county, main_user):
    by = acting(main_user)
    row = create_row(by=by, row=Disruption(county=county, text_fi="Yksi\r\nKaksi", text_sv="Ett\rTvå"))
    row.refresh_from_db()
    assert (row.text_fi, row.text_sv) == ("Yksi\nKaksi", "Ett\nTvå")
    lines = AuditEntry.objects.count()
    assert change_row(by=by, row=row, values={"text_fi": "Yksi\r\nKaksi"}).version == row.version
    assert AuditEntry.objects.count() == lines, "an untouched text is no change"


def test_a_main_user_makes_changes_and_deletes_a_row_and_the_audit_keeps_it(county, main_user):
    by = acting(main_user)
    office = create_row(by=by, row=Office(county=county, key="keskus", name_fi="Keskus"))
    assert office.version == 1
    office = change_row(by=by, row=office, values={"name_fi": "Uusi keskus", "order": 3}, version=1)
    assert (office.version, office.name_fi, office.order) == (2, "Uusi keskus", 3)
    delete_row(by=by, row=office, version=2)
    assert not Office.objects.exists()
    made, changed, deleted = AuditEntry.objects.filter(object_type="services.office").order_by("pk")
    assert (made.action, made.before, made.after["name_fi"]) == ("create", None, "Keskus")
    assert (changed.before, changed.after) == ({"name_fi": "Keskus", "order": 10}, {"name_fi": "Uusi keskus", "order": 3})
    assert (deleted.action, deleted.after, deleted.before["name_fi"]) == ("delete", None, "Uusi keskus")
    assert {made.county, changed.county, deleted.county} == {"koe"}
    assert {made.object_id, changed.object_id, deleted.object_id} == {str(office.pk)}


def test_nobody_else_writes(county, point, outsider, responder, supervisor, reader, coordinator, former, resident):
    for person in (outsider, responder, supervisor, reader, coordinator, former):
        by = acting(person)
        with pytest.raises(PermissionDenied):
            create_row(by=by, row=Office(county=county, key=f"k{person.pk}", name_fi="Keskus"))
        with pytest.raises(PermissionDenied):
            change_row(by=by, row=point, values={"value": "044 2"})
        with pytest.raises(PermissionDenied):
            delete_row(by=by, row=point)
    with pytest.raises(PermissionDenied):
        change_row(by=resident, row=point, values={"value": "044 2"})
    assert not Office.objects.exists()
    assert ContactPoint.objects.get(key="vaihde").value == "044 1"


def test_a_main_user_cannot_make_or_enter_a_county(main_user, other_county):
    with pytest.raises(PermissionDenied):
        create_row(by=acting(main_user), row=County(code="uusi", slug="uusi", name_fi="Uusi", official_languages=["fi"]))
    with pytest.raises(PermissionDenied):
        change_row(by=acting(main_user), row=other_county, values={"name_fi": "Minun"})
    assert not County.objects.filter(code="uusi").exists()


def test_a_row_cannot_move_to_another_county(county, other_county, main_user):
    situation = create_row(by=acting(main_user), row=LifeSituation(county=county, key="arki", name_fi="Arki"))
    with pytest.raises(PermissionDenied):
        change_row(by=acting(main_user), row=situation, values={"county": other_county})
    situation.refresh_from_db()
    assert situation.county == county


def test_a_row_rests_only_on_rows_of_its_own_county(county, service, main_user, other_service, other_group, other_queue, queue):
    by = acting(main_user)
    theirs = ContactPoint.objects.get(county=other_service.county)
    with pytest.raises(ValidationError) as refused:
        create_row(by=by, row=Channel(service=service, medium="phone", contact_point=theirs))
    assert codes(refused) == {"other_county"}
    with pytest.raises(ValidationError) as refused:
        change_row(by=by, row=queue, values={"schedule": other_queue.schedule})
    assert codes(refused) == {"other_county"}
    for name, row in (("groups", other_group), ("transfer_targets", other_queue)):
        with pytest.raises(ValidationError) as refused:
            change_row(by=by, row=queue, values={}, many={name: [row]})
        assert codes(refused) == {"other_county"}


def test_a_stale_save_is_refused_with_both_texts(point, main_user):
    by = acting(main_user)
    change_row(by=by, row=point, values={"name_fi": "Ensin tallennettu"}, version=1)
    with pytest.raises(ValidationError) as refused:
        change_row(by=by, row=point, values={"name_fi": "Myöhemmin kirjoitettu", "value": "044 1"}, version=1)
    assert set(refused.value.error_dict) == {"name_fi"}
    assert codes(refused) == {"stale"}
    assert "Ensin tallennettu" in refused.value.messages[0]
    assert "Myöhemmin kirjoitettu" in refused.value.messages[0]
    with pytest.raises(ValidationError) as refused:
        delete_row(by=by, row=point, version=1)
    assert codes(refused) == {"stale"}
    assert ContactPoint.objects.get().name_fi == "Ensin tallennettu"


def test_a_change_that_changes_nothing_writes_nothing(point, main_user):
    written = AuditEntry.objects.count()
    row = change_row(by=acting(main_user), row=point, values={"name_fi": "Vaihde", "note_sv": ""}, version=1)
    assert row.version == 1
    assert AuditEntry.objects.count() == written


def test_all_or_nothing(county, main_user):
    with pytest.raises(ValidationError):
        apply_changes(
            by=acting(main_user),
            changes=[Create(Office(county=county, key="a", name_fi="A")), Create(Office(county=county, key="ei käy", name_fi="B"))],
        )
    assert not Office.objects.exists()
    assert not AuditEntry.objects.filter(object_type="services.office").exists()


def test_a_parent_and_its_rows_go_in_one_batch(county, main_user):
    schedule = Schedule(county=county, key="arki", name="Arki")
    week = [Create(WeeklyInterval(schedule=schedule, weekday=day, opens=time(8), closes=time(15))) for day in range(5)]
    apply_changes(by=acting(main_user), changes=[Create(schedule), *week])
    assert Schedule.objects.get().intervals.count() == 5
    assert Schedule.objects.get().version == 1


def test_a_row_on_its_parents_page_makes_an_open_page_stale(county, main_user):
    schedule = create_row(by=SYSTEM, row=Schedule(county=county, key="arki", name="Arki"))
    create_row(by=acting(main_user), row=WeeklyInterval(schedule=schedule, weekday=0, opens=time(8), closes=time(15)))
    with pytest.raises(ValidationError) as refused:
        change_row(by=acting(main_user), row=schedule, values={"name": "Toinen"}, version=1)
    assert codes(refused) == {"stale"}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (lambda c: Office(county=c, key="a b", name_fi="X"), "invalid"),
        (lambda c: Office(county=c, key="a", name_fi=""), "blank"),
        (lambda c: Office(county=c, key="a", name_fi="X" * 101), "max_length"),
        (lambda c: Office(county=c, key="a", name_fi="X\x00"), "characters"),
        (lambda c: Office(county=c, key="a", name_fi="X\ud800"), "characters"),
        (lambda c: Office(county=c, key="a", name_fi="\u202eX"), "characters"),
        (lambda c: ContactPoint(county=c, key="a", name_fi="X", kind="phone", value="ei numeroa"), "value"),
        (lambda c: ContactPoint(county=c, key="a", name_fi="X", kind="email", value="ei osoitetta"), "value"),
        (lambda c: ContactPoint(county=c, key="a", name_fi="X", kind="web", value="https://muualla.test/"), "value"),
        (lambda c: Link(county=c, key="a", name_fi="X", url_fi="https://muualla.test/"), "domain_not_allowed"),
        (
            lambda c: Link(county=c, key="a", name_fi="X", url_fi="https://alue.test/", url_sv="https://muualla.test/"),
            "domain_not_allowed",
        ),
        (lambda c: Link(county=c, key="a", name_fi="X", url_fi="https://pahaalue.test/"), "domain_not_allowed"),
        (lambda c: Municipality(county=c, code="12", name_fi="X"), "invalid"),
        (lambda c: ExceptionDay(county=c, date=date(2027, 1, 2), reason_fi="X"), "language_missing"),
        (
            lambda c: ExceptionDay(county=c, date=date(2027, 1, 2), opens=time(8), reason_fi="X", reason_sv="Y"),
            "both_times",
        ),
        (lambda c: Disruption(county=c, text_fi="X"), "language_missing"),
        (lambda c: Override(county=c, kind="close", reason_fi="X", reason_sv=" "), "language_missing"),
        (
            lambda c: Target(county=c, metric="M36", aim="client", direction="gte", value=1, unit="%", starts_on=date(2027, 1, 1)),
            "metric",
        ),
    ],
)
def test_bad_rows_are_refused(row, code, county, main_user):
    with pytest.raises(ValidationError) as refused:
        create_row(by=acting(main_user), row=row(county))
    assert code in codes(refused) or code in str(refused.value)


def test_the_same_key_twice_is_refused(point, county, main_user):
    with pytest.raises(ValidationError):
        create_row(by=acting(main_user), row=ContactPoint(county=county, key="vaihde", name_fi="Toinen", value="1"))


def test_keys_and_protected_fields_cannot_be_changed(point, service, main_user):
    for row, values, code in (
        (point, {"key": "toinen"}, "stable"),
        (service, {"status": "closed"}, "not_settable"),
        (service, {"permitted_by": main_user}, "not_settable"),
        (service, {"version": 7}, "not_settable"),
        (service, {"name": "x"}, "not_settable"),
        (service, {"olematon": 1}, "not_settable"),
    ):
        with pytest.raises(ValidationError) as refused:
            change_row(by=acting(main_user), row=row, values=values)
        assert codes(refused) == {code}


def test_what_is_used_is_not_deleted(service, queue, main_user):
    phone = service.channels.get().contact_point
    with pytest.raises(ValidationError) as refused:
        delete_row(by=acting(main_user), row=phone)
    assert codes(refused) == {"in_use"}
    with pytest.raises(ValidationError) as refused:
        delete_row(by=acting(main_user), row=queue.schedule)
    assert codes(refused) == {"in_use"}
    with pytest.raises(ValidationError) as refused:
        delete_row(by=acting(main_user), row=service)
    assert codes(refused) == {"not_draft"}


def test_overlapping_hours_are_refused_whichever_way_they_come(county, main_user):
    schedule = create_row(by=SYSTEM, row=Schedule(county=county, key="yo", name="Yö"))
    night = create_row(by=SYSTEM, row=WeeklyInterval(schedule=schedule, weekday=6, opens=time(22), closes=time(6)))
    for weekday, opens, closes in ((6, 21, 23), (0, 5, 8), (6, 22, 6), (0, 0, 0)):
        row = WeeklyInterval(schedule=schedule, weekday=weekday, opens=time(opens), closes=time(closes))
        with pytest.raises(ValidationError) as refused:
            create_row(by=acting(main_user), row=row)
        assert codes(refused) == {"overlap"}
    touching = create_row(by=SYSTEM, row=WeeklyInterval(schedule=schedule, weekday=0, opens=time(6), closes=time(8)))
    with pytest.raises(ValidationError):
        change_row(by=acting(main_user), row=touching, values={"opens": time(5, 59)})
    season = WeeklyInterval(schedule=schedule, weekday=0, opens=time(7), closes=time(9), valid_from=date(2027, 6, 1))
    with pytest.raises(ValidationError):
        create_row(by=acting(main_user), row=season)
    change_row(by=acting(main_user), row=touching, values={"valid_until": date(2027, 5, 31)})
    create_row(by=acting(main_user), row=season)
    swapped: list[operations.RowChange] = [
        Delete(night),
        Create(WeeklyInterval(schedule=schedule, weekday=6, opens=time(21), closes=time(23))),
    ]
    apply_changes(by=acting(main_user), changes=swapped)


def test_a_redirect_names_one_right_place(service, second_service, main_user):
    for values in ({}, {"to_service": service}, {"to_service": second_service, "to_contact": ContactPoint.objects.get()}):
        with pytest.raises(ValidationError):
            create_row(by=acting(main_user), row=Redirect(service=service, matter_fi="Resepti", matter_sv="Recept", **values))
    create_row(
        by=acting(main_user), row=Redirect(service=service, matter_fi="Resepti", matter_sv="Recept", to_service=second_service)
    )


def test_an_internal_contact_point_stands_on_no_public_page(service, county, main_user):
    inner = create_row(
        by=SYSTEM, row=ContactPoint(county=county, key="sisainen", name_fi="X", value="044 1", audience=Audience.INTERNAL)
    )
    with pytest.raises(ValidationError) as refused:
        create_row(by=acting(main_user), row=Channel(service=service, medium="phone", contact_point=inner))
    assert codes(refused) == {"internal"}
    with pytest.raises(ValidationError) as refused:
        change_row(by=acting(main_user), row=service, values={"easy_text_fi": "Soita {{phone:sisainen}}."})
    assert codes(refused) == {"internal"}


def test_texts_name_contact_points_that_exist_and_the_use_is_written_down(service, point, main_user):
    with pytest.raises(ValidationError) as refused:
        change_row(by=acting(main_user), row=service, values={"greeting_fi": "Soita {{phone:olematon}}."})
    assert codes(refused) == {"unknown_contact_point"}
    change_row(by=acting(main_user), row=service, values={"greeting_fi": "Soita {{phone:vaihde}}."})
    use = Use.objects.get(contact_point=point)
    assert (use.entry, use.label) == ("service:ikaantyneet", "Ikääntyneiden palvelujen chat")
    with pytest.raises(ValidationError) as refused:
        delete_row(by=acting(main_user), row=point)
    assert codes(refused) == {"in_use"}
    change_row(by=acting(main_user), row=service, values={"greeting_fi": ""})
    assert not Use.objects.filter(contact_point=point).exists()
    delete_row(by=acting(main_user), row=point)


def test_queues_and_groups_with_their_rows(service, queue, group, county, always_open, second_queue, responder, main_user):
    by = acting(main_user)
    row = Queue(service=service, key="uusi", name_fi="Uusi", name_sv="Ny", languages=["sv"], schedule=always_open)
    line = create_row(by=by, row=row, many={"groups": [group], "transfer_targets": [second_queue]})
    assert list(line.groups.all()) == [group]
    change_row(by=by, row=line, values={}, many={"groups": []})
    assert not line.groups.exists()
    for values, code in (
        ({"languages": []}, "languages"),
        ({"languages": ["ru"]}, "languages"),
        ({"overflow_to": second_queue}, "overflow"),
        ({"overflow_to": line, "overflow_after_seconds": 60}, "itself"),
    ):
        with pytest.raises(ValidationError) as refused:
            change_row(by=by, row=line, values=values)
        assert codes(refused) & {code, "queue_overflows_elsewhere"} or "queue_overflows_elsewhere" in str(refused.value)
    membership = Membership.objects.get(user=responder)
    delete_row(by=by, row=membership)
    assert not group.members.exists()


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_rows_are_the_same_whatever_language_the_person_uses(language, county, main_user):
    with translation.override(language):
        row = create_row(by=acting(main_user), row=Office(county=county, key="a", name_fi="Suomeksi"))
        change_row(by=acting(main_user), row=row, values={"town_sv": "Björneborg"}, version=1)
    row = Office.objects.get()
    assert (row.name_fi, row.name_sv or "", row.town_sv, row.version) == ("Suomeksi", "", "Björneborg", 2)


# --- the life of a service ---


def complete(service, main_user) -> None:
    texts = ("audience", "handles", "off_hours_text", "identification_text", "behalf_text", "promise", "price_text", "storage_text")
    values = {f"{name}_{language}": f"{name} {language}" for name in texts for language in ("fi", "sv")}
    change_row(by=acting(main_user), row=service, values=values)


@pytest.fixture
def draft(county, main_user, service, queue):
    """A service with everything but its permit."""
    Service.objects.filter(pk=service.pk).update(status=ServiceStatus.DRAFT, permitted_at=None, opened_at=None)
    service.refresh_from_db()
    complete(service, main_user)
    service.refresh_from_db()
    return service


def test_the_life_of_a_service(draft, main_user):
    by, now = acting(main_user), timezone.now()
    permitted = operations.permit_service(by=by, service=draft, reason="Johtoryhmä 3.11.", now=now)
    assert (permitted.status, permitted.permitted_at, permitted.permitted_by_id) == ("permitted", now, main_user.pk)
    opened = operations.open_service(by=by, service=draft, reason="Käyttöönotto", now=now)
    assert (opened.status, opened.opened_at) == ("open", now)
    paused = operations.pause_service(by=by, service=draft, reason="Loma", now=now)
    again = operations.open_service(by=by, service=draft, now=now + timedelta(days=1))
    assert (paused.status, again.status, again.opened_at) == ("paused", "open", now)
    closed = operations.close_service(by=by, service=draft, reason="Palvelu päättyi", now=now)
    assert closed.status == "closed"
    entries = AuditEntry.objects.filter(object_type="services.service", after__has_key="status", action="change").order_by("pk")
    assert [entry.after["status"] for entry in entries] == ["permitted", "open", "paused", "open", "closed"]
    assert entries[0].purpose == "Johtoryhmä 3.11."


def test_since_when_a_service_was_not_in_use_is_kept(draft, main_user):
    """Metrics 1.9: from pausing or closing to the next opening; before the first opening there is nothing to keep."""
    by, now = acting(main_user), timezone.now()
    days = [now + timedelta(days=n) for n in range(9)]
    operations.permit_service(by=by, service=draft, reason="x", now=now)
    operations.close_service(by=by, service=draft, reason="x", now=days[0])
    operations.open_service(by=by, service=draft, reason="x", now=days[1])
    operations.pause_service(by=by, service=draft, reason="Loma", now=days[2])
    operations.close_service(by=by, service=draft, reason="x", now=days[3])
    operations.open_service(by=by, service=draft, reason="x", now=days[4])
    operations.pause_service(by=by, service=draft, reason="Loma", now=days[5])
    kept = [(days[2], days[4]), (days[5], None)]
    assert list(ServiceBreak.objects.values_list("starts_at", "ends_at")) == kept

    # What was done before there was a place for it is read from the audit, where each step has its own moment.
    moved = AuditEntry.objects.filter(object_type="services.service", after__has_key="status").order_by("pk")
    at = list(moved.values_list("at", flat=True))[3:]
    ServiceBreak.objects.all().delete()
    import_module("services.migrations.0026_breaks_of_services").fill(apps, None)
    assert list(ServiceBreak.objects.values_list("starts_at", "ends_at")) == [(at[0], at[2]), (at[3], None)]


def test_steps_out_of_order_without_a_reason_or_with_a_stale_page_are_refused(draft, main_user):
    by, now = acting(main_user), timezone.now()
    for step in (
        lambda: operations.open_service(by=by, service=draft, reason="x", now=now),
        lambda: operations.pause_service(by=by, service=draft, reason="x", now=now),
        lambda: operations.close_service(by=by, service=draft, reason="x", now=now),
    ):
        with pytest.raises(ValidationError) as refused:
            step()
        assert codes(refused) == {"wrong_state"}
    with pytest.raises(ValidationError) as refused:
        operations.permit_service(by=by, service=draft, reason="  ", now=now)
    assert codes(refused) == {"reason_missing"}
    with pytest.raises(ValidationError) as refused:
        operations.permit_service(by=by, service=draft, reason="x", now=now, version=draft.version - 1)
    assert codes(refused) == {"stale"}


def test_who_may_take_which_step(draft, main_user, supervisor, outsider, responder, former, second_responder):
    now = timezone.now()
    for person in (supervisor, outsider, responder, former):
        with pytest.raises(PermissionDenied):
            operations.permit_service(by=acting(person), service=draft, reason="x", now=now)
    operations.permit_service(by=acting(main_user), service=draft, reason="x", now=now)
    for person in (supervisor, outsider, responder, former):
        with pytest.raises(PermissionDenied):
            operations.open_service(by=acting(person), service=draft, reason="x", now=now)
    operations.open_service(by=acting(main_user), service=draft, reason="x", now=now)
    for person in (outsider, responder, former, second_responder):
        with pytest.raises(PermissionDenied):
            operations.pause_service(by=acting(person), service=draft, reason="x", now=now)
    operations.pause_service(by=acting(supervisor), service=draft, reason="Sairaana", now=now)
    operations.open_service(by=acting(supervisor), service=draft, now=now)
    with pytest.raises(PermissionDenied):
        operations.close_service(by=acting(supervisor), service=draft, reason="x", now=now)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda s: s.channels.all().delete(), "channel"),
        (lambda s: s.queues.update(is_active=False), "queue"),
        (lambda s: s.queues.update(is_entry=False), "queue"),
        (lambda s: s.queues.update(schedule=None), "queue_ready"),
        (lambda s: s.queues.get().groups.clear(), "queue_ready"),
        (lambda s: Service.objects.filter(pk=s.pk).update(promise_sv=""), "text:promise"),
        (lambda s: Service.objects.filter(pk=s.pk).update(promise_fi=""), "text:promise"),
        (lambda s: s.topics.update(name_sv=""), "name:neuvonta"),
        (lambda s: s.queues.update(name_sv=""), "name:yleinen"),
        (lambda s: ContactPoint.objects.update(value=""), "value:asiakasohjaus"),
    ],
)
def test_a_service_opens_only_with_a_whole_page(spoil, code, draft, main_user):
    by, now = acting(main_user), timezone.now()
    operations.permit_service(by=by, service=draft, reason="x", now=now)
    spoil(draft)
    with pytest.raises(ValidationError) as refused:
        operations.open_service(by=by, service=draft, reason="x", now=now)
    assert codes(refused) == {code}
    draft.refresh_from_db()
    assert draft.status == ServiceStatus.PERMITTED


def test_each_missing_text_is_named_in_its_language(draft, county):
    Service.objects.filter(pk=draft.pk).update(promise_sv="", handles_fi="", summary_en="")
    draft.refresh_from_db()
    missing = {(gap.code, gap.language, gap.point) for gap in publication_gaps(draft) if gap.blocks}
    assert missing == {("text:promise", "sv", 8), ("text:handles", "fi", 3)}
    county.official_languages = ["fi"]
    county.save()
    lacking = {(gap.code, gap.language) for gap in publication_gaps(Service.objects.get(pk=draft.pk)) if gap.blocks}
    assert lacking == {("text:handles", "fi")}, "a county with one language needs no Swedish"


def test_gaps_that_do_not_stop_the_opening_are_told(draft):
    told = {gap.code for gap in publication_gaps(draft) if not gap.blocks}
    assert told == {"redirects", "privacy_notice", "digital_support"}
    draft.queues.update(languages=["fi"])
    assert ("queue_language", "sv") in {(gap.code, gap.language) for gap in publication_gaps(draft)}
    draft.promise_sv = "Vi svarar. " + "ord " * 26 + "."
    assert ("plain:promise", "sv", 8, False) in {(gap.code, gap.language, gap.point, gap.blocks) for gap in publication_gaps(draft)}


def test_an_open_page_does_not_lose_what_it_must_have(draft, queue, main_user):
    by, now = acting(main_user), timezone.now()
    operations.permit_service(by=by, service=draft, reason="x", now=now)
    operations.open_service(by=by, service=draft, reason="x", now=now)
    channel = draft.channels.get()
    for attempt in (
        lambda: change_row(by=by, row=draft, values={"promise_sv": ""}),
        lambda: delete_row(by=by, row=channel),
        lambda: change_row(by=by, row=queue, values={"is_active": False}),
        lambda: change_row(by=by, row=queue, values={}, many={"groups": []}),
        lambda: create_row(by=by, row=Topic(service=draft, key="uusi", name_fi="Uusi")),
        lambda: change_row(by=by, row=channel.contact_point, values={"value": ""}),
        lambda: delete_row(by=by, row=queue),
    ):
        with pytest.raises(ValidationError) as refused:
            attempt()
        assert codes(refused) == {"publication_gap"}
    assert queue.groups.exists()
    replaced: list[operations.RowChange] = [
        Delete(channel),
        Create(Channel(service=draft, medium="visit", contact_point=channel.contact_point)),
    ]
    apply_changes(by=by, changes=replaced)
    change_row(by=by, row=draft, values={"promise_sv": "Vi svarar snart."})


# --- disruptions and overrides ---


def test_a_supervisor_starts_and_ends_notices_of_her_service(county, service, queue, second_service, supervisor):
    by, now = acting(supervisor), timezone.now()
    text = {"fi": "Chat ei vastaa.", "sv": "Chatten svarar inte."}
    notice = operations.start_disruption(by=by, county=county, service=service, text=text, stops_intake=True, now=now)
    assert list(Disruption.objects.in_force(at=now)) == [notice]
    assert notice.made_by_id == supervisor.pk
    ended = operations.end_disruption(by=by, disruption=notice, now=now + timedelta(minutes=5))
    assert not Disruption.objects.in_force(at=now + timedelta(minutes=5)).exists()
    with pytest.raises(ValidationError) as refused:
        operations.end_disruption(by=by, disruption=ended, now=now + timedelta(minutes=6))
    assert codes(refused) == {"ended"}
    override = operations.start_override(by=by, county=county, queue=queue, kind="close", reason=text, now=now)
    assert override.service == service
    operations.end_override(by=by, override=override, now=now + timedelta(minutes=5))
    for place in ({"service": second_service}, {}):
        with pytest.raises(PermissionDenied):
            operations.start_disruption(by=by, county=county, text=text, now=now, **place)
        with pytest.raises(PermissionDenied):
            operations.start_override(by=by, county=county, kind="open", reason=text, now=now, **place)


def test_notices_of_others_are_refused(county, service, second_service, main_user, supervisor, outsider, responder, reader):
    now, text = timezone.now(), {"fi": "A", "sv": "B"}
    for person in (outsider, responder, reader):
        with pytest.raises(PermissionDenied):
            operations.start_disruption(by=acting(person), county=county, service=service, text=text, now=now)
    theirs = operations.start_disruption(by=acting(main_user), county=county, service=second_service, text=text, now=now)
    whole = operations.start_override(by=acting(main_user), county=county, kind="close", reason=text, now=now)
    with pytest.raises(PermissionDenied):
        operations.end_disruption(by=acting(supervisor), disruption=theirs, now=now)
    with pytest.raises(PermissionDenied):
        operations.end_override(by=acting(supervisor), override=whole, now=now)
    with pytest.raises(PermissionDenied):
        change_row(by=acting(supervisor), row=theirs, values={"service": service})


def test_a_notice_is_in_the_countys_languages_and_ends_after_it_starts(county, service, second_queue, main_user):
    by, now = acting(main_user), timezone.now()
    with pytest.raises(ValidationError) as refused:
        operations.start_disruption(by=by, county=county, text={"fi": "Vain suomeksi"}, now=now)
    assert codes(refused) == {"language_missing"}
    with pytest.raises(ValidationError):
        operations.start_disruption(by=by, county=county, text={"fi": "A", "sv": "B"}, now=now, ends_at=now)
    with pytest.raises(ValidationError) as refused:
        operations.start_disruption(by=by, county=county, service=service, queue=second_queue, text={"fi": "A", "sv": "B"}, now=now)
    assert codes(refused) == {"other_service"}


def test_a_supervisor_edits_improvements_of_her_service_only(county, service, second_service, supervisor):
    by = acting(supervisor)
    row = create_row(by=by, row=Improvement(county=county, service=service, title="Parempi ohje"))
    change_row(by=by, row=row, values={"state": "done", "closing_note": "Tehty."})
    for elsewhere in (second_service, None):
        with pytest.raises(PermissionDenied):
            create_row(by=by, row=Improvement(county=county, service=elsewhere, title="Muualla"))
    with pytest.raises(PermissionDenied):
        change_row(by=by, row=row, values={"service": second_service})


# --- pilots, uses, municipalities, counties ---


def test_main_users_are_reminded_of_a_pilot_once_at_each_time(service, main_user, supervisor, outsider):
    now = timezone.now()
    ends = timezone.localdate(now) + timedelta(days=30)
    Service.objects.filter(pk=service.pk).update(pilot_starts=ends - timedelta(days=90), pilot_ends=ends)
    assert operations.remind_of_pilots(by=SYSTEM, now=now - timedelta(days=1)) == 0
    assert operations.remind_of_pilots(by=SYSTEM, now=now) == 1
    assert operations.remind_of_pilots(by=SYSTEM, now=now + timedelta(days=10)) == 0
    assert operations.remind_of_pilots(by=SYSTEM, now=now + timedelta(days=25)) == 1
    assert operations.remind_of_pilots(by=SYSTEM, now=now + timedelta(days=31)) == 0
    assert set(OutgoingMail.objects.values_list("to", flat=True)) == {main_user.email}
    with pytest.raises(PermissionDenied):
        operations.remind_of_pilots(by=acting(main_user), now=now)


def test_uses_are_exactly_what_the_text_names(county, point):
    def written():
        return set(Use.objects.filter(entry="reply:1").values_list("contact_point__key", flat=True))

    operations.replace_uses(county=county, entry="reply:1", label="Vastaus", phones=["vaihde"])
    assert written() == {"vaihde"}
    operations.replace_uses(county=county, entry="reply:1", label="Vastaus", phones=[])
    assert written() == set()
    with pytest.raises(ValidationError) as refused:
        operations.replace_uses(county=county, entry="reply:1", label="Vastaus", phones=["olematon"])
    assert codes(refused) == {"unknown_key"}


def test_a_channel_of_a_service_uses_its_contact_point(service, point, main_user):
    """Before a number is changed, its page tells which services show it."""
    by = acting(main_user)
    channel = create_row(by=by, row=Channel(service=service, medium="phone", contact_point=point))
    entry = f"service:{service.key}"
    assert list(point.uses.values_list("entry", flat=True)) == [entry]
    delete_row(by=by, row=channel)
    assert not point.uses.exists()


def test_a_contrast_that_just_lacks_is_not_told_as_enough(county, main_user):
    with pytest.raises(ValidationError) as refused:
        change_row(by=acting(main_user), row=county, values={"accent_colour": "#777777"})
    assert "4.4:1" in str(refused.value)


def test_municipalities_come_by_a_difference_list(county, main_user, outsider):
    by = acting(main_user)
    Municipality.objects.create(county=county, code="507", name_fi="Mäntyharju")
    Municipality.objects.create(county=county, code="588", name_fi="Pertunmaa")
    Municipality.objects.create(county=county, code="178", name_fi="Juva")
    rows = [
        MunicipalityRow("507", "Mäntyharju", "Mäntyharju uusi"),
        MunicipalityRow("588", "Pertunmaa", valid_to=date(2024, 12, 31), successor="507"),
        MunicipalityRow("046", "Enonkoski"),
    ]
    listed = operations.municipality_differences(county=county, rows=rows)
    assert [(each.code, each.kind) for each in listed] == [
        ("507", DifferenceKind.CHANGED),
        ("588", DifferenceKind.ENDED),
        ("046", DifferenceKind.NEW),
        ("178", DifferenceKind.MISSING),
    ]
    with pytest.raises(PermissionDenied):
        operations.import_municipalities(by=acting(outsider), county=county, rows=rows, accepted=["046"])
    operations.import_municipalities(by=by, county=county, rows=rows, accepted=["588", "046"])
    stored = {each.code: each for each in Municipality.objects.filter(county=county)}
    assert stored["588"].successor == stored["507"]
    assert stored["507"].name_sv in (None, ""), "what was not accepted is as it was"
    assert set(stored) == {"507", "588", "178", "046"}, "nothing is deleted"
    with pytest.raises(ValidationError) as refused:
        operations.import_municipalities(by=by, county=county, rows=rows, accepted=["178"])
    assert codes(refused) == {"stale"}
    for broken, code in (
        ([MunicipalityRow("46", "X")], "code"),
        ([MunicipalityRow("046", "X"), MunicipalityRow("046", "Y")], "twice"),
        ([MunicipalityRow("046", " ")], "name"),
    ):
        with pytest.raises(ValidationError) as refused:
            operations.municipality_differences(county=county, rows=broken)
        assert codes(refused) == {code}
    unknown = [MunicipalityRow("099", "X", valid_to=date(2026, 1, 1), successor="999")]
    with pytest.raises(ValidationError) as refused:
        operations.import_municipalities(by=by, county=county, rows=unknown, accepted=["099"])
    assert codes(refused) == {"unknown_successor"}


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"accent_colour": "#ffcc00"}, "contrast"),
        ({"accent_colour": "sininen"}, "invalid"),
        ({"official_languages": ["sv"]}, "languages"),
        ({"official_languages": ["fi", "se"]}, "list"),
        ({"hosts": ["ei ole nimi"]}, "list"),
        ({"hosts": "chat.test"}, "list"),
        ({"hosts": ["toinen.test"]}, "host_taken"),
        ({"allowed_domains": ["https://alue.test"]}, "list"),
    ],
)
def test_bad_settings_of_a_county_are_refused(values, code, county, other_county, main_user):
    with pytest.raises(ValidationError) as refused:
        change_row(by=acting(main_user), row=county, values=values)
    assert codes(refused) == {code}


def test_a_resident_writes_nothing(resident: Resident, county):
    with pytest.raises(PermissionDenied):
        apply_changes(by=resident, changes=[Change(county, {"name_fi": "X"})])
