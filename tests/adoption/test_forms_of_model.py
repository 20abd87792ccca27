"""The forms of the content file: which fields lack, and what may be written."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from adoption.forms_of_model import (
    LONGEST,
    MOST_ROWS,
    ROWS,
    Condition,
    FieldKind,
    FormSpec,
    clean_values,
    condition_of,
    form_spec,
    form_specs,
    missing_fields,
)
from services.metric_names import METRICS
from tests.adoption.conftest import COSTS, HANDOVER, whole
from tests.adoption.model import DATA

FORMS = form_specs(DATA["forms"])


def keys(form: str, values: dict[str, Any]) -> list[str]:
    return [field.key for field in missing_fields(FORMS[form], values)]


def test_every_form_of_the_data_is_read_whole() -> None:
    assert {key: [field.key for field in form.fields] for key, form in FORMS.items()} == {
        key: [field["key"] for field in form["fields"]] for key, form in DATA["forms"].items()
    }
    assert all(set(field.labels) == {"fi", "sv", "en"} for form in FORMS.values() for field in form.fields)
    assert form_spec(DATA["forms"], "nothing") is None
    assert form_spec({"x": DATA["forms"]["handover"]["fields"]}, "x").fields == FORMS["handover"].fields


def test_labels_are_in_the_language_in_use() -> None:
    field = FORMS["handover"].get("date")
    assert field.label == "Siirtopäivä"
    with translation.override("sv"):
        assert field.label == "Överföringsdatum"


def test_fields_are_written_by_their_kind() -> None:
    kinds = {f"{form.key}.{field.key}": field.kind for form in FORMS.values() for field in form.fields}
    assert kinds["cost_estimate.one_off_eur"] == FieldKind.NUMBER
    assert kinds["cost_estimate.agreement_needed"] == FieldKind.CHOICE
    assert kinds["handover.date"] == FieldKind.DATE
    assert kinds["need_mapping.stakeholders"] == FieldKind.LIST
    assert kinds["need_mapping.current_state"] == FieldKind.TEXT
    assert {key for key, form in FORMS.items() if form.is_table} == {"systems_inventory"}
    assert {key for key, form in FORMS.items() if form.is_live} == {"service_definition", "queue_structure"}


@pytest.mark.parametrize("form", [key for key, form in FORMS.items() if not form.is_table])
def test_every_mandatory_field_is_missed_alone(form: str) -> None:
    values = whole(form)
    assert keys(form, values) == []
    for field in FORMS[form].fields:
        for nothing in ("", "  ", None, [], [""]):
            found = keys(form, {**values, field.key: nothing})
            # A list in a field of text is not what a form sends.
            if field.is_list or not isinstance(nothing, list):
                assert found == ([field.key] if field.required else []), (field.key, nothing)
    assert keys(form, {}) == [field.key for field in FORMS[form].fields if field.required]


def test_a_list_needs_one_whole_row_and_no_half_one() -> None:
    values = whole("need_mapping")
    assert keys("need_mapping", {**values, "stakeholders": [{"party": "ICT", "role": "tuki"}]}) == []
    assert keys("need_mapping", {**values, "stakeholders": [{"party": "ICT", "role": ""}]}) == ["stakeholders"]
    assert keys("need_mapping", {**values, "stakeholders": "ICT"}) == ["stakeholders"]


def test_a_table_needs_every_column_in_every_row() -> None:
    row = {"system": "Lifecare", "owner": "ICT", "recorded_where": "Asiakaskertomus", "integration": "no"}
    assert keys("systems_inventory", {ROWS: [row]}) == []
    assert keys("systems_inventory", {ROWS: [row, {**row, "recorded_where": " "}]}) == ["recorded_where"]
    assert keys("systems_inventory", {}) == ["system", "owner", "recorded_where", "integration"]


def test_a_condition_holds_by_the_answer_only() -> None:
    condition = condition_of("cost_estimate.agreement_needed = yes")
    assert condition == Condition("cost_estimate", "agreement_needed", "yes")
    assert condition.holds({"agreement_needed": "yes"})
    assert not condition.holds({"agreement_needed": "no"})
    assert not condition.holds({})
    assert not condition.holds(None)
    assert condition_of(" ") is None
    with pytest.raises(ValueError):
        condition_of("agreement_needed is yes")


def test_a_field_may_hang_on_another() -> None:
    form = form_spec(
        {"f": [{"key": "a", "choices": ["yes", "no"], "required": True}, {"key": "b", "required": True, "when": "a = yes"}]}, "f"
    )
    assert form is not None
    assert [field.key for field in missing_fields(form, {"a": "no"})] == []
    assert [field.key for field in missing_fields(form, {"a": "yes"})] == ["b"]


@pytest.mark.parametrize(
    ("form", "key", "value", "code"),
    [
        ("cost_estimate", "nothing", "x", "unknown_field"),
        ("cost_estimate", "agreement_needed", "maybe", "choice"),
        ("cost_estimate", "one_off_eur", "paljon", "number"),
        ("cost_estimate", "one_off_eur", "-1", "number"),
        ("cost_estimate", "one_off_eur", "NaN", "number"),
        ("cost_estimate", "one_off_eur", "Infinity", "number"),
        ("handover", "date", "16.4.", "date"),
        ("handover", "scope", "x" * (LONGEST + 1), "too_long"),
        ("need_mapping", "stakeholders", ["x"] * (MOST_ROWS + 1), "too_many"),
        ("metric_selection", "metrics", ["M01", "M99"], "metric"),
        ("metric_selection", "metrics", ["Asiointimäärä"], "metric"),
        ("metric_selection", "metrics", [{"metric": "M01"}], "metric"),
    ],
)
def test_what_cannot_be_is_named_by_field(form: str, key: str, value: Any, code: str) -> None:
    with pytest.raises(ValidationError) as told:
        clean_values(FORMS[form], {key: value})
    assert [error.code for error in told.value.error_dict[key]] == [code]


def test_values_are_stored_alike_however_they_are_written() -> None:
    assert clean_values(FORMS["cost_estimate"], {**COSTS, "one_off_eur": " 1 500,50 "})["one_off_eur"] == "1500.50"
    assert clean_values(FORMS["handover"], {**HANDOVER, "scope": "a\r\nb "})["scope"] == "a\nb"
    assert clean_values(FORMS["need_mapping"], {"stakeholders": "ICT\n\n viestintä "})["stakeholders"] == ["ICT", "viestintä"]
    rows = [{"party": " ICT "}, {"party": ""}]
    assert clean_values(FORMS["need_mapping"], {"stakeholders": rows})["stakeholders"] == [{"party": "ICT"}]


def test_metrics_are_kept_once_each_in_the_order_of_the_reports() -> None:
    assert FORMS["metric_selection"].get("metrics").is_of_metrics
    assert not FORMS["metric_selection"].get("targets").is_of_metrics
    values = {"metrics": ["M14", "M08b", "M01", "M14"], "targets": ["M01 – 300"]}
    assert clean_values(FORMS["metric_selection"], values) == {"metrics": ["M01", "M08b", "M14"], "targets": ["M01 – 300"]}
    assert clean_values(FORMS["metric_selection"], {"metrics": []}) == {"metrics": []}


@given(st.data())
def test_cleaning_twice_changes_nothing(data: st.DataObject) -> None:
    form: FormSpec = data.draw(st.sampled_from([form for form in FORMS.values() if not form.is_table]))
    values: dict[str, Any] = {}
    for field in form.fields:
        if field.kind == FieldKind.LIST:
            rows = st.sampled_from(list(METRICS)) if field.is_of_metrics else st.text(max_size=20)
            values[field.key] = data.draw(st.lists(rows, max_size=4))
        elif field.kind == FieldKind.TEXT:
            values[field.key] = data.draw(st.text(max_size=40))
        elif field.kind == FieldKind.NUMBER:
            values[field.key] = str(data.draw(st.decimals(0, 10**9, places=2)))
    once = clean_values(form, values)
    assert clean_values(form, once) == once
    filled = {field.key for field in form.fields if field.required} - {field.key for field in missing_fields(form, once)}
    assert all(once.get(key) for key in filled)
