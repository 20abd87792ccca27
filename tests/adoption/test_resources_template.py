"""The items as a flat table: a round trip changes nothing, and each broken row is named and nothing of its file is taken in."""

from __future__ import annotations

import pytest
import tablib

from accounts.models import AuditEntry
from adoption.model_file import shipped_model
from adoption.models import ModelItem, ModelRequirement, ModelVersion
from adoption.operations import new_draft
from adoption.operations.template_rows import content_of
from adoption.resources.template import ItemTable
from services.resources.base import changes_of
from services.resources.files import read_file, write_file
from tests.conftest import acting

pytestmark = pytest.mark.django_db
MODEL = "chat_adoption_pshva/2"


@pytest.fixture
def draft(model_version, main_user) -> ModelVersion:
    return new_draft(by=acting(main_user), version=model_version)


def table(user) -> ItemTable:
    return ItemTable(by=acting(user))


def take(user, *rows: dict[str, str], dry_run: bool = False):
    headers = list(dict.fromkeys(name for row in rows for name in row))
    dataset = tablib.Dataset(*[[row.get(name, "") for name in headers] for row in rows], headers=headers)
    return table(user).take_in(read_file(write_file(dataset, "xlsx")), dry_run=dry_run)


def problems(result) -> list[tuple[int, str, str]]:
    found = [(0, "", str(error.error)) for error in result.base_errors]
    found += [(number, "", str(error.error)) for number, errors in result.row_errors() for error in errors]
    return found + [
        (row.number, name, message)
        for row in result.invalid_rows
        for name, messages in row.error_dict.items()
        for message in messages
    ]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_round_trip_changes_nothing(kind, draft, main_user):
    dataset = table(main_user).export()
    assert len(dataset) == 2 * 33
    written = AuditEntry.objects.count()
    result = table(main_user).take_in(read_file(write_file(dataset, kind)), dry_run=False)
    assert problems(result) == []
    assert result.totals["skip"] == 66, [changes_of(row) for row in result.valid_rows() if changes_of(row)]
    assert [changes_of(row) for row in result.valid_rows()] == [[]] * 66
    assert AuditEntry.objects.count() == written
    assert content_of(draft) == shipped_model()


def test_a_changed_row_is_previewed_and_taken_in(draft, main_user):
    row = {"county": "koe", "model": MODEL, "code": "2.1", "help_fi": "Uusi ohje", "involved": "manager, ict"}
    row["requires"] = "{kind: evidence}\n{kind: document, type: memo}"
    result = take(main_user, row, dry_run=True)
    assert problems(result) == []
    changed = {name: (was, becomes) for name, was, becomes in changes_of(next(iter(result.valid_rows())))}
    assert changed["requires"] == ("{kind: evidence}", row["requires"])
    assert content_of(draft) == shipped_model(), "a dry run writes nothing"
    assert take(main_user, row).totals["update"] == 1
    item = next(each for each in content_of(ModelVersion.objects.get(pk=draft.pk)).items() if each.code == "2.1")
    assert (item.help["fi"], item.involved, item.parts()) == ("Uusi ohje", ("manager", "ict"), ["evidence", "document:memo"])


def test_a_new_item_is_made_whole(draft, main_user):
    row = {"county": "koe", "model": MODEL, "phase": "toteutus", "code": "3.8", "key": "thanks", "order": "80", "text_fi": "Kiitos"}
    row |= {"responsible": "supervisor", "requires": "{kind: evidence, name: cake}"}
    assert problems(take(main_user, row)) == []
    item = ModelItem.objects.get(phase__model_version=draft, code="3.8")
    assert [each.name for each in item.requirements.all()] == ["cake"]
    draft.refresh_from_db()
    assert draft.version > 1, "who looked at the draft before sees that it changed"


NEW = {"county": "koe", "model": MODEL, "phase": "toteutus", "code": "3.8", "key": "uusi", "order": "80", "text_fi": "Uusi"}
NEW |= {"responsible": "supervisor"}
GOOD = {**NEW, "code": "3.9", "key": "hyva"}
BROKEN = {
    "no county": ({"county": ""}, "county", "täyttää"),
    "unknown county": ({"county": "zz"}, "county", "zz"),
    "no version": ({"model": ""}, "model", "täyttää"),
    "unknown version": ({"model": "chat_adoption_pshva/9"}, "model", "/9"),
    "version that is none": ({"model": "chat_adoption_pshva"}, "model", "chat"),
    "no phase": ({"phase": ""}, "phase", "täyttää"),
    "unknown phase": ({"phase": "alku"}, "phase", "alku"),
    "no code": ({"code": ""}, "code", ""),
    "code too long": ({"code": "3.1234567890"}, "code", ""),
    "no key": ({"key": ""}, "key", ""),
    "key with a space": ({"key": "a b"}, "key", ""),
    "order is a word": ({"order": "last"}, "order", "last"),
    "order is negative": ({"order": "-4"}, "order", ""),
    "no Finnish text": ({"text_fi": ""}, "text_fi", ""),
    "unknown role": ({"responsible": "boss"}, "responsible", "boss"),
    "unknown role among others": ({"involved": "manager, boss"}, "involved", "boss"),
    "optional perhaps": ({"is_optional": "perhaps"}, "is_optional", "perhaps"),
    "comes back every year": ({"recurrence": "year"}, "recurrence", "year"),
    "unknown level of proof": ({"proof_level": "half"}, "proof_level", "half"),
    "rests on nothing": ({"depends_on": "1.4, 9.9"}, "depends_on", "9.9"),
    "unknown signal": ({"signals": "team_is_happy"}, "signals", "team_is_happy"),
    "unknown kind of requirement": ({"requires": "{kind: selfie}"}, "requires", "selfie"),
    "requirement without a role": ({"requires": "{kind: decision}"}, "requires", "täyttää"),
    "unknown word in a requirement": ({"requires": "{kind: evidence, colour: red}"}, "requires", "colour"),
    "requirement that is no YAML": ({"requires": "{kind: evidence"}, "requires", "YAML"),
    "question key with a space": ({"question_key": "new tech"}, "question_key", ""),
}


@pytest.mark.parametrize(("values", "column", "word"), BROKEN.values(), ids=list(BROKEN))
def test_a_broken_row_is_named_and_nothing_is_taken_in(values, column, word, draft, main_user):
    result = take(main_user, GOOD, {**NEW, **values})
    found = problems(result)
    assert (2, column) in [(number, name) for number, name, _message in found], found
    assert any(word in message for _number, _name, message in found), found
    assert not any(message.startswith(":") for _number, _name, message in found), found
    assert content_of(ModelVersion.objects.get(pk=draft.pk)) == shipped_model()


def test_an_import_with_twenty_kinds_of_broken_rows_names_each_and_changes_nothing(draft, main_user):
    assert len(BROKEN) >= 20
    rows = [{**NEW, "code": f"3.{20 + n}", "key": f"uusi_{n}", **values} for n, (values, _c, _w) in enumerate(BROKEN.values())]
    found = {(number, name) for number, name, _message in problems(take(main_user, GOOD, *rows))}
    assert {(n, column) for n, (_values, column, _word) in enumerate(BROKEN.values(), start=2)} <= found
    assert not any(number == 1 for number, _name in found), "the whole row among them is not blamed"
    assert content_of(ModelVersion.objects.get(pk=draft.pk)) == shipped_model()


def test_an_item_rests_on_another_of_the_same_file_in_either_order(draft, main_user):
    assert problems(take(main_user, {**NEW, "depends_on": "1.4, 3.9"}, GOOD)) == []
    assert ModelItem.objects.get(phase__model_version=draft, code="3.8").depends_on == ["1.4", "3.9"]


def test_an_item_does_not_rest_on_one_that_the_file_brings_to_another_version(draft, main_user):
    other = {**GOOD, "model": "chat_adoption_pshva/1"}
    found = problems(take(main_user, {**NEW, "depends_on": "3.9"}, other))
    assert (1, "depends_on") in [(number, name) for number, name, _message in found], found


def test_rows_of_a_published_version_are_frozen(draft, model_version, main_user):
    row = {"county": "koe", "model": "chat_adoption_pshva/1", "code": "2.1", "help_fi": "Muutettu"}
    assert problems(take(main_user, row)), "frozen"
    row = {"county": "koe", "model": "chat_adoption_pshva/1", "code": "2.1", "requires": "{kind: evidence, name: toinen}"}
    assert problems(take(main_user, row)), "frozen"
    assert content_of(model_version) == shipped_model()


def test_outsiders_export_and_change_nothing(draft, outsider, supervisor, coordinator, reader):
    for person in (outsider, supervisor, coordinator, reader):
        result = take(person, GOOD)
        assert {name for _n, name, _m in problems(result)} >= {"county"}
    assert len(table(outsider).export()) == 0
    assert ModelRequirement.objects.filter(item__phase__model_version=draft).count() == sum(
        len(item.requires) for item in shipped_model().all_items()
    )
