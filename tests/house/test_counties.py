"""No row of a county is seen from another one: proven for every model, in querysets and in the admin."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib import admin
from django.db import models
from django.forms import ModelChoiceField
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Resident, Staff
from accounts.choices import Role
from accounts.models import User
from services.models import County
from tests.conftest import make_grant, make_person
from tests.house.models import Maker, ours, way_to_county

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

# Models without a county, and why.
NO_COUNTY = {
    "accounts.User": "a person may hold grants in several counties; people are read through their grants",
    "chat.ConsoleSettings": "how one person likes her console; read by her own key only",
    "adoption.CalendarKey": "a person may work in several counties; read by her own key only",
    "accounts.OutgoingMail": "a letter has a key and an address only; its queryset asks for the portal itself",
}
# Models that have a county, but are read only through another row that is asked first.
THROUGH = {
    "chat.Participant": "through a readable conversation",
    "chat.Leg": "through a readable conversation",
    "chat.Event": "through a readable conversation",
    "services.SurveyParticipation": "that somebody has answered is read by herself only",
    "accounts.StoredFile": "through the attachment, decision or image whose file it is",
}


def one_who_answers(maker: Maker) -> User:
    """The maker's person as a responder of the county: her wishes are her supervisor's to see."""
    user: User = maker.one(User)
    make_grant(user, Role.RESPONDER, county=maker.county)
    return user


# What a row needs beyond its required fields.
NEEDS: dict[str, Callable[[Maker], dict[str, Any]]] = {
    "accounts.User": lambda maker: {"username": f"kayttaja-{maker.county.code}"},
    "services.WeeklyInterval": lambda maker: {"opens": time(8), "closes": time(16)},
    "services.Municipality": lambda maker: {"code": "999"},
    "services.Use": lambda maker: {"contact_point": maker.one(model_named("services.ContactPoint"))},
    "services.CostRow": lambda maker: {"month": timezone.localdate().replace(day=1)},
    "services.SharedCost": lambda maker: {"month": timezone.localdate().replace(day=1)},
    "accounts.AuditEntry": lambda maker: {"county": maker.county.code},
    "guidance.PathFeedback": lambda maker: {"helped": "yes"},
    "reports.ShiftWish": lambda maker: {"user": one_who_answers(maker)},
    "adoption.Participant": lambda maker: {"name": "Vieras", "role": "ict"},
}


def model_named(label: str) -> type[models.Model]:
    return next(model for model in ours() if model._meta.label == label)


def with_county() -> list[type[models.Model]]:
    return [model for model in ours() if model._meta.label not in NO_COUNTY]


def named(model: type[models.Model]) -> str:
    return model._meta.label


def all_roles(name: str, county: County) -> Staff:
    """A person with every role in the whole county."""
    user = make_person(name, is_staff=True, is_superuser=False)
    for role in Role.values:
        make_grant(user, role, county=county)
    return Staff(user_id=user.pk)


@pytest.fixture
def insider(county: County) -> Staff:
    return all_roles("sisalla", county)


@pytest.fixture
def outsider_of_all_roles(other_county: County) -> Staff:
    return all_roles("ulkona", other_county)


def test_the_lists_name_models_that_exist() -> None:
    labels = {named(model) for model in ours()}
    assert set(NO_COUNTY) <= labels
    assert set(THROUGH) <= labels
    assert set(NEEDS) <= labels


@pytest.mark.parametrize("model", ours(), ids=named)
def test_it_has_a_county_or_a_reason(model: type[models.Model]) -> None:
    assert (way_to_county(model) is None) == (named(model) in NO_COUNTY) or named(model) in NO_COUNTY


@pytest.mark.parametrize("model", [one for one in with_county() if named(one) not in THROUGH], ids=named)
def test_its_rows_are_seen_from_their_own_county_only(
    model: type[models.Model], county: County, insider: Staff, outsider_of_all_roles: Staff
) -> None:
    row = Maker(county, NEEDS).one(model)
    rows: Any = model._default_manager.all()
    assert hasattr(rows, "readable_by"), "its queryset does not say who may see which rows"
    assert row in rows.readable_by(insider), "nobody sees it: the test could not fail"
    assert row not in rows.readable_by(outsider_of_all_roles)
    assert row not in rows.readable_by(Resident(key=uuid4()))


@pytest.mark.parametrize("model", with_county(), ids=named)
def test_an_ended_grant_shows_nothing(model: type[models.Model], county: County) -> None:
    if named(model) in THROUGH:
        model = model_named("chat.Conversation")
    row = Maker(county, NEEDS).one(model)
    user = make_person("ennen")
    for role in Role.values:
        make_grant(user, role, county=county, valid_until=timezone.now() - timedelta(hours=1))
    rows: Any = model._default_manager.all()
    assert row not in rows.readable_by(Staff(user_id=user.pk))


def admin_request(actor: Staff, county: County) -> Any:
    request: Any = RequestFactory().get("/fi/hallinta/", headers={"host": county.hosts[0]})
    request.user = User.objects.get(pk=actor.user_id)
    request.actor, request.county = actor, county
    return request


def administered() -> list[type[models.Model]]:
    return [model for model in with_county() if model in admin.site._registry]


def test_the_directory_is_administered() -> None:
    assert {"services.Service", "services.Queue"} <= {named(model) for model in administered()}


@pytest.mark.parametrize("model", administered(), ids=named)
def test_the_admin_lists_rows_of_the_own_county_only(
    model: type[models.Model], county: County, other_county: County, insider: Staff, outsider_of_all_roles: Staff
) -> None:
    row = Maker(county, NEEDS).one(model)
    room = admin.site._registry[model]
    assert row in room.get_queryset(admin_request(insider, county))
    assert row not in room.get_queryset(admin_request(outsider_of_all_roles, other_county))
    # Nor by coming to the county's own host name.
    assert row not in room.get_queryset(admin_request(outsider_of_all_roles, county))


@pytest.mark.parametrize("model", administered(), ids=named)
def test_the_admins_choices_are_of_the_own_county_only(
    model: type[models.Model], county: County, other_county: County, outsider_of_all_roles: Staff, signed_in: Any
) -> None:
    maker = Maker(county, NEEDS)
    foreign = {target: maker.one(target) for target in with_county()}
    client = signed_in(User.objects.get(pk=outsider_of_all_roles.user_id), host="toinen.test")
    response = client.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add"))
    assert response.status_code in {200, 403}
    if response.status_code == 403:
        return  # rows of this kind are not made in the admin
    forms = [response.context["adminform"].form]
    forms += [inline.formset.empty_form for inline in response.context["inline_admin_formsets"]]
    for form in forms:
        for name, field in form.fields.items():
            if name == form._meta.model._meta.pk.name:
                continue  # hidden; a formset takes only rows that it has itself
            if isinstance(field, ModelChoiceField) and field.queryset is not None and field.queryset.model in foreign:
                row = foreign[field.queryset.model]
                assert row not in field.queryset, f"{type(form).__name__}.{name} offers rows of another county"
