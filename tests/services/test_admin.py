"""The admin's pages of the directory: they open, save through the operations, refuse outsiders, and tell what is wrong."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import AuditEntry
from services import models
from services.choices import ServiceStatus
from services.models import ContactPoint, County, Disruption, Holiday, Queue, Schedule, Service, Topic, WeeklyInterval
from services.operations import create_row
from services.resources import RESOURCES
from services.templatetags.directory_admin import counted
from tests.conftest import acting

MOST_QUERIES = 75
PAGES = [model for model in admin.site._registry if model._meta.app_label == "services"]


def url(model, page="changelist", *args, language="fi"):
    with translation.override(language):
        return reverse(f"admin:services_{model._meta.model_name}_{page}", args=args)


def form_values(response) -> dict[str, Any]:
    """What a browser would send back of a change page when nobody touches anything."""
    values: dict[str, Any] = {}
    forms = [response.context["adminform"].form]
    for formset in response.context["inline_admin_formsets"]:
        forms += [formset.formset.management_form, *formset.formset.forms]
    for form in forms:
        for bound in form:
            value = bound.value()
            if value is None or value is False:
                continue
            if isinstance(value, list | tuple) and not hasattr(bound.field.widget, "widgets"):
                values[bound.html_name] = [str(each.pk if hasattr(each, "pk") else each) for each in value]
            elif hasattr(bound.field.widget, "widgets"):
                parts = bound.field.widget.decompress(value) if not isinstance(value, list) else value
                values |= {f"{bound.html_name}_{number}": str(part) for number, part in enumerate(parts) if part}
            else:
                values[bound.html_name] = "on" if value is True else str(value)
    return values


@pytest.fixture
def point(county):
    return ContactPoint.objects.create(county=county, key="vaihde", name_fi="Vaihde", name_sv="Växel", value="044 1")


@pytest.fixture
def one_of_each(county, service, queue, point, always_open, main_user):
    """A row for every page."""
    today = timezone.localdate()
    rows = {
        models.County: county,
        models.Service: service,
        models.Queue: queue,
        models.Topic: service.topics.get(),
        models.ContactPoint: point,
        models.Schedule: always_open,
        models.ResponderGroup: queue.groups.get(),
        models.LifeSituation: service.life_situation,
        models.Municipality: models.Municipality.objects.create(county=county, code="046", name_fi="Enonkoski"),
        models.Office: models.Office.objects.create(county=county, key="keskus", name_fi="Keskus"),
        models.Link: models.Link.objects.create(county=county, key="ohje", name_fi="Ohje", url_fi="https://alue.test/"),
        models.Holiday: Holiday.objects.create(county=county, date=today, name_fi="Juhla"),
        models.ExceptionDay: models.ExceptionDay.objects.create(county=county, date=today, reason_fi="Koulutus", reason_sv="Kurs"),
        models.Disruption: Disruption.objects.create(county=county, text_fi="Häiriö", text_sv="Störning"),
        models.DisruptionText: models.DisruptionText.objects.create(
            county=county, key="poikki", title_fi="Poikki", text_fi="Häiriö", text_sv="Störning"
        ),
        models.Override: models.Override.objects.create(county=county, kind="close", reason_fi="Syy", reason_sv="Orsak"),
        models.Improvement: models.Improvement.objects.create(county=county, title="Parempi ohje"),
        models.Target: models.Target.objects.create(
            county=county, metric="M08", aim="client", direction="gte", value=80, unit="%", starts_on=today
        ),
        models.CostRow: models.CostRow.objects.create(
            service=service, month=today.replace(day=1), kind="staff", euros=100, source="kirjanpito"
        ),
        models.SharedCost: models.SharedCost.objects.create(
            county=county, month=today.replace(day=1), kind="system", euros=100, source="lisenssi"
        ),
        models.Channel: models.Channel.objects.create(service=service, medium="phone", contact_point=point),
        models.Redirect: models.Redirect.objects.create(
            service=service, matter_fi="Hammassärky", matter_sv="Tandvärk", to_contact=point
        ),
        models.LegalBasis: models.LegalBasis.objects.create(
            service=service, name_fi="Sosiaalihuoltolaki", name_sv="Socialvårdslag", number="1301/2014"
        ),
        models.ServiceArea: models.ServiceArea.objects.create(
            service=service, name_fi="Koko alue", name_sv="Hela området", starts_on=today
        ),
        models.Mailbox: models.Mailbox.objects.create(
            queue=queue, address="chat@alue.test", imap_host="imap.alue.test", smtp_host="smtp.alue.test"
        ),
    }
    assert set(PAGES) == set(rows), "a page without a row in this test"
    return rows


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_every_page_opens_for_the_main_user(language, one_of_each, signed_in, main_user):
    client = signed_in(main_user)
    for model, row in one_of_each.items():
        pages = [url(model, "change", row.pk, language=language)]
        if language == "fi":
            pages.append(url(model))
        if language == "fi" and model is not County:
            pages.append(url(model, "add"))
        if language == "fi" and model in RESOURCES:
            pages += [url(model, "export"), url(model, "import")]
        for page in pages:
            response = client.get(page)
            assert response.status_code == 200, page
            content = response.content.decode()
            assert " style=" not in content, "the policy forbids inline style"
            assert "<script>" not in content
            if page == url(model):
                shown = response.context["cl"]
                with translation.override(language):
                    assert counted(shown.result_count, shown.model_admin) in content


def test_another_countys_main_user_sees_and_changes_nothing(one_of_each, signed_in, outsider, reader, supervisor, former):
    client = signed_in(outsider)
    others = [signed_in(person) for person in (reader, supervisor, former)]
    for model, row in one_of_each.items():
        listed = client.get(url(model))
        assert listed.status_code == 200
        assert row not in listed.context["cl"].queryset
        for method in (client.get, client.post):
            assert method(url(model, "change", row.pk)).status_code in (302, 403, 404)
        assert client.post(url(model, "delete", row.pk), {"post": "yes"}).status_code in (302, 403, 404)
        assert model.objects.filter(pk=row.pk).exists()
        for other in others:
            assert other.get(url(model)).status_code in (302, 403)
            assert other.post(url(model, "change", row.pk)).status_code in (302, 403)


def test_strangers_are_sent_to_sign_in(client, county):
    for model in PAGES:
        response = client.get(url(model), follow=True)
        assert response.redirect_chain[-1][0].startswith(reverse("account_login"))


def test_saving_an_untouched_page_changes_nothing(one_of_each, signed_in, main_user):
    client = signed_in(main_user)
    for model, row in one_of_each.items():
        page = url(model, "change", row.pk)
        response = client.get(page)
        written = AuditEntry.objects.filter(object_type__startswith="services.").count()
        saved = client.post(page, form_values(response))
        assert saved.status_code == 302, (model, saved.context["errors"])
        assert AuditEntry.objects.filter(object_type__startswith="services.").count() == written, model


def test_the_page_and_the_operation_leave_the_same_row(county, signed_in, main_user):
    values = {
        "county": county.pk,
        "kind": "phone",
        "audience": "public",
        "value": "044 123",
        "price": "free",
        "name_fi": "A",
        "name_sv": "B",
    }
    client = signed_in(main_user)
    response = client.post(url(ContactPoint, "add"), {**values, "key": "sivulta"})
    assert response.status_code == 302, response.context["errors"]
    fields = {name: value for name, value in values.items() if name != "county"}
    create_row(by=acting(main_user), row=ContactPoint(county=county, key="suoraan", **fields))
    kept = ("kind", "audience", "value", "price", "name_fi", "name_sv", "version", "needs_check", "county_id")
    first, second = (ContactPoint.objects.filter(key=key).values(*kept).get() for key in ("sivulta", "suoraan"))
    assert first == second
    audit = [
        {name: value for name, value in entry.after.items() if name not in ("key", "public_id")}
        for entry in AuditEntry.objects.filter(object_type="services.contactpoint", action="create")
    ]
    assert audit[0].keys() == audit[1].keys()
    assert {k: v or "" for k, v in audit[0].items()} == {k: v or "" for k, v in audit[1].items()}


def test_a_stale_page_shows_both_texts_and_the_next_press_saves(point, signed_in, main_user):
    client = signed_in(main_user)
    page = url(ContactPoint, "change", point.pk)
    values = form_values(client.get(page))
    ContactPoint.objects.filter(pk=point.pk).update(name_fi="Toisen teksti", version=2)
    values["name_fi"] = "Minun tekstini"
    refused = client.post(page, values)
    assert refused.status_code == 200
    text = refused.content.decode()
    assert "Toisen teksti" in text
    assert "Minun tekstini" in text
    assert ContactPoint.objects.get(pk=point.pk).name_fi == "Toisen teksti"
    again = client.post(page, {**form_values(refused), "name_fi": "Minun tekstini"})
    assert again.status_code == 302
    assert ContactPoint.objects.get(pk=point.pk).name_fi == "Minun tekstini"


def test_overlapping_hours_are_refused_and_what_was_typed_stays(always_open, county, signed_in, main_user):
    schedule = Schedule.objects.create(county=county, key="arki", name="Arki")
    client = signed_in(main_user)
    page = url(Schedule, "change", schedule.pk)
    values = form_values(client.get(page)) | {
        "intervals-TOTAL_FORMS": "2",
        "intervals-0-weekday": "0",
        "intervals-0-opens": "8.00",
        "intervals-0-closes": "12.00",
        "intervals-1-weekday": "0",
        "intervals-1-opens": "11.00",
        "intervals-1-closes": "13.00",
    }
    refused = client.post(page, values)
    assert refused.status_code == 200
    assert "ma 8.00–12.00 ja ma 11.00–13.00" in refused.content.decode()
    assert not schedule.intervals.exists()
    version = schedule.version
    saved = client.post(page, values | {"intervals-1-opens": "12.00"})
    assert saved.status_code == 302, saved.context["errors"]
    assert [(row.opens, row.closes) for row in schedule.intervals.all()] == [(time(8), time(12)), (time(12), time(13))]
    schedule.refresh_from_db()
    assert schedule.version > version, "who has the page open from before is told"


def test_two_intervals_can_change_places(county, signed_in, main_user):
    schedule = Schedule.objects.create(county=county, key="arki", name="Arki")
    first = WeeklyInterval.objects.create(schedule=schedule, weekday=0, opens=time(8), closes=time(12))
    second = WeeklyInterval.objects.create(schedule=schedule, weekday=0, opens=time(12), closes=time(16))
    client = signed_in(main_user)
    page = url(Schedule, "change", schedule.pk)
    values = form_values(client.get(page)) | {"intervals-0-closes": "14.00", "intervals-1-opens": "14.00"}
    assert client.post(page, values).status_code == 302
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.closes, second.opens) == (time(14), time(14))


def test_a_pale_accent_colour_is_refused(county, signed_in, main_user):
    client = signed_in(main_user)
    page = url(County, "change", county.pk)
    refused = client.post(page, form_values(client.get(page)) | {"accent_colour": "#ffcc00"})
    assert refused.status_code == 200
    assert "4.5:1" in refused.content.decode()


def test_hosts_are_written_on_lines(county, signed_in, main_user):
    client = signed_in(main_user)
    page = url(County, "change", county.pk)
    saved = client.post(page, form_values(client.get(page)) | {"hosts": "Chat.Koe.test\n alue.test \n"})
    assert saved.status_code == 302, saved.context["errors"]
    county.refresh_from_db()
    assert county.hosts == ["chat.koe.test", "alue.test"]
    refused = client.post(page, form_values(client.get(page)) | {"hosts": "ei ole nimi"})
    assert refused.status_code == 200


def test_a_past_holiday_is_saved_and_said(county, signed_in, main_user):
    yesterday = timezone.localdate() - timedelta(days=1)
    client = signed_in(main_user)
    response = client.post(
        url(Holiday, "add"), {"county": county.pk, "date": yesterday.isoformat(), "name_fi": "Mennyt"}, follow=True
    )
    assert any(message.level_tag == "warning" for message in response.context["messages"])
    assert Holiday.objects.filter(name_fi="Mennyt").exists()


def test_topics_are_saved_on_the_services_page(service, signed_in, main_user):
    client = signed_in(main_user)
    page = url(Service, "change", service.pk)
    values = form_values(client.get(page))
    new = f"topics-{values['topics-TOTAL_FORMS']}"
    values |= {"topics-TOTAL_FORMS": str(int(values["topics-TOTAL_FORMS"]) + 1), f"{new}-key": "uusi", f"{new}-name_fi": "Uusi"}
    values |= {f"{new}-order": "5", f"{new}-shown_to_residents": "on"}
    refused = client.post(page, values)
    assert refused.status_code == 200, "the open service of a bilingual county needs the Swedish name"
    assert "uusi" in refused.content.decode()
    assert not Topic.objects.filter(key="uusi").exists()
    saved = client.post(page, values | {f"{new}-name_sv": "Ny"})
    assert saved.status_code == 302, saved.context["errors"]
    assert Topic.objects.get(key="uusi").name_sv == "Ny"


def test_the_page_of_a_service_costs_the_same_however_many_rows_it_has(
    service, second_service, point, signed_in, main_user, django_assert_max_num_queries
):
    client = signed_in(main_user)
    page = url(Service, "change", service.pk)
    client.get(page)

    def queries() -> int:
        with django_assert_max_num_queries(MOST_QUERIES) as asked:
            assert client.get(page).status_code == 200
        return len(asked)

    def more(count: int, start: int) -> None:
        for number in range(start, start + count):
            Topic.objects.create(service=service, key=f"aihe{number}", name_fi="Aihe")
            models.Redirect.objects.create(service=service, matter_fi="Muu", to_service=second_service)
            models.Channel.objects.create(service=service, medium="phone", contact_point=point)
            models.ServiceArea.objects.create(service=service, name_fi="Alue", starts_on=timezone.localdate())

    more(2, 0)
    few = queries()
    more(10, 2)
    assert queries() == few


def test_the_life_of_a_service_asks_why(service, queue, signed_in, main_user, outsider):
    client = signed_in(main_user)
    shown = client.get(url(Service, "change", service.pk))
    assert shown.context["gaps"], "the page tells what lacks"
    pause = url(Service, "life", service.pk, "paused")
    assert pause in shown.content.decode()
    assert client.get(pause).status_code == 200
    assert client.post(pause, {"seen_version": service.version, "confirmed": "on"}).status_code == 200, "no reason, no change"
    assert signed_in(outsider).post(pause, {}).status_code in (403, 404)
    saved = client.post(pause, {"seen_version": service.version, "reason": "Loma", "confirmed": "on"})
    assert saved.status_code == 302
    service.refresh_from_db()
    assert service.status == ServiceStatus.PAUSED
    again = client.post(pause, {"seen_version": service.version, "reason": "Loma", "confirmed": "on"})
    assert again.status_code == 200, "it is paused already"
    opening = client.post(
        url(Service, "life", service.pk, "open"), {"seen_version": service.version, "reason": "x", "confirmed": "on"}
    )
    assert opening.status_code == 200
    assert "form-text" in opening.content.decode() or "alert" in opening.content.decode()


def test_the_tester_answers_for_christmas_eve(service, county, group, signed_in, main_user, other_queue):
    weekdays = create_row(by=acting(main_user), row=Schedule(county=county, key="arki", name="Arki"))
    for day in range(7):
        WeeklyInterval.objects.create(schedule=weekdays, weekday=day, opens=time(8), closes=time(15))
    line = Queue.objects.create(service=service, key="arki", name_fi="Arki", languages=["fi"], schedule=weekdays)
    Holiday.objects.create(county=county, date=date(2026, 12, 24), name_fi="Jouluaatto", name_sv="Julafton")
    client = signed_in(main_user)
    page = url(Schedule, "tester")
    asked = {"queue": line.pk, "day": "2026-12-24", "hour": "13:00", "go": "x"}
    found = client.get(page, asked)
    assert found.context["answer"]["found"].is_open is False
    text = found.content.decode()
    assert "Jouluaatto" in text
    assert "25.12.2026" in text, "the next opening"
    assert client.get(page, asked | {"day": "2026-12-23"}).context["answer"]["found"].is_open is True
    assert client.get(page, asked | {"day": "32.12."}).context["answer"] is None
    assert client.get(page, asked | {"queue": other_queue.pk}).context["answer"] is None, "another county's queue is not a choice"
    for other_day in ("0001-01-01", "1999-12-31", "9999-12-31"):
        absurd = client.get(page, asked | {"day": other_day})
        assert absurd.status_code == 200
        assert absurd.context["form"].errors["day"]


def test_import_in_two_steps(point, county, signed_in, main_user, outsider):
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = signed_in(main_user)
    page = url(ContactPoint, "import")

    def file(text):
        return {"file": SimpleUploadedFile("x.csv", text.encode())}

    broken = client.post(page, file("county;key;name_fi;value\nkoe;vaihde;;044 2\n"))
    assert broken.context["problems"][0][:2] == (1, "name_fi")
    same = client.post(page, file("county;key;name_fi\nkoe;vaihde;Vaihde\n"))
    assert same.context["no_changes"]
    assert "checked" not in same.context["form"].fields
    unreadable = client.post(page, {"file": SimpleUploadedFile("x.csv", b"\xff\xfe\xfa")})
    assert unreadable.status_code == 200
    assert unreadable.context["form"].errors
    shown = client.post(page, file("county;key;value\nkoe;vaihde;044 2\n"))
    assert ContactPoint.objects.get(pk=point.pk).value == "044 1", "nothing is changed yet"
    checked = shown.context["form"].initial["checked"]
    assert signed_in(outsider).post(page, {"checked": checked}).status_code == 200
    assert ContactPoint.objects.get(pk=point.pk).value == "044 1", "another person's checked file is refused"
    assert client.post(page, {"checked": checked + "x"}).status_code == 200
    assert ContactPoint.objects.get(pk=point.pk).value == "044 1"
    assert client.post(page, {"checked": checked}).status_code == 302
    assert ContactPoint.objects.get(pk=point.pk).value == "044 2"


def test_topics_have_a_list_of_their_own(service, second_service, other_service, signed_in, main_user):
    client = signed_in(main_user)
    Topic.objects.create(service=service, key="vanha", name_fi="Vanha aihe", name_sv="Gammalt ämne", retired=True)
    listed = client.get(url(Topic))
    assert {topic.service for topic in listed.context["cl"].queryset} == {service, second_service}
    assert "Toisen alueen chat" not in listed.content.decode(), "another county's service is not offered as a filter either"
    assert [topic.key for topic in client.get(url(Topic), {"service__id__exact": service.pk}).context["cl"].queryset] == [
        "neuvonta",
        "vanha",
    ]
    assert [topic.key for topic in client.get(url(Topic), {"retired__exact": 1}).context["cl"].queryset] == ["vanha"]
    assert [topic.key for topic in client.get(url(Topic), {"q": "gammalt"}).context["cl"].queryset] == ["vanha"]


def test_topics_are_exported_and_taken_in_after_a_dry_run(service, other_service, signed_in, main_user, outsider):
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = signed_in(main_user)
    exported = client.post(url(Topic, "export"), {"kind": "csv"}).content.decode()
    assert "Rådgivning" in exported
    assert "toinen" not in exported

    def file():
        return {
            "file": SimpleUploadedFile(
                "aiheet.csv", f"county;service;key;name_fi;name_sv\nkoe;{service.key};uusi;Uusi;Ny\n".encode()
            )
        }

    shown = client.post(url(Topic, "import"), file())
    assert shown.context["totals"]["new"] == 1, shown.context["problems"]
    assert not Topic.objects.filter(key="uusi").exists(), "a dry run"
    assert signed_in(outsider).post(url(Topic, "import"), file()).context["problems"]
    assert client.post(url(Topic, "import"), {"checked": shown.context["form"].initial["checked"]}).status_code == 302
    assert Topic.objects.get(key="uusi").service == service


def test_export_is_audited_and_scoped(point, other_service, signed_in, main_user):
    client = signed_in(main_user)
    for kind in ("csv", "xlsx"):
        response = client.post(url(ContactPoint, "export"), {"kind": kind})
        assert response["Content-Disposition"].endswith(f'.{kind}"')
        assert response.status_code == 200
    entry = AuditEntry.objects.filter(action="export").latest("pk")
    assert (entry.county, entry.count) == ("koe", ContactPoint.objects.filter(county__code="koe").count())


def test_keys_cannot_be_changed(point, signed_in, main_user):
    client = signed_in(main_user)
    page = url(ContactPoint, "change", point.pk)
    client.post(page, form_values(client.get(page)) | {"key": "toinen", "county": "1"})
    assert ContactPoint.objects.get(pk=point.pk).key == "vaihde"


def test_a_row_in_use_is_not_deleted(service, signed_in, main_user):
    used = service.channels.get().contact_point
    client = signed_in(main_user)
    response = client.post(url(ContactPoint, "delete", used.pk), {"post": "yes"})
    assert response.status_code in (200, 302, 403)
    assert ContactPoint.objects.filter(pk=used.pk).exists()


def test_an_improvement_has_an_owner_among_the_countys_people(county, signed_in, main_user, supervisor, outsider):
    client = signed_in(main_user)
    page = url(models.Improvement, "add")
    form = client.get(page).context["adminform"].form
    offered = set(form.fields["owner"].queryset)
    assert supervisor in offered
    assert outsider not in offered
    values = {"county": county.pk, "title": "Selkeämpi ohje", "state": "open", "owner": supervisor.pk}
    assert client.post(page, values).status_code == 302
    assert models.Improvement.objects.get(title="Selkeämpi ohje").owner == supervisor
    client.post(page, {**values, "title": "Vieraan", "owner": outsider.pk})
    assert not models.Improvement.objects.filter(title="Vieraan").exists()


@pytest.mark.parametrize(("language", "words"), [("fi", "Tiedon laji"), ("sv", "Typ av uppgift")])
def test_the_first_page_has_no_english_for_those_who_listen(language, words, signed_in, main_user):
    """Django's own Finnish lacks the headings that only a screen reader tells."""
    with translation.override(language):
        content = signed_in(main_user).get(reverse("admin:index")).content.decode()
    assert words in content
    assert "Model name" not in content


@pytest.mark.parametrize(
    ("opens", "closes", "warned"), [("12:00", "10:00", True), ("10:00", "12:00", False), ("12:00", "00:00", False)]
)
def test_an_exception_day_over_midnight_is_saved_and_said(opens, closes, warned, county, signed_in, main_user):
    day = timezone.localdate() + timedelta(days=3)
    values = {
        "county": county.pk,
        "date": day.isoformat(),
        "opens": opens,
        "closes": closes,
        "reason_fi": "Ilta",
        "reason_sv": "Kväll",
    }
    response = signed_in(main_user).post(url(models.ExceptionDay, "add"), values, follow=True)
    assert models.ExceptionDay.objects.filter(date=day).exists()
    assert ("seuraavana päivänä" in response.content.decode()) is warned


# What the page of a row shows in rows of their own, below it; who keeps a material and its file are given in the library, and
# are in no table.
ELSEWHERE = {"ResponderGroup": {"members"}, "Link": {"owner", "file"}}


@pytest.mark.parametrize("model", PAGES, ids=lambda model: model.__name__)
def test_the_page_has_every_setting_of_its_rows(model):
    """What a main user is told to set she can set: no editable column is forgotten."""
    shown = {name for _label, group in admin.site._registry[model].fieldsets for name in group["fields"]}
    names = {field.name for field in (*model._meta.fields, *model._meta.many_to_many) if field.editable and not field.auto_created}
    translated = {name for name in names if {f"{name}_fi", f"{name}_sv", f"{name}_en"} <= names}
    assert names - translated - shown - ELSEWHERE.get(model.__name__, set()) == set()


@pytest.mark.parametrize("model", list(RESOURCES), ids=lambda model: model.__name__)
def test_a_table_has_every_setting_that_its_page_has(model, main_user):
    """A file that is exported and taken in elsewhere makes the same row."""
    columns = set(RESOURCES[model](by=acting(main_user)).fields)
    shown = {name for _label, group in admin.site._registry[model].fieldsets for name in group["fields"]}
    editable = {field.name for field in (*model._meta.fields, *model._meta.many_to_many) if field.editable}
    known_by = {"code"} if model is County else set()  # the column “county”
    assert (shown & editable) - columns == known_by
