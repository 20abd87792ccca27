"""The main user makes a help form for any service without code, and publishes it when it is whole (S003-14)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, User
from services.models import HelpField, HelpForm, Queue, Service
from services.operations import add_help_field, change_help_form, make_help_form, publish_help_form, switch_help_form
from tests.conftest import acting

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 12, 3, 10, 0, tzinfo=UTC)
FIELD = {"kind": "one", "text_fi": "Kuka kysyy", "text_sv": "Vem frågar", "options_fi": "Itse\nLäheinen"}


@pytest.fixture
def draft(service: Service, queue: Queue, main_user: User) -> HelpForm:
    """A form that nobody has published."""
    return make_help_form(by=acting(main_user), service=service)


class TestMaking:
    def test_any_service_gets_one_form(self, draft: HelpForm, main_user: User, second_service: Service) -> None:
        assert make_help_form(by=acting(main_user), service=draft.service).pk == draft.pk
        assert make_help_form(by=acting(main_user), service=second_service).pk != draft.pk

    def test_only_the_main_user_makes_and_publishes(
        self, draft: HelpForm, second_service: Service, supervisor: User, responder: User, outsider: User
    ) -> None:
        for person in (supervisor, responder, outsider):
            with pytest.raises(PermissionDenied):
                make_help_form(by=acting(person), service=second_service)
            with pytest.raises(PermissionDenied):
                publish_help_form(by=acting(person), form=draft, now=NOW)
            with pytest.raises(PermissionDenied):
                add_help_field(by=acting(person), field=HelpField(form=draft, **FIELD))

    def test_what_is_published_stays_until_it_is_published_again(self, draft: HelpForm, main_user: User) -> None:
        by = acting(main_user)
        publish_help_form(by=by, form=draft, now=NOW)
        change_help_form(by=by, form=draft, values={"promise_days": 2})
        stored = HelpForm.objects.get(pk=draft.pk)
        assert (stored.days, stored.promise_days, stored.number) == (3, 2, 1)
        publish_help_form(by=by, form=draft, now=NOW)
        assert HelpForm.objects.get(pk=draft.pk).days == 2

    def test_a_bilingual_county_asks_in_both_languages(self, draft: HelpForm, main_user: User) -> None:
        draft.service.county.official_languages = ["fi", "sv"]
        draft.service.county.save()
        add_help_field(by=acting(main_user), field=HelpField(form=draft, **FIELD))
        with pytest.raises(ValidationError) as refused:
            publish_help_form(by=acting(main_user), form=draft, now=NOW)
        assert refused.value.code == "language_missing"

    def test_a_choice_has_choices(self, draft: HelpForm, main_user: User) -> None:
        with pytest.raises(ValidationError):
            add_help_field(by=acting(main_user), field=HelpField(form=draft, kind="one", text_fi="Kuka", options_fi="Itse"))

    def test_a_draft_is_not_put_in_use(self, draft: HelpForm, main_user: User) -> None:
        with pytest.raises(ValidationError):
            switch_help_form(by=acting(main_user), form=draft, on=True)

    def test_publishing_is_in_the_audit(self, draft: HelpForm, main_user: User) -> None:
        publish_help_form(by=acting(main_user), form=draft, now=NOW)
        assert AuditEntry.objects.filter(object_id=str(draft.public_id), action="change", after__is_on=True).exists()


class TestPages:
    def test_from_nothing_to_a_form_in_use(
        self, service: Service, queue: Queue, main_user: User, signed_in: Callable[..., Client]
    ) -> None:
        client = signed_in(main_user)
        assert client.get(reverse("surveys:help_forms")).status_code == 200
        page = client.post(reverse("surveys:help_form_new", args=[service.public_id]), follow=True)
        form = HelpForm.objects.get()
        words = {"promise_days": 2, "asks_contact": "on", "intro_fi": "Kysy meiltä.", "version": form.version}
        client.post(reverse("surveys:help_form", args=[form.public_id]), words)
        both = {**FIELD, "options_sv": "Jag\nEn närstående"}
        client.post(reverse("surveys:help_field_new", args=[form.public_id]), both)
        client.post(reverse("surveys:help_field_new", args=[form.public_id]), {"kind": "words", "text_fi": "Kunta"})
        second = HelpField.objects.get(text_fi="Kunta")
        client.post(reverse("surveys:help_field_place", args=[form.public_id, second.public_id]), {"do": "up"})
        assert list(form.fields.values_list("text_fi", flat=True)) == ["Kunta", "Kuka kysyy"]
        preview = client.get(reverse("chat:help_preview", args=[form.public_id])).content.decode()
        assert "Kysy meiltä." in preview and "Läheinen" in preview
        address = reverse("chat:help_ask", args=[service.key])
        assert Client().get(address).status_code == 404
        page = client.post(reverse("surveys:help_form_publish", args=[form.public_id]), follow=True)
        if not HelpForm.objects.get().is_on:  # the county has two languages: what lacks is named, and mended
            assert "Kunta" in page.content.decode()
            HelpField.objects.update(text_sv="Kommun")
            HelpForm.objects.update(intro_sv="Fråga oss.")
            client.post(reverse("surveys:help_form_publish", args=[form.public_id]))
        assert "Läheinen" in Client().get(address).content.decode()
        client.post(reverse("surveys:help_form_publish", args=[form.public_id]), {"do": "off"})
        assert Client().get(address).status_code == 404

    def test_outsiders_are_refused_at_every_door(
        self, draft: HelpForm, supervisor: User, responder: User, outsider: User, signed_in: Callable[..., Client]
    ) -> None:
        row = HelpField.objects.create(form=draft, kind="words", text_fi="Kunta")
        doors = [
            reverse("surveys:help_forms"),
            reverse("surveys:help_form", args=[draft.public_id]),
            reverse("surveys:help_field_new", args=[draft.public_id]),
            reverse("surveys:help_field", args=[draft.public_id, row.public_id]),
            reverse("chat:help_preview", args=[draft.public_id]),
        ]
        posts = [
            reverse("surveys:help_form_new", args=[draft.service.public_id]),
            reverse("surveys:help_form_publish", args=[draft.public_id]),
            reverse("surveys:help_field_place", args=[draft.public_id, row.public_id]),
        ]
        for person in (supervisor, responder, outsider):
            client = signed_in(person)
            assert {client.get(door).status_code for door in doors} <= {403, 404}
            assert {client.post(door).status_code for door in posts} <= {403, 404}
        at_home = signed_in(outsider, host="toinen.test")  # whatever she makes there, this county's form is not to be seen
        assert {at_home.get(door).status_code for door in doors[1:]} <= {403, 404}
        assert {at_home.post(door).status_code for door in posts} <= {403, 404}
        assert {Client().get(door).status_code for door in doors} == {302}
        assert not HelpForm.objects.get().is_on


def test_a_form_that_is_there_already_is_given_back_to_its_maker_only(service: Service, main_user: User, responder: User) -> None:
    row = make_help_form(by=acting(main_user), service=service)
    assert make_help_form(by=acting(main_user), service=service) == row
    with pytest.raises(PermissionDenied):
        make_help_form(by=acting(responder), service=service)
