"""The admin and the rollout's own pages leave the same rows: the same deeds are done at both doors and the rows compared."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.test import Client

from accounts.models import AuditEntry, OutgoingMail, User
from adoption.models import (
    Comment,
    Filling,
    FormAnswer,
    GateVerdict,
    ItemHistory,
    Member,
    Rollout,
    RolloutItem,
    VerdictCondition,
)
from adoption.operations import start_rollout
from services.models import County
from tests.adoption.admin.conftest import change, own, tick, url, values_of
from tests.adoption.conftest import NOW, item_of
from tests.conftest import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

KINDS: tuple[type[models.Model], ...] = (
    *(Rollout, Member, RolloutItem, ItemHistory, Filling, FormAnswer, Comment, GateVerdict, VerdictCondition),
    *(AuditEntry, OutgoingMail),
)
# Ids and times differ; where an audited deed was done is told by `source`.
LEFT_OUT = {"id", "public_id", "object_id", "session", "source", "key", "digest"}


class Door:
    """One of the two ways to do the same deeds."""

    def __init__(self, enter: Callable[[str], Client], county: County) -> None:
        self.enter, self.county = enter, county
        self.rollout: Any = None

    def item(self, code: str) -> RolloutItem:
        return item_of(self.rollout, code)


class OwnPages(Door):
    """The rollout's own pages."""

    def opened(self, who: str) -> Client:
        """She comes by the rollout's page; the live system is looked at there."""
        client = self.enter(who)
        assert client.get(own("rollout", self.rollout.public_id)).status_code == 200
        return client

    def start(self, who: str, **card: Any) -> None:
        response = self.enter(who).post(own("start"), {"stage": "idea", "starts_on": "2026-11-05", **card})
        assert response.status_code == 302
        self.rollout = Rollout.objects.latest("pk")

    def card(self, who: str, **changed: Any) -> None:
        client, page = self.opened(who), own("card", self.rollout.public_id)
        form = client.get(page).context["form"]
        values = {bound.html_name: _sent(bound.value()) for bound in form if _sent(bound.value()) is not None}
        for name in ("tags", "links"):
            values[name] = form[name].value() if isinstance(form[name].value(), str) else "\n".join(form[name].value() or [])
        assert client.post(page, {**values, **changed}).status_code == 302

    def member(self, who: str, user: User, role: str) -> None:
        data = {"user": str(user.pk), "role": role, "expertise": "ikääntyneet"}
        assert self.opened(who).post(own("members_new", self.rollout.public_id), data).status_code == 302

    def role(self, who: str, role: str) -> None:
        member = Member.objects.get(rollout=self.rollout)
        page = own("members_row", self.rollout.public_id, member.public_id)
        assert self.opened(who).post(page, {"role": role, "expertise": member.expertise}).status_code == 302

    def remove(self, who: str) -> None:
        member = Member.objects.get(rollout=self.rollout)
        page = own("members_row", self.rollout.public_id, member.public_id)
        assert self.opened(who).post(page, {"do": "delete"}).status_code == 302

    def move(self, who: str, code: str, to: str, why: str = "", *, refused: bool = False) -> None:
        self.opened(who)
        item = self.item(code)
        data = {"do": "move", "to": to, "reason": why, "version": item.version}
        assert self.enter(who).post(self.page("item", item.public_id), data).status_code == (422 if refused else 302)

    def assign(self, who: str, code: str, user: User, due: str) -> None:
        self.opened(who)
        item = self.item(code)
        data = {"do": "assign", "owner": str(user.pk), "due_on": due, "version": item.version}
        assert self.enter(who).post(self.page("item", item.public_id), data).status_code == 302

    def post(self, who: str, name: str, *which: Any, **data: Any) -> None:
        assert self.enter(who).post(self.page(name, *which), data).status_code == 302, name

    def remind(self, who: str, code: str) -> None:
        keys = [str(self.item(code).public_id)]
        assert self.enter(who).post(own("remind"), {"item": keys, "send": "yes"}).status_code == 302

    def page(self, name: str, *which: Any) -> str:
        return own(name, self.rollout.public_id, *which)


class Admin(Door):
    """The administration."""

    def start(self, who: str, **card: Any) -> None:
        client = self.enter(who)
        response = client.post(url("add"), {**values_of(client.get(url("add"))), "starts_on": "2026-11-05", **card})
        assert response.status_code == 302
        self.rollout = Rollout.objects.latest("pk")

    def saved(self, who: str, **changed: Any) -> None:
        client = self.enter(who)
        response = client.post(change(self.rollout), {**values_of(client.get(change(self.rollout))), **changed})
        assert response.status_code == 302, response.context["adminform"].form.errors

    card = saved

    def member(self, who: str, user: User, role: str) -> None:
        new = {"user": str(user.pk), "role": role, "expertise": "ikääntyneet"}
        self.saved(who, **{"members-TOTAL_FORMS": "1"}, **{f"members-0-{name}": value for name, value in new.items()})

    def role(self, who: str, role: str) -> None:
        self.saved(who, **{"members-0-role": role})

    def remove(self, who: str) -> None:
        self.saved(who, **{"members-0-DELETE": "on"})

    def move(self, who: str, code: str, to: str, why: str = "", *, refused: bool = False) -> None:
        if who == "manager":  # she decides and does not drive: the checklist is not hers to save, the item's page is
            assert self.enter(who).get(change(self.rollout)).status_code == 200
            item = self.item(code)
            data = {"do": "move", "to": to, "reason": why, "version": item.version}
            assert self.enter(who).post(self.page("item", item.public_id), data).status_code == (422 if refused else 302)
            return
        assert tick(self.enter(who), self.rollout, self.item(code), to, why=why).status_code == (200 if refused else 302)

    def assign(self, who: str, code: str, user: User, due: str) -> None:
        assert tick(self.enter(who), self.rollout, self.item(code), person=str(user.pk), due=due).status_code == 302

    post = OwnPages.post

    def remind(self, who: str, code: str) -> None:
        client = self.enter(who)
        page = client.post(url("changelist"), {"action": "remind", "_selected_action": [str(self.rollout.pk)]})
        keys = [str(item.public_id) for item in page.context["items"]]
        assert keys == [str(self.item(code).public_id)]
        assert client.post(url("remind"), {"item": keys, "send": "yes"}).status_code == 302

    def page(self, name: str, *which: Any) -> str:
        return url(name, self.rollout.pk, *which)


def _sent(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [str(getattr(each, "pk", each)) for each in value]
    return None if value is None or value is False else "on" if value is True else str(getattr(value, "pk", value))


def walk(door: Any, reader: User, supervisor: User) -> None:
    """From the start of a rollout to its second gate, with refusals, reopening, people and letters."""
    door.start("coordinator", name_fi="Chat ikääntyneille", name_sv="Chatt", summary_fi="Rivi\r\ntoinen", tags="etä\nikä")
    door.card("coordinator", sponsor=str(reader.pk), programme="RRP", funders=["own", "rrf"], links="Malli https://alue.test/m")
    door.card("main_user", stage="developing", place="Kuopio")
    door.member("coordinator", supervisor, "supervisor")
    door.role("coordinator", "production_owner")
    door.post("coordinator", "answer", question="new_technology", answer="no")
    door.assign("coordinator", "1.1", reader, "2026-10-01")
    door.remind("coordinator", "1.1")
    door.move("coordinator", "1.4", "in_progress")
    door.move("coordinator", "1.4", "done", refused=True)
    door.move("coordinator", "1.4", "waiting_decision")
    item = door.item("1.4")
    decision = {"outcome": "approved", "on": "2026-11-05", "text": "Johtoryhmä päätti."}
    file = SimpleUploadedFile("paatos.txt", "Päätös 12".encode())
    door.post("manager", "item", item.public_id, do="fill", part="decision", file=file, **decision)
    door.move("coordinator", "2.2", "blocked", "Odotetaan ihmisiä")
    door.move("coordinator", "2.5", "not_applicable", "Ei koske", refused=True)
    door.move("manager", "2.5", "not_applicable", "Ei koske")
    evidence = {"text": "Tehtiin yhdessä.", "on": "2026-11-05"}
    door.post("coordinator", "item", door.item("2.1").public_id, do="fill", part="evidence", **evidence)
    door.move("coordinator", "2.1", "done")
    door.move("coordinator", "2.1", "in_progress", refused=True)
    door.move("main_user", "2.1", "in_progress", "Tarpeet muuttuivat")
    door.post("coordinator", "item", door.item("2.1").public_id, do="comment", text="Hyvä alku")
    filling = Filling.objects.get(part__item=door.item("2.1"))
    door.post("coordinator", "item", door.item("2.1").public_id, do="withdraw", filling=str(filling.pk))
    door.post("coordinator", "form", "need_mapping", present_state="Puhelin")
    door.post("manager", "gate", "G1", verdict="go", role="manager", sure="on")
    conditions = {"condition_1": "Koulutus pidetään", "due_1": "2026-12-01"}
    door.post("coordinator", "gate", "G2", verdict="conditions", role="project_coordinator", text="Kesken", sure="on", **conditions)
    met = VerdictCondition.objects.get(verdict__rollout=door.rollout)
    door.post("manager", "condition", "G2", condition=str(met.pk))
    door.post("coordinator", "adopt", codes=["X1"])
    door.remove("coordinator")
    door.post("main_user", "end", reason="Rahoitus loppui", sure="on")


def left(rollout: Rollout) -> dict[str, list[dict[str, Any]]]:
    """Every row that the deeds left, without ids and times."""
    codes = dict(rollout.items.values_list("pk", "model_item__code"))
    found = {}
    for kind in KINDS:
        rows = [_columns(row) for row in kind._default_manager.order_by("pk")]
        found[kind.__name__] = [_plain(row, codes) for row in rows if kind is not AuditEntry or _is_of_it(row)]
    return found


def _columns(row: models.Model) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def _is_of_it(row: dict[str, Any]) -> bool:
    return str(row["object_type"]).startswith(("adoption.", "services.", "accounts.storedfile", "accounts.outgoingmail"))


def _plain(row: dict[str, Any], codes: dict[int, str]) -> dict[str, Any]:
    plain = {}
    for name, value in row.items():
        if name in LEFT_OUT or isinstance(value, datetime):
            continue
        if name == "item_id":
            value = codes[value]
        elif name.endswith("_id") and name not in (
            "by_id",
            "user_id",
            "owner_id",
            "sponsor_id",
            "service_id",
            "gate_id",
            "phase_id",
        ):
            value = value is not None
        elif name in ("before", "after", "checklist") and isinstance(value, dict):
            value = _told(value)
        plain[name] = value
    return plain


def _told(value: Any) -> Any:
    """The same of what the audit and a verdict keep: without keys that are new each time."""
    if isinstance(value, dict):
        return {name: _told(each) for name, each in value.items() if not name.endswith(("_id", "_at", "digest", "items"))}
    return value


@pytest.fixture
def enter(request: pytest.FixtureRequest, signed_in: Any) -> Callable[[str], Client]:
    return lambda name: signed_in(request.getfixturevalue(name))


def test_both_doors_leave_the_same_rows(
    enter: Any, version: Any, county: County, reader: User, supervisor: User, coordinator: User, main_user: User, manager: User
) -> None:
    from django.db import transaction

    found = []
    for kind in (OwnPages, Admin):
        with transaction.atomic():
            door = kind(enter, county)
            walk(door, reader, supervisor)
            found.append(left(door.rollout))
            transaction.set_rollback(True)
    pages, administration = found
    assert {name: len(rows) for name, rows in pages.items()} == {name: len(rows) for name, rows in administration.items()}
    assert differences(pages, administration) == []
    assert all(pages[kind.__name__] for kind in KINDS if kind is not Member), "each kind of row was left by some deed"


def differences(pages: dict[str, list[dict[str, Any]]], administration: dict[str, list[dict[str, Any]]]) -> list[Any]:
    """Which columns of which rows are not the same."""
    return [
        (name, number, column, row[column], other[column])
        for name, rows in pages.items()
        for number, (row, other) in enumerate(zip(rows, administration[name], strict=True))
        for column in row
        if row[column] != other[column]
    ]


def test_the_comparison_can_fail(enter: Any, version: Any, county: County, coordinator: User) -> None:
    """Two rollouts of which one has another name and a later day are told apart."""
    rows = [
        start_rollout(by=acting(coordinator), county=county, name={"fi": name}, now=NOW, ends_on=date(2027, 1, day))
        for name, day in (("Yksi", 1), ("Toinen", 2))
    ]
    first, second = (_plain(_columns(Rollout.objects.get(pk=row.pk)), {}) for row in rows)
    assert {name for name in first if first[name] != second[name]} == {"name", "name_fi", "ends_on"}
